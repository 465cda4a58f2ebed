package roadmap

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/score"
)

var update = flag.Bool("update", false, "write the golden files anew")

// written gives a check its texts: in both languages, its title.
func written(c *audit.Check, title string) *audit.Check {
	same := *c
	same.Texts = audit.WriteTexts(c.ID, map[audit.Lang]*audit.Text{
		audit.English: {Title: title, Why: "Why it matters.", Fix: "Do `this`; then that, in " + c.ID + ".", Reasons: map[string]string{"missing": "Nothing was found in {path}, which is a pity."}},
		audit.French:  {Title: title, Why: "Pourquoi.", Fix: "Faire `ceci` ; puis cela, dans " + c.ID + ".", Reasons: map[string]string{"missing": "Rien n'a été trouvé dans {path}, c'est dommage."}},
	})
	return &same
}

// sample is a challenge of two repositories in which every kind of action stands.
func sample() *Sheet {
	now := time.Date(2026, 11, 24, 10, 30, 0, 0, time.UTC)
	c := &audit.Challenge{
		ID: "carte-des-aides", Name: "Carte des aides & <conseils>", MissionStart: date("2026-03-01"), MissionEnd: date("2027-02-28"),
		PlannedProduction: date("2027-06-01"), Criticality: audit.CriticalityA,
	}
	type gap struct {
		id, title string
		axis      audit.Axis
		severity  audit.Severity
		side      audit.Side
		hours     float64
		lead      int
		answer    audit.Answer
	}
	result := func(gaps ...gap) *audit.Result {
		r := &audit.Result{}
		for _, g := range gaps {
			check := written(&audit.Check{ID: g.id, Axis: g.axis, Severity: g.severity, Side: g.side, EffortHours: g.hours, LeadDays: g.lead}, g.title)
			r.Judged = append(r.Judged, audit.Judged{Check: check, Verdict: audit.Verdict{Answer: g.answer, Reason: audit.Because("missing", "path", "docs/*, a;b")}})
		}
		r.Score = score.Of(r.Judged)
		r.Actions = plan.Of(r.Judged, score.Of)
		return r
	}
	const not, half, met = audit.AnswerNotMet, audit.AnswerPartlyMet, audit.AnswerMet
	application := result(
		gap{"licence-present", "Une licence libre est présente, et elle est l'une de celles qu'une administration peut choisir", audit.Transmission, audit.Blocker, audit.Team, 1, 15, not},
		gap{"readme-useful", "Le README est utile", audit.Transmission, audit.Major, audit.Team, 3.5, 0, half},
		gap{"tests-present", "Des tests existent", audit.Reliability, audit.Major, audit.Team, 90, 0, not},
		gap{"domain-reserved", "Le nom de domaine est réservé", audit.Deployment, audit.Major, audit.DSI, 2, 120, not},
		gap{"base-image-pinned", "L'image de base est figée", audit.Deployment, audit.Moderate, audit.Team, 2, 0, not},
		gap{"dockerfile-present", "Un Dockerfile construit le livrable", audit.Deployment, audit.Major, audit.Team, 7, 0, met},
		gap{"contact-lasting", "Un contact qui dure", audit.Reliability, audit.Moderate, audit.Mentor, 1.5, 0, not},
		gap{"logs-structured", "Les journaux vont sur la sortie standard", audit.Reliability, audit.Moderate, audit.DSI, 3, 0, not},
		gap{"roadmap-published", "Une feuille de route est publiée", audit.Community, audit.Bonus, audit.Team, 2, 0, not},
	)
	library := result(
		gap{"readme-useful", "Le README est utile", audit.Transmission, audit.Major, audit.Team, 3.5, 0, met},
		gap{"tests-present", "Des tests existent", audit.Reliability, audit.Major, audit.Team, 90, 0, met},
		gap{"base-image-pinned", "L'image de base est figée", audit.Deployment, audit.Moderate, audit.Team, 2, 0, not},
	)
	made := &plan.Challenge{
		Repositories: []audit.Audited{
			{Source: audit.Source{URL: "https://forge.example/aides/carte.git"}, Result: application},
			{Source: audit.Source{URL: "https://forge.example/aides/outils"}, Result: library},
		},
		Dates: c.Dates(), Criticality: c.Criticality, Now: now, Whole: score.OfChallenge,
		Roll: func(all []audit.Audited) audit.ChallengeResult { return score.Roll(c, all, now) },
		Placements: []audit.Placement{
			{Repository: "https://forge.example/aides/carte.git", Check: "base-image-pinned", Progress: audit.Dropped, Reason: "L'image est\nreconstruite.", Author: "Camille Exemple", At: date("2026-11-02")},
			{Repository: "https://forge.example/aides/carte.git", Check: "readme-useful", Progress: audit.Doing, Assignee: "Noa Exemple", Due: date("2026-12-20"), Author: "Camille Exemple", At: date("2026-11-02")},
		},
	}
	return Of(c, "Ministère de l'Exemple", made, made.Items(), Hours{audit.Team: 7, audit.DSI: 3, audit.Mentor: 1}, 6)
}

// Each format prints the sample as its golden file says, in both languages.
func TestGolden(t *testing.T) {
	for name, write := range writers {
		for _, lang := range []audit.Lang{audit.French, audit.English} {
			var out bytes.Buffer
			if err := write(&out, []*Sheet{sample()}, lang); err != nil {
				t.Fatal(err)
			}
			file := filepath.Join("testdata", "sample."+string(lang)+"."+name)
			if *update {
				if err := os.WriteFile(file, out.Bytes(), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if out.String() != string(want) {
				t.Errorf("%s differs; look at it, then go test ./internal/roadmap -update", file)
			}
		}
	}
}

// Words of a repository or a portfolio stay words in every format.
func TestNothingHostileIsPrinted(t *testing.T) {
	const hostile = "=HYPERLINK(\"x\") <script>alert(1)</script>\x1b[2J\u202e|"
	for name, write := range writers {
		s := sample()
		s.Name, s.Ministry = hostile, hostile
		for i := range s.Actions {
			s.Actions[i].Repository = hostile
			s.Actions[i].Placement = &audit.Placement{Assignee: hostile, Author: hostile, Reason: hostile, At: s.At}
			s.Actions[i].Verdict.Reason = audit.Because("missing", "path", hostile)
		}
		var out bytes.Buffer
		if err := write(&out, []*Sheet{s}, audit.English); err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"\x1b", "\u202e", "\n=HYPERLINK", ",=HYPERLINK"} {
			if strings.Contains(out.String(), bad) {
				t.Errorf("%s prints %q", name, bad)
			}
		}
		if (name == "html" || name == "svg" || name == "markdown") && strings.Contains(out.String(), "<script") {
			t.Errorf("%s prints a script", name)
		}
	}
}

// Nothing at all is printed plainly too, and several challenges where there may be.
func TestNothingAndSeveral(t *testing.T) {
	for name, write := range writers {
		empty := &Sheet{Name: "x", At: date("2026-11-24"), From: date("2026-11-24"), To: date("2027-11-24")}
		var out bytes.Buffer
		if err := write(&out, []*Sheet{empty}, audit.French); err != nil || out.Len() == 0 {
			t.Errorf("%s of nothing: %d bytes, %v", name, out.Len(), err)
		}
		err := write(&out, []*Sheet{sample(), empty}, audit.French)
		if (err != nil) != (name == "svg") {
			t.Errorf("%s of two: %v", name, err)
		}
	}
	s := sample()
	s.Actions[0].Check = &audit.Check{ID: "broken", Texts: fstest.MapFS{}}
	for name, write := range writers {
		if err := write(&bytes.Buffer{}, []*Sheet{s}, audit.French); err == nil {
			t.Errorf("%s prints a check without texts", name)
		}
	}
}
