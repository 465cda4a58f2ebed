// Package knowledge says who knows which files of a repository, and what nobody
// knows any more once some people have left.
//
// Knowledge is told from the history alone, by the degree of authorship that
// Fritz, Murphy, Murphy-Hill, Ou and Hill fitted to what developers said about
// their own code ("Degree-of-knowledge", ACM TOSEM 23(2), 2014), with the limits
// by which Avelino, Passos, Hora and Valente take somebody for an author of a
// file ("A novel approach for estimating truck factors", ICPC 2016). Whoever
// wrote a file knows it, the more so the more often they changed it, and the less
// the more others did.
package knowledge

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/history"
)

// Model holds the numbers of the model.
type Model struct {
	// Constant, FirstAuthor, Delivery and Acceptance make the degree of
	// authorship: Constant + FirstAuthor if the person added the file + Delivery
	// for each change of theirs − Acceptance × ln(1 + changes by others). Adding a
	// file is no change of it. Everybody counts who added it: on another branch, or
	// again after it was taken away.
	Constant, FirstAuthor, Delivery, Acceptance float64
	// Share and Degree are the limits past which somebody is an author of a file:
	// above that share of the highest degree in the file, and at least that degree.
	Share, Degree float64
	// Coverage is the share of the files that must keep an author: below it, the
	// bus factor is reached.
	Coverage float64
	// HalfLife is the time after which a change counts for half; zero never, as
	// published.
	HalfLife time.Duration
}

// Published is the model as published: the weights by Fritz et al. (2014), the
// limits by Avelino et al. (2016), which forgets nothing.
var Published = Model{
	Constant: 3.293, FirstAuthor: 1.098, Delivery: 0.164, Acceptance: 0.321,
	Share: 0.75, Degree: 3.293, Coverage: 0.5,
}

// Map is who knows what.
type Map struct {
	// Files are the authors' own source files, templates and style sheets among
	// them, in the order of their paths: what is vendored, generated, data or prose
	// is left out.
	Files []File
	// Others are the rest of the authors' own files, which no share counts:
	// documents, settings, data.
	Others []File
	// People is everybody; those named in experts are among them.
	People *history.People
	model  Model
}

// File is one file.
type File struct {
	Path      string
	SizeBytes int64
	// Experts have changed the file, the highest degree first. It is empty for a
	// file that no person of the known history changed.
	Experts []Expert
}

// Expert is what one person has to do with one file.
type Expert struct {
	Person *history.Person
	// Degree is the degree of authorship; it has no upper bound and may be
	// negative.
	Degree float64
	// Author is true for somebody who knows the file by the limits of the model.
	Author bool
	// Added is true for who added the file; Changes counts every change of the
	// person's, that one included.
	Added   bool
	Changes int
	// Last is the day of the last one.
	Last time.Time
}

// Of returns who knows the files of a snapshot; nil when it has no history of
// files or no source file: then nothing is known, which is not the same as
// nobody knowing.
func Of(s *audit.Snapshot, m Model) *Map {
	if s.History == nil || s.History.Files == nil {
		return nil
	}
	code, own := sizes(deliverable.Source(s)), sizes(s.OwnFiles())
	knowledge := &Map{model: m, People: history.Of(s)}
	for i := range s.History.Files {
		past := &s.History.Files[i]
		size, isOwn := own[past.Path]
		if !isOwn {
			continue
		}
		file := File{Path: past.Path, SizeBytes: size, Experts: m.experts(past, s, knowledge.People)}
		if size, isCode := code[past.Path]; isCode {
			file.SizeBytes = size
			knowledge.Files = append(knowledge.Files, file)
		} else {
			knowledge.Others = append(knowledge.Others, file)
		}
	}
	if len(knowledge.Files) == 0 {
		return nil
	}
	return knowledge
}

func sizes(files []audit.File) map[string]int64 {
	all := make(map[string]int64, len(files))
	for _, f := range files {
		all[f.Path] = f.SizeBytes
	}
	return all
}

// tally is what one person did to a file; weights shrink with age.
type tally struct {
	Expert
	first, deliveries float64
}

func (m Model) experts(past *audit.FileHistory, s *audit.Snapshot, people *history.People) []Expert {
	var all []*tally
	total := 0.0
	for _, n := range past.Commits {
		c := &s.History.Commits[n]
		weight := m.weight(s.TakenAt.Sub(c.When))
		added := slices.Contains(past.Added, n)
		if !added {
			total += weight
		}
		for _, person := range authors(c, people) {
			at := slices.IndexFunc(all, func(t *tally) bool { return t.Person == person })
			if at < 0 {
				at = len(all)
				all = append(all, &tally{Expert: Expert{Person: person}})
			}
			all[at].note(c, weight, added)
		}
	}
	return m.rank(all, total)
}

// authors returns the persons of a commit, each once.
func authors(c *audit.Commit, people *history.People) []*history.Person {
	var persons []*history.Person
	note := func(s audit.Signature) {
		if p := people.Who(s); p != nil && !slices.Contains(persons, p) {
			persons = append(persons, p)
		}
	}
	note(c.Author)
	for _, other := range c.CoAuthors {
		note(other)
	}
	return persons
}

func (t *tally) note(c *audit.Commit, weight float64, added bool) {
	t.Changes++
	if added {
		// The newest comes first, and is remembered best.
		t.first = max(t.first, weight)
		t.Added = true
	} else {
		t.deliveries += weight
	}
	if c.When.After(t.Last) {
		t.Last = c.When
	}
}

// weight is what a change of that age counts for, 0 to 1.
func (m Model) weight(age time.Duration) float64 {
	if m.HalfLife <= 0 || age <= 0 {
		return 1
	}
	return math.Exp2(-float64(age) / float64(m.HalfLife))
}

// rank gives each person their degree, the highest first.
func (m Model) rank(all []*tally, total float64) []Expert {
	highest := math.Inf(-1)
	for _, t := range all {
		// What somebody else did is accepted; what was done together is not.
		t.Degree = m.Constant + m.FirstAuthor*t.first + m.Delivery*t.deliveries - m.Acceptance*math.Log1p(max(0, total-t.deliveries))
		highest = max(highest, t.Degree)
	}
	experts := make([]Expert, len(all))
	for i, t := range all {
		t.Author = t.Degree >= m.Degree && t.Degree > m.Share*highest
		experts[i] = t.Expert
	}
	slices.SortFunc(experts, func(a, b Expert) int {
		return cmp.Or(cmp.Compare(b.Degree, a.Degree), a.Person.Compare(b.Person))
	})
	return experts
}

// Authors returns those who know the file.
func (f *File) Authors() []*history.Person {
	var persons []*history.Person
	for _, e := range f.Experts {
		if e.Author {
			persons = append(persons, e.Person)
		}
	}
	return persons
}
