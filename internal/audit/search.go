package audit

import (
	"cmp"
	"strings"
	"time"
)

// Search names a place on a forge whose repositories belong to a challenge,
// whichever there are today, and says which of them are taken.
type Search struct {
	// In is the address of an organisation, a user or a group with its sub-groups,
	// "https://forge.example/owner"; or that of a whole forge, and then there is a
	// topic. It has no slash at the end and its host is in lower case.
	In string
	// Topic, when not empty, is one that the repositories carry.
	Topic string
	// Include are patterns of names, of which one must fit; none means all. One that
	// fits a pattern of Exclude is left out.
	Include, Exclude []string
	// Archived and Forks take those too.
	Archived, Forks bool
	// Most is how many are taken at most.
	Most int
	// Role is that of each.
	Role Role
}

// Key is the same for every search that a forge answers alike: whatever is chosen
// from the answer, an owner is listed once.
func (s Search) Key() string {
	if s.Topic != "" && s.Owner() == "" {
		return s.In + " " + s.Topic
	}
	return s.In
}

// Listed is one repository as a forge lists it.
type Listed struct {
	// ID is the forge's own, which a change of name or owner leaves.
	ID string `json:"id"`
	// Path is "owner/name".
	Path     string   `json:"path"`
	Archived bool     `json:"archived,omitempty"`
	Fork     bool     `json:"fork,omitempty"`
	Topics   []string `json:"topics,omitempty"`
	// Missing is since when the forge lists it no more; zero while it does.
	Missing time.Time `json:"missing,omitzero"`
}

// ByAge orders by the forge's numbers, which count up: what is new comes last.
func ByAge(a, b Listed) int {
	return cmp.Or(cmp.Compare(len(a.ID), len(b.ID)), cmp.Compare(a.ID, b.ID))
}

// Listing is what a forge answered to a search.
type Listing struct {
	// Search is [Search.Key].
	Search string
	// Listed holds each repository once, by ID: the oldest first.
	Listed []Listed
	// Aliases map the path of a repository that the portfolio names by a name of
	// before, in lower case, to the ID of the one that is listed. May be nil.
	Aliases map[string]string
	// More is true where the forge has more than could be listed.
	More bool
	// At is when the forge last answered in full, zero for never; TriedAt is when it
	// was last asked.
	At, TriedAt time.Time
	// Failure is why the last attempt did not work; nil when it did.
	Failure *Reason
}

// Left says why a listed repository is not taken.
type Left string

// The reasons: it is archived or a fork, lacks the topic, its name does not fit, the
// maximum was reached, or the portfolio names it elsewhere.
const (
	LeftArchived Left = "archived"
	LeftFork     Left = "fork"
	LeftTopic    Left = "topic"
	LeftPattern  Left = "pattern"
	LeftMost     Left = "maximum"
	LeftNamed    Left = "named"
)

// Lefts lists them.
var Lefts = []Left{LeftArchived, LeftFork, LeftTopic, LeftPattern, LeftMost, LeftNamed}

// Candidate is a listed repository and what became of it.
type Candidate struct {
	*Listed
	// URL is where it is fetched from.
	URL string
	// Left is "" for one that is taken.
	Left Left
}

// Finding is what one search brought to a challenge.
type Finding struct {
	Search Search
	// Listing is nil as long as the forge has not been asked. Do not change it.
	Listing *Listing
	// Candidates are in the order of the listing.
	Candidates []Candidate
}

// ListedAt is when the forge that was heard from least lately last answered the
// searches of a challenge; zero without searches, or when one never did.
func (c *Challenge) ListedAt() (oldest time.Time) {
	for i, f := range c.Findings {
		if f.Listing == nil {
			return time.Time{}
		}
		if i == 0 || f.Listing.At.Before(oldest) {
			oldest = f.Listing.At
		}
	}
	return oldest
}

// Taken counts the candidates that are audited.
func (f *Finding) Taken() int { return f.count("") }

// Left counts the candidates that are left out for a reason.
func (f *Finding) Left(why Left) int { return f.count(why) }

func (f *Finding) count(left Left) (n int) {
	for _, c := range f.Candidates {
		if c.Left == left {
			n++
		}
	}
	return n
}

// Owner is the path of the organisation, user or group, "" for a whole forge.
func (s Search) Owner() string {
	_, rest, _ := strings.Cut(s.In, "://")
	_, owner, _ := strings.Cut(rest, "/")
	return owner
}

// Host is the host of the forge, with its port when it is written.
func (s Search) Host() string {
	_, rest, _ := strings.Cut(s.In, "://")
	host, _, _ := strings.Cut(rest, "/")
	return host
}
