package metrics

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/board"
)

// reading is the portfolio and the queue at one moment.
type reading struct {
	at     time.Time
	chunks []chunk
}

// current returns the reading that is kept, or makes one when it is too old.
func (m *Metrics) current(ctx context.Context) (*reading, error) {
	select {
	case m.turn <- struct{}{}:
		defer func() { <-m.turn }()
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	now := m.c.Now()
	// A clock that went backwards must not keep a reading alive.
	if k := m.kept; k != nil && !now.Before(k.at) && now.Sub(k.at) < m.c.Keep {
		return k, nil
	}
	r, err := m.read(ctx)
	if err != nil {
		return nil, err
	}
	r.at = m.c.Now()
	m.kept = r
	return r, nil
}

// read makes a reading. The text of each page of challenges is written and
// compressed while the next page is read.
func (m *Metrics) read(ctx context.Context) (*reading, error) {
	r := &reading{}
	if m.c.Board != nil {
		pages, err := m.pages(ctx)
		if err != nil {
			return nil, err
		}
		for i, f := range ofChallenge {
			r.chunks = appendFamily(r.chunks, f, pages, i)
		}
	}
	if text := m.queue(ctx); len(text) > 0 {
		r.chunks = append(r.chunks, press(text))
	}
	return r, nil
}

// appendFamily puts the chunks of one family behind each other: a format demands
// that its series stand together. One without any series is left out.
func appendFamily(chunks []chunk, f family, pages [][]chunk, i int) []chunk {
	any := false
	for _, page := range pages {
		if page[i].size == 0 {
			continue
		}
		if !any {
			chunks = append(chunks, press(appendHeader(nil, f)))
			any = true
		}
		chunks = append(chunks, page[i])
	}
	return chunks
}

// pages returns, for each page of challenges, one chunk per family.
func (m *Metrics) pages(ctx context.Context) ([][]chunk, error) {
	type work struct {
		rows   []board.Row
		chunks []chunk
	}
	var (
		group sync.WaitGroup
		todo  = make(chan *work)
		all   []*work
	)
	// Audits run beside: a scrape takes no more than half of a large machine.
	for range min(4, max(2, runtime.GOMAXPROCS(0)/2)) {
		group.Go(func() {
			var text []byte
			for w := range todo {
				w.chunks, text = page(w.rows, text)
				w.rows = nil
			}
		})
	}
	err := m.rows(ctx, func(rows []board.Row) {
		w := &work{rows: rows}
		all = append(all, w)
		todo <- w
	})
	close(todo)
	group.Wait()
	if err != nil {
		return nil, err
	}
	pages := make([][]chunk, len(all))
	for i, w := range all {
		pages[i] = w.chunks
	}
	return pages, nil
}

// rows hands over the challenges in pages. One that a page repeats, because the
// portfolio changed meanwhile, is handed over once: a scrape that holds a series
// twice is refused whole.
func (m *Metrics) rows(ctx context.Context, page func([]board.Row)) error {
	seen := map[string]bool{}
	for offset := 0; ; {
		rows, total, err := m.c.Board.Rows(ctx, board.Query{Offset: offset, Limit: board.MaxLimit})
		if err != nil {
			return fmt.Errorf("read the challenges from %d on: %w", offset, err)
		}
		offset += len(rows)
		more := len(rows) > 0 && offset < total
		fresh := make([]board.Row, 0, len(rows))
		for _, r := range rows {
			if r.Challenge != nil && !seen[r.Challenge.ID] {
				seen[r.Challenge.ID] = true
				fresh = append(fresh, r)
			}
		}
		page(fresh)
		if !more {
			return nil
		}
	}
}

// queue returns the text of the queue's series; nothing when it cannot be
// counted, which is no reason to hide the portfolio.
func (m *Metrics) queue(ctx context.Context) []byte {
	if m.c.QueueCounts == nil {
		return nil
	}
	counts, err := m.c.QueueCounts(ctx)
	if err != nil {
		m.c.Logger.WarnContext(ctx, "the queue is missing from the metrics", "error", err)
		return nil
	}
	if len(counts) == 0 {
		return nil
	}
	text := appendHeader(nil, queueJobs)
	l := newLine(queueJobs)
	for _, state := range slices.Sorted(maps.Keys(counts)) {
		text = l.append(text, float64(counts[state]), [3]string{state})
	}
	return text
}
