package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// scanner is a row, or rows at one of them.
type scanner interface{ Scan(into ...any) error }

const (
	selectAudit = `
		SELECT r.challenge, r.repository, a.id, a.policy, a.took_ns, a.seen, c.content, c.handover
		FROM audits a JOIN repositories r ON r.id = a.repository_id JOIN results c ON c.audit_id = a.id`
	selectState = `
		SELECT r.challenge, r.repository, a.id, a.policy, a.took_ns, a.seen, c.content, c.handover, r.tried, r.succeeded, r.failure
		FROM repositories r LEFT JOIN audits a ON a.id = r.latest LEFT JOIN results c ON c.audit_id = a.id`
	selectSummary = `
		SELECT r.challenge, r.repository, r.tried, r.succeeded, r.failure, a.id, a.commit_id, a.catalogue, a.policy,
			a.questions_id, a.answers, a.taken, a.seen, a.continuity, a.actions, a.axes,
			a.known_files, a.orphaned_files
		FROM repositories r LEFT JOIN audits a ON a.id = r.latest`
	selectChange = `SELECT challenge, repository, check_id, was, became, from_commit, to_commit, at FROM changes`
)

// each runs a query and calls scan at each row.
func (l *Ledger) each(ctx context.Context, scan func(scanner) error, query string, args ...any) error {
	rows, err := l.Read.QueryContext(ctx, query, args...)
	if err != nil {
		return l.Explain(err)
	}
	defer func() { _ = rows.Close() }() // rows.Err says what went wrong
	for rows.Next() {
		if err := scan(rows); err != nil {
			return l.Explain(err)
		}
	}
	return l.Explain(rows.Err())
}

// Audit returns one kept audit; see [store.Store].
func (l *Ledger) Audit(ctx context.Context, id int64) (store.Audit, error) {
	s, err := l.scanState(l.Read.QueryRowContext(ctx, selectAudit+` WHERE a.id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return store.Audit{}, fmt.Errorf("read audit %d: %w", id, audit.ErrNotFound)
	}
	if err != nil {
		return store.Audit{}, fmt.Errorf("read audit %d: %w", id, l.Explain(err))
	}
	return *s.Latest, nil
}

// State returns what is known about one repository; see [store.Store].
func (l *Ledger) State(ctx context.Context, k store.Key) (store.State, error) {
	if err := checkKey(k); err != nil {
		return store.State{Key: k}, nil // no such key was ever kept
	}
	var tried, succeeded int64
	var failure string
	row := l.Read.QueryRowContext(ctx, selectState+` WHERE r.challenge = $1 AND r.repository = $2`, k.Challenge, k.Repository)
	s, err := l.scanState(row, &tried, &succeeded, &failure)
	if errors.Is(err, sql.ErrNoRows) {
		return store.State{Key: k}, nil
	}
	if err != nil {
		return store.State{}, fmt.Errorf("read state of %q: %w", k.Repository, l.Explain(err))
	}
	s.TriedAt, s.SucceededAt, s.Failure = fromMicros(tried), fromMicros(succeeded), failure
	return s, nil
}

const byKey = ` ORDER BY r.challenge, r.repository`

// of limits a query to a challenge; written as one condition for both cases it
// would not use the index.
func of(challenge string) (where string, args []any) {
	if challenge == "" {
		return "", nil
	}
	return ` WHERE r.challenge = $1`, []any{challenge}
}

// States returns what is known about many repositories; see [store.Store].
func (l *Ledger) States(ctx context.Context, challenge string) ([]store.State, error) {
	where, args := of(challenge)
	var states []store.State
	err := l.each(ctx, func(row scanner) error {
		var tried, succeeded int64
		var failure string
		s, err := l.scanState(row, &tried, &succeeded, &failure)
		s.TriedAt, s.SucceededAt, s.Failure = fromMicros(tried), fromMicros(succeeded), failure
		states = append(states, s)
		return err
	}, selectState+where+byKey, args...)
	if err != nil {
		return nil, fmt.Errorf("read states: %w", err)
	}
	return states, nil
}

// scanState reads the columns of an audit, all null when there is none, and
// more.
func (l *Ledger) scanState(row scanner, more ...any) (store.State, error) {
	var s store.State
	var id, took, seen sql.NullInt64
	var policy sql.NullString
	var packed, handed []byte
	if err := row.Scan(append([]any{&s.Challenge, &s.Repository, &id, &policy, &took, &seen, &packed, &handed}, more...)...); err != nil {
		return s, err
	}
	if !id.Valid {
		return s, nil
	}
	content, err := decompress(packed)
	if err != nil {
		return s, fmt.Errorf("audit %d: %w", id.Int64, err)
	}
	result, err := store.Decode(content, l.Lookup)
	if err != nil {
		return s, fmt.Errorf("audit %d: %w", id.Int64, err)
	}
	if result.Handover, err = readHandover(handed); err != nil {
		return s, fmt.Errorf("audit %d: %w", id.Int64, err)
	}
	s.Latest = &store.Audit{
		ID: id.Int64, Key: s.Key, Policy: policy.String, Result: result,
		Took: time.Duration(took.Int64), SeenAt: fromMicros(seen.Int64),
	}
	return s, nil
}

// Summaries returns the states in numbers; see [store.Store].
func (l *Ledger) Summaries(ctx context.Context, challenge string) ([]store.Summary, error) {
	where, args := of(challenge)
	return l.summaries(ctx, where, args...)
}

// SummariesSince returns those of repositories tried lately; see [store.Store].
func (l *Ledger) SummariesSince(ctx context.Context, from time.Time) ([]store.Summary, error) {
	return l.summaries(ctx, ` WHERE r.tried >= $1`, micros(from))
}

func (l *Ledger) summaries(ctx context.Context, where string, args ...any) ([]store.Summary, error) {
	var all []summary
	err := l.each(ctx, func(row scanner) error {
		s, err := scanSummary(row)
		all = append(all, s)
		return err
	}, selectSummary+where+byKey, args...)
	if err != nil {
		return nil, fmt.Errorf("read summaries: %w", err)
	}
	// Read afterwards, so that the lists of every audit above are there.
	questions := map[int64][]string{}
	err = l.each(ctx, func(row scanner) error {
		var id int64
		var checks string
		err := row.Scan(&id, &checks)
		questions[id] = lines(checks)
		return err
	}, `SELECT id, checks FROM questions`)
	if err != nil {
		return nil, fmt.Errorf("read summaries: %w", err)
	}
	summaries := make([]store.Summary, len(all))
	for i, s := range all {
		if s.Audit != 0 {
			if s.Answers, err = store.ParseAnswers(questions[s.asked], s.letters); err != nil {
				return nil, fmt.Errorf("read summaries: audit %d: %w", s.Audit, err)
			}
		}
		summaries[i] = s.Summary
	}
	return summaries, nil
}

// summary is one whose list of questions is still a number.
type summary struct {
	store.Summary
	asked   int64
	letters string
}

func scanSummary(row scanner) (s summary, err error) {
	var tried, succeeded int64
	var id, asked, taken, seen, actions, known, orphaned sql.NullInt64
	var commit, catalogue, policy, letters, axes sql.NullString
	err = row.Scan(&s.Challenge, &s.Repository, &tried, &succeeded, &s.Failure, &id, &commit, &catalogue, &policy,
		&asked, &letters, &taken, &seen, &s.Continuity, &actions, &axes, &known, &orphaned)
	s.TriedAt, s.SucceededAt = fromMicros(tried), fromMicros(succeeded)
	if err != nil || !id.Valid {
		return s, err
	}
	s.Audit, s.Commit, s.Catalogue, s.Policy = id.Int64, commit.String, catalogue.String, policy.String
	s.TakenAt, s.SeenAt, s.Actions = fromMicros(taken.Int64), fromMicros(seen.Int64), int(actions.Int64)
	s.asked, s.letters = asked.Int64, letters.String
	if known.Valid {
		s.Files = &store.FilesKnown{Known: int(known.Int64), Orphaned: int(orphaned.Int64), Untold: !orphaned.Valid}
	}
	if s.Axes, err = store.ParseAxes(axes.String); err != nil {
		return s, fmt.Errorf("audit %d: %w", s.Audit, err)
	}
	return s, nil
}

// Curve returns the steps of one repository; see [store.Store].
func (l *Ledger) Curve(ctx context.Context, k store.Key, from time.Time) ([]store.Point, error) {
	if err := checkKey(k); err != nil {
		return nil, nil // no such key was ever kept
	}
	var points []store.Point
	err := l.each(ctx, func(row scanner) error {
		var at int64
		var written string
		p := store.Point{Scores: map[audit.Axis]float64{}}
		if err := row.Scan(&at, &p.Commit, &written); err != nil {
			return err
		}
		p.At = fromMicros(at)
		axes, err := store.ParseAxes(written)
		for _, a := range axes {
			if a.Score != nil {
				p.Scores[a.Axis] = *a.Score
			}
		}
		points = append(points, p)
		return err
	}, `SELECT s.at, a.commit_id, a.axes FROM steps s JOIN audits a ON a.id = s.audit_id
		WHERE s.repository_id = (SELECT id FROM repositories WHERE challenge = $1 AND repository = $2) AND s.at >= $3
		ORDER BY s.at, s.id`, k.Challenge, k.Repository, micros(from))
	if err != nil {
		return nil, fmt.Errorf("read curve of %q: %w", k.Repository, err)
	}
	return points, nil
}

// Changes returns which answers changed; see [store.Store].
func (l *Ledger) Changes(ctx context.Context, challenge string, from time.Time, limit int) ([]store.Change, error) {
	where, args := ` WHERE at >= $1`, []any{micros(from), max(limit, 0)}
	if challenge != "" {
		where, args = where+` AND challenge = $3`, append(args, challenge)
	}
	var changes []store.Change
	err := l.each(ctx, func(row scanner) error {
		var c store.Change
		var at int64
		err := row.Scan(&c.Challenge, &c.Repository, &c.Check, &c.From, &c.To, &c.FromCommit, &c.ToCommit, &at)
		c.At = fromMicros(at)
		changes = append(changes, c)
		return err
	}, selectChange+where+` ORDER BY at DESC, id DESC LIMIT $2`, args...)
	if err != nil {
		return nil, fmt.Errorf("read changes: %w", err)
	}
	return changes, nil
}
