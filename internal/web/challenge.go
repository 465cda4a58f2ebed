package web

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/store"
)

// challengeView is the page of one challenge.
type challengeView struct {
	*board.Challenge
	C            *audit.Challenge
	Ministry     string
	Team         team
	Pyramid      []facet
	Groups       []verdictGroup
	Blockers     []verdictView
	Plan         []actionView
	Repositories []repositoryView
	Waivers      []waiverView
	Attestations []attestationView
	Curves       []curve
	Points       []store.Point
	Changes      []changeView
	SignedOff    *audit.Attestation
	CanAsk       bool
	Asked        string
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

// verdictGroup holds the questions of one axis, gaps first.
type verdictGroup struct {
	audit.AxisScore
	Verdicts []verdictView
}

// verdictView is one question with its answer in words.
type verdictView struct {
	Check        *audit.Check
	Title        string
	Answer       audit.Answer
	Reason, Fix  string
	Places       []placeView
	Waiver       *audit.Waiver
	Requested    *audit.Waiver
	Attestation  *audit.Attestation
	Contradicted bool
	// Answers are what the single repositories said, when there are several.
	Answers []answerView
}

type answerView struct {
	Repository string
	URL        string
	Answer     audit.Answer
	Waived     bool
}

// placeView is where something was seen. URL is "" where no forge shows it.
type placeView struct {
	Where, Text, URL, Repository string
}

type actionView struct {
	board.Action
	Title, Reason, Fix, Repository, URL string
}

type repositoryView struct {
	board.Repository
	Name, URL string
}

type waiverView struct {
	audit.Waiver
	State      string // "accepted", "expired" or "requested"
	Repository string
}

type attestationView struct {
	audit.Attestation
	State string // "accepted", "expired" or "contradicted"
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
		CanAsk: s.Ask != nil && readerOf(r.Context()).Role.Includes(Editor),
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
	if err := view.fill(c, v, s.Now(), lang); err != nil {
		return err
	}
	return s.show(w, r, http.StatusOK, "challenge", view.C.Name, view)
}

// fill adds what is said in words.
func (view *challengeView) fill(c *board.Challenge, v veil, now time.Time, lang audit.Lang) error {
	for _, a := range c.Plan {
		t, err := a.Check.Text(lang)
		if err != nil {
			return err
		}
		name, address := view.repository(a.Repository)
		view.Plan = append(view.Plan, actionView{
			Action: a, Title: t.Title, Fix: t.Fix, Repository: name, URL: address,
			Reason: report.Explain(t, v.verdict(a.Check.ID, a.Verdict).Reason, lang),
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

func (view *challengeView) verdict(rolled audit.Rolled, v veil, lang audit.Lang) (verdictView, error) {
	verdict := v.verdict(rolled.Check.ID, rolled.Verdict)
	one, err := verdictOf(rolled.Check, verdict, lang)
	if err != nil {
		return one, err
	}
	one.Waiver = v.waiver(rolled.Waiver)
	for _, p := range verdict.Places {
		address := cmp.Or(p.Repository, rolled.Repository)
		name, _ := view.repository(address)
		if len(view.Repositories) == 1 {
			name = ""
		}
		one.Places = append(one.Places, placeView{report.Where(p), report.Clean(p.Text), view.blob(address, p), name})
	}
	for _, repository := range view.Repositories {
		i := slices.IndexFunc(rolled.Answers, func(a audit.RepositoryAnswer) bool { return a.Repository == repository.Source.URL })
		if i >= 0 && len(view.Repositories) > 1 {
			a := rolled.Answers[i]
			one.Answers = append(one.Answers, answerView{repository.Name, repository.URL + "#" + rolled.Check.ID, a.Answer, a.Waived})
		}
	}
	for _, repository := range view.Repositories {
		if repository.State.Latest == nil {
			continue
		}
		for _, j := range repository.State.Latest.Result.Judged {
			if j.Check.ID == rolled.Check.ID {
				one.Requested = cmp.Or(one.Requested, v.waiver(j.Requested))
				one.Attestation = cmp.Or(one.Attestation, v.attestation(j.Attestation))
				one.Contradicted = one.Contradicted || j.Contradicted
			}
		}
	}
	return one, nil
}

func verdictOf(c *audit.Check, verdict audit.Verdict, lang audit.Lang) (verdictView, error) {
	t, err := c.Text(lang)
	if err != nil {
		return verdictView{}, err
	}
	one := verdictView{Check: c, Title: t.Title, Answer: verdict.Answer, Reason: report.Explain(t, verdict.Reason, lang)}
	if verdict.Answer.Gap() {
		one.Fix = t.Fix
	}
	return one, nil
}

// gapsFirst orders by what a reader has to see: gaps, gravest first, what nobody
// could judge, then what is in order.
func gapsFirst(all []verdictView) {
	rank := []audit.Answer{audit.AnswerNotMet, audit.AnswerPartlyMet, audit.AnswerUnknown, audit.AnswerMet, audit.AnswerNotApplicable}
	slices.SortStableFunc(all, func(a, b verdictView) int {
		return cmp.Or(
			cmp.Compare(slices.Index(rank, a.Answer), slices.Index(rank, b.Answer)),
			cmp.Compare(b.Check.Severity.Weight(), a.Check.Severity.Weight()))
	})
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

// exceptions lists the waivers and attestations with what they count for today.
func (view *challengeView) exceptions(v veil, now time.Time) {
	for _, w := range view.C.Waivers {
		state := "accepted"
		if !w.Counts(now) {
			state = "expired"
		}
		view.addWaiver(*v.waiver(&w), state, w.Repository)
	}
	for _, r := range view.Repositories {
		if r.State.Latest == nil {
			continue
		}
		for _, j := range r.State.Latest.Result.Judged {
			if j.Requested != nil {
				view.addWaiver(*v.waiver(j.Requested), "requested", r.Source.URL)
			}
		}
	}
	for _, a := range view.C.Attestations {
		state := "accepted"
		if !a.Counts(now) {
			state = "expired"
		} else if view.contradicted(a) {
			state = "contradicted"
		}
		view.Attestations = append(view.Attestations, attestationView{*v.attestation(&a), state})
	}
}

func (view *challengeView) addWaiver(w audit.Waiver, state, repository string) {
	name := ""
	if repository != "" {
		name, _ = view.repository(repository)
	}
	view.Waivers = append(view.Waivers, waiverView{w, state, name})
}

func (view *challengeView) contradicted(a audit.Attestation) bool {
	for _, r := range view.Repositories {
		if r.State.Latest == nil {
			continue
		}
		for _, j := range r.State.Latest.Result.Judged {
			if j.Contradicted && j.Attestation != nil && j.Attestation.Check == a.Check && j.Attestation.Date.Equal(a.Date) {
				return true
			}
		}
	}
	return false
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

// repositoryName is the last part of an address, with the folder when it is
// restricted to one.
func repositoryName(source audit.Source) string {
	name := path.Base(strings.TrimSuffix(strings.TrimRight(strings.ReplaceAll(source.URL, "\\", "/"), "/"), ".git"))
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if source.Folder != "" {
		name += " (" + source.Folder + ")"
	}
	return report.Clean(name)
}

func repositoryPath(challenge string, i int) string {
	return "/challenges/" + url.PathEscape(challenge) + "/repositories/" + strconv.Itoa(i+1)
}

// blobURL is the page of a forge on a file at a commit. Only forges whose
// addresses are known are linked to.
func blobURL(r audit.Repository, p audit.Place) string {
	u, err := url.Parse(strings.TrimSuffix(r.URL, ".git"))
	if err != nil || u.Scheme != "https" || u.User != nil || r.Commit == "" || p.Path == "" {
		return ""
	}
	between := ""
	switch {
	case u.Host == "github.com":
		between = "blob"
	case strings.HasPrefix(u.Host, "gitlab."):
		between = "-/blob"
	default:
		return ""
	}
	u = u.JoinPath(between, r.Commit)
	u.Path, u.RawPath = u.Path+"/"+p.Path, ""
	if p.Line > 0 {
		u.Fragment = "L" + strconv.Itoa(p.Line)
	}
	return u.String()
}

// askPage asks for an audit of a challenge and shows it again.
func (s *site) askPage(w http.ResponseWriter, r *http.Request) error {
	queued, err := s.ask(r.Context(), r.PathValue("id"), "")
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/challenges/"+url.PathEscape(r.PathValue("id"))+"?asked="+strconv.Itoa(queued), http.StatusSeeOther)
	return nil
}

// ask queues the repositories of a challenge, or one of them. The error is
// [audit.ErrNotFound] for what the portfolio does not name.
func (s *site) ask(ctx context.Context, challenge, repository string) (int, error) {
	if s.Ask == nil {
		return 0, status(http.StatusNotImplemented)
	}
	p := s.Board.Portfolio()
	i := slices.IndexFunc(p.Challenges, func(c audit.Challenge) bool { return c.ID == challenge })
	if i < 0 {
		return 0, audit.ErrNotFound
	}
	var keys []store.Key
	for _, source := range p.Challenges[i].Repositories {
		if repository == "" || repository == source.URL {
			keys = append(keys, store.Key{Challenge: challenge, Repository: source.URL})
		}
	}
	if len(keys) == 0 && repository != "" {
		return 0, audit.ErrNotFound
	}
	queued, err := s.Ask(ctx, keys)
	if err == nil {
		s.Logger.Info("audit asked for", "challenge", challenge, "queued", queued, "by", readerOf(ctx).Role)
	}
	return queued, err
}
