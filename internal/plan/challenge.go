package plan

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Challenge is all that the plan of a challenge is made from.
type Challenge struct {
	// Repositories are those of the challenge with their newest results.
	Repositories []audit.Audited
	Dates        audit.Dates
	Criticality  audit.Criticality
	// Placements are what people decided, the last about each action.
	Placements []audit.Placement
	// Seen is when each repository was last looked at, by its address, and Met when
	// the answer to a question last became met. Both may be nil: then nothing that
	// somebody called done is doubted.
	Seen map[string]time.Time
	Met  map[Key]time.Time
	// Roll adds repositories up, and Whole reports whether a check asks about a
	// challenge as a whole; both are the package score's.
	Roll func([]audit.Audited) audit.ChallengeResult
	// Axis is what Roll says about one axis, 0 for no score, without the rest. Nil
	// asks Roll.
	Axis  func([]audit.Audited, audit.Axis) float64
	Whole func(check string) bool
	Now   time.Time
}

// Key names an action of a challenge: the check, and the repository unless the
// check asks about the challenge as a whole.
type Key struct{ Repository, Check string }

// Item is one action of a challenge.
type Item struct {
	// Action's gain is that of the challenge's axis when this gap alone is closed.
	audit.Action
	Repository string
	Verdict    audit.Verdict
	// Key is what a placement of the action names.
	Key Key
	// Importance is the check's weight by how critical the challenge is, times what
	// is lacking: half for a question that is partly met.
	Importance float64
	// Placement is what somebody decided; nil when nobody did.
	Placement *audit.Placement
	// Progress is how far it is: what somebody said, unless an audit knows better.
	Progress audit.Progress
	// Doubt says why what somebody said is not believed.
	Doubt Doubt
}

// Doubt is why an action that somebody called done, or begun, is open.
type Doubt string

// The doubts.
const (
	// Unconfirmed is done in somebody's words, and an audit after them finds it
	// lacking.
	Unconfirmed Doubt = "unconfirmed"
	// Fallen was met after somebody's words, and is lacking again.
	Fallen Doubt = "fallen"
)

// Items returns what is to be done for the challenge: the gaps of its repositories
// that are gaps of the challenge too. What one repository holds serves its
// siblings; and of what none of them holds, one has to be given it. The most
// pressing quadrant comes first, then what matters most for an hour of work.
func (c *Challenge) Items() []Item {
	result := c.Roll(c.Repositories)
	var all []Item
	for _, rolled := range result.Checks {
		if Gaps(rolled, c.Whole(rolled.Check.ID)) == 0 {
			continue
		}
		own := c.actions(rolled)
		if c.Whole(rolled.Check.ID) && len(own) > 0 {
			i := max(0, slices.IndexFunc(own, func(a Item) bool { return a.Repository == rolled.Repository }))
			own = own[i : i+1]
			own[0].Blocking = slices.Contains(result.Gate.Blockers, rolled.Check.ID)
		}
		all = append(all, own...)
	}
	for i := range all {
		c.complete(&all[i], result.Score)
	}
	slices.SortStableFunc(all, compare)
	return all
}

// compare orders actions: by quadrant, the most pressing first, then by
// importance for an hour of work, the highest first.
func compare(a, b Item) int {
	return cmp.Or(
		cmp.Compare(slices.Index(audit.Quadrants, a.Quadrant), slices.Index(audit.Quadrants, b.Quadrant)),
		cmp.Compare(b.perHour(), a.perHour()), cmp.Compare(b.Gain, a.Gain),
		cmp.Compare(a.Check.ID, b.Check.ID), cmp.Compare(a.Repository, b.Repository))
}

func (i *Item) perHour() float64 { return i.Importance / max(i.Check.EffortHours, 0.25) }

// GainPerHour is how much the axis rises for an hour of work, 0 to 1.
func (i *Item) GainPerHour() float64 { return i.Gain / max(i.Check.EffortHours, 0.25) }

// ToDo reports whether there is still something to do: it is not dropped, nor
// done in somebody's words that no audit contradicts.
func (i *Item) ToDo() bool { return i.Progress != audit.Dropped && i.Progress != audit.Done }

// actions lists what the repositories say has to be done for one check.
func (c *Challenge) actions(rolled audit.Rolled) []Item {
	var all []Item
	for _, r := range c.Repositories {
		if r.Result == nil {
			continue
		}
		is := func(a audit.Action) bool { return a.Check.ID == rolled.Check.ID }
		i := slices.IndexFunc(r.Result.Actions, is)
		if i < 0 {
			continue
		}
		one := Item{Action: r.Result.Actions[i], Repository: r.Source.URL, Key: Key{r.Source.URL, rolled.Check.ID}}
		if c.Whole(rolled.Check.ID) {
			one.Key.Repository = ""
		}
		for _, j := range r.Result.Judged {
			if j.Check.ID == rolled.Check.ID {
				one.Verdict = j.Verdict
			}
		}
		all = append(all, one)
	}
	return all
}

// complete says what the action gains, what somebody decided, and where it stands.
func (c *Challenge) complete(i *Item, before audit.Score) {
	after := c.axisIf(*i)
	// Where a sibling's answer is unknown, a gap that is closed leaves the unknown
	// alone to decide, and the axis may lose what it was judged by: no gain then.
	i.Gain = max(0, after-axisScore(before, i.Check.Axis))
	i.Importance = i.Check.Severity.Weight() * factor(c.Criticality)
	if i.Verdict.Answer == audit.AnswerPartlyMet {
		i.Importance /= 2
	}
	i.Progress = audit.Open
	if k := slices.IndexFunc(c.Placements, func(p audit.Placement) bool { return KeyOf(p) == i.Key }); k >= 0 {
		i.Placement = &c.Placements[k]
		i.Progress, i.Doubt = c.progress(i)
	}
	i.Action = Decided(i.Action, i.Placement, c.Dates, c.Now)
}

// KeyOf names the action that a placement is about.
func KeyOf(p audit.Placement) Key { return Key{p.Repository, p.Check} }

// factor is what a challenge's criticality makes of the weight of a gap.
func factor(c audit.Criticality) float64 {
	switch c {
	case audit.CriticalityA:
		return 1.25
	case audit.CriticalityC:
		return 0.75
	}
	return 1
}

// progress believes what somebody said until an audit knows better. What is
// dropped stays dropped: nobody said that it was closed.
func (c *Challenge) progress(i *Item) (audit.Progress, Doubt) {
	said := i.Placement
	switch {
	case said.Progress != audit.Done && said.Progress != audit.Doing:
		return said.Progress, ""
	case c.Met[i.Key].After(said.At):
		return audit.Open, Fallen
	case said.Progress == audit.Done && c.Seen[i.Repository].After(said.At):
		return audit.Open, Unconfirmed
	}
	return said.Progress, ""
}

// If returns what the challenge adds up to once these actions are done: every
// answer is added up again, with theirs met.
func (c *Challenge) If(done []Item) audit.ChallengeResult { return c.Roll(c.with(done)) }

// axisIf returns what an action's axis comes to once it is done: a plan asks it of
// each of its actions.
func (c *Challenge) axisIf(done Item) float64 {
	if c.Axis == nil {
		return axisScore(c.If([]Item{done}).Score, done.Check.Axis)
	}
	return c.Axis(c.with([]Item{done}), done.Check.Axis)
}

// with returns the repositories as they are once these actions are done.
func (c *Challenge) with(done []Item) []audit.Audited {
	met := map[Key]bool{}
	for _, i := range done {
		met[Key{i.Repository, i.Check.ID}] = true
	}
	repositories := slices.Clone(c.Repositories)
	for n, r := range repositories {
		if r.Result == nil || !concerns(met, r) {
			continue
		}
		after := *r.Result
		after.Judged = slices.Clone(after.Judged)
		for k := range after.Judged {
			if met[Key{r.Source.URL, after.Judged[k].Check.ID}] {
				after.Judged[k].Verdict.Answer = audit.AnswerMet
			}
		}
		repositories[n].Result = &after
	}
	return repositories
}

// concerns reports whether one of the actions is about a repository.
func concerns(met map[Key]bool, r audit.Audited) bool {
	for key := range met {
		if key.Repository == r.Source.URL {
			return true
		}
	}
	return false
}

// Gaps counts what is to be done for one check of a challenge: of a question about
// the challenge as a whole, once.
func Gaps(rolled audit.Rolled, whole bool) int {
	n := 0
	for _, a := range rolled.Answers {
		if a.Answer.Gap() && !a.Waived {
			n++
		}
	}
	switch {
	case !rolled.Verdict.Answer.Gap():
		return 0
	case whole:
		return min(n, 1)
	}
	return n
}

// Prospect is what the scores become once some of the actions are done.
type Prospect struct {
	// Quadrant names the actions; empty for those that fit into Within hours, and
	// for all when that is 0.
	Quadrant audit.Quadrant
	Within   float64
	// Items are the actions in their order, Hours the work they take.
	Items []Item
	Hours float64
	Score audit.Score
}

// Prospects returns what each quadrant that holds something would bring by itself,
// then what the first hours of work would, unless that is 0, then everything. What
// is dropped is counted nowhere.
func (c *Challenge) Prospects(items []Item, firstHours float64) []Prospect {
	open := slices.DeleteFunc(slices.Clone(items), func(i Item) bool { return i.Progress == audit.Dropped })
	var all []Prospect
	add := func(p Prospect) {
		for _, i := range p.Items {
			p.Hours += i.Check.EffortHours
		}
		p.Score = c.If(p.Items).Score
		all = append(all, p)
	}
	for _, q := range audit.Quadrants {
		own := slices.DeleteFunc(slices.Clone(open), func(i Item) bool { return i.Quadrant != q })
		if len(own) > 0 {
			add(Prospect{Quadrant: q, Items: own})
		}
	}
	if firstHours > 0 {
		add(Prospect{Within: firstHours, Items: First(open, firstHours)})
	}
	if len(open) > 0 {
		add(Prospect{Items: open})
	}
	return all
}

// First returns what can be done within so many hours of work, in the order given:
// what no longer fits makes room for what comes after it and does.
func First(items []Item, hours float64) []Item {
	const rounding = 1e-9
	var first []Item
	for _, i := range items {
		if i.Check.EffortHours <= hours+rounding && !math.IsNaN(hours) {
			hours -= i.Check.EffortHours
			first = append(first, i)
		}
	}
	return first
}
