package audit

import (
	"slices"
	"time"
)

// Repository identifies what was audited.
type Repository struct {
	// URL is without credentials; empty for a folder that has no remote.
	URL string
	// Branch is the default branch, or "" when HEAD is detached.
	Branch string
	// Commit is the full object name of the audited commit, in hexadecimal.
	Commit      string
	CommittedAt time.Time
}

// Snapshot is everything a check may look at: one commit of one repository, at
// one time. Checks share it, concurrently, and must not change what it holds.
type Snapshot struct {
	Repository Repository
	// TakenAt is the time that ages are counted to. It is the only clock a check
	// may use.
	TakenAt time.Time
	// Tree holds the files; nil when they could not be had. Checks use the
	// methods of the snapshot instead.
	Tree *Tree
	// History is nil when it could not be had or was not asked for.
	History *History
	// Past is nil when nobody asked for it.
	Past *Past
	// Forge is nil when the forge was not asked or did not answer; ForgeReason
	// then says why, by a key of the texts that any check may give. The zero
	// reason is one that nobody gave.
	Forge       *Forge
	ForgeReason Reason
	// People is what the portfolio or the user says about who stays; may be empty.
	People []Person
	// Attestations is what people declared that no repository shows; may be
	// empty. See [Snapshot.Attested].
	Attestations []Attestation
	// Policy is the rules to judge by; nil is the default.
	Policy *Policy
	// Tags are in the order of their names; nil when they were not asked for.
	Tags []Tag
	// Advisories are the known vulnerabilities; nil when no database was given.
	Advisories *Advisories
	// Digests are kept beside the evidence; nil when nothing is kept.
	Digests *Digests
	// Deliverables are what the repository was found, or is stated, to hold.
	Deliverables []Deliverable
	// Limits are the limits that were reached while the evidence was gathered.
	Limits []Limit

	*shared
	unread *unread
}

// Limit is one configured limit that cut something short.
type Limit struct {
	// Name is the key in the configuration: "blob_bytes".
	Name string `json:"name"`
	// Value is the limit itself, in the unit that the name says.
	Value int64 `json:"value"`
	// What was left out: a path, or a number with its unit.
	What string `json:"what"`
}

// History is who made which commit, as seen from the audited commit.
type History struct {
	// Commits are newest first.
	Commits []Commit
	// Truncated is true when older commits exist and were not had.
	Truncated bool
	// Files says who changed which of the files that are still there, in the
	// order of their paths; nil when it could not be had or was not asked for.
	Files []FileHistory
}

// FileHistory is what became of one file of the audited commit, through renames
// that left its content as it was.
type FileHistory struct {
	Path string
	// Commits that changed it, as places in [History.Commits], newest first.
	// Merges are not among them: what they bring was done in other commits.
	Commits []int32
	// Added are those of them that added the file: several when it was taken away
	// in between or came on two branches, none when a history that is truncated
	// does not reach back to it.
	Added []int32
}

// Commit is one commit, without its files.
type Commit struct {
	ID        string
	Author    Signature
	When      time.Time // author date
	CoAuthors []Signature
	// Merge is true with two parents or more.
	Merge bool
}

// Signature is a name and an e-mail address as git records them.
type Signature struct{ Name, Email string }

// Tag is a name for a commit.
type Tag struct {
	// Name is without "refs/tags/".
	Name string
	// Commit is the full object name of the commit that it points to, through
	// an annotated tag too.
	Commit string
}

// Person is what is known from outside about somebody.
type Person struct {
	Name   string
	Emails []string
	// Leaves is when the person's mission ends; zero when they stay or nobody
	// said.
	Leaves time.Time
	// Leaving is true for somebody known to leave, with or without a date.
	Leaving bool
	// Staying is true for somebody known to stay.
	Staying bool
}

// Missing names the evidence of these kinds that the snapshot does not hold,
// sorted.
func (s *Snapshot) Missing(needs Need) []string {
	var names []string
	for need, held := range map[Need]bool{
		NeedTree: s.Tree != nil, NeedAuthors: s.History != nil, NeedFileHistory: s.History != nil && s.History.Files != nil,
		NeedForge: s.Forge != nil, NeedPortfolio: true, NeedTags: s.Tags != nil,
	} {
		if needs.Has(need) && !held {
			names = append(names, need.String())
		}
	}
	slices.Sort(names)
	return names
}

// Unread is one file that was wanted and could not be read.
type Unread struct {
	Path string
	Err  error
}

// unread collects what one reader could not read.
type unread struct{ files []Unread }

func (u *unread) add(files ...Unread) {
	for _, f := range files {
		if !slices.ContainsFunc(u.files, func(old Unread) bool { return old.Path == f.Path }) {
			u.files = append(u.files, f)
		}
	}
}

// View returns the same snapshot for one reader, which keeps its own list of
// what could not be read; see [Snapshot.Unread]. A view is used by one
// goroutine, many views at a time. The receiver must not be changed afterwards.
func (s *Snapshot) View() *Snapshot {
	view := *s
	if view.shared == nil {
		view.shared = &shared{}
		s.shared = view.shared
	}
	view.unread = &unread{}
	return &view
}

// Unread returns the files that were wanted through this view and could not be
// read, directly or inside [Once].
func (s *Snapshot) Unread() []Unread {
	if s.unread == nil {
		return nil
	}
	return s.unread.files
}
