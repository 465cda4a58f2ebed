package forgetest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

// RunIssues runs what a client that writes issues has to pass.
func (s Suite) RunIssues(t *testing.T) {
	for name, test := range map[string]func(*testing.T){
		"opens, edits, closes, reopens":       s.issueLife,
		"is found again":                      s.issueFound,
		"is found on a later page":            s.issuePaged,
		"is not opened twice after no answer": s.issueLost,
		"is one when two open it":             s.issueTwice,
		"names why it cannot write":           s.issueReasons,
		"is not sent again":                   s.issueFaults,
		"honours limits":                      s.issueLimits,
	} {
		t.Run(name, test)
	}
}

const marker, label = "<!-- perenne:plan gobelins -->", "perenne"

// draft is an issue to open.
func draft() forge.Issue {
	return forge.Issue{Title: "À faire", Body: marker + "\n- [ ] é & <b> \"c\"\n", Labels: []string{label, "à trier"}}
}

// writing returns what writes issues to a stand-in, and its repository.
func (s Suite) writing(t *testing.T, server *Server, tokens ...string) (forge.Issues, forge.Repo) {
	t.Helper()
	if len(tokens) == 0 {
		tokens = []string{token}
	}
	r, ok := forge.ParseRepo(server.Address())
	if !ok {
		t.Fatal(server.Address())
	}
	issues, err := s.desk(t, server, newClock(), tokens...).Issues(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	return issues, r
}

func twin(number int64) string { return fmt.Sprintf("see #%d", number) }

func (s Suite) opened(t *testing.T, c forge.Issues, r forge.Repo) *forge.Issue {
	t.Helper()
	i, err := forge.OpenIssue(t.Context(), c, r, marker, label, draft(), twin)
	if err != nil {
		t.Fatal(err)
	}
	return i
}

func (s Suite) issueLife(t *testing.T) {
	server := New(t, s.Kind)
	c, r := s.writing(t, server)
	i := s.opened(t, c, r)
	if i.Number != 1 || i.Title != draft().Title || i.Body != draft().Body || i.Closed || !slices.Equal(i.Labels, draft().Labels) || i.URL == "" {
		t.Errorf("%+v", i)
	}
	server.EditByHand(1, func(i *forge.Issue) { i.Title, i.Labels = "Renommé", []string{label, "urgent"} })
	body, yes, no := "neu\r\n", true, false
	for _, e := range []forge.Edit{{Body: &body}, {Closed: &yes}, {Closed: &no}, {Body: &body, Closed: &yes}} {
		got, err := c.EditIssue(t.Context(), r, 1, e)
		if err != nil {
			t.Fatal(err)
		}
		if got.Body != body || got.Title != "Renommé" || !slices.Equal(got.Labels, []string{label, "urgent"}) || e.Closed != nil && got.Closed != *e.Closed {
			t.Errorf("%+v: %+v", e, got)
		}
		if read, err := c.Issue(t.Context(), r, 1); err != nil || read.Body != got.Body || read.Closed != got.Closed {
			t.Errorf("%+v %v", read, err)
		}
	}
	if _, err := c.Issue(t.Context(), r, 77); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("an issue that is not there: %v", err)
	}
	if n := len(server.Issues()); n != 1 {
		t.Errorf("%d issues", n)
	}
}

func (s Suite) issueFound(t *testing.T) {
	server := New(t, s.Kind)
	c, r := s.writing(t, server)
	find := func() *forge.Issue {
		t.Helper()
		i, err := forge.FindIssue(t.Context(), c, r, marker, label)
		if err != nil {
			t.Fatal(err)
		}
		return i
	}
	if i := find(); i != nil {
		t.Errorf("%+v", i)
	}
	server.open(forge.Issue{Title: "another", Body: "about <!-- perenne:plan other -->", Labels: []string{label}})
	s.opened(t, c, r)
	server.Requests()
	if i := find(); i == nil || i.Number != 2 || len(server.Requests()) != 1 {
		t.Errorf("%+v", i)
	}
	// Somebody closed it, took the label off and wrote another title.
	server.EditByHand(2, func(i *forge.Issue) { i.Closed, i.Labels, i.Title = true, nil, "x" })
	if i := find(); i == nil || i.Number != 2 || !i.Closed {
		t.Errorf("%+v", i)
	}
}

func (s Suite) issuePaged(t *testing.T) {
	server := New(t, s.Kind)
	server.written.page = 2
	c, r := s.writing(t, server)
	s.opened(t, c, r)
	server.EditByHand(1, func(i *forge.Issue) { i.Labels = nil })
	for range 9 {
		server.open(forge.Issue{Title: "another"})
	}
	server.Requests()
	i, err := forge.FindIssue(t.Context(), c, r, marker, label)
	if err != nil || i == nil || i.Number != 1 {
		t.Errorf("%+v %v", i, err)
	}
	const pages = 5
	if got := len(server.Requests()); got != pages+1 {
		t.Errorf("%d requests", got)
	}
	// A list without an end is not read to the end.
	for range 30 {
		server.open(forge.Issue{Title: "another"})
	}
	if i, err = forge.FindIssue(t.Context(), c, r, marker, label); i != nil || err != nil {
		t.Errorf("%+v %v", i, err)
	}
}

// deaf takes an answer that does not arrive.
type deaf struct{ header http.Header }

// Header implements [http.ResponseWriter].
func (d *deaf) Header() http.Header { return d.header }

// Write implements [http.ResponseWriter].
func (d *deaf) Write(p []byte) (int, error) { return len(p), nil }

// WriteHeader implements [http.ResponseWriter].
func (d *deaf) WriteHeader(int) {}

// The answer to a creation is lost, with the label and without: whoever looks finds
// it.
func (s Suite) issueLost(t *testing.T) {
	for _, reader := range []bool{false, true} {
		server := New(t, s.Kind)
		server.written.reader, server.written.labels = reader, []string{label, "à trier"}
		c, r := s.writing(t, server)
		server.Lose(http.MethodPost, "")
		if _, err := c.CreateIssue(t.Context(), r, draft()); !errors.Is(err, audit.ErrUnreachable) {
			t.Errorf("%v", err)
		}
		if n := len(server.Issues()); n != 1 {
			t.Fatalf("%d issues: the request was sent again", n)
		}
		if i, err := forge.FindIssue(t.Context(), c, r, marker, label); err != nil || i == nil || i.Number != 1 {
			t.Errorf("reader %t: %+v %v", reader, i, err)
		}
	}
}

// Two processes that know nothing of each other find no issue, and both open one.
func (s Suite) issueTwice(t *testing.T) {
	server := New(t, s.Kind)
	var together sync.WaitGroup
	numbers := make([]int64, 4)
	for n := range numbers {
		c, r := s.writing(t, server)
		together.Go(func() {
			i, err := forge.OpenIssue(t.Context(), c, r, marker, label, draft(), twin)
			if err != nil {
				t.Error(err)
				return
			}
			numbers[n] = i.Number
		})
	}
	together.Wait()
	for _, i := range server.Issues() {
		if mine := strings.Contains(i.Body, marker); mine != (i.Number == 1) || i.Closed == mine {
			t.Errorf("%+v", i)
		}
	}
	if !slices.Contains(numbers, 1) || slices.Max(numbers) > 1 {
		t.Errorf("they went on with %v", numbers)
	}
}

func (s Suite) issueReasons(t *testing.T) {
	server := New(t, s.Kind)
	c, r := s.writing(t, server)
	for status, want := range map[int]error{401: audit.ErrForbidden, 403: audit.ErrForbidden, 422: audit.ErrDamaged, 500: audit.ErrUnreachable} {
		server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodGet {
				return false
			}
			write(w, status, map[string]string{"message": "no, " + tokenOf(r)})
			return true
		})
		_, err := c.CreateIssue(t.Context(), r, draft())
		_, err2 := c.EditIssue(t.Context(), r, 1, forge.Edit{})
		for _, err := range []error{err, err2} {
			if !errors.Is(err, want) || strings.Contains(err.Error(), token) {
				t.Errorf("%d: %v", status, err)
			}
		}
	}
	if n := len(server.Issues()); n != 0 {
		t.Errorf("%d issues", n)
	}
	// A token that may not label still opens.
	server.Fail(nil)
	server.written.reader = true
	if i := s.opened(t, c, r); len(i.Labels) != 0 {
		t.Errorf("%+v", i)
	}
	if s.Kind == forge.GitHub {
		server.written.without = true
		if _, _, err := c.ListIssues(t.Context(), r, "", 1); !errors.Is(err, audit.ErrUnsupported) {
			t.Errorf("issues switched off: %v", err)
		}
	}
}

// Whatever goes wrong, one call writes once at most, and the error has a meaning.
func (s Suite) issueFaults(t *testing.T) {
	for name, fault := range map[string]func(w http.ResponseWriter, r *http.Request){
		"502":     func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) },
		"hung up": func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"truncated": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{"number": 1, "ti`))
		},
		"empty": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusCreated)
			_, _ = w.Write([]byte(`{}`))
		},
		"a page": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>")) },
		"slow": func(_ http.ResponseWriter, r *http.Request) {
			// A server notices that nobody waits once it has read all.
			_, _ = io.Copy(io.Discard, r.Body)
			<-r.Context().Done()
		},
	} {
		for what, do := range map[string]func(context.Context, forge.Issues, forge.Repo) error{
			"create": func(ctx context.Context, c forge.Issues, r forge.Repo) error {
				_, err := c.CreateIssue(ctx, r, draft())
				return err
			},
			"edit": func(ctx context.Context, c forge.Issues, r forge.Repo) error {
				_, err := c.EditIssue(ctx, r, 1, forge.Edit{})
				return err
			},
		} {
			server := New(t, s.Kind)
			server.written.labels = []string{label, "à trier"}
			c, r := s.writing(t, server)
			server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
				if r.Method == http.MethodGet {
					return false
				}
				fault(w, r)
				return true
			})
			ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
			err := do(ctx, c, r)
			cancel()
			if !errors.Is(err, audit.ErrUnreachable) && !errors.Is(err, audit.ErrDamaged) {
				t.Errorf("%s, %s: %v", name, what, err)
			}
			// A request is noted when the stand-in has done with it.
			server.CloseClientConnections()
			server.Close()
			writes := 0
			for _, one := range server.Requests() {
				if one.Method != http.MethodGet {
					writes++
				}
			}
			if writes != 1 {
				t.Errorf("%s, %s: sent %d times", name, what, writes)
			}
		}
	}
	// A list that cannot be read is not an empty one: nothing is opened after it.
	server := New(t, s.Kind)
	c, r := s.writing(t, server)
	server.Fail(func(w http.ResponseWriter, _ *http.Request) bool {
		_, _ = w.Write([]byte(`[{"number": 1, "iid": 1, "body": "<!-- pere`))
		return true
	})
	if _, err := forge.FindIssue(t.Context(), c, r, marker, label); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("%v", err)
	}
}

func (s Suite) issueLimits(t *testing.T) {
	server := New(t, s.Kind)
	server.written.labels = []string{label, "à trier"}
	c, r := s.writing(t, server)
	server.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == http.MethodGet {
			return false
		}
		w.Header().Set("Retry-After", "90")
		write(w, http.StatusForbidden, map[string]string{"message": "You have exceeded a secondary rate limit"})
		return true
	})
	for range 2 {
		var wait interface{ RetryAfter() time.Duration }
		if _, err := c.CreateIssue(t.Context(), r, draft()); !errors.Is(err, audit.ErrRateLimited) || !errors.As(err, &wait) || wait.RetryAfter() < 80*time.Second {
			t.Errorf("%v", err)
		}
	}
	posts := 0
	for _, one := range server.Requests() {
		if one.Method == http.MethodPost {
			posts++
		}
	}
	if posts != 1 {
		t.Errorf("asked %d times", posts)
	}
}

// RunStatuses runs what a client that writes beside commits has to pass.
func (s Suite) RunStatuses(t *testing.T) {
	const commit = "3f786850e387550fdab836ed7e6dc881de23001b"
	server := New(t, s.Kind)
	r, _ := forge.ParseRepo(server.Address())
	c, err := s.desk(t, server, newClock(), token).Statuses(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	say := func(what forge.Status, want bool) {
		t.Helper()
		if sent, err := forge.Say(t.Context(), c, r, commit, what); err != nil || sent != want {
			t.Errorf("%+v: sent %t %v", what, sent, err)
		}
	}
	one := forge.Status{Name: "perenne/gobelins", Words: "À compléter : 0,62", URL: "https://perenne.example/challenges/gobelins"}
	say(one, true)
	say(one, false)
	other := forge.Status{Name: "perenne/autre", Failed: true, Words: "Pas prêt"}
	say(other, true)
	if times, got := server.Statuses(commit, one.Name); times != 2 || got != one {
		t.Errorf("%d times, %+v", times, got)
	}
	one.Failed = true
	say(one, true)
	say(one, false)
	one.Words = "Pas prêt : 3 bloquants"
	say(one, true) // GitLab keeps the words of the first, and that is no failure.
	for status, want := range map[int]error{401: audit.ErrForbidden, 403: audit.ErrForbidden, 404: audit.ErrNotFound, 502: audit.ErrUnreachable} {
		server.Fail(func(w http.ResponseWriter, _ *http.Request) bool {
			write(w, status, map[string]string{"message": "no"})
			return true
		})
		if _, err := forge.Say(t.Context(), c, r, commit, one); !errors.Is(err, want) {
			t.Errorf("%d: %v", status, err)
		}
	}
	server.Fail(nil)
	// The answer is lost: the next time, it has been said.
	one.Name, one.Words = "perenne/perdu", "Prêt"
	server.Lose(http.MethodPost, "")
	if _, err := forge.Say(t.Context(), c, r, commit, one); !errors.Is(err, audit.ErrUnreachable) {
		t.Errorf("%v", err)
	}
	say(one, false)
}
