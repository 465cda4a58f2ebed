package ledger

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// straggler is how much older than the latest an audit may be and still have
// been taken by the same clock: a slow worker that comes second. One still older
// comes from a clock that was put right, and must be heard.
const straggler = time.Hour

// entry is one audit on its way into the tables. Whatever may fail without the
// database has been done.
type entry struct {
	audit     store.Audit
	content   []byte
	answers   store.Answers
	questions string // ids, one a line
	digest    string // of questions
	axes      string
	handover  handover
	at        int64 // when it became what is known

	repository, asked int64
}

// Save keeps an audit; see [store.Store].
func (l *Ledger) Save(ctx context.Context, a store.Audit) (store.Audit, error) {
	e, err := prepare(a)
	if err != nil {
		return store.Audit{}, fmt.Errorf("save audit: %w", err)
	}
	err = l.inTx(ctx, func(tx *sql.Tx) error { return e.save(ctx, tx) })
	if err != nil {
		return store.Audit{}, fmt.Errorf("save audit of %q: %w", a.Repository, err)
	}
	return e.audit, nil
}

func prepare(a store.Audit) (*entry, error) {
	if a.Result == nil {
		return nil, fmt.Errorf("an audit without result: %w", audit.ErrUnsupported)
	}
	if err := checkKey(a.Key); err != nil {
		return nil, err
	}
	for name, word := range map[string]string{
		"policy": a.Policy, "catalogue": a.Result.Catalogue, "commit": a.Result.Repository.Commit, "basis": a.Basis,
	} {
		if err := checkWord(name, word); err != nil {
			return nil, err
		}
	}
	if a.SeenAt.IsZero() {
		a.SeenAt = a.Result.TakenAt
	}
	a.SeenAt = a.SeenAt.UTC().Truncate(time.Microsecond)
	e := &entry{audit: a, axes: store.FormatAxes(store.SummarizeAxes(a.Result))}
	var err error
	if e.answers, err = store.AnswersOf(a.Result.Judged); err != nil {
		return nil, err
	}
	e.questions = strings.Join(e.answers.Checks(), "\n")
	sum := sha256.Sum256([]byte(e.questions))
	e.digest = hex.EncodeToString(sum[:])
	content, err := store.Encode(a.Result)
	if err != nil {
		return nil, err
	}
	if e.content, err = compress(content); err != nil {
		return nil, err
	}
	e.handover, err = handoverOf(a.Result)
	return e, err
}

func (e *entry) save(ctx context.Context, tx *sql.Tx) error {
	// The first statement locks the repository's row: what follows is alone.
	var before sql.NullInt64
	err := tx.QueryRowContext(ctx, `
		INSERT INTO repositories (challenge, repository, tried, succeeded, failure, basis) VALUES ($1, $2, $3, $3, '', $4)
		ON CONFLICT (challenge, repository) DO UPDATE
		SET tried = excluded.tried, succeeded = excluded.succeeded, failure = '', basis = excluded.basis
		RETURNING id, latest`,
		e.audit.Challenge, e.audit.Repository, micros(e.audit.SeenAt), e.audit.Basis).Scan(&e.repository, &before)
	if err != nil {
		return err
	}
	if err := e.ask(ctx, tx); err != nil {
		return err
	}
	if err := e.place(ctx, tx); err != nil {
		return err
	}
	if before.Int64 == e.audit.ID {
		return nil
	}
	return e.follow(ctx, tx, before)
}

// ask finds or adds the list of questions.
func (e *entry) ask(ctx context.Context, tx *sql.Tx) error {
	for {
		err := tx.QueryRowContext(ctx, `SELECT id FROM questions WHERE digest = $1`, e.digest).Scan(&e.asked)
		if !errors.Is(err, sql.ErrNoRows) {
			return err
		}
		// When another transaction adds the same list, this waits for it.
		if _, err := tx.ExecContext(ctx, `INSERT INTO questions (digest, checks) VALUES ($1, $2) ON CONFLICT (digest) DO NOTHING`,
			e.digest, e.questions); err != nil {
			return err
		}
	}
}

// place finds the audit and moves its time, or adds it.
func (e *entry) place(ctx context.Context, tx *sql.Tx) error {
	a, r := &e.audit, e.audit.Result
	var seen, took int64
	err := tx.QueryRowContext(ctx, `
		SELECT id, seen, took_ns FROM audits
		WHERE repository_id = $1 AND commit_id = $2 AND catalogue = $3 AND policy = $4 AND questions_id = $5 AND answers = $6`,
		e.repository, r.Repository.Commit, r.Catalogue, a.Policy, e.asked, e.answers.Letters()).Scan(&a.ID, &seen, &took)
	if err == nil {
		e.at = micros(a.SeenAt)
		a.SeenAt, a.Took = fromMicros(max(seen, e.at)), time.Duration(took)
		if _, err = tx.ExecContext(ctx, `UPDATE audits SET seen = $1, known_files = $2, orphaned_files = $3 WHERE id = $4`,
			micros(a.SeenAt), e.handover.known, e.handover.orphaned, a.ID); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE results SET handover = $1 WHERE audit_id = $2`, e.handover.content, a.ID)
		return err
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return err
	}
	e.at = micros(r.TakenAt)
	err = tx.QueryRowContext(ctx, `
		INSERT INTO audits (repository_id, commit_id, catalogue, policy, questions_id, answers, taken, seen, took_ns, continuity, actions, axes,
			known_files, orphaned_files)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id`,
		e.repository, r.Repository.Commit, r.Catalogue, a.Policy, e.asked, e.answers.Letters(),
		micros(r.TakenAt), micros(a.SeenAt), int64(a.Took), r.Score.Continuity, len(r.Actions), e.axes,
		e.handover.known, e.handover.orphaned).Scan(&a.ID)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO results (audit_id, content, handover) VALUES ($1, $2, $3)`, a.ID, e.content, e.handover.content)
	return err
}

// follow makes the audit a step after the one that was the latest, and notes
// what changed from one to the other.
func (e *entry) follow(ctx context.Context, tx *sql.Tx, before sql.NullInt64) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO steps (repository_id, audit_id, at) VALUES ($1, $2, $3)`, e.repository, e.audit.ID, e.at)
	if err != nil {
		return err
	}
	if before.Valid {
		late, err := e.change(ctx, tx, before.Int64)
		if err == nil && late {
			// The basis is that of an audit which is not the latest.
			_, err = tx.ExecContext(ctx, `UPDATE repositories SET basis = '' WHERE id = $1`, e.repository)
		}
		if late || err != nil {
			return err
		}
	}
	_, err = tx.ExecContext(ctx, `UPDATE repositories SET latest = $1 WHERE id = $2`, e.audit.ID, e.repository)
	return err
}

// change notes the answers that differ from those of the audit before; late is
// true when that one is in truth the later of the two.
func (e *entry) change(ctx context.Context, tx *sql.Tx, before int64) (late bool, err error) {
	var commit, letters, checks string
	var seen int64
	err = tx.QueryRowContext(ctx, `
		SELECT a.commit_id, a.answers, a.seen, q.checks FROM audits a JOIN questions q ON q.id = a.questions_id WHERE a.id = $1`,
		before).Scan(&commit, &letters, &seen, &checks)
	if err != nil {
		return false, err
	}
	if e.at < seen && seen-e.at < straggler.Microseconds() {
		return true, nil
	}
	answers, err := store.ParseAnswers(lines(checks), letters)
	if err != nil {
		return false, err
	}
	for _, c := range store.ChangesBetween(answers, e.answers) {
		_, err := tx.ExecContext(ctx, `
			INSERT INTO changes (challenge, repository, check_id, was, became, from_commit, to_commit, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
			e.audit.Challenge, e.audit.Repository, c.Check, string(c.From), string(c.To), commit, e.audit.Result.Repository.Commit, e.at)
		if err != nil {
			return false, err
		}
	}
	return false, nil
}

func lines(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(text, "\n")
}

// writers are used again and again: a new one takes a megabyte.
var writers = sync.Pool{New: func() any {
	// The level is a constant of the package, so there is no error.
	w, _ := gzip.NewWriterLevel(nil, gzip.BestSpeed)
	return w
}}

// compress makes a result, which says the same words again and again, a small
// part of its size.
func compress(content []byte) ([]byte, error) {
	var packed bytes.Buffer
	w := writers.Get().(*gzip.Writer)
	defer writers.Put(w)
	w.Reset(&packed)
	if _, err := w.Write(content); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}

func decompress(packed []byte) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil, fmt.Errorf("unpack kept audit: %w: %w", audit.ErrDamaged, err)
	}
	content, err := io.ReadAll(r)
	if err != nil {
		return nil, fmt.Errorf("unpack kept audit: %w: %w", audit.ErrDamaged, err)
	}
	return content, nil
}
