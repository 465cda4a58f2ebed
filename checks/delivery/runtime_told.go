package delivery

import (
	"regexp"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

// toldNames are how sentences name the runtimes. "Python 3" names no version, so
// Python's needs a second number.
var toldNames = map[string]string{
	"node": `node(?:\.?js)?`, "python": `python`, "php": `php`, "ruby": `ruby`, "java": `(?:java|jdk|openjdk)`, "go": `go(?:lang)?`, "dotnet": `\.net(?: core)?`, "elixir": `elixir`,
}

// toldPatterns find a version that follows such a name: "Node.js 18.12 or newer",
// "Node | 16.x", "PHP (>= 8.2)".
var toldPatterns = sync.OnceValue(func() map[string]*regexp.Regexp {
	patterns := map[string]*regexp.Regexp{}
	for product, name := range toldNames {
		number := `\d+(?:\.\d+)*`
		if product == "python" {
			number = `\d+\.\d+`
		}
		patterns[product] = regexp.MustCompile(`(?i)(?:^|[^\w.])` + name + `\b[^\n\d.,;]{0,20}` + number + `\b`)
	}
	return patterns
})

// toldRuntimes returns where documents say which version of each of the runtimes is
// needed; found is false unless all are told.
func toldRuntimes(s *audit.Snapshot, products []string) (places []audit.Place, found bool) {
	for _, product := range products {
		pattern := toldPatterns()[product]
		if pattern == nil {
			return nil, false
		}
		place, told := toldIn(guide.All(s), pattern)
		if !told {
			return nil, false
		}
		places = append(places, place)
	}
	return places, len(places) > 0
}

func toldIn(docs []*document.Document, pattern *regexp.Regexp) (audit.Place, bool) {
	for _, doc := range docs {
		for _, section := range doc.Sections {
			for line := range strings.Lines(section.Text) {
				if pattern.MatchString(line) {
					return audit.Place{Path: doc.Path, Line: section.Line}, true
				}
			}
		}
	}
	return audit.Place{}, false
}
