package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

var installStepsDescribed = &audit.Check{
	ID: "install-steps-described", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp, audit.Library,
		audit.Notebook, audit.DataikuProject,
	},
	Source: "https://standard.publiccode.net/criteria/code-in-the-open.html",
	Texts:  texts, Run: runInstallStepsDescribed,
}

// Limits on what a verdict shows.
const (
	maxCommandsShown = 20
	maxPlaces        = 10
)

// steps are the commands of one document that install or start the project.
type steps struct {
	doc      *document.Document
	commands []command
	broken   []command
}

func runInstallStepsDescribed(s *audit.Snapshot) audit.Verdict {
	var described []steps
	for _, doc := range installDocuments(s) {
		if found := stepsIn(s, doc); len(found.commands) > 0 {
			described = append(described, found)
		}
	}
	if len(described) == 0 {
		return stepsMentioned(s)
	}
	var broken []command
	var places []audit.Place
	for _, found := range described {
		for _, c := range found.broken {
			if len(broken) < maxCommandsShown {
				broken = append(broken, c)
				places = append(places, audit.Place{Path: found.doc.Path, Line: c.line, Text: c.text})
			}
		}
	}
	main := described[0]
	facts := func(v audit.Verdict) audit.Verdict {
		return v.Fact("path", main.doc.Path).Fact("commands", texted(main.commands)).Fact("broken", texted(broken))
	}
	if len(broken) > 0 {
		shown := texted(broken[:min(len(broken), 3)])
		return facts(audit.PartlyMet("broken", "path", places[0].Path, "commands", shown).At(places[:min(len(places), maxPlaces)]...))
	}
	first := main.commands[0]
	if i := slices.IndexFunc(main.commands, func(c command) bool { return c.words[0] != "git" || c.installs() }); i >= 0 {
		first = main.commands[i]
	}
	if generated(main.doc) {
		return facts(audit.PartlyMet("generated", "path", main.doc.Path).At(audit.Place{Path: main.doc.Path, Line: first.line, Text: first.text}))
	}
	return facts(audit.Met("described", "path", main.doc.Path).At(audit.Place{Path: main.doc.Path, Line: first.line, Text: first.text}))
}

// stepsMentioned answers when no document gives a command.
func stepsMentioned(s *audit.Snapshot) audit.Verdict {
	facts := func(v audit.Verdict, path string) audit.Verdict {
		return v.Fact("path", path).Fact("commands", []string{}).Fact("broken", []string{})
	}
	for _, doc := range installDocuments(s) {
		own := guide.WithoutTemplate(doc)
		for i, section := range own.Sections {
			if !guide.IsTitle(own, i) && guide.About(section.Heading, guide.Install) && guide.HasContent(own.Below(i)) {
				return facts(audit.PartlyMet("no-commands", "path", doc.Path).At(audit.Place{Path: doc.Path, Line: section.Line}), doc.Path)
			}
		}
	}
	if scripts := setUpScripts(s, func(string) bool { return true }); len(scripts) > 0 {
		return facts(audit.PartlyMet("script", "path", scripts[0].Path).At(scripts...), scripts[0].Path)
	}
	if link, place, found := guide.Outside(s); found {
		return facts(audit.PartlyMet("outside", "url", link).At(place), place.Path)
	}
	for _, name := range []string{"AGENTS.md", "CLAUDE.md", ".github/copilot-instructions.md"} {
		if f, held := s.File(name); held {
			if doc := document.Open(s, f); doc != nil && len(stepsIn(s, doc).commands) > 0 {
				return facts(audit.PartlyMet("for-assistants", "path", name).At(audit.Place{Path: name}), name)
			}
		}
	}
	return facts(audit.NotMet("absent"), "")
}

func texted(commands []command) []string {
	list := []string{}
	for _, c := range commands {
		if len(list) < maxCommandsShown && !slices.Contains(list, c.text) {
			list = append(list, c.text)
		}
	}
	return list
}

// installNames are the stems of documents that are about installing.
var installNames = []string{"install", "installation", "installing", "installer", "getting-started", "getting_started", "gettingstarted",
	"quickstart", "quick-start", "demarrage", "prise-en-main", "prise_en_main", "setup", "local", "developpement", "development", "developing", "hacking"}

// installDocuments returns, in the order in which a newcomer opens them: the
// README, what is named after installing, the README of each deliverable, and
// the guide for contributors.
func installDocuments(s *audit.Snapshot) []*document.Document {
	var docs []*document.Document
	add := func(doc *document.Document) {
		if doc != nil && !slices.Contains(docs, doc) {
			docs = append(docs, doc)
		}
	}
	add(document.Readme(s))
	for _, f := range guide.Files(s) {
		named := slices.Contains(installNames, unnumbered(guide.Stem(f.Name())))
		if named || guide.IsReadme(f.Path) && guide.InDocumentDir(f.Path) && slices.Contains(installNames, unnumbered(guide.Stem(path.Base(f.Dir())))) {
			add(document.Open(s, f))
		}
	}
	for _, d := range s.Deliverables {
		if d.Root != "" {
			add(document.ReadmeIn(s, d.Root))
		}
	}
	for _, f := range guide.Files(s) {
		if guide.Stem(f.Name()) == "contributing" || guide.Stem(f.Name()) == "contribuer" {
			add(document.Open(s, f))
		}
	}
	return docs
}

// unnumbered is a name without the number that sets its place in a folder.
func unnumbered(stem string) string { return strings.TrimLeft(stem, "0123456789-_. ") }

// stepsIn reads the commands of a document in the sections about installing and
// using; where no heading says so, in all but those about production.
func stepsIn(s *audit.Snapshot, doc *document.Document) steps {
	// What a generator wrote about starting is mostly right.
	all := commandsOf(doc)
	lines := sectionLines(doc)
	var chosen []command
	for _, wanted := range []func(lineTopics) bool{
		func(t lineTopics) bool { return t.install && !t.production },
		func(t lineTopics) bool { return !t.production },
	} {
		chosen = slices.DeleteFunc(slices.Clone(all), func(c command) bool { return !wanted(lines.at(c.line)) })
		if slices.ContainsFunc(chosen, func(c command) bool { return c.installs() && !c.onlyTests() && !lines.at(c.line).testing }) {
			break
		}
		chosen = nil
	}
	found := steps{doc: doc, commands: chosen}
	sh := newShell(s, doc, all)
	for _, c := range all {
		if broken := sh.run(c); broken && slices.ContainsFunc(chosen, func(o command) bool { return o.line == c.line && o.text == c.text }) {
			found.broken = append(found.broken, c)
		}
	}
	return found
}

// lineTopics says what the headings above a line are about.
type lineTopics struct {
	from                int
	install, production bool
	// testing says that the nearest heading is about running tests.
	testing bool
}

var testHeading = regexp.MustCompile(`^(?:(?:running|run|lancer|executer) )?(?:the |our |les |vos )?(?:unit |automated )?tests?(?: suite| unitaires)?$`)

type topicsByLine []lineTopics

// sectionLines gives the topics from each heading on, those of the headings
// above it included.
func sectionLines(doc *document.Document) topicsByLine {
	var lines topicsByLine
	type open struct {
		level int
		lineTopics
	}
	var stack []open
	for i, section := range doc.Sections {
		for len(stack) > 0 && stack[len(stack)-1].level >= section.Level {
			stack = stack[:len(stack)-1]
		}
		topics := lineTopics{from: section.Line}
		if !guide.IsTitle(doc, i) {
			topics.install = guide.About(section.Heading, guide.Install) || guide.About(section.Heading, guide.Usage) || guide.About(section.Heading, guide.Development)
			topics.production = guide.About(section.Heading, guide.Deployment)
			topics.testing = testHeading.MatchString(guide.Plain(section.Heading))
		}
		if len(stack) > 0 {
			above := stack[len(stack)-1]
			topics.install = topics.install || above.install
			topics.production = topics.production || above.production
		}
		stack = append(stack, open{section.Level, topics})
		lines = append(lines, topics)
	}
	return lines
}

func (t topicsByLine) at(line int) lineTopics {
	found := lineTopics{}
	for _, topics := range t {
		if topics.from <= line {
			found = topics
		}
	}
	return found
}
