package deploy_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

var (
	link = regexp.MustCompile(`\]\(([^)#:]+)(#[^)]*)?\)`)
	path = regexp.MustCompile(`\bdeploy/[\w./-]*\w`)
)

// What operations.md names is there.
func TestOperationsNameWhatIsThere(t *testing.T) {
	content := string(read(t, "../docs/operations.md"))
	for _, m := range link.FindAllStringSubmatch(content, -1) {
		if _, err := os.Stat(filepath.Join("../docs", m[1])); err != nil {
			t.Error(err)
		}
	}
	for _, name := range path.FindAllString(content, -1) {
		if _, err := os.Stat(filepath.Join("..", name)); err != nil {
			t.Error(err)
		}
	}
	rules := string(read(t, "prometheus/rules.yaml"))
	for _, alert := range regexp.MustCompile(`\bPerenne[A-Z]\w+`).FindAllString(content, -1) {
		if !strings.Contains(rules, "alert: "+alert+"\n") {
			t.Errorf("no alert is called %s", alert)
		}
	}
}
