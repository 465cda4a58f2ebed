package demo_test

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/demo"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/score"
)

func audited(t *testing.T, c audit.Challenge, target string, at time.Time) *audit.Result {
	t.Helper()
	settings, err := config.Load("")
	if err != nil {
		t.Fatal(err)
	}
	r, err := pipeline.Audit(t.Context(), target, pipeline.Options{
		Checks: checks.All(), Catalogue: checks.Version, People: c.People, Attestations: c.Attestations, Dates: c.Dates(),
		Acquire: acquire.Options{Limits: settings.Limits, TakenAt: at},
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// intended is what each repository is there to show: its first kind, the bands
// of deployment, transmission and reliability, and its open blockers. A check
// that is added may move a band: then give the content what the check asks for,
// or say here that the demonstration shows the gap.
var intended = map[string]struct {
	kind                                  audit.Kind
	deployment, transmission, reliability audit.Band
	blockers                              string
	people                                int
}{
	"guichet-clair":    {audit.WebApplication, audit.Ready, audit.Ready, audit.ToComplete, "", 3},
	"pluviose":         {audit.ShinyApp, audit.NotReady, audit.NotReady, audit.NotReady, "", 1},
	"lisible":          {audit.Library, audit.Ready, audit.Ready, audit.Ready, "", 4},
	"cadence":          {audit.DataPipeline, audit.ToComplete, audit.ToComplete, audit.NotReady, "", 3},
	"memoire-vive":     {audit.Notebook, audit.NotReady, audit.NotReady, audit.NotReady, "licence-present maintainer-staying", 2},
	"plume":            {audit.DesktopApplication, audit.Ready, audit.ToComplete, audit.ToComplete, "", 3},
	"boussole-agents":  {audit.Documentation, audit.Ready, audit.Ready, audit.ToComplete, "", 3},
	"relais-interface": {audit.WebApplication, audit.ToComplete, audit.Ready, audit.ToComplete, "", 2},
	"relais-service":   {audit.WebApplication, audit.NotReady, audit.ToComplete, audit.NotReady, "no-secrets-committed", 2},
	"relais-donnees":   {audit.DataPipeline, audit.NotReady, audit.NotReady, audit.NotReady, "maintainer-staying readme-useful", 1},
}

func nameOf(url string) string { return strings.TrimSuffix(filepath.Base(url), ".git") }

func TestEveryChallengeShowsWhatItShould(t *testing.T) {
	_, p := shared(t)
	answers := map[audit.Answer]int{}
	for _, c := range p.Challenges {
		for _, source := range c.Repositories {
			name := nameOf(source.URL)
			r := audited(t, c, source.URL, today)
			want := intended[name]
			bands, blockers := map[audit.Axis]audit.Band{}, []string{}
			for _, a := range r.Score.Axes {
				bands[a.Axis] = a.Band
				blockers = append(blockers, a.OpenBlockers...)
			}
			slices.Sort(blockers)
			if r.Deliverables[0].Kind != want.kind || r.Maintainers.People != want.people || strings.Join(blockers, " ") != want.blockers {
				t.Errorf("%s: %s by %d people, open %v", name, r.Deliverables[0].Kind, r.Maintainers.People, blockers)
			}
			for axis, band := range map[audit.Axis]audit.Band{audit.Deployment: want.deployment, audit.Transmission: want.transmission, audit.Reliability: want.reliability} {
				if bands[axis] != band {
					t.Errorf("%s: %s is %q, not %q", name, axis, bands[axis], band)
				}
			}
			for _, j := range r.Judged {
				answers[j.Verdict.Answer]++
			}
		}
	}
	for _, answer := range audit.Answers {
		if answers[answer] == 0 {
			t.Errorf("no verdict is %s", answer)
		}
	}
}

// One challenge is ready for production, so that people see what that looks like.
func TestOneChallengeIsReady(t *testing.T) {
	_, p := shared(t)
	var ready []string
	for _, c := range p.Challenges {
		var repositories []audit.Audited
		for _, source := range c.Repositories {
			repositories = append(repositories, audit.Audited{Source: source, Result: audited(t, c, source.URL, today)})
		}
		if score.Roll(&c, repositories, today).Gate.Open {
			ready = append(ready, c.ID)
		}
	}
	if !slices.Equal(ready, []string{"lisible"}) {
		t.Errorf("ready for production: %v", ready)
	}
}

// The waivers and attestations that speak of checks must name real gaps.
func TestWaiversAreOfOpenGaps(t *testing.T) {
	_, p := shared(t)
	for _, c := range p.Challenges {
		for _, w := range c.Waivers {
			url := cmp.Or(w.Repository, c.Repositories[0].URL)
			r := audited(t, c, url, today)
			i := slices.IndexFunc(r.Judged, func(j audit.Judged) bool { return j.Check.ID == w.Check })
			if i < 0 || !r.Judged[i].Verdict.Answer.Gap() {
				t.Errorf("%s waives %s, which is no gap of %s", c.ID, w.Check, nameOf(url))
			}
		}
	}
}

// Audited at its milestones, a repository gets better over time. One in which
// nothing to deliver can be seen yet is asked so little that it looks fine.
func TestMilestonesMakeACurve(t *testing.T) {
	dir, p := shared(t)
	milestones, err := demo.Milestones(t.Context(), dir, p)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range p.Challenges {
		for _, source := range c.Repositories {
			found := milestones[source.URL]
			if len(found) < 4 {
				t.Errorf("%s has %d milestones", nameOf(source.URL), len(found))
				continue
			}
			if !slices.IsSortedFunc(found, func(a, b demo.Milestone) int { return a.When.Compare(b.When) }) {
				t.Errorf("%s: milestones are not in order", nameOf(source.URL))
			}
			first, middle := audited(t, c, found[0].Target, found[0].When), audited(t, c, found[len(found)/2].Target, found[len(found)/2].When)
			last := audited(t, c, source.URL, today)
			if first.Repository.Commit != found[0].Commit || !first.Repository.CommittedAt.Equal(found[0].When) {
				t.Errorf("%s: audited %+v, not %+v", nameOf(source.URL), first.Repository, found[0])
			}
			for i := 1; len(first.Deliverables) == 0 && i < len(found)/2; i++ {
				first = audited(t, c, found[i].Target, found[i].When)
			}
			if sum(first) >= sum(last) || sum(first) > sum(middle) || sum(middle) > sum(last) {
				t.Errorf("%s: %.2f, %.2f, %.2f", nameOf(source.URL), sum(first), sum(middle), sum(last))
			}
		}
	}
}

func sum(r *audit.Result) float64 {
	total := 0.0
	for _, a := range r.Score.Axes {
		if a.Score != nil && a.Axis != audit.Community {
			total += *a.Score
		}
	}
	return total
}

func BenchmarkGenerate(b *testing.B) {
	for b.Loop() {
		if _, err := demo.Generate(b.Context(), b.TempDir(), today); err != nil {
			b.Fatal(err)
		}
	}
}
