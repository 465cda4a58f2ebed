package maintainers

import (
	"maps"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

type declaredKey struct{}

// declaredIn returns everybody whom the repository names, the surest sources
// first, in the order of the files.
func declaredIn(s *audit.Snapshot) []declared {
	return audit.Once(s, declaredKey{}, func(s *audit.Snapshot) []declared {
		all := codeOwners(s)
		all = append(all, listed(s, maintainerStems, maintainer)...)
		all = append(all, inPubliccode(publiccode.Of(s))...)
		all = append(all, inReadme(s)...)
		all = append(all, lasting(listed(s, []string{"security", "securite"}, contact))...)
		all = append(all, listed(s, authorStems, author)...)
		all = append(all, inManifests(s)...)
		return all[:min(len(all), maxDeclared)]
	})
}

// What lists of people are called, in lower case and without extension.
var (
	maintainerStems = []string{"maintainers", "maintainer", "mainteneurs", "mainteneur", "mainteneuses", "mainteneuse"}
	authorStems     = []string{"authors", "author", "auteurs", "auteur", "contributors", "contributeurs"}
	listDirs        = []string{"", ".github", ".gitlab", "docs", "doc", "documentation"}
	listExtensions  = []string{"", ".md", ".markdown", ".txt", ".rst", ".adoc", ".org"}
)

// listed reads the files whose name says that they list people.
func listed(s *audit.Snapshot, stems []string, as role) []declared {
	var all []declared
	for _, f := range s.Files() {
		name := strings.ToLower(f.Name())
		ext := path.Ext(name)
		if !slices.Contains(stems, strings.TrimSuffix(name, ext)) || !slices.Contains(listExtensions, ext) || !slices.Contains(listDirs, f.Dir()) {
			continue
		}
		if text, ok := s.ReadText(f); ok {
			all = append(all, people(text, f.Path, 1, as)...)
		}
	}
	return all
}

// people reads lines; the first one's number is given. What stands below a
// heading on former maintainers is left out.
func people(text, source string, first int, as role) []declared {
	var all []declared
	former, fenced := false, false
	number := first - 1
	for line := range strings.Lines(text) {
		number++
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "```"):
			fenced = !fenced
		case strings.HasPrefix(line, "#") || strings.HasPrefix(line, "=="):
			former = isFormer(line)
		}
		if fenced || former || strings.HasPrefix(line, "#") || len(all) >= maxDeclared {
			continue
		}
		for _, e := range entriesOf(line) {
			if as == contact && e.email == "" && (e.name == "" || e.login == "") {
				// "Bug Reports" and a link to the organisation are no contacts.
				continue
			}
			all = append(all, declared{entry: e, role: as, place: audit.Place{Path: source, Line: number}})
		}
	}
	return all
}

func isFormer(heading string) bool {
	heading = strings.ToLower(heading)
	return slices.ContainsFunc([]string{"emerit", "former", "past ", "ancien", "retired", "alumni", "inactive"}, func(word string) bool {
		return strings.Contains(heading, word)
	})
}

// inManifests reads the contacts of packages. A framework's skeleton brings its
// own authors along, so only those count who committed here, and public offices.
// R wants a maintainer ("cre") in every package: where one person is named, that
// is a form filled in, and where several are, a choice.
func inManifests(s *audit.Snapshot) []declared {
	var all []declared
	known := history.Of(s)
	for _, m := range manifest.Of(s).Manifests {
		for _, text := range m.Contacts {
			for _, e := range entriesOf(text) {
				as := author
				if slices.Contains(m.Maintainers, text) && (m.Ecosystem != manifest.CRAN || len(m.Contacts) > 1) {
					as = maintainer
				}
				here := known == nil || s.History.Truncated || known.Find(e.name, e.login, e.email) != nil || isAdministration(e.email)
				if here && len(all) < maxDeclared {
					all = append(all, declared{entry: e, role: as, place: audit.Place{Path: m.Path}})
				}
			}
		}
	}
	return all
}

// inReadme reads the sections on maintainers and contacts, and single lines
// that say as much.
func inReadme(s *audit.Snapshot) []declared {
	doc := document.Readme(s)
	if doc == nil {
		return nil
	}
	f, _ := s.File(doc.Path)
	text, _ := s.ReadText(f)
	lines := strings.Split(text, "\n")
	var all []declared
	roles := map[int]role{} // by level, of the headings above
	for i, section := range doc.Sections {
		as := roleOfHeading(section.Heading)
		if as == "" {
			as = above(roles, section.Level)
		}
		roles[section.Level] = as
		maps.DeleteFunc(roles, func(level int, _ role) bool { return level > section.Level })
		from, to := section.Line, len(lines)
		if i+1 < len(doc.Sections) {
			to = doc.Sections[i+1].Line - 1
		}
		if as == "" || as == nobody || from >= to || to > len(lines) {
			continue
		}
		all = append(all, lasting(people(strings.Join(lines[from:to], "\n"), doc.Path, from+1, as))...)
	}
	return append(all, labelled(lines, doc.Path)...)
}

// above returns the role of the nearest heading over a level.
func above(roles map[int]role, level int) role {
	for level--; level > 0; level-- {
		if as, found := roles[level]; found {
			return as
		}
	}
	return ""
}

// lasting leaves out of contact sections the mailboxes that are no public
// body's: a company's contact address maintains nothing.
func lasting(all []declared) []declared {
	return slices.DeleteFunc(all, func(d declared) bool {
		return d.role == contact && d.name == "" && d.email != "" && isMailbox(d.email) && !isAdministration(d.email)
	})
}

// headingRoles are the words of a heading that say who keeps the deliverable.
var headingRoles = []struct {
	words []string
	role  role
}{
	{[]string{"mainteneur", "mainteneuse", "maintainer", "maintenu ", "maintained", "maintenance", "maintainance", "équipe", "equipe", "team"}, maintainer},
	{[]string{"contact"}, contact},
	{[]string{"auteur", "author", "crédits", "credits"}, author},
}

// maxHeadingWords keeps "Add a team to your workspace" out.
const maxHeadingWords = 5

// nobody is the role of those who are thanked, and of those who have left.
const nobody role = "nobody"

// roleOfHeading returns "" for a heading that says nothing.
func roleOfHeading(heading string) role {
	heading = strings.ToLower(heading)
	if strings.Contains(heading, "thank") || strings.Contains(heading, "merci") || isFormer(heading) {
		return nobody
	}
	if len(strings.Fields(heading)) > maxHeadingWords {
		return ""
	}
	for _, one := range headingRoles {
		if slices.ContainsFunc(one.words, func(word string) bool { return strings.Contains(heading+" ", word) }) {
			return one.role
		}
	}
	return ""
}

// labels begin a line that names who to turn to, outside any section of its own.
var labels = []struct {
	start string
	role  role
}{
	{"mainteneur", maintainer}, {"mainteneuse", maintainer}, {"maintainer", maintainer}, {"maintenu par", maintainer},
	{"maintenue par", maintainer}, {"maintained by", maintainer}, {"contact", contact}, {"pour contacter", contact},
	{"pour nous contacter", contact}, {"nous contacter", contact}, {"équipe", maintainer}, {"team", maintainer},
}

func labelled(lines []string, source string) []declared {
	var all []declared
	for i, line := range lines {
		start := strings.ToLower(plain(strings.TrimSpace(line[:min(len(line), maxLineBytes)])))
		for _, label := range labels {
			if !strings.HasPrefix(strings.TrimSpace(start), label.start) || strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			for _, e := range entriesOf(line) {
				// A name alone is not enough in prose, where any two words with
				// capitals follow.
				if e.email != "" || e.login != "" {
					all = append(all, declared{entry: e, role: label.role, place: audit.Place{Path: source, Line: i + 1}})
				}
			}
			break
		}
	}
	return lasting(all)
}
