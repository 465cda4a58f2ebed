package web

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Anybody may ask whether the service is ready: the answer names neither the
// database nor where it is. The log does, and not at every probe.
func TestReadyTellsTheKindOnly(t *testing.T) {
	now := today
	for is, want := range map[error]string{
		audit.ErrUnreachable: "see that it runs", audit.ErrTooLarge: "free some disk space", audit.ErrForbidden: "password and rights",
		audit.ErrNotFound: "put it back", audit.ErrDamaged: "restore a backup", audit.ErrUnsupported: "start perenne again",
		context.DeadlineExceeded: "in time", errors.New("odd"): "cannot do its work",
	} {
		var log bytes.Buffer
		s := settings()
		s.Now = func() time.Time { return now }
		s.Logger = slog.New(slog.NewTextHandler(&log, nil))
		down := cohort()
		down.down = fmt.Errorf("open database \"secret-name\" at db.internal:5432: %w", is)
		s.Board = down
		h := newSite(t, s)
		for range 3 {
			w := get(t, h, "/readyz")
			if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), want) || strings.Contains(w.Body.String(), "internal") {
				t.Errorf("%v: %d %q", is, w.Code, w.Body)
			}
		}
		if strings.Count(log.String(), "db.internal:5432") != 1 {
			t.Errorf("%v: the log says:\n%s", is, &log)
		}
		now = now.Add(toldEvery)
		get(t, h, "/readyz")
		down.down = nil
		if w := get(t, h, "/readyz"); w.Code != http.StatusOK || w.Body.String() != "ready\n" {
			t.Errorf("back: %d %q", w.Code, w.Body)
		}
		if strings.Count(log.String(), "db.internal:5432") != 2 || !strings.Contains(log.String(), "ready again") {
			t.Errorf("%v: the log says:\n%s", is, &log)
		}
	}
}

// A process without pages answers probes to all and metrics to readers, and
// nothing else.
func TestProbesWithoutPages(t *testing.T) {
	var down error
	page := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "counted\n") })
	h, err := NewProbes(Probes{
		Ready: func(context.Context) error { return down }, Metrics: page, Access: Access{Restricted: true, Tokens: tokens()},
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		method, path string
		role         Role
		want         int
	}{
		{"GET", "/healthz", Nobody, 200}, {"GET", "/readyz", Nobody, 200},
		{"GET", "/metrics", Nobody, 401}, {"GET", "/metrics", Viewer, 200},
		{"GET", "/", Nobody, 404}, {"GET", "/login", Nobody, 404}, {"GET", "/challenges/plume", Admin, 404}, {"POST", "/metrics", Admin, 404},
	} {
		w := do(t, h, c.method, c.path, "", bearer(c.role)...)
		if w.Code != c.want || strings.Contains(w.Body.String(), "<html") {
			t.Errorf("%s %s as %q: %d %q", c.method, c.path, c.role, w.Code, w.Body)
		}
	}
	if w := get(t, h, "/nowhere", "Authorization", "Bearer wrong"); w.Code != http.StatusUnauthorized {
		t.Errorf("a wrong token: %d", w.Code)
	}
	if w := do(t, h, "POST", "/", "", "Sec-Fetch-Site", "cross-site"); w.Code != http.StatusForbidden {
		t.Errorf("another site: %d", w.Code)
	}
	down = audit.ErrUnreachable
	if w := get(t, h, "/readyz"); w.Code != http.StatusServiceUnavailable {
		t.Errorf("without a database: %d", w.Code)
	}
	if _, err := NewProbes(Probes{Access: Access{Tokens: []Token{{Name: "x"}}}}); err == nil {
		t.Error("a token without hash and role")
	}
}
