package portfolio

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/checks"
)

var folder = filepath.Join("..", "..", "config")

func schema(t *testing.T) *jsonschema.Schema {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(folder, "portfolio.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	document, err := jsonschema.UnmarshalJSON(bytes.NewReader(content))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	compiler.AssertFormat()
	if err := compiler.AddResource("portfolio.schema.json", document); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("portfolio.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	return compiled
}

// decoded reads YAML as an editor does for a JSON schema: dates are words.
func decoded(t *testing.T, content []byte) any {
	t.Helper()
	var top yaml.Node
	if err := yaml.Unmarshal(content, &top); err != nil {
		t.Fatal(err)
	}
	return plainValue(t, &top)
}

func plainValue(t *testing.T, n *yaml.Node) any {
	t.Helper()
	switch n.Kind {
	case yaml.DocumentNode:
		return plainValue(t, n.Content[0])
	case yaml.AliasNode:
		return plainValue(t, n.Alias)
	case yaml.SequenceNode:
		all := []any{}
		for _, item := range n.Content {
			all = append(all, plainValue(t, item))
		}
		return all
	case yaml.MappingNode:
		all := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			all[n.Content[i].Value] = plainValue(t, n.Content[i+1])
		}
		return all
	}
	if n.Tag == "!!timestamp" {
		return n.Value
	}
	var value any
	if err := n.Decode(&value); err != nil {
		t.Fatal(err)
	}
	return value
}

func ids() []string {
	var all []string
	for _, c := range checks.All() {
		all = append(all, c.ID)
	}
	return all
}

func TestExample(t *testing.T) {
	file := filepath.Join(folder, "portfolio.example.yaml")
	p, err := Load(file, Options{Checks: ids()})
	if err != nil {
		t.Fatal(err)
	}
	const seminar = 10
	if len(p.Challenges) != seminar {
		t.Errorf("%d challenges", len(p.Challenges))
	}
	for _, c := range p.Challenges {
		if len(c.Repositories) == 0 || c.Ministry == "" || c.MissionEnd.IsZero() {
			t.Errorf("%s: %+v", c.ID, c)
		}
	}
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := schema(t).Validate(decoded(t, content)); err != nil {
		t.Error(err)
	}
}

// The schema accepts what Parse accepts, and finds what it can find.
func TestSchemaAgrees(t *testing.T) {
	s := schema(t)
	imported, err := Import([]byte(list), ImportOptions{})
	if err != nil {
		t.Fatal(err)
	}
	for name, content := range map[string]string{
		"whole": whole, "imported": string(imported), "empty values": "ministries:\n" + inChallenge("mission:\npeople:\nhost:\n"),
	} {
		if err := s.Validate(decoded(t, []byte(content))); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, content := range map[string]string{
		"unknown key": inChallenge("repositry: []\n"), "no name": "challenges: [{id: a}]\n", "no id": "challenges: [{name: a}]\n",
		"id in capitals": "challenges: [{id: A, name: a}]\n", "French date": inChallenge("production: 31/10/2026\n"),
		"no such day": inChallenge("production: 2026-02-30\n"), "role": inChallenge("repositories: [{url: ./a, role: libary}]\n"),
		"kind": inChallenge("kinds: [website]\n"), "scenario": inChallenge("scenario: contrat\n"), "criticality": inChallenge("criticality: high\n"),
		"schedule": inChallenge("schedule: 5 minutes\n"), "e-mail": inChallenge("people: [{name: Ada, emails: [ada]}]\n"),
		"leaves and stays": inChallenge("people: [{name: Ada, leaves: 2026-10-31, staying: true}]\n"),
		"bare waiver":      inChallenge("waivers: [{check: licence-present}]\n"), "no url": inChallenge("repositories: [{role: data}]\n"),
		"bare attestation": inChallenge("attestations: [{check: sign-off}]\n"), "list for a word": inChallenge("host: [a]\n"),
	} {
		if err := s.Validate(decoded(t, []byte(content))); err == nil {
			t.Errorf("%s: the schema accepts it", name)
		}
		if _, err := Parse("p.yaml", []byte(content), catalogue); err == nil {
			t.Errorf("%s: the reader accepts it", name)
		}
	}
}
