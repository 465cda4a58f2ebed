package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/plan"
)

type (
	// decision is what somebody sends about an action.
	decision struct {
		ID    string `path:"id" maxLength:"200" doc:"Id of the challenge."`
		Check string `path:"check" maxLength:"200" doc:"Id of the check."`
		Body  struct {
			Repository string         `json:"repository,omitempty" maxLength:"2000" doc:"Address of the repository; may be left out where the check is lacking in one only."`
			Quadrant   audit.Quadrant `json:"quadrant,omitempty" enum:"do,plan,delegate,drop" doc:"The computed one stands without it."`
			Side       audit.Side     `json:"side,omitempty" enum:"team,dsi,mentor" doc:"The computed one stands without it."`
			Assignee   string         `json:"assignee,omitempty" maxLength:"200" doc:"A person or a service."`
			Due        string         `json:"due,omitempty" format:"date" doc:"The computed one stands without it."`
			Progress   audit.Progress `json:"progress,omitempty" enum:"open,doing,done,dropped" doc:"open without it."`
			Reason     string         `json:"reason,omitempty" maxLength:"2000" doc:"An action is dropped with a reason only."`
		}
	}
	decisionDocument struct {
		ID         int64          `json:"id" doc:"Grows with every decision."`
		Check      string         `json:"check"`
		Repository string         `json:"repository,omitempty" doc:"Absent for a question about the challenge as a whole."`
		Quadrant   audit.Quadrant `json:"quadrant,omitempty" enum:"do,plan,delegate,drop"`
		Side       audit.Side     `json:"side,omitempty" enum:"team,dsi,mentor"`
		Assignee   string         `json:"assignee,omitempty"`
		Due        string         `json:"due,omitempty" format:"date"`
		Progress   audit.Progress `json:"progress" enum:"open,doing,done,dropped"`
		Reason     string         `json:"reason,omitempty"`
		Author     string         `json:"author,omitempty"`
		At         string         `json:"at" format:"date-time"`
	}
	decisionsDocument struct {
		Decisions []decisionDocument `json:"decisions" nullable:"false" doc:"Newest first; the first about an action is in force."`
	}
)

func decisionOf(p audit.Placement) decisionDocument {
	return decisionDocument{
		ID: p.ID, Check: p.Check, Repository: p.Repository, Quadrant: p.Quadrant, Side: p.Side, Assignee: p.Assignee, Due: dayOf(p.Due),
		Progress: p.Progress, Reason: p.Reason, Author: p.Author, At: timeOf(p.At),
	}
}

// decide keeps what somebody decided about an action of a challenge's plan. Which
// repository is meant goes without saying where there is one only. The error is
// [audit.ErrNotFound] for what is not in the plan, and [audit.ErrUnsupported] for
// what is no decision.
func (s *site) decide(ctx context.Context, p audit.Placement) (audit.Placement, error) {
	if s.Place == nil {
		return p, status(http.StatusNotImplemented)
	}
	c, err := s.Board.Challenge(ctx, p.Challenge)
	if err != nil {
		return p, err
	}
	key, found := keyIn(c, p.Check, p.Repository)
	if !found {
		return p, audit.ErrNotFound
	}
	who := readerOf(ctx)
	p.Repository, p.Author, p.At = key.Repository, who.Name, s.Now()
	if p.Progress == "" {
		p.Progress = audit.Open
	}
	if err := p.Validate(); err != nil {
		return p, err
	}
	kept, err := s.Place(ctx, p)
	if err == nil {
		s.Logger.Info("action placed", "challenge", p.Challenge, "check", p.Check, "progress", p.Progress, "by", who.Role)
	}
	return kept, err
}

// keyIn finds an action of the plan by its check and, unless it is the only one, its
// repository.
func keyIn(c *board.Challenge, check, repository string) (key plan.Key, found bool) {
	own := slices.DeleteFunc(slices.Clone(c.Plan), func(a board.Action) bool {
		return a.Check.ID != check || repository != "" && a.Repository != repository
	})
	if len(own) != 1 {
		return key, false
	}
	return own[0].Key, true
}

func (s *site) putDecision(ctx context.Context, in *decision) (*answer[decisionDocument], error) {
	p := audit.Placement{
		Challenge: in.ID, Check: in.Check, Repository: in.Body.Repository, Quadrant: in.Body.Quadrant, Side: in.Body.Side,
		Assignee: in.Body.Assignee, Progress: in.Body.Progress, Reason: in.Body.Reason,
	}
	if in.Body.Due != "" {
		due, err := time.Parse(time.DateOnly, in.Body.Due)
		if err != nil {
			return nil, huma.Error422UnprocessableEntity("due: write a day such as 2026-12-31")
		}
		p.Due = due
	}
	if p.Progress == "" {
		p.Progress = audit.Open
	}
	if fault := p.Validate(); fault != nil {
		return nil, huma.Error422UnprocessableEntity(fault.Error())
	}
	kept, err := s.decide(ctx, p)
	return of(decisionOf(kept)), err
}

func (s *site) listDecisions(ctx context.Context, in *ofChallenge) (*answer[decisionsDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	v := s.veilFor(ctx, s.langIn(in.Languages))
	d := decisionsDocument{Decisions: []decisionDocument{}}
	for _, p := range c.Decisions {
		d.Decisions = append(d.Decisions, decisionOf(v.placement(p)))
	}
	return of(d), nil
}

// decidePage keeps what somebody filled in on a challenge's page, and shows it again.
func (s *site) decidePage(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return status(http.StatusBadRequest)
	}
	f := r.PostForm
	p := audit.Placement{
		Challenge: r.PathValue("id"), Check: f.Get("check"), Repository: f.Get("repository"), Quadrant: audit.Quadrant(f.Get("quadrant")),
		Side: audit.Side(f.Get("side")), Assignee: f.Get("assignee"), Progress: audit.Progress(f.Get("progress")), Reason: f.Get("reason"),
	}
	refused := failure{http.StatusUnprocessableEntity, "web.error-decision"}
	if due := f.Get("due"); due != "" {
		var err error
		if p.Due, err = time.Parse(time.DateOnly, due); err != nil {
			return refused
		}
	}
	if p.Progress == audit.Dropped && p.Reason == "" {
		return failure{http.StatusUnprocessableEntity, "web.error-reason"}
	}
	if p.Validate() != nil {
		return refused
	}
	if _, err := s.decide(r.Context(), p); err != nil {
		return err
	}
	http.Redirect(w, r, "/challenges/"+url.PathEscape(p.Challenge)+"?decided=1#plan", http.StatusSeeOther)
	return nil
}
