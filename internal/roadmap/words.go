package roadmap

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"math"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/report"
	"github.com/perenne-audit/perenne/internal/text"
)

// Writer prints sheets in a language. The error is the destination's, or a text
// that cannot be read.
type Writer func(w io.Writer, sheets []*Sheet, lang audit.Lang) error

var writers = map[string]Writer{
	"text": Text, "json": JSON, "markdown": Markdown, "csv": CSV, "svg": SVG, "ics": ICS, "html": HTML,
}

// ByName finds a format. The error names them all.
func ByName(name string) (Writer, error) {
	if w, ok := writers[name]; ok {
		return w, nil
	}
	return nil, fmt.Errorf("format %q: choose one of %s", name, strings.Join(Names(), ", "))
}

// Names lists the formats, sorted.
func Names() []string { return slices.Sorted(maps.Keys(writers)) }

// voice says what a sheet holds in one language. Foreign text comes out of it safe
// to print.
type voice struct {
	*text.Messages
	sheet *Sheet
	lang  audit.Lang
	// texts are those of the checks, by id.
	texts map[string]*audit.Text
	// terse is how far the drawing is cut short to stay within its page.
	terse terseness
	// several is true when the actions are about more than one repository.
	several bool
}

// speak prepares the words of a sheet.
func speak(s *Sheet, lang audit.Lang) (*voice, error) {
	v := &voice{Messages: text.In(lang), sheet: s, lang: lang, texts: map[string]*audit.Text{}}
	for _, a := range s.Actions {
		v.several = v.several || a.Repository != s.Actions[0].Repository
		if v.texts[a.Check.ID] != nil {
			continue
		}
		t, err := a.Check.Text(lang)
		if err != nil {
			return nil, err
		}
		v.texts[a.Check.ID] = t
	}
	return v, nil
}

// title is what an action aims at, without the marks of Markdown.
func (v *voice) title(a Action) string {
	return strings.ReplaceAll(report.Clean(v.texts[a.Check.ID].Title), "`", "")
}

func (v *voice) fix(a Action) string { return report.Clean(v.texts[a.Check.ID].Fix) }

func (v *voice) reason(a Action) string {
	return report.Explain(v.texts[a.Check.ID], a.Verdict.Reason, v.lang)
}

// repository is a short name, "" where all actions are about the same one.
func (v *voice) repository(a Action) string {
	if !v.several {
		return ""
	}
	address := strings.TrimRight(a.Repository, "/")
	return report.Clean(strings.TrimSuffix(cmp.Or(path.Base(address), address), ".git"))
}

func (v *voice) date(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return audit.Format(t, v.lang)
}

func (v *voice) hours(x float64) string {
	return v.Say("plan.hours", "count", audit.Format(math.Round(10*x)/10, v.lang))
}

// gain is the axis and how much it rises, in hundredths, for the whole and for an
// hour.
func (v *voice) gain(a Action) string {
	if a.Gain < 0.005 {
		return v.Say("plan.no-gain", "axis", v.Word(string(a.Check.Axis)))
	}
	return v.Say("plan.gain", "axis", v.Word(string(a.Check.Axis)), "points", v.points(a.Gain), "per_hour", v.points(a.GainPerHour()))
}

func (v *voice) points(x float64) string {
	return audit.Format(math.Round(1000*x)/1000, v.lang)
}

// facts are what it gains, how long it takes and who does it, in one line.
func (v *voice) facts(a Action) string {
	return strings.Join([]string{v.gain(a), v.hours(a.Check.EffortHours), v.side(a)}, v.Say("plan.separator"))
}

func (v *voice) side(a Action) string {
	who := v.Word(string(a.Side))
	if a.Placement != nil && a.Placement.Assignee != "" {
		who += v.Say("plan.assignee", "name", report.Clean(a.Placement.Assignee))
	}
	return who
}

func (v *voice) quadrant(q audit.Quadrant) string { return v.Word("quadrant-" + string(q)) }

// when says where an action stands in the year, or why it does not.
func (v *voice) when(a Action) string {
	switch a.Why {
	case "":
		return v.Say("plan.begin", "begin", v.date(a.Begin), "due", v.date(a.Due))
	case Overdue, Late:
		said := v.Say("plan.why-"+string(a.Why), "due", v.date(a.Due))
		if a.Ready.IsZero() {
			return said + " " + v.Say("plan.never-ready")
		}
		return said + " " + v.Say("plan.ready", "date", v.date(a.Ready))
	case Crowded:
		return v.Say("plan.why-crowded", "due", v.date(a.Due), "hours", v.hours(a.Check.EffortHours), "short", v.hours(a.Short))
	case Beyond:
		return v.Say("plan.why-beyond", "begin", v.date(a.Start))
	}
	return v.Say("plan.why-" + string(a.Why))
}

func (v *voice) remarks(a Action) []string { return Remarks(a.Item, v.sheet.MissionEnd, v.lang) }

// Remarks says in sentences whose action it was, what somebody decided about it and
// what an audit makes of that.
func Remarks(i plan.Item, missionEnd time.Time, lang audit.Lang) []string {
	m, p := text.In(lang), i.Placement
	day := func(t time.Time) string { return audit.Format(t, lang) }
	var all []string
	if i.Orphaned {
		all = append(all, m.Say("plan.orphaned", "date", day(missionEnd)))
	}
	if p == nil {
		return all
	}
	if i.Doubt != "" {
		all = append(all, m.Say("plan.doubt-"+string(i.Doubt), "date", day(p.At)))
	} else if i.Progress == audit.Doing {
		all = append(all, m.Word("progress-doing"))
	}
	if p.Author != "" {
		all = append(all, m.Say("plan.decided", "author", report.Clean(p.Author), "date", day(p.At)))
	}
	if p.Reason != "" {
		all = append(all, report.Clean(strings.Join(strings.Fields(p.Reason), " ")))
	}
	return all
}

// prospect names what a prospect is about.
func (v *voice) prospect(p plan.Prospect) string {
	switch {
	case p.Quadrant != "":
		return v.quadrant(p.Quadrant)
	case p.Within > 0:
		return v.Say("plan.first-hours", "hours", v.hours(p.Within))
	}
	return v.Say("plan.everything")
}

func (v *voice) score(x *float64) string {
	if x == nil {
		return "–"
	}
	return report.Score(*x, v.lang)
}

func axisOf(s audit.Score, axis audit.Axis) *float64 {
	for _, a := range s.Axes {
		if a.Axis == axis {
			return a.Score
		}
	}
	return nil
}

// capacity tells how many hours a week each side has, how many its actions take,
// and how many are lacking.
func (v *voice) capacity() []string {
	var all []string
	for _, side := range audit.Sides {
		hours, short := v.sheet.Work(side)
		if hours == 0 {
			continue
		}
		line := v.Say("plan.capacity", "side", v.Word(string(side)), "weekly", v.hours(v.sheet.Hours[side]), "hours", v.hours(hours))
		if short > 0 {
			line += v.Say("plan.capacity-short", "short", v.hours(short))
		}
		all = append(all, line)
	}
	return all
}

// mission says when the team leaves and when the service is meant to run.
func (v *voice) mission() string {
	s := v.sheet
	said := v.Say("plan.no-mission")
	if !s.MissionEnd.IsZero() {
		said = v.Say("plan.mission-end", "date", v.date(s.MissionEnd))
	}
	if !s.Production.IsZero() {
		said += ", " + v.Say("plan.production", "date", v.date(s.Production))
	}
	return said
}
