package maintainers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/maintainer"
)

// fact is the row of the catalogue's declared[].
type fact struct {
	Name   string          `json:"name"`
	Source string          `json:"source"`
	Line   int             `json:"line"`
	Role   maintainer.Role `json:"role"`
	Email  string          `json:"email"`
}

func factOf(d maintainer.Declared) fact {
	f := fact{Name: maskWords(d.Name), Source: d.Place.Path, Line: d.Place.Line, Role: d.Role}
	if d.Email != "" {
		f.Email = audit.MaskEmail(d.Email)
	}
	if f.Name == "" && d.Login != "" {
		f.Name = "@" + d.Login
	}
	return f
}

// staff tells who of the declared leaves, and which of them are one person.
type staff struct {
	people *history.People
	leaves []leaver
}

// leaver is somebody known from outside, with what the history knows of them.
type leaver struct {
	audit.Person
	known *history.Person
}

// soon is how close a departure counts as one: too late to train anybody.
const soon = 60 * 24 * time.Hour

func staffOf(s *audit.Snapshot) staff {
	t := staff{people: history.Of(s)}
	for _, p := range s.People {
		leaving := p.Leaving && p.Leaves.IsZero() || !p.Leaves.IsZero() && !p.Leaves.After(s.TakenAt.Add(soon))
		if leaving && !p.Staying {
			t.leaves = append(t.leaves, leaver{p, t.find(p.Name, "", p.Emails...)})
		}
	}
	return t
}

func (t staff) find(name, login string, emails ...string) *history.Person {
	if t.people == nil {
		return nil
	}
	return t.people.Find(name, login, emails...)
}

// isLeaving reports whether somebody declared is known to leave.
func (t staff) isLeaving(d maintainer.Declared) bool {
	if len(t.leaves) == 0 || d.Office() {
		return false
	}
	known, who := t.find(d.Name, d.Login, d.Email), keysOf(d)
	for _, l := range t.leaves {
		if known != nil && known == l.known || who.name != "" && who.name == history.NameKey(l.Name) {
			return true
		}
		for _, email := range l.Emails {
			key := history.EmailKey(email)
			if key != "" && (key == who.email || key == who.account) {
				return true
			}
		}
	}
	return false
}

// keys are what two declarations of one person have in common.
type keys struct{ name, email, account string }

func keysOf(d maintainer.Declared) keys {
	k := keys{name: history.NameKey(d.Name), email: history.EmailKey(d.Email)}
	if k.name == "" {
		k.name = strings.ToLower(d.Name)
	}
	if k.email == "" {
		// A shared mailbox is nobody's, yet one thing that is declared.
		k.email = strings.ToLower(d.Email)
	}
	if d.Login != "" {
		k.account = history.EmailKey(d.Login + "@users.noreply.github.com")
	}
	return k
}

// distinct keeps the first declaration of each person.
func (t staff) distinct(all []maintainer.Declared) []maintainer.Declared {
	var kept []maintainer.Declared
	seen := map[any]bool{}
	for _, d := range all {
		k := keysOf(d)
		var found []any
		if person := t.find(d.Name, d.Login, d.Email); person != nil {
			found = append(found, person)
		}
		for kind, key := range []string{k.name, k.email, k.account} {
			if key != "" {
				found = append(found, [2]string{strconv.Itoa(kind), key})
			}
		}
		if !slices.ContainsFunc(found, func(key any) bool { return seen[key] }) {
			kept = append(kept, d)
		}
		for _, key := range found {
			seen[key] = true
		}
	}
	return kept
}
