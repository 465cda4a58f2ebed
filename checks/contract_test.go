package checks_test

import (
	_ "embed"
	"encoding/json"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/checks/checktest"
	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed testdata/contract.txt
var contractTable string

// promise is what the contract says of one check. Its facts map a key to the
// keys of the objects in its list, none for a plain value.
type promise struct {
	id, axis, severity, needs string
	facts                     map[string][]string
}

var factPattern = regexp.MustCompile(`^([a-z0-9_]+)(?:\[\])?(?:\{([a-z_,]+)\})?$`)

func contract(t *testing.T) []promise {
	t.Helper()
	var all []promise
	for line := range strings.Lines(contractTable) {
		if line = strings.TrimSpace(line); line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := strings.Split(line+" ", " |")
		if len(cells) != 5 {
			t.Fatalf("%q: %d cells, want 5", line, len(cells))
		}
		p := promise{
			strings.TrimSpace(cells[0]), strings.TrimSpace(cells[1]), strings.TrimSpace(cells[2]), strings.TrimSpace(cells[3]),
			map[string][]string{},
		}
		for fact := range strings.FieldsSeq(cells[4]) {
			parts := factPattern.FindStringSubmatch(fact)
			if parts == nil {
				t.Fatalf("%s: %q is no fact", p.id, fact)
			}
			p.facts[parts[1]] = strings.FieldsFunc(parts[2], func(r rune) bool { return r == ',' })
		}
		all = append(all, p)
	}
	return all
}

var evidence = map[string]audit.Need{
	"T": audit.NeedTree, "A": audit.NeedAuthors, "H": audit.NeedFileHistory, "F": audit.NeedForge, "P": audit.NeedPortfolio,
}

// Dashboards and ministries' own programs read ids, weights and facts.
func TestContractIsKept(t *testing.T) {
	promised := contract(t)
	for _, p := range promised {
		t.Run(p.id, func(t *testing.T) {
			c, found := checks.ByID(p.id)
			if !found {
				t.Fatal("no such check")
			}
			if string(c.Axis) != p.axis || string(c.Severity) != p.severity {
				t.Errorf("%s %s, promised %s %s", c.Axis, c.Severity, p.axis, p.severity)
			}
			for letter := range strings.FieldsSeq(p.needs) {
				if !(c.Needs | c.Uses).Has(evidence[letter]) {
					t.Errorf("does not look at %s", letter)
				}
			}
			keepsFacts(t, c, p.facts)
		})
	}
	if got := len(checks.All()); got != len(promised) {
		t.Errorf("%d checks, %d in testdata/contract.txt", got, len(promised))
	}
}

// keepsFacts fails when an answer that was found by looking lacks a fact, or no
// case shows one of the keys of a list's objects.
func keepsFacts(t *testing.T, c *audit.Check, facts map[string][]string) {
	cases, err := filepath.Glob(filepath.Join("*", "testdata", c.ID, "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	unseen := map[string]bool{}
	for key, inner := range facts {
		for _, k := range inner {
			unseen[key+"."+k] = true
		}
	}
	for _, file := range cases {
		verdict := checktest.Verdict(t, c, file)
		written := asJSON(t, verdict.Facts)
		for key := range facts {
			value, found := written[key]
			if !found && slices.Contains([]audit.Answer{audit.AnswerMet, audit.AnswerPartlyMet, audit.AnswerNotMet}, verdict.Answer) {
				t.Errorf("%s: %s without the fact %s", filepath.Base(file), verdict.Answer, key)
			}
			list, _ := value.([]any)
			for _, object := range list {
				object, _ := object.(map[string]any)
				for k := range object {
					delete(unseen, key+"."+k)
				}
			}
		}
	}
	if len(unseen) > 0 {
		t.Errorf("no case shows %v", slices.Sorted(maps.Keys(unseen)))
	}
}

// asJSON returns facts as those who read the report see them.
func asJSON(t *testing.T, facts map[string]any) map[string]any {
	t.Helper()
	content, err := json.Marshal(facts)
	if err != nil {
		t.Fatal(err)
	}
	var written map[string]any
	if err := json.Unmarshal(content, &written); err != nil {
		t.Fatal(err)
	}
	return written
}
