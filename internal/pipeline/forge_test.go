package pipeline_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/forgejo"
	"github.com/perenne-audit/perenne/internal/forge/forgetest"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/store"
)

// withForge gives the keeper's server a forge's API besides git: one host, as real
// ones are.
func withForge(t *testing.T, k *kept, tokens ...string) *forgetest.Server {
	t.Helper()
	stand := forgetest.New(t, forge.Forgejo)
	stand.Every(func(path string) (forgetest.Repository, bool) {
		r := forgetest.Example()
		r.Path, r.Organisation = path, true
		return r, true
	})
	k.answers(func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/api/") {
			stand.Config.Handler.ServeHTTP(w, r)
			return true
		}
		// A forge has an owner before the name.
		r.URL.Path = strings.TrimPrefix(r.URL.Path, "/equipe")
		return false
	})
	k.job.Repository = strings.Replace(k.job.Repository, "/bare.git", "/equipe/bare.git", 1)
	portfolio := &audit.Portfolio{Challenges: []audit.Challenge{{
		ID: k.job.Challenge, Name: "Accueil", Repositories: []audit.Source{{URL: k.job.Repository}},
	}}}
	k.Portfolio = func() *audit.Portfolio { return portfolio }
	k.Options.Forges = forge.NewDesk(forge.Config{
		Open:   map[forge.Kind]forge.Open{forge.Forgejo: forgejo.Open},
		Tokens: func(string) []string { return tokens }, Variable: func(string) string { return "PERENNE_GIT_TOKEN_X" },
		Refresh: 7 * 24 * time.Hour, Timeout: 5 * time.Second, Now: func() time.Time { return k.now },
	})
	return stand
}

const ownership = "owned-by-organisation"

// owned returns what the last audit answered to a question that only a forge can.
func owned(t *testing.T, k *kept) audit.Verdict {
	t.Helper()
	state, err := k.Store.State(t.Context(), store.Key{Challenge: k.job.Challenge, Repository: k.job.Repository})
	if err != nil || state.Latest == nil {
		t.Fatalf("no audit: %v", err)
	}
	for _, j := range state.Latest.Result.Judged {
		if j.Check.ID == ownership {
			return j.Verdict
		}
	}
	t.Fatal("the question was not asked")
	return audit.Verdict{}
}

func TestForgeAnswersBesideTheFetch(t *testing.T) {
	k := keep(t)
	stand := withForge(t, k, "example-token")
	if err := k.Audit(t.Context(), k.job); err != nil {
		t.Fatal(err)
	}
	if v := owned(t, k); v.Answer != audit.AnswerMet {
		t.Errorf("%+v", v)
	}
	// The commit stays, the owner changes.
	stand.Change(func(r *forgetest.Repository) { r.Organisation = false })
	stand.Every(func(path string) (forgetest.Repository, bool) {
		r := forgetest.Example()
		r.Path, r.Updated = path, r.Updated.Add(time.Hour)
		return r, true
	})
	k.now = k.now.Add(24 * time.Hour)
	if err := k.Audit(t.Context(), k.job); err != nil || !k.last.Unchanged {
		t.Fatalf("%v %+v", err, k.last)
	}
	if v := owned(t, k); v.Answer != audit.AnswerNotMet {
		t.Errorf("after the transfer: %+v", v)
	}
}

// Whatever a forge does, the audit goes on without it, and says so.
func TestForgeThatFailsFailsNoAudit(t *testing.T) {
	for name, tc := range map[string]struct {
		tokens []string
		fault  func(http.ResponseWriter, *http.Request) bool
		key    string
	}{
		"no token": {nil, nil, "forge-no-token"},
		"forbidden": {[]string{"x"}, func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/version") {
				return false
			}
			w.WriteHeader(http.StatusForbidden)
			return true
		}, "forge-forbidden"},
		"broken": {[]string{"x"}, func(w http.ResponseWriter, r *http.Request) bool {
			if strings.Contains(r.URL.Path, "/version") {
				return false
			}
			_, _ = w.Write([]byte("{"))
			return true
		}, "forge-damaged"},
		"no forge": {[]string{"x"}, func(w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(http.StatusNotFound)
			return true
		}, "forge-unrecognised"},
	} {
		t.Run(name, func(t *testing.T) {
			k := keep(t)
			withForge(t, k, tc.tokens...).Fail(tc.fault)
			if err := k.Audit(t.Context(), k.job); err != nil {
				t.Fatal(err)
			}
			if v := owned(t, k); v.Answer != audit.AnswerUnknown || v.Reason.Key != tc.key {
				t.Errorf("%+v", v)
			}
		})
	}
}

// In the service a limit puts the job off; nothing is kept with a hole.
func TestForgeThatLimitsPutsTheJobOff(t *testing.T) {
	k := keep(t)
	stand := withForge(t, k, "x")
	limited := func(w http.ResponseWriter, r *http.Request) bool {
		if strings.Contains(r.URL.Path, "/version") {
			return false
		}
		w.Header().Set("Retry-After", "120")
		w.WriteHeader(http.StatusTooManyRequests)
		return true
	}
	stand.Fail(limited)
	err := k.Audit(t.Context(), k.job)
	var wait interface{ RetryAfter() time.Duration }
	if !errors.Is(err, audit.ErrRateLimited) || !errors.As(err, &wait) || wait.RetryAfter() != 2*time.Minute {
		t.Fatalf("%v", err)
	}
	stand.Fail(nil)
	k.now = k.now.Add(3 * time.Minute)
	if err := k.Audit(t.Context(), k.job); err != nil {
		t.Fatal(err)
	}
	// The clock of a limit is the forge's, whatever was known before.
	k.now = k.now.Add(time.Hour)
	stand.Fail(limited)
	if err := k.Audit(t.Context(), k.job); err == nil {
		t.Error("the job has to come back")
	}
	// A command asks once and does not wait.
	o := k.Options
	o.Acquire.TakenAt, o.Catalogue = k.now, checks.Version
	result, err := pipeline.Audit(t.Context(), k.job.Repository, o)
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range result.Judged {
		if j.Check.ID == ownership && j.Verdict.Reason.Key != "forge-limited" {
			t.Errorf("%+v", j.Verdict)
		}
	}
}
