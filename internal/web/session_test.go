package web

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// shared is a store of sessions that counts what is written.
type shared struct {
	mu     sync.Mutex
	kept   map[string]store.Session
	writes int
	down   error
}

func (s *shared) KeepSession(_ context.Context, one store.Session) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.writes++
	s.kept[one.Token] = one
	return s.down
}

func (s *shared) Session(_ context.Context, token string, now time.Time) (store.Session, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.kept[token]
	if s.down != nil {
		return one, s.down
	}
	if !ok || !one.Expires.After(now) {
		return one, audit.ErrNotFound
	}
	return one, nil
}

func (s *shared) EndSession(_ context.Context, token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.kept, token)
	return s.down
}

func (s *shared) EndExpired(context.Context, time.Time) (int, error) { return 0, nil }

// Somebody who logged in with one process is known to the others, until they log
// out of any; reading pages writes nothing, and a token that goes takes its
// sessions with it.
func TestSessionsAreShared(t *testing.T) {
	in := &shared{kept: map[string]store.Session{}}
	process := func(tokens []Token) http.Handler {
		s := settings()
		s.Access = Access{Restricted: true, Tokens: tokens, Sessions: in}
		return newSite(t, s)
	}
	one, two, without := process(tokens()), process(tokens()), process(tokens()[:1])
	w := do(t, one, "POST", "/login", "token="+secretOf(Editor)+"&to=/checks", "Content-Type", form)
	cookie := w.Result().Cookies()[0]
	sent := []string{"Cookie", cookie.Name + "=" + cookie.Value}
	for range 3 {
		if w := get(t, two, "/", sent...); w.Code != http.StatusOK || !strings.Contains(w.Body.String(), "test editor") {
			t.Fatalf("the other process answers %d", w.Code)
		}
	}
	if in.writes != 1 {
		t.Errorf("one login and three pages were written %d times", in.writes)
	}
	for token, kept := range in.kept {
		if strings.Contains(token, cookie.Value) || strings.Contains(string(kept.Content), secretOf(Editor)) {
			t.Error("what is kept logs somebody in")
		}
	}
	if w := get(t, without, "/", sent...); w.Code != http.StatusSeeOther {
		t.Errorf("a session outlives its token: %d", w.Code)
	}
	in.down = audit.ErrUnreachable
	if w := get(t, two, "/", sent...); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without the database: %d", w.Code)
	}
	if w := get(t, two, "/healthz", sent...); w.Code != http.StatusOK {
		t.Errorf("a probe without the database: %d", w.Code)
	}
	in.down = nil
	if w := do(t, two, "POST", "/logout", "", sent...); w.Code != http.StatusSeeOther {
		t.Errorf("logout: %d", w.Code)
	}
	if w := get(t, one, "/", sent...); w.Code != http.StatusSeeOther {
		t.Errorf("the session outlives the logout elsewhere: %d", w.Code)
	}
}

func TestSessionsAreWrittenInWords(t *testing.T) {
	var c sessionCodec
	at := time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)
	written, err := c.Encode(at, map[string]any{"b": "2", "a": "1"})
	if err != nil || string(written) != `{"deadline":"2026-11-24T10:00:00Z","values":{"a":"1","b":"2"}}` {
		t.Errorf("%s %v", written, err)
	}
	deadline, values, err := c.Decode(written)
	if err != nil || !deadline.Equal(at) || len(values) != 2 || values["a"] != "1" {
		t.Errorf("%v %v %v", deadline, values, err)
	}
	if _, err := c.Encode(at, map[string]any{"a": 1}); err == nil {
		t.Error("a number was written")
	}
	if _, _, err := c.Decode([]byte("x")); err == nil || errors.Is(err, audit.ErrNotFound) {
		t.Error("nonsense was read")
	}
}
