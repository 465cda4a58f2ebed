package audit

import (
	"fmt"
	"io/fs"
	"regexp"
	"slices"
)

// Check is one question about a repository, stated as the good state. It is a
// plain value: everything that is ever printed about the check comes from it
// and from its two texts.
type Check struct {
	// ID names the good state in words: "base-image-pinned".
	ID       string
	Axis     Axis
	Severity Severity
	// Needs is the evidence without which the answer is unknown; Run is not
	// called when some of it is missing.
	Needs Need
	// Uses is the evidence that sharpens the answer when it can be had; the
	// check is called without it too.
	Uses Need
	// Dated is true when the answer may change while the commit, the tags and what
	// the forge says do not: with the day, with who stays or with advisories.
	Dated bool
	// Kinds are the deliverables the question makes sense for; nil means all.
	// A repository with none of them is not applicable, and Run is not called.
	Kinds []Kind
	// EffortHours is what one person needs to close the gap in a usual project.
	EffortHours float64
	// LeadDays is how long somebody else takes before the work can end.
	LeadDays int
	Side     Side
	// WithTeam is true for a gap that closes only while the team is there, whatever
	// its axis: who knows the code leaves when the mission ends.
	WithTeam bool
	// Sensitive is true when what is found would help an attacker or expose people: it
	// is counted, and not described, where anybody may read.
	Sensitive bool
	// Source is where the rule comes from: a link, or a standard's section.
	Source string
	// Rule is true for a question that a policy adds: no catalogue knows it, so its
	// texts are kept with its answers.
	Rule bool
	// Texts holds text/<ID>.en.md and text/<ID>.fr.md; see [Text].
	Texts fs.FS
	// Run answers. It must be pure: the snapshot is its only input, and the same
	// snapshot always gives the same verdict. It may be called concurrently.
	Run func(*Snapshot) Verdict
}

// AppliesTo reports whether the question makes sense for a repository that
// delivers these. One whose kind nobody knows is asked every question that
// is asked of all kinds, and no other.
func (c *Check) AppliesTo(deliverables []Deliverable) bool {
	if c.Kinds == nil {
		return true
	}
	return slices.ContainsFunc(deliverables, func(d Deliverable) bool { return slices.Contains(c.Kinds, d.Kind) })
}

// Text returns what is written about the check in a language; for a check
// without texts, nothing but its id.
func (c *Check) Text(lang Lang) (*Text, error) {
	if c.Texts == nil {
		// A check of another version, known from a stored result only.
		return &Text{Title: c.ID, Reasons: map[string]string{}}, nil
	}
	name := "text/" + c.ID + "." + string(lang) + ".md"
	content, err := fs.ReadFile(c.Texts, name)
	if err != nil {
		return nil, fmt.Errorf("read text of %s: %w", c.ID, err)
	}
	t, err := ParseText(string(content))
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", name, err)
	}
	return t, nil
}

var idPattern = regexp.MustCompile(`^[a-z]+(-[a-z]+)+$`)

// Validate returns every fault in a list of checks, or nil: ids that are
// malformed or used twice, missing fields, texts that are absent or do not hold
// the same reasons in both languages.
func Validate(checks []*Check) []error {
	var faults []error
	seen := map[string]bool{}
	for _, c := range checks {
		if !idPattern.MatchString(c.ID) {
			faults = append(faults, fmt.Errorf("check %q: the id must be words joined by hyphens", c.ID))
		}
		if seen[c.ID] {
			faults = append(faults, fmt.Errorf("check %s: listed twice", c.ID))
		}
		seen[c.ID] = true
		for _, fault := range c.faults() {
			faults = append(faults, fmt.Errorf("check %s: %w", c.ID, fault))
		}
	}
	return faults
}

func (c *Check) faults() []error {
	var faults []error
	must := func(holds bool, what string) {
		if !holds {
			faults = append(faults, fmt.Errorf("%s", what))
		}
	}
	must(slices.Contains(Axes, c.Axis), "no such axis")
	must(c.Severity.Weight() > 0 || c.Severity == Bonus, "no such severity")
	must(c.Needs != 0, "needs no evidence")
	must(c.EffortHours > 0, "no effort")
	must(c.Side == Team || c.Side == DSI || c.Side == Mentor, "no such side")
	must(c.Source != "", "no source")
	must(c.Run != nil, "nothing to run")
	for _, k := range c.Kinds {
		must(slices.Contains(Kinds, k), "no such kind: "+string(k))
	}
	if c.Texts == nil {
		return append(faults, fmt.Errorf("no texts"))
	}
	english, err := c.Text(English)
	if err != nil {
		return append(faults, err)
	}
	french, err := c.Text(French)
	if err != nil {
		return append(faults, err)
	}
	return append(faults, english.differences(french)...)
}
