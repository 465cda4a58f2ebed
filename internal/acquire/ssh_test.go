package acquire_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"encoding/pem"
	"errors"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// sshForge is an ssh server that runs git upload-pack on one repository, for one
// key.
type sshForge struct {
	address string
	host    ssh.PublicKey
}

func startSSHForge(t *testing.T, bare string, user ssh.PublicKey) sshForge {
	t.Helper()
	_, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	signer, err := ssh.NewSignerFromKey(private)
	must(t, err)
	config := &ssh.ServerConfig{PublicKeyCallback: func(_ ssh.ConnMetadata, key ssh.PublicKey) (*ssh.Permissions, error) {
		if string(key.Marshal()) != string(user.Marshal()) {
			return nil, errors.New("who are you?")
		}
		return nil, nil
	}}
	config.AddHostKey(signer)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go serveSSH(conn, config, bare)
		}
	}()
	return sshForge{address: listener.Addr().String(), host: signer.PublicKey()}
}

func serveSSH(conn net.Conn, config *ssh.ServerConfig, bare string) {
	server, channels, requests, err := ssh.NewServerConn(conn, config)
	if err != nil {
		return
	}
	defer server.Close()
	go ssh.DiscardRequests(requests)
	for offered := range channels {
		channel, requests, err := offered.Accept()
		if err != nil {
			return
		}
		go func() {
			for request := range requests {
				ok := request.Type == "exec" && strings.Contains(string(request.Payload), "git-upload-pack")
				_ = request.Reply(ok, nil)
				if !ok {
					continue
				}
				cmd := exec.Command("git", "-c", "uploadpack.allowFilter=true", "-c", "safe.directory=*", "upload-pack", bare)
				cmd.Stdout, cmd.Stderr = channel, channel.Stderr()
				stdin, err := cmd.StdinPipe()
				if err == nil {
					go func() { _, _ = io.Copy(stdin, channel); _ = stdin.Close() }()
					_ = cmd.Run()
				}
				_, _ = channel.SendRequest("exit-status", false, []byte{0, 0, 0, 0})
				_ = channel.Close()
			}
		}()
	}
}

func TestServerSSH(t *testing.T) {
	home := t.TempDir()
	t.Setenv("HOME", home)
	t.Setenv("SSH_AUTH_SOCK", "")
	t.Setenv("SSH_KNOWN_HOSTS", filepath.Join(home, "known_hosts"))
	must(t, os.WriteFile(filepath.Join(home, "known_hosts"), nil, 0o600))
	public, private, err := ed25519.GenerateKey(rand.Reader)
	must(t, err)
	key, err := ssh.NewPublicKey(public)
	must(t, err)
	forge := startSSHForge(t, history(t, 60).bare(), key)
	target := "ssh://git@" + forge.address + "/bare.git"

	_, err = acquire.Fetch(t.Context(), target, options())
	if !errors.Is(err, audit.ErrUnsupported) || !strings.Contains(err.Error(), "ssh agent") {
		t.Errorf("without a key: %v", err)
	}
	block, err := ssh.MarshalPrivateKey(private, "")
	must(t, err)
	must(t, os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
	must(t, os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519"), pem.EncodeToMemory(block), 0o600))
	if _, err := acquire.Fetch(t.Context(), target, options()); !errors.Is(err, audit.ErrForbidden) || !strings.Contains(err.Error(), "known_hosts") {
		t.Errorf("a host nobody knows: %v", err)
	}
	line := knownhosts.Line([]string{forge.address}, forge.host) + "\n"
	must(t, os.WriteFile(filepath.Join(home, "known_hosts"), []byte(line), 0o600))
	s := fetch(t, target, options())
	if len(s.History.Commits) != 60 || len(s.Files()) != 5 {
		t.Errorf("%d commits, %d files", len(s.History.Commits), len(s.Files()))
	}
}
