package store

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Schema names the form in which results are kept. A program that does not know
// it must not guess.
const Schema = "perenne.result/v1"

// Lookup finds a check of this program's catalogue by its id.
type Lookup func(id string) (*audit.Check, bool)

// The kept form of a result: no language in it, and of a check only what the
// catalogue of another day may not say any more. Words that come from a
// repository are of type text, because git allows any byte in them.
type (
	keptResult struct {
		Schema        string             `json:"schema"`
		Target        text               `json:"target"`
		Catalogue     string             `json:"catalogue"`
		Policy        string             `json:"policy,omitempty"`
		Repository    keptRepository     `json:"repository"`
		TakenAt       instant            `json:"taken_at"`
		Deliverables  []keptDeliverable  `json:"deliverables,omitempty"`
		Languages     map[string]float64 `json:"languages,omitempty"`
		Documentation audit.Lang         `json:"documentation_language,omitempty"`
		Axes          []keptAxis         `json:"axes,omitempty"`
		Continuity    *float64           `json:"continuity,omitempty"`
		Strict        *float64           `json:"continuity_without_waivers,omitempty"`
		Checks        []keptCheck        `json:"checks,omitempty"`
		Actions       []keptAction       `json:"actions,omitempty"`
		Maintainers   *keptMaintainers   `json:"maintainers,omitempty"`
		Limits        []keptLimit        `json:"limits,omitempty"`
		Uncommitted   []text             `json:"uncommitted,omitempty"`
	}
	keptRepository struct {
		URL         text    `json:"url"`
		Branch      text    `json:"branch"`
		Commit      string  `json:"commit"`
		CommittedAt instant `json:"committed_at"`
	}
	keptDeliverable struct {
		Kind    audit.Kind `json:"kind"`
		Root    text       `json:"root"`
		Because text       `json:"because"`
		Static  bool       `json:"static,omitempty"`
	}
	keptAxis struct {
		Axis           audit.Axis `json:"axis"`
		Score          *float64   `json:"score,omitempty"`
		WithoutWaivers *float64   `json:"score_without_waivers,omitempty"`
		Coverage       float64    `json:"coverage"`
		Provisional    bool       `json:"provisional,omitempty"`
		Band           audit.Band `json:"band,omitempty"`
		OpenBlockers   []string   `json:"open_blockers,omitempty"`
	}
	keptCheck struct {
		ID       string           `json:"id"`
		Axis     audit.Axis       `json:"axis"`
		Severity audit.Severity   `json:"severity"`
		Answer   audit.Answer     `json:"answer"`
		Reason   string           `json:"reason,omitempty"`
		Args     map[string]value `json:"args,omitempty"`
		Places   []keptPlace      `json:"places,omitempty"`
		Facts    map[string]value `json:"facts,omitempty"`

		Waiver       *keptWaiver      `json:"waiver,omitempty"`
		Requested    *keptWaiver      `json:"requested,omitempty"`
		Attestation  *keptAttestation `json:"attestation,omitempty"`
		Contradicted bool             `json:"contradicted,omitempty"`

		// Rule is what is said about a question that a policy added: no catalogue
		// knows it.
		Rule *keptRule `json:"rule,omitempty"`
	}
	keptRule struct {
		EffortHours float64                  `json:"effort_hours"`
		LeadDays    int                      `json:"lead_days,omitempty"`
		Side        audit.Side               `json:"side"`
		Source      string                   `json:"source,omitempty"`
		Texts       map[audit.Lang]*keptText `json:"texts,omitempty"`
	}
	keptText struct {
		Title   string            `json:"title"`
		Why     string            `json:"why"`
		Fix     string            `json:"fix"`
		Reasons map[string]string `json:"reasons,omitempty"`
	}
	keptWaiver struct {
		Check      string  `json:"check"`
		Paths      []text  `json:"paths,omitempty"`
		Repository text    `json:"repository,omitempty"`
		Reason     text    `json:"reason"`
		Author     text    `json:"author"`
		Expires    instant `json:"expires"`
		Requested  bool    `json:"requested,omitempty"`
	}
	keptAttestation struct {
		Check   string  `json:"check"`
		Says    text    `json:"says"`
		Author  text    `json:"author"`
		Link    text    `json:"link,omitempty"`
		Date    instant `json:"date"`
		Expires instant `json:"expires"`
	}
	keptPlace struct {
		Path       text `json:"path"`
		Line       int  `json:"line,omitempty"`
		Text       text `json:"text,omitempty"`
		Repository text `json:"repository,omitempty"`
	}
	keptAction struct {
		Check       string     `json:"check"`
		Gain        float64    `json:"gain"`
		Blocking    bool       `json:"blocking,omitempty"`
		EffortHours float64    `json:"effort_hours"`
		LeadDays    int        `json:"lead_days,omitempty"`
		Side        audit.Side `json:"side"`
	}
	keptMaintainers struct {
		People          int     `json:"people"`
		BusFactor       int     `json:"bus_factor"`
		TopShare        float64 `json:"top_share"`
		LastHumanCommit instant `json:"last_human_commit"`
	}
	keptLimit struct {
		Name  string `json:"name"`
		Value int64  `json:"value"`
		What  text   `json:"what"`
	}
)

// Encode writes a result as JSON, without any language in it. Arguments and
// facts come back as strings, ints, float64s, bools, times, lists and maps: what
// was a struct comes back as a map. The error wraps [audit.ErrUnsupported] and
// names a value that JSON cannot hold.
func Encode(r *audit.Result) ([]byte, error) {
	kept := keptResult{
		Schema: Schema, Target: text(r.Target), Catalogue: r.Catalogue, Policy: r.Policy, TakenAt: instant(r.TakenAt),
		Repository: keptRepository{
			URL: text(r.Repository.URL), Branch: text(r.Repository.Branch),
			Commit: r.Repository.Commit, CommittedAt: instant(r.Repository.CommittedAt),
		},
		Languages: r.Languages, Documentation: r.DocumentationLanguage, Continuity: r.Score.Continuity,
		Strict: r.Score.WithoutWaivers,
	}
	for _, d := range r.Deliverables {
		kept.Deliverables = append(kept.Deliverables, keptDeliverable{d.Kind, text(d.Root), text(d.Because), d.Static})
	}
	for _, a := range r.Score.Axes {
		kept.Axes = append(kept.Axes, keptAxis(a))
	}
	for _, a := range r.Actions {
		kept.Actions = append(kept.Actions, keptAction{
			a.Check.ID, a.Gain, a.Blocking, a.Check.EffortHours, a.Check.LeadDays, a.Check.Side,
		})
	}
	if m := r.Maintainers; m != nil {
		kept.Maintainers = &keptMaintainers{m.People, m.BusFactor, m.TopShare, instant(m.LastHumanCommit)}
	}
	for _, l := range r.Limits {
		kept.Limits = append(kept.Limits, keptLimit{l.Name, l.Value, text(l.What)})
	}
	kept.Uncommitted = convert[text](r.Uncommitted)
	for _, j := range r.Judged {
		check, err := keep(j)
		if err != nil {
			return nil, fmt.Errorf("encode audit of %q: check %s: %w", r.Target, j.Check.ID, err)
		}
		kept.Checks = append(kept.Checks, check)
	}
	content, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("encode audit of %q: %w: %w", r.Target, audit.ErrUnsupported, err)
	}
	return content, nil
}

func keep(j audit.Judged) (keptCheck, error) {
	v := j.Verdict
	kept := keptCheck{
		ID: j.Check.ID, Axis: j.Check.Axis, Severity: j.Check.Severity,
		Answer: v.Answer, Reason: v.Reason.Key, Args: arguments(v.Reason.Args),
		Waiver: keepWaiver(j.Waiver), Requested: keepWaiver(j.Requested), Contradicted: j.Contradicted,
	}
	if a := j.Attestation; a != nil {
		kept.Attestation = &keptAttestation{a.Check, text(a.Says), text(a.Author), text(a.Link), instant(a.Date), instant(a.Expires)}
	}
	for _, p := range v.Places {
		kept.Places = append(kept.Places, keptPlace{text(p.Path), p.Line, text(p.Text), text(p.Repository)})
	}
	var err error
	if kept.Rule, err = keepRule(j.Check); err != nil {
		return kept, err
	}
	kept.Facts, err = facts(v.Facts)
	return kept, err
}

func keepWaiver(w *audit.Waiver) *keptWaiver {
	if w == nil {
		return nil
	}
	return &keptWaiver{
		w.Check, convert[text](w.Paths), text(w.Repository), text(w.Reason), text(w.Author), instant(w.Expires), w.Requested,
	}
}

func (w *keptWaiver) waiver() *audit.Waiver {
	if w == nil {
		return nil
	}
	return &audit.Waiver{
		Check: w.Check, Paths: convert[string](w.Paths), Repository: string(w.Repository), Reason: string(w.Reason),
		Author: string(w.Author), Expires: time.Time(w.Expires), Requested: w.Requested,
	}
}

// Decode reads what [Encode] wrote. Checks are those that lookup finds; one that
// it does not know, or that had another axis, severity or effort then, becomes a
// check value of its own that says what was true then. A nil lookup knows none.
// The error wraps [audit.ErrDamaged], or [audit.ErrUnsupported] for a form that
// a newer version wrote.
func Decode(content []byte, lookup Lookup) (*audit.Result, error) {
	var kept keptResult
	if err := json.Unmarshal(content, &kept); err != nil {
		return nil, fmt.Errorf("decode kept audit: %w: %w", audit.ErrDamaged, err)
	}
	if kept.Schema != Schema {
		return nil, fmt.Errorf("decode kept audit: form %q: %w; a newer perenne wrote it", kept.Schema, audit.ErrUnsupported)
	}
	r := &audit.Result{
		Target: string(kept.Target), Catalogue: kept.Catalogue, Policy: kept.Policy, TakenAt: time.Time(kept.TakenAt),
		Repository: audit.Repository{
			URL: string(kept.Repository.URL), Branch: string(kept.Repository.Branch),
			Commit: kept.Repository.Commit, CommittedAt: time.Time(kept.Repository.CommittedAt),
		},
		Languages: kept.Languages, DocumentationLanguage: kept.Documentation,
		Score: audit.Score{Continuity: kept.Continuity, WithoutWaivers: kept.Strict}, Uncommitted: convert[string](kept.Uncommitted),
	}
	for _, d := range kept.Deliverables {
		r.Deliverables = append(r.Deliverables, audit.Deliverable{Kind: d.Kind, Root: string(d.Root), Because: string(d.Because), Static: d.Static})
	}
	for _, a := range kept.Axes {
		r.Score.Axes = append(r.Score.Axes, audit.AxisScore(a))
	}
	if m := kept.Maintainers; m != nil {
		r.Maintainers = &audit.Maintainers{People: m.People, BusFactor: m.BusFactor, TopShare: m.TopShare, LastHumanCommit: time.Time(m.LastHumanCommit)}
	}
	for _, l := range kept.Limits {
		r.Limits = append(r.Limits, audit.Limit{Name: l.Name, Value: l.Value, What: string(l.What)})
	}
	kept.judged(r, lookup)
	return r, nil
}

// judged fills in verdicts and actions, which share their checks.
func (kept *keptResult) judged(r *audit.Result, lookup Lookup) {
	then := map[string]*audit.Check{}
	for _, c := range kept.Checks {
		known := lookup
		if c.Rule != nil {
			known = func(string) (*audit.Check, bool) { return c.Rule.check(c.ID), true }
		}
		then[c.ID] = checkThen(known, c.ID, func(check *audit.Check) {
			check.Axis, check.Severity = c.Axis, c.Severity
		})
	}
	for _, a := range kept.Actions {
		known := lookup
		if check, ok := then[a.Check]; ok {
			known = func(string) (*audit.Check, bool) { return check, true }
		}
		check := checkThen(known, a.Check, func(check *audit.Check) {
			check.EffortHours, check.LeadDays, check.Side = a.EffortHours, a.LeadDays, a.Side
		})
		then[a.Check] = check
		r.Actions = append(r.Actions, audit.Action{Check: check, Gain: a.Gain, Blocking: a.Blocking, Side: check.Side})
	}
	for _, c := range kept.Checks {
		verdict := audit.Verdict{Answer: c.Answer, Reason: audit.Reason{Key: c.Reason, Args: plain(c.Args)}, Facts: plain(c.Facts)}
		for _, p := range c.Places {
			verdict.Places = append(verdict.Places, audit.Place{
				Path: string(p.Path), Line: p.Line, Text: string(p.Text), Repository: string(p.Repository),
			})
		}
		j := audit.Judged{
			Check: then[c.ID], Verdict: verdict, Waiver: c.Waiver.waiver(), Requested: c.Requested.waiver(), Contradicted: c.Contradicted,
		}
		if a := c.Attestation; a != nil {
			j.Attestation = &audit.Attestation{
				Check: a.Check, Says: string(a.Says), Author: string(a.Author), Link: string(a.Link),
				Date: time.Time(a.Date), Expires: time.Time(a.Expires),
			}
		}
		r.Judged = append(r.Judged, j)
	}
}

// checkThen returns the known check when set changes nothing about it, and
// otherwise a copy of it, or a new one, that set has changed.
func checkThen(lookup Lookup, id string, set func(*audit.Check)) *audit.Check {
	then := audit.Check{ID: id}
	if lookup != nil {
		if known, ok := lookup(id); ok {
			then = *known
			set(&then)
			if then.Axis == known.Axis && then.Severity == known.Severity && then.Side == known.Side &&
				then.EffortHours == known.EffortHours && then.LeadDays == known.LeadDays {
				return known
			}
			return &then
		}
	}
	set(&then)
	return &then
}

func convert[To, From ~string](list []From) []To {
	if list == nil {
		return nil
	}
	converted := make([]To, len(list))
	for i, s := range list {
		converted[i] = To(s)
	}
	return converted
}
