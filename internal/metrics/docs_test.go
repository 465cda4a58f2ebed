package metrics

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/perenne-audit/perenne/checks"
	"github.com/perenne-audit/perenne/internal/board"
)

//go:generate go test -run TestDocsAreFresh -update .

var update = flag.Bool("update", false, "write the generated parts of docs/metrics.md")

// fixedSeries is what one challenge has at most, its checks left out.
func fixedSeries(t *testing.T) int {
	sum := 0
	for _, f := range ofChallenge {
		if f.series == "K" {
			continue
		}
		n, err := strconv.Atoi(f.series)
		if err != nil {
			t.Fatal(err)
		}
		sum += n
	}
	return sum
}

// generated are the parts of the page, by the word that marks them.
func generated(t *testing.T) map[string]string {
	var table strings.Builder
	table.WriteString("| Name | Type | Labels | Meaning | Series |\n|---|---|---|---|---|\n")
	for _, f := range slices.Concat(ofChallenge, ofProcess) {
		labels := "none"
		if len(f.labels) > 0 {
			labels = "`" + strings.Join(f.labels, "`, `") + "`"
		}
		fmt.Fprintf(&table, "| `%s` | %s | %s | %s | %s |\n", f.name, f.kind, labels, f.help, f.series)
	}
	fixed, catalogue := fixedSeries(t), len(checks.All())
	formula := fmt.Sprintf("C challenges that were asked K checks each make at most **C × (%d + K)** series. With the %d checks of the catalogue that is %d for each challenge: %d for the 10 of a cohort, %d for 20,000 challenges. The bound, whatever a policy adds, is C × %d.\n",
		fixed, catalogue, fixed+catalogue, 10*(fixed+catalogue), 20_000*(fixed+catalogue), fixed+maxChecks)
	return map[string]string{"table": table.String(), "formula": formula}
}

func TestDocsAreFresh(t *testing.T) {
	file := filepath.Join("..", "..", "docs", "metrics.md")
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	page := string(content)
	for mark, text := range generated(t) {
		before, rest, found := strings.Cut(page, "<!-- "+mark)
		head, rest, found2 := strings.Cut(rest, "-->\n")
		_, after, found3 := strings.Cut(rest, "<!-- end of "+mark+" -->")
		if !found || !found2 || !found3 {
			t.Fatalf("docs/metrics.md has no place for the %s", mark)
		}
		page = before + "<!-- " + mark + head + "-->\n" + text + "<!-- end of " + mark + " -->" + after
	}
	if *update {
		if err := os.WriteFile(file, []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if page != string(content) {
		t.Error("docs/metrics.md is stale: run go test ./internal/metrics -run TestDocs -update")
	}
}

// What is scraped and what the page's table says are the same, name by name and
// label by label, and no challenge has more series than it says.
func TestTableIsWhatIsScraped(t *testing.T) {
	row, undated := sheet(1, 9), sheet(3, 9)
	undated.Challenge.MissionEnd = time.Time{}
	_, _, body := scrape(t, fed(Config{Board: &shelf{rows: []board.Row{row, undated}}}))
	parser := expfmt.NewTextParser(model.UTF8Validation)
	scraped, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range slices.Concat(ofChallenge, ofProcess) {
		got := scraped[f.name]
		if got == nil {
			t.Errorf("%s is not shown", f.name)
			continue
		}
		delete(scraped, f.name)
		if kind := strings.ToLower(got.GetType().String()); kind != f.kind || got.GetHelp() != f.help {
			t.Errorf("%s: a %s: %s", f.name, kind, got.GetHelp())
		}
		most := strings.ReplaceAll(f.series, "K", "9")
		if n, err := strconv.Atoi(most); err == nil && f.kind != "histogram" && ofOne(got, row.Challenge.ID) > n {
			t.Errorf("%s: %d series, at most %d are said", f.name, ofOne(got, row.Challenge.ID), n)
		}
		for _, m := range got.Metric {
			if names := labelNames(m); !slices.Equal(names, slices.Sorted(slices.Values(f.labels))) {
				t.Errorf("%s has the labels %v, want %v", f.name, names, f.labels)
			}
		}
	}
	for name := range scraped {
		if !strings.HasPrefix(name, "go_") && !strings.HasPrefix(name, "process_") {
			t.Errorf("%s is shown and not in the table", name)
		}
	}
}

func labelNames(m *dto.Metric) []string {
	names := []string{}
	for _, l := range m.Label {
		names = append(names, l.GetName())
	}
	slices.Sort(names)
	return names
}

// ofOne counts the series of one challenge, or all of a family without.
func ofOne(f *dto.MetricFamily, id string) int {
	n := 0
	for _, m := range f.Metric {
		other := slices.ContainsFunc(m.Label, func(l *dto.LabelPair) bool { return l.GetName() == "challenge" && l.GetValue() != id })
		if !other {
			n++
		}
	}
	return n
}
