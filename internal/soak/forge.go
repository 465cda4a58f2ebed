//go:build linux

package main

import (
	"bytes"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
)

// forge serves many addresses, /r0.git and so on, over few repositories, which
// take turns: what lies on the disk is small and what is fetched is not.
type forge struct {
	dir    string
	bases  int
	server *httptest.Server
	mu     sync.Mutex
	heads  []string // by base
	pushed int
	// remembers makes the server give its answer to "which commit is it?" again
	// without starting git, as large forges do.
	remembers atomic.Bool
	answers   sync.Map
	// slow is how long each answer that starts an audit is held back.
	slow atomic.Int64
	// questions are the times at which each address was asked for its newest
	// commit.
	questions map[int][]time.Time
}

// newForge generates the repositories, whose shapes take turns too.
func newForge(dir string, bases int, shapes ...shape) (*forge, error) {
	f := &forge{dir: dir, bases: bases, heads: make([]string, bases), questions: map[int][]time.Time{}}
	for n := range bases {
		if err := git(nil, "init", "-q", "--bare", "-b", "main", f.path(n)); err != nil {
			return nil, err
		}
		if err := git(shapes[n%len(shapes)].history(n), "-C", f.path(n), "fast-import", "--quiet"); err != nil {
			return nil, err
		}
		if err := git(nil, "-C", f.path(n), "repack", "-a", "-d", "-q"); err != nil {
			return nil, err
		}
		if err := f.look(n); err != nil {
			return nil, err
		}
	}
	backend, err := gitserve.Handler(dir, true)
	if err != nil {
		return nil, err
	}
	f.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		name, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/r"), ".git/")
		n, err := strconv.Atoi(name)
		if err != nil {
			http.NotFound(w, r)
			return
		}
		r.URL.Path = fmt.Sprintf("/base%d.git/%s", n%bases, rest)
		if r.Method == http.MethodGet {
			f.question(n)
		}
		if r.Method == http.MethodGet && f.remembers.Load() {
			f.again(w, r, backend)
			return
		}
		backend.ServeHTTP(w, r)
	}))
	return f, nil
}

// question notes that an address is asked for its newest commit, and holds the
// answer back.
func (f *forge) question(n int) {
	f.mu.Lock()
	f.questions[n] = append(f.questions[n], time.Now())
	f.mu.Unlock()
	time.Sleep(time.Duration(f.slow.Load()))
}

// again answers as the backend did the first time.
func (f *forge) again(w http.ResponseWriter, r *http.Request, backend http.Handler) {
	kept, known := f.answers.Load(r.URL.Path)
	if !known {
		first := httptest.NewRecorder()
		backend.ServeHTTP(first, r)
		kept, _ = f.answers.LoadOrStore(r.URL.Path, first)
	}
	answer := kept.(*httptest.ResponseRecorder)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes()) // a client that was killed reads no more
}

func (f *forge) path(base int) string { return filepath.Join(f.dir, fmt.Sprintf("base%d.git", base)) }

// url is the address of the n-th repository.
func (f *forge) url(n int) string { return fmt.Sprintf("%s/r%d.git", f.server.URL, n) }

// head is the newest commit of the n-th repository.
func (f *forge) head(n int) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heads[n%f.bases]
}

func (f *forge) look(base int) error {
	out, err := exec.Command("git", "-C", f.path(base), "rev-parse", "main").Output()
	if err != nil {
		return fmt.Errorf("read the head of %s: %w", f.path(base), err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heads[base] = strings.TrimSpace(string(out))
	return nil
}

// push adds a commit to a base.
func (f *forge) push(base int) error {
	f.mu.Lock()
	f.pushed++
	n := f.pushed
	f.mu.Unlock()
	stream := fmt.Sprintf("commit refs/heads/main\ncommitter Ada <ada@example.org> %d +0000\ndata 1\nx\nfrom refs/heads/main^0\nM 100644 inline NOTES.md\ndata %d\n%d\n",
		1_790_000_000+n, len(strconv.Itoa(n)), n)
	if err := git(strings.NewReader(stream), "-C", f.path(base), "fast-import", "--quiet"); err != nil {
		return err
	}
	return f.look(base)
}

// writePortfolio writes a portfolio of challenges of five.
func writePortfolio(file string, repositories int, url func(int) string) error {
	var b bytes.Buffer
	b.WriteString("challenges:\n")
	for n := range repositories {
		if n%5 == 0 {
			fmt.Fprintf(&b, "  - id: %s\n    name: Challenge %d\n    repositories:\n", challenge(n), n/5)
		}
		fmt.Fprintf(&b, "      - url: %s\n", url(n))
	}
	return os.WriteFile(file, b.Bytes(), 0o600)
}

// challenge is the id of the challenge of the n-th repository.
func challenge(n int) string { return fmt.Sprintf("c%05d", n/5) }

func git(stdin io.Reader, args ...string) error {
	cmd := exec.Command("git", args...)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_CONFIG_NOSYSTEM=1")
	cmd.Stdin, cmd.Stderr = stdin, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// shape is the size of a generated repository. Its files compress as code does,
// and most of them are changed several times.
type shape struct{ files, commits int }

// lines is the length of each file: about 5 KB.
const lines = 60

// small is enough where repositories are many and what they hold does not matter.
var small = shape{40, 80}

// usual are the sizes of real repositories: the lower quartile, the median, twice,
// and the upper quartile of 62 public ones, most of them French administrations'.
var usual = []shape{{113, 159}, {294, 597}, {773, 2232}, {294, 597}}

// history invents the commits of a web application, in the format of git
// fast-import. The same number gives the same commits.
func (s shape) history(n int) io.Reader {
	r := rand.New(rand.NewPCG(uint64(n), 7))
	contents := make([][]string, s.files)
	for i := range contents {
		contents[i] = make([]string, lines)
		for k := range contents[i] {
			contents[i][k] = line(r)
		}
	}
	var b bytes.Buffer
	put := func(name, content string) {
		fmt.Fprintf(&b, "M 100644 inline %s\ndata %d\n%s\n", name, len(content), content)
	}
	for c := range s.commits {
		who := fmt.Sprintf("dev%d", r.IntN(4))
		fmt.Fprintf(&b, "commit refs/heads/main\ncommitter %s <%s@example.org> %d +0100\ndata 1\nx\n", who, who, 1_760_000_000+c*86_400)
		if c == 0 {
			put("README.md", "# Application\n\nUne application qui oriente les personnes vers le bon guichet.\n\n## Installation\n\n```\nmake up\n```\n\n## Licence\n\nMIT\n")
			put("LICENSE", "MIT License\n\nCopyright (c) 2026 The authors\n")
			put("Dockerfile", "FROM node:20.11.1-bookworm-slim\nWORKDIR /app\nCOPY . .\nRUN npm ci\nUSER node\nCMD [\"node\", \"src/file0.js\"]\n")
			put("compose.yaml", "services:\n  web:\n    build: .\n    ports: [\"8080:8080\"]\n  db:\n    image: postgres:15\n")
			put("package.json", "{\"name\": \"application\", \"license\": \"MIT\", \"dependencies\": {\"express\": \"^4.18.2\"}, \"scripts\": {\"test\": \"jest\"}}\n")
		}
		for i := range contents {
			if c == 0 || r.IntN(s.files/3) == 0 {
				contents[i][r.IntN(lines)] = line(r)
				folder := []string{"src", "src", "src", "tests", "docs"}[i%5]
				put(fmt.Sprintf("%s/file%d.js", folder, i), strings.Join(contents[i], ""))
			}
		}
	}
	return &b
}

var words = strings.Fields("account address agent alert archive batch budget case city claim client code contract count date delay document entry family file form grant house index item label letter list mail map member month")

func line(r *rand.Rand) string {
	w := func() string { return words[r.IntN(len(words))] }
	return fmt.Sprintf("const %s%d = await %s.find({ %s: %s.%s, %s: %d }) // %s\n", w(), r.IntN(900), w(), w(), w(), w(), w(), r.IntN(9000), w())
}
