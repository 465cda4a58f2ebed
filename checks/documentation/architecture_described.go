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

var architectureDescribed = &audit.Check{
	ID: "architecture-described", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 14, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp, audit.Library,
		audit.DataikuProject, audit.Infrastructure,
	},
	Source: "https://standard.publiccode.net/criteria/document-codebase-objectives.html",
	Texts:  texts, Run: runArchitectureDescribed,
}

// shortestDescription is how many words say how something is built.
const shortestDescription = 30

func runArchitectureDescribed(s *audit.Snapshot) audit.Verdict {
	var described []guide.Passage
	var diagrams []audit.Place
	passages := guide.Passages(s, guide.Architecture, namedArchitecture)
	for _, p := range passages {
		if onFeature(p) {
			continue
		}
		if guide.Words(p.Sections) >= shortestDescription || hasFileTree(p.Sections) {
			described = append(described, p)
		}
		diagrams = append(diagrams, pictures(p)...)
	}
	for _, doc := range guide.All(s) {
		diagrams = append(diagrams, drawnIn(doc)...)
		for _, p := range presented(doc) {
			described = append(described, p)
			diagrams = append(diagrams, pictures(p)...)
		}
	}
	diagrams = append(diagrams, diagramFiles(s)...)
	files := guide.Paths(described)
	where := guide.Places(described)
	for _, d := range diagrams {
		if !slices.Contains(files, d.Path) {
			files = append(files, d.Path)
			where = append(where, d)
		}
	}
	where = where[:min(len(where), maxPlaces)]
	switch {
	case len(described) > 0 && len(diagrams) > 0 && !slices.ContainsFunc(described, onParts):
		return audit.PartlyMet("data-only", "path", described[0].Doc.Path).At(where...).Fact("files", files)
	case len(described) > 0 && slices.ContainsFunc(diagrams, func(d audit.Place) bool { return d.Path == described[0].Doc.Path }):
		return audit.Met("described-and-drawn", "path", described[0].Doc.Path).At(where...).Fact("files", files)
	case len(described) > 0 && len(diagrams) > 0:
		return audit.Met("described", "path", described[0].Doc.Path, "diagram", diagrams[0].Path).At(where...).Fact("files", files)
	case len(described) > 0:
		return audit.PartlyMet("no-diagram", "path", described[0].Doc.Path).At(where...).Fact("files", files)
	case len(diagrams) > 0:
		return audit.PartlyMet("no-text", "diagram", diagrams[0].Path).At(where...).Fact("files", files)
	}
	if i := slices.IndexFunc(passages, onFeature); i >= 0 {
		return audit.PartlyMet("feature-only", "path", passages[i].Doc.Path).At(passages[i].Place()).Fact("files", guide.Paths(passages[i:i+1]))
	}
	if link, at, found := guide.Outside(s); found {
		return audit.PartlyMet("outside", "url", link).At(at).Fact("files", files)
	}
	return audit.NotMet("absent").Fact("files", files)
}

// onFeature reports whether a passage says how the subject of its own page works:
// "how it works", on a page about one feature, is not about the project.
func onFeature(p guide.Passage) bool {
	return p.Line > 0 && !guide.IsReadme(p.Doc.Path) && !namedArchitecture(p.Doc.Path) && !firstPages[guide.Stem(path.Base(p.Doc.Path))] && workingHeading.MatchString(guide.Plain(p.Sections[0].Heading))
}

// firstPages are the stems of pages that open a documentation: they are on the
// whole.
var firstPages = wordSet("index introduction overview presentation getting-started getting_started quickstart about intro home accueil demarrage prise-en-main")

var workingHeading = regexp.MustCompile(`^(?:how (?:it|this|that) works|(?:le )?fonctionnement|comment ca marche)$`)

// presented returns the sections in which the picture of an architecture stands
// among prose about it, whatever their heading: many an overview is written so.
func presented(doc *document.Document) []guide.Passage {
	var found []guide.Passage
	for i, section := range doc.Sections {
		drawn := slices.ContainsFunc(section.Links, func(l document.Link) bool {
			return l.Image && !badge.MatchString(l.URL) && namesDiagram(strings.ToLower(path.Base(l.URL)))
		})
		if drawn && guide.WordsIn(section.Text) >= shortestDescription && !guide.About(section.Heading, guide.Architecture) {
			found = append(found, guide.Passage{Doc: doc, Sections: doc.Sections[i : i+1], Line: section.Line})
		}
	}
	return found
}

// onParts reports whether a passage speaks of the parts of the project rather
// than of its tables only.
func onParts(p guide.Passage) bool {
	return !dataHeading.MatchString(guide.Plain(p.Sections[0].Heading)) || namedArchitecture(p.Doc.Path)
}

var dataHeading = regexp.MustCompile(`^(?:(?:le|les|the) )?(?:(?:schemas?|modeles?|dictionnaire) (?:de |des |de la |de base de |relationnel )*(?:donnees|base|tables)(?: .*)?|(?:data|database|relational) (?:schema|model|models)|mcd|mld|erd)$`)

// namedArchitecture reports whether a document, or its folder, is named after
// how things are built.
func namedArchitecture(name string) bool {
	for _, part := range []string{guide.Stem(path.Base(name)), guide.Letters.Replace(strings.ToLower(path.Base(path.Dir(name))))} {
		for word := range strings.FieldsFuncSeq(part, func(r rune) bool { return strings.ContainsRune("-_ .", r) }) {
			if word == "architecture" || word == "architectures" || word == "technique" || word == "archi" {
				return true
			}
		}
	}
	return false
}

// drawingLanguages are the info strings of code that draws.
var drawingLanguages = wordSet("mermaid plantuml puml uml graphviz dot ditaa d2 structurizr blockdiag digraph")

// drawnIn returns the diagrams written as code in a document.
func drawnIn(doc *document.Document) []audit.Place {
	var drawn []audit.Place
	for _, section := range doc.Sections {
		for _, code := range section.Code {
			lang, _, _ := strings.Cut(strings.ToLower(strings.Trim(code.Lang, "{}. ")), " ")
			if drawingLanguages[lang] || strings.Contains(code.Text, "@startuml") {
				drawn = append(drawn, audit.Place{Path: doc.Path, Line: code.Line})
			}
		}
	}
	return drawn
}

var badge = regexp.MustCompile(`(?i)shields\.io|badge|travis-ci|circleci|codecov|coveralls|codacy|sonarcloud|github\.com/[^ ]+/workflows/|logo|\bicon`)

// pictures returns the images and the drawings in characters of a passage about
// architecture.
func pictures(p guide.Passage) []audit.Place {
	var found []audit.Place
	for _, section := range p.Sections {
		for _, link := range section.Links {
			if link.Image && !badge.MatchString(link.URL+" "+link.Text) {
				found = append(found, audit.Place{Path: p.Doc.Path, Line: link.Line})
			}
		}
		for _, code := range section.Code {
			if drawnInCharacters(code.Text) {
				found = append(found, audit.Place{Path: p.Doc.Path, Line: code.Line})
			}
		}
	}
	return found
}

// drawnInCharacters reports whether text shows boxes or arrows between names. A
// tree of files is no diagram.
func drawnInCharacters(text string) bool {
	if strings.Count(text, "├") > 0 {
		return false
	}
	arrows := 0
	for _, arrow := range []string{"->", "→", "=>", "▶", "►"} {
		arrows += strings.Count(text, arrow)
	}
	boxes := strings.Contains(text, "┌") && strings.Contains(text, "┘") || strings.Count(text, "+--") >= 2
	return boxes || arrows >= 2 && !strings.ContainsAny(text, "{};")
}

func hasFileTree(sections []document.Section) bool {
	for _, section := range sections {
		for _, code := range section.Code {
			if strings.Count(code.Text, "├") >= 2 {
				return true
			}
		}
	}
	return false
}

// drawingExtensions are of programs that draw diagrams and nothing else.
var drawingExtensions = wordSet(".drawio .puml .plantuml .mmd .mermaid .dia .bpmn .excalidraw .vsd .vsdx .gv .archimate .c4 .dsl .d2 .odg")

var pictureExtensions = wordSet(".png .jpg .jpeg .svg .pdf .webp .gif")

// diagramWords name what a picture shows.
var diagramWords = wordSet("architecture archi schema schemas diagram diagramme diagrams diagrammes uml erd mcd mld infra infrastructure topology topologie workflow dataflow flux sequence stack")

// diagramFiles returns the files that are diagrams by extension, or pictures in
// the documentation named after one.
func diagramFiles(s *audit.Snapshot) []audit.Place {
	var found []audit.Place
	for _, f := range s.OwnFiles() {
		ext := strings.ToLower(path.Ext(f.Path))
		name := strings.ToLower(f.Name())
		switch {
		case guide.ForeignDocument(f.Path):
			continue
		case drawingExtensions[ext] && (ext != ".dsl" && ext != ".gv" || guide.InDocumentDir(f.Path)), strings.HasSuffix(name, ".drawio.svg"), strings.HasSuffix(name, ".drawio.png"):
		case pictureExtensions[ext] && (f.Dir() == "" || guide.InDocumentDir(f.Path)) && namesDiagram(name):
		case ext == ".dot" && guide.InDocumentDir(f.Path):
		default:
			continue
		}
		found = append(found, audit.Place{Path: f.Path})
	}
	return found
}

func namesDiagram(name string) bool {
	for word := range strings.FieldsSeq(guide.Plain(strings.TrimSuffix(name, path.Ext(name)))) {
		if diagramWords[word] {
			return true
		}
	}
	return strings.Contains(name, "data_model") || strings.Contains(name, "database_model") || strings.Contains(name, "modele_de_donnees")
}
