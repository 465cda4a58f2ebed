package audit

import "time"

// Result is one audit of one repository, in no particular language.
type Result struct {
	// Target is the repository as the user named it.
	Target string
	// Catalogue is the version of the list of checks.
	Catalogue string
	// Policy is the name and the version of the rules it was judged by.
	Policy     string
	Repository Repository
	TakenAt    time.Time
	// Deliverables may be empty: then only the universal questions were asked.
	Deliverables []Deliverable
	// Languages maps a language's name to its share of the code, 0 to 1.
	Languages map[string]float64
	// DocumentationLanguage is "fr", "en" or "" when there is nothing to tell by.
	DocumentationLanguage Lang
	Score                 Score
	Judged                []Judged
	Actions               []Action
	// Maintainers is nil when the history could not be had.
	Maintainers *Maintainers
	// Handover is what leaves with people; nil when nobody asked.
	Handover *Handover
	Limits   []Limit
	// Uncommitted lists paths of an audited folder that differ from its commit;
	// they were not looked at.
	Uncommitted []string
}

// Judged is a check with its verdict. Results hold them in catalogue order.
type Judged struct {
	Check   *Check
	Verdict Verdict
	// Waiver is the accepted exception that takes the gap out of the score; nil
	// without one. Only a gap has one.
	Waiver *Waiver
	// Requested is an exception that the audited repository asks for itself. It
	// is shown and counts for nothing.
	Requested *Waiver
	// Attestation is what somebody declared about the question; nil when nobody
	// did. It answers only what the evidence leaves unknown.
	Attestation *Attestation
	// Contradicted is true when the evidence says otherwise than the attestation.
	Contradicted bool
}

// Waived reports whether an accepted exception takes a gap out of the score.
func (j Judged) Waived() bool { return j.Waiver != nil && j.Verdict.Answer.Gap() }

// Score is what the verdicts add up to.
type Score struct {
	// Axes are in the order of [Axes]; an axis without any check is left out.
	Axes []AxisScore
	// Continuity is the lowest of the three axes' scores, 0 to 1: the centre of
	// the pyramid. Nil when one of the axes has no score.
	Continuity *float64
	// WithoutWaivers is the continuity had no exception been accepted.
	WithoutWaivers *float64
}

// AxisScore is the score of one axis.
type AxisScore struct {
	Axis Axis
	// Score is the weight earned over the weight judged, 0 to 1; nil when nothing
	// was judged. A gap with an accepted exception counts for nothing in it.
	Score *float64
	// WithoutWaivers is the score had no exception been accepted: equal to Score
	// where none was.
	WithoutWaivers *float64
	// Coverage is the weight judged over the weight applicable, 0 to 1; 1 when
	// nothing applies.
	Coverage float64
	// Provisional is true when coverage is too low to rely on the score.
	Provisional bool
	// Band is empty without a score.
	Band Band
	// OpenBlockers are the ids of blockers that are not met and for which no
	// exception was accepted, in catalogue order.
	OpenBlockers []string
}

// Band puts a score into a word.
type Band string

// The bands.
const (
	Ready      Band = "ready"
	ToComplete Band = "to-complete"
	NotReady   Band = "not-ready"
)

// Action is what to do about one gap.
type Action struct {
	Check *Check
	// Gain is how much the check's axis rises when the check becomes met, 0 to 1.
	Gain float64
	// Blocking is true while the gap alone keeps the axis from its band.
	Blocking bool
	// Side is who acts: the check's own, or another once the team has left.
	Side Side
	// Quadrant is empty until the action is placed; see the package plan.
	Quadrant Quadrant
	// Due is the day by which it must be done, and Start the last day on which to
	// begin, counting how long others take and the work itself; both are zero for
	// [Undated].
	Due, Start time.Time
	// Orphaned is true for what was the team's to do, when the team has left.
	Orphaned bool
}

// Maintainers sums up who keeps the repository alive.
type Maintainers struct {
	// People counts persons, aliases merged and bots left out.
	People int
	// BusFactor is how few people made half of the commits.
	BusFactor int
	// TopShare is the most active person's share of the commits, 0 to 1.
	TopShare float64
	// LastHumanCommit is when a person last committed.
	LastHumanCommit time.Time
}
