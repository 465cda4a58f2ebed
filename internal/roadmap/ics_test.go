package roadmap

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	ics "github.com/arran4/golang-ical"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

func calendarOf(t *testing.T, s *Sheet, lang audit.Lang) (string, *ics.Calendar) {
	t.Helper()
	var out bytes.Buffer
	if err := ICS(&out, []*Sheet{s}, lang); err != nil {
		t.Fatal(err)
	}
	read, err := ics.ParseCalendar(bytes.NewReader(out.Bytes()))
	if err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return out.String(), read
}

// Another program reads the calendar as it was meant: one event for each action that
// has a day, each with one alarm, and names that stay when the plan changes.
func TestCalendarIsRead(t *testing.T) {
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		s := sample()
		written, read := calendarOf(t, s, lang)
		want := 0
		for _, a := range s.Actions {
			if a.ToDo() && !a.Due.IsZero() {
				want++
			}
		}
		if len(read.Events()) != want || want < 4 {
			t.Errorf("%d events, want %d", len(read.Events()), want)
		}
		var uids []string
		for _, e := range read.Events() {
			uids = append(uids, e.Id())
			begin, err := e.GetAllDayStartAt()
			end, wrong := e.GetAllDayEndAt()
			if err != nil || wrong != nil || !end.After(begin) || begin.Before(s.From) {
				t.Errorf("%s: from %v to %v, %v, %v", e.Id(), begin, end, err, wrong)
			}
			if len(e.Alarms()) != 1 || e.Alarms()[0].GetProperty(ics.ComponentPropertyTrigger).Value != "-P7D" {
				t.Errorf("%s: alarms %v", e.Id(), e.Alarms())
			}
		}
		slices.Sort(uids)
		if n := len(slices.Compact(slices.Clone(uids))); n != want {
			t.Errorf("%d names for %d events", n, want)
		}
		if description := read.Events()[0].GetProperty(ics.ComponentPropertyDescription).Value; !strings.Contains(description, "\n") || strings.Contains(description, `\,`) {
			t.Errorf("description %q", description)
		}
		later := sample()
		later.At, later.Actions[0].Quadrant = later.At.AddDate(0, 0, 1), audit.Plan
		slices.Reverse(later.Actions)
		_, again := calendarOf(t, later, lang)
		for _, e := range again.Events() {
			if !slices.Contains(uids, e.Id()) {
				t.Errorf("%s is a new name", e.Id())
			}
		}
		for line := range strings.SplitSeq(strings.TrimSuffix(written, "\r\n"), "\r\n") {
			if len(line) > 75 || !utf8.ValidString(line) || strings.ContainsAny(line, "\r\n") {
				t.Errorf("a line of %d bytes: %q", len(line), line)
			}
		}
	}
}

// Whatever the words, another program reads them back.
func TestWordsComeBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.StringOf(rapid.OneOf(rapid.Rune(), rapid.SampledFrom([]rune(`;,\:" n`+"\n")))).Filter(func(s string) bool {
			return utf8.ValidString(s) && strings.IndexFunc(s, func(r rune) bool { return r < ' ' && r != '\n' || r == 0x7f }) < 0
		}).Draw(t, "words")
		s := sample()
		s.Name, s.Actions = "", s.Actions[:1]
		s.Actions[0].Check = written(s.Actions[0].Check, "x"+words+"x")
		var out bytes.Buffer
		if err := ICS(&out, []*Sheet{s}, audit.English); err != nil {
			t.Fatal(err)
		}
		read, err := ics.ParseCalendar(bytes.NewReader(out.Bytes()))
		if err != nil {
			t.Fatalf("%v\n%s", err, out.String())
		}
		got := read.Events()[0].GetProperty(ics.ComponentPropertySummary).Value
		v, err := speak(s, audit.English)
		if err != nil {
			t.Fatal(err)
		}
		if want := v.title(s.Actions[0]); !strings.HasSuffix(got, want) {
			t.Errorf("%q came back as %q", want, got)
		}
	})
}
