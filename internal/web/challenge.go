package web

import (
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/roadmap"
	"github.com/perenne-audit/perenne/internal/store"
)

// challengeView is the page of one challenge.
type challengeView struct {
	*board.Challenge
	C        *audit.Challenge
	Ministry string
	Team     team
	Pyramid  []facet
	Groups   []verdictGroup
	Blockers []verdictView
	Plan     []actionView
	// Issues are those that the plan was written as, or that could not be written.
	Issues []issueView
	// Handover is what leaves with people; nil where nobody leaves.
	Handover     *handoverView
	Repositories []repositoryView
	Waivers      []waiverView
	Attestations []attestationView
	Curves       []curve
	Points       []store.Point
	Changes      []changeView
	SignedOff    *audit.Attestation
	// Policy is the title of the rules it is judged by, "" where nobody chose any.
	Policy string
	CanAsk bool
	Asked  string
	// CanDecide is true for whoever may place actions; Decided after they did.
	CanDecide, Decided bool
	Decisions          []decisionView
	Findings           []findingView
}

// findingView is what one search brought.
type findingView struct {
	audit.Finding
	// Listed is true once the forge has answered, At is when it last did, and Failure
	// why it did not since.
	Listed, More bool
	At           time.Time
	Failure      string
}

func findingsOf(c *audit.Challenge, lang audit.Lang) []findingView {
	var all []findingView
	for _, f := range c.Findings {
		view := findingView{Finding: f}
		if l := f.Listing; l != nil {
			view.Listed, view.At, view.More = !l.At.IsZero(), l.At, l.More
			if l.Failure != nil {
				view.Failure = report.Explain(audit.CommonText(lang), *l.Failure, lang)
			}
		}
		all = append(all, view)
	}
	return all
}

// team says who works on a challenge, with names for readers who may have them.
type team struct {
	People, DSI, Mentors []audit.Person
	Known                bool
	// Size counts the people, Leaving those known to leave; Last is the latest
	// day on which one of them does, zero when no day is known.
	Size, Leaving int
	Last          time.Time
}

type actionView struct {
	board.Action
	Title, Reason, Fix, Repository, URL string
	// Number tells its form's fields from those of the others.
	Number  int
	Remarks []string
}

// issueView is an issue that the team finds where it works.
type issueView struct {
	Number int64
	// URL is "" for one that is no web page, or not there yet. Repository is its name,
	// for one on a single repository.
	URL, Repository string
	// Failure says why it could not be written, for readers with a role.
	Failure string
}

// issuesOf lists the issues of a challenge.
func (view *challengeView) issuesOf(c *board.Challenge, v veil) (all []issueView) {
	for _, p := range c.Postings {
		if p.Kind != store.PostedIssue {
			continue
		}
		one := issueView{Number: p.Number}
		if u, err := url.Parse(p.URL); err == nil && (u.Scheme == "https" || u.Scheme == "http") {
			one.URL = p.URL
		}
		if p.Repository != "" {
			one.Repository, _ = view.repository(p.Repository)
		}
		if v.lifted {
			one.Failure = p.Failure
		}
		if one.URL != "" || one.Failure != "" {
			all = append(all, one)
		}
	}
	return all
}

// decisionView is one decision in the history of a challenge's plan.
type decisionView struct {
	audit.Placement
	Title string
}

type repositoryView struct {
	board.Repository
	Name, URL string
}

type changeView struct {
	store.Change
	Title, Challenge, Repository string
}

func (s *site) veil(r *http.Request) veil {
	return veil{lifted: readerOf(r.Context()).Known(), someone: s.messages(r).Say("web.someone")}
}

func (s *site) challengePage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Board.Challenge(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	lang, v, p := s.langOf(r), s.veil(r), s.Board.Portfolio()
	view := challengeView{
		Challenge: c, C: c.Row.Challenge, Ministry: ministryNames(p)[c.Row.Challenge.Ministry],
		Team: teamOf(c.Row.Challenge, v.lifted), Changes: s.changes(c.Changes, p, lang),
		Pyramid: s.pyramid(c.Axes, c.Continuity, lang), Curves: curvesOf(c.Curve), Points: newestFirst(c.Curve),
		CanAsk: s.Ask != nil && readerOf(r.Context()).Role.Includes(Editor), Decided: r.URL.Query().Get("decided") == "1",
		CanDecide: s.Place != nil && readerOf(r.Context()).Role.Includes(Editor),
	}
	if asked := r.URL.Query().Get("asked"); asked != "" {
		if _, err := strconv.Atoi(asked); err == nil {
			view.Asked = asked
		}
	}
	for i, one := range c.Repositories {
		one.State.Failure = v.text(one.State.Failure)
		view.Repositories = append(view.Repositories, repositoryView{one, repositoryName(one.Source), repositoryPath(c.Row.Challenge.ID, i)})
	}
	view.Findings = findingsOf(view.C, lang)
	view.Issues = view.issuesOf(c, v)
	view.Handover = handoverOf(c, view.Repositories, v)
	if rules := c.Row.Challenge.Rules; rules != nil {
		view.Policy = rules.Title(lang)
	}
	for _, p := range c.Decisions {
		view.Decisions = append(view.Decisions, decisionView{v.placement(p), s.title(p.Check, lang)})
	}
	if err := view.fill(c, v, s.Now(), lang); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "challenge", view.C.Name, view)
}

// fill adds what is said in words.
func (view *challengeView) fill(c *board.Challenge, v veil, now time.Time, lang audit.Lang) error {
	for i, a := range v.items(c.Plan) {
		t, err := a.Check.Text(lang)
		if err != nil {
			return err
		}
		name, address := view.repository(a.Repository)
		view.Plan = append(view.Plan, actionView{
			Action: a, Title: t.Title, Fix: t.Fix, Repository: name, URL: address, Number: i + 1,
			Reason: report.Explain(t, a.Verdict.Reason, lang), Remarks: roadmap.Remarks(a, view.C.MissionEnd, lang),
		})
	}
	view.exceptions(v, now)
	if c.Result == nil {
		return nil
	}
	view.SignedOff = v.attestation(c.Result.Gate.SignedOff)
	for _, axis := range audit.Axes {
		group := verdictGroup{AxisScore: audit.AxisScore{Axis: axis}}
		for _, a := range c.Result.Score.Axes {
			if a.Axis == axis {
				group.AxisScore = a
			}
		}
		for _, rolled := range c.Result.Checks {
			if rolled.Check.Axis != axis {
				continue
			}
			one, err := view.verdict(rolled, v, lang)
			if err != nil {
				return err
			}
			group.Verdicts = append(group.Verdicts, one)
			if slices.Contains(c.Result.Gate.Blockers, rolled.Check.ID) {
				view.Blockers = append(view.Blockers, one)
			}
		}
		if len(group.Verdicts) > 0 {
			gapsFirst(group.Verdicts)
			view.Groups = append(view.Groups, group)
		}
	}
	return nil
}

// repository returns the name and the page of a repository of the challenge.
func (view *challengeView) repository(address string) (name, page string) {
	for _, r := range view.Repositories {
		if r.Source.URL == address {
			return r.Name, r.URL
		}
	}
	return repositoryName(audit.Source{URL: address}), ""
}

// blob is where a forge shows a place at the audited commit.
func (view *challengeView) blob(address string, p audit.Place) string {
	for _, r := range view.Repositories {
		if r.Source.URL == address && r.State.Latest != nil {
			return blobURL(r.State.Latest.Result.Repository, p)
		}
	}
	return ""
}

func teamOf(c *audit.Challenge, known bool) team {
	t := team{Known: known, Size: len(c.People)}
	for _, p := range c.People {
		if !p.Leaving && p.Leaves.IsZero() {
			continue
		}
		t.Leaving++
		if p.Leaves.After(t.Last) {
			t.Last = p.Leaves
		}
	}
	if known {
		t.People, t.DSI, t.Mentors = c.People, c.DSI, c.Mentors
	}
	return t
}

func (s *site) changes(changes []store.Change, p *audit.Portfolio, lang audit.Lang) []changeView {
	views := make([]changeView, len(changes))
	for i, change := range changes {
		views[i] = changeView{change, s.title(change.Check, lang), change.Key.Challenge, ""}
		for _, c := range p.Challenges {
			if c.ID != change.Key.Challenge {
				continue
			}
			views[i].Challenge = c.Name
			if len(c.Repositories) > 1 {
				views[i].Repository = repositoryName(audit.Source{URL: change.Repository})
			}
		}
	}
	return views
}

func newestFirst(points []store.Point) []store.Point {
	turned := slices.Clone(points)
	slices.Reverse(turned)
	return turned
}
