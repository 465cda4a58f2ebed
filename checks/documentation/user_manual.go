package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

var userManual = &audit.Check{
	ID: "user-manual", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 21, Side: audit.Team, Kinds: usedKinds,
	Source: "https://github.com/entrepreneur-interet-general/eig-link",
	Texts:  texts, Run: runUserManual,
}

// usedKinds have users who are not developers.
var usedKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.DesktopApplication, audit.ShinyApp, audit.DataikuProject}

// shortestUse is how many words explain a use, rather than announce it.
const shortestUse = 60

func runUserManual(s *audit.Snapshot) audit.Verdict {
	sources, prints := manualFiles(s)
	if len(sources) > 0 {
		return audit.Met("written", "path", sources[0].Path).At(sources[:min(len(sources), maxPlaces)]...)
	}
	if at := useSections(s); len(at) > 0 {
		return audit.Met("section", "path", at[0].Path).At(at[:min(len(at), maxPlaces)]...)
	}
	if len(prints) > 0 {
		return audit.PartlyMet("printed", "path", prints[0].Path).At(prints[:min(len(prints), maxPlaces)]...)
	}
	if pages := helpPages(s); len(pages) > 0 {
		return audit.PartlyMet("help-page", "path", pages[0].Path).At(pages[:min(len(pages), maxPlaces)]...)
	}
	if at, found := guidedTour(s); found {
		return audit.PartlyMet("tour", "path", at.Path).At(at)
	}
	if address, at, found := manualElsewhere(s); found {
		return audit.PartlyMet("outside", "url", address).At(at)
	}
	if at := usageSections(s); len(at) > 0 {
		return audit.PartlyMet("usage-only", "path", at[0].Path).At(at[:min(len(at), maxPlaces)]...)
	}
	if at := searchHelp(s); len(at) > 0 {
		return audit.PartlyMet("search-help", "path", at[0].Path).At(at[:min(len(at), maxPlaces)]...)
	}
	return audit.NotMet("absent")
}

// manualWords name a document for users, in a heading, a link or the name of a
// file, in plain letters.
var manualWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:(?:manuels?|guides?|documentations?|docs?|notices?|tutoriels?|kits?|supports?|livrets?) (?:de l |de |des |d |pour les |a l usage des )?(?:utilisateurs?|utilisatrices?|usagers?|agents?|utilisation|prise en main|instructeurs?|metier)|mode d emploi|comment utiliser (?:le|la|l|les|cette|cet)|aide aux? utilisateurs?|(?:user|users|end user|usage) (?:guide|guides|manual|manuals|documentation|docs|help|handbook)|how to use (?:the|this)|prise en main de l (?:outil|application|interface)|utilis(?:er|ation) (?:de )?(?:l (?:application|outil|interface)|le (?:site|service|tableau de bord)|la plateforme))\b`)
})

// manualNames are stems and folders that say it in one word.
var manualNames = wordSet("manuel manual usermanual userguide user-docs userdocs guide-utilisateur faq faqs aide help mode-demploi notice tutoriel tutoriels tutorial tutorials handbook howto how-to usage utilisation user users utilisateur utilisateurs utilisation-agents")

// officeExtensions are of programs that everybody may write with.
var officeExtensions = wordSet(".odt .docx .odp .rtf .doc")

// manualFiles returns the manuals that can be edited where they are, and those
// that can only be read.
func manualFiles(s *audit.Snapshot) (sources, prints []audit.Place) {
	for _, f := range s.OwnFiles() {
		ext := strings.ToLower(path.Ext(f.Path))
		printed := ext == ".pdf" || ext == ".pptx" || ext == ".ppt"
		if !printed && !officeExtensions[ext] && !proseExtensions[ext] || misplaced(f.Path) || !namedManual(f.Path) {
			continue
		}
		at := audit.Place{Path: f.Path}
		switch {
		case printed:
			prints = append(prints, at)
		case officeExtensions[ext]:
			sources = append(sources, at)
		default:
			if doc := document.Open(s, f); doc != nil && doc.Words >= shortestUse {
				sources = append(sources, at)
			}
		}
	}
	return sources, prints
}

// proseExtensions are of text that people write by hand.
var proseExtensions = wordSet(".md .markdown .mdx .rst .adoc .asciidoc .org .txt .rmd .qmd .tex .textile")

// misplaced reports whether a file lies among code, tests and what is served:
// a manual kept there is the product's, or somebody else's.
func misplaced(name string) bool {
	for dir := range strings.SplitSeq(strings.ToLower(path.Dir(name)), "/") {
		switch dir {
		case "test", "tests", "testdata", "fixtures", "spec", "specs", "example", "examples", "exemples", "templates", "_posts", "posts", "blog",
			"archive", "archives", "plugins", "themes", "vendors", "man", "cassettes", ".github", "node_modules", "i18n", "locales", "mocks", "__tests__", "prompts":
			return true
		}
	}
	return false
}

// namedManual reports whether a path names a manual: the file itself in any place
// for documents, or a folder of the documentation.
func namedManual(name string) bool {
	base := stemOf(name)
	if manualWords().MatchString(guide.Plain(base)) {
		return true
	}
	documented := guide.InDocumentDir(name) || path.Dir(name) == "."
	if documented && manualNames[base] {
		return true
	}
	dirs := strings.Split(guide.Letters.Replace(strings.ToLower(path.Dir(name))), "/")
	for i, dir := range dirs {
		if manualWords().MatchString(guide.Plain(dir)) || manualNames[dir] && documented && i > 0 || i == 0 && (dir == "manuel" || dir == "aide" || dir == "faq" || dir == "userguide") {
			return true
		}
	}
	return false
}

// searchTitle is of a page that tells whoever searches how to, in plain letters.
var searchTitle = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:la )?(?:recherche avancee|aide a la recherche|syntaxe de (?:la )?recherche|advanced search|search (?:help|tips|syntax))$`)
})

// searchHelp returns the pages that explain to users one thing, searching.
func searchHelp(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, doc := range guide.All(s) {
		if !misplaced(doc.Path) && searchTitle().MatchString(guide.Plain(doc.Title)) && doc.Words >= shortestUse {
			places = append(places, audit.Place{Path: doc.Path})
		}
	}
	return places
}

// stemOf is a file's name in plain letters, without extension and language.
func stemOf(name string) string { return guide.Stem(path.Base(name)) }

// useSections returns the sections that explain to somebody who is no developer
// how the product is used: they are named so, and hold more prose than commands.
func useSections(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	desktop := slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return d.Kind == audit.DesktopApplication })
	for _, doc := range guide.All(s) {
		if misplaced(doc.Path) {
			continue
		}
		if !guide.IsReadme(doc.Path) && manualWords().MatchString(guide.Plain(doc.Title)) && doc.Words >= shortestUse {
			places = append(places, audit.Place{Path: doc.Path})
			continue
		}
		for i, section := range doc.Sections {
			if guide.IsTitle(doc, i) {
				continue
			}
			heading := guide.Plain(section.Heading)
			named := manualWords().MatchString(heading)
			used := guide.About(section.Heading, guide.Usage) && !guide.About(section.Heading, guide.Install) && (desktop || forUsers(doc.Below(i)))
			if (named || used) && guide.Words(doc.Below(i)) >= shortestUse && (named || len(commandsIn(doc.Below(i))) == 0) {
				places = append(places, audit.Place{Path: doc.Path, Line: section.Line})
			}
		}
	}
	return places
}

var useHeading = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:[\w ]+ )?(?:usages?|utilisations?|utiliser|using|how to use|mode d emploi|comment utiliser|essayez|examples? of use|exemples? d utilisation|options|command line|ligne de commande|output)\b`)
})

// usageSections returns the sections on use that are more than how to start: those
// with prose of some length beside their commands, and those that show how to call
// a service.
func usageSections(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, doc := range guide.All(s) {
		if stemOf(doc.Path) == "contributing" {
			continue
		}
		for i, section := range doc.Sections {
			below := doc.Below(i)
			if guide.IsTitle(doc, i) || misplaced(doc.Path) || !useHeading().MatchString(guide.Plain(section.Heading)) || guide.About(section.Heading, guide.Install) || guide.About(section.Heading, guide.Development) {
				continue
			}
			starts := slices.ContainsFunc(commandsIn(below), command.installs)
			if guide.Words(below) >= shortestUse && !starts {
				places = append(places, audit.Place{Path: doc.Path, Line: section.Line})
			}
		}
	}
	for _, f := range s.OwnFiles() {
		if path.Ext(f.Path) == ".ipynb" && guide.InDocumentDir(f.Path) && !misplaced(f.Path) {
			places = append(places, audit.Place{Path: f.Path}) // calls, shown one by one
		}
	}
	if calls := endpointSections(s); len(calls) >= 2 {
		places = append(places, calls...)
	}
	return places
}

// gestures are what somebody does with a screen rather than with a terminal.
var gestures = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:cliqu\w+|click\w*|bouton|button|onglet|tab|menu|ecran|screen|formulaire|form|saisir|saisissez|selectionn\w+|select|cocher|glisser|drag|telecharger le fichier|page d accueil|se connecter|connectez vous|log in|interface)\b`)
})

// forUsers reports whether sections speak of screens.
func forUsers(sections []document.Section) bool {
	n := 0
	for _, section := range sections {
		n += len(gestures().FindAllStringIndex(guide.Plain(section.Text), 4))
	}
	return n >= 3
}

// helpPages returns the pages of the product itself that help its users, by the
// names of their sources.
func helpPages(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range s.OwnFiles() {
		base := strings.ToLower(f.Name())
		stem, rest, _ := strings.Cut(base, ".")
		if !pageEndings["."+rest] && !pageEndings[path.Ext(base)] {
			continue
		}
		// FaqView.vue and aide_page.dart are named after what they show, too.
		shown := strings.TrimRight(strings.TrimSuffix(strings.TrimSuffix(strings.TrimPrefix(stem, "_"), "view"), "page"), "_-")
		if (helpStems[shown] || stem == "index" && helpFolder(s, f)) && !foreignTest(f.Path) {
			places = append(places, audit.Place{Path: f.Path})
		}
	}
	return places
}

// tourPackages walk the users of a page through it, step by step.
const tourPackages = "intro.js driver.js shepherd.js react-joyride vue-tour v-tour vue3-tour reactour @reactour/tour hopscotch ngx-guided-tour angular-shepherd react-shepherd rintrojs cicerone conductor"

// guidedTour returns where a deliverable declares such a package.
func guidedTour(s *audit.Snapshot) (audit.Place, bool) {
	for _, d := range s.Deliverables {
		for _, m := range manifest.For(s, d.Root) {
			for _, used := range m.Dependencies {
				if !used.Dev && packageListed(used.Name, tourPackages) {
					return audit.Place{Path: m.Path, Line: used.Line}, true
				}
			}
		}
	}
	return audit.Place{}, false
}

// helpFolder reports whether the first page of a folder opens the help of the
// product: by the folder's name or, where that says documentation only, by gestures
// on a screen that it explains.
func helpFolder(s *audit.Snapshot, f audit.File) bool {
	switch dir := strings.ToLower(path.Base(f.Dir())); dir {
	case "doc", "docs", "documentation", "guide":
		text, ok := s.ReadText(f)
		return ok && len(text) <= maxHelpBytes && len(gestures().FindAllStringIndex(guide.Plain(tags.ReplaceAllString(text, " ")), 6)) > 5
	default:
		return helpStems[dir]
	}
}

// maxHelpBytes is more than a page that a person writes.
const maxHelpBytes = 200 << 10

var tags = regexp.MustCompile(`(?s)<script.*?</script>|<style.*?</style>|<[^>]*>`)

var (
	helpStems   = wordSet("aide help faq foire-aux-questions mode-d-emploi mode_d_emploi guide-utilisateur guide_utilisateur user-guide user_guide tutoriel tuto comment-ca-marche comment_ca_marche help-button helpbutton help-menu helpmenu menu-aide bouton-aide")
	pageEndings = wordSet(".html .vue .jsx .tsx .svelte .twig .html.twig .erb .html.erb .haml .html.haml .slim .blade.php .phtml .heex .leex .ejs .hbs .pug .jinja .jinja2 .j2 .njk .astro")
)

func foreignTest(name string) bool {
	return misplaced(strings.ReplaceAll(name, "templates/", "")) || strings.Contains(name, ".test.") || strings.Contains(name, ".stories.") || strings.Contains(name, ".spec.")
}

// manualElsewhere returns the address of a manual that is kept elsewhere: the
// one in publiccode.yml, a link named so, or the project's documentation.
func manualElsewhere(s *audit.Snapshot) (address string, at audit.Place, found bool) {
	if file := publiccode.Of(s); file != nil && file.Err == nil {
		for _, d := range file.Descriptions {
			if d.Documentation.Said() {
				return d.Documentation.Text, audit.Place{Path: file.Path, Line: d.Documentation.Line}, true
			}
		}
	}
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			for _, link := range section.Links {
				if strings.Contains(link.URL, "://") && !link.Image && (manualWords().MatchString(guide.Plain(link.Text)) || manualWords().MatchString(guide.Plain(path.Base(link.URL)))) {
					return link.URL, audit.Place{Path: doc.Path, Line: link.Line}, true
				}
			}
		}
	}
	if address, at, found := manualInProse(s); found {
		return address, at, true
	}
	return guide.Outside(s)
}

// forReaders are the words by which prose says that documentation is for users.
var forReaders = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:documentation|fiches|guides?|aide|tutoriels?|tutorials?|help)\b(?: \w+){0,6} (?:destinee?s? aux?|a destination des?|pour les|aimed at|meant for|intended for|for) (?:(?:the|our|end) )?(?:utilisateurs|utilisatrices|usagers|agents|users)\b`)
})

var hostName = regexp.MustCompile(`^(?:https?://)?[a-z0-9-]+(?:\.[a-z0-9-]+)+(?:/\S*)?$`)

// manualInProse returns the site that a document says to hold what users read: its
// address stands beside, as a link or between backticks.
func manualInProse(s *audit.Snapshot) (address string, at audit.Place, found bool) {
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			if !forReaders().MatchString(guide.Plain(section.Text)) {
				continue
			}
			for _, code := range section.Inline {
				if hostName.MatchString(strings.TrimSpace(code.Text)) {
					return strings.TrimSpace(code.Text), audit.Place{Path: doc.Path, Line: section.Line}, true
				}
			}
			for _, link := range section.Links {
				if strings.Contains(link.URL, "://") && !link.Image {
					return link.URL, audit.Place{Path: doc.Path, Line: link.Line}, true
				}
			}
		}
	}
	return "", audit.Place{}, false
}
