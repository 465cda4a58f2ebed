package delivery

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

var testsPresent = &audit.Check{
	ID: "tests-present", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 35, Side: audit.Team,
	Kinds:  append([]audit.Kind{audit.Notebook}, programs...),
	Source: "https://standards.beta.gouv.fr/",
	Texts:  texts, Run: runTestsPresent,
}

// programs are the kinds that are made of code; each root of one has tests of
// its own.
var programs = []audit.Kind{
	audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp, audit.Library,
}

// runTestsPresent counts the authors' tests, tells their kinds apart and looks
// for a command that a newcomer can type.
func runTestsPresent(s *audit.Snapshot) audit.Verdict {
	suite := suiteOf(s)
	kinds := []string{}
	for _, kind := range testKinds {
		if _, held := suite.examples[kind]; held {
			kinds = append(kinds, string(kind))
		}
	}
	return suiteVerdict(s, suite, kinds).Fact("tests", len(suite.files)).Fact("kinds", kinds)
}

func suiteVerdict(s *audit.Snapshot, suite *suite, kinds []string) audit.Verdict {
	if len(suite.files) == 0 {
		if len(suite.templates) > 0 {
			return audit.NotMet("template-only", "path", suite.templates[0].Path).At(suite.templates...)
		}
		return audit.NotMet("none")
	}
	var places []audit.Place
	for _, kind := range testKinds {
		if path, held := suite.examples[kind]; held {
			places = append(places, audit.Place{Path: path})
		}
	}
	count := len(suite.files)
	if bare := untestedRoot(s, suite); bare != "" {
		return audit.PartlyMet("root-untested", "count", count, "path", bare).At(places...)
	}
	command, place := testCommand(s)
	switch {
	case command == "":
		return audit.PartlyMet("no-command", "count", count).At(places...)
	case len(kinds) > 1, slices.Contains(kinds, string(unit)) && onlyLibraries(s):
		return audit.Met("tested-"+strings.Join(kinds, "-"), "count", count, "command", command).At(append(places, place)...)
	}
	return audit.PartlyMet("one-"+kinds[0], "count", count, "command", command).At(places...)
}

// onlyLibraries: nothing runs by itself, so there is no whole to test.
func onlyLibraries(s *audit.Snapshot) bool {
	return !slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool {
		switch d.Kind {
		case audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp:
			return !d.Static
		}
		return false
	})
}

// untestedRoot returns the folder of a deliverable without a test of its own
// while the others have some, or "". Tests outside every folder count for all.
func untestedRoot(s *audit.Snapshot, suite *suite) string {
	var roots []string
	for _, d := range s.Deliverables {
		// An application's own packages are tested through it.
		within := d.Kind == audit.Library && !onlyLibraries(s)
		if d.Root != "" && !d.Static && !within && slices.Contains(programs, d.Kind) {
			roots = append(roots, d.Root)
		}
	}
	if len(roots) < 2 {
		return ""
	}
	tested := map[string]bool{}
	for _, t := range suite.files {
		inside := false
		for _, root := range roots {
			if audit.Within(t.Dir(), root) {
				tested[root] = true
				inside = true
			}
		}
		if !inside {
			return ""
		}
	}
	for _, root := range roots {
		if !tested[root] {
			return root
		}
	}
	return ""
}

// suite is the authors' tests.
type suite struct {
	files []audit.File
	// examples maps a kind to the path of its first file.
	examples map[testKind]string
	// templates are the tests that a generator wrote.
	templates []audit.Place
}

type suiteKey struct{}

// maxTestsRead is how many files are read that are tests by their name; past it,
// names are believed. Of those that only may be tests, maxDoubtsRead are read,
// and the others do not count.
const maxTestsRead, maxDoubtsRead = 60, 300

func suiteOf(s *audit.Snapshot) *suite {
	return audit.Once(s, suiteKey{}, func(s *audit.Snapshot) *suite {
		found := &suite{examples: map[testKind]string{}}
		var read, doubts int
		for _, f := range s.OwnFiles() {
			t, ok := testFileOf(f)
			if !ok {
				continue
			}
			t.kind = found.look(s, t, &read, &doubts)
			if t.kind == "" {
				continue
			}
			found.files = append(found.files, f)
			if _, held := found.examples[t.kind]; !held {
				found.examples[t.kind] = f.Path
			}
		}
		found.inline(s)
		return found
	})
}

// look reads a file where that can still change the answer, and returns its
// kind, or "" for a file that tests nothing of the authors'.
func (found *suite) look(s *audit.Snapshot, t testFile, read, doubts *int) testKind {
	_, hasUnit := found.examples[unit]
	settled := len(found.examples) > 1 && hasUnit && len(found.files) > 5
	switch {
	case t.sure && (settled || *read >= maxTestsRead || t.file.SizeBytes > maxTestBytes):
		return t.kind
	case !t.sure && (*doubts >= maxDoubtsRead || t.file.SizeBytes > maxTestBytes):
		return ""
	case t.sure:
		*read++
	default:
		*doubts++
	}
	content, err := s.Read(t.file)
	if err != nil {
		return t.kind
	}
	switch {
	case audit.IsBinary(content) || !testsIn(t.file, content):
		return ""
	case templated(content):
		found.templates = append(found.templates, audit.Place{Path: t.file.Path})
		return ""
	}
	return kindIn(t, content)
}

// maxInline is how many Rust sources are searched for tests inside them.
const maxInline = 40

// inline adds the unit tests that Rust keeps beside the code.
func (found *suite) inline(s *audit.Snapshot) {
	read := 0
	for _, f := range s.OwnFiles() {
		if !hasSuffix(f.Path, ".rs") || f.SizeBytes > maxTestBytes || read >= maxInline || slices.ContainsFunc(found.files, func(g audit.File) bool { return g.Path == f.Path }) {
			continue
		}
		read++
		if content, err := s.Read(f); err == nil && testsIn(f, content) && !templated(content) {
			found.files = append(found.files, f)
			if _, held := found.examples[unit]; !held {
				found.examples[unit] = f.Path
			}
		}
	}
}
