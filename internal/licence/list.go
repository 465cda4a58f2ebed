package licence

import (
	"embed"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

// ListNames are the lists that a policy may choose from: that of French law, the
// licences approved by the Open Source Initiative, those that the Free Software
// Foundation calls free, and the EUPL with those that its appendix calls
// compatible.
var ListNames = []string{StatutoryName, "osi", "fsf", "eupl"}

//go:embed lists
var listFiles embed.FS

// list maps an id to CodeListed or ContentListed.
type list map[string]Standing

// readList reads lines of what a licence may be chosen for and its id.
func readList(content string) list {
	l := list{}
	for line := range strings.Lines(content) {
		switch fields := strings.Fields(line); {
		case len(fields) != 2:
		case fields[0] == "code":
			l[fields[1]] = CodeListed
		case fields[0] == "content":
			l[fields[1]] = ContentListed
		}
	}
	return l
}

var namedLists = sync.OnceValue(func() map[string]list {
	all := map[string]list{}
	for _, name := range ListNames {
		content, err := listFiles.ReadFile("lists/" + name + ".txt")
		if err != nil {
			panic(err) // it is part of the program
		}
		all[name] = readList(string(content))
	}
	return all
})

// Listed is one list with what a policy adds to it and takes from it.
type Listed struct {
	// Name of the list.
	Name         string
	ids          list
	also, except []string
}

// ListFor returns the list that the policy chooses; nil chooses the statutory
// one, and so does a name that is none.
func ListFor(p *audit.Policy) Listed {
	l := Listed{Name: StatutoryName}
	if p != nil {
		if slices.Contains(ListNames, p.Licences.List) {
			l.Name = p.Licences.List
		}
		l.also, l.except = p.Licences.Also, p.Licences.Except
	}
	l.ids = namedLists()[l.Name]
	return l
}

// Plain reports whether the list is the statutory one, as it stands.
func (l Listed) Plain() bool {
	return l.Name == StatutoryName && len(l.also) == 0 && len(l.except) == 0
}

// Standing looks an SPDX id up in the list, then among the free licences.
func (l Listed) Standing(id string) Standing {
	if l.Plain() {
		return StandingOf(id)
	}
	base, _ := Base(id)
	names := func(ids []string) bool { return slices.Contains(ids, id) || slices.Contains(ids, base) }
	switch {
	case names(l.except):
		return min(StandingOf(id), Free)
	case names(l.also):
		return CodeListed
	case l.Name == StatutoryName:
		return StandingOf(id)
	case l.ids[base] != NotFree:
		return l.ids[base]
	}
	return min(StandingOf(id), Free)
}
