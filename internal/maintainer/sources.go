package maintainer

import (
	"maps"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

type declaredKey struct{}

// In returns everybody whom the repository names, the surest sources
// first, in the order of the files.
func In(s *audit.Snapshot) []Declared {
	return audit.Once(s, declaredKey{}, func(s *audit.Snapshot) []Declared {
		all := codeOwners(s)
		all = append(all, listed(s, maintainerStems, Maintainer)...)
		all = append(all, inPubliccode(publiccode.Of(s))...)
		all = append(all, inReadme(s)...)
		all = append(all, lasting(listed(s, []string{"security", "securite"}, Contact))...)
		all = append(all, listed(s, authorStems, Author)...)
		all = append(all, InManifests(s)...)
		return all[:min(len(all), MaxDeclared)]
	})
}

// What lists of people are called, in lower case and without extension.
var (
	maintainerStems = []string{"maintainers", "maintainer", "mainteneurs", "mainteneur", "mainteneuses", "mainteneuse"}
	authorStems     = []string{"authors", "author", "auteurs", "auteur", "contributors", "contributeurs"}
	// ListDirs are the folders in which such files lie, and ListExtensions what their
	// names end in.
	ListDirs       = []string{"", ".github", ".gitlab", "docs", "doc", "documentation"}
	ListExtensions = []string{"", ".md", ".markdown", ".txt", ".rst", ".adoc", ".org"}
)

// listed reads the files whose name says that they list people.
func listed(s *audit.Snapshot, stems []string, as Role) []Declared {
	var all []Declared
	for _, f := range s.Files() {
		name := strings.ToLower(f.Name())
		ext := path.Ext(name)
		if !slices.Contains(stems, strings.TrimSuffix(name, ext)) || !slices.Contains(ListExtensions, ext) || !slices.Contains(ListDirs, f.Dir()) {
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
func people(text, source string, first int, as Role) []Declared {
	var all []Declared
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
		if fenced || former || strings.HasPrefix(line, "#") || len(all) >= MaxDeclared {
			continue
		}
		for _, e := range entriesOf(line) {
			if as == Contact && e.Email == "" && (e.Name == "" || e.Login == "") {
				// "Bug Reports" and a link to the organisation are no contacts.
				continue
			}
			all = append(all, Declared{Entry: e, Role: as, Place: audit.Place{Path: source, Line: number}})
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

// InManifests returns the contacts of packages, in the order of the manifests. A framework's skeleton brings its
// own authors along, so only those count who committed here, and public offices.
// R wants a maintainer ("cre") in every package: where one person is named, that
// is a form filled in, and where several are, a choice.
func InManifests(s *audit.Snapshot) []Declared {
	var all []Declared
	known := history.Of(s)
	for _, m := range manifest.Of(s).Manifests {
		for _, text := range m.Contacts {
			for _, e := range entriesOf(text) {
				as := Author
				if slices.Contains(m.Maintainers, text) && (m.Ecosystem != manifest.CRAN || len(m.Contacts) > 1) {
					as = Maintainer
				}
				here := known == nil || s.History.Truncated || known.Find(e.Name, e.Login, e.Email) != nil || IsAdministration(e.Email)
				if here && len(all) < MaxDeclared {
					all = append(all, Declared{Entry: e, Role: as, Place: audit.Place{Path: m.Path}})
				}
			}
		}
	}
	return all
}

// inReadme reads the sections on maintainers and contacts, and single lines
// that say as much.
func inReadme(s *audit.Snapshot) []Declared {
	doc := document.Readme(s)
	if doc == nil {
		return nil
	}
	f, _ := s.File(doc.Path)
	text, _ := s.ReadText(f)
	lines := strings.Split(text, "\n")
	var all []Declared
	roles := map[int]Role{} // by level, of the headings above
	for i, section := range doc.Sections {
		as := roleOfHeading(section.Heading)
		if as == Maintainer && above(roles, section.Level) == Author && !saysMaintain(section.Heading) {
			as = Author // "Team", under "Credits": those who made it
		}
		if as == "" {
			as = above(roles, section.Level)
		}
		roles[section.Level] = as
		maps.DeleteFunc(roles, func(level int, _ Role) bool { return level > section.Level })
		from, to := section.Line, len(lines)
		if i+1 < len(doc.Sections) {
			to = doc.Sections[i+1].Line - 1
		}
		if as == "" || as == nobody || from >= to || to > len(lines) {
			continue
		}
		named := lasting(people(strings.Join(lines[from:to], "\n"), doc.Path, from+1, as))
		if isDevelopers(section.Heading) {
			// Below the same heading others tell developers what to do.
			named = slices.DeleteFunc(named, func(d Declared) bool { return d.Email == "" })
		}
		all = append(all, named...)
	}
	return append(append(all, labelled(lines, doc.Path)...), teams(lines, doc.Path)...)
}

// keptByTeam is "maintained on a best-effort basis by the Tides team", and its
// French: a team with a name of its own.
var keptByTeam = regexp.MustCompile(`\b(?:is|are|est|sont) (?:\pL+ )?(?:maintained|maintenue?s?) (?:[\pL-]+ ){0,6}?(?:by the|par l['’]équipe) ((?:\p{Lu}[\pL\d-]* ?){1,4}(?:team\b)?)`)

// teams finds the sentences that say which team keeps the deliverable.
func teams(lines []string, source string) []Declared {
	var all []Declared
	for i, line := range lines {
		m := keptByTeam.FindStringSubmatch(plain(line[:min(len(line), MaxLineBytes)]))
		if m == nil || strings.Contains(m[0], " by the ") && !strings.HasSuffix(m[1], "team") || strings.Contains(m[0], " not ") || strings.Contains(m[0], " no longer ") || strings.Contains(m[0], " plus ") {
			continue
		}
		all = append(all, Declared{Entry: Entry{Name: strings.TrimSpace(m[1]), Team: true}, Role: Maintainer, Place: audit.Place{Path: source, Line: i + 1}})
	}
	return all
}

// saysMaintain reports whether a heading speaks of maintaining itself.
func saysMaintain(heading string) bool { return strings.Contains(strings.ToLower(heading), "maint") }

// above returns the role of the nearest heading over a level.
func above(roles map[int]Role, level int) Role {
	for level--; level > 0; level-- {
		if as, found := roles[level]; found {
			return as
		}
	}
	return ""
}

// lasting leaves out of contact sections the mailboxes that are no public
// body's: a company's contact address maintains nothing.
func lasting(all []Declared) []Declared {
	return slices.DeleteFunc(all, func(d Declared) bool {
		return d.Role == Contact && d.Name == "" && d.Email != "" && IsMailbox(d.Email) && !IsAdministration(d.Email)
	})
}

// headingRoles are the words of a heading that say who keeps the deliverable.
var headingRoles = []struct {
	words []string
	role  Role
}{
	{[]string{"mainteneur", "mainteneuse", "maintainer", "maintenu ", "maintained", "maintenance", "maintainance", "équipe", "equipe", "team"}, Maintainer},
	{[]string{"contact"}, Contact},
	{[]string{"auteur", "author", "crédits", "credits"}, Author},
}

// maxHeadingWords keeps "Add a team to your workspace" out.
const maxHeadingWords = 5

// nobody is the role of those who are thanked, and of those who have left.
const nobody Role = "nobody"

// isDevelopers reports whether a heading is the word for those who wrote the code,
// and nothing else.
func isDevelopers(heading string) bool {
	return slices.Contains([]string{"developers", "developer", "développeurs", "développeuses", "développeur", "developpeurs"}, strings.ToLower(strings.TrimSpace(heading)))
}

// roleOfHeading returns "" for a heading that says nothing.
func roleOfHeading(heading string) Role {
	heading = strings.ToLower(heading)
	if strings.Contains(heading, "thank") || strings.Contains(heading, "merci") || isFormer(heading) {
		return nobody
	}
	if len(strings.Fields(heading)) > maxHeadingWords {
		return ""
	}
	if isDevelopers(heading) {
		return Author
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
	role  Role
}{
	{"mainteneur", Maintainer}, {"mainteneuse", Maintainer}, {"maintainer", Maintainer}, {"maintenu par", Maintainer},
	{"maintenue par", Maintainer}, {"maintained by", Maintainer}, {"contact", Contact}, {"pour contacter", Contact},
	{"pour nous contacter", Contact}, {"nous contacter", Contact}, {"équipe", Maintainer}, {"team", Maintainer},
}

// byline is "*Auteur : Camille Exemple*", after which a name stands alone.
var byline = regexp.MustCompile(`(?i)^[\s*_>-]*(?:auteur|autrice|author)(?:[·.(-]?(?:e|rice))?[·.)-]*s?\)?[*_]*\s?:[*_]*\s`)

func labelled(lines []string, source string) []Declared {
	var all []Declared
	for i, line := range lines {
		if byline.MatchString(line) {
			all = append(all, people(line, source, i+1, Author)...)
			continue
		}
		start := strings.ToLower(plain(strings.TrimSpace(line[:min(len(line), MaxLineBytes)])))
		for _, label := range labels {
			if !strings.HasPrefix(strings.TrimSpace(start), label.start) || strings.HasPrefix(strings.TrimSpace(line), "#") {
				continue
			}
			for _, e := range entriesOf(line) {
				// A name alone is not enough in prose, where any two words with
				// capitals follow.
				if e.Email != "" || e.Login != "" {
					all = append(all, Declared{Entry: e, Role: label.role, Place: audit.Place{Path: source, Line: i + 1}})
				}
			}
			break
		}
	}
	return lasting(all)
}
