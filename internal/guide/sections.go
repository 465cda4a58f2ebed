package guide

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/document"
)

// Words that tell the topic of a section of a README, and would say too much in
// any other document.
const (
	setting    Topic = "setting"
	calling    Topic = "calling"
	helping    Topic = "helping"
	developing Topic = "developing"
	leading    Topic = "leading"
	making     Topic = "making"
)

// sectionTopics are what the sections of a README are about, as readers look for
// them, each told by the words of one topic or two.
var sectionTopics = []struct {
	topic Topic
	words []Topic
}{
	{Purpose, []Topic{Purpose}}, {Install, []Topic{Install, setting}}, {Usage, []Topic{Usage, calling}}, {Contact, []Topic{Contact, People, helping}},
	{Licence, []Topic{Licence}}, {Contributing, []Topic{Contributing, developing}}, {References, []Topic{References, leading}},
}

// otherTopics have sections of their own, and end those above them.
var otherTopics = []Topic{Deployment, operations, Architecture, Contents, making}

// shortestOpening is how many words say what a project is.
const shortestOpening = 6

// sectionAbove is a heading that the sections below it belong to; told is true
// where it says what it is about, be it none of the topics here.
type sectionAbove struct {
	level  int
	topics []Topic
	told   bool
}

// SectionTopics returns, for each section of a document, what it is about: any of
// Purpose, Install, Usage, Contact, Licence, Contributing and References, in this
// order. A heading tells; one that tells nothing is about the same as the heading
// above it. What stands before the first heading that tells presents the project,
// and where nothing tells, the code and the links of a section may.
func SectionTopics(doc *document.Document) [][]Topic {
	all := make([][]Topic, len(doc.Sections))
	var stack []sectionAbove
	opening := true
	for i, section := range doc.Sections {
		for len(stack) > 0 && stack[len(stack)-1].level >= section.Level {
			stack = stack[:len(stack)-1]
		}
		var above sectionAbove
		if len(stack) > 0 {
			above = stack[len(stack)-1]
		}
		title, told, presented := IsTitle(doc, i), false, false
		if !title {
			all[i], told = sectionHeadingTopics(section, above)
		}
		switch {
		case told:
		case above.told:
			all[i], told = above.topics, true
		case opening && presents(section) && (title || section.Level == 0):
			all[i], presented = append([]Topic{Purpose}, codeTopics(section)...), true
		case opening && presents(section) && !installsByCode(section):
			all[i], presented = []Topic{Purpose}, true
		default:
			all[i] = codeTopics(section)
			if len(all[i]) == 0 && i > 0 && leadsOn(section) {
				all[i] = []Topic{References}
			}
		}
		opening = opening && (!told || slices.Contains(all[i], Purpose))
		if !title && section.Level > 0 {
			stack = append(stack, sectionAbove{section.Level, all[i], told || len(all[i]) > 0 && !presented})
		}
	}
	return all
}

// sectionHeadingTopics is headingTopics, in the light of what stands above and
// below the heading.
func sectionHeadingTopics(section document.Section, above sectionAbove) (found []Topic, told bool) {
	found, told = headingTopics(section.Heading)
	words := Plain(section.Heading)
	switch {
	case slices.Contains(found, Contact) && securing().MatchString(words) && !reporting().MatchString(Plain(section.Text)):
		// How the product is secured, not whom to tell about a hole.
		found = nil
	case above.told && inContainer().MatchString(words):
		// "With Docker" is another way to do what stands above.
		found = above.topics
	case slices.Contains(found, References) && About(section.Heading, Architecture) && !leadsOn(section):
		found = slices.DeleteFunc(found, func(t Topic) bool { return t == References })
	case len(found) == 1 && found[0] == Contributing && slices.Contains(above.topics, Install) && !checking().MatchString(words):
		// "Development" beside "Production", below "Installation".
		found = above.topics
	case len(found) == 1 && found[0] == Install && above.told && len(above.topics) == 0 && !installing().MatchString(words):
		// The configuration of production.
		found = nil
	}
	return found, told
}

// presents reports whether a section says in prose what the project is.
func presents(section document.Section) bool {
	return WordsIn(section.Text) >= shortestOpening && !gone().MatchString(Plain(section.Heading+" "+section.Text))
}

// codeTopics tells by its code what a section is about: commands that put
// something in place, a program that shows how to use it.
func codeTopics(section document.Section) []Topic {
	switch {
	case installsByCode(section):
		return []Topic{Install}
	case slices.ContainsFunc(section.Code, func(c document.CodeBlock) bool { return programs()[strings.ToLower(strings.Trim(c.Lang, "{} "))] }):
		return []Topic{Usage}
	}
	return nil
}

// leadsOn reports whether a section is little else than links: two or more, with
// a third of its words.
func leadsOn(section document.Section) bool {
	links, words := 0, 0
	for _, l := range section.Links {
		if n := WordsIn(l.Text); n > 0 && !l.Image && !strings.HasPrefix(l.URL, "#") && !strings.HasPrefix(l.URL, "mailto:") {
			links, words = links+1, words+n
		}
	}
	return links >= 2 && 3*words >= WordsIn(section.Text)
}

// headingTopics returns what a heading says; told is true where it says something
// else than these, too.
func headingTopics(heading string) (found []Topic, told bool) {
	for _, s := range sectionTopics {
		if slices.ContainsFunc(s.words, func(t Topic) bool { return About(heading, t) }) {
			found = append(found, s.topic)
		}
	}
	drop := func(t Topic) { found = slices.DeleteFunc(found, func(f Topic) bool { return f == t }) }
	words := fixtures().ReplaceAllString(Plain(heading), "fixtures")
	if len(found) > 1 && slices.Contains(found, Purpose) {
		if presenting().MatchString(words) {
			// "Goals of the documentation"
			return []Topic{Purpose}, true
		}
		// "Running the project" presents nothing.
		drop(Purpose)
	}
	other := slices.ContainsFunc(otherTopics, func(t Topic) bool { return About(heading, t) })
	installs := installing().MatchString(words)
	switch {
	case both().MatchString(strings.ToLower(heading)) && installs:
		// "Installation et utilisation" says two things.
	case slices.Contains(found, Contributing) && (!installs && !running().MatchString(words) || checking().MatchString(words)):
		// How to run the tests is for those who change the project.
		drop(Install)
		drop(Usage)
	case slices.Contains(found, Contributing):
		drop(Contributing)
	case slices.Contains(found, Install) && installs && !running().MatchString(words), slices.Contains(found, Licence):
		// "Conditions d'utilisation" are no instructions.
		drop(Usage)
	case (About(heading, Architecture) || About(heading, Deployment)) && !installs:
		// How it works inside, a diagram of the database, how to launch in production.
		drop(Install)
		drop(Usage)
	}
	return found, other || len(found) > 0
}

// fixtures are data to try the program with: no tests.
var fixtures = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:(?:donnees|data|jeux?) de (?:test|demo)s?|(?:test|demo|sample) (?:data|content))\b`)
})

// presenting are the words that a heading on the project itself begins with.
var presenting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?:le |les |the |our )?(?:objectifs?|presentation|contexte|introduction|description|goals?|purpose|background|context|pourquoi|why|about|a propos)\b)`)
})

var inContainer = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:(?:avec|with|using|via|sous|dans|in|without|sans) )?docker(?: compose)?$`)
})

// both are the words and signs that join two topics in one heading.
var both = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(` (?:et|and|&|/) `) })

// installing are the words that leave no doubt.
var installing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:install\w*|setup|set up|setting up|prerequis|pre requis|prerequisites|requirements|mise en place|mise en route|local|locally|en local|getting started|get started|demarrer|demarrage|pour commencer|chargement|charger|peupler|fixtures|(?:environnement|serveur|bases? de donnees) de dev\w*|dev\w* (?:environment|server|database)|(?:environnement|serveur|poste) local)\b`)
})

// running are the words for starting what was installed.
var running = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:run|running|lancer|lancement|serve|serving|servez|servir|start(?:ing)? (?:a|the)|serveur de dev\w*|dev\w* server|(?:demarrage|demarrer) (?:de|du|des|le|la|les|l))\b`)
})

// checking are the words for what a change has to pass.
var checking = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:tests?|testing|lint\w*|contribu\w*|pull requests?|style|conventions?|commits?|hooks?|release|releasing|debug\w*|debogage|qualite|quality|ci|integration continue)\b`)
})

// securing are the words of headings on security, reporting those of a channel.
var securing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:securite|security)$`)
})

var reporting = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:report\w*|signal\w*|disclos\w*|divulg\w*|vulnerabilit\w*|faille|contact\w*|e ?mail|courriel|ecri\w+)\b`)
})

// programs are the languages that a library is called in.
var programs = sync.OnceValue(func() map[string]bool {
	known := map[string]bool{}
	for name := range strings.FieldsSeq("go golang python py javascript js typescript ts jsx tsx java kotlin r ruby rb php rust c cpp c++ csharp scala elixir julia perl clojure") {
		known[name] = true
	}
	return known
})

// gone is what people write over a project that they have left.
var gone = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:abandonnee?|archivee?|archived|deprecated|depreciee?|obsolete|no longer (?:active|maintained|developed)|not maintained|n est plus maintenue?|unmaintained|a demenage|has moved)\b`)
})

// installCommands are those that put something in place.
var installCommands = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)\b(?:(?:npm|yarn|pnpm|bun|pip3?|poetry|pdm|uv|composer|bundle|apt|apt-get|dnf|brew|conda|cargo|go|gem) (?:install|add|ci|i|sync|get)\b|git clone\b|docker[ -]compose (?:up|build)\b|docker build\b|make install\b|virtualenv\b|-m venv\b|install\.packages\()`)
})

func installsByCode(section document.Section) bool {
	return slices.ContainsFunc(section.Code, func(c document.CodeBlock) bool { return installCommands().MatchString(c.Text) })
}
