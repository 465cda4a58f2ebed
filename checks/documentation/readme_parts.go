package docs

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

// shortestPurpose is how many words of prose say what a project is.
const shortestPurpose = 12

// introduction counts the words of prose before the first practical section and
// in the sections that present the project.
func introduction(doc *document.Document) int {
	total := 0
	opening := true
	for i, section := range doc.Sections {
		if opening && !guide.IsTitle(doc, i) && practical(section.Heading) {
			opening = false
		}
		if !opening && !guide.About(section.Heading, guide.Purpose) {
			continue
		}
		sections := doc.Sections[i : i+1]
		if !opening {
			sections = doc.Below(i)
		}
		for _, s := range sections {
			total += proseWords(s)
		}
	}
	return total
}

// definition is how one sentence says what something is or is for.
var definition = regexp.MustCompile(`(?i)\b(?:is|are) (?:an?|the)\b|\best (?:une?|l[ea])\b|\b(?:for|pour|permet|provides?|allows?)\b`)

// shortestDefinition is how many words such a sentence has.
const shortestDefinition = 6

// defines reports whether the first prose, ahead of every practical section, is a
// sentence that says what the project is.
func defines(doc *document.Document) bool {
	for i, section := range doc.Sections {
		if !guide.IsTitle(doc, i) && practical(section.Heading) {
			return false
		}
		for line := range strings.Lines(section.Text) {
			if n := guide.WordsIn(line); n >= shortestDefinition {
				return definition.MatchString(line)
			}
		}
	}
	return false
}

// practical reports whether a heading ends the introduction.
func practical(heading string) bool {
	for _, t := range []guide.Topic{guide.Install, guide.Usage, guide.Contact, guide.Licence, guide.Contributing, guide.Development, guide.Deployment, guide.Contents} {
		if guide.About(heading, t) {
			return true
		}
	}
	return false
}

// proseWords counts the words of lines that are sentences rather than a badge,
// an entry of a list of links or the announcement of a command.
func proseWords(s document.Section) int {
	n := 0
	for line := range strings.Lines(s.Text) {
		line = strings.TrimSpace(line)
		if count := guide.WordsIn(line); count >= 4 && !(strings.HasSuffix(line, ":") && len(s.Code) > 0) {
			n += count
		}
	}
	return n
}

// saysInstall reports whether a README without a heading for it gives a command
// that installs or starts.
func saysInstall(doc *document.Document) bool {
	for _, c := range commandsOf(doc) {
		if c.installs() {
			return true
		}
	}
	return false
}

// readsItself reports whether a repository that holds nothing but documents is
// used by reading it: its README leads to its pages, or to where they are published.
func readsItself(s *audit.Snapshot, doc *document.Document) bool {
	if len(s.Deliverables) == 0 {
		return false
	}
	for _, d := range s.Deliverables {
		if d.Kind != audit.Documentation && d.Kind != audit.Training {
			return false
		}
	}
	if _, _, found := guide.Outside(s); found || leadsToSite(doc) {
		return true
	}
	pages := map[string]bool{}
	for _, section := range doc.Sections {
		for _, link := range section.Links {
			target, _, _ := strings.Cut(link.URL, "#")
			target = path.Join(path.Dir(doc.Path), target)
			if _, found := s.File(target); found && !link.Image {
				pages[target] = true
			}
		}
	}
	return len(pages) >= 3
}

// leadsToSite reports whether a README links a site whose own name holds that of
// the work, or that it calls its site: that is where its pages are published.
func leadsToSite(doc *document.Document) bool {
	name, _, _ := strings.Cut(doc.Title, ":")
	slug := guide.Squeeze(name)
	for _, section := range doc.Sections {
		for _, link := range section.Links {
			u, err := url.Parse(link.URL)
			if err != nil || link.Image {
				continue
			}
			named := len(slug) >= 5 && strings.Contains(guide.Squeeze(u.Host), slug)
			if named || forgePages.MatchString(u.Host) && siteWords.MatchString(guide.Plain(link.Text)) {
				return true
			}
		}
	}
	return false
}

// Where forges publish pages, a link that calls itself the site is to the site.
var (
	forgePages = regexp.MustCompile(`(?i)\.(?:github\.io|gitlab\.io|pages\.\w[\w.]+|netlify\.app|readthedocs\.io)$`)
	siteWords  = regexp.MustCompile(`\b(?:site|website|en ligne|online)\b`)
)

var programming = wordSet("go golang python py javascript js typescript ts jsx java kotlin r ruby rb php rust c cpp c++ csharp scala elixir julia perl clojure")

// showsUse reports whether the README of a library shows a program that calls
// it.
func showsUse(s *audit.Snapshot, doc *document.Document) bool {
	if !slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return d.Kind == audit.Library }) {
		return false
	}
	for _, section := range doc.Sections {
		for _, code := range section.Code {
			if programming[strings.ToLower(strings.Trim(code.Lang, "{} "))] {
				return true
			}
		}
	}
	return false
}

// linksTo reports whether the document links to a page of its own whose name
// begins with one of the words.
func linksTo(doc *document.Document, names ...string) bool {
	for _, section := range doc.Sections {
		for _, link := range section.Links {
			base := strings.ToLower(path.Base(strings.TrimSuffix(link.URL, "/")))
			for _, name := range names {
				if strings.HasPrefix(base, name) {
					return true
				}
			}
		}
	}
	return false
}

// givesContact reports whether a reader knows whom to ask: an e-mail address, a
// section on it with content, authors with links, or an invitation to an issue
// tracker or a forum.
func givesContact(doc *document.Document) bool {
	if hasSection(doc, guide.Contact) {
		return true
	}
	for i, section := range doc.Sections {
		linked := false
		for _, link := range section.Links {
			if reaches(link) && !isAccount(section, link) {
				return true
			}
			linked = linked || !link.Image
		}
		if linked && contactWord.MatchString(section.Text) {
			return true
		}
		if guide.About(section.Heading, guide.People) && !thanks.MatchString(guide.Plain(section.Heading)) && !guide.IsTitle(doc, i) && leads(doc.Below(i)) {
			return true
		}
	}
	return false
}

// thanks are headings on those whom the authors owe something: they answer nobody.
var thanks = regexp.MustCompile(`^(?:credits?|remerciements?|partenaires?)$`)

var contactWord = regexp.MustCompile(`(?i)\b(?:contact|contacts|contacter|contactez|écrivez|ecrivez|mainteneurs?|maintained by|maintenu par)\b`)

// isAccount reports whether the address of a link is one to sign in with.
func isAccount(section document.Section, link document.Link) bool {
	address, found := strings.CutPrefix(link.URL, "mailto:")
	if !found {
		return false
	}
	before, _, found := strings.Cut(section.Text, address)
	return found && guide.SignsIn(before[max(0, len(before)-40):]+address)
}

func leads(sections []document.Section) bool {
	for _, s := range sections {
		for _, link := range s.Links {
			if !link.Image {
				return true
			}
		}
	}
	return false
}

var notOurs = regexp.MustCompile(`(?i)@(?:[\w-]+\.)*(?:example\.(?:com|org|net|fr)|exemple\.fr|toto\.(?:com|org|fr)|domain\.(?:com|tld)|localhost)|noreply|no-reply`)

// reaches reports whether a link leads to people.
func reaches(link document.Link) bool {
	url := strings.ToLower(link.URL)
	if strings.HasPrefix(url, "mailto:") {
		return !notOurs.MatchString(url) && strings.Contains(url, "@")
	}
	if link.Image {
		return false
	}
	url, _, _ = strings.Cut(strings.TrimSuffix(url, "/"), "?")
	for _, end := range []string{"/issues", "/issues/new", "/issues/new/choose", "/discussions", "/contact", "/support", "/community", "/communaute"} {
		if strings.HasSuffix(url, end) {
			return true
		}
	}
	for _, host := range []string{"tchap.gouv.fr", "gitter.im", "discord.gg", "discord.com/invite", "matrix.to", "slack.com", "mattermost", "groups.google.com", "framalistes"} {
		if strings.Contains(url, host) {
			return true
		}
	}
	return false
}

var (
	licenceWord = regexp.MustCompile(`(?i)\b(?:licen[cs]e[ds]?|licensing|sous licence|copyright)\b`)
	licenceName = regexp.MustCompile(`(?i)\b(?:A?GPL|L-?GPL|GNU|MIT|BSD|Apache|CeCILL|EUPL|MPL|Mozilla Public|ISC|EPL|Eclipse Public|Unlicense|` +
		`Licence Ouverte|Open Licen[cs]e|Etalab|Creative Commons|CC[ -]?(?:0|BY)|ODbL|WTFPL|Artistic|zlib)`)
)

// namesLicence reports whether the README says under which licence the work is:
// in a section, in a sentence, on a badge or by a link to the text.
func namesLicence(doc *document.Document) bool {
	for i, section := range doc.Sections {
		if guide.About(section.Heading, guide.Licence) && !guide.IsTitle(doc, i) && (guide.HasContent(doc.Below(i)) || licenceName.MatchString(section.Text)) {
			return true
		}
		if licenceWord.MatchString(section.Text) && licenceInLine(section.Text) {
			return true
		}
		for _, link := range section.Links {
			if isLicenceLink(link) {
				return true
			}
		}
	}
	return false
}

// licenceInLine asks that the word and the name stand in one line.
func licenceInLine(text string) bool {
	for line := range strings.Lines(text) {
		if licenceWord.MatchString(line) && licenceName.MatchString(line) {
			return true
		}
	}
	return false
}

func isLicenceLink(link document.Link) bool {
	if licenceWord.MatchString(link.Text) && licenceName.MatchString(link.Text+" "+link.URL) {
		return true
	}
	stem, _, _ := strings.Cut(strings.ToLower(path.Base(link.URL)), ".")
	return !strings.Contains(link.URL, "://") && (stem == "license" || stem == "licence" || stem == "copying")
}
