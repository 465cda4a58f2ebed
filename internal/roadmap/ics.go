package roadmap

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// ICS prints a calendar by RFC 5545: one event for each action that is still to be
// done and has a day, with an alarm a week before. Its UID stays the same from one
// calendar to the next, so that a calendar that is read again follows the plan.
// What comes too late stands at today; what finds too few hours, at the last day
// on which to begin. What has no day is only counted in the calendar's description.
func ICS(w io.Writer, sheets []*Sheet, lang audit.Lang) error {
	c := &calendar{out: bufio.NewWriter(w)}
	dateless := 0
	var voices []*voice
	for _, s := range sheets {
		v, err := speak(s, lang)
		if err != nil {
			return err
		}
		voices = append(voices, v)
		for _, a := range s.Actions {
			if a.Why == Dateless {
				dateless++
			}
		}
	}
	c.line("BEGIN", "VCALENDAR")
	c.line("VERSION", "2.0")
	c.line("PRODID", "-//perenne//"+strings.ToUpper(string(lang)))
	c.line("CALSCALE", "GREGORIAN")
	c.line("METHOD", "PUBLISH")
	if len(voices) > 0 {
		c.words("X-WR-CALNAME", voices[0].calendarName(len(voices)))
	}
	if dateless > 0 {
		c.words("X-WR-CALDESC", voices[0].Say("plan.calendar-dateless", "count", dateless))
	}
	for _, v := range voices {
		for _, a := range v.sheet.Actions {
			if a.ToDo() && !a.Due.IsZero() {
				c.event(v, a)
			}
		}
	}
	c.line("END", "VCALENDAR")
	return c.out.Flush()
}

func (v *voice) calendarName(challenges int) string {
	if challenges > 1 {
		return v.Say("plan.title-several")
	}
	return v.Say("plan.title", "name", report.Clean(v.sheet.Name))
}

// calendar writes content lines. Errors are kept by its buffer.
type calendar struct{ out *bufio.Writer }

func (c *calendar) event(v *voice, a Action) {
	begin, end := a.Begin, a.End
	if !a.Fits() {
		begin = a.Start
		if begin.Before(v.sheet.From) {
			begin = v.sheet.From
		}
		end = begin
	}
	if !end.After(begin) {
		end = begin.Add(day)
	}
	c.line("BEGIN", "VEVENT")
	c.line("UID", uid(v.sheet, a))
	c.line("DTSTAMP", v.sheet.At.UTC().Format("20060102T150405Z"))
	c.line("DTSTART;VALUE=DATE", compact(begin))
	c.line("DTEND;VALUE=DATE", compact(end))
	summary := v.title(a)
	if !a.Fits() {
		summary = v.Say("plan.unfit-mark") + " " + summary
	}
	c.words("SUMMARY", report.Clean(v.sheet.Name)+": "+summary)
	c.words("DESCRIPTION", v.description(a))
	c.line("CATEGORIES", escape(v.quadrant(a.Quadrant))+","+escape(v.Word(string(a.Check.Axis)))+","+escape(v.Word(string(a.Side))))
	c.line("TRANSP", "TRANSPARENT")
	c.line("BEGIN", "VALARM")
	c.line("ACTION", "DISPLAY")
	c.line("TRIGGER", "-P7D")
	c.words("DESCRIPTION", v.Say("plan.alarm", "title", v.title(a), "date", v.date(begin)))
	c.line("END", "VALARM")
	c.line("END", "VEVENT")
}

func (v *voice) description(a Action) string {
	lines := []string{v.reason(a), v.fix(a), v.facts(a), v.when(a)}
	if name := v.repository(a); name != "" {
		lines = append(lines, name)
	}
	return strings.Join(append(lines, v.remarks(a)...), "\n")
}

// uid names the action for ever: by challenge, repository and check.
func uid(s *Sheet, a Action) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{s.ID, a.Key.Repository, a.Key.Check}, "\x00")))
	const half = 16
	return hex.EncodeToString(sum[:half]) + "@perenne"
}

func compact(t time.Time) string { return t.UTC().Format("20060102") }

// words writes a line of free text.
func (c *calendar) words(name, text string) { c.line(name, escape(text)) }

func escape(text string) string {
	return strings.NewReplacer(`\`, `\\`, ";", `\;`, ",", `\,`, "\r\n", `\n`, "\n", `\n`, "\r", "").Replace(text)
}

// line writes a content line, folded so that none is longer than 75 octets, and
// never inside a character.
func (c *calendar) line(name, value string) {
	const octets = 75
	rest, room := name+":"+value, octets
	for len(rest) > room {
		cut := room
		for !utf8.RuneStart(rest[cut]) {
			cut--
		}
		fmt.Fprint(c.out, rest[:cut], "\r\n ")
		rest, room = rest[cut:], octets-1
	}
	fmt.Fprint(c.out, rest, "\r\n")
}
