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
	mu      sync.Mutex
	kept    sums
	running bool
}

// sums are the challenges of a portfolio, added up at a time.
type sums struct {
	at         time.Time
	inForce    *audit.Portfolio
	ministries []ministrySummary
	all        ministrySummary
}

// The summary may lag behind the table below it. Past the first time it is made
// again while readers are shown the old one; past the second they wait.
const (
	summaryFresh = 10 * time.Second
	summaryKept  = time.Minute
	// summaryTimeout ends an addition that nobody waits for.
	summaryTimeout = 30 * time.Second
)

func (s *summary) of(ctx context.Context, from board.Reader, now time.Time) ([]ministrySummary, ministrySummary, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	age := now.Sub(s.kept.at).Abs()
	switch {
	case s.kept.inForce != from.Portfolio() || age >= summaryKept:
		made, err := addUp(ctx, from, now)
		if err != nil {
			return nil, ministrySummary{}, err
		}
		s.kept = made
	case age >= summaryFresh && !s.running:
		s.running = true
		go s.again(context.WithoutCancel(ctx), from, now)
	}
	return s.kept.ministries, s.kept.all, nil
}

// again adds up while nobody waits. What goes wrong is met again, and told, by
// the reader who comes when the old one is no longer kept.
func (s *summary) again(ctx context.Context, from board.Reader, now time.Time) {
	ctx, cancel := context.WithTimeout(ctx, summaryTimeout)
	defer cancel()
	made, err := sums{}, error(nil)
	defer func() {
		broken := recover() != nil
		s.mu.Lock()
		defer s.mu.Unlock()
		if s.running = false; err == nil && !broken {
			s.kept = made
		}
	}()
	made, err = addUp(ctx, from, now)
}

func addUp(ctx context.Context, from board.Reader, now time.Time) (sums, error) {
	made := sums{at: now, inForce: from.Portfolio()}
	byID := map[string]*ministrySummary{}
	for offset := 0; ; {
		rows, total, err := from.Rows(ctx, board.Query{Offset: offset, Limit: board.MaxLimit})
		if err != nil {
			return made, err
		}
		for _, row := range rows {
			id := row.Challenge.Ministry
			if byID[id] == nil {
				byID[id] = &ministrySummary{}
			}
			byID[id].add(row, now)
			made.all.add(row, now)
		}
		if offset += len(rows); len(rows) == 0 || offset >= total {
			break
		}
	}
	made.all = made.all.averaged()
	for _, m := range append(slices.Clone(made.inForce.Ministries), audit.Ministry{}) {
		if sum := byID[m.ID]; sum != nil {
			sum.Ministry = m
			made.ministries = append(made.ministries, sum.averaged())
		}
	}
	return made, nil
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
