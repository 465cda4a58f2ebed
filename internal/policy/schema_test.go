package policy

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/config"
)

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("..", "..", "config", "policy.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("policy.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("policy.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// decoded reads YAML as an editor does for a JSON schema.
func decoded(t *testing.T, content string) any {
	t.Helper()
	var value any
	if err := yaml.Unmarshal([]byte(content), &value); err != nil {
		t.Fatal(err)
	}
	return value
}

const full = head + `extends: france-state
severities: {readme-useful: major, chart-present: blocker}
thresholds: {ready: 0.9, to-complete: 0.7, coverage: 0.9, provisional: 0.5, second-person: 0.3, ending-days: 60}
licences: {list: eupl, also: [MIT], except: [GPL-2.0]}
languages: [Python, TypeScript]
runtimes: {python: ["3.12"], node: [20, 22]}
databases: [postgresql]
base-images: ["registry.example/*", "node:20*"]
rules:
  - {id: chart-present, axis: reliability, severity: minor, kinds: [library], title: {fr: a, en: a}, why: {fr: b, en: b}, fix: {fr: c, en: c}, source: here, effort-hours: 1, lead-days: 2, side: dsi, file-present: "**/Chart.yaml"}
  - {id: a-absent, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, file-absent: [a, "b/**"]}
  - {id: b-contains, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, contains: {files: a, text: b}}
  - {id: c-lacks, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, does-not-contain: {files: [a], pattern: "b+"}}
  - {id: d-equals, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, equals: {files: a, path: b.c, value: true}}
  - {id: e-equals, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, equals: {files: a, path: [b.c, 0], value: [1, x]}}
  - {id: f-depends, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, dependency-present: [npm:pino, "winston*"]}
  - {id: g-forbids, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, dependency-forbidden: moment}
  - {id: h-based, severity: minor, title: {fr: a, en: a}, fix: {fr: c, en: c}, base-image: python}
requirements:
  - {id: R-1, title: {fr: a, en: a}, kinds: [library], checks: [chart-present, language-allowed]}
`

// The schema accepts what is read, and finds what it can find.
func TestSchemaAgrees(t *testing.T) {
	s := schema(t)
	accepted := map[string]string{"full": full, "short": head, "empty values": head + "severities:\nrules:\nlicences:\nextends:\n"}
	for _, name := range options().Names() {
		content, err := fs.ReadFile(config.Policies(), name+".yaml")
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Validate(decoded(t, string(content))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, content := range accepted {
		if err := s.Validate(decoded(t, content)); err != nil {
			t.Errorf("%s: the schema: %v", name, err)
		}
		if _, err := load(t, "ours.yaml", content); err != nil {
			t.Errorf("%s: the reader: %v", name, err)
		}
	}
	without := func(old, new string) string { return strings.Replace(full, old, new, 1) }
	for name, content := range map[string]string{
		"no title": "name: ours\n", "name in capitals": "name: Ours\ntitle: {fr: a, en: a}\n", "one language": "name: ours\ntitle: {fr: a}\n",
		"unknown key": head + "rule: []\n", "severity": without("readme-useful: major", "readme-useful: high"), "threshold": without("ready: 0.9", "ready: 90"),
		"list": without("list: eupl", "list: spdx"), "runtime": without("python: [\"3.12\"]", "cobol: [\"1\"]"), "axis": without("axis: reliability", "axis: safety"),
		"kind": without("kinds: [library]", "kinds: [lib]"), "side": without("side: dsi", "side: vendor"), "two tests": without("file-present: \"**/Chart.yaml\"", "file-present: a, file-absent: b"),
		"no test": without(", file-present: \"**/Chart.yaml\"", ""), "text and pattern": without("text: b", "text: b, pattern: c"), "leaving path": without("[a, \"b/**\"]", "[../a]"),
		"no value": without(", value: true", ""), "no checks": without("[chart-present, language-allowed]", "[]"), "id": without("id: a-absent", "id: Absent"),
		"no fix": without(", fix: {fr: c, en: c}, file-absent", ", file-absent"), "days": without("ending-days: 60", "ending-days: -1"),
		"circle": without("[chart-present, language-allowed]", "[framework-followed]"), "heading": without("why: {fr: b, en: b}", "why: {fr: '# b', en: b}"),
	} {
		if err := s.Validate(decoded(t, content)); err == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
		if _, err := load(t, "ours.yaml", content); err == nil {
			t.Errorf("%s: the reader accepts it", name)
		}
	}
}
