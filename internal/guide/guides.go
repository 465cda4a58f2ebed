// Package guide reads the documentation of a repository as the person does who
// takes it over: which documents guide somebody, what their sections are about,
// which of them a generator wrote, and which duties of operation they cover.
//
// It knows French and English, and nothing of verdicts.
package guide

import (
	"net/url"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
)

// documentDirs are folders, at the top of the repository or of a deliverable, in
// which documentation is kept.
var documentDirs = setOf("doc docs documentation documentations documents wiki guide guides manuel manuels ops exploitation runbook runbooks operations architecture technique")

// notGuides are the stems of documents that are about the repository's life.
var notGuides = setOf("changelog changes news history license licence copying code_of_conduct code-of-conduct pull_request_template issue_template todo claude agents authors contributors backers")

type guideFilesKey struct{}

// Files returns the documents that may guide somebody: at the top, at the
// top of a deliverable, in a folder for documentation, and every README but
// those of examples and tests.
func Files(s *audit.Snapshot) []audit.File {
	return audit.Once(s, guideFilesKey{}, func(s *audit.Snapshot) []audit.File {
		roots := map[string]bool{"": true, ".github": true}
		for _, d := range s.Deliverables {
			roots[d.Root] = true
		}
		var files []audit.File
		for _, f := range document.Files(s) {
			if notGuides[Stem(f.Name())] || ForeignDocument(f.Path) {
				continue
			}
			if roots[f.Dir()] || InDocumentDir(f.Path) || strings.HasPrefix(strings.ToLower(f.Name()), "readme") && strings.Count(f.Path, "/") <= 2 {
				files = append(files, f)
			}
		}
		return files
	})
}

// InDocumentDir reports whether a path lies in a folder for documentation.
func InDocumentDir(name string) bool {
	for i, dir := range strings.Split(path.Dir(name), "/") {
		// Deeper, a folder called docs belongs to some library.
		if i <= 2 && documentDirs[strings.ToLower(dir)] {
			return true
		}
	}
	return false
}

// ForeignDocument reports whether a document lies among examples, tests,
// articles or what others wrote.
func ForeignDocument(name string) bool {
	for dir := range strings.SplitSeq(strings.ToLower(path.Dir(name)), "/") {
		switch dir {
		case "test", "tests", "testdata", "fixtures", "spec", "specs", "example", "examples", "_posts", "posts", "blog", "issue_template",
			"templates", "archive", "archives", "modules", "plugins", "themes", "public", "static", "faq", "faqs":
			return true
		}
		// A folder that was downloaded from a forge, or holds decisions.
		if strings.HasSuffix(dir, "-master") || strings.Contains(dir, "-master ") || strings.Contains(dir, "decision") || dir == "adr" {
			return true
		}
	}
	return false
}

type guidesKey struct{}

// All parses them, without what a generator wrote.
func All(s *audit.Snapshot) []*document.Document {
	return audit.Once(s, guidesKey{}, func(s *audit.Snapshot) []*document.Document {
		var docs []*document.Document
		readme := document.Readme(s)
		if readme != nil {
			docs = append(docs, WithoutTemplate(readme))
		}
		for _, f := range Files(s) {
			if readme != nil && f.Path == readme.Path {
				continue
			}
			doc := document.Open(s, f)
			if doc == nil {
				continue
			}
			// Generators write READMEs and nothing else that matters here.
			if IsReadme(f.Path) {
				doc = WithoutTemplate(doc)
			}
			docs = append(docs, doc)
		}
		return docs
	})
}

type productionLinksKey struct{}

// productionLinks returns the documents, alone or by their folder, that the
// README leads to from its sections on production: they are about it, whatever
// their folder is called.
func productionLinks(s *audit.Snapshot) map[string]bool {
	return audit.Once(s, productionLinksKey{}, func(s *audit.Snapshot) map[string]bool {
		linked := map[string]bool{}
		readme := document.Readme(s)
		if readme == nil {
			return linked
		}
		targets := map[string]bool{}
		for i, section := range readme.Sections {
			if IsTitle(readme, i) || !About(section.Heading, Deployment) && !About(section.Heading, operations) {
				continue
			}
			for _, below := range readme.Below(i) {
				for _, link := range below.Links {
					target, _, _ := strings.Cut(link.URL, "#")
					if target = path.Join(path.Dir(readme.Path), target); !link.Image && !strings.Contains(link.URL, "://") && target != "." {
						targets[target] = true
					}
				}
			}
		}
		for _, f := range document.Files(s) {
			if (targets[f.Path] || targets[f.Dir()]) && f.Path != readme.Path && !notGuides[Stem(f.Name())] && !ForeignDocument(f.Path) {
				linked[f.Path] = true
			}
		}
		return linked
	})
}

// linkedFromProduction parses those of them that are no guides by their place.
func linkedFromProduction(s *audit.Snapshot) []*document.Document {
	known := map[string]bool{}
	for _, doc := range All(s) {
		known[doc.Path] = true
	}
	var docs []*document.Document
	for _, f := range document.Files(s) {
		if productionLinks(s)[f.Path] && !known[f.Path] {
			if doc := document.Open(s, f); doc != nil {
				docs = append(docs, doc)
			}
		}
	}
	return docs
}

// Passage is a part of a document that is about one topic.
type Passage struct {
	Doc      *document.Document
	Sections []document.Section
	// Line of its heading, 0 for a whole document.
	Line int
}

// Place is where the passage begins.
func (p Passage) Place() audit.Place { return audit.Place{Path: p.Doc.Path, Line: p.Line} }

// Passages finds what is about a topic: whole documents by name or title, and
// sections by heading, with those below them.
func Passages(s *audit.Snapshot, t Topic, named func(string) bool) []Passage {
	var found []Passage
	for _, doc := range All(s) {
		if named(doc.Path) || !IsReadme(doc.Path) && About(doc.Title, t) && InDocumentDir(doc.Path) {
			found = append(found, Passage{doc, doc.Sections, 0})
			continue
		}
		for i := 0; i < len(doc.Sections); i++ {
			if IsTitle(doc, i) || !About(doc.Sections[i].Heading, t) {
				continue
			}
			below := doc.Below(i)
			if t == Deployment && !deploying().MatchString(Plain(doc.Sections[i].Heading)) && !slices.ContainsFunc(below, putsInPlace) {
				continue
			}
			found = append(found, Passage{doc, below, doc.Sections[i].Line})
			i += len(below) - 1
		}
	}
	// Who looks for a guide opens first what is named so.
	slices.SortStableFunc(found, func(a, b Passage) int { return rank(a, named) - rank(b, named) })
	return found
}

// deploying are the words by which a heading, or what stands below one that says
// "production" only, speaks of putting a version there: much else is written about
// production, from its address to its logs.
var deploying = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:deplo[iy]\w*|mises? en (?:production|ligne|service|place)|mettre en (?:production|ligne|service)|livr(?:er|aison|aisons)|hosting|hebergement|going live|heroku|scalingo|clever cloud|kubernetes|helm|` +
		`installation|install|installer|setup|set up|releas\w+|publier|git (?:push|pull|clone)|docker|compose|systemctl|pm2|gunicorn|uwsgi|nginx|apache|caddy|traefik|kubectl|ansible|capistrano|supervisorctl|build|vm|vps)\b`)
})

func putsInPlace(section document.Section) bool {
	return deploying().MatchString(Plain(section.Heading + " " + SectionText(section)))
}

func rank(p Passage, named func(string) bool) int {
	switch {
	case named(p.Doc.Path):
		return 0
	case IsReadme(p.Doc.Path):
		return 1
	}
	return 2
}

// IsReadme reports whether a path is that of a README.
func IsReadme(name string) bool {
	base := strings.ToLower(path.Base(name))
	return strings.HasPrefix(base, "readme") || strings.HasPrefix(base, "lisez")
}

// Paths lists the documents of passages, each once, in their order.
func Paths(found []Passage) []string {
	list := []string{}
	for _, p := range found {
		if !slices.Contains(list, p.Doc.Path) {
			list = append(list, p.Doc.Path)
		}
	}
	return list
}

// Places are where passages begin, the first ten.
func Places(found []Passage) []audit.Place {
	var list []audit.Place
	for _, p := range found {
		if len(list) < mostPlaces {
			list = append(list, p.Place())
		}
	}
	return list
}

// serverWords are of machines that nobody develops on.
var serverWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:vms?|vps|machine virtuelle|virtual machine|reverse proxy|proxy inverse|serveur dedie|dedicated server|serveur (?:ubuntu|debian|linux|centos|red hat|rhel)|(?:ubuntu|debian|linux|centos|rhel) server)\b`)
})

// OnServer reports whether sections prepare a machine that serves, rather than a
// developer's.
func OnServer(sections []document.Section) bool {
	return slices.ContainsFunc(sections, func(s document.Section) bool { return serverWords().MatchString(Plain(s.Text)) })
}

// Static reports whether all that is delivered, of the kinds that a check asks
// About, are sites without a server.
func Static(s *audit.Snapshot, kinds []audit.Kind) bool {
	for _, d := range s.Deliverables {
		if slices.Contains(kinds, d.Kind) && !d.Static {
			return false
		}
	}
	return true
}

// Outside returns a link of the README to documentation of the
// project's own that is kept elsewhere.
func Outside(s *audit.Snapshot) (link string, at audit.Place, found bool) {
	doc := document.Readme(s)
	if doc == nil {
		return "", audit.Place{}, false
	}
	doc = WithoutTemplate(doc)
	slugs := []string{Squeeze(strings.TrimSuffix(path.Base(s.Repository.URL), ".git")), Squeeze(doc.Title), Squeeze(product(doc.Title)), Squeeze(domainEnd().ReplaceAllString(doc.Title, ""))}
	for _, section := range doc.Sections {
		for _, l := range section.Links {
			if !l.Image && (documents(l, About(section.Heading, References), slugs) || aloneUnderDocumentation(l, section)) {
				return l.URL, audit.Place{Path: doc.Path, Line: l.Line}, true
			}
		}
	}
	return "", audit.Place{}, false
}

// domainEnd is what a title that is an address ends in, and no other address of
// the project needs to hold.
var domainEnd = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?i)(?:\.beta)?(?:\.gouv)?\.(?:fr|org|com|net|eu)$`) })

// product is a title without the part of the product that the repository holds:
// "Guichet API" is documented where "Guichet" is.
func product(title string) string {
	words := strings.Fields(title)
	for len(words) > 1 && parts[strings.ToLower(words[len(words)-1])] {
		words = words[:len(words)-1]
	}
	return strings.Join(words, " ")
}

var parts = setOf("api backend back back-end frontend front front-end server serveur ui web client app")

// documentHosts keep documentation and little else.
var documentHosts = []string{"readthedocs.", "rtfd.io", "gitbook.", "notion.so", "notion.site", "pad.incubateur.net", "hackmd.io", "outline."}

// referenceHosts describe the functions of a library, or its releases: no guide.
var referenceHosts = []string{"pkg.go.dev", "godoc.org", "docs.rs", "javadoc.io", "rubydoc.info", "npmjs.com", "pypi.org", "packagist.org", "rdrr.io", "shields.io", "codecov.io"}

// legalWords are of pages that every public service must have.
var legalWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:conditions generales|cgu|mentions legales|politique de confidentialite|donnees personnelles|accessibilite|terms of (?:use|service)|privacy policy|legal notice)\b`)
})

// documents reports whether a link leads to documentation of this project: its
// address or its words say documentation, and the address or the section say
// that it is this project's.
func documents(l document.Link, documentSection bool, slugs []string) bool {
	u, err := url.Parse(l.URL)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" {
		return false
	}
	if words := " " + Plain(l.Text) + " "; strings.Contains(words, " api ") || strings.Contains(words, " swagger ") {
		return false // how to call the service is no guide for who keeps it
	}
	if legalWords().MatchString(Plain(l.Text + " " + u.Path)) {
		return false
	}
	if slices.ContainsFunc(referenceHosts, func(h string) bool { return strings.Contains(strings.ToLower(u.Host), h) }) {
		return false
	}
	host, where := strings.ToLower(u.Host), strings.ToLower(u.Host+u.Path)
	ours := slices.ContainsFunc(slugs, func(slug string) bool { return len(slug) >= 4 && strings.Contains(Squeeze(where), slug) })
	labelled := About(l.Text, References) || About(l.Text, Deployment) || About(l.Text, operations)
	hosted := slices.ContainsFunc(documentHosts, func(h string) bool { return strings.Contains(host, h) }) ||
		strings.HasPrefix(host, "doc.") || strings.HasPrefix(host, "docs.") || strings.HasPrefix(host, "documentation.") ||
		strings.HasSuffix(where, "/wiki") || strings.Contains(where, "/wiki/") || strings.HasSuffix(host, ".github.io")
	switch {
	case Plain(l.Text) == "wiki" && strings.HasSuffix(strings.TrimSuffix(where, "/"), "/wiki"):
		return true // a README that says just "wiki" means its own
	case ours && (hosted || labelled && !strings.Contains(where, "/blob/")):
		return true
	case strings.HasSuffix(host, ".gouv.fr"):
		return hosted && labelled || labelled && documentSection
	}
	return hosted && labelled && documentSection && WordsIn(l.Text) <= 4
}

// aloneUnderDocumentation reports whether a section called "Documentation" gives
// one address and no other, on a host that keeps documentation. The address of a
// private space names no project.
func aloneUnderDocumentation(l document.Link, section document.Section) bool {
	u, err := url.Parse(l.URL)
	return err == nil && len(section.Links) == 1 && Plain(section.Heading) == "documentation" && strings.Trim(l.Text, "/") == strings.Trim(l.URL, "/") &&
		slices.ContainsFunc(documentHosts, func(h string) bool { return strings.Contains(strings.ToLower(u.Host), h) })
}

// Stem is a file's name in plain letters, without extension and language.
func Stem(name string) string {
	name = Letters.Replace(strings.ToLower(strings.TrimSuffix(name, path.Ext(name))))
	for _, suffix := range []string{".fr", ".en", "_fr", "_en", "-fr", "-en"} {
		name = strings.TrimSuffix(name, suffix)
	}
	return name
}

// Squeeze keeps the letters and digits, so that "mon-outil" is "Mon outil".
func Squeeze(s string) string { return strings.ReplaceAll(Plain(s), " ", "") }

// setOf is a set of words, which stand between spaces.
func setOf(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// mostPlaces is how many places a verdict shows.
const mostPlaces = 10
