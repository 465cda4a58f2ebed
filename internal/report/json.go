package report

import (
	"encoding/json"
	"io"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// Schema names the form of the JSON documents. Fields are only ever added.
const Schema = "perenne.audit/v1"

// The document's form is schema.json in this folder.
type (
	jsonPortfolio struct {
		Schema     string          `json:"schema"`
		Challenges []jsonChallenge `json:"challenges,omitempty"`
		Audits     []jsonAudit     `json:"audits"`
		Failures   []jsonFailure   `json:"failures,omitempty"`
	}
	jsonChallenge struct {
		ID           string     `json:"id"`
		Name         string     `json:"name"`
		Axes         []jsonAxis `json:"axes"`
		Continuity   *float64   `json:"continuity,omitempty"`
		Ready        bool       `json:"ready_for_production"`
		Repositories []string   `json:"repositories"`
		Unaudited    []string   `json:"unaudited"`
	}
	jsonFailure struct {
		Target string `json:"target"`
		Error  string `json:"error"`
	}
	jsonAudit struct {
		Schema        string           `json:"schema"`
		Catalogue     string           `json:"catalogue"`
		Policy        string           `json:"policy,omitempty"`
		Challenge     string           `json:"challenge,omitempty"`
		Target        string           `json:"target"`
		Repository    jsonRepository   `json:"repository"`
		Deliverable   jsonDeliverable  `json:"deliverable"`
		Axes          []jsonAxis       `json:"axes"`
		Continuity    *float64         `json:"continuity,omitempty"`
		Without       *float64         `json:"continuity_without_waivers,omitempty"`
		Checks        []jsonCheck      `json:"checks"`
		Actions       []jsonAction     `json:"actions"`
		Maintainers   *jsonMaintainers `json:"maintainers,omitempty"`
		LimitsReached []audit.Limit    `json:"limits_reached"`
		Uncommitted   []string         `json:"uncommitted,omitempty"`
	}
	jsonRepository struct {
		URL         string `json:"url"`
		Branch      string `json:"branch"`
		Commit      string `json:"commit"`
		CommittedAt string `json:"committed_at,omitempty"`
		TakenAt     string `json:"taken_at"`
	}
	jsonDeliverable struct {
		Kinds                 []audit.Kind       `json:"kinds"`
		Roots                 []jsonRoot         `json:"roots"`
		Languages             map[string]float64 `json:"languages"`
		DocumentationLanguage string             `json:"documentation_language,omitempty"`
	}
	jsonRoot struct {
		Kind    audit.Kind `json:"kind"`
		Path    string     `json:"path"`
		Because string     `json:"because,omitempty"`
	}
	jsonAxis struct {
		ID                  audit.Axis `json:"id"`
		Score               *float64   `json:"score,omitempty"`
		ScoreWithoutWaivers *float64   `json:"score_without_waivers,omitempty"`
		Coverage            float64    `json:"coverage"`
		Provisional         bool       `json:"provisional"`
		Band                audit.Band `json:"band,omitempty"`
		OpenBlockers        []string   `json:"open_blockers"`
	}
	jsonCheck struct {
		ID       string         `json:"id"`
		Axis     audit.Axis     `json:"axis"`
		Severity audit.Severity `json:"severity"`
		Weight   float64        `json:"weight"`
		Answer   audit.Answer   `json:"answer"`
		Reason   string         `json:"reason"`
		Places   []audit.Place  `json:"places"`
		Facts    map[string]any `json:"facts"`
		Waiver   *jsonWaiver    `json:"waiver"`
		// Requested counts for nothing.
		Requested   *jsonWaiver      `json:"requested_waiver,omitempty"`
		Attestation *jsonAttestation `json:"attestation,omitempty"`
	}
	jsonWaiver struct {
		Paths   []string `json:"paths"`
		Reason  string   `json:"reason"`
		Author  string   `json:"author"`
		Expires string   `json:"expires,omitempty"`
	}
	jsonAttestation struct {
		Says         string `json:"says"`
		Author       string `json:"author"`
		Link         string `json:"link,omitempty"`
		Date         string `json:"date"`
		Expires      string `json:"expires,omitempty"`
		Contradicted bool   `json:"contradicted"`
	}
	jsonAction struct {
		Check       string     `json:"check"`
		Title       string     `json:"title"`
		Fix         string     `json:"fix"`
		EffortHours float64    `json:"effort_hours"`
		LeadDays    int        `json:"lead_days"`
		Side        audit.Side `json:"side"`
		Gain        jsonGain   `json:"gain"`
		// Both are absent while no date is known to count back from.
		Quadrant audit.Quadrant `json:"quadrant,omitempty"`
		Due      string         `json:"due,omitempty"`
	}
	jsonGain struct {
		Axis   audit.Axis `json:"axis"`
		Points float64    `json:"points"`
	}
	jsonMaintainers struct {
		People          int     `json:"people"`
		BusFactor       int     `json:"bus_factor"`
		TopShare        float64 `json:"top_share"`
		LastHumanCommit string  `json:"last_human_commit,omitempty"`
	}
)

// JSON prints one document for one repository, and for several an object whose
// "audits" holds a document each; targets that could not be audited stand under
// "failures".
func JSON(w io.Writer, outcomes []Outcome, o Options) error {
	portfolio := jsonPortfolio{Schema: Schema, Challenges: jsonChallenges(o.Challenges), Audits: []jsonAudit{}}
	for _, outcome := range outcomes {
		if outcome.Err != nil {
			portfolio.Failures = append(portfolio.Failures, jsonFailure{Target: outcome.Target, Error: clean(outcome.Err.Error())})
			continue
		}
		document, err := jsonOf(outcome.Result, o.Lang)
		if err != nil {
			return err
		}
		document.Challenge = outcome.Challenge
		portfolio.Audits = append(portfolio.Audits, document)
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	if len(outcomes) == 1 && len(portfolio.Audits) == 1 && len(o.Challenges) == 0 {
		return encoder.Encode(portfolio.Audits[0])
	}
	return encoder.Encode(portfolio)
}

func jsonOf(r *audit.Result, lang audit.Lang) (jsonAudit, error) {
	document := jsonAudit{
		Schema: Schema, Catalogue: r.Catalogue, Policy: clean(r.Policy), Target: r.Target,
		Repository: jsonRepository{
			URL: r.Repository.URL, Branch: r.Repository.Branch, Commit: r.Repository.Commit,
			CommittedAt: jsonTime(r.Repository.CommittedAt), TakenAt: jsonTime(r.TakenAt),
		},
		Deliverable: jsonDeliverable{
			Kinds: orEmpty(kindNames(r)), Roots: []jsonRoot{}, Languages: map[string]float64{},
			DocumentationLanguage: string(r.DocumentationLanguage),
		},
		Axes: jsonAxes(r.Score), Continuity: rounded(r.Score.Continuity), Without: rounded(r.Score.WithoutWaivers), Checks: []jsonCheck{}, Actions: []jsonAction{},
		LimitsReached: orEmpty(r.Limits), Uncommitted: r.Uncommitted,
	}
	for name, share := range r.Languages {
		document.Deliverable.Languages[name] = round(share)
	}
	for _, d := range r.Deliverables {
		document.Deliverable.Roots = append(document.Deliverable.Roots, jsonRoot{Kind: d.Kind, Path: d.Root, Because: d.Because})
	}
	if m := r.Maintainers; m != nil {
		document.Maintainers = &jsonMaintainers{
			People: m.People, BusFactor: m.BusFactor, TopShare: round(m.TopShare), LastHumanCommit: jsonTime(m.LastHumanCommit),
		}
	}
	return document, document.addChecks(r, lang)
}

func jsonAxes(s audit.Score) []jsonAxis {
	axes := []jsonAxis{}
	for _, a := range s.Axes {
		axes = append(axes, jsonAxis{
			ID: a.Axis, Score: rounded(a.Score), ScoreWithoutWaivers: rounded(a.WithoutWaivers), Coverage: round(a.Coverage),
			Provisional: a.Provisional, Band: a.Band, OpenBlockers: orEmpty(a.OpenBlockers),
		})
	}
	return axes
}

func jsonChallenges(challenges []Challenge) []jsonChallenge {
	var all []jsonChallenge
	for _, c := range challenges {
		all = append(all, jsonChallenge{
			ID: c.Result.Challenge, Name: c.Name, Axes: jsonAxes(c.Result.Score), Continuity: rounded(c.Result.Score.Continuity),
			Ready: c.Result.Gate.Open, Repositories: orEmpty(c.Result.Repositories), Unaudited: orEmpty(c.Result.Unaudited),
		})
	}
	return all
}

func (document *jsonAudit) addChecks(r *audit.Result, lang audit.Lang) error {
	messages := text.In(lang)
	for _, j := range r.Judged {
		t, err := j.Check.Text(lang)
		if err != nil {
			return err
		}
		facts := j.Verdict.Facts
		if facts == nil {
			facts = map[string]any{}
		}
		document.Checks = append(document.Checks, jsonCheck{
			ID: j.Check.ID, Axis: j.Check.Axis, Severity: j.Check.Severity, Weight: j.Check.Severity.Weight(),
			Answer: j.Verdict.Answer, Reason: reason(messages, t, j.Verdict.Reason),
			Places: orEmpty(j.Verdict.Places), Facts: facts,
			Waiver: jsonWaiverOf(j.Waiver), Requested: jsonWaiverOf(j.Requested), Attestation: jsonAttestationOf(j),
		})
	}
	all, err := gaps(r, lang)
	if err != nil {
		return err
	}
	for _, g := range all {
		document.Actions = append(document.Actions, jsonAction{
			Check: g.Check.ID, Title: g.text.Title, Fix: g.text.Fix, EffortHours: g.Check.EffortHours,
			LeadDays: g.Check.LeadDays, Side: g.Side,
			Gain: jsonGain{Axis: g.Check.Axis, Points: round(g.Gain)}, Quadrant: dated(g.Quadrant), Due: jsonDate(g.Due),
		})
	}
	return nil
}

func jsonWaiverOf(w *audit.Waiver) *jsonWaiver {
	if w == nil {
		return nil
	}
	return &jsonWaiver{
		Paths: orEmpty(w.Paths), Reason: clean(maskAll(w.Reason)), Author: clean(maskAll(w.Author)), Expires: jsonDate(w.Expires),
	}
}

func jsonAttestationOf(j audit.Judged) *jsonAttestation {
	a := j.Attestation
	if a == nil {
		return nil
	}
	return &jsonAttestation{
		Says: clean(maskAll(a.Says)), Author: clean(maskAll(a.Author)), Link: clean(a.Link),
		Date: jsonDate(a.Date), Expires: jsonDate(a.Expires), Contradicted: j.Contradicted,
	}
}

// dated leaves out the quadrant of what no date is known for.
func dated(q audit.Quadrant) audit.Quadrant {
	if q == audit.Undated {
		return ""
	}
	return q
}

// jsonDate writes a day, "" for none.
func jsonDate(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// jsonTime writes a time as RFC 3339 in UTC, "" for none.
func jsonTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339)
}

// round keeps four decimals: more would print the noise of floating point.
func round(x float64) float64 {
	const scale = 10000
	return float64(int64(x*scale+0.5)) / scale
}

func rounded(x *float64) *float64 {
	if x == nil {
		return nil
	}
	value := round(*x)
	return &value
}
