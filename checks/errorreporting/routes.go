package errorreporting

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// route is one address at which the program answers for its health.
type route struct {
	path  string
	place audit.Place
	// library is true for a route that a dependency brings: path is its name then.
	library bool
}

// healthLibraries bring such a route.
const healthLibraries = `django-health-check django-watchman flask-healthz fastapi-health healthcheck py-healthcheck pyctuator dockerflow
@nestjs/terminus @godaddy/terminus lightship express-healthcheck express-actuator fastify-healthcheck @promster/express
org.springframework.boot:spring-boot-starter-actuator io.quarkus:quarkus-smallrye-health io.micronaut:micronaut-management
health_check okcomputer health-monitor-rails rails-healthcheck liip/monitor-bundle spatie/laravel-health ukfast/laravel-health-check
github.com/hellofresh/health-go* github.com/heptiolabs/healthcheck github.com/alexliesenfeld/health AspNetCore.HealthChecks.*`

const (
	// healthPath is the literal, with the prefixes that applications give to what
	// serves machines.
	healthPath = `\^?/?(?:(?:api|rest|v[0-9]+|internal|system|monitoring|management|actuator|app|public|core|probes?|_|-)/){0,3}` +
		`[_-]{0,2}(?:health|healthy|healthz|healthcheck|health-?check|health_check|ready|readyz|readiness|live|livez|liveness|alive|ping|status|up|heartbeat|lbheartbeat)_{0,2}(?:/(?:live|ready|check|liveness|readiness))?/?\$?`
	quoted = `r?["'\x60](` + healthPath + `)["'\x60]`
)

// declarations maps an extension to the ways in which its frameworks declare a
// route. A client's call to somebody else's route has none of these shapes.
// Compiling them takes milliseconds, which only an audit should pay.
var declarations = sync.OnceValue(func() map[string]*regexp.Regexp {
	return map[string]*regexp.Regexp{
		".py":   regexp.MustCompile(`(?:@[\w.]+\.(?:route|get|api_route|head)\(\s*|\b(?:path|re_path|url)\(\s*|\b(?:add_url_rule|add_route|add_get|add_api_route|web\.get|Route|add_resource)\(\s*(?:\w+\s*,\s*)?|^\s*\(\s*)` + quoted + `\s*[,)]`),
		".js":   regexp.MustCompile(`(?:\b(?:app|router|server|routes?|fastify|express|\w+Router|\w+App|\w+Server|\w+Routes?)\.(?:get|all|use|head|route)\(\s*|@(?:Get|Controller|All)\(\s*|\burl:\s*)` + quoted),
		".go":   regexp.MustCompile(`\.(?:Get|GET|HandleFunc|Handle|Method|Any|Head|HandlerFunc)\(\s*(?:http\.MethodGet,\s*|"GET",\s*)?"(?:GET )?(` + healthPath + `)"\s*,|\.Path\("(` + healthPath + `)"\)|\(\s*"GET (` + healthPath + `)"\s*,`),
		".rb":   regexp.MustCompile(`^\s*(?:get|match|head|mount\s+\w+(?:::\w+)*\s*(?:=>|,\s*at:))\s*\(?\s*` + quoted),
		".php":  regexp.MustCompile(`(?:Route::(?:get|any|view|match)\(\s*|[#@]\[?Route\(\s*(?:path:\s*|path=)?|\$(?:app|router|group|r)->(?:get|any|map)\(\s*|\bhealth:\s*)` + quoted),
		".java": regexp.MustCompile(`(?:@(?:Get|Request)Mapping\([^"]*|@Path\(\s*|\b(?:get|app\.get|GET|path)\(\s*)` + quoted),
		".cs":   regexp.MustCompile(`(?:Map(?:Get|HealthChecks|Methods)\(\s*|UseHealthChecks\(\s*|\[(?:HttpGet|Route)\(\s*)@?` + quoted),
		".r":    regexp.MustCompile(`^\s*#[*']\s*@get\s+(/` + strings.TrimPrefix(healthPath, `\^?/?`) + `)\s*$|\bpr_get\(\s*` + quoted),
		".ex":   regexp.MustCompile(`^\s*(?:(?:get|forward|match)[\s(]+|plug[\s(].*\bat:\s*)` + quoted),
		".rs":   regexp.MustCompile(`(?:\.(?:route|at|service|nest)\(\s*|#\[get\(\s*|resource\(\s*|warp::path!?\(\s*)` + quoted),
		".clj":  regexp.MustCompile(`(?:\(GET\s+|\[\s*)` + quoted),
		".yaml": regexp.MustCompile(`^\s*path:\s*["']?(` + healthPath + `)["']?\s*$`),
	}
})

// sameAs maps further extensions to those above.
var sameAs = map[string]string{
	".jsx": ".js", ".ts": ".js", ".tsx": ".js", ".mjs": ".js", ".cjs": ".js", ".mts": ".js", ".kt": ".java", ".scala": ".java", ".groovy": ".java",
	".exs": ".ex", ".cljc": ".clj", ".R": ".r", ".ru": ".rb", ".yml": ".yaml", ".fs": ".cs",
}

// words are the cheap test before the exact one: they stand in a path behind
// one of wordBefore.
var words = [][]byte{
	[]byte("health"), []byte("read"), []byte("live"), []byte("ping"), []byte("status"), []byte("up\""), []byte("up'"), []byte("up/"), []byte("alive"), []byte("heartbeat"), []byte("lbheartbeat"),
}

const wordBefore = "/\"'`_-^"

// routesOf returns the routes of the server in a folder, the declared ones
// first, then those that a library or the name of a file brings.
func routesOf(s *audit.Snapshot, root string) []route {
	var found []route
	for _, f := range s.OwnFiles() {
		if !audit.Within(f.Dir(), root) || s.RootOf(f.Dir()) != root || secondary(f.Path) || f.SizeBytes > maxSourceBytes || f.Mode == audit.Symlink {
			continue
		}
		if p := fileRoute(f.Path); p != "" {
			found = append(found, route{path: p, place: audit.Place{Path: f.Path}})
			continue
		}
		if f.Name() == "routes" && path.Base(f.Dir()) == "conf" {
			found = append(found, playRoutes(s, f)...)
			continue
		}
		suffix := path.Ext(f.Path)
		if other := sameAs[suffix]; other != "" {
			suffix = other
		}
		shape := declarations()[suffix]
		if shape == nil || suffix == ".yaml" && !strings.Contains(f.Path, "routes") {
			continue
		}
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		found = append(found, declared(f.Path, content, shape)...)
	}
	for _, m := range manifest.For(s, root) {
		for _, d := range m.Dependencies {
			if listed(d.Name, healthLibraries) {
				found = append(found, route{d.Name, audit.Place{Path: m.Path, Line: d.Line}, true})
			}
		}
	}
	return found
}

// playRoute is a line of Play's routes file that leads to what is named after
// health, at whatever address. https://www.playframework.com/documentation/latest/ScalaRouting
var playRoute = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^GET\s+(/\S*)\s+[\w.@]*(?:[Hh]ealth|[Pp]ing)[\w.]*`)
})

func playRoutes(s *audit.Snapshot, f audit.File) []route {
	content, err := s.Read(f)
	if err != nil {
		return nil
	}
	var found []route
	for _, at := range playRoute().FindAllSubmatchIndex(content, -1) {
		line := 1 + bytes.Count(content[:at[0]], []byte("\n"))
		found = append(found, route{path: string(content[at[2]:at[3]]), place: audit.Place{Path: f.Path, Line: line}})
	}
	return found
}

// declared returns the routes that the lines of a source declare.
func declared(name string, content []byte, shape *regexp.Regexp) []route {
	var found []route
	plumber := strings.EqualFold(path.Ext(name), ".r")
	for _, at := range candidates(content) {
		line := lineText(content, at)
		if len(line) > 500 || !plumber && commented(content, at) && !bytes.Contains(line, []byte("#[")) {
			continue
		}
		m := shape.FindSubmatch(line)
		if m == nil {
			continue
		}
		for _, group := range m[1:] {
			if len(group) > 0 {
				number := 1 + bytes.Count(content[:at], []byte("\n"))
				found = append(found, route{path: "/" + strings.Trim(string(group), "^$/"), place: audit.Place{Path: name, Line: number}})
			}
		}
	}
	return found
}

// candidates returns one position in each line that may hold such a path, in
// order.
func candidates(content []byte) []int {
	var lines []int
	for _, word := range words {
		for start := 0; ; {
			i := bytes.Index(content[start:], word)
			if i < 0 {
				break
			}
			at := start + i
			start = at + len(word)
			if at == 0 || strings.IndexByte(wordBefore, content[at-1]) < 0 {
				continue
			}
			begin := bytes.LastIndexByte(content[:at], '\n') + 1
			lines = append(lines, begin)
			if end := bytes.IndexByte(content[at:], '\n'); end >= 0 {
				start = max(start, at+end)
			} else {
				start = len(content)
			}
		}
	}
	slices.Sort(lines)
	lines = slices.Compact(lines)
	for i, begin := range lines {
		line := lineText(content, begin)
		indent := len(line) - len(bytes.TrimLeft(line, " \t"))
		lines[i] = begin + min(indent+2, len(line)-1)
	}
	return lines
}

// fileRoutes are the frameworks in which a file's path is its route.
var fileRoutes = regexp.MustCompile(`(?:^|/)(?:pages|app|server|src/routes)(/(?:api/)?(?:_?health|healthz|healthcheck|health-check|readyz|livez|ready|live|ping|status))(?:/route|/\+server|/page|/index|\.get)?\.(?:jsx?|tsx?)$`)

func fileRoute(name string) string {
	m := fileRoutes.FindStringSubmatch(name)
	if m == nil || strings.Contains(m[0], "app/") && !strings.Contains(m[0], "/route.") && !strings.Contains(m[0], "/page.") {
		return ""
	}
	return m[1]
}
