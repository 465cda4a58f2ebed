package audit

import "time"

// Portfolio is what somebody answers for: challenges and their repositories.
type Portfolio struct {
	// Demonstration marks a portfolio of generated repositories; every page and
	// report that shows it says so.
	Demonstration bool
	// Ministries are in the order of the file.
	Ministries []Ministry
	// Challenges are in the order of the file; ids are unique.
	Challenges []Challenge
}

// Ministry is a host administration.
type Ministry struct {
	ID, Name string
}

// Challenge is one innovation project: a team, a host, dates, repositories.
type Challenge struct {
	// ID is what metrics and addresses call it: lower case, digits and hyphens.
	ID, Name string
	// Ministry is the id of the host administration.
	Ministry string
	Cohort   string
	// The dates are midnights in UTC; zero when nobody said.
	MissionStart, MissionEnd, PlannedProduction time.Time
	Scenario                                    Scenario
	Criticality                                 Criticality
	// Kinds are stated deliverables; they beat what is detected. May be empty.
	Kinds []Kind
	// Host is where it runs or will run, in words; may be empty.
	Host string
	// DSI and Mentors are contacts.
	DSI, Mentors []Person
	// People are those who work on it.
	People       []Person
	Repositories []Source
	// Searches are places on forges whose repositories belong to it as well, and
	// Findings what they brought: those taken stand among Repositories, after what
	// somebody named. Findings are empty as long as nobody looked.
	Searches []Search
	Findings []Finding
	// Policy names the rules to judge by, as the portfolio writes it; "" is the
	// default. Rules are those rules; nil is the catalogue as it stands.
	Policy       string
	Rules        *Policy
	Waivers      []Waiver
	Attestations []Attestation
	// Every is how often its repositories are audited; zero is the default.
	Every time.Duration
	// Issues says where the plan is written as an issue for the team; nil for
	// nowhere.
	Issues *IssueSetting
	// Status says what is written beside the audited commits; "" for nothing.
	Status StatusSetting
}

// IssueSetting says where and how the plan of a challenge is written as an issue.
type IssueSetting struct {
	// Each is true for one issue in each repository, about that one alone.
	Each bool
	// Repository is the address of the one that gets the issue; "" for the first of
	// the challenge.
	Repository string
	// Labels are those that the issue gets when it is opened; the first one finds it
	// again. May be empty.
	Labels []string
	// Lang is the team's language; "" is French.
	Lang Lang
	// Every is the least time between two changes of the issue; zero is the default.
	Every time.Duration
}

// StatusSetting is what is written beside an audited commit.
type StatusSetting string

// The settings of a status.
const (
	// StatusReport says what was found, and always succeeds: it holds nobody up.
	StatusReport StatusSetting = "report"
	// StatusGate fails while the challenge is not ready for production.
	StatusGate StatusSetting = "gate"
)

// StatusSettings lists them.
var StatusSettings = []StatusSetting{StatusReport, StatusGate}

// Scenario is what is meant to become of a challenge after its mission.
type Scenario string

// The four outcomes that the programme names, and stopping, which is legitimate.
const (
	Internal      Scenario = "internal-team"
	Contract      Scenario = "contract"
	OtherScheme   Scenario = "other-programme"
	OtherBodies   Scenario = "other-administrations"
	Stop          Scenario = "stop"
	ScenarioUnset Scenario = ""
)

// Scenarios lists every scenario that can be stated.
var Scenarios = []Scenario{Internal, Contract, OtherScheme, OtherBodies, Stop}

// Criticality says how much depends on a deliverable: A is critical, B the
// usual, C an experiment. C lowers blockers to major, save for licence, secrets
// and README.
type Criticality string

// The criticalities.
const (
	CriticalityA Criticality = "A"
	CriticalityB Criticality = "B"
	CriticalityC Criticality = "C"
)

// Criticalities lists them, most critical first.
var Criticalities = []Criticality{CriticalityA, CriticalityB, CriticalityC}

// Role is what a repository is for in its challenge.
type Role string

// The roles.
const (
	RoleApplication    Role = "application"
	RoleLibrary        Role = "library"
	RoleData           Role = "data"
	RoleDocumentation  Role = "documentation"
	RoleTraining       Role = "training"
	RoleInfrastructure Role = "infrastructure"
)

// Roles lists every role.
var Roles = []Role{RoleApplication, RoleLibrary, RoleData, RoleDocumentation, RoleTraining, RoleInfrastructure}

// Source is one repository of a challenge.
type Source struct {
	// URL is any target that 'perenne audit' accepts; unique in its challenge.
	URL string
	// Branch is empty for the default branch.
	Branch string
	Role   Role
	// Folder restricts the audit to a part of the repository; empty for all.
	Folder string
	// Kinds are stated deliverables of this repository; may be empty.
	Kinds []Kind
	// ForgeID tells a repository that a search found from any other, whatever it is
	// called: the host and the forge's own id, "forge.example#42". Empty for one that
	// somebody named.
	ForgeID string
	// Missing is since when the forge lists one that was found no more; zero while it
	// does.
	Missing time.Time
}

// Waiver is an accepted exception to one check.
type Waiver struct {
	Check string
	// Paths are glob patterns; empty means the whole repository.
	Paths []string
	// Repository is the URL it is limited to; empty for the whole challenge.
	Repository     string
	Reason, Author string
	// Expires is the first day on which it no longer counts.
	Expires time.Time
	// Requested is true for one found in the audited repository itself: it is
	// shown, and counts for nothing.
	Requested bool
}

// WaiversFor returns the exceptions that concern one repository of the
// challenge: its own and those for the whole challenge, in the order of the
// file.
func (c *Challenge) WaiversFor(url string) []Waiver {
	var all []Waiver
	for _, w := range c.Waivers {
		if w.Repository == "" || w.Repository == url {
			all = append(all, w)
		}
	}
	return all
}

// Counts reports whether the exception is accepted at that time: it comes from
// the portfolio and has not expired. One without an expiry never counts.
func (w Waiver) Counts(at time.Time) bool { return !w.Requested && at.Before(w.Expires) }

// SignOff stands where an attestation names its check, for the people's consent
// to the handover as a whole: no repository is asked about it.
const SignOff = "sign-off"

// Attestation is a human fact that no repository shows.
type Attestation struct {
	// Check is the id of the check it speaks to.
	Check string
	// Says is the fact in words: "backup restored".
	Says         string
	Author, Link string
	Date         time.Time
	// Expires is the first day on which it no longer counts.
	Expires time.Time
}

// Attested returns the fact that was declared last about a check, of those that
// hold when the snapshot was taken; nil when there is none. Only a check that
// needs [NeedPortfolio] asks: for any other, a fact answers what the evidence
// leaves unknown.
func (s *Snapshot) Attested(check string) *Attestation {
	if a := NewestAttestation(s.Attestations, check, s.TakenAt); a != nil && a.Counts(s.TakenAt) {
		return a
	}
	return nil
}

// NewestAttestation returns what was declared last about a check: of the facts
// that count at that time or, when none does, of those that have expired; nil
// when nobody declared anything.
func NewestAttestation(facts []Attestation, check string, at time.Time) *Attestation {
	var found *Attestation
	for i, f := range facts {
		if f.Check != check || at.Before(f.Date) {
			continue
		}
		if found == nil || f.Counts(at) && !found.Counts(at) || f.Counts(at) == found.Counts(at) && f.Date.After(found.Date) {
			found = &facts[i]
		}
	}
	return found
}

// Counts reports whether the fact holds at that time: declared by then, and not
// expired. One without an expiry does not expire.
func (a Attestation) Counts(at time.Time) bool {
	return !at.Before(a.Date) && (a.Expires.IsZero() || at.Before(a.Expires))
}
