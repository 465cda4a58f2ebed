package audit

// Audited is one repository of a challenge with its newest result.
type Audited struct {
	Source Source
	// Result is nil when the repository could never be audited: every question
	// that its siblings were asked is then unknown for it.
	Result *Result
}

// ChallengeResult is what the results of a challenge's repositories add up to.
type ChallengeResult struct {
	// Challenge is the id.
	Challenge string
	// Score has the axes of the whole challenge.
	Score Score
	// Checks are the questions that any repository was asked, in catalogue order.
	Checks []Rolled
	// Repositories are the addresses that were added up, sorted.
	Repositories []string
	// Unaudited are those among them that have no result.
	Unaudited []string
	Gate      Gate
}

// Rolled is one question answered for a whole challenge.
type Rolled struct {
	Check *Check
	// Verdict is that of the repository that decided. Its places name that
	// repository; with evidence that counts for the siblings, its reason is
	// "sibling" and names it too.
	Verdict Verdict
	// Repository is the address of the one that decided; empty when the question
	// applies to none.
	Repository string
	// Met is the share of the good state that was reached, 0 to 1; nil when
	// nothing was judged. Known is the share of the evidence that could be judged,
	// 0 to 1. Both are weighted by the roles of the repositories.
	Met   *float64
	Known float64
	// Answers are what the single repositories answered, by address. Those that
	// were not asked are left out.
	Answers []RepositoryAnswer
	// Waiver is set when every gap left has an accepted exception; the first one.
	Waiver *Waiver
}

// RepositoryAnswer is what one repository answered to one question.
type RepositoryAnswer struct {
	Repository string
	Answer     Answer
	Waived     bool
}

// Gate says whether a challenge may go into production, and if not, why.
type Gate struct {
	// Open is true when nothing below stands in the way.
	Open bool
	// Blockers are the ids of blockers that are not met, of any axis.
	Blockers []string
	// UnknownBlockers are the ids of blockers that nobody could judge: unknown is
	// never a pass.
	UnknownBlockers []string
	// LowScores and LowCoverages are the axes, among the three that decide, that
	// fall short.
	LowScores, LowCoverages []Axis
	// SignedOff is the people's consent; nil without one that counts.
	SignedOff *Attestation
}

// MinistryResult is what the challenges of one host add up to.
type MinistryResult struct {
	Ministry Ministry
	// Challenges are the ids that were added up, in the order given.
	Challenges []string
	// Axes are in the order of [Axes]; one that no challenge has is left out.
	Axes       []Spread
	Continuity Spread
	// Ready counts the challenges whose gate is open.
	Ready int
}

// Spread is one number over several challenges: the lowest, so that nobody hides
// behind the others, and the mean.
type Spread struct {
	// Axis is empty for the continuity.
	Axis Axis
	// Lowest and Mean are nil when no challenge has a score.
	Lowest, Mean *float64
	// LowestIn is the id of the challenge that has the lowest score; of several,
	// the first by id.
	LowestIn string
	// Scored counts the challenges that have a score.
	Scored int
}
