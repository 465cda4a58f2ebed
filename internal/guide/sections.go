package guide

import (
	"regexp"
	"slices"
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
var otherTopics = []Topic{Deployment, operations, Architecture, Contents}

// shortestOpening is how many words say what a project is.
const shortestOpening = 6

// sectionAbove is a heading that the sections below it belong to.
type sectionAbove struct {
	level  int
	topics []Topic
}

// SectionTopics returns, for each section of a document, what it is about: any of
// Purpose, Install, Usage, Contact, Licence, Contributing and References, in this
// order. A heading tells; one that tells nothing is about the same as the heading
// above it. The first prose presents the project, and where nothing tells, the
// commands of a section may.
func SectionTopics(doc *document.Document) [][]Topic {
	all := make([][]Topic, len(doc.Sections))
	var stack []sectionAbove
	opening := true
	for i, section := range doc.Sections {
		for len(stack) > 0 && stack[len(stack)-1].level >= section.Level {
			stack = stack[:len(stack)-1]
		}
		title, told := IsTitle(doc, i), false
		if !title {
			all[i], told = headingTopics(section.Heading)
		}
		switch {
		case told:
		case len(stack) > 0 && len(stack[len(stack)-1].topics) > 0:
			all[i] = stack[len(stack)-1].topics
		case opening && WordsIn(section.Text) >= shortestOpening && !gone().MatchString(Plain(section.Heading+" "+section.Text)):
			all[i] = []Topic{Purpose}
		case installsByCode(section):
			all[i] = []Topic{Install}
		}
		opening = opening && len(all[i]) == 0 && !told
		if !title && section.Level > 0 {
			stack = append(stack, sectionAbove{section.Level, all[i]})
		}
	}
	return all
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
	words := Plain(heading)
	if len(found) > 1 && slices.Contains(found, Purpose) {
		// "Running the project" presents nothing.
		drop(Purpose)
	}
	switch {
	case slices.Contains(found, Contributing) && !installing().MatchString(words):
		// How to run the tests is for those who change the project.
		drop(Install)
		drop(Usage)
	case slices.Contains(found, Install) && installing().MatchString(words):
		drop(Usage)
		drop(Contributing)
	}
	other := slices.ContainsFunc(otherTopics, func(t Topic) bool { return About(heading, t) })
	return found, other || len(found) > 0
}

// installing are the words that leave no doubt.
var installing = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:install\w*|setup|set up|setting up|prerequis|pre requis|prerequisites|requirements|mise en place|local|locally|en local|getting started|get started|demarrer|demarrage|pour commencer|chargement|peupler)\b`)
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
