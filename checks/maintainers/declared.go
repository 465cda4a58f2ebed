package maintainers

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
)

// declared is one person, team or mailbox that a file of the repository names.
type declared struct {
	entry
	place audit.Place
	role  role
	// until is when a contract ends; zero for none or not said.
	until time.Time
}

// role is in what capacity somebody is named.
type role string

const (
	codeOwner  role = "codeowner"
	maintainer role = "maintainer"
	contact    role = "contact"
	contractor role = "contractor"
	// author says who made the deliverable, which is not who keeps it: it counts
	// for half.
	author role = "author"
)

// maxDeclared bounds the list; nobody reads further.
const maxDeclared = 300

// fact is the row of the catalogue's declared[].
type fact struct {
	Name   string `json:"name"`
	Source string `json:"source"`
	Line   int    `json:"line"`
	Role   role   `json:"role"`
	Email  string `json:"email"`
}

func (d declared) fact() fact {
	f := fact{Name: maskWords(d.name), Source: d.place.Path, Line: d.place.Line, Role: d.role}
	if d.email != "" {
		f.Email = audit.MaskEmail(d.email)
	}
	if f.Name == "" && d.login != "" {
		f.Name = "@" + d.login
	}
	return f
}

// office reports whether no single person's departure matters.
func (d declared) office() bool { return d.team || d.name == "" && d.email != "" && isMailbox(d.email) }

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
func (t staff) isLeaving(d declared) bool {
	if len(t.leaves) == 0 || d.office() {
		return false
	}
	known, who := t.find(d.name, d.login, d.email), keysOf(d)
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

func keysOf(d declared) keys {
	k := keys{name: history.NameKey(d.name), email: history.EmailKey(d.email)}
	if k.name == "" {
		k.name = strings.ToLower(d.name)
	}
	if k.email == "" {
		// A shared mailbox is nobody's, yet one thing that is declared.
		k.email = strings.ToLower(d.email)
	}
	if d.login != "" {
		k.account = history.EmailKey(d.login + "@users.noreply.github.com")
	}
	return k
}

// distinct keeps the first declaration of each person.
func (t staff) distinct(all []declared) []declared {
	var kept []declared
	seen := map[any]bool{}
	for _, d := range all {
		k := keysOf(d)
		var found []any
		if person := t.find(d.name, d.login, d.email); person != nil {
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
