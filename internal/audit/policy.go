package audit

import (
	"cmp"
	"slices"
)

// Policy is a ministry's own rules as data (cadre de cohérence technique): which
// languages, databases, base images and licences it takes, how much each question
// weighs, questions of its own and the requirements that it has numbered. A nil
// policy is the default: the catalogue as it stands.
type Policy struct {
	// Name is what portfolios and '--policy' call it: lower case and hyphens.
	Name string
	// Version is a digest of everything the policy says, what it extends included:
	// it changes whenever the policy may judge otherwise.
	Version string
	// Titles says in words what the policy is, by language.
	Titles map[Lang]string
	// Extends names the policies that it builds on, nearest first; may be empty.
	Extends []string
	// Severities replace those of the catalogue and of the policy's own rules, by
	// check id.
	Severities map[string]Severity
	// Thresholds are complete: what the policy does not say has its default.
	Thresholds Thresholds
	Licences   LicenceList
	// Languages, Databases and BaseImages are what is allowed; empty means any.
	// Languages are named as in [Result.Languages], databases in lower case; base
	// images are patterns, see package rule.
	Languages, Databases, BaseImages []string
	// Runtimes maps a runtime, "python", to the allowed versions, "3.12"; one that
	// is not in it may have any.
	Runtimes map[string][]string
	// Rules are the questions that the policy adds, in its order.
	Rules []*Check
	// Requirements are in the order of the policy.
	Requirements []Requirement
}

// Requirement is one numbered sentence of a ministry's framework, answered by
// checks: it is met when all of them are.
type Requirement struct {
	// ID is the number in the framework: "EXI-ARCH-18".
	ID     string
	Titles map[Lang]string
	// Kinds are the deliverables that it concerns; nil means all.
	Kinds []Kind
	// Checks are of the catalogue or among the policy's rules; never empty.
	Checks []*Check
}

// LicenceList says which licences the policy takes for code.
type LicenceList struct {
	// List is the name of a list that package licence holds; "" is the statutory
	// one.
	List string
	// Also are SPDX ids that count besides, Except those that do not count.
	Also, Except []string
}

// Thresholds are the numbers that a policy may change.
type Thresholds struct {
	// Ready and ToComplete are where these bands begin, 0 to 1.
	Ready, ToComplete float64
	// Coverage is what each of the three axes needs before the gate opens;
	// Provisional is the coverage below which a score is marked so.
	Coverage, Provisional float64
	// SecondPerson is the share of the commits that makes a second person one who
	// knows the project, 0 to 1.
	SecondPerson float64
	// EndingDays is how long before its end the contract of a maintainer counts as
	// ending.
	EndingDays int
}

// DefaultThresholds are those of the catalogue. The bands are those of the score
// that French administrations know from Awesome CodeGouvFr.
var DefaultThresholds = Thresholds{
	Ready: 0.80, ToComplete: 0.60, Coverage: 0.80, Provisional: 0.60, SecondPerson: 0.25, EndingDays: 90,
}

// Limits returns the thresholds in force; those of nil are the default ones.
func (p *Policy) Limits() Thresholds {
	if p == nil || p.Thresholds == (Thresholds{}) {
		return DefaultThresholds
	}
	return p.Thresholds
}

// String names the policy with its version, as results carry it; "default" for
// nil.
func (p *Policy) String() string {
	switch {
	case p == nil:
		return "default"
	case p.Version == "":
		return p.Name
	}
	return p.Name + " " + p.Version
}

// Title says what the policy is; its name where it has no words.
func (p *Policy) Title(lang Lang) string { return cmp.Or(p.Titles[lang], p.Name) }

// Weigh returns the check as the policy weighs it. The check given is not changed;
// one that stays the same is returned itself.
func (p *Policy) Weigh(c *Check) *Check {
	if p == nil {
		return c
	}
	severity, ok := p.Severities[c.ID]
	if !ok || severity == c.Severity {
		return c
	}
	changed := *c
	changed.Severity = severity
	return &changed
}

// Apply returns the checks as the policy weighs them, its own rules after those
// given. The checks given are not changed; those that stay the same are shared.
func (p *Policy) Apply(checks []*Check) []*Check {
	all := slices.Clone(checks)
	if p != nil {
		all = slices.Concat(checks, p.Rules)
	}
	for i, c := range all {
		all[i] = p.Weigh(c)
	}
	return all
}
