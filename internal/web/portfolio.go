package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
)

// portfolioView is the first page.
type portfolioView struct {
	Ministries []ministrySummary
	All        ministrySummary
	Options    []audit.Ministry
	Query      board.Query
	Sorts      []board.Sort
	Rows       []rowView
	Total      int
	First      int
	Last       int
	// Previous and Next are addresses, "" at either end.
	Previous, Next string
	Changes        []changeView
}

// rowView is one line of the table of challenges.
type rowView struct {
	board.Row
	Ministry string
	// Scores are the three axes that decide, in their order.
	Scores []audit.AxisScore
}

// ministrySummary is what the challenges of a host add up to.
type ministrySummary struct {
	audit.Ministry
	Challenges, Ready, OpenBlockers int
	// Scored counts the challenges that have a continuity; Lowest and Mean are
	// theirs, nil without any. LowestIn is the id of the lowest.
	Scored       int
	Lowest, Mean *float64
	LowestIn     string
	// EndingSoon counts the missions that end within 60 days.
	EndingSoon int
}

// endingSoon is the time in which a mission's end is near.
const endingSoon = 60 * 24 * time.Hour

// queryOf reads a page of challenges from an address. Nonsense is as if it were
// not there: an address is typed by people.
func queryOf(values url.Values) board.Query {
	q := board.Query{
		Ministry: values.Get("ministry"), Search: strings.TrimSpace(values.Get("search")),
		Sort: board.Sort(values.Get("sort")), Limit: board.DefaultLimit,
	}
	if !slices.Contains(board.Sorts, q.Sort) {
		q.Sort = board.SortPortfolio
	}
	if n, err := strconv.Atoi(values.Get("offset")); err == nil && n > 0 {
		q.Offset = n
	}
	return q
}

func addressOf(q board.Query) string {
	values := url.Values{}
	for key, value := range map[string]string{"ministry": q.Ministry, "search": q.Search, "sort": string(q.Sort)} {
		if value != "" {
			values.Set(key, value)
		}
	}
	if q.Offset > 0 {
		values.Set("offset", strconv.Itoa(q.Offset))
	}
	return "/?" + values.Encode()
}

func (s *site) portfolioPage(w http.ResponseWriter, r *http.Request) error {
	const lately = 8
	m, q := s.messages(r), queryOf(r.URL.Query())
	rows, total, err := s.Board.Rows(r.Context(), q)
	if err != nil {
		return err
	}
	changes, err := s.Board.Changes(r.Context(), "", lately)
	if err != nil {
		return err
	}
	ministries, all, err := s.summary.of(r.Context(), s.Board, s.Now())
	if err != nil {
		return err
	}
	p := s.Board.Portfolio()
	view := portfolioView{
		Ministries: ministries, All: all, Options: p.Ministries, Query: q, Sorts: board.Sorts, Total: total,
		First: min(q.Offset+1, total), Last: min(q.Offset+len(rows), total), Changes: s.changes(changes, p, m.Lang),
	}
	names := ministryNames(p)
	for _, row := range rows {
		view.Rows = append(view.Rows, rowView{Row: row, Ministry: names[row.Challenge.Ministry], Scores: deciding(row.Axes)})
	}
	page := q
	if page.Offset = max(0, q.Offset-q.Limit); q.Offset > 0 {
		view.Previous = addressOf(page)
	}
	if page.Offset = q.Offset + q.Limit; page.Offset < total {
		view.Next = addressOf(page)
	}
	return s.show(w, r, http.StatusOK, "portfolio", m.Say("web.portfolio"), view)
}

func ministryNames(p *audit.Portfolio) map[string]string {
	names := map[string]string{}
	for _, m := range p.Ministries {
		names[m.ID] = m.Name
	}
	return names
}

// deciding returns the three axes that decide, in their order, empty where a
// challenge has none.
func deciding(axes []audit.AxisScore) []audit.AxisScore {
	var three []audit.AxisScore
	for _, axis := range audit.Axes {
		if axis == audit.Community {
			continue
		}
		one := audit.AxisScore{Axis: axis}
		for _, a := range axes {
			if a.Axis == axis {
				one = a
			}
		}
		three = append(three, one)
	}
	return three
}

// summary adds all challenges up per ministry and keeps that for a moment: of a
// large portfolio it is the only part of a page that grows.
type summary struct {
	mu         sync.Mutex
	at         time.Time
	inForce    *audit.Portfolio
	ministries []ministrySummary
	all        ministrySummary
}

// summaryKept is how long the summary may lag behind the table below it.
const summaryKept = 10 * time.Second

func (s *summary) of(ctx context.Context, from board.Reader, now time.Time) ([]ministrySummary, ministrySummary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	p := from.Portfolio()
	if s.inForce == p && now.Sub(s.at) < summaryKept && !now.Before(s.at) {
		return s.ministries, s.all, nil
	}
	byID := map[string]*ministrySummary{}
	var all ministrySummary
	for offset := 0; ; {
		rows, total, err := from.Rows(ctx, board.Query{Offset: offset, Limit: board.MaxLimit})
		if err != nil {
			return nil, all, err
		}
		for _, row := range rows {
			id := row.Challenge.Ministry
			if byID[id] == nil {
				byID[id] = &ministrySummary{}
			}
			byID[id].add(row, now)
			all.add(row, now)
		}
		if offset += len(rows); len(rows) == 0 || offset >= total {
			break
		}
	}
	s.ministries, s.all, s.at, s.inForce = nil, all.averaged(), now, p
	for _, m := range append(slices.Clone(p.Ministries), audit.Ministry{}) {
		if sum := byID[m.ID]; sum != nil {
			sum.Ministry = m
			s.ministries = append(s.ministries, sum.averaged())
		}
	}
	return s.ministries, s.all, nil
}

// add counts one challenge in; Mean holds the sum until averaged.
func (m *ministrySummary) add(row board.Row, now time.Time) {
	m.Challenges++
	m.OpenBlockers += row.OpenBlockers
	if row.Ready {
		m.Ready++
	}
	if left := row.Challenge.MissionEnd.Sub(now); left > 0 && left < endingSoon {
		m.EndingSoon++
	}
	if row.Continuity == nil {
		return
	}
	m.Scored++
	sum := *row.Continuity
	if m.Mean != nil {
		sum += *m.Mean
	}
	m.Mean = &sum
	if m.Lowest == nil || *row.Continuity < *m.Lowest {
		lowest := *row.Continuity
		m.Lowest, m.LowestIn = &lowest, row.Challenge.ID
	}
}

func (m ministrySummary) averaged() ministrySummary {
	if m.Scored > 0 {
		mean := *m.Mean / float64(m.Scored)
		m.Mean = &mean
	}
	return m
}
