package policy

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

func options() Options { return Options{Catalogue: checks.All(), Library: config.Policies()} }

// file writes policies into a folder and reads the first.
func load(t *testing.T, files ...string) (*audit.Policy, error) {
	t.Helper()
	folder := t.TempDir()
	for i := 0; i+1 < len(files); i += 2 {
		if err := os.WriteFile(filepath.Join(folder, files[i]), []byte(files[i+1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	p, err := Load(files[0], folder, options())
	if err != nil {
		return p, errors.New(strings.ReplaceAll(err.Error(), folder+string(filepath.Separator), ""))
	}
	return p, nil
}

const head = "name: ours\ntitle: {fr: Les nôtres, en: Ours}\n"

// one is a rule with everything but what it looks at.
const one = "rules:\n  - id: chart-present\n    severity: major\n    title: {fr: Le chart est présent, en: The chart is present}\n    fix: {fr: Ajoutez-le., en: Add it.}\n"

func TestLibrary(t *testing.T) {
	names := options().Names()
	if diff := cmp.Diff([]string{"data-science", "france-state", "interior-cloud-pi-native", "library"}, names); diff != "" {
		t.Fatal(diff)
	}
	for _, name := range names {
		p, err := Load(name, "", options())
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if p.Name != name || p.Version == "" || p.Title(audit.French) == "" || p.Title(audit.English) == "" {
			t.Errorf("%s: %+v", name, p)
		}
		if faults := audit.Validate(p.Apply(checks.All())); len(faults) > 0 {
			t.Errorf("%s: %v", name, faults)
		}
	}
}

// Whoever chooses no policy is judged as the default one judges.
func TestDefaultChangesNothing(t *testing.T) {
	p, err := Load(Default, "", options())
	if err != nil {
		t.Fatal(err)
	}
	if p.Limits() != audit.DefaultThresholds {
		t.Errorf("%+v", p.Thresholds)
	}
	p.Licences.List = strings.TrimPrefix(p.Licences.List, "crpa-d323-2-1")
	want := &audit.Policy{Name: Default, Version: p.Version, Titles: p.Titles, Severities: map[string]audit.Severity{}, Thresholds: audit.DefaultThresholds}
	if diff := cmp.Diff(want, p); diff != "" {
		t.Error(diff)
	}
}

func TestLoad(t *testing.T) {
	p, err := load(t, "ours.yaml", head+`extends: base.yml
severities: {chart-present: blocker, readme-useful: major, language-allowed: minor}
thresholds: {ready: 0.9}
licences: {list: OSI, also: [CC0-1.0]}
languages: [go, Python]
requirements:
  - {id: R-2, title: {fr: b, en: b}, checks: [chart-present, licence-present]}
  - {id: R-1, title: {fr: c, en: c}, checks: [readme-useful]}
`, "base.yml", "name: base\ntitle: {fr: a, en: a}\nextends: france-state\ndatabases: [postgresql]\nthresholds: {coverage: 0.7}\n"+one+"    file-present: Chart.yaml\nrequirements:\n  - {id: R-1, title: {fr: a, en: a}, checks: [chart-present]}\n")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"base", "france-state"}, p.Extends); diff != "" {
		t.Error(diff)
	}
	want := audit.DefaultThresholds
	want.Ready, want.Coverage = 0.9, 0.7
	if p.Thresholds != want {
		t.Errorf("%+v", p.Thresholds)
	}
	if p.Licences.List != "osi" || p.Languages[0] != "Go" || p.Databases[0] != "postgresql" {
		t.Errorf("%+v", p)
	}
	got := map[string]audit.Severity{}
	for _, c := range p.Apply(checks.All()) {
		got[c.ID] = c.Severity
	}
	for id, want := range map[string]audit.Severity{"chart-present": audit.Blocker, "readme-useful": audit.Major, "language-allowed": audit.Minor, "database-allowed": audit.Major, "licence-present": audit.Blocker} {
		if got[id] != want {
			t.Errorf("%s is %q", id, got[id])
		}
	}
	if len(p.Requirements) != 2 || p.Requirements[0].ID != "R-1" || p.Requirements[0].Checks[0].ID != "readme-useful" || p.Requirements[1].Checks[0].ID != "chart-present" {
		t.Errorf("%+v", p.Requirements)
	}
}

// The version changes with what is said, in whichever file, and not with how it
// is laid out.
func TestVersion(t *testing.T) {
	version := func(files ...string) string {
		p, err := load(t, files...)
		if err != nil {
			t.Fatal(err)
		}
		return p.Version
	}
	base := "name: base\ntitle: {fr: a, en: a}\n"
	same := version("ours.yaml", head+"extends: base.yaml\n", "base.yaml", base)
	for name, again := range map[string]string{
		"comment": version("ours.yaml", "# why\n"+head+"\nextends:   base.yaml\n", "base.yaml", base),
		"layout":  version("ours.yaml", "name: ours\ntitle:\n  fr: Les nôtres\n  en: \"Ours\"\nextends: base.yaml\n", "base.yaml", base),
	} {
		if again != same {
			t.Errorf("%s: %s, then %s", name, same, again)
		}
	}
	if version("ours.yaml", head+"extends: base.yaml\n", "base.yaml", base+"thresholds: {ready: 0.9}\n") == same {
		t.Error("a change of what is extended does not show")
	}
}

func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct{ content, want string }{
		"empty":            {"", "ours.yaml:1: empty; begin with config/policies/interior-cloud-pi-native.yaml"},
		"a list":           {"- a\n", "the policy must hold keys and values, and holds a list"},
		"not YAML":         {"name: [a\n", "ours.yaml:1: not YAML"},
		"no title":         {"name: ours\n", "ours.yaml:1: the policy without title"},
		"one language":     {"name: ours\ntitle: {fr: a}\n", "ours.yaml:2: the title without en"},
		"unknown key":      {head + "severity: {}\n", "unknown key \"severity\" in the policy; write severities"},
		"taken name":       {strings.Replace(head, "ours", "library", 1), "the name library is that of a policy that comes with perenne"},
		"unknown check":    {head + "severities: {readme-usefull: major}\n", "ours.yaml:3: no check and no rule has the id \"readme-usefull\"; write readme-useful"},
		"unknown severity": {head + "severities: {readme-useful: majeur}\n", "no severity is called \"majeur\"; write major"},
		"severities":       {head + "severities: [a]\n", "severities must hold keys and values, and holds a list"},
		"given twice":      {head + "severities:\n  readme-useful: major\n  readme-useful: minor\n", "ours.yaml:5: readme-useful is given twice, first on line 4"},
		"threshold":        {head + "thresholds: {ready: 80}\n", "write a number from 0 to 1"},
		"not a number":     {head + "thresholds: {ready: NaN}\n", "write a number from 0 to 1"},
		"turned round":     {head + "thresholds: {ready: 0.5}\n", "to-complete (0.6) is above ready (0.5)"},
		"list of licences": {head + "licences: {list: ossi}\n", "no list of licences is called \"ossi\"; write osi"},
		"licence":          {head + "licences: {also: [Apache2]}\n", "is not an SPDX id; write Apache-2.0"},
		"language":         {head + "languages: [Typscript]\n", "no language is called \"Typscript\"; write TypeScript"},
		"database":         {head + "databases: [postgres]\n", "no database is called \"postgres\"; write postgresql"},
		"runtime":          {head + "runtimes: {nodejs: [\"20\"]}\n", "no runtime is called \"nodejs\"; write node"},
		"version":          {head + "runtimes: {node: [lts/iron]}\n", "\"lts/iron\" is not a version"},
		"image":            {head + "base-images: [\"a b\"]\n", "is not a pattern of images"},
		"unknown base":     {head + "extends: france-sate\n", "ours.yaml:3: no policy is called \"france-sate\"; write france-state"},
		"missing base":     {head + "extends: other.yaml\n", "ours.yaml:3: cannot extend other.yaml: not found: no such file"},
		"itself":           {head + "extends: ours.yaml\n", "the policies extend each other in a circle"},
		"no test":          {head + one, "a rule looks at one thing, and this one at 0"},
		"two tests":        {head + one + "    file-present: a\n    file-absent: b\n", "a rule looks at one thing, and this one at 2"},
		"bad glob":         {head + one + "    file-present: \"[a\"\n", "\"[a\" is not a pattern of paths"},
		"leaving glob":     {head + one + "    file-present: ../secret\n", "\"../secret\" is not a pattern of paths"},
		"no files":         {head + one + "    file-present: []\n", "no file to look for"},
		"bad pattern":      {head + one + "    contains: {files: a, pattern: \"(\"}\n", "is not a regular expression: missing closing )"},
		"large pattern":    {head + one + "    contains: {files: a, pattern: \"(a{1,30}){1,30}\"}\n", "is too large a regular expression"},
		"huge pattern":     {head + one + "    contains: {files: a, pattern: \"" + strings.Repeat("a", 400) + "\"}\n", "a pattern of more than 300 characters"},
		"text and pattern": {head + one + "    contains: {files: a, text: b, pattern: c}\n", "one of text and pattern is wanted"},
		"nothing to find":  {head + one + "    contains: {files: a}\n", "one of text and pattern is wanted"},
		"no value":         {head + one + "    equals: {files: a, path: b}\n", "what to compare without value"},
		"bad path":         {head + one + "    equals: {files: a, path: b..c, value: d}\n", "is not a path of keys"},
		"bad dependency":   {head + one + "    dependency-forbidden: \"*\"\n", "\"*\" names no dependency"},
		"collision":        {head + strings.Replace(one, "chart-present", "readme-useful", 1) + "    file-present: a\n", "the id readme-useful is that of a check of the catalogue"},
		"reserved":         {head + strings.Replace(one, "chart-present", "language-allowed", 1) + "    file-present: a\n", "the id language-allowed is taken by perenne"},
		"one word":         {head + strings.Replace(one, "chart-present", "chart", 1) + "    file-present: a\n", "\"chart\" is not the id of a rule"},
		"listed twice":     {head + one + "    file-present: a\n" + strings.TrimPrefix(one, "rules:\n") + "    file-present: a\n", "the rule chart-present is listed twice, first on line 4"},
		"heading":          {head + strings.Replace(one, "The chart is present", "'## Reasons'", 1) + "    file-present: a\n", "begins with #"},
		"lines":            {head + strings.Replace(one, "The chart is present", "\"a\\nb\"", 1) + "    file-present: a\n", "line breaks and control characters do not belong here"},
		"bare requirement": {head + "requirements: [{id: R-1}]\n", "a requirement without checks"},
		"unknown answer":   {head + "requirements: [{id: R-1, title: {fr: a, en: a}, checks: [chart-presnt]}]\n", "no check and no rule has the id \"chart-presnt\""},
		"list not given":   {head + "requirements: [{id: R-1, title: {fr: a, en: a}, checks: [language-allowed]}]\n", "no check and no rule has the id \"language-allowed\""},
		"circular answer":  {head + "requirements: [{id: R-1, title: {fr: a, en: a}, checks: [framework-followed]}]\n", "framework-followed is the answer to all requirements"},
		"bomb":             {head + "rules: &a [*a, *a, *a]\n", "a rule must hold keys and values"},
		"merge key":        {"base: &a {name: ours}\n<<: *a\n", "merged keys are not read"},
		"binary":           {"name: a\x00b\n", "not a text file"},
	} {
		_, err := load(t, "ours.yaml", tc.content)
		if err == nil || !strings.Contains(err.Error(), tc.want) {
			t.Errorf("%s: %v\nwant %s", name, err, tc.want)
		}
	}
}

// Every fault is reported at once.
func TestAllFaults(t *testing.T) {
	_, err := load(t, "ours.yaml", "name: ours\nseverities: {a-b: major}\nlanguages: [Gopher]\nrules:\n  - id: X\n")
	if err == nil || len(strings.Split(err.Error(), "\n")) < 6 {
		t.Errorf("%v", err)
	}
}

func TestCircle(t *testing.T) {
	_, err := load(t, "a.yaml", strings.Replace(head, "ours", "a", 1)+"extends: b.yaml\n", "b.yaml", strings.Replace(head, "ours", "b", 1)+"extends: a.yaml\n")
	if err == nil || !strings.Contains(err.Error(), "b.yaml:3: the policies extend each other in a circle: a.yaml is read already; let one of them extend none") {
		t.Error(err)
	}
}

// A circle within a library, a chain that is too long, and a name that only the
// library has are no concern of the disk.
func TestLibraryFaults(t *testing.T) {
	o := Options{Library: fstest.MapFS{"a.yaml": {Data: []byte("name: a\nextends: b\n")}, "b.yaml": {Data: []byte("name: b\nextends: a\n")}}}
	if _, err := Load("a", "", o); err == nil || !strings.Contains(err.Error(), "in a circle") {
		t.Error(err)
	}
}

func TestUnreadable(t *testing.T) {
	folder := t.TempDir()
	for name, tc := range map[string]struct {
		file string
		size int
		want error
	}{
		"missing": {"other.yaml", -1, audit.ErrNotFound},
		"50 MB":   {"large.yaml", 50 << 20, audit.ErrTooLarge},
		"unknown": {"nothing", -1, audit.ErrNotFound},
		"folder":  {"folder.yaml", -2, audit.ErrUnsupported},
	} {
		file := filepath.Join(folder, tc.file)
		if tc.size >= 0 {
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				t.Fatal(err)
			}
			if err := os.Truncate(file, int64(tc.size)); err != nil {
				t.Fatal(err)
			}
		} else if tc.size == -2 {
			if err := os.Mkdir(file, 0o755); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := Load(tc.file, folder, options()); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(head + one + "    contains: {files: [\"**/a\"], pattern: \"a+\"}\n"))
	f.Add([]byte(head + "extends: france-state\nlicences: {list: osi}\nrules: &a [*a]\n"))
	o := options()
	f.Fuzz(func(t *testing.T, content []byte) {
		l := newLoader(o)
		p, err := l.finish(l.parse(origin{path: "p.yaml"}, content))
		var faults form.Faults
		if (p == nil) == (err == nil) || err != nil && !errors.As(err, &faults) {
			t.Errorf("policy %v, error %v", p, err)
		}
		if p != nil {
			if faults := audit.Validate(p.Rules); len(faults) > 0 {
				t.Errorf("%v\n%s", faults, content)
			}
		}
	})
}

// What the documentation shows can be copied.
func TestDocumentedExample(t *testing.T) {
	content, err := os.ReadFile(filepath.Join("..", "..", "docs", "policies.md"))
	if err != nil {
		t.Fatal(err)
	}
	_, after, found := strings.Cut(string(content), "```yaml\n")
	example, _, ended := strings.Cut(after, "```")
	if !found || !ended {
		t.Fatal("docs/policies.md shows no example")
	}
	p, err := load(t, "culture.yaml", example)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules) != 6 || len(p.Requirements) != 2 {
		t.Errorf("%d rules, %d requirements", len(p.Rules), len(p.Requirements))
	}
	if err := schema(t).Validate(decoded(t, example)); err != nil {
		t.Error(err)
	}
	for _, name := range options().Names() {
		if !strings.Contains(string(content), "config/policies/"+name+".yaml") {
			t.Errorf("docs/policies.md does not name %s", name)
		}
	}
}
