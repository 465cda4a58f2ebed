// Package board answers what pages, the API and metrics ask about a portfolio:
// the challenges with what their repositories add up to, kept by the store, next
// to what the portfolio says about them.
package board

import (
	"context"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/store"
)

// Reader is what is shown. All of it may be called concurrently; none of it
// fetches, judges or changes anything.
type Reader interface {
	// Portfolio returns the portfolio in force; never nil. Do not change it.
	Portfolio() *audit.Portfolio
	// Rows returns one page of challenges and how many there are in all.
	Rows(ctx context.Context, q Query) (rows []Row, total int, err error)
	// Challenge returns all there is to show about one challenge; the error wraps
	// [audit.ErrNotFound] for one that the portfolio does not name.
	Challenge(ctx context.Context, id string) (*Challenge, error)
	// Changes returns which answers changed lately, newest first, at most limit;
	// challenge "" means all.
	Changes(ctx context.Context, challenge string, limit int) ([]store.Change, error)
	// Ready reports why the service cannot answer, or nil.
	Ready(ctx context.Context) error
}

// Query chooses a page of challenges.
type Query struct {
	// Ministry is an id, "" for all. Search is part of a name or id, any case.
	Ministry, Search string
	// Sort is one of Sorts; the zero value is the order of the portfolio.
	Sort   Sort
	Offset int
	// Limit is at most MaxLimit; 0 means DefaultLimit.
	Limit int
}

// Sort is an order of challenges.
type Sort string

// The orders: that of the portfolio, the lowest continuity first, the most open
// blockers first, the nearest end of mission first, by name.
const (
	SortPortfolio  Sort = ""
	SortContinuity Sort = "continuity"
	SortBlockers   Sort = "blockers"
	SortMissionEnd Sort = "mission-end"
	SortName       Sort = "name"
)

// Sorts lists the orders.
var Sorts = []Sort{SortPortfolio, SortContinuity, SortBlockers, SortMissionEnd, SortName}

// Page sizes.
const (
	DefaultLimit = 50
	MaxLimit     = 500
)

// Row is one challenge in a list.
type Row struct {
	Challenge *audit.Challenge
	// Axes and Continuity are empty and nil before the first audit.
	Axes       []audit.AxisScore
	Continuity *float64
	// OpenBlockers counts blockers that are not met, over all axes.
	OpenBlockers int
	// Ready says that the gate is open.
	Ready bool
	// KnowledgeAtRisk is the share of the known source files, over all repositories,
	// that nobody who stays knows, 0 to 1; nil where nobody leaves or nothing is
	// known.
	KnowledgeAtRisk *float64
	// Actions counts the gaps by where they stand; empty before the first audit.
	Actions map[audit.Quadrant]int
	// Answers counts the checks by answer, per axis.
	Answers map[audit.Axis]map[audit.Answer]int
	// CheckMet is the share of the good state reached, by check, 0 to 1.
	CheckMet map[string]float64
	// AuditedAt is the oldest success among the repositories, zero when one was
	// never audited: the age of the whole.
	AuditedAt time.Time
	// Failing counts repositories whose last attempt failed.
	Failing int
}

// Gaps counts what is to be done, over all quadrants.
func (r *Row) Gaps() int {
	n := 0
	for _, count := range r.Actions {
		n += count
	}
	return n
}

// Challenge is one challenge in full.
type Challenge struct {
	Row
	// Result is what the repositories add up to; nil before the first audit.
	Result *audit.ChallengeResult
	// Repositories are in the order of the portfolio.
	Repositories []Repository
	// Plan holds the actions over all repositories, the most pressing quadrant
	// first, then what matters most for an hour of work.
	Plan []Action
	// Planned is what the plan was made from, to ask what some of it would bring.
	Planned *plan.Challenge
	// Decisions are what people decided about actions, newest first.
	Decisions []audit.Placement
	// Postings are what was written to forges, by repository and kind.
	Postings []store.Posting
	// Curve is one point a day at most, oldest first.
	Curve []store.Point
	// Changes are the newest first.
	Changes []store.Change
}

// Repository is one repository of a challenge and what is known about it.
type Repository struct {
	Source audit.Source
	State  store.State
	// Next is when its next turn comes.
	Next time.Time
}

// Action is one gap of one repository, as a plan sees it.
type Action = plan.Item
