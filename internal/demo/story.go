package demo

import (
	"hash/fnv"
	"math/rand/v2"
	"path"
	"slices"
	"strings"
	"time"
)

// change is one commit to be: one file becomes this text, or several at first.
type change struct {
	when    time.Time
	files   map[string]string
	author  signature
	with    *signature
	subject string
}

type signature struct{ name, email string }

// tell turns the story into commits, oldest first, as seen from a day. It uses
// chance, always the same one for the same story.
func (s *story) tell(day time.Time) []change {
	h := fnv.New64a()
	h.Write([]byte(s.name))
	t := &teller{story: s, day: day, chance: rand.New(rand.NewPCG(h.Sum64(), 1))}
	t.plan()
	slices.SortStableFunc(t.steps, func(a, b step) int { return a.when.Compare(b.when) })
	changes := []change{t.founding()}
	for _, st := range t.steps {
		changes = append(changes, t.commit(st))
	}
	return changes
}

// teller spreads the drafts of a story over time.
type teller struct {
	*story
	day    time.Time
	chance *rand.Rand
	steps  []step
}

// step is one file's text at one time.
type step struct {
	when time.Time
	path string
	text string
	// first is true when the file did not exist.
	first bool
}

// grown is a draft that is written line by line.
type grown struct {
	draft
	lines []string
	code  bool
	steps int
}

// plan lays out every step but the founding commit. What a program reads comes
// whole, since half of it is no valid file; prose and programs grow.
func (t *teller) plan() {
	var growing []grown
	held := map[string]bool{}
	for _, d := range t.drafts {
		founding := d.day == t.First
		g := grown{draft: d, lines: strings.SplitAfter(strings.TrimSuffix(d.text, "\n"), "\n"), code: isCode(d.path)}
		switch {
		case !held[d.path] && !founding && len(g.lines) > g.least():
			growing = append(growing, g)
		case !founding:
			t.steps = append(t.steps, step{t.at(float64(d.day)), d.path, d.text, !held[d.path]})
		}
		held[d.path] = true
	}
	t.share(growing)
	for _, g := range growing {
		t.grow(g)
	}
}

// share gives each growing file as many steps as its length deserves.
func (t *teller) share(growing []grown) {
	left, lines := t.Commits-1-len(t.steps), 0
	for _, g := range growing {
		lines += len(g.lines)
	}
	spare := left
	for i := range growing {
		g := &growing[i]
		g.steps = max(1, min(left*len(g.lines)/lines, g.most()))
		spare -= g.steps
	}
	for spare > 0 {
		given := 0
		for i := range growing {
			if g := &growing[i]; spare > 0 && g.steps < g.most() {
				g.steps, spare, given = g.steps+1, spare-1, given+1
			}
		}
		if given == 0 {
			return
		}
	}
}

// least is the length from which a file is not written at once. Migrations
// never change after they are committed.
func (g grown) least() int {
	switch {
	case isProse(g.path):
		return 3
	case g.code && !strings.Contains(g.path, "migrations/"):
		return 12
	}
	return len(g.lines)
}

// most is how many commits may touch a file: prose is written once, programs
// are written and rewritten.
func (g grown) most() int {
	if g.code {
		return 2 * len(g.lines)
	}
	return len(g.lines) / 3
}

// writingDays is how long it takes to write a document.
const writingDays = 21

// grow spreads the steps of one file from its first day on.
func (t *teller) grow(g grown) {
	end := t.Last
	if !g.code {
		end = max(t.Last, g.day-writingDays)
	}
	times := []time.Time{t.at(float64(g.day))}
	for len(times) < g.steps {
		times = append(times, t.at(float64(end)+t.chance.Float64()*float64(g.day-end)))
	}
	slices.SortFunc(times, time.Time.Compare)
	for i, when := range times {
		t.steps = append(t.steps, step{when, g.path, g.after(i + 1), i == 0})
	}
}

// after is the text after that many steps: ever more lines, and where a step
// brings none, one line left out that the next step brings back. The last step
// alone is complete.
func (g grown) after(n int) string {
	if n >= g.steps {
		return g.text
	}
	shown := func(n int) int { return min(len(g.lines)-1, max(2, len(g.lines)*n/g.steps)) }
	lines := g.lines[:shown(n)]
	if n > 1 && shown(n-1) == len(lines) {
		left := n % len(lines)
		return strings.Join(lines[:left], "") + strings.Join(lines[left+1:], "")
	}
	return strings.Join(lines, "")
}

// at is a time that many days ago, in working hours and mostly on a working day.
func (t *teller) at(ago float64) time.Time {
	day := t.day.AddDate(0, 0, -int(ago))
	switch {
	case t.chance.IntN(8) == 0:
	case day.Weekday() == time.Saturday:
		day = day.AddDate(0, 0, -1)
	case day.Weekday() == time.Sunday:
		day = day.AddDate(0, 0, -2)
	}
	return day.Add(8*time.Hour + time.Duration(t.chance.IntN(10*60*60))*time.Second)
}

// founding is the first commit, with the files of the first day.
func (t *teller) founding() change {
	c := change{when: t.day.AddDate(0, 0, -t.First-3).Add(9 * time.Hour), files: map[string]string{}, subject: t.either("Premier dépôt", "Initial commit")}
	for _, d := range t.drafts {
		if d.day == t.First {
			c.files[d.path] = d.text
		}
	}
	c.author = t.sign(t.People[0])
	return c
}

func (t *teller) commit(st step) change {
	a := t.who(st)
	c := change{when: st.when, files: map[string]string{st.path: st.text}, author: t.sign(a), subject: t.subject(st)}
	if other := t.People[t.chance.IntN(len(t.People))]; other.Email != a.Email && other.Share > 0 && t.present(other, st.when) && t.chance.IntN(12) == 0 {
		c.with = &signature{other.Name, other.Email}
	}
	return c
}

// who commits: the owner of the file when there, else anybody who is.
func (t *teller) who(st step) author {
	var there []author
	total := 0.0
	for _, a := range t.People {
		if !t.present(a, st.when) {
			continue
		}
		if slices.ContainsFunc(a.Owns, func(pattern string) bool { return owned(pattern, st.path) }) {
			return a
		}
		there = append(there, a)
		total += a.Share
	}
	at := t.chance.Float64() * total
	for _, a := range there {
		if at -= a.Share; at < 0 {
			return a
		}
	}
	return t.People[0]
}

func owned(pattern, name string) bool {
	if strings.HasSuffix(pattern, "/") {
		return strings.HasPrefix(name, pattern)
	}
	ok, _ := path.Match(pattern, name)
	return ok
}

func (t *teller) present(a author, when time.Time) bool {
	ago := int(t.day.Sub(when).Hours()/24) + 1
	return (a.From == 0 || ago <= a.From) && ago >= a.Until
}

// sign picks one of the person's signatures: mostly the usual one.
func (t *teller) sign(a author) signature {
	if n := len(a.Aliases); n > 0 && t.chance.IntN(4) == 0 {
		name, rest, _ := strings.Cut(a.Aliases[t.chance.IntN(n)], " <")
		return signature{name, strings.TrimSuffix(rest, ">")}
	}
	return signature{a.Name, a.Email}
}

func (t *teller) either(french, english string) string {
	if t.Language == "en" {
		return english
	}
	return french
}

// subject is the first line of a commit's message.
func (t *teller) subject(st step) string {
	name := path.Base(st.path)
	switch {
	case st.first:
		return t.either("Ajoute ", "Add ") + name
	case isCode(st.path) && len(t.Subjects) > 0:
		return t.Subjects[t.chance.IntN(len(t.Subjects))] + " (" + strings.TrimSuffix(name, path.Ext(name)) + ")"
	case isProse(st.path):
		return t.either("Complète ", "Complete ") + name
	}
	return t.either("Met à jour ", "Update ") + name
}

var codeExtensions = []string{".py", ".R", ".js", ".mjs", ".ts", ".vue", ".sql", ".css", ".html"}

func isCode(name string) bool  { return slices.Contains(codeExtensions, path.Ext(name)) }
func isProse(name string) bool { return path.Ext(name) == ".md" }
