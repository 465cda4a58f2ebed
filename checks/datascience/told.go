package datascience

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

type signsKey struct{}

// signsOf returns what the repository tells about its data, READMEs and
// documents first.
func signsOf(s *audit.Snapshot) []sign {
	return audit.Once(s, signsKey{}, func(s *audit.Snapshot) []sign {
		var found []sign
		for _, doc := range guide.All(s) {
			found = append(found, signsIn(doc)...)
			found = append(found, scriptsTold(s, doc)...)
		}
		for _, n := range notebooksOf(s) {
			found = append(found, signsInNotebook(n)...)
		}
		found = append(found, signsInFiles(s)...)
		for i := range found {
			found[i].root = s.RootOf((audit.File{Path: found[i].place.Path}).Dir())
		}
		return found
	})
}

// shortestSection is how many words explain something, where neither a table nor
// code does.
const shortestSection = 8

// signsIn looks at the name of a document and at its headings.
func signsIn(doc *document.Document) []sign {
	var found []sign
	lists := headingLists()
	for a, phrases := range lists {
		if about(guide.Plain(guide.Stem(doc.Path[strings.LastIndexByte(doc.Path, '/')+1:])), phrases) && guide.Words(doc.Sections) >= shortestSection {
			found = append(found, sign{aspect: aspect(a), place: audit.Place{Path: doc.Path}})
		}
	}
	under := 0 // the level of the heading that sets up a machine, 0 for none
	for i, section := range doc.Sections {
		if under > 0 && section.Level > under {
			continue
		}
		under = 0
		if slices.ContainsFunc(setting, func(t guide.Topic) bool { return guide.About(section.Heading, t) }) && !guide.IsTitle(doc, i) {
			under = section.Level
		}
		heading := guide.Plain(section.Heading)
		for a, phrases := range lists {
			if about(heading, phrases) && (under == 0 || aspect(a) != order) && explains(doc.Below(i)) {
				found = append(found, sign{aspect: aspect(a), place: audit.Place{Path: doc.Path, Line: section.Line}})
			}
		}
	}
	return found
}

// scriptsTold finds sections headed by a script of the repository, which say at
// length what it does to the data.
func scriptsTold(s *audit.Snapshot, doc *document.Document) []sign {
	var found []sign
	for i, section := range doc.Sections {
		name := strings.Trim(strings.TrimSpace(section.Heading), "`")
		if !slices.Contains(scriptExtensions, strings.ToLower(path.Ext(name))) || guide.Words(doc.Below(i)) < storyWords {
			continue
		}
		_, fromTop := s.File(strings.TrimPrefix(name, "./"))
		_, beside := s.File(path.Join(path.Dir(doc.Path), name))
		if fromTop || beside {
			found = append(found, sign{aspect: order, place: audit.Place{Path: doc.Path, Line: section.Line}})
		}
	}
	return found
}

var scriptExtensions = []string{".py", ".r", ".sql", ".jl", ".ipynb", ".rmd", ".qmd"}

func headingLists() [aspects][]string {
	var lists [aspects][]string
	for a, list := range headings {
		lists[a] = phrasesOf(list)
	}
	return lists
}

func explains(sections []document.Section) bool {
	return guide.Words(sections) >= shortestSection || slices.ContainsFunc(sections, func(s document.Section) bool { return len(s.Code) > 0 || len(s.Links) > 1 })
}

const (
	// storyHeadings and storyWords make of a notebook a text that tells what is
	// done, step by step.
	storyHeadings = 3
	storyWords    = 40
)

// signsInNotebook reads the text between the cells.
func signsInNotebook(n *notebook) []sign {
	if n.text == "" {
		return nil
	}
	doc := document.Parse("notebook.md", []byte(n.text))
	headed := 0
	var found []sign
	for _, one := range signsIn(doc) {
		one.place = n.place()
		found = append(found, one)
	}
	for _, section := range doc.Sections {
		if section.Heading != "" {
			headed++
		}
	}
	if headed >= storyHeadings && doc.Words >= storyWords {
		found = append(found, sign{aspect: order, place: n.place()})
	}
	return found
}

// chainFiles are written for a tool that draws the chain of steps from them.
var chainFiles = map[string]bool{"dvc.yaml": true, "Snakefile": true, "_targets.R": true}

// maxFilesRead is how many schemas, and how many graphs, are read.
const (
	maxFilesRead = 40
	maxFileBytes = 256 << 10
)

// signsInFiles finds dictionaries, schemas and chains by their names and, where
// the name is not enough, by what they hold.
func signsInFiles(s *audit.Snapshot) []sign {
	var found []sign
	read := 0
	for _, f := range s.OwnFiles() {
		if guide.ForeignDocument(f.Path) || f.Mode == audit.Symlink || f.Mode == audit.Submodule {
			continue
		}
		at := audit.Place{Path: f.Path}
		name := strings.ToLower(f.Name())
		switch {
		case chainFiles[f.Name()]:
			found = append(found, sign{aspect: order, place: at})
		case namesDictionary(name):
			found = append(found, sign{aspect: dictionary, place: at})
		case f.SizeBytes > maxFileBytes || read >= maxFilesRead:
		case path.Ext(name) == ".json" && (strings.Contains(name, "schema") || name == "datapackage.json"):
			read++
			found = append(found, schemaSigns(s, f)...)
		case (path.Ext(name) == ".yml" || path.Ext(name) == ".yaml") && belowModels(s, f):
			read++
			found = append(found, dbtSigns(s, f)...)
		case path.Ext(name) == ".py" && path.Base(f.Dir()) == "dags":
			read++
			if documentsGraph(s, f) {
				found = append(found, sign{aspect: order, place: at})
			}
		case strings.Contains(name, "schema") && path.Ext(name) == ".sql":
			read++
			if content, err := s.Read(f); err == nil && bytes.Contains(bytes.ToLower(content), []byte("comment on column")) {
				found = append(found, sign{aspect: dictionary, place: at})
			}
		}
	}
	return found
}

// dictionaryExtensions are those of tables and texts.
var dictionaryExtensions = []string{".csv", ".tsv", ".xlsx", ".xls", ".ods", ".md", ".html", ".pdf", ".docx", ".odt", ".json", ".yml", ".yaml", ".txt", ".rst"}

// namesDictionary reports whether a file is named after what columns mean.
func namesDictionary(name string) bool {
	if !slices.Contains(dictionaryExtensions, path.Ext(name)) {
		return false
	}
	words := guide.Plain(strings.TrimSuffix(name, path.Ext(name)))
	for _, phrase := range []string{"dictionnaire", "dictionnaire donnees", "data dictionary", "codebook", "dico variables", "dictionnaire variables", "variables description", "description variables"} {
		if words == phrase || strings.HasPrefix(words, phrase+" ") || strings.HasSuffix(words, " "+phrase) {
			return true
		}
	}
	return false
}

// documentsGraph reports whether a graph of Airflow carries its explanation,
// which the tool shows beside it.
func documentsGraph(s *audit.Snapshot, f audit.File) bool {
	content, err := s.Read(f)
	if err != nil {
		return false
	}
	if bytes.Contains(content, []byte("doc_md")) {
		return true
	}
	rest, quoted := bytes.CutPrefix(bytes.TrimSpace(content), []byte(`"""`))
	text, _, closed := bytes.Cut(rest, []byte(`"""`))
	return quoted && closed && guide.WordsIn(string(text)) >= shortestSection && bytes.Contains(content, []byte("DAG"))
}
