package deliverable

import (
	"flag"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/go-enry/go-enry/v2"
	"github.com/go-enry/go-enry/v2/data"
)

var update = flag.Bool("update", false, "write languages.txt anew")

// chosen settles extensions that several languages share, by what a public
// service is likely to hold.
var chosen = map[string]string{
	".asm": "Assembly", ".cl": "Common Lisp", ".cs": "C#", ".d": "D", ".ex": "Elixir", ".es": "JavaScript", ".f": "Fortran", ".for": "Fortran",
	".fs": "F#", ".gd": "GDScript", ".h": "C", ".hh": "C++", ".jq": "jq", ".l": "Lex", ".lisp": "Common Lisp", ".lsp": "Common Lisp", ".m": "MATLAB",
	".ml": "OCaml", ".mm": "Objective-C++", ".php": "PHP", ".pl": "Perl", ".pm": "Perl", ".pp": "Puppet", ".r": "R", ".re": "Reason", ".res": "ReScript",
	".rs": "Rust", ".s": "Assembly", ".sc": "Scala", ".scm": "Scheme", ".sol": "Solidity", ".st": "Smalltalk", ".star": "Starlark", ".ts": "TypeScript",
	".tsx": "TypeScript", ".nu": "Nushell", ".odin": "Odin", ".vba": "VBA", ".bas": "VBA", ".frag": "GLSL", ".cake": "C#", ".mojo": "Mojo", ".lean": "Lean",
	// Markup that holds programs.
	".vue": "Vue", ".svelte": "Svelte", ".astro": "Astro", ".ipynb": "Jupyter Notebook",
}

// notCode are extensions that go-enry counts as programs and that a program
// writes: R's manual pages.
var notCode = map[string]bool{".rd": true}

func printLanguages() string {
	files := map[string][]string{}
	for extension, languages := range data.LanguagesByExtension {
		language := chosen[extension]
		if language == "" && len(languages) == 1 && enry.GetLanguageType(languages[0]) == enry.Programming {
			language = languages[0]
		}
		// Templates such as .html.erb are told by their last extension.
		if language != "" && strings.Count(extension, ".") == 1 {
			add(files, language, extension)
		}
	}
	for name, languages := range data.LanguagesByFilename {
		if len(languages) == 1 && enry.GetLanguageType(languages[0]) == enry.Programming && !strings.HasPrefix(name, ".") {
			add(files, languages[0], name)
		}
	}
	var text strings.Builder
	for _, language := range slices.Sorted(maps.Keys(files)) {
		slices.Sort(files[language])
		text.WriteString(language + "\t" + strings.Join(files[language], "\t") + "\n")
	}
	return text.String()
}

func add(files map[string][]string, language, name string) {
	if group := enry.GetLanguageGroup(language); group != "" && group != "Python" {
		language = group
	}
	if !notCode[name] {
		files[language] = append(files[language], name)
	}
}

// TestLanguageTable keeps the table as go-enry knows it.
func TestLanguageTable(t *testing.T) {
	want := printLanguages()
	if *update {
		if err := os.WriteFile("languages.txt", []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != languageTable {
		t.Error("languages.txt is stale: go test ./internal/deliverable -run TestLanguageTable -update")
	}
}
