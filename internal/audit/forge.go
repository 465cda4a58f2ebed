package audit

import "time"

// Forge is what only the forge knows about a repository. A field is zero too
// when the forge would not say: [Forge.Told] tells the two apart.
type Forge struct {
	Archived bool
	// Fork says that the repository was copied from Parent, "owner/name"; the
	// parent may be hidden, and is then "".
	Fork   bool
	Parent string
	// OwnerType is "organisation" or "user"; "" when the forge does not say.
	OwnerType string
	// Releases counts those that are published, with or without notes.
	Releases int

	// ID is the forge's own name for the repository, which outlives renames and
	// transfers; Path is "owner/name" as it is now.
	ID, Path string
	// DefaultBranch may be "" for an empty repository.
	DefaultBranch string
	// Protected says that somebody ruled who may write to the default branch.
	Protected bool
	// Topics are sorted; Homepage and Description are as a person wrote them.
	Topics                []string
	Homepage, Description string
	// Licence is the SPDX id that the forge recognised, or "".
	Licence string
	// Tags counts the tags. LatestRelease is when the newest release was
	// published, zero without one.
	Tags          int
	LatestRelease time.Time
	// TakesIssues says that people may open issues here, OpenIssues how many are
	// open, merge requests left out.
	TakesIssues bool
	OpenIssues  int
	Answers     IssueAnswers
	// PrivateReports says that the forge itself takes reports of vulnerabilities
	// in private.
	PrivateReports bool
	// CI is what the last run on the newest commit of the default branch ended
	// with.
	CI CIState
	// Admins counts the people who may change the settings.
	Admins int

	// AskedAt is when the forge was asked for all of it.
	AskedAt time.Time
	// Untold maps what the forge did not say to why. May be nil.
	Untold map[ForgeFact]Untold
}

// ForgeFact names what a forge may keep to itself.
type ForgeFact string

// The facts that may be missing from a [Forge] that was had.
const (
	FactProtected      ForgeFact = "protected"
	FactReleases       ForgeFact = "releases"
	FactTags           ForgeFact = "tags"
	FactLicence        ForgeFact = "licence"
	FactOpenIssues     ForgeFact = "open-issues"
	FactAnswers        ForgeFact = "answers"
	FactPrivateReports ForgeFact = "private-reports"
	FactCI             ForgeFact = "ci"
	FactAdmins         ForgeFact = "admins"
)

// Untold is why a forge did not say something.
type Untold string

// The reasons.
const (
	// UntoldForbidden: only somebody with more rights is told.
	UntoldForbidden Untold = "forbidden"
	// UntoldUnsupported: this forge, or its version, knows no such thing.
	UntoldUnsupported Untold = "unsupported"
	// UntoldFailed: the forge could not say this time.
	UntoldFailed Untold = "failed"
)

// Told reports whether the forge was asked and said this. It is false for nil.
func (f *Forge) Told(fact ForgeFact) bool {
	if f == nil {
		return false
	}
	_, untold := f.Untold[fact]
	return !untold
}

// Withhold notes that the forge did not say something, and why.
func (f *Forge) Withhold(fact ForgeFact, why Untold) {
	if f.Untold == nil {
		f.Untold = map[ForgeFact]Untold{}
	}
	f.Untold[fact] = why
}

// IssueAnswers is how issues were answered by somebody other than who opened
// them, among the newest ones.
type IssueAnswers struct {
	// Asked counts the issues that were looked at, Answered those with an answer.
	Asked, Answered int
	// Median is how long an answer took, of those that were answered; zero when
	// none was.
	Median time.Duration
}

// CIState is how the last run of a forge's own checks on a commit ended.
type CIState string

// The states.
const (
	// CINone: nothing ran on the commit.
	CINone    CIState = ""
	CIPassed  CIState = "passed"
	CIFailed  CIState = "failed"
	CIRunning CIState = "running"
)
