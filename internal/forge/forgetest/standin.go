// Package forgetest holds stand-ins for the three kinds of forges, on loopback,
// and the suite that every client passes against the one of its kind. The answers
// are written after the forges' published descriptions and hold no more than what
// a client reads.
package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Repository is what a stand-in knows of one.
type Repository struct {
	ID   int64
	Path string
	// Organisation says that the owner is one.
	Organisation                       bool
	Archived, Fork, Protected, Private bool
	Parent, Branch, Homepage, About    string
	Topics                             []string
	Licence                            string
	Releases, Tags, OpenIssues, Admins int
	LatestRelease, Updated             time.Time
	// CI is "passed", "failed", "running" or "". Own says that perenne wrote a status
	// of its own beside the newest commit, and that it fails.
	CI  string
	Own bool
	// AnswerAfter is how long each of the two newest issues waited for an answer.
	AnswerAfter [2]time.Duration
	// SeenBy are the tokens that are shown it in a list; none means all.
	SeenBy []string
}

// Example is a repository about which there is something to say of everything.
func Example() Repository {
	return Repository{
		ID: 4217, Path: "dinum/guichet", Organisation: true, Fork: true, Protected: true, Private: true,
		Parent: "etalab/guichet", Branch: "main", Homepage: "https://guichet.example", About: "Un guichet",
		Topics: []string{"usagers", "eig"}, Licence: "AGPL-3.0", Releases: 3, Tags: 5, OpenIssues: 7, Admins: 2,
		LatestRelease: time.Date(2026, 9, 1, 12, 0, 0, 0, time.UTC), Updated: time.Date(2026, 10, 1, 8, 0, 0, 0, time.UTC),
		CI: "passed", AnswerAfter: [2]time.Duration{2 * time.Hour, 26 * time.Hour},
	}
}

// Request is one that a stand-in was sent.
type Request struct {
	Method, Path, Token string
	Status              int
	// Spent is true when it counts against a quota.
	Spent bool
}

// Server is a stand-in for one forge, which knows one repository, or any when
// Every is set.
type Server struct {
	*httptest.Server
	Kind forge.Kind
	// Secret, when not empty, is the tokens without which everything is 404.
	Secret []string

	mu       sync.Mutex
	repo     Repository
	every    func(path string) (Repository, bool)
	held     []Repository
	requests []Request
	fault    func(w http.ResponseWriter, r *http.Request) bool
	quota    *Quota
	underWay atomic.Int64
	written  written
	git      branches
}

// Change changes what the stand-in knows.
func (s *Server) Change(change func(*Repository)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.repo)
}

// Every makes the stand-in know what find finds.
func (s *Server) Every(find func(path string) (Repository, bool)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.every = find
}

// Fail makes the stand-in answer by a fault, which reports whether it answered;
// nil ends that.
func (s *Server) Fail(fault func(w http.ResponseWriter, r *http.Request) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fault = fault
}

// Limit gives every token a quota.
func (s *Server) Limit(q *Quota) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.quota = q
}

// Requests returns what was asked since the last time. A client may have its answer
// a moment before the request is noted; one that is held up is not waited for.
func (s *Server) Requests() []Request {
	for range 100 {
		if s.underWay.Load() == 0 {
			break
		}
		time.Sleep(time.Millisecond)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	all := s.requests
	s.requests = nil
	return all
}

// Host is as an address of a repository on the stand-in writes it.
func (s *Server) Host() string { return strings.TrimPrefix(s.URL, "http://") }

// Address is that of the repository.
func (s *Server) Address() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.URL + "/" + s.repo.Path + ".git"
}

// New starts a stand-in of a kind, which ends with the test.
func New(t testing.TB, kind forge.Kind) *Server {
	t.Helper()
	s := &Server{Kind: kind, repo: Example(), git: newBranches()}
	mux := http.NewServeMux()
	switch kind {
	case forge.GitHub:
		s.github(mux)
		s.githubWrites(mux)
	case forge.GitLab:
		s.gitlab(mux)
		s.gitlabWrites(mux)
	case forge.Forgejo:
		s.forgejo(mux)
		s.forgejoWrites(mux)
	default:
		t.Fatalf("no stand-in for %s", kind)
	}
	s.lists(mux)
	s.gitOf(kind)(mux)
	s.Server = httptest.NewServer(s.wrap(mux))
	t.Cleanup(s.Close)
	return s
}

// noted remembers the status of an answer.
type noted struct {
	http.ResponseWriter
	status int
}

// WriteHeader implements [http.ResponseWriter].
func (n *noted) WriteHeader(status int) {
	if n.status == 0 {
		n.status = status
	}
	n.ResponseWriter.WriteHeader(status)
}

// Unwrap lets a fault flush and hijack.
func (n *noted) Unwrap() http.ResponseWriter { return n.ResponseWriter }

// wrap notes requests, counts them and plays faults.
func (s *Server) wrap(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n := &noted{ResponseWriter: w}
		token := tokenOf(r)
		s.mu.Lock()
		fault, quota, secret := s.fault, s.quota, s.Secret
		s.mu.Unlock()
		s.underWay.Add(1)
		defer func() {
			defer s.underWay.Add(-1)
			status := n.status
			if status == 0 {
				status = http.StatusOK
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			spent := status != http.StatusNotModified || token == ""
			s.requests = append(s.requests, Request{r.Method, r.URL.Path, token, status, spent})
		}()
		switch {
		case fault != nil && fault(n, r):
		case len(secret) > 0 && !slices.Contains(secret, token):
			write(n, http.StatusNotFound, map[string]string{"message": "Not Found"})
		case quota != nil:
			quota.serve(n, r, token, next)
		default:
			next.ServeHTTP(n, r)
		}
	})
}

func tokenOf(r *http.Request) string {
	_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	return token
}

// find returns the repository that a path names.
func (s *Server) find(path string) (Repository, bool) {
	path, _ = url.PathUnescape(path)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.every != nil {
		return s.every(path)
	}
	for _, one := range s.held {
		if one.Path == path {
			return one, true
		}
	}
	return s.repo, path == s.repo.Path
}

func write(w http.ResponseWriter, status int, body any) {
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	content, err := json.Marshal(body)
	if err != nil {
		panic(err)
	}
	w.WriteHeader(status)
	_, _ = w.Write(content)
}

// marked writes an answer that has a mark, or 304 to whoever holds it. The mark
// belongs to the token, as GitHub's does; the date to everybody.
func marked(w http.ResponseWriter, r *http.Request, updated time.Time, body any) {
	content, _ := json.Marshal(body)
	etag := fmt.Sprintf(`W/"%x"`, hash(string(content)+tokenOf(r)))
	modified := updated.UTC().Format(http.TimeFormat)
	w.Header().Set("ETag", etag)
	w.Header().Set("Last-Modified", modified)
	same := r.Header.Get("If-Modified-Since") == modified
	if mark := r.Header.Get("If-None-Match"); mark != "" {
		same = mark == etag
	}
	if same {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, body)
}

func hash(s string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(s) {
		h = (h ^ uint64(s[i])) * 1099511628211
	}
	return h
}
