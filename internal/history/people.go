// Package history tells who made a repository: the identities that git records
// are merged into persons, and programs are left out.
//
// The same person commits from two laptops, a web editor and a new employer's
// address. Counted apart, one person looks like four, and a project that one
// person knows looks like one that several know. Counted together by mistake,
// two persons look like one. Where both are possible, identities stay apart.
//
// Identities are merged when
//   - .mailmap says so ("mailmap");
//   - they have the same e-mail address, unless it is one that many share ("email");
//   - they belong to the same account of a forge, as its noreply addresses tell ("noreply");
//   - they have the same full name, whatever its case, accents and order ("name");
//   - one's account, handle or address is the other's ("login");
//   - one's address is the other's initial and last name ("initial").
//
// The last two are used only where they point at one person, and never join two
// different full names.
package history

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// People is everybody who made commits.
type People struct {
	// Persons come with the most commits first, then by name.
	Persons []*Person
	// Commits counts commits, merges left out, that at least one person authored.
	Commits int
	// Last is when a person last committed, merges included; zero without persons.
	// Commits dated after the snapshot was taken count only when there is no other.
	Last time.Time
	// Identities counts distinct pairs of name and address, programs included.
	Identities int
	// Unnamed counts commits by nobody in particular (root@localhost): they are
	// left out of everything else.
	Unnamed int

	who   map[audit.Signature]*Person
	made  []made
	by    []*Person    // what made.by are slices of
	clues func() clues // gathered when first asked for
}

// Person is one human being.
type Person struct {
	// Name is the one that .mailmap gives, else a full name rather than a handle,
	// else the one with the most commits. It may be an address: mask it.
	Name string
	// Aliases are all identities, with the most commits first.
	Aliases []Alias
	// Commits counts those that the person authored or co-authored, merges left
	// out: a merge button would make whoever presses it look like the author of
	// everything. Each co-author is given the whole commit.
	Commits int
	// Merges counts merge commits.
	Merges int
	// First and Last are dates of commits, merges included.
	First, Last time.Time
	// Because lists why the aliases were merged, in the order of the package
	// comment; empty with a single alias.
	Because []string

	rank int // in People.Persons
}

// Alias is one identity as git records it, before .mailmap.
type Alias struct {
	Name, Email string
	// Commits counts those authored or co-authored under this identity, merges
	// included.
	Commits int
}

// made is one commit by persons.
type made struct {
	when  time.Time
	merge bool
	by    []*Person
}

type peopleKey struct{}

// Of returns the people of a snapshot, computed once; nil without history.
func Of(s *audit.Snapshot) *People {
	if s.History == nil {
		return nil
	}
	return audit.Once(s, peopleKey{}, read)
}

func read(s *audit.Snapshot) *People {
	return count(s.History.Commits, readMailmap(s), s.TakenAt)
}

// Summary sums up the people for a result. It is nil without history, without
// any person, and where only part of the history was had: a count of a part
// would pass for the whole.
func Summary(s *audit.Snapshot) *audit.Maintainers {
	people := Of(s)
	if people == nil || len(people.Persons) == 0 || s.History.Truncated {
		return nil
	}
	share := people.Share(time.Time{})
	return &audit.Maintainers{
		People: len(people.Persons), BusFactor: share.BusFactor, TopShare: share.Top, LastHumanCommit: people.Last,
	}
}

// Compare orders persons as [People.Persons] does; both belong to the same people.
func (person *Person) Compare(other *Person) int { return person.rank - other.rank }

// Who returns the person behind an identity of the history, or nil for a
// program, for nobody in particular and for one that made no commit.
func (p *People) Who(s audit.Signature) *Person { return p.who[s] }
