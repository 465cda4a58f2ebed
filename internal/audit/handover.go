package audit

import "time"

// Handover is what leaves with people, and what to do before: of one repository,
// or added up over several. It is also the JSON of "perenne.handover/v1", whose
// fields are only ever added. Names are those of persons, or pseudonyms: nothing
// of it is for the public but the numbers.
type Handover struct {
	// At is the time counted to, and Since the one from which progress is.
	At    time.Time `json:"at"`
	Since time.Time `json:"since,omitzero"`
	// Unknown says why nothing can be told, and then all that follows is empty; ""
	// when something can.
	Unknown HandoverUnknown `json:"unknown,omitempty"`
	// Partial is true when older commits exist and were not had: who wrote what
	// before them is not counted.
	Partial bool `json:"partial,omitempty"`
	// People counts all who ever changed a file that is still there. Leavers are
	// those of them who leave, and Stayers at most twenty of those who stay; both
	// are in the order of how much they know. Unmatched were named as leaving, and
	// the history does not know them.
	People    int      `json:"people"`
	Leavers   []Knower `json:"leavers"`
	Stayers   []Knower `json:"stayers"`
	Unmatched []string `json:"unmatched,omitempty"`
	// BusFactor is how few people would have to leave for half of the source files
	// to lose every author; absent when nothing is known, and where several
	// repositories are added up.
	BusFactor *int `json:"bus_factor,omitempty"`
	Loss
	// SourceFiles counts the authors' own source files, known or not.
	SourceFiles int `json:"source_files"`
	// WhatIf says what each of the most knowing people would take along, alone; set
	// when nobody leaves.
	WhatIf []WhatIf `json:"what_if,omitempty"`
	// Areas are folders, those that lose most first.
	Areas []HandoverArea `json:"areas"`
	// Critical is what a service cannot do without.
	Critical []CriticalWork `json:"critical"`
	// Roles are those that only leavers held.
	Roles []SoleRole `json:"sole_roles_lost"`
	// Curve is what has been lost after each departure, in time.
	Curve []LossPoint `json:"curve,omitempty"`
	// Progress is what those who stay did since then in the folders at risk; nil
	// when nobody asked.
	Progress *HandoverProgress `json:"progress,omitempty"`
	// Transfer is what to do; nil when nothing is lost.
	Transfer *TransferPlan `json:"transfer,omitempty"`
}

// HandoverUnknown says why nothing can be told.
type HandoverUnknown string

// The reasons.
const (
	// NoSource: the repository holds no source file that its authors wrote.
	NoSource HandoverUnknown = "no-source-files"
	// NoFileHistory: which commits changed which file could not be had.
	NoFileHistory HandoverUnknown = "no-file-history"
)

// Loss is what nobody knows any more once people have left. The ratios are 0 to 1,
// and absent when nothing is known today, or when none of those who are said to
// leave was found in the history.
type Loss struct {
	// KnownFiles have an author today, and OrphanedFiles would have none.
	KnownFiles    int   `json:"known_files"`
	OrphanedFiles int   `json:"orphaned_files"`
	KnownBytes    int64 `json:"known_bytes"`
	OrphanedBytes int64 `json:"orphaned_bytes"`
	// KnowledgeAtRisk is the orphaned share of the known files, and WeightAtRisk of
	// their bytes.
	KnowledgeAtRisk *float64 `json:"knowledge_at_risk,omitempty"`
	WeightAtRisk    *float64 `json:"weight_at_risk,omitempty"`
}

// NewLoss works the ratios out.
func NewLoss(known, orphaned int, knownBytes, orphanedBytes int64) Loss {
	l := Loss{KnownFiles: known, OrphanedFiles: orphaned, KnownBytes: knownBytes, OrphanedBytes: orphanedBytes}
	if known > 0 {
		files, weight := float64(orphaned)/float64(known), 0.0
		if knownBytes > 0 {
			weight = float64(orphanedBytes) / float64(knownBytes)
		}
		l.KnowledgeAtRisk, l.WeightAtRisk = &files, &weight
	}
	return l
}

// Untold returns a loss without its ratios: how much is known is known, and not
// how much of it would be lost.
func (l Loss) Untold() Loss {
	l.KnowledgeAtRisk, l.WeightAtRisk = nil, nil
	return l
}

// Plus adds up two losses. The ratios are untold when they are in both.
func (l Loss) Plus(m Loss) Loss {
	sum := NewLoss(l.KnownFiles+m.KnownFiles, l.OrphanedFiles+m.OrphanedFiles, l.KnownBytes+m.KnownBytes, l.OrphanedBytes+m.OrphanedBytes)
	if l.KnowledgeAtRisk == nil && m.KnowledgeAtRisk == nil {
		return sum.Untold()
	}
	return sum
}

// Knower is somebody and the share of the known files of which they are an
// author, 0 to 1.
type Knower struct {
	Name  string  `json:"name"`
	Files float64 `json:"files"`
	// Leaves is when; absent when nobody said.
	Leaves time.Time `json:"leaves,omitzero"`
}

// WhatIf is what one person would take along.
type WhatIf struct {
	Name string `json:"name"`
	Loss
	// Folders counts the areas of which nothing would be known any more.
	Folders int `json:"folders_orphaned"`
}

// HandoverArea is a folder.
type HandoverArea struct {
	// Folder is "" for the files at the top of the repository.
	Folder string `json:"folder"`
	// Kind is the deliverable that it belongs to; "" for none.
	Kind Kind `json:"kind,omitempty"`
	Loss
	// Knew know it now, and Knows still will: at most five each, the most first.
	Knew  []Knower `json:"knows_now"`
	Knows []Knower `json:"would_know"`
}

// CriticalWork is one thing that a service cannot do without, and its files.
type CriticalWork struct {
	// Concern is "deployment", "continuous-integration", "authentication",
	// "data-import", "migrations", "secrets-handling" or "licences".
	Concern string `json:"concern"`
	Files   int    `json:"files"`
	// Orphaned is true when nobody who stays is an author of any of them; Paths are
	// those that nobody who stays ever changed, at most ten.
	Orphaned bool     `json:"orphaned"`
	Paths    []string `json:"paths,omitempty"`
	// Sole is the one leaver who ever changed them; "" when there were others.
	Sole string `json:"sole,omitempty"`
}

// SoleRole is a role that only leavers held.
type SoleRole struct {
	// Role is "releaser", "ci-author", "codeowner" or "contact".
	Role string `json:"role"`
	// People held it, in the order of their names.
	People []string `json:"people"`
}

// LossPoint is what has been lost by a day.
type LossPoint struct {
	At   time.Time `json:"at"`
	Gone int       `json:"gone"`
	Loss
}

// HandoverProgress is what those who stay did in the folders at risk.
type HandoverProgress struct {
	// Commits changed a file there; Merges took in changes, wherever: whoever merges
	// has seen what they merge.
	Commits int              `json:"commits"`
	Merges  int              `json:"merges"`
	Folders []FolderProgress `json:"folders"`
}

// FolderProgress is the same for one folder; People counts who did it.
type FolderProgress struct {
	Folder  string `json:"folder"`
	Commits int    `json:"commits"`
	People  int    `json:"people"`
}

// TransferPlan is what to hand over, to whom and when.
type TransferPlan struct {
	// Trainees are the fewest people that were found to take everything over, who
	// takes the most hours first; the last is "" when somebody has to be named.
	Trainees []Trainee `json:"to_train"`
	// Sessions are in their order; two people sit together in each.
	Sessions []TransferSession `json:"sessions"`
	// Left is what does not fit into the days that are left.
	Left []TransferLeft `json:"does_not_fit,omitempty"`
	// Documents are the open gaps of transmission, which outlast any session.
	Documents []MissingDocument `json:"missing_documents,omitempty"`
	// Hours is all that would be needed, and PlannedHours what the sessions hold.
	Hours        float64 `json:"hours"`
	PlannedHours float64 `json:"planned_hours"`
}

// Trainee is somebody to train, and on what.
type Trainee struct {
	Name string `json:"name"`
	// Folders are in the order in which they are handed over; Hours are what they
	// take, whether or not they fit into the days that are left.
	Folders []string `json:"folders"`
	Hours   float64  `json:"hours"`
}

// TransferSession is one meeting.
type TransferSession struct {
	// Day is absent when it is not known when the leaver leaves.
	Day    time.Time `json:"day,omitzero"`
	Folder string    `json:"folder"`
	// Concern is set where settings are shown rather than code: it is that of a
	// [CriticalWork].
	Concern string `json:"concern,omitempty"`
	From    string `json:"from"`
	// To is "" when somebody has to be named first: nobody who stays has ever
	// changed anything there, nor nearby.
	To    string  `json:"to"`
	Hours float64 `json:"hours"`
}

// TransferLeft is what does not fit.
type TransferLeft struct {
	Folder  string  `json:"folder"`
	Concern string  `json:"concern,omitempty"`
	From    string  `json:"from"`
	Hours   float64 `json:"hours"`
	// Gone is true when the leaver has left already.
	Gone bool `json:"gone,omitempty"`
}

// MissingDocument is one open gap of transmission.
type MissingDocument struct {
	Check string  `json:"check"`
	Title string  `json:"title,omitempty"`
	Hours float64 `json:"effort_hours"`
}
