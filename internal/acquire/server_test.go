package acquire_test

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
	"github.com/perenne-audit/perenne/internal/audit"
)

// serve publishes a bare copy over smart HTTP and returns its address.
func serve(t *testing.T, r *repo, filters bool, wrap func(http.Handler) http.Handler) string {
	t.Helper()
	bare := r.bare()
	handler, err := gitserve.Handler(filepath.Dir(bare), filters)
	must(t, err)
	if wrap != nil {
		handler = wrap(handler)
	}
	server := httptest.NewServer(handler)
	t.Cleanup(server.Close)
	return server.URL + "/" + filepath.Base(bare)
}

func TestServer(t *testing.T) {
	t.Parallel()
	r := sample(t)
	r.git("branch", "other")
	r.git("tag", "v1")
	for name, filters := range map[string]bool{"with filters": true, "without filters": false} {
		t.Run(name, func(t *testing.T) {
			address := serve(t, r, filters, nil)
			s := fetch(t, address, options())
			if diff := cmp.Diff([]string{"README.md", "src/app.py"}, paths(s)); diff != "" {
				t.Error(diff)
			}
			if got := contentOf(t, s, "README.md"); got != "# Sample\n" {
				t.Errorf("content %q", got)
			}
			if len(s.History.Commits) != 2 || s.History.Truncated || s.Repository.Branch != "main" || s.Repository.URL != address {
				t.Errorf("history %+v of %+v", s.History, s.Repository)
			}
		})
	}
}

// Asking for the head moves no object.
func TestHead(t *testing.T) {
	t.Parallel()
	r := sample(t)
	posts := 0
	count := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if req.Method == http.MethodPost {
				posts++
			}
			next.ServeHTTP(w, req)
		})
	}
	want := r.git("rev-parse", "HEAD")
	for _, target := range []string{r.dir, serve(t, r, true, count)} {
		if got, err := acquire.Head(t.Context(), target, options()); err != nil || got.Commit != want || got.Tags != nil {
			t.Errorf("%s: %+v, %v; want %s", target, got, err, want)
		}
	}
	if posts > 0 {
		t.Errorf("%d requests for objects", posts)
	}
	if _, err := acquire.Head(t.Context(), newRepo(t).dir, options()); !errors.Is(err, audit.ErrEmpty) {
		t.Errorf("empty repository: %v", err)
	}
}

// The same repository must be judged alike wherever it is read from.
func TestServerLikeFolder(t *testing.T) {
	t.Parallel()
	r := history(t, 300)
	local, remote := fetch(t, r.dir, options()), fetch(t, serve(t, r, true, nil), options())
	if diff := cmp.Diff(local.History, remote.History); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(local.Files(), remote.Files()); diff != "" {
		t.Error(diff)
	}
	for _, f := range local.Files() {
		if contentOf(t, local, f.Path) != contentOf(t, remote, f.Path) {
			t.Errorf("%s differs", f.Path)
		}
	}
}

// history makes a repository of n commits that change a file of some size, so
// that packs hold deltas.
func history(t *testing.T, n int) *repo {
	r := newRepo(t)
	var stream strings.Builder
	base := strings.Repeat("A line that stays the same in every version of the file.\n", 200)
	for i := range n {
		text := fmt.Sprintf("%sversion %d\n%s", base, i, base)
		fmt.Fprintf(&stream, "commit refs/heads/main\nauthor P%d <p%d@example.org> %d +0000\ncommitter P <p@example.org> %d +0000\n",
			i%7, i%7, 1700000000+i, 1700000000+i)
		fmt.Fprintf(&stream, "data 2\nm\nM 100644 inline dir/file%d.txt\ndata %d\n%s\n", i%5, len(text), text)
	}
	runGit(t, r.dir, []byte(stream.String()), "fast-import", "--quiet")
	r.git("reset", "-q", "--hard", "main")
	r.git("repack", "-adq")
	return r
}

func TestServerUnfilteredHistoryIsBounded(t *testing.T) {
	t.Parallel()
	s := fetch(t, serve(t, history(t, 120), false, nil), options())
	if len(s.History.Commits) != 50 || !s.History.Truncated || len(s.Files()) != 5 {
		t.Errorf("%d commits, truncated %t, %d files", len(s.History.Commits), s.History.Truncated, len(s.Files()))
	}
}

func TestServerGitProtocol(t *testing.T) {
	t.Parallel()
	bare := history(t, 60).bare()
	port := freePort(t)
	daemon := exec.CommandContext(t.Context(), "git", "daemon", "--export-all", "--reuseaddr", "--listen=127.0.0.1",
		"--port="+port, "--base-path="+filepath.Dir(bare), "--enable=upload-pack")
	daemon.Env = append(os.Environ(), "GIT_CONFIG_COUNT=1", "GIT_CONFIG_KEY_0=uploadpack.allowFilter", "GIT_CONFIG_VALUE_0=true")
	must(t, daemon.Start())
	t.Cleanup(func() { _ = daemon.Process.Kill(); _ = daemon.Wait() })
	for range 100 {
		if c, err := net.Dial("tcp", "127.0.0.1:"+port); err == nil {
			c.Close()
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	s := fetch(t, "git://127.0.0.1:"+port+"/bare.git", options())
	if len(s.History.Commits) != 60 || s.History.Truncated || len(s.Files()) != 5 {
		t.Errorf("%d commits, %d files", len(s.History.Commits), len(s.Files()))
	}
}

func freePort(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	defer l.Close()
	_, port, err := net.SplitHostPort(l.Addr().String())
	must(t, err)
	return port
}

func TestServerToken(t *testing.T) {
	t.Parallel()
	guard := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
			if _, secret, _ := req.BasicAuth(); secret != "s3cret" {
				w.Header().Set("WWW-Authenticate", `Basic realm="git"`)
				http.Error(w, "who are you?", http.StatusUnauthorized)
				return
			}
			next.ServeHTTP(w, req)
		})
	}
	address := serve(t, sample(t), true, guard)
	_, err := acquire.Fetch(t.Context(), address, options())
	if !errors.Is(err, audit.ErrForbidden) || !strings.Contains(err.Error(), "PERENNE_GIT_TOKEN_127_0_0_1") {
		t.Errorf("without a token: %v", err)
	}
	o := options()
	o.Token = func(host string) string {
		if host == "127.0.0.1" {
			return "s3cret"
		}
		return ""
	}
	fetch(t, address, o)
	withSecret := strings.Replace(address, "http://", "http://user:s3cret@", 1)
	s := fetch(t, withSecret, options())
	if strings.Contains(s.Repository.URL, "s3cret") || strings.Contains(acquire.Show(withSecret), "s3cret") {
		t.Errorf("the secret shows in %q", s.Repository.URL)
	}
	_, err = acquire.Fetch(t.Context(), strings.Replace(withSecret, "s3cret", "wr0ng", 1), options())
	if err == nil || strings.Contains(err.Error(), "wr0ng") {
		t.Errorf("the secret shows in %v", err)
	}
}

func TestServerErrors(t *testing.T) {
	t.Parallel()
	missing := sample(t)
	missing.git("branch", "-m", "elsewhere")
	bareMissing := missing.bare()
	runGit(t, bareMissing, nil, "symbolic-ref", "HEAD", "refs/heads/gone")
	handler, err := gitserve.Handler(filepath.Dir(bareMissing), true)
	must(t, err)
	gone := httptest.NewServer(handler)
	t.Cleanup(gone.Close)
	for name, tc := range map[string]struct {
		address string
		meaning error
	}{
		"empty repository": {serve(t, newRepo(t), true, nil), audit.ErrEmpty},
		"no repository":    {serve(t, sample(t), true, nil) + "x", audit.ErrNotFound},
		"missing branch":   {gone.URL + "/bare.git", audit.ErrNotFound},
		"unreachable":      {"http://127.0.0.1:" + freePort(t) + "/x.git", audit.ErrUnreachable},
		"no such host":     {"https://forge.invalid/x.git", audit.ErrUnreachable},
		"garbage":          {hostile(t, func(w io.Writer) { fmt.Fprint(w, "<html>not git</html>") }), audit.ErrDamaged},
		"closes midway":    {hostile(t, func(w io.Writer) { fmt.Fprint(w, "001e# service=git-upload") }), audit.ErrUnreachable},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := acquire.Fetch(t.Context(), tc.address, options())
			if !errors.Is(err, tc.meaning) {
				t.Errorf("%v does not mean %v", err, tc.meaning)
			}
			if err != nil && strings.Contains(err.Error(), "\n") {
				t.Errorf("more than one line: %q", err)
			}
		})
	}
}

// hostile answers every request with 200 and whatever respond writes.
func hostile(t *testing.T, respond func(io.Writer)) string {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { respond(w) }))
	t.Cleanup(server.Close)
	return server.URL + "/x.git"
}

// A server that advertises properly and then misbehaves in the pack itself.
func TestServerBadPacks(t *testing.T) {
	t.Parallel()
	for name, tc := range map[string]struct {
		respond func(w http.ResponseWriter, good []byte)
		meaning error
	}{
		"closes midway": {func(w http.ResponseWriter, good []byte) { _, _ = w.Write(good[:len(good)/2]) }, audit.ErrUnreachable},
		"truncated by the length": {func(w http.ResponseWriter, good []byte) {
			w.Header().Set("Content-Length", fmt.Sprint(len(good)))
			_, _ = w.Write(good[:len(good)/2])
		}, audit.ErrUnreachable},
		"one byte changed": {func(w http.ResponseWriter, good []byte) {
			good[len(good)-40] ^= 0x40
			_, _ = w.Write(good)
		}, audit.ErrDamaged},
		"garbage": {func(w http.ResponseWriter, _ []byte) { _, _ = w.Write(packet("\x01not a pack at all")) }, audit.ErrDamaged},
		"endless": {func(w http.ResponseWriter, good []byte) {
			noise := make([]byte, 60000)
			_, _ = rand.Read(noise)
			_, _ = w.Write(good[:len(good)/2])
			for range 10000 {
				if _, err := w.Write(packet("\x01" + string(noise))); err != nil {
					return
				}
			}
		}, nil},
		"says an error": {func(w http.ResponseWriter, _ []byte) { _, _ = w.Write(packet("\x03out of memory")) }, audit.ErrDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			spoil := func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if req.Method != http.MethodPost {
						next.ServeHTTP(w, req)
						return
					}
					recorded := httptest.NewRecorder()
					next.ServeHTTP(recorded, req)
					w.Header().Set("Content-Type", recorded.Header().Get("Content-Type"))
					tc.respond(w, recorded.Body.Bytes())
				})
			}
			o := options()
			o.Limits.FetchBytes = 8 << 20
			_, err := acquire.Fetch(t.Context(), serve(t, history(t, 40), true, spoil), o)
			if err == nil || (tc.meaning != nil && !errors.Is(err, tc.meaning)) {
				t.Errorf("%v does not mean %v", err, tc.meaning)
			}
		})
	}
}

// packet frames a line of git's protocol.
func packet(s string) []byte { return fmt.Appendf(nil, "%04x%s", len(s)+4, s) }

func TestServerStalls(t *testing.T) {
	t.Parallel()
	for name, method := range map[string]string{"before the references": http.MethodGet, "before the pack": http.MethodPost} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			stall := func(next http.Handler) http.Handler {
				return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
					if req.Method == method {
						w.WriteHeader(http.StatusOK)
						w.(http.Flusher).Flush()
						<-req.Context().Done()
						return
					}
					next.ServeHTTP(w, req)
				})
			}
			o := options()
			o.Limits.Timeout = 300 * time.Millisecond
			start := time.Now()
			_, err := acquire.Fetch(context.Background(), serve(t, sample(t), true, stall), o)
			if !errors.Is(err, audit.ErrUnreachable) || time.Since(start) > 10*time.Second {
				t.Errorf("%v after %s", err, time.Since(start))
			}
		})
	}
}

// A file past the limit is not even sent; the others are read.
func TestServerLargeFile(t *testing.T) {
	t.Parallel()
	r := sample(t)
	noise := make([]byte, 3<<20)
	_, _ = rand.Read(noise)
	r.write("large.bin", string(noise))
	r.commit("large")
	for name, filters := range map[string]bool{"with filters": true, "without filters": false} {
		t.Run(name, func(t *testing.T) {
			s := fetch(t, serve(t, r, filters, nil), options())
			f, _ := s.File("large.bin")
			if _, err := s.Read(f); !errors.Is(err, audit.ErrTooLarge) {
				t.Errorf("read past the limit: %v", err)
			}
			if len(s.Limits) != 1 || s.Limits[0].Name != "blob_bytes" || s.Limits[0].What != "large.bin" {
				t.Errorf("limits %+v", s.Limits)
			}
			if filters && s.ReceivedBytes > 1<<20 {
				t.Errorf("%d bytes were received for a file that is not read", s.ReceivedBytes)
			}
			if contentOf(t, s, "README.md") == "" {
				t.Error("the other files were lost")
			}
		})
	}
}

// When the files do not fit, the history is still there, and the reverse.
func TestServerFetchLimit(t *testing.T) {
	t.Parallel()
	r := sample(t)
	for i := range 8 {
		noise := make([]byte, 512<<10)
		_, _ = rand.Read(noise)
		r.write(fmt.Sprintf("part%d.bin", i), string(noise))
	}
	r.commit("parts")
	o := options()
	o.Limits.FetchBytes = 1 << 20
	s := fetch(t, serve(t, r, true, nil), o)
	if s.Tree != nil || len(s.History.Commits) != 3 {
		t.Errorf("tree %v, history %+v", s.Tree, s.History)
	}
	if len(s.Limits) != 1 || s.Limits[0].Name != "fetch_bytes" {
		t.Errorf("limits %+v", s.Limits)
	}
}

// What does not fit into memory goes to disk, and what does not fit there is
// refused; nothing stays behind.
func TestServerSpills(t *testing.T) {
	temp := t.TempDir()
	t.Setenv("TMPDIR", temp)
	r := history(t, 40)
	address := serve(t, r, true, nil)
	o := options()
	o.Limits.MemoryBytes = 1 << 10
	local, remote := fetch(t, r.dir, options()), fetch(t, address, o)
	for _, f := range local.Files() {
		if contentOf(t, local, f.Path) != contentOf(t, remote, f.Path) {
			t.Errorf("%s differs", f.Path)
		}
	}
	o.Limits.DiskBytes = 1 << 10
	if _, err := acquire.Fetch(t.Context(), address, o); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("past memory and disk: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(temp, "perenne-*")); len(left) > 0 {
		t.Errorf("left behind: %v", left)
	}
}
