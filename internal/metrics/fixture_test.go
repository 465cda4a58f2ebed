package metrics

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/store"
)

// shelf is a board whose rows a test puts there.
type shelf struct {
	mu    sync.Mutex
	rows  []board.Row
	err   error
	reads int
	// after is called after each page.
	after func(s *shelf)
}

var _ board.Reader = (*shelf)(nil)

func (s *shelf) Rows(_ context.Context, q board.Query) ([]board.Row, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, 0, s.err
	}
	if q.Limit < 1 || q.Limit > board.MaxLimit {
		return nil, 0, fmt.Errorf("a page of %d", q.Limit)
	}
	s.reads++
	from := min(q.Offset, len(s.rows))
	page, total := s.rows[from:min(from+q.Limit, len(s.rows))], len(s.rows)
	if s.after != nil {
		s.after(s)
	}
	return page, total, nil
}

func (s *shelf) Portfolio() *audit.Portfolio { return &audit.Portfolio{} }
func (s *shelf) Challenge(context.Context, string) (*board.Challenge, error) {
	return nil, audit.ErrNotFound
}
func (s *shelf) Changes(context.Context, string, int) ([]store.Change, error) { return nil, nil }
func (s *shelf) Ready(context.Context) error                                  { return nil }

var (
	errGone = errors.New("dial db.internal.example: connection refused")
	noon    = time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
)

func score(v float64) *float64 { return &v }

// sheet is an audited challenge with everything known, and so many checks.
func sheet(i, checks int) board.Row {
	r := board.Row{
		Challenge: &audit.Challenge{
			ID: fmt.Sprintf("challenge-%05d", i), Ministry: "interior", MissionEnd: noon.AddDate(0, 0, 30+i%300),
			Findings: []audit.Finding{{Listing: &audit.Listing{At: noon}}},
			People:   []audit.Person{{Name: "Ada Lovelace", Emails: []string{"ada@example.org"}}},
		},
		Continuity: score(float64(i%97) / 97), KnowledgeAtRisk: score(float64(i%89) / 89), OpenBlockers: 1, Actions: map[audit.Quadrant]int{audit.Do: 2, audit.Undated: 7}, AuditedAt: noon.Add(-time.Duration(i) * time.Second),
		Answers: map[audit.Axis]map[audit.Answer]int{}, CheckMet: map[string]float64{},
	}
	for j, axis := range audit.Axes {
		a := audit.AxisScore{Axis: axis, Score: score(float64((i+j)%89) / 89), Coverage: float64((i+j)%13) / 13}
		if j == 0 {
			a.OpenBlockers = []string{"no-secrets-committed"}
		}
		r.Axes = append(r.Axes, a)
		r.Answers[axis] = map[audit.Answer]int{audit.AnswerMet: i % 9, audit.AnswerNotMet: j, audit.AnswerUnknown: 1}
	}
	for j := range checks {
		r.CheckMet[fmt.Sprintf("dependency-updates-automated-%02d", j)] = float64((i*j)%3) / 2
	}
	return r
}

func sheets(n, checks int) []board.Row {
	rows := make([]board.Row, n)
	for i := range rows {
		rows[i] = sheet(i, checks)
	}
	return rows
}
