package web

import (
	"math"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/store"
)

// The documents of the API. Lists are never null, unknown numbers and dates are
// absent.
type (
	portfolioDocument struct {
		Demonstration bool               `json:"demonstration" doc:"The repositories are generated, the people made up."`
		Catalogue     string             `json:"catalogue" doc:"Version of the list of checks."`
		Challenges    int                `json:"challenges"`
		Ready         int                `json:"ready" doc:"Challenges whose gate is open."`
		OpenBlockers  int                `json:"open_blockers"`
		Ministries    []ministryDocument `json:"ministries" nullable:"false"`
	}
	ministryDocument struct {
		ID           string              `json:"id" doc:"Empty for challenges without a ministry."`
		Name         string              `json:"name"`
		Challenges   int                 `json:"challenges"`
		Ready        int                 `json:"ready"`
		OpenBlockers int                 `json:"open_blockers"`
		EndingSoon   int                 `json:"ending_soon" doc:"Missions that end within 60 days."`
		Continuity   *continuityDocument `json:"continuity,omitempty" doc:"Absent while no challenge has a score."`
	}
	continuityDocument struct {
		Lowest   float64 `json:"lowest" minimum:"0" maximum:"1"`
		LowestIn string  `json:"lowest_in" doc:"Id of the challenge that has it."`
		Mean     float64 `json:"mean" minimum:"0" maximum:"1"`
		Scored   int     `json:"scored" doc:"Challenges that have a score."`
	}
	// RowDocument is one challenge in a list. Like Languages it is exported only
	// because huma passes over what is embedded otherwise.
	RowDocument struct {
		ID           string         `json:"id"`
		Name         string         `json:"name"`
		Ministry     string         `json:"ministry,omitempty"`
		Axes         []axisDocument `json:"axes" nullable:"false"`
		Continuity   *float64       `json:"continuity,omitempty" minimum:"0" maximum:"1"`
		Ready        bool           `json:"ready" doc:"The gate to production is open."`
		OpenBlockers int            `json:"open_blockers"`
		Actions      int            `json:"actions" doc:"How many gaps there are to close."`
		AtRisk       *float64       `json:"knowledge_at_risk,omitempty" minimum:"0" maximum:"1" doc:"Share of the known source files that nobody who stays knows; absent while nobody is said to leave."`
		MissionEnd   string         `json:"mission_end,omitempty" format:"date"`
		AuditedAt    string         `json:"audited_at,omitempty" format:"date-time" doc:"Oldest success among the repositories."`
		Failing      int            `json:"failing" doc:"Repositories whose last attempt failed."`
	}
	axisDocument struct {
		ID             audit.Axis `json:"id" enum:"deployment,transmission,reliability,community"`
		Score          *float64   `json:"score,omitempty" minimum:"0" maximum:"1"`
		WithoutWaivers *float64   `json:"score_without_waivers,omitempty" minimum:"0" maximum:"1"`
		Coverage       float64    `json:"coverage" minimum:"0" maximum:"1"`
		Provisional    bool       `json:"provisional"`
		Band           audit.Band `json:"band,omitempty" enum:"ready,to-complete,not-ready"`
		OpenBlockers   []string   `json:"open_blockers" nullable:"false"`
	}
	challengeDocument struct {
		RowDocument
		Cohort       string                `json:"cohort,omitempty"`
		MissionStart string                `json:"mission_start,omitempty" format:"date"`
		Production   string                `json:"planned_production,omitempty" format:"date"`
		Scenario     audit.Scenario        `json:"scenario,omitempty"`
		Criticality  audit.Criticality     `json:"criticality,omitempty"`
		Policy       string                `json:"policy" doc:"The name and the version of the rules it is judged by."`
		Kinds        []audit.Kind          `json:"kinds" nullable:"false"`
		Host         string                `json:"host,omitempty"`
		People       peopleDocument        `json:"people"`
		Gate         *gateDocument         `json:"gate,omitempty"`
		Repositories []repositoryDocument  `json:"repositories" nullable:"false"`
		Waivers      []waiverDocument      `json:"waivers" nullable:"false"`
		Attestations []attestationDocument `json:"attestations" nullable:"false"`
		Searches     []searchDocument      `json:"searches" nullable:"false" doc:"Places on forges whose repositories belong to it."`
		Issues       []issueDocument       `json:"issues" nullable:"false" doc:"Those that the plan was written as, where the team works."`
	}
	searchDocument struct {
		In       string `json:"in"`
		Topic    string `json:"topic,omitempty"`
		Taken    int    `json:"taken" doc:"Repositories that are audited."`
		Listed   int    `json:"listed" doc:"Repositories that the forge lists."`
		More     bool   `json:"more" doc:"The forge has more than it lists."`
		ListedAt string `json:"listed_at,omitempty" format:"date-time"`
		Failure  string `json:"failure,omitempty" doc:"Why the forge could not be asked since."`
	}
	issueDocument struct {
		Number     int64  `json:"number"`
		URL        string `json:"url"`
		Repository string `json:"repository,omitempty" doc:"The only one that it is about; absent for the challenge as a whole."`
	}
	peopleDocument struct {
		Count    int              `json:"count"`
		Leaving  int              `json:"leaving" doc:"People who are known to leave."`
		LastDate string           `json:"last_leaves,omitempty" format:"date"`
		Named    []personDocument `json:"named" nullable:"false" doc:"Empty for readers without a role."`
	}
	personDocument struct {
		Name    string   `json:"name"`
		Emails  []string `json:"emails" nullable:"false"`
		Leaves  string   `json:"leaves,omitempty" format:"date"`
		Leaving bool     `json:"leaving"`
		Staying bool     `json:"staying"`
		Part    string   `json:"part" enum:"team,dsi,mentor"`
	}
	gateDocument struct {
		Open            bool         `json:"open"`
		Blockers        []string     `json:"blockers" nullable:"false"`
		UnknownBlockers []string     `json:"unknown_blockers" nullable:"false"`
		LowScores       []audit.Axis `json:"low_scores" nullable:"false"`
		LowCoverages    []audit.Axis `json:"low_coverages" nullable:"false"`
		SignedOff       bool         `json:"signed_off"`
	}
	repositoryDocument struct {
		URL         string     `json:"url"`
		Branch      string     `json:"branch,omitempty"`
		Folder      string     `json:"folder,omitempty"`
		Role        audit.Role `json:"role,omitempty"`
		Commit      string     `json:"commit,omitempty"`
		SucceededAt string     `json:"succeeded_at,omitempty" format:"date-time"`
		TriedAt     string     `json:"tried_at,omitempty" format:"date-time"`
		Failure     string     `json:"failure,omitempty" doc:"Why the last attempt failed."`
		Next        string     `json:"next,omitempty" format:"date-time"`
		Found       bool       `json:"found" doc:"A search found it; nobody named it."`
		Missing     string     `json:"missing_since,omitempty" format:"date-time" doc:"Since when the forge lists it no more."`

		Handover *audit.Handover `json:"handover,omitempty" doc:"What leaves with people, perenne.handover/v1; without names for readers without a role."`
	}
	waiverDocument struct {
		Check      string   `json:"check"`
		State      string   `json:"state" enum:"accepted,expired,requested"`
		Paths      []string `json:"paths" nullable:"false"`
		Repository string   `json:"repository,omitempty"`
		Reason     string   `json:"reason"`
		Author     string   `json:"author,omitempty"`
		Expires    string   `json:"expires,omitempty" format:"date"`
	}
	attestationDocument struct {
		Check   string `json:"check"`
		State   string `json:"state" enum:"accepted,expired,contradicted"`
		Says    string `json:"says"`
		Author  string `json:"author,omitempty"`
		Link    string `json:"link,omitempty"`
		Date    string `json:"date,omitempty" format:"date"`
		Expires string `json:"expires,omitempty" format:"date"`
	}
	verdictDocument struct {
		Check        string           `json:"check"`
		Title        string           `json:"title"`
		Axis         audit.Axis       `json:"axis"`
		Severity     audit.Severity   `json:"severity"`
		Answer       audit.Answer     `json:"answer" enum:"met,partly-met,not-met,not-applicable,unknown"`
		Reason       string           `json:"reason"`
		Fix          string           `json:"fix,omitempty"`
		Met          *float64         `json:"met,omitempty" minimum:"0" maximum:"1" doc:"Share of the good state reached."`
		Known        float64          `json:"known" minimum:"0" maximum:"1" doc:"Share of the evidence that could be judged."`
		Repository   string           `json:"repository,omitempty" doc:"The one that decided."`
		Places       []audit.Place    `json:"places" nullable:"false"`
		Waived       bool             `json:"waived"`
		Repositories []answerDocument `json:"repositories" nullable:"false"`
	}
	answerDocument struct {
		Repository string       `json:"repository"`
		Answer     audit.Answer `json:"answer"`
		Waived     bool         `json:"waived"`
	}
	actionDocument struct {
		Check       string     `json:"check"`
		Title       string     `json:"title"`
		Fix         string     `json:"fix"`
		Reason      string     `json:"reason"`
		Repository  string     `json:"repository"`
		Blocking    bool       `json:"blocking"`
		EffortHours float64    `json:"effort_hours"`
		LeadDays    int        `json:"lead_days"`
		Side        audit.Side `json:"side" enum:"team,dsi,mentor"`
		Axis        audit.Axis `json:"axis"`
		Gain        float64    `json:"gain" doc:"How much the axis rises."`

		Quadrant audit.Quadrant `json:"quadrant" enum:"do,plan,delegate,drop,undated"`
		Start    string         `json:"start,omitempty" format:"date" doc:"The last day on which to begin. Absent while no date is known."`
		Due      string         `json:"due,omitempty" format:"date" doc:"The day by which it must be done. Absent while no date is known."`
		Orphaned bool           `json:"orphaned" doc:"It was the team's to do, and the team has left."`

		Importance  float64           `json:"importance" doc:"The weight, by how critical the challenge is, of what is lacking."`
		GainPerHour float64           `json:"gain_per_hour"`
		Progress    audit.Progress    `json:"progress" enum:"open,doing,done,dropped"`
		Doubt       plan.Doubt        `json:"doubt,omitempty" enum:"unconfirmed,fallen" doc:"Why what somebody called done or begun is open."`
		Decision    *decisionDocument `json:"decision,omitempty" doc:"What somebody decided about it."`
	}
	pointDocument struct {
		At     string                 `json:"at" format:"date-time"`
		Commit string                 `json:"commit,omitempty"`
		Scores map[audit.Axis]float64 `json:"scores"`
	}
	changeDocument struct {
		Challenge  string       `json:"challenge"`
		Repository string       `json:"repository"`
		Check      string       `json:"check"`
		From       audit.Answer `json:"from"`
		To         audit.Answer `json:"to"`
		FromCommit string       `json:"from_commit,omitempty"`
		ToCommit   string       `json:"to_commit,omitempty"`
		At         string       `json:"at" format:"date-time"`
	}
	checkDocument struct {
		ID          string         `json:"id"`
		Title       string         `json:"title"`
		Why         string         `json:"why"`
		Fix         string         `json:"fix"`
		Axis        audit.Axis     `json:"axis"`
		Severity    audit.Severity `json:"severity"`
		Weight      float64        `json:"weight"`
		Kinds       []audit.Kind   `json:"kinds" nullable:"false" doc:"Empty for all."`
		EffortHours float64        `json:"effort_hours"`
		LeadDays    int            `json:"lead_days"`
		Side        audit.Side     `json:"side"`
		Source      string         `json:"source"`
	}
)

func dayOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func timeOf(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// rounded keeps four decimals, as the documents of audits do.
func rounded(x float64) float64 {
	const scale = 10000
	return math.Round(x*scale) / scale
}

func maybe(x *float64) *float64 {
	if x == nil {
		return nil
	}
	value := rounded(*x)
	return &value
}

// listed keeps an empty list from being null.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}

func ministryOf(m ministrySummary) ministryDocument {
	d := ministryDocument{
		ID: m.ID, Name: m.Name, Challenges: m.Challenges, Ready: m.Ready, OpenBlockers: m.OpenBlockers, EndingSoon: m.EndingSoon,
	}
	if m.Scored > 0 {
		d.Continuity = &continuityDocument{Lowest: rounded(*m.Lowest), LowestIn: m.LowestIn, Mean: rounded(*m.Mean), Scored: m.Scored}
	}
	return d
}

func rowOf(row board.Row) RowDocument {
	c := row.Challenge
	d := RowDocument{
		ID: c.ID, Name: c.Name, Ministry: c.Ministry, Axes: []axisDocument{}, Continuity: maybe(row.Continuity), Ready: row.Ready,
		OpenBlockers: row.OpenBlockers, Actions: row.Gaps(), MissionEnd: dayOf(c.MissionEnd), AuditedAt: timeOf(row.AuditedAt),
		Failing: row.Failing, AtRisk: maybe(row.KnowledgeAtRisk),
	}
	for _, a := range row.Axes {
		d.Axes = append(d.Axes, axisDocument{
			ID: a.Axis, Score: maybe(a.Score), WithoutWaivers: maybe(a.WithoutWaivers), Coverage: rounded(a.Coverage), Provisional: a.Provisional,
			Band: a.Band, OpenBlockers: listed(a.OpenBlockers),
		})
	}
	return d
}

func challengeOf(c *board.Challenge, v veil, now time.Time) challengeDocument {
	about := c.Row.Challenge
	d := challengeDocument{
		RowDocument: rowOf(c.Row), Cohort: about.Cohort, MissionStart: dayOf(about.MissionStart),
		Production: dayOf(about.PlannedProduction), Scenario: about.Scenario, Criticality: about.Criticality,
		Policy: about.Rules.String(), Kinds: listed(about.Kinds), Host: about.Host, People: peopleOf(about, v.lifted),
		Repositories: []repositoryDocument{}, Waivers: []waiverDocument{}, Attestations: []attestationDocument{},
		Searches: []searchDocument{}, Issues: []issueDocument{},
	}
	if c.Result != nil {
		g := c.Result.Gate
		d.Gate = &gateDocument{g.Open, listed(g.Blockers), listed(g.UnknownBlockers), listed(g.LowScores), listed(g.LowCoverages), g.SignedOff != nil}
	}
	view := challengeView{Challenge: c, C: about}
	for _, r := range c.Repositories {
		view.Repositories = append(view.Repositories, repositoryView{Repository: r})
		one := repositoryDocument{
			URL: r.Source.URL, Branch: r.Source.Branch, Folder: r.Source.Folder, Role: r.Source.Role,
			SucceededAt: timeOf(r.State.SucceededAt), TriedAt: timeOf(r.State.TriedAt), Failure: v.text(r.State.Failure), Next: timeOf(r.Next),
			Found: r.Source.ForgeID != "", Missing: timeOf(r.Source.Missing),
		}
		if r.State.Latest != nil {
			one.Commit = r.State.Latest.Result.Repository.Commit
			one.Handover = v.handover(latestHandover(r))
		}
		d.Repositories = append(d.Repositories, one)
	}
	for _, f := range findingsOf(about, audit.English) {
		d.Searches = append(d.Searches, searchDocument{f.Search.In, f.Search.Topic, f.Taken(), len(f.Candidates), f.More, timeOf(f.At), f.Failure})
	}
	for _, p := range c.Postings {
		if p.Kind == store.PostedIssue && p.URL != "" {
			d.Issues = append(d.Issues, issueDocument{p.Number, p.URL, p.Repository})
		}
	}
	view.exceptions(v, now)
	for _, w := range view.Waivers {
		d.Waivers = append(d.Waivers, waiverDocument{w.Check, w.State, listed(w.Paths), w.Waiver.Repository, w.Reason, w.Author, dayOf(w.Expires)})
	}
	for _, a := range view.Attestations {
		d.Attestations = append(d.Attestations, attestationDocument{a.Check, a.State, a.Says, a.Author, a.Link, dayOf(a.Date), dayOf(a.Expires)})
	}
	return d
}

func peopleOf(c *audit.Challenge, known bool) peopleDocument {
	t := teamOf(c, known)
	d := peopleDocument{Count: t.Size, Leaving: t.Leaving, LastDate: dayOf(t.Last), Named: []personDocument{}}
	for _, group := range []struct {
		part   string
		people []audit.Person
	}{{"team", t.People}, {"dsi", t.DSI}, {"mentor", t.Mentors}} {
		for _, p := range group.people {
			d.Named = append(d.Named, personDocument{p.Name, listed(p.Emails), dayOf(p.Leaves), p.Leaving, p.Staying, group.part})
		}
	}
	return d
}

func verdictsOf(c *board.Challenge, v veil, lang audit.Lang) ([]verdictDocument, error) {
	all := []verdictDocument{}
	if c.Result == nil {
		return all, nil
	}
	for _, rolled := range c.Result.Checks {
		verdict := v.verdict(rolled.Check.ID, rolled.Verdict)
		t, err := rolled.Check.Text(lang)
		if err != nil {
			return nil, err
		}
		d := verdictDocument{
			Check: rolled.Check.ID, Title: t.Title, Axis: rolled.Check.Axis, Severity: rolled.Check.Severity, Answer: verdict.Answer,
			Reason: report.Explain(t, verdict.Reason, lang), Met: maybe(rolled.Met), Known: rounded(rolled.Known), Repository: rolled.Repository,
			Places: listed(verdict.Places), Waived: rolled.Waiver != nil, Repositories: []answerDocument{},
		}
		if verdict.Answer.Gap() {
			d.Fix = t.Fix
		}
		for _, a := range rolled.Answers {
			d.Repositories = append(d.Repositories, answerDocument{a.Repository, a.Answer, a.Waived})
		}
		all = append(all, d)
	}
	return all, nil
}

func actionsOf(c *board.Challenge, v veil, lang audit.Lang) ([]actionDocument, error) {
	all := []actionDocument{}
	for _, a := range v.items(c.Plan) {
		t, err := a.Check.Text(lang)
		if err != nil {
			return nil, err
		}
		var decided *decisionDocument
		if a.Placement != nil {
			d := decisionOf(*a.Placement)
			decided = &d
		}
		all = append(all, actionDocument{
			Check: a.Check.ID, Title: t.Title, Fix: t.Fix, Reason: report.Explain(t, a.Verdict.Reason, lang),
			Repository: a.Repository, Blocking: a.Blocking, EffortHours: a.Check.EffortHours, LeadDays: a.Check.LeadDays,
			Side: a.Side, Axis: a.Check.Axis, Gain: rounded(a.Gain),
			Quadrant: a.Quadrant, Start: dayOf(a.Start), Due: dayOf(a.Due), Orphaned: a.Orphaned,
			Importance: rounded(a.Importance), GainPerHour: rounded(a.GainPerHour()), Progress: a.Progress, Doubt: a.Doubt, Decision: decided,
		})
	}
	return all, nil
}

func pointsOf(points []store.Point) []pointDocument {
	all := []pointDocument{}
	for _, p := range points {
		scores := map[audit.Axis]float64{}
		for axis, x := range p.Scores {
			scores[axis] = rounded(x)
		}
		all = append(all, pointDocument{timeOf(p.At), p.Commit, scores})
	}
	return all
}

func changesOf(changes []store.Change) []changeDocument {
	all := []changeDocument{}
	for _, c := range changes {
		all = append(all, changeDocument{c.Challenge, c.Repository, c.Check, c.From, c.To, c.FromCommit, c.ToCommit, timeOf(c.At)})
	}
	return all
}

func checkOf(c *audit.Check, lang audit.Lang) (checkDocument, error) {
	t, err := c.Text(lang)
	if err != nil {
		return checkDocument{}, err
	}
	return checkDocument{
		ID: c.ID, Title: t.Title, Why: t.Why, Fix: t.Fix, Axis: c.Axis, Severity: c.Severity, Weight: c.Severity.Weight(),
		Kinds: listed(c.Kinds), EffortHours: c.EffortHours, LeadDays: c.LeadDays, Side: c.Side, Source: c.Source,
	}, nil
}
