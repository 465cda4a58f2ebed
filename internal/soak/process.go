//go:build linux

package main

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/postgres"
	"github.com/perenne-audit/perenne/internal/store/sqlite"
)

// secret is the token that asks for audits.
const secret = "soak"

// place is a database with what a service on it is started with.
type place struct {
	name string
	env  []string
	open func(context.Context) (store.Store, error)
}

// place makes a folder for a service on SQLite, or on PostgreSQL when url is not
// empty.
func (s *soak) place(name, url string) (place, error) {
	folder := filepath.Join(s.dir, name)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return place{}, err
	}
	settings := filepath.Join(folder, "perenne.yaml")
	token := fmt.Sprintf("access: {tokens: [{name: soak, role: editor, sha256: %x}]}\n", sha256.Sum256([]byte(secret)))
	if err := os.WriteFile(settings, []byte(token), 0o600); err != nil {
		return place{}, err
	}
	p := place{name: name, env: []string{"PERENNE_CONFIG=" + settings, "PERENNE_DATA=" + folder, "PERENNE_LISTEN=127.0.0.1:0"}}
	if url != "" {
		p.env = append(p.env, "PERENNE_DATABASE_URL="+url)
		p.open = func(ctx context.Context) (store.Store, error) { return postgres.Open(ctx, url, checks.ByID) }
		return p, nil
	}
	p.open = func(ctx context.Context) (store.Store, error) {
		return sqlite.Open(ctx, filepath.Join(folder, "perenne.db"), checks.ByID)
	}
	return p, nil
}

// with adds settings.
func (p place) with(env ...string) place {
	p.env = append(append([]string(nil), p.env...), env...)
	return p
}

// process is one perenne.
type process struct {
	cmd   *exec.Cmd
	said  printed
	url   string
	ended chan struct{}
}

// printed is what a process has printed; of very much, the end.
type printed struct {
	mu   sync.Mutex
	text bytes.Buffer
}

const keptBytes = 1 << 20

func (w *printed) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.text.Len() > keptBytes {
		w.text.Next(keptBytes / 2)
	}
	return w.text.Write(p)
}

func (w *printed) String() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.text.String()
}

// tail is the end of what was printed.
func (w *printed) tail() string {
	text := w.String()
	return text[max(0, len(text)-4000):]
}

var (
	readyLine   = regexp.MustCompile(`perenne is at http://|Auditing \d+ repositories`)
	addressLine = regexp.MustCompile(`(?:perenne is|probes are) at (http://\S+)`)
)

// start starts perenne without waiting for it.
func (s *soak) start(p place, args ...string) (*process, error) {
	c := &process{cmd: exec.Command(s.perenne, append(args, "--lang", "en")...), ended: make(chan struct{})}
	c.cmd.Env = append(append(os.Environ(), "LANG=C.UTF-8"), p.env...)
	c.cmd.Stdout, c.cmd.Stderr = &c.said, &c.said
	if err := c.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		_ = c.cmd.Wait() // how it ended is in its state
		close(c.ended)
	}()
	return c, nil
}

// started is start for one that has to serve or work.
func (s *soak) started(ctx context.Context, p place, args ...string) (*process, error) {
	c, err := s.start(p, args...)
	if err != nil {
		return nil, err
	}
	_, err = until(ctx, "the service to start", 5*time.Minute, func() (bool, error) {
		select {
		case <-c.ended:
			return false, errors.New("perenne ended at once: " + c.said.String())
		default:
		}
		if at := addressLine.FindStringSubmatch(c.said.String()); at != nil {
			c.url = at[1]
		}
		return readyLine.MatchString(c.said.String()), nil
	})
	if err != nil {
		c.kill()
	}
	return c, err
}

func (c *process) kill() {
	_ = c.cmd.Process.Kill() // it may have ended
	<-c.ended
}

// stop tells it to stop and returns the exit code.
func (c *process) stop() int {
	_ = c.cmd.Process.Signal(syscall.SIGTERM) // it may have ended
	<-c.ended
	return c.cmd.ProcessState.ExitCode()
}

// peakBytes is the most memory that it has had, while it runs.
func (c *process) peakBytes() int64 {
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	_, rest, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(rest)
	if len(fields) == 0 {
		return 0
	}
	kib, _ := strconv.ParseInt(fields[0], 10, 64)
	return kib << 10
}

// processorTime is what it has used so far, user and system.
func (c *process) processorTime() time.Duration {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", c.cmd.Process.Pid))
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const user, system, ticks = 11, 12, 100
	u, _ := strconv.Atoi(fields[user])
	y, _ := strconv.Atoi(fields[system])
	return time.Duration(u+y) * time.Second / ticks
}

// client gives a page more time than any should need.
var client = &http.Client{Timeout: 30 * time.Second}

// get returns the status and the body of a page.
func (c *process) get(path string) (int, string, error) {
	response, err := client.Get(c.url + path)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	return response.StatusCode, string(body), err
}

// ask asks for the audit of a challenge.
func (c *process) ask(challenge string) error {
	_, err := c.queued(challenge)
	return err
}

// queued asks for the audit of a challenge and returns how many repositories were
// added.
func (c *process) queued(challenge string) (int, error) {
	request, err := http.NewRequest(http.MethodPost, c.url+"/api/v1/audits", strings.NewReader(`{"challenge":"`+challenge+`"}`))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+secret)
	response, err := client.Do(request)
	if err != nil {
		return 0, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusAccepted {
		said, _ := io.ReadAll(response.Body)
		return 0, fmt.Errorf("ask for %s: %d %s", challenge, response.StatusCode, said)
	}
	var answer struct{ Queued int }
	return answer.Queued, json.NewDecoder(response.Body).Decode(&answer)
}

// showsCommits reports whether the API shows the audit of the newest commit of
// each repository, one for each base.
func (c *process) showsCommits(f *forge) (bool, error) {
	for n := 0; n < f.bases; n += 5 {
		status, body, err := c.get("/api/v1/challenges/" + challenge(n))
		if err != nil || status != http.StatusOK {
			return false, err
		}
		for k := n; k < min(n+5, f.bases); k++ {
			if !strings.Contains(body, f.head(k)) {
				return false, nil
			}
		}
	}
	return true, nil
}
