package publish

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/issue"
	"github.com/perenne-audit/perenne/internal/queue"
	"github.com/perenne-audit/perenne/internal/store"
)

// Publisher writes for the service.
type Publisher struct {
	// Board tells challenges with their plans, Store what was audited, decided and
	// written.
	Board board.Reader
	Store store.Store
	Desk  *forge.Desk
	// Every is the least time between two changes of an issue that does not say.
	Every time.Duration
	// Page is where people find the page of a challenge; it may return "".
	Page   func(challenge string) string
	Now    func() time.Time
	Logger *slog.Logger
}

const (
	// onceTime is how long one issue or status may take, and lease how long nobody else
	// may write it: longer, so that whoever lost the right has stopped.
	onceTime = time.Minute
	lease    = 2 * time.Minute
	// patience is how long what a forge refused is not tried again.
	patience = time.Hour
)

// wanted is one thing to write.
type wanted struct {
	repository string
	kind       store.PostingKind
}

// wants lists what a challenge's portfolio asks for: of repositories on a forge.
func wants(c *audit.Challenge) (all []wanted) {
	if c.Issues != nil && !c.Issues.Each {
		all = append(all, wanted{"", store.PostedIssue})
	}
	for _, r := range c.Repositories {
		if _, ok := forge.ParseRepo(acquire.AddressOf(r.URL)); !ok {
			continue
		}
		if c.Issues != nil && c.Issues.Each {
			all = append(all, wanted{r.URL, store.PostedIssue})
		}
		if c.Status != "" {
			all = append(all, wanted{r.URL, store.PostedStatus})
		}
	}
	return all
}

// Unpublished lists the challenges that changed since they were last written about and
// may be written about now: see [queue.Work].
func (p *Publisher) Unpublished(ctx context.Context, now time.Time) ([]queue.Publication, error) {
	var wishing []*audit.Challenge
	all := p.Board.Portfolio().Challenges
	for i := range all {
		if len(wants(&all[i])) > 0 {
			wishing = append(wishing, &all[i])
		}
	}
	if len(wishing) == 0 {
		return nil, nil
	}
	marks, err := p.marks(ctx, "")
	if err != nil {
		return nil, err
	}
	kept, err := p.Store.Postings(ctx, "")
	if err != nil {
		return nil, err
	}
	postings := map[string][]store.Posting{}
	for _, one := range kept {
		postings[one.Challenge] = append(postings[one.Challenge], one)
	}
	var publications []queue.Publication
	for _, c := range wishing {
		mark, audited := marks.of(c)
		if audited && slices.ContainsFunc(wants(c), func(w wanted) bool { return p.ready(c, posted(postings[c.ID], w), mark, now) }) {
			publications = append(publications, queue.Publication{Challenge: c.ID})
		}
	}
	return publications, nil
}

func posted(all []store.Posting, w wanted) store.Posting {
	for _, one := range all {
		if one.Repository == w.repository && one.Kind == w.kind {
			return one
		}
	}
	return store.Posting{Repository: w.repository, Kind: w.kind}
}

// ready reports whether something is to be written, and may be.
func (p *Publisher) ready(c *audit.Challenge, last store.Posting, mark string, now time.Time) bool {
	switch {
	case last.Seen == mark, last.Failure != "" && now.Sub(last.TriedAt) < patience:
		return false
	case last.Kind == store.PostedIssue && !last.WrittenAt.IsZero():
		return now.Sub(last.WrittenAt) >= p.every(c)
	}
	return true
}

func (p *Publisher) every(c *audit.Challenge) time.Duration { return cmp.Or(c.Issues.Every, p.Every) }

// marks tell whether anything changed that is written: the audits, what people decided
// and what the portfolio says of it.
type marks struct {
	audits    map[store.Key]*store.Summary
	decisions map[string]int64
}

func (p *Publisher) marks(ctx context.Context, challenge string) (*marks, error) {
	summaries, err := p.Store.Summaries(ctx, challenge)
	if err != nil {
		return nil, err
	}
	placed, err := p.Store.Placements(ctx, challenge)
	if err != nil {
		return nil, err
	}
	m := &marks{map[store.Key]*store.Summary{}, map[string]int64{}}
	for i := range summaries {
		m.audits[summaries[i].Key] = &summaries[i]
	}
	for _, one := range placed {
		m.decisions[one.Challenge] = max(m.decisions[one.Challenge], one.ID)
	}
	return m, nil
}

// of returns the mark of a challenge, and whether any of its repositories was audited.
func (m *marks) of(c *audit.Challenge) (mark string, audited bool) {
	h := sha256.New()
	fmt.Fprintf(h, "%d %v %v %v %v %v %s %q", m.decisions[c.ID], c.Issues, c.Status, c.Waivers, c.Attestations, c.Dates(), c.Criticality, c.Name)
	for _, r := range c.Repositories {
		if s := m.audits[store.Key{Challenge: c.ID, Repository: r.URL}]; s != nil {
			fmt.Fprintf(h, " %s %d", r.URL, s.Audit)
			audited = audited || s.Audit != 0
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:16]), audited
}

// Publish writes what a challenge's portfolio asks for: see [queue.Work]. One thing
// that cannot be written does not hold up the others.
func (p *Publisher) Publish(ctx context.Context, n queue.Publication) error {
	marks, err := p.marks(ctx, n.Challenge)
	if err != nil {
		return err
	}
	view, err := p.Board.Challenge(ctx, n.Challenge)
	if err != nil {
		return err
	}
	c := view.Row.Challenge
	mark, _ := marks.of(c)
	var faults []error
	for _, s := range issue.Of(c, view.Planned, view.Plan, p.Page(c.ID)) {
		w := wanted{s.Repository, store.PostedIssue}
		if !slices.Contains(wants(c), w) {
			continue
		}
		faults = append(faults, p.once(ctx, c, w, mark, func(ctx context.Context, last *store.Posting) error {
			return p.issue(ctx, s, last)
		}))
	}
	for _, r := range view.Repositories {
		w := wanted{r.Source.URL, store.PostedStatus}
		if !slices.Contains(wants(c), w) || r.State.Latest == nil {
			continue
		}
		faults = append(faults, p.once(ctx, c, w, mark, func(ctx context.Context, last *store.Posting) error {
			return p.status(ctx, view, r, last)
		}))
	}
	return errors.Join(faults...)
}

// once writes one thing, when this process gets the right to and it is due, and keeps
// what became of it.
func (p *Publisher) once(ctx context.Context, c *audit.Challenge, w wanted, mark string, do func(context.Context, *store.Posting) error) error {
	last, claimed, err := p.Store.ClaimPosting(ctx, c.ID, w.repository, w.kind, lease)
	if err != nil || !claimed {
		return err
	}
	if p.ready(c, last, mark, p.Now()) {
		ctx, cancel := context.WithTimeout(ctx, onceTime)
		before := last
		err = do(ctx, &last)
		cancel()
		last.TriedAt, last.Failure = p.Now(), ""
		switch {
		case errors.Is(err, errEarly):
			err = nil
		case errors.Is(err, audit.ErrRateLimited), errors.Is(err, audit.ErrUnreachable), errors.Is(err, context.Canceled):
			// It passes, and the queue tries it again.
			last = before
		case err != nil:
			last.Failure = err.Error()
			p.Logger.Warn("what was found was not written to the forge", "challenge", c.ID, "kind", string(w.kind), "error", err)
		default:
			last.Seen = mark
		}
	}
	return errors.Join(err, p.Store.KeepPosting(context.WithoutCancel(ctx), last))
}

// errEarly: it is too soon, by what the issue itself says.
var errEarly = errors.New("written too short a while ago")

func (p *Publisher) issue(ctx context.Context, s *issue.Subject, last *store.Posting) error {
	digest, err := s.Digest()
	if err != nil || digest == last.Digest {
		return err
	}
	o := Options{Desk: p.Desk, Every: p.Every, Send: true}
	if _, r, err := where(ctx, s.In); err == nil && strings.Contains(last.URL, "/"+r.Path+"/") {
		o.Number = last.Number
	}
	out, err := Issue(ctx, s, o)
	if err != nil {
		return err
	}
	if out.Issue != nil {
		last.Number, last.URL = out.Issue.Number, out.Issue.URL
	}
	if out.Step == issue.Early {
		last.WrittenAt = out.After.Add(-p.every(s.Challenge))
		return errEarly
	}
	if last.Digest = digest; out.Step.Writes() {
		last.WrittenAt = p.Now()
		p.Logger.Info("issue written", "challenge", s.Challenge.ID, "step", string(out.Step), "issue", last.URL)
	}
	return nil
}
