package audit

import (
	"slices"
	"strings"
	"time"
)

// Grade says how grave a known vulnerability is; "" when nobody said.
type Grade string

// The grades, by CVSS 3: from 0.1, 4, 7 and 9 on.
const (
	GradeLow      Grade = "low"
	GradeMedium   Grade = "medium"
	GradeHigh     Grade = "high"
	GradeCritical Grade = "critical"
)

// Grades lists them, least grave first.
var Grades = []Grade{GradeLow, GradeMedium, GradeHigh, GradeCritical}

// Advisory says which versions of one package a vulnerability is in, as the Open
// Source Vulnerability format does.
type Advisory struct {
	// ID is "GHSA-…", "PYSEC-…"; Aliases are other names of the same
	// vulnerability.
	ID      string
	Aliases []string
	// Ecosystem and Package are as OSV writes them: "PyPI", "Django".
	Ecosystem, Package string
	Grade              Grade
	// Ranges say which versions are affected; Versions lists them one by one
	// where there is no range. A version is affected when one of them says so.
	Ranges   []AdvisoryRange
	Versions []string
}

// AdvisoryRange is where a vulnerability comes and goes, in any order.
type AdvisoryRange []AdvisoryEvent

// AdvisoryEvent has one of its fields set.
type AdvisoryEvent struct {
	// Introduced is the first version affected, "0" for all from the beginning;
	// Fixed the first that no longer is, LastAffected the last that is.
	Introduced, Fixed, LastAffected string
}

// Advisories is a database of known vulnerabilities, safe to share.
type Advisories struct {
	// UpTo is when the newest advisory was written or changed.
	UpTo time.Time
	// about maps an ecosystem and a package to what is known.
	about map[[2]string][]Advisory
	// covered are the ecosystems that some advisory is about.
	covered map[string]bool
}

// NewAdvisories returns a database of these, which may come in any order.
func NewAdvisories(all []Advisory, upTo time.Time) *Advisories {
	a := &Advisories{UpTo: upTo, about: map[[2]string][]Advisory{}, covered: map[string]bool{}}
	for _, one := range all {
		key := advisoryKey(one.Ecosystem, one.Package)
		a.about[key] = append(a.about[key], one)
		a.covered[one.Ecosystem] = true
	}
	for _, some := range a.about {
		slices.SortFunc(some, func(x, y Advisory) int { return strings.Compare(x.ID, y.ID) })
	}
	return a
}

// Covers reports whether the database knows an ecosystem at all.
func (a *Advisories) Covers(ecosystem string) bool { return a.covered[ecosystem] }

// About returns what is known about a package, by id; letter case does not
// matter, and for PyPI neither do "_" and ".".
func (a *Advisories) About(ecosystem, name string) []Advisory {
	return a.about[advisoryKey(ecosystem, name)]
}

func advisoryKey(ecosystem, name string) [2]string {
	name = strings.ToLower(name)
	if ecosystem == "PyPI" {
		name = strings.NewReplacer("_", "-", ".", "-").Replace(name)
	}
	return [2]string{ecosystem, name}
}
