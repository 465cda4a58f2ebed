package metrics

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"
)

var (
	rulesFile     = filepath.Join("..", "..", "deploy", "prometheus", "rules.yaml")
	dashboardFile = filepath.Join("..", "..", "deploy", "grafana", "dashboards", "portfolio.json")
)

// promtool runs Prometheus's own checker.
func promtool(t *testing.T, args ...string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), tool(t, "promtool"), args...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("promtool %s: %v\n%s", strings.Join(args, " "), err, out)
	}
}

func TestPrometheusTakesItsFiles(t *testing.T) {
	t.Parallel()
	dir := filepath.Dir(rulesFile)
	promtool(t, "check", "config", filepath.Join(dir, "prometheus.yaml"))
	promtool(t, "check", "rules", "--lint=all", "--lint-fatal", rulesFile)
	promtool(t, "test", "rules", filepath.Join(dir, "rules_test.yaml"))
}

// rule is a recording or an alert.
type rule struct {
	Record, Alert, Expr string
	Annotations         map[string]string
}

func rules(t *testing.T) []rule {
	t.Helper()
	content, err := os.ReadFile(rulesFile)
	if err != nil {
		t.Fatal(err)
	}
	var file struct {
		Groups []struct{ Rules []rule }
	}
	if err := yaml.Unmarshal(content, &file); err != nil {
		t.Fatal(err)
	}
	var all []rule
	for _, g := range file.Groups {
		all = append(all, g.Rules...)
	}
	return all
}

func TestRulesAskForWhatThereIs(t *testing.T) {
	tested, err := os.ReadFile(filepath.Join(filepath.Dir(rulesFile), "rules_test.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	known := vocabulary(t)
	for _, r := range rules(t) {
		known.check(t, r.Record+r.Alert, r.Expr)
		if r.Alert == "" {
			continue
		}
		for _, text := range []string{"summary", "description", "summary_fr", "description_fr"} {
			if r.Annotations[text] == "" {
				t.Errorf("%s has no %s", r.Alert, text)
			}
		}
		if !strings.Contains(string(tested), "alertname: "+r.Alert+"\n") {
			t.Errorf("%s has no test", r.Alert)
		}
	}
}

// words maps what may be asked for to its labels.
type words map[string][]string

// vocabulary holds the metrics that a fully fed registry shows, and what the
// rules record of them.
func vocabulary(t *testing.T) words {
	w := words{"up": nil}
	for _, f := range slices.Concat(ofChallenge, ofProcess) {
		names := []string{f.name}
		labels := f.labels
		if f.kind == "histogram" {
			names = []string{f.name + "_bucket", f.name + "_sum", f.name + "_count"}
			labels = append([]string{"le"}, f.labels...)
		}
		for _, n := range names {
			w[n] = labels
		}
	}
	for _, r := range rules(t) {
		if r.Record == "" {
			continue
		}
		for _, name := range metricName.FindAllString(r.Expr, -1) {
			w[r.Record] = append(w[r.Record], w[name]...)
		}
	}
	return w
}

var (
	metricName = regexp.MustCompile(`\b(?:[a-z_]+:)?perenne_[a-z_]+(?::[a-z0-9]+)?|\b[a-z_]+:perenne_[a-z_:0-9]+|\bup\b`)
	selector   = regexp.MustCompile(`([a-z_:0-9]+)\{([^}]*)\}`)
	matcher    = regexp.MustCompile(`([a-z_]+)\s*(?:=~|!~|!=|=)\s*"`)
	grouping   = regexp.MustCompile(`\b(?:by|on|ignoring|without)\s*\(([^)]*)\)`)
	// target are the labels that Prometheus adds.
	target = []string{"job", "instance", "pod"}
)

// check reports each name and label in a query that nobody gives.
func (w words) check(t *testing.T, where, query string) {
	t.Helper()
	for _, fault := range w.faults(query) {
		t.Errorf("%s: %s: %s", where, fault, query)
	}
}

func (w words) faults(query string) []string {
	var labels, faults []string
	names := metricName.FindAllString(query, -1)
	if len(names) == 0 {
		faults = append(faults, "it asks for no metric")
	}
	for _, name := range names {
		own, found := w[name]
		if !found {
			faults = append(faults, name+" does not exist")
		}
		labels = append(labels, own...)
	}
	for _, s := range selector.FindAllStringSubmatch(query, -1) {
		for _, m := range matcher.FindAllStringSubmatch(s[2], -1) {
			if !slices.Contains(w[s[1]], m[1]) && !slices.Contains(target, m[1]) {
				faults = append(faults, s[1]+" has no label "+m[1])
			}
		}
	}
	for _, g := range grouping.FindAllStringSubmatch(query, -1) {
		for _, l := range strings.FieldsFunc(g[1], func(r rune) bool { return r == ',' || r == ' ' }) {
			if !slices.Contains(labels, l) && !slices.Contains(target, l) {
				faults = append(faults, "nothing in it has the label "+l)
			}
		}
	}
	return faults
}

func TestVocabularyFindsFaults(t *testing.T) {
	known := vocabulary(t)
	for _, query := range []string{
		`perenne_no_such_thing`, `perenne_actions{axis="x"}`, `sum by (person) (perenne_checks)`, `challenge:perenne_none:sum`, `1`,
	} {
		if len(known.faults(query)) == 0 {
			t.Errorf("%s passes", query)
		}
	}
}

// panel is one panel of a dashboard.
type panel struct {
	ID                       int
	Type, Title, Description string
	Datasource               struct{ UID string }
	GridPos                  struct{ X, Y, W, H int }
	Targets                  []struct{ RefID, Expr, LegendFormat string }
}

type dashboard struct {
	UID, Title string
	Panels     []panel
	Templating struct {
		List []struct{ Name, Definition string }
	}
}

func portfolioDashboard(t *testing.T) dashboard {
	t.Helper()
	content, err := os.ReadFile(dashboardFile)
	if err != nil {
		t.Fatal(err)
	}
	var d dashboard
	if err := json.Unmarshal(content, &d); err != nil {
		t.Fatal(err)
	}
	return d
}

// queries are those of the dashboard with its variable filled in, by panel.
func (d dashboard) queries() map[string][]string {
	all := map[string][]string{}
	for _, p := range d.Panels {
		for _, q := range p.Targets {
			all[p.Title] = append(all[p.Title], strings.ReplaceAll(q.Expr, "$challenge", ".*"))
		}
	}
	return all
}

var legendLabel = regexp.MustCompile(`\{\{\s*([a-z_]+)\s*\}\}`)

func TestDashboardAsksForWhatThereIs(t *testing.T) {
	known, d := vocabulary(t), portfolioDashboard(t)
	ids := map[int]bool{}
	for i, p := range d.Panels {
		if ids[p.ID] || p.Title == "" || p.Description == "" || len(p.Targets) == 0 || p.Datasource.UID != "perenne-prometheus" {
			t.Errorf("panel %d %q: id used twice, or something is missing", p.ID, p.Title)
		}
		ids[p.ID] = true
		for _, q := range d.Panels[i].Targets {
			known.check(t, p.Title, q.Expr)
			for _, l := range legendLabel.FindAllStringSubmatch(q.LegendFormat, -1) {
				if !strings.Contains(q.Expr, l[1]) {
					t.Errorf("%s: the legend names %s, which the query drops", p.Title, l[1])
				}
			}
		}
		for _, other := range d.Panels[:i] {
			a, b := p.GridPos, other.GridPos
			if a.X < b.X+b.W && b.X < a.X+a.W && a.Y < b.Y+b.H && b.Y < a.Y+a.H || a.X+a.W > 24 {
				t.Errorf("%q lies over %q, or leaves the page", p.Title, other.Title)
			}
		}
	}
	for _, v := range d.Templating.List {
		known.check(t, "variable "+v.Name, v.Definition)
	}
}

// Prometheus itself parses each query, as a rule.
func TestDashboardQueriesParse(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	b.WriteString("groups:\n- name: dashboard\n  rules:\n")
	for _, queries := range portfolioDashboard(t).queries() {
		for _, q := range queries {
			fmt.Fprintf(&b, "  - {record: test:test%d:test, expr: %q}\n", b.Len(), q)
		}
	}
	file := filepath.Join(t.TempDir(), "dashboard.yaml")
	if err := os.WriteFile(file, []byte(b.String()), 0o600); err != nil {
		t.Fatal(err)
	}
	promtool(t, "check", "rules", file)
}

func TestGrafanaFindsItsFiles(t *testing.T) {
	dir := filepath.Join("..", "..", "deploy", "grafana", "provisioning")
	var source struct{ Datasources []struct{ UID, Type string } }
	var provider struct {
		Providers []struct {
			Type    string
			Options struct{ Path string }
		}
	}
	for file, into := range map[string]any{"datasources/prometheus.yaml": &source, "dashboards/perenne.yaml": &provider} {
		content, err := os.ReadFile(filepath.Join(dir, file))
		if err != nil {
			t.Fatal(err)
		}
		if err := yaml.Unmarshal(content, into); err != nil {
			t.Fatal(err)
		}
	}
	if len(source.Datasources) != 1 || source.Datasources[0].UID != "perenne-prometheus" || source.Datasources[0].Type != "prometheus" {
		t.Errorf("data sources %+v", source)
	}
	if len(provider.Providers) != 1 || provider.Providers[0].Type != "file" || provider.Providers[0].Options.Path == "" {
		t.Errorf("providers %+v", provider)
	}
}
