package storetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// install is what a person without the server reads.
const install = "PostgreSQL was not found: install it (Debian: apt-get install postgresql) or name the folder of its programs in PERENNE_POSTGRES_BIN"

// Server is a PostgreSQL server of its own: its data in a folder that goes with
// it, reached by a socket in that folder only.
type Server struct {
	folder  string
	running *exec.Cmd
	ended   chan struct{}
	names   atomic.Int64
}

var shared struct {
	sync.Mutex
	server *Server
	err    error
}

// Postgres returns the URL of an empty database on a server that all tests of
// the program share; [Main] stops it. The test fails where PostgreSQL is not
// installed.
func Postgres(t testing.TB) string {
	t.Helper()
	shared.Lock()
	if shared.server == nil && shared.err == nil {
		shared.server, shared.err = newServer()
	}
	server, err := shared.server, shared.err
	shared.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	return server.Database(t)
}

// NewServer starts a server for one test, which may stop and start it.
func NewServer(t testing.TB) *Server {
	t.Helper()
	s, err := newServer()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.end)
	return s
}

// StartServer starts a server for a program that is no test; see [Server.End].
func StartServer() (*Server, error) { return newServer() }

// End stops the server and removes its data.
func (s *Server) End() { s.end() }

// Program finds one of PostgreSQL's programs; Debian keeps them off the PATH.
func Program(name string) (string, error) {
	folders := []string{os.Getenv("PERENNE_POSTGRES_BIN")}
	// The glob is well formed, so there is no error.
	versions, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.Reverse(versions)
	for _, folder := range append(folders, versions...) {
		if path, err := exec.LookPath(filepath.Join(folder, name)); folder != "" && err == nil {
			return path, nil
		}
	}
	path, err := exec.LookPath(name)
	if err != nil {
		return "", errors.New(install)
	}
	return path, nil
}

func newServer() (*Server, error) {
	folder, err := os.MkdirTemp("", "pg") // short: a socket's path has at most 107 bytes
	if err != nil {
		return nil, err
	}
	s := &Server{folder: folder}
	if err := s.create(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	if err := s.Start(); err != nil {
		return nil, errors.Join(err, os.RemoveAll(folder))
	}
	return s, nil
}

func (s *Server) create() error {
	who, err := unprivileged()
	if err != nil {
		return err
	}
	if who != nil {
		if err := os.Chown(s.folder, int(who.Uid), int(who.Gid)); err != nil {
			return err
		}
	}
	initdb, err := s.command("initdb", "--pgdata", filepath.Join(s.folder, "data"), "--username", "perenne",
		"--auth", "trust", "--no-sync", "--encoding", "UTF8", "--locale", "C.UTF-8")
	if err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w\n%s", err, out)
	}
	return nil
}

// command prepares one of PostgreSQL's programs to run as somebody who is not
// root, which the server refuses to run as.
func (s *Server) command(name string, args ...string) (*exec.Cmd, error) {
	path, err := Program(name)
	if err != nil {
		return nil, err
	}
	who, err := unprivileged()
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(path, args...)
	cmd.Dir = s.folder
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: who}
	return cmd, nil
}

func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	for _, name := range []string{"postgres", "nobody"} {
		found, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err := strconv.ParseUint(found.Uid, 10, 32)
		if err != nil {
			return nil, err
		}
		gid, err := strconv.ParseUint(found.Gid, 10, 32)
		if err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("PostgreSQL does not run as root, and there is no user postgres or nobody")
}

// Start starts the server and waits until it answers. It is fast and careless:
// what it holds does not survive a power cut.
func (s *Server) Start() error {
	cmd, err := s.command("postgres", "-D", filepath.Join(s.folder, "data"), "-k", s.folder, "-c", "listen_addresses=",
		"-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "max_connections=200")
	if err != nil {
		return err
	}
	var said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &said, &said
	cmd.WaitDelay = 10 * time.Second
	dieWithUs(cmd.SysProcAttr)
	started, ended := make(chan error), make(chan struct{})
	go func() {
		// The server dies with the thread that started it: keep that one.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // how it ended does not matter, only that it did
		}
		close(ended)
	}()
	if err := <-started; err != nil {
		return fmt.Errorf("start PostgreSQL: %w", err)
	}
	s.running, s.ended = cmd, ended
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); time.Sleep(20 * time.Millisecond) {
		if err = s.try(); err == nil {
			return nil
		}
		select {
		case <-ended:
			return fmt.Errorf("start PostgreSQL: it ended at once\n%s", said.Bytes())
		default:
		}
	}
	s.Stop()
	return fmt.Errorf("start PostgreSQL: %w", err)
}

func (s *Server) try() error {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return err
	}
	return conn.Close(ctx)
}

// Stop stops the server at once, whoever is connected; its data stays.
func (s *Server) Stop() {
	if s.running == nil {
		return
	}
	_ = s.running.Process.Signal(syscall.SIGINT) // it may have ended already
	<-s.ended
	s.running = nil
}

func (s *Server) end() {
	s.Stop()
	if err := os.RemoveAll(s.folder); err != nil {
		fmt.Fprintln(os.Stderr, err)
	}
}

// URL is the address of a database of the server.
func (s *Server) URL(database string) string {
	return "postgres:///" + database + "?" + url.Values{"host": {s.folder}, "user": {"perenne"}}.Encode()
}

// Database makes an empty database and returns its URL.
func (s *Server) Database(t testing.TB) string {
	t.Helper()
	url, err := s.MakeDatabase(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return url
}

// MakeDatabase is Database for a program that is no test.
func (s *Server) MakeDatabase(ctx context.Context) (string, error) {
	name := "test" + strconv.FormatInt(s.names.Add(1), 10)
	conn, err := pgx.Connect(ctx, s.URL("postgres"))
	if err != nil {
		return "", err
	}
	_, err = conn.Exec(ctx, "CREATE DATABASE "+name+" TEMPLATE template0")
	return s.URL(name), errors.Join(err, conn.Close(ctx))
}
