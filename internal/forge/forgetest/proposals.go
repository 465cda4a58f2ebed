package forgetest

import (
	"crypto/sha1" // git's own name of a file
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// blobOf is git's name of a file's content.
func blobOf(content string) string {
	sum := sha1.Sum([]byte(fmt.Sprintf("blob %d\x00%s", len(content), content)))
	return hex.EncodeToString(sum[:])
}

// RunProposals runs what a client that opens merge requests has to pass.
func (s Suite) RunProposals(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"opens one, then leaves it":             s.proposesOnce,
		"writes nothing unless told":            s.proposesDry,
		"brings it up to date":                  s.proposesAgain,
		"leaves what somebody committed to":     s.proposesNotOver,
		"leaves what somebody amended":          s.proposesNotOverAmended,
		"does not open again what was declined": s.proposesNoMore,
		"goes on after a merge":                 s.proposesNext,
		"is not fooled by a fork":               s.proposesBesideForks,
		"refuses a file that has changed":       s.proposesStale,
		"goes on after a fault":                 s.proposesAfterFaults,
		"names why it cannot":                   s.proposesReasons,
	} {
		t.Run(name, test)
	}
}

const proposed = "perenne/fix"

func proposal() forge.Proposal {
	return forge.Proposal{Commit: Main, Into: "main", Branch: proposed, Title: "Compléter le dépôt", Body: "Des <fichiers> & \"plus\".", Files: []forge.ProposedFile{
		{Path: "README.md", Before: []byte("# Guichet\n"), After: []byte("# Guichet\n\n## Contact\n")},
		{Path: ".github/é.md", After: []byte("nouveau\n")},
	}}
}

// proposer is what opens requests at a stand-in, and its repository.
func (s Suite) proposer(t *testing.T, server *Server, tokens ...string) (forge.Proposer, forge.Repo) {
	t.Helper()
	r, ok := forge.ParseRepo(server.Address())
	if !ok {
		t.Fatal(server.Address())
	}
	p, err := s.desk(t, server, newClock(), tokens...).Proposer(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return p, r
}

// propose sends a proposal and compares the outcome.
func (s Suite) propose(t *testing.T, server *Server, p forge.Proposal, want forge.Outcome) forge.MergeRequest {
	t.Helper()
	at, r := s.proposer(t, server, token)
	got, request, err := forge.Propose(t.Context(), at, r, p, true)
	if err != nil || got != want {
		t.Fatalf("%s %+v %v, want %s", got, request, err, want)
	}
	return request
}

func writes(requests []Request) (n int) {
	for _, r := range requests {
		if r.Method != http.MethodGet {
			n++
		}
	}
	return n
}

func (s Suite) proposesOnce(t *testing.T) {
	server := New(t, s.Kind)
	first := s.propose(t, server, proposal(), forge.Opened)
	files, requests := server.Held(proposed)
	if files["README.md"] != "# Guichet\n\n## Contact\n" || files[".github/é.md"] != "nouveau\n" || requests != 1 {
		t.Errorf("%q, %d requests", files, requests)
	}
	if first.Number != 1 || !strings.HasPrefix(first.URL, server.URL) {
		t.Errorf("%+v", first)
	}
	server.mu.Lock()
	if q := server.git.requests[0]; q.title != "Compléter le dépôt" || q.body != "Des <fichiers> & \"plus\"." || q.into != "main" {
		t.Errorf("%+v", q)
	}
	server.mu.Unlock()
	server.Requests()
	if again := s.propose(t, server, proposal(), forge.Unchanged); again != first {
		t.Errorf("%+v, then %+v", first, again)
	}
	if n := writes(server.Requests()); n != 0 {
		t.Errorf("%d writes for what is there", n)
	}
	if files, _ := server.Held("main"); len(files) != 1 || files["README.md"] != "# Guichet\n" {
		t.Errorf("main holds %q", files)
	}
}

func (s Suite) proposesDry(t *testing.T) {
	server := New(t, s.Kind)
	at, r := s.proposer(t, server, token)
	got, request, err := forge.Propose(t.Context(), at, r, proposal(), false)
	if err != nil || got != forge.Opened || request != (forge.MergeRequest{}) {
		t.Errorf("%s %+v %v", got, request, err)
	}
	if n := writes(server.Requests()); n != 0 {
		t.Errorf("%d writes", n)
	}
}

func (s Suite) proposesAgain(t *testing.T) {
	server := New(t, s.Kind)
	first := s.propose(t, server, proposal(), forge.Opened)
	p := proposal()
	p.Files[1].After = []byte("autre\n")
	if second := s.propose(t, server, p, forge.Updated); second != first {
		t.Errorf("%+v, then %+v", first, second)
	}
	files, requests := server.Held(proposed)
	if files[".github/é.md"] != "autre\n" || files["README.md"] != "# Guichet\n\n## Contact\n" || requests != 1 {
		t.Errorf("%q, %d requests", files, requests)
	}
	s.propose(t, server, p, forge.Unchanged)
}

func (s Suite) proposesNotOver(t *testing.T) {
	server := New(t, s.Kind)
	s.propose(t, server, proposal(), forge.Opened)
	server.CommitAs(proposed, "Je préfère ainsi")
	server.Requests()
	p := proposal()
	p.Files[1].After = []byte("autre\n")
	if request := s.propose(t, server, p, forge.LeftAlone); request.Number != 1 {
		t.Errorf("%+v", request)
	}
	if files, _ := server.Held(proposed); files[".github/é.md"] != "nouveau\n" || files["NOTES.md"] == "" || writes(server.Requests()) != 0 {
		t.Errorf("%q", files)
	}
}

// An amended commit keeps its message, by which it would be taken for ours.
func (s Suite) proposesNotOverAmended(t *testing.T) {
	server := New(t, s.Kind)
	s.propose(t, server, proposal(), forge.Opened)
	server.Amend(proposed, ".github/é.md", "corrigé\n")
	server.Requests()
	p := proposal()
	p.Files[1].After = []byte("autre\n")
	if request := s.propose(t, server, p, forge.LeftAlone); request.Number != 1 {
		t.Errorf("%+v", request)
	}
	if files, _ := server.Held(proposed); files[".github/é.md"] != "corrigé\n" || writes(server.Requests()) != 0 {
		t.Errorf("%q", files)
	}
}

func (s Suite) proposesNoMore(t *testing.T) {
	server := New(t, s.Kind)
	s.propose(t, server, proposal(), forge.Opened)
	server.End(false)
	server.Requests()
	p := proposal()
	p.Files[1].After = []byte("autre\n")
	if request := s.propose(t, server, p, forge.Declined); request.Number != 1 || writes(server.Requests()) != 0 {
		t.Errorf("%+v", request)
	}
}

func (s Suite) proposesNext(t *testing.T) {
	server := New(t, s.Kind)
	s.propose(t, server, proposal(), forge.Opened)
	server.End(true)
	if next := s.propose(t, server, proposal(), forge.Opened); next.Number != 2 {
		t.Errorf("%+v", next)
	}
}

func (s Suite) proposesBesideForks(t *testing.T) {
	server := New(t, s.Kind)
	for range 4 {
		server.git.requests = append(server.git.requests, request{number: len(server.git.requests) + 1, head: proposed, into: "main", title: "from a fork", fromAnotherOwner: true, closed: true})
	}
	s.propose(t, server, proposal(), forge.Opened)
	s.propose(t, server, proposal(), forge.Unchanged)
}

func (s Suite) proposesStale(t *testing.T) {
	server := New(t, s.Kind)
	p := proposal()
	p.Files[0].Before, p.Commit = []byte("# What it was before\n"), strings.Repeat("9", 40)
	at, r := s.proposer(t, server, token)
	if outcome, _, err := forge.Propose(t.Context(), at, r, p, true); err == nil {
		t.Errorf("%s", outcome)
	}
	if _, requests := server.Held(proposed); requests != 0 {
		t.Errorf("%d requests", requests)
	}
}

// What was begun before a fault is taken up, and not begun twice.
func (s Suite) proposesAfterFaults(t *testing.T) {
	for name, fault := range map[string]func(w http.ResponseWriter){
		"500":       func(w http.ResponseWriter) { w.WriteHeader(http.StatusInternalServerError) },
		"no answer": func(http.ResponseWriter) { panic(http.ErrAbortHandler) },
		"no JSON":   func(w http.ResponseWriter) { w.WriteHeader(http.StatusOK); _, _ = w.Write([]byte("{\"half")) },
	} {
		t.Run(name, func(t *testing.T) {
			for broken := 1; ; broken++ {
				server := New(t, s.Kind)
				count, hit := 0, false
				server.Fail(func(w http.ResponseWriter, _ *http.Request) bool {
					if count++; count == broken {
						hit = true
						fault(w)
						return true
					}
					return false
				})
				at, r := s.proposer(t, server, token)
				outcome, _, err := forge.Propose(t.Context(), at, r, proposal(), true)
				if !hit {
					if err != nil || outcome != forge.Opened {
						t.Fatalf("%s %v", outcome, err)
					}
					return
				}
				// A question that got no answer is asked again by the transport itself.
				if err == nil && (name != "no answer" || outcome != forge.Opened) {
					t.Errorf("request %d: %s", broken, outcome)
				}
				server.Fail(nil)
				at, r = s.proposer(t, server, token)
				if outcome, _, err = forge.Propose(t.Context(), at, r, proposal(), true); err != nil || outcome != forge.Opened && outcome != forge.Unchanged {
					t.Errorf("after request %d: %s %v", broken, outcome, err)
				}
				if files, requests := server.Held(proposed); requests != 1 || len(files) != 2 {
					t.Errorf("after request %d: %d requests, %q", broken, requests, files)
				}
			}
		})
	}
}

func (s Suite) proposesReasons(t *testing.T) {
	server := New(t, s.Kind)
	r, _ := forge.ParseRepo(server.Address())
	if _, err := s.desk(t, server, newClock()).Proposer(t.Context(), r); !errors.Is(err, audit.ErrUnsupported) || !strings.Contains(err.Error(), "PERENNE_GIT_TOKEN_X") {
		t.Errorf("without a token: %v", err)
	}
	for status, want := range map[int]error{http.StatusForbidden: audit.ErrForbidden, http.StatusNotFound: audit.ErrNotFound, http.StatusTooManyRequests: audit.ErrRateLimited} {
		server.Fail(func(w http.ResponseWriter, q *http.Request) bool {
			if q.Method == http.MethodGet {
				return false
			}
			w.WriteHeader(status)
			return true
		})
		at, r := s.proposer(t, server, token)
		_, _, err := forge.Propose(t.Context(), at, r, proposal(), true)
		var wait interface{ RetryAfter() time.Duration }
		if !errors.Is(err, want) || errors.As(err, &wait) != (want == audit.ErrRateLimited) || strings.Contains(err.Error(), token) {
			t.Errorf("%d: %v", status, err)
		}
	}
}
