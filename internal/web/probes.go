package web

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// healthy says that the process answers.
func (s *site) healthy(w http.ResponseWriter, _ *http.Request) error {
	return plain(w, http.StatusOK, "ok")
}

// ready says whether it can do its work, and if not of what kind the fault is.
// Anybody may ask, so names and addresses are for the log.
func (s *site) ready(w http.ResponseWriter, r *http.Request) error {
	err := s.readiness(r.Context())
	s.told.log(s.Logger, err, s.Now())
	if err != nil {
		return plain(w, http.StatusServiceUnavailable, kindOf(err)+"; the log says more")
	}
	return plain(w, http.StatusOK, "ready")
}

// kindOf says what is wrong with the database without a word of the error's own.
func kindOf(err error) string {
	for _, kind := range []struct {
		is   error
		says string
	}{
		{audit.ErrUnreachable, "the database cannot be reached: see that it runs and can be reached from here"},
		{audit.ErrTooLarge, "the database has no room: free some disk space: nothing was lost"},
		{audit.ErrForbidden, "the database lets nobody in, or nobody write: see the user's password and rights"},
		{audit.ErrNotFound, "the database is not where it was: put it back"},
		{audit.ErrDamaged, "the database is damaged: restore a backup"},
		{audit.ErrUnsupported, "the database is another one than before: start perenne again"},
		{context.DeadlineExceeded, "the database does not answer in time"},
	} {
		if errors.Is(err, kind.is) {
			return kind.says
		}
	}
	return "the service cannot do its work"
}

// told is what the log was told about the service's readiness.
type told struct {
	mu   sync.Mutex
	what string
	at   time.Time
}

// toldEvery is how often the log is told the same again: probes come every few
// seconds.
const toldEvery = time.Minute

func (t *told) log(to *slog.Logger, err error, now time.Time) {
	t.mu.Lock()
	defer t.mu.Unlock()
	what := ""
	if err != nil {
		what = audit.MaskEmails(err.Error())
	}
	if what == t.what && (what == "" || now.Sub(t.at).Abs() < toldEvery) {
		return
	}
	t.what, t.at = what, now
	if err == nil {
		to.Info("ready again")
		return
	}
	to.Warn("not ready", "error", what)
}

func plain(w http.ResponseWriter, status int, text string) error {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	w.WriteHeader(status)
	_, err := w.Write([]byte(text + "\n"))
	return err
}

// Probes is what a process shows that serves no pages.
type Probes struct {
	// Ready reports why the process cannot do its work, or nil.
	Ready func(context.Context) error
	// Metrics serves /metrics.
	Metrics http.Handler
	Access  Access
	Lang    audit.Lang
	Logger  *slog.Logger
}

// NewProbes returns the handler of /healthz, /readyz and /metrics. Metrics are
// for whoever may read; the other two are for everybody.
func NewProbes(p Probes) (http.Handler, error) {
	s, err := prepare(Config{Metrics: p.Metrics, Access: p.Access, Lang: p.Lang, Logger: p.Logger})
	if err != nil {
		return nil, err
	}
	s.readiness = p.Ready
	mux := http.NewServeMux()
	s.page(mux, "GET /healthz", open, s.healthy)
	s.page(mux, "GET /readyz", open, s.ready)
	s.page(mux, "/", open, func(http.ResponseWriter, *http.Request) error { return audit.ErrNotFound })
	mux.Handle("GET /metrics", s.allow(toRead, s.Metrics))
	return s.guard(mux), nil
}
