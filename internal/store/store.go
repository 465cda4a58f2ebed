// Package store keeps every audit, so that a portfolio has a history. Two
// implementations, sqlite and postgres, pass the same suite, storetest.
package store

import (
	"context"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Key names one repository of one challenge. The same URL in two challenges is
// two keys.
type Key struct {
	Challenge  string
	Repository string // the target as the portfolio writes it
}

// Audit is one kept audit.
type Audit struct {
	ID int64
	Key
	// Policy is the name and version of the rules it was judged by.
	Policy string
	// Result is whole: verdicts with evidence, score, actions.
	Result *audit.Result
	// Took is how long acquiring and judging took.
	Took time.Duration
	// SeenAt is when this very result was last found again: the commit had not
	// moved and no verdict had changed.
	SeenAt time.Time
	// Basis is a digest of everything that the result follows from; "" for unknown.
	// It is kept of the latest audit, and never read back with one.
	Basis string
}

// State is what is known about a repository right now.
type State struct {
	Key
	// Latest is nil before the first audit.
	Latest *Audit
	// TriedAt is the last attempt, SucceededAt the last one that worked; zero for
	// none. Failure says in words why the last attempt failed, "" when it did not.
	TriedAt, SucceededAt time.Time
	Failure              string
}

// Latest names the latest audit of a repository by what it follows from.
type Latest struct {
	Commit string
	// Basis is what it was last saved with; "" for unknown.
	Basis string
}

// Change is one check whose answer differs between two audits that follow each
// other.
type Change struct {
	Key
	Check      string
	From, To   audit.Answer
	FromCommit string
	ToCommit   string
	At         time.Time
}

// Point is one step of a repository's curve.
type Point struct {
	At     time.Time
	Commit string
	// Scores holds the axes that had one, 0 to 1.
	Scores map[audit.Axis]float64
}

// Store keeps audits. Methods are safe for concurrent use; those that change
// something are atomic: whole, or not at all.
type Store interface {
	Sessions
	Processes
	Placements
	Listings
	Postings
	// Save keeps an audit and returns it with its ID. Saving again what is there
	// already, the same key, commit, catalogue, policy and answers, keeps one row
	// and moves its SeenAt. It also notes the attempt as a success. A SeenAt that
	// is not set is the result's TakenAt. The audit becomes the latest, also when
	// it is an earlier one that came back; but not one that was taken up to an hour
	// before the latest, which a slow worker brings second. What the store cannot
	// keep, a word with a NUL or an answer that is none, wraps
	// [audit.ErrUnsupported].
	Save(ctx context.Context, a Audit) (Audit, error)
	// Latest is State in short, for a decision whether to look closer: the zero value
	// before the first audit.
	Latest(ctx context.Context, k Key) (Latest, error)
	// Seen notes an attempt that found the latest audit again, as saving it once
	// more would. It does nothing and returns false unless that is known to follow
	// from this basis.
	Seen(ctx context.Context, k Key, basis string, at time.Time) (bool, error)
	// Fail notes an attempt that did not work. The latest audit stays.
	Fail(ctx context.Context, k Key, at time.Time, reason string) error
	// State returns what is known about one repository; a key never heard of
	// gives a State without audit.
	State(ctx context.Context, k Key) (State, error)
	// States returns what is known about every repository of a challenge, or of
	// all of them when challenge is "", sorted by key. It decodes every result:
	// for many repositories, ask for Summaries.
	States(ctx context.Context, challenge string) ([]State, error)
	// Summaries is States in numbers, without decoding any result.
	Summaries(ctx context.Context, challenge string) ([]Summary, error)
	// SummariesSince is Summaries of the repositories that were tried at a time or
	// later, by the clock of who tried.
	SummariesSince(ctx context.Context, from time.Time) ([]Summary, error)
	// Audit returns one kept audit; the error wraps [audit.ErrNotFound].
	Audit(ctx context.Context, id int64) (Audit, error)
	// Curve returns one point per kept audit, oldest first, from the given time,
	// and one more each time that an earlier audit came back.
	Curve(ctx context.Context, k Key, from time.Time) ([]Point, error)
	// Changes returns which answers changed, newest first, at most limit of them,
	// from the given time; challenge "" means all. A check that only one of the two
	// audits asked has not changed. The retention leaves changes alone.
	Changes(ctx context.Context, challenge string, from time.Time, limit int) ([]Change, error)
	// Thin applies the retention: all audits of the last day, then one a day for
	// 30 days, one a week for a year, one a month after; the first and the latest
	// of each key always stay. It returns how many went. It is atomic for each
	// repository; [Thinned] says which go.
	Thin(ctx context.Context, now time.Time) (int, error)
	// KeepEvidence replaces what is kept of what the newest audit of a repository
	// looked at. Scope says what it was gathered for. The error wraps
	// [audit.ErrNotFound] for a key never heard of.
	KeepEvidence(ctx context.Context, k Key, commit, scope string, content []byte) error
	// Evidence returns what is kept for that commit and scope; the error wraps
	// [audit.ErrNotFound] when it is for another, or nothing is kept.
	Evidence(ctx context.Context, k Key, commit, scope string) ([]byte, error)
	// Ping reports whether the database answers and, after a write that did not
	// work, whether one works again.
	Ping(ctx context.Context) error
	Close() error
}

// Session is what is known about one browser that somebody logged in with.
type Session struct {
	// Token names it: a hash of the secret that the browser has.
	Token   string
	Content []byte
	Expires time.Time
}

// Sessions keeps who is logged in, for every process of the service alike.
type Sessions interface {
	// KeepSession keeps a session, in the place of the one with the same token.
	KeepSession(ctx context.Context, s Session) error
	// Session returns a session that has not expired; for any other token the
	// error wraps [audit.ErrNotFound].
	Session(ctx context.Context, token string, now time.Time) (Session, error)
	// EndSession forgets a session; one that is not there is no error.
	EndSession(ctx context.Context, token string) error
	// EndExpired removes every session that has expired and returns how many there
	// were.
	EndExpired(ctx context.Context, now time.Time) (int, error)
}

// Processes knows which processes of the service live. Times are those of the
// database's clock, so that machines whose clocks differ agree.
type Processes interface {
	// Beat notes that a process lives.
	Beat(ctx context.Context, process string) error
	// Alive lists those that said so within a time.
	Alive(ctx context.Context, within time.Duration) ([]string, error)
}

// Placements keeps what people decided about actions. Nothing is ever replaced:
// each decision is added to those before.
type Placements interface {
	// Place keeps a decision and returns it with its ID. What is not a decision, by
	// [audit.Placement.Validate], wraps [audit.ErrUnsupported].
	Place(ctx context.Context, p audit.Placement) (audit.Placement, error)
	// Placements returns the last decision about each action of a challenge, of all
	// challenges when it is "", sorted by challenge, repository and check.
	Placements(ctx context.Context, challenge string) ([]audit.Placement, error)
	// Decisions returns every decision about a challenge, newest first, at most
	// limit of them.
	Decisions(ctx context.Context, challenge string, limit int) ([]audit.Placement, error)
}
