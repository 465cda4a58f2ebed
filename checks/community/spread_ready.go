package community

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// spreadReady asks about essaimage: another administration can run the same code
// with its own names, addresses and machines.
var spreadReady = &audit.Check{
	ID: "spread-ready", Axis: audit.Community, Severity: audit.Bonus,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Kinds:  []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline},
	Source: "https://github.com/entrepreneur-interet-general/eig-link",
	Texts:  texts, Run: runSpreadReady,
}

// What is read: a sample that tells how the code was written, not all of it.
const (
	maxSources     = 64
	maxSourceBytes = 24 << 10
	maxFindings    = 20
	// manyFindings is how many belong to the way of writing rather than to an
	// oversight.
	manyFindings = 4
)

// finding is one thing that ties the code to a place.
type finding struct {
	Path string `json:"path"`
	Line int    `json:"line"`
	// Kind is "folder", "host" or "ministry".
	Kind string `json:"kind"`
}

func runSpreadReady(s *audit.Snapshot) audit.Verdict {
	all := sources(s)
	if len(all) == 0 {
		return audit.NotApplicable("no-sources")
	}
	found := []finding{}
	own := instanceOf(s)
	for _, f := range sampled(all) {
		content, err := s.Read(f)
		if err != nil || audit.IsBinary(content) {
			continue
		}
		found = append(found, tiesIn(f.Path, content[:min(len(content), maxSourceBytes)], own)...)
		if len(found) >= maxFindings {
			found = found[:maxFindings]
			break
		}
	}
	return ofFindings(found, min(len(all), maxSources)).Fact("hard_coded", found)
}

func ofFindings(found []finding, read int) audit.Verdict {
	if len(found) == 0 {
		return audit.Met("free", "files", read)
	}
	var places []audit.Place
	kinds := map[string]int{}
	for _, f := range found {
		kinds[f.Kind]++
		places = append(places, audit.Place{Path: f.Path, Line: f.Line})
	}
	args := []any{"files", read, "hosts", kinds["host"], "folders", kinds["folder"], "ministries", kinds["ministry"]}
	if len(found) < manyFindings {
		return audit.PartlyMet("some", args...).At(places...)
	}
	return audit.NotMet("many", args...).At(places[:min(len(places), 10)]...)
}

var sourceExtensions = []string{
	".py", ".js", ".jsx", ".ts", ".tsx", ".mjs", ".vue", ".svelte", ".php", ".rb", ".go", ".java", ".kt", ".scala", ".cs", ".rs",
	".ex", ".r", ".clj",
}

// settings are the parts of a path whose files are where names belong: settings,
// texts of pages, content, and what is not the deliverable itself.
var settings = []string{
	"config", "conf", "configs", "settings", "environments", "environment", "env", "constants", "constant", "locales", "locale", "lang", "i18n",
	"translations", "messages", "content", "contents", "data", "fixtures", "fixture", "seeds", "seed", "migrations", "migration", "migrate", "test", "tests", "__tests__",
	"spec", "specs", "e2e", "cypress", "playwright", "mocks", "__mocks__", "mock", "stories", "storybook", "examples", "example", "scripts", "script", "bin", "tools",
	"docs", "doc", "documentation", "notebooks", "emails", "templates", "static", "public", "assets", "deploy", "ops", "docker", "infra", "db", "man", "vignettes",
}

// sources returns the program files that the authors wrote, settings left out, in
// the order of the tree.
func sources(s *audit.Snapshot) []audit.File {
	var all []audit.File
	for _, f := range s.OwnFiles() {
		if f.Mode == audit.Symlink || f.Mode == audit.Submodule || !slices.Contains(sourceExtensions, strings.ToLower(path.Ext(f.Path))) || isSetting(f.Path) {
			continue
		}
		all = append(all, f)
	}
	return all
}

func isSetting(name string) bool {
	lower := strings.ToLower(name)
	words := strings.FieldsFunc(lower, func(r rune) bool { return r == '/' || r == '.' || r == '_' })
	return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(settings, strings.TrimSuffix(w, "-test")) }) || strings.Contains(lower, "config")
}

// sampled takes files at equal distances, so that one folder does not stand for
// all.
func sampled(all []audit.File) []audit.File {
	if len(all) <= maxSources {
		return all
	}
	some := make([]audit.File, 0, maxSources)
	for i := range maxSources {
		some = append(some, all[i*len(all)/maxSources])
	}
	return some
}

// tiesIn looks at lines that hold a text in quotes; comments are left out.
func tiesIn(name string, content []byte, own instance) []finding {
	if !slices.ContainsFunc(marks, func(m []byte) bool { return bytes.Contains(content, m) }) {
		return nil
	}
	var found []finding
	number, prose := 0, false
	for line := range bytes.Lines(content) {
		number++
		// A text over several lines is documentation more often than not.
		if odd := (bytes.Count(line, []byte("\"\"\""))+bytes.Count(line, []byte("'''")))%2 == 1; odd {
			prose = !prose
		}
		if prose || len(line) > 400 || isComment(line) {
			continue
		}
		if kind := tie(string(line), own); kind != "" && len(found) < maxFindings {
			found = append(found, finding{name, number, kind})
		}
	}
	return found
}

// marks are cheap to look for: a file without any holds nothing of interest.
var marks = [][]byte{[]byte("://"), []byte("/home/"), []byte("/Users/"), []byte(`:\\`), []byte("inist")}

func isComment(line []byte) bool {
	line = bytes.TrimSpace(line)
	for _, start := range []string{"//", "#", "*", "/*", "<!--", "--", ";", "\"\"\"", "'''"} {
		if bytes.HasPrefix(line, []byte(start)) {
			return true
		}
	}
	return false
}
