package web

import (
	"context"
	"net/http"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/report"
)

// answer is a document as huma wants it.
type answer[T any] struct{ Body T }

func of[T any](document T) *answer[T] { return &answer[T]{document} }

type (
	ofChallenge struct {
		Languages
		ID string `path:"id" maxLength:"200" doc:"Id of the challenge."`
	}
	ofCheck struct {
		Languages
		ID string `path:"id" maxLength:"200" doc:"Id of the check."`
	}
	ofList struct {
		Ministry string `query:"ministry" maxLength:"200" doc:"Id of a ministry."`
		Search   string `query:"search" maxLength:"200" doc:"Part of a name or an id."`
		Sort     string `query:"sort" enum:"continuity,blockers,mission-end,name" doc:"The order; that of the portfolio without it."`
		Offset   int    `query:"offset" minimum:"0" maximum:"1000000"`
		Limit    int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	}
	ofChanges struct {
		Challenge string `query:"challenge" maxLength:"200" doc:"Id of a challenge; all without it."`
		Limit     int    `query:"limit" minimum:"1" maximum:"500" default:"50"`
	}
	challengesDocument struct {
		Total      int           `json:"total" doc:"How many match in all."`
		Offset     int           `json:"offset"`
		Challenges []RowDocument `json:"challenges" nullable:"false"`
	}
	auditsDocument struct {
		Schema   string            `json:"schema"`
		Audits   []report.Document `json:"audits" nullable:"false" doc:"One perenne.audit/v1 for each repository that has been audited."`
		Failures []failureDocument `json:"failures" nullable:"false" doc:"Repositories whose last attempt failed; an older audit of them may be in the list."`
	}
	failureDocument struct {
		Target string `json:"target"`
		Error  string `json:"error"`
	}
	verdictsDocument struct {
		Verdicts []verdictDocument `json:"verdicts" nullable:"false"`
	}
	actionsDocument struct {
		Actions []actionDocument `json:"actions" nullable:"false"`
	}
	historyDocument struct {
		Curve   []pointDocument  `json:"curve" nullable:"false" doc:"Oldest first, one a day at most."`
		Changes []changeDocument `json:"changes" nullable:"false" doc:"Newest first."`
	}
	changesDocument struct {
		Changes []changeDocument `json:"changes" nullable:"false"`
	}
	checksDocument struct {
		Catalogue string          `json:"catalogue"`
		Checks    []checkDocument `json:"checks" nullable:"false"`
	}
	order struct {
		Body struct {
			Challenge  string `json:"challenge" minLength:"1" maxLength:"200" doc:"Id of the challenge."`
			Repository string `json:"repository,omitempty" maxLength:"2000" doc:"Address of one repository; all of them without it."`
		}
	}
	queuedDocument struct {
		Queued int `json:"queued" minimum:"0" doc:"Repositories added; one that waits or runs already is not added again."`
	}
)

// read registers what anybody may read who may read at all.
func (a *routes) read() {
	get := func(id, path, summary string, errs ...int) operation {
		return operation{id: id, method: http.MethodGet, path: path, summary: summary, need: toRead, errors: errs}
	}
	missing := http.StatusNotFound
	add(a, get("get-portfolio", "/portfolio", "The portfolio, added up by ministry"), a.site.getPortfolio)
	add(a, get("list-challenges", "/challenges", "A page of challenges"), a.site.listChallenges)
	add(a, get("get-challenge", "/challenges/{id}", "One challenge: scores, gate, repositories", missing), a.site.getChallenge)
	add(a, get("list-audits", "/challenges/{id}/audits", "The newest audit of each repository", missing), a.site.listAudits)
	add(a, get("list-verdicts", "/challenges/{id}/verdicts", "Every question, answered for the challenge", missing), a.site.listVerdicts)
	add(a, get("list-actions", "/challenges/{id}/actions", "What to do, in order", missing), a.site.listActions)
	add(a, get("get-roadmap", "/challenges/{id}/roadmap", "The plan over twelve months, and what it would bring", missing), a.site.getRoadmap)
	add(a, get("list-decisions", "/challenges/{id}/decisions", "What people decided about actions", missing), a.site.listDecisions)
	add(a, get("get-history", "/challenges/{id}/history", "The curve and the changes", missing), a.site.getHistory)
	add(a, get("list-changes", "/changes", "Which answers changed lately"), a.site.listChanges)
	add(a, get("list-checks", "/checks", "What is asked"), a.site.listChecks)
	add(a, get("get-check", "/checks/{id}", "One question", missing), a.site.getCheck)
}

// write registers what changes something.
func (a *routes) write() {
	add(a, operation{
		id: "ask-for-audit", method: http.MethodPost, path: "/audits", summary: "Ask for an audit now",
		description: "Puts the repositories of a challenge before the scheduled ones. Needs the role of an editor.",
		need:        toEdit, status: http.StatusAccepted, errors: []int{http.StatusNotFound, http.StatusNotImplemented},
	}, a.site.postAudit)
	add(a, operation{
		id: "decide", method: http.MethodPut, path: "/challenges/{id}/actions/{check}", summary: "Place an action, assign it, date it, say how far it is",
		description: "Keeps a decision beside those before; the last one about an action is in force. What is left out stands as it is computed. " +
			"No audit changes it: an action closes when its check becomes met, and opens again when that falls. Needs the role of an editor.",
		need: toEdit, errors: []int{http.StatusNotFound, http.StatusNotImplemented},
	}, a.site.putDecision)
}

func (s *site) getPortfolio(ctx context.Context, _ *struct{}) (*answer[portfolioDocument], error) {
	ministries, all, err := s.summary.of(ctx, s.Board, s.Now())
	if err != nil {
		return nil, err
	}
	d := portfolioDocument{
		Demonstration: s.Board.Portfolio().Demonstration, Catalogue: s.Catalogue, Challenges: all.Challenges, Ready: all.Ready,
		OpenBlockers: all.OpenBlockers, Ministries: []ministryDocument{},
	}
	for _, m := range ministries {
		d.Ministries = append(d.Ministries, ministryOf(m))
	}
	return of(d), nil
}

func (s *site) listChallenges(ctx context.Context, in *ofList) (*answer[challengesDocument], error) {
	rows, total, err := s.Board.Rows(ctx, board.Query{
		Ministry: in.Ministry, Search: in.Search, Sort: board.Sort(in.Sort), Offset: in.Offset, Limit: in.Limit,
	})
	if err != nil {
		return nil, err
	}
	d := challengesDocument{Total: total, Offset: in.Offset, Challenges: []RowDocument{}}
	for _, row := range rows {
		d.Challenges = append(d.Challenges, rowOf(row))
	}
	return of(d), nil
}

func (s *site) getChallenge(ctx context.Context, in *ofChallenge) (*answer[challengeDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return of(challengeOf(c, s.veilFor(ctx, s.langIn(in.Languages)), s.Now())), nil
}

func (s *site) listAudits(ctx context.Context, in *ofChallenge) (*answer[auditsDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	lang := s.langIn(in.Languages)
	v := s.veilFor(ctx, lang)
	d := auditsDocument{Schema: report.Schema, Audits: []report.Document{}, Failures: []failureDocument{}}
	for _, r := range c.Repositories {
		if r.State.Failure != "" {
			d.Failures = append(d.Failures, failureDocument{r.Source.URL, v.text(r.State.Failure)})
		}
		if r.State.Latest == nil {
			continue
		}
		one, err := report.DocumentOf(v.result(r.State.Latest.Result), lang)
		if err != nil {
			return nil, err
		}
		d.Audits = append(d.Audits, one)
	}
	return of(d), nil
}

func (s *site) listVerdicts(ctx context.Context, in *ofChallenge) (*answer[verdictsDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	lang := s.langIn(in.Languages)
	all, err := verdictsOf(c, s.veilFor(ctx, lang), lang)
	return of(verdictsDocument{all}), err
}

func (s *site) listActions(ctx context.Context, in *ofChallenge) (*answer[actionsDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	lang := s.langIn(in.Languages)
	all, err := actionsOf(c, s.veilFor(ctx, lang), lang)
	return of(actionsDocument{all}), err
}

func (s *site) getHistory(ctx context.Context, in *ofChallenge) (*answer[historyDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return of(historyDocument{pointsOf(c.Curve), changesOf(c.Changes)}), nil
}

func (s *site) listChanges(ctx context.Context, in *ofChanges) (*answer[changesDocument], error) {
	changes, err := s.Board.Changes(ctx, in.Challenge, in.Limit)
	return of(changesDocument{changesOf(changes)}), err
}

func (s *site) listChecks(_ context.Context, in *Languages) (*answer[checksDocument], error) {
	d := checksDocument{Catalogue: s.Catalogue, Checks: []checkDocument{}}
	for _, c := range s.Checks {
		one, err := checkOf(c, s.langIn(*in))
		if err != nil {
			return nil, err
		}
		d.Checks = append(d.Checks, one)
	}
	return of(d), nil
}

func (s *site) getCheck(_ context.Context, in *ofCheck) (*answer[checkDocument], error) {
	c := s.check(in.ID)
	if c == nil {
		return nil, audit.ErrNotFound
	}
	d, err := checkOf(c, s.langIn(in.Languages))
	return of(d), err
}

func (s *site) postAudit(ctx context.Context, in *order) (*answer[queuedDocument], error) {
	queued, err := s.ask(ctx, in.Body.Challenge, in.Body.Repository)
	return of(queuedDocument{queued}), err
}
