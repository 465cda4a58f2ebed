package web

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/judge"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/store"
)

// today is the clock of these tests.
var today = time.Date(2026, 11, 24, 10, 0, 0, 0, time.UTC)

func day(year int, month time.Month, d int) time.Time {
	return time.Date(year, month, d, 0, 0, 0, 0, time.UTC)
}

// fake is a reader of a portfolio that is held in memory.
type fake struct {
	portfolio audit.Portfolio
	results   map[string][]*audit.Result // by challenge, in the order of its repositories
	failures  map[string]string          // by repository
	changes   []store.Change
	down      error
	// placements are what people decided, oldest first, one about each action.
	placements []audit.Placement
	// postings are what was written to forges.
	postings []store.Posting
}

var _ board.Reader = (*fake)(nil)

func (f *fake) Portfolio() *audit.Portfolio { return &f.portfolio }

func (f *fake) Ready(context.Context) error { return f.down }

func (f *fake) Changes(_ context.Context, challenge string, limit int) ([]store.Change, error) {
	var found []store.Change
	for _, c := range f.changes {
		if (challenge == "" || c.Challenge == challenge) && len(found) < limit {
			found = append(found, c)
		}
	}
	return found, f.down
}

func (f *fake) Rows(ctx context.Context, q board.Query) ([]board.Row, int, error) {
	var rows []board.Row
	for _, c := range f.portfolio.Challenges {
		if q.Ministry != "" && c.Ministry != q.Ministry || !strings.Contains(strings.ToLower(c.Name+" "+c.ID), strings.ToLower(q.Search)) {
			continue
		}
		full, err := f.Challenge(ctx, c.ID)
		if err != nil {
			return nil, 0, err
		}
		rows = append(rows, full.Row)
	}
	switch q.Sort {
	case board.SortName:
		slices.SortFunc(rows, func(a, b board.Row) int { return strings.Compare(a.Challenge.Name, b.Challenge.Name) })
	case board.SortBlockers:
		slices.SortStableFunc(rows, func(a, b board.Row) int { return cmp.Compare(b.OpenBlockers, a.OpenBlockers) })
	}
	total, limit := len(rows), cmp.Or(q.Limit, board.DefaultLimit)
	from := min(q.Offset, total)
	return rows[from:min(from+limit, total)], total, f.down
}

func (f *fake) Challenge(_ context.Context, id string) (*board.Challenge, error) {
	if f.down != nil {
		return nil, f.down
	}
	i := slices.IndexFunc(f.portfolio.Challenges, func(c audit.Challenge) bool { return c.ID == id })
	if i < 0 {
		return nil, fmt.Errorf("challenge %s: %w", id, audit.ErrNotFound)
	}
	c := &f.portfolio.Challenges[i]
	full := &board.Challenge{Row: board.Row{Challenge: c}}
	var audited []audit.Audited
	for n, source := range c.Repositories {
		one := board.Repository{Source: source, State: store.State{Key: store.Key{Challenge: id, Repository: source.URL}}, Next: today.Add(20 * time.Hour)}
		var result *audit.Result
		if n < len(f.results[id]) {
			result = f.results[id][n]
		}
		if result != nil {
			one.State.Latest = &store.Audit{ID: int64(n + 1), Key: one.State.Key, Result: result}
			one.State.SucceededAt, one.State.TriedAt = result.TakenAt, result.TakenAt
		}
		if why := f.failures[source.URL]; why != "" {
			one.State.Failure, one.State.TriedAt = why, today.Add(-time.Hour)
			full.Failing++
		}
		if n == 0 || one.State.SucceededAt.Before(full.AuditedAt) {
			full.AuditedAt = one.State.SucceededAt
		}
		audited = append(audited, audit.Audited{Source: source, Result: result})
		full.Repositories = append(full.Repositories, one)
	}
	full.Planned = &plan.Challenge{
		Repositories: audited, Dates: c.Dates(), Criticality: c.Criticality, Now: today, Whole: score.OfChallenge,
		Roll: func(all []audit.Audited) audit.ChallengeResult { return score.Roll(c, all, today) },
	}
	for _, p := range f.placements {
		if p.Challenge == id {
			full.Planned.Placements = append(full.Planned.Placements, p)
			full.Decisions = append([]audit.Placement{p}, full.Decisions...)
		}
	}
	if len(f.results[id]) > 0 {
		f.rollUp(full, audited)
	}
	for _, p := range f.postings {
		if p.Challenge == id {
			full.Postings = append(full.Postings, p)
		}
	}
	full.Changes, _ = f.Changes(context.Background(), id, 20)
	return full, nil
}

func (f *fake) rollUp(full *board.Challenge, audited []audit.Audited) {
	result := score.Roll(full.Row.Challenge, audited, today)
	full.Result, full.Axes, full.Continuity, full.Ready = &result, result.Score.Axes, result.Score.Continuity, result.Gate.Open
	full.Plan = full.Planned.Items()
	full.OpenBlockers, full.Actions = len(result.Gate.Blockers), map[audit.Quadrant]int{audit.Undated: len(full.Plan)}
	for n := range 24 {
		p := store.Point{At: today.AddDate(0, 0, 5*(n-23)), Commit: fmt.Sprintf("%040x", n+1), Scores: map[audit.Axis]float64{}}
		for _, a := range result.Score.Axes {
			if a.Score != nil && (a.Axis != audit.Reliability || n > 3) {
				p.Scores[a.Axis] = *a.Score * (0.5 + 0.5*float64((n/4+1)*4)/24)
			}
		}
		full.Curve = append(full.Curve, p)
	}
}

// said is what a check found, by answer. The samples hold these checks and no
// others, so that pages stay as they are while the catalogue grows.
var said = map[string]map[audit.Answer]audit.Verdict{
	"readme-useful": {
		audit.AnswerMet:    audit.Met("useful", "path", "README.md").At(audit.Place{Path: "README.md"}),
		audit.AnswerNotMet: audit.NotMet("stub", "path", "README.md", "characters", 112).At(audit.Place{Path: "README.md", Line: 1, Text: "# Carte des aides"}),
	},
	"install-steps-described": {
		audit.AnswerMet:       audit.Met("described", "path", "README.md").At(audit.Place{Path: "README.md", Line: 24, Text: "docker compose up"}),
		audit.AnswerPartlyMet: audit.PartlyMet("no-commands", "path", "README.md").At(audit.Place{Path: "README.md", Line: 18, Text: "## Installation"}),
	},
	"architecture-described": {
		audit.AnswerMet:       audit.Met("described", "path", "docs/architecture.md", "diagram", "docs/architecture.svg").At(audit.Place{Path: "docs/architecture.md"}),
		audit.AnswerPartlyMet: audit.PartlyMet("no-diagram", "path", "docs/architecture.md").At(audit.Place{Path: "docs/architecture.md"}),
	},
	"deployment-guide":       {audit.AnswerMet: audit.Met("described", "path", "docs/deploiement.md"), audit.AnswerNotMet: audit.NotMet("absent")},
	"operations-guide":       {audit.AnswerMet: audit.Met("covers", "count", 4, "path", "docs/exploitation.md"), audit.AnswerNotMet: audit.NotMet("absent")},
	"licence-present":        {audit.AnswerMet: audit.Met("full", "path", "LICENSE", "licences", []string{"EUPL-1.2"}).At(audit.Place{Path: "LICENSE"})},
	"licence-approved":       {audit.AnswerMet: audit.Met("listed", "expression", "EUPL-1.2")},
	"dockerfile-present":     {audit.AnswerMet: audit.Met("present", "paths", []string{"Dockerfile"}), audit.AnswerNotMet: audit.NotMet("missing")},
	"container-unprivileged": {audit.AnswerMet: audit.Met("unprivileged", "paths", []string{"Dockerfile"}), audit.AnswerNotMet: audit.NotMet("root", "paths", []string{"Dockerfile"}).At(audit.Place{Path: "Dockerfile", Line: 7, Text: "CMD [\"npm\", \"start\"]"})},
	"base-image-pinned": {
		audit.AnswerMet:       audit.Met("pinned", "count", 2).At(audit.Place{Path: "Dockerfile", Line: 1, Text: "FROM node:22.11-bookworm-slim"}),
		audit.AnswerPartlyMet: audit.PartlyMet("some", "images", []string{"node:latest"}).At(audit.Place{Path: "docker/front/Dockerfile", Line: 1, Text: "FROM node:latest"}),
		audit.AnswerNotMet:    audit.NotMet("none", "images", []string{"node:latest", "nginx"}).At(audit.Place{Path: "Dockerfile", Line: 1, Text: "FROM node:latest"}),
	},
	"services-described":  {audit.AnswerMet: audit.Met("described", "paths", []string{"compose.yaml"}), audit.AnswerNotMet: audit.NotMet("none")},
	"dependencies-locked": {audit.AnswerMet: audit.Met("locked", "path", "package-lock.json"), audit.AnswerNotMet: audit.NotMet("loose", "path", "package.json").At(audit.Place{Path: "package.json", Line: 14, Text: "\"express\": \"^4.0.0\""})},
	"ci-runs-tests":       {audit.AnswerMet: audit.Met("runs-tests", "system", "GitHub Actions", "command", "npm test").At(audit.Place{Path: ".github/workflows/test.yml", Line: 12}), audit.AnswerNotMet: audit.NotMet("none")},
	"tests-present":       {audit.AnswerMet: audit.Met("tested-unit", "count", 31, "command", "npm test"), audit.AnswerNotMet: audit.NotMet("none")},
	"errors-reported":     {audit.AnswerMet: audit.Met("reported", "tool", "Sentry", "path", "src/server.ts").At(audit.Place{Path: "src/server.ts", Line: 9, Text: "Sentry.init({"}), audit.AnswerNotMet: audit.NotMet("mail", "path", "src/mail.ts").At(audit.Place{Path: "src/mail.ts", Line: 40})},
	"health-probed":       {audit.AnswerMet: audit.Met("probed", "route", "/healthz", "path", "compose.yaml"), audit.AnswerPartlyMet: audit.PartlyMet("route-only", "route", "/healthz").At(audit.Place{Path: "src/server.ts", Line: 31})},
	"maintainer-staying": {
		audit.AnswerMet:       audit.Met("named", "paths", []string{"publiccode.yml"}).At(audit.Place{Path: "publiccode.yml", Line: 20, Text: "name: Camille Exemple"}),
		audit.AnswerPartlyMet: audit.PartlyMet("all-leaving", "paths", []string{"CODEOWNERS"}).At(audit.Place{Path: "CODEOWNERS", Line: 1, Text: "* @alix-exemple"}).Fact("declared", []any{map[string]any{"name": "Alix Exemple"}}).Fact("leaving", 1),
	},
	"several-people-know": {
		audit.AnswerMet:    audit.Met("shared", "people", 6, "bus_factor", 3, "first", 34, "second", 29),
		audit.AnswerNotMet: audit.NotMet("one-knows", "first", 91, "second", 6),
	},
}

// answers gives the check's answer where it is not met.
type answers map[string]audit.Answer

// resultOf is an audit of a repository that meets all but what is said.
func resultOf(c *audit.Challenge, url string, takenAt time.Time, differs answers) *audit.Result {
	r := &audit.Result{
		Target: url, Catalogue: "2026.11", TakenAt: takenAt,
		Repository:   audit.Repository{URL: url, Branch: "main", Commit: strings.Repeat("4f9a1c07", 5), CommittedAt: takenAt.AddDate(0, 0, -3)},
		Deliverables: []audit.Deliverable{{Kind: audit.WebApplication}}, Languages: map[string]float64{"TypeScript": 0.8, "CSS": 0.2},
		DocumentationLanguage: audit.French,
		Maintainers:           &audit.Maintainers{People: 4, BusFactor: 1, TopShare: 0.91, LastHumanCommit: takenAt.AddDate(0, 0, -3)},
	}
	for _, check := range checks.All() {
		found, ok := said[check.ID]
		if !ok {
			continue
		}
		verdict := found[audit.AnswerMet]
		switch answer := differs[check.ID]; answer {
		case "":
		case audit.AnswerUnknown:
			verdict = audit.Unknown("history-shallow")
		case audit.AnswerNotApplicable:
			verdict = audit.NotApplicable("other-kind", "kinds", []string{"library"})
		default:
			verdict = said[check.ID][answer]
		}
		r.Judged = append(r.Judged, audit.Judged{Check: check, Verdict: verdict})
	}
	r.Judged = judge.Attest(judge.Waive(r.Judged, c.WaiversFor(url), takenAt), c.Attestations, takenAt)
	r.Score = score.Of(r.Judged)
	r.Actions = plan.Of(r.Judged, score.Of)
	return r
}

// cohort is a portfolio of four challenges in every state.
func cohort() *fake {
	const forge = "https://github.com/exemple/"
	f := &fake{results: map[string][]*audit.Result{}, failures: map[string]string{}}
	f.placements = []audit.Placement{
		{ID: 1, Challenge: "carte-des-aides", Repository: forge + "carte-des-aides", Check: "errors-reported", Quadrant: audit.Do, Assignee: "Noa Exemple", Due: day(2026, 12, 10), Progress: audit.Doing, Author: "Camille Exemple", At: day(2026, 11, 20)},
		{ID: 2, Challenge: "carte-des-aides", Repository: forge + "carte-des-aides", Check: "health-probed", Progress: audit.Dropped, Reason: "Sonde du ministère, écrire à sonde@sante.example.", Author: "Camille Exemple", At: day(2026, 11, 21)},
	}
	f.portfolio = audit.Portfolio{
		Demonstration: true,
		Ministries:    []audit.Ministry{{ID: "culture", Name: "Ministère de la Culture"}, {ID: "sante", Name: "Ministère de la Santé"}},
		Challenges: []audit.Challenge{
			{
				ID: "carte-des-aides", Name: "Carte des aides", Ministry: "sante", Cohort: "EIG 5", MissionStart: day(2026, 3, 1),
				MissionEnd: day(2026, 12, 31), PlannedProduction: day(2027, 2, 1), Scenario: audit.Internal, Criticality: audit.CriticalityB,
				Kinds: []audit.Kind{audit.WebApplication}, Host: "Centre d'hébergement du ministère",
				People: []audit.Person{
					{Name: "Alix Exemple", Emails: []string{"alix@dev.example"}, Leaves: day(2026, 12, 31), Leaving: true},
					{Name: "Noa Exemple", Emails: []string{"noa@dev.example"}, Leaves: day(2026, 12, 15), Leaving: true},
					{Name: "Sacha Exemple", Emails: []string{"sacha@sante.example"}, Staying: true},
				},
				DSI:          []audit.Person{{Name: "Camille Exemple", Emails: []string{"camille@sante.example"}}},
				Repositories: []audit.Source{{URL: forge + "carte-des-aides", Role: audit.RoleApplication}},
				Waivers: []audit.Waiver{
					{Check: "base-image-pinned", Paths: []string{"docker/**"}, Reason: "Images reconstruites chaque nuit.", Author: "Camille Exemple", Expires: day(2027, 6, 30)},
					{Check: "tests-present", Reason: "Refonte prévue.", Author: "Camille Exemple", Expires: day(2026, 10, 1)},
				},
				Attestations: []audit.Attestation{
					{Check: "several-people-know", Says: "Trois agents formés, écrire à formation@sante.example.", Author: "Camille Exemple", Link: "https://intranet.example/pv", Date: day(2026, 11, 2)},
				},
			},
			{
				ID: "plume", Name: "Plume", Ministry: "culture", Cohort: "EIG 5", MissionStart: day(2026, 3, 1), MissionEnd: day(2027, 6, 30),
				Criticality: audit.CriticalityA, People: []audit.Person{{Name: "Lou Exemple", Emails: []string{"lou@dev.example"}, Leaving: true}},
				Repositories: []audit.Source{
					{URL: forge + "plume", Role: audit.RoleApplication}, {URL: forge + "plume-moteur", Role: audit.RoleLibrary},
					{URL: "git@git.exemple.fr:plume/plume-guides.git", Role: audit.RoleDocumentation},
				},
			},
			{
				ID: "ciel", Name: "Ciel ouvert", Ministry: "culture", Scenario: audit.OtherBodies, Criticality: audit.CriticalityC, MissionEnd: day(2026, 6, 30),
				Repositories: []audit.Source{{URL: forge + "ciel", Role: audit.RoleApplication}},
				Attestations: []audit.Attestation{{Check: audit.SignOff, Says: "Recette signée.", Author: "Dominique Exemple", Date: day(2026, 6, 20)}},
			},
			{ID: "neuf", Name: "Défi neuf", Repositories: []audit.Source{{URL: forge + "neuf"}}},
		},
	}
	f.audited(0, today.Add(-5*time.Hour), answers{
		"architecture-described": audit.AnswerPartlyMet, "deployment-guide": audit.AnswerNotMet, "base-image-pinned": audit.AnswerPartlyMet,
		"errors-reported": audit.AnswerNotMet, "maintainer-staying": audit.AnswerPartlyMet, "several-people-know": audit.AnswerUnknown,
		"tests-present": audit.AnswerNotMet, "container-unprivileged": audit.AnswerNotMet,
	})
	f.audited(1, today.Add(-26*time.Hour), answers{"readme-useful": audit.AnswerNotMet, "dependencies-locked": audit.AnswerNotMet, "health-probed": audit.AnswerPartlyMet})
	f.audited(1, today.AddDate(0, 0, -9), answers{"dockerfile-present": audit.AnswerNotApplicable, "operations-guide": audit.AnswerNotMet})
	f.audited(2, today.Add(-20*time.Minute), nil)
	f.failures["git@git.exemple.fr:plume/plume-guides.git"] = "acquire: access refused; ask admin@git.exemple.fr"
	for _, name := range []string{"licence-present", "ci-runs-tests"} {
		f.changes = append(f.changes, store.Change{
			Key: store.Key{Challenge: "carte-des-aides", Repository: forge + "carte-des-aides"}, Check: name,
			From: audit.AnswerNotMet, To: audit.AnswerMet, FromCommit: strings.Repeat("a1", 20), ToCommit: strings.Repeat("b2", 20), At: today.AddDate(0, 0, -6),
		})
	}
	return f
}

// audited adds the result of the next repository of a challenge.
func (f *fake) audited(challenge int, at time.Time, differs answers) {
	c := &f.portfolio.Challenges[challenge]
	n := len(f.results[c.ID])
	f.results[c.ID] = append(f.results[c.ID], resultOf(c, c.Repositories[n].URL, at, differs))
}

var errDown = errors.New("the database does not answer")
