package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

// endpoint is the line of a route in a text: "GET /ports/{id}".
var endpoint = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:GET|POST|PUT|PATCH|DELETE)\x60?\s+\x60?(?:https?://[^\s/]+)?/[\w{}:/.-]+|\bcurl\b[^\n]*(?: -X | -d |--request|--data|localhost[:/]|127\.0\.0\.1)[^\n]*|https?://[\w.:-]+/(?:[\w.-]+/)*api/[\w.-]+/[\w./-]+`)
})

// endpointSections returns the sections that show routes, of the documents that
// show two at least, or one below a heading on the API.
func endpointSections(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, doc := range guide.All(s) {
		var here []audit.Place
		routes := 0
		for _, section := range doc.Sections {
			n := routesIn(section)
			if n == 0 {
				continue
			}
			if slices.Contains(strings.Fields(guide.Plain(section.Heading+" "+doc.Title)), "api") {
				n++
			}
			routes += n
			here = append(here, audit.Place{Path: doc.Path, Line: section.Line})
		}
		if routes >= 2 {
			places = append(places, here...)
		}
	}
	return places
}

// offered are headings under which a product says how other programs call it.
var offered = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^(?:api (?:usage|reference|endpoints|rest|http)|(?:rest|http|data) api|using the api|(?:usage|utilisation) de l api|utiliser l api)$`)
})

// offeredSections returns the section of each README that says at some length how
// the product's own API is called, and the documents that say nothing else.
func offeredSections(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, doc := range guide.All(s) {
		i := slices.IndexFunc(doc.Sections, func(section document.Section) bool { return offered().MatchString(guide.Plain(section.Heading)) })
		if tellsCalls(doc) && len(places) < maxPlaces {
			places = append(places, audit.Place{Path: doc.Path})
			continue
		}
		if i >= 0 && guide.IsReadme(doc.Path) && len(places) < maxPlaces && guide.Words(doc.Below(i)) >= shortestUse {
			places = append(places, audit.Place{Path: doc.Path, Line: doc.Sections[i].Line})
		}
	}
	return places
}

// leastCalls is how many calls a document named after the API shows.
const leastCalls = 3

// tellsCalls reports whether a document is named after the API and shows its calls.
func tellsCalls(doc *document.Document) bool {
	if guide.Plain(guide.Stem(path.Base(doc.Path))) != "api" {
		return false
	}
	calls := 0
	for _, section := range doc.Sections {
		if routesIn(section) > 0 {
			calls++
		}
	}
	return calls >= leastCalls
}

// routesIn counts the routes that a section shows, up to three in each block.
func routesIn(section document.Section) int {
	routes := routesInText(section.Text)
	for _, code := range section.Code {
		routes += routesInText(code.Text)
	}
	return routes
}

// routeWords are the cheap test before the exact one.
var routeWords = []string{"GET", "POST", "PUT", "PATCH", "DELETE", "curl", "api/"}

func routesInText(text string) int {
	if !slices.ContainsFunc(routeWords, func(word string) bool { return strings.Contains(text, word) }) {
		return 0
	}
	return len(endpoint().FindAllStringIndex(text, 3))
}

var apiLink = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)/(?:swagger|redoc|openapi|api-docs?|apidocs?|api/(?:docs?|documentation|doc)|docs/api)(?:[/.?#-]|$)|://(?:api-?docs?|doc-api)\.`)
})

// apiElsewhere returns a link to a description that is kept or served elsewhere.
func apiElsewhere(s *audit.Snapshot) (link string, at audit.Place, found bool) {
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			for _, l := range section.Links {
				words := strings.Fields(guide.Plain(l.Text))
				documents := slices.Contains(words, "api") && (slices.Contains(words, "documentation") || slices.Contains(words, "doc") || slices.Contains(words, "docs") || slices.Contains(words, "reference")) || slices.Contains(words, "swagger") || slices.Contains(words, "openapi")
				if !l.Image && (apiLink().MatchString(l.URL) || documents && strings.Contains(l.URL, "://")) {
					return l.URL, audit.Place{Path: doc.Path, Line: l.Line}, true
				}
			}
		}
	}
	return "", audit.Place{}, false
}
