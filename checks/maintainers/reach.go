package maintainers

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/maintainer"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// reaches lists the ways to reach somebody that the repository gives its users, in
// the order in which a user would find them.
func reaches(s *audit.Snapshot) []reach {
	var all []reach
	if doc := document.Readme(s); doc != nil && !generated(doc) {
		all = append(all, inDocument(s, doc, false)...)
	}
	for _, f := range s.Files() {
		name := strings.ToLower(f.Name())
		ext := path.Ext(name)
		if frontPage(f) {
			if doc := document.Open(s, f); doc != nil {
				all = append(all, inDocument(s, doc, false)...)
			}
		}
		if slices.Contains(supportStems, strings.TrimSuffix(name, ext)) && slices.Contains(maintainer.ListExtensions, ext) && slices.Contains(maintainer.ListDirs, f.Dir()) {
			if doc := document.Open(s, f); doc != nil {
				all = append(all, inDocument(s, doc, true)...)
			}
		}
	}
	if code := publiccode.Of(s); code != nil {
		for _, c := range code.Contacts {
			if isAddress(c.Email.Text) {
				all = append(all, ofEmail(c.Email.Text, audit.Place{Path: code.Path, Line: c.Email.Line}))
			}
		}
	}
	all = append(all, inPages(s)...)
	if len(all) == 0 {
		all = inGuides(s)
	}
	if len(all) == 0 {
		all = inFooters(s)
	}
	if len(all) == 0 {
		all = inSections(s)
	}
	if len(all) == 0 {
		all = append(inPackages(s), trackersOf(s)...)
	}
	if len(all) == 0 {
		all = issueForms(s)
	}
	return all[:min(len(all), maintainer.MaxDeclared)]
}

// generated reports whether a README is the generator's: whom it names answers for
// the framework.
func generated(doc *document.Document) bool {
	_, untouched := guide.TemplateOf(doc)
	return untouched
}

// frontPage reports whether a document is the first of the site of the
// documentation.
func frontPage(f audit.File) bool {
	return slices.Contains([]string{"docs/index.md", "docs/README.md", "docs/index.rst", "doc/index.md", "documentation/index.md", "documentation/README.md"}, f.Path)
}

// maxGuidePages is how many pages of a guide are searched for an invitation.
const maxGuidePages = 300

// inGuides finds the boxes that the pages of a documentation invite to write to:
// where pages are what is delivered, that is where its users look.
func inGuides(s *audit.Snapshot) []reach {
	if len(s.Deliverables) == 0 || slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return d.Kind != audit.Documentation && d.Kind != audit.Training }) {
		return nil
	}
	var all []reach
	files := document.Files(s)
	for _, f := range files[:min(len(files), maxGuidePages)] {
		if text, ok := s.ReadText(f); ok && strings.Contains(text, "@") || spelled.MatchString(text) {
			all = append(all, invitations(strings.Split(text, "\n"), f.Path, 1)...)
		}
	}
	return all
}

// inSections reads the sections on contacts of the first page of a site and of the
// guide for contributors: some teams give there, and nowhere else, the form that all
// users write through. Whom other sections name answers contributors, or leads away.
func inSections(s *audit.Snapshot) []reach {
	var all []reach
	for _, f := range s.Files() {
		name := strings.ToLower(f.Name())
		ext := path.Ext(name)
		contributing := strings.TrimSuffix(name, ext) == "contributing" && slices.Contains(maintainer.ListExtensions, ext) && slices.Contains(maintainer.ListDirs, f.Dir())
		if !contributing && !slices.Contains([]string{"index.md", "index.qmd", "index.Rmd"}, f.Path) {
			continue
		}
		doc := document.Open(s, f)
		if doc == nil {
			continue
		}
		for _, r := range inDocument(s, doc, false) {
			if slices.Contains(lastingWays, r.kind) && underContact(doc, r.place.Line) {
				all = append(all, r)
			}
		}
	}
	return all
}

// underContact reports whether the nearest heading above a line is about contacts.
func underContact(doc *document.Document, line int) bool {
	under := false
	for _, section := range doc.Sections {
		if section.Line <= line {
			under = guide.About(section.Heading, guide.Contact)
		}
	}
	return under
}

// inPackages takes the address that a package gives for its authors, which is
// where a user without any other writes.
func inPackages(s *audit.Snapshot) []reach {
	var all []reach
	for _, d := range maintainer.InManifests(s) {
		if isAddress(d.Email) {
			all = append(all, ofEmail(d.Email, d.Place))
		}
	}
	return all
}

// trackersOf takes the addresses that packages give for questions and faults, which
// their registries show on the page of each.
func trackersOf(s *audit.Snapshot) []reach {
	var all []reach
	for _, m := range manifest.Of(s).Manifests {
		if m.Library && !m.Sample() && strings.Contains(m.Issues, "://") {
			all = append(all, reach{kind: tracker, place: audit.Place{Path: m.Path}})
		}
	}
	return all
}

// issueForms finds what the forge asks of whoever opens an issue: a team that writes
// such questions awaits them there.
func issueForms(s *audit.Snapshot) []reach {
	for _, f := range s.Files() {
		dir := strings.ToLower(f.Dir())
		if slices.Contains([]string{".github/issue_template", ".gitlab/issue_templates", ".gitea/issue_template", ".forgejo/issue_template"}, dir) && !strings.HasPrefix(f.Name(), "config.") {
			return []reach{{kind: tracker, place: audit.Place{Path: f.Path}}}
		}
	}
	return nil
}

var supportStems = []string{"support", "contact", "contacts", "aide", "assistance"}

// inDocument reads one document; all of it is about contacts, or its sections tell.
func inDocument(s *audit.Snapshot, doc *document.Document, whole bool) []reach {
	var all []reach
	f, _ := s.File(doc.Path)
	text, _ := s.ReadText(f)
	lines := strings.Split(text, "\n")
	for i, section := range doc.Sections {
		asking := whole || guide.About(section.Heading, guide.Contact)
		from, to := max(section.Line-1, 0), len(lines)
		if i+1 < len(doc.Sections) {
			to = min(doc.Sections[i+1].Line-1, len(lines))
		}
		// "Developers" stands over what they do, or over who they are.
		developers := guide.About(section.Heading, guide.People) && strings.Count(guide.Plain(section.Heading), " ") == 0
		if !asking && !developers && technical(section.Heading) {
			all = append(all, invitations(lines[min(from, to):to], doc.Path, from+1)...)
			continue
		}
		if from < to {
			all = append(all, emailsIn(lines[from:to], doc.Path, from+1)...)
		}
		if asksForIssues.MatchString(guide.Plain(section.Text)) {
			all = append(all, reach{kind: tracker, place: audit.Place{Path: doc.Path, Line: section.Line}})
		}
		for _, link := range section.Links {
			if kind := wayOf(link, asking || guide.About(section.Heading, guide.People)); kind != "" {
				all = append(all, reach{kind: kind, place: audit.Place{Path: doc.Path, Line: link.Line}})
			}
		}
	}
	return all
}

// asksForIssues is "contactez-nous par les issues", without a link.
var asksForIssues = regexp.MustCompile(`\b(?:contact\w*|question\w*|nous ecrire|reach us|ask) (?:\w+ ){0,8}(?:issues?|tickets?)\b`)

// technical reports whether a section is about the machine: the addresses there are
// those of accounts to sign in with.
func technical(heading string) bool {
	for _, t := range []guide.Topic{guide.Install, guide.Usage, guide.Development, guide.Deployment} {
		if guide.About(heading, t) {
			return true
		}
	}
	return false
}

// invites is said of people, and of no account.
var invites = regexp.MustCompile(`(?i)\b(?:prendre contact|contactez|contacter|nous écrire|écrivez|contact us|get in touch|reach out|write to us|demandez? à l['’]équipe|ask the team)\b`)

// invitations finds the boxes, answered by several, that a section on the machine
// says to write to: who installs needs something from the team.
func invitations(lines []string, source string, first int) []reach {
	var all []reach
	for i, line := range lines {
		if invites.MatchString(line) {
			found := emailsIn(lines[i:i+1], source, first+i)
			all = append(all, slices.DeleteFunc(found, func(r reach) bool { return r.kind != mailbox })...)
		}
	}
	return all
}

// emailsIn finds addresses outside fenced code, "contact [at] mer [dot] gouv.fr" too.
func emailsIn(lines []string, source string, first int) []reach {
	var all []reach
	fenced := false
	for i, line := range lines {
		if strings.HasPrefix(strings.TrimSpace(line), "```") {
			fenced = !fenced
		}
		if fenced || len(line) > maintainer.MaxLineBytes || !spelled.MatchString(line) || guide.SignsIn(line) {
			continue
		}
		// In code, an address is an example.
		line = spelledDot.ReplaceAllString(spelled.ReplaceAllString(inlineCode.ReplaceAllString(line, " "), "@"), ".")
		for word := range strings.FieldsFuncSeq(line, func(r rune) bool { return strings.ContainsRune(" \t<>()[]|,;\"'`*_", r) && r != '_' }) {
			word = strings.Trim(strings.TrimPrefix(word, "mailto:"), ".:!?_")
			word, _, _ = strings.Cut(word, "?")
			if isAddress(word) && !slices.ContainsFunc(all, func(r reach) bool { return r.address == word }) {
				all = append(all, ofEmail(word, audit.Place{Path: source, Line: first + i}))
			}
		}
	}
	return all
}

// spelled is an @ as people write it.
var spelled = regexp.MustCompile(`@|%40| ?\[(?:at|arobase|@)\] ?| ?\((?:at|arobase)\) ?`)

// spelledDot is a dot as people write it.
var spelledDot = regexp.MustCompile(` ?\[(?:dot|point)\] ?| ?\((?:dot|point)\) ?`)

var inlineCode = regexp.MustCompile("`[^`]*`")

var addressForm = regexp.MustCompile(`^[\p{L}\p{N}][\p{L}\p{N}._%+-]*@(?:[\p{L}\p{N}-]+\.)+\p{L}{2,}$`)

// isAddress reports whether mail to the address would reach somebody.
func isAddress(word string) bool {
	local, _, _ := strings.Cut(strings.ToLower(word), "@")
	return addressForm.MatchString(word) && !maintainer.IsPlaceholder(maintainer.Entry{Email: word}) && local != "git" && !unanswered.MatchString(local)
}

// unanswered are the boxes that machines write from and nobody reads.
var unanswered = regexp.MustCompile(`(?:^|[._+-])(?:no[._-]?reply|do[._-]?not[._-]?reply|ne[._-]?pas[._-]?repondre)(?:$|[._+-])`)

func ofEmail(address string, at audit.Place) reach {
	if maintainer.IsMailbox(address) {
		return reach{mailbox, address, at}
	}
	return reach{person, address, at}
}

// forms and rooms are parts of addresses where people answer.
var (
	forms = []string{"/contact", "contact.", "/support", "support.", "formulaire", "/forms", "forms.", "framaforms", "typeform.", "tally.so", "helpdesk", "zendesk", "crisp.", "/aide", "aide.", "/nous-contacter", "/assistance", "assistance."}
	rooms = []string{"tchap.gouv.fr", "mattermost", "slack.", "discord", "gitter.im", "matrix.to", "forum", "discourse", "/discussions", "chat.", "groupes.", "listes.", "zulip", "/community"}
)

func wayOf(link document.Link, asking bool) way {
	url, text := strings.ToLower(link.URL), guide.Plain(link.Text)
	if link.Image || !strings.Contains(url, "://") {
		return ""
	}
	holds := func(parts []string) bool {
		return slices.ContainsFunc(parts, func(part string) bool { return strings.Contains(url, part) })
	}
	if strings.Contains(url, "/blob/") || strings.Contains(url, "/tree/") {
		return "" // a file of some repository
	}
	invites := asking || slices.ContainsFunc([]string{"contact", "nous ecrire", "support", "assistance", "aide", "question", "community", "communaute"}, func(w string) bool { return strings.Contains(text, w) })
	trimmed := strings.TrimSuffix(url, "/")
	switch {
	case strings.HasSuffix(trimmed, "/issues") || strings.Contains(url, "/issues/new"):
		return tracker
	case invites && holds(rooms):
		return channel
	case invites && holds(forms):
		return form
	}
	return ""
}

// contactPage is the name of a file that shows users where to write.
var contactPage = regexp.MustCompile(`^(?:_?contact|contacts|contact[_-]?us|contact[_-]?(?:form|page|view|controller)|nous[_-]contacter|formulaire[_-]contact)s?$`)

var pageExtensions = []string{
	".html", ".htm", ".vue", ".svelte", ".jsx", ".tsx", ".js", ".ts", ".erb", ".haml", ".slim", ".twig", ".php", ".ejs", ".pug", ".jinja", ".j2", ".mustache",
	".heex", ".eex", ".leex", ".md", ".mdx", ".rb", ".astro", ".ftl", ".liquid",
}

// inPages finds a page for messages in the deliverable itself.
func inPages(s *audit.Snapshot) []reach {
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Name())
		stem, _, _ := strings.Cut(name, ".")
		if !slices.Contains(pageExtensions, path.Ext(name)) {
			continue
		}
		dir := strings.ToLower(path.Base(f.Dir()))
		inDir := contactPage.MatchString(dir) && slices.Contains([]string{"index", "page", "+page", "new", "show", "form"}, stem)
		if (contactPage.MatchString(stem) || inDir) && !behindPages(f.Dir()) && !strings.Contains(strings.ToLower(f.Path), "test") && !strings.Contains(strings.ToLower(f.Path), "spec") && f.Dir() != "" && !strings.Contains(f.Path, "themes/rainlab") {
			return []reach{{kind: page, place: audit.Place{Path: f.Path}}}
		}
	}
	return nil
}

// notPages are folders of code that no user sees, or that only the team does.
var notPages = []string{
	"interfaces", "interface", "models", "model", "types", "entities", "entity", "dto", "dtos", "schemas", "domain", "stores", "store", "reducers", "migrations",
	"factories", "seeds", "repositories", "repository", "serializers", "reference", "references", "backoffice", "back-office", "back_office", "admin",
}

// behindPages reports whether a folder holds what pages are made of, such as the
// shape of an entry in an address book.
func behindPages(dir string) bool {
	return slices.ContainsFunc(strings.Split(strings.ToLower(dir), "/"), func(one string) bool { return slices.Contains(notPages, one) })
}

// lawful are words of the names of pages that every public service must have, and
// feet those of files that stand below or beside every page.
var (
	lawful = []string{"mentions", "legal", "cgu", "accessib"}
	feet   = []string{"footer", "layout", "help", "aide", "about", "propos", "support", "assistance", "faq", "accueil", "base", "index", "home"}
)

// What is read of them, where nothing else gives a contact.
const (
	maxFooters     = 24
	maxFooterBytes = 64 << 10
)

var mailto = regexp.MustCompile(`mailto:([^"'?\s<>{}$]+)`)

// configured is an address that comes from a setting, as it should.
var configured = regexp.MustCompile(`mailto:\s?(?:\{\{|<%=|<\?=|\$\{|#\{|" ?\+)`)

// footers lists the files in which such an address may stand. Large projects have
// hundreds called "base" or "index", so those that the law asks for come first.
func footers(s *audit.Snapshot) []audit.File {
	var asked, others []audit.File
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Name())
		if !slices.Contains(pageExtensions, path.Ext(name)) || path.Ext(name) == ".md" || strings.Contains(strings.ToLower(f.Path), "test") {
			continue
		}
		holds := func(word string) bool { return strings.Contains(name, word) }
		switch {
		case slices.ContainsFunc(lawful, holds):
			asked = append(asked, f)
		case strings.Contains(f.Path, "/emails/") || slices.ContainsFunc(feet, holds):
			others = append(others, f)
		}
	}
	all := slices.Concat(asked, others)
	return all[:min(len(all), maxFooters)]
}

// inFooters finds an address that the pages of the deliverable themselves show.
func inFooters(s *audit.Snapshot) []reach {
	var all []reach
	for _, f := range footers(s) {
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		content = content[:min(len(content), maxFooterBytes)]
		if configured.Match(content) {
			all = append(all, reach{kind: page, place: audit.Place{Path: f.Path}})
		}
		for _, m := range mailto.FindAllSubmatch(content, 8) {
			if address := string(m[1]); isAddress(address) {
				all = append(all, ofEmail(address, audit.Place{Path: f.Path}))
			}
		}
	}
	return all
}
