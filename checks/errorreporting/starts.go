package errorreporting

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// use is one tool that a manifest declares, with how it is started. Its JSON is
// a contract.
type use struct {
	Name     string `json:"name"`
	Package  string `json:"package"`
	Manifest string `json:"manifest"`
	// Initialised says that code or settings start it.
	Initialised bool `json:"initialised"`
	// DSN is where it gets its address from: "environment", "hard-coded" or
	// "none".
	DSN string `json:"dsn"`

	// dev is true when only whoever develops installs it. Bundlers build what
	// npm calls a dependency of development into what is shipped.
	front, tracing, dev bool
	place               audit.Place
}

// usesOf returns the tools that a manifest declares, each once, with the package
// that says most: one for servers before one for browsers.
func usesOf(s *audit.Snapshot, m *manifest.Manifest, besideServer bool) []use {
	var uses []use
	for _, t := range tools {
		chosen := mainPackage(m, t.packages[m.Ecosystem])
		if chosen == nil {
			continue
		}
		u := use{
			Name: t.name, Package: chosen.Name, Manifest: m.Path, DSN: "none", tracing: t.tracing,
			front: listed(chosen.Name, frontPackages) || besideServer && m.Ecosystem == manifest.NPM,
			dev:   chosen.Dev && m.Ecosystem != manifest.NPM,
			place: audit.Place{Path: m.Path, Line: chosen.Line},
		}
		u.findStart(s, t, m)
		if u.dev {
			u.place = audit.Place{Path: m.Path, Line: chosen.Line}
		}
		uses = append(uses, u)
	}
	return uses
}

// mainPackage returns the dependency that says most about the tool: a server's
// before a browser's, then the one that the list names first; nil for none.
func mainPackage(m *manifest.Manifest, list string) *manifest.Dependency {
	var chosen *manifest.Dependency
	best := 0
	for i, d := range m.Dependencies {
		rank := listIndex(d.Name, list)
		if rank < 0 || listed(d.Name, helperPackages) {
			continue
		}
		if listed(d.Name, frontPackages) {
			rank += 1000
		}
		if d.Dev {
			rank += 2000
		}
		if chosen == nil || rank < best {
			chosen, best = &m.Dependencies[i], rank
		}
	}
	return chosen
}

// maxSearched is how many sources are searched for the start of one tool.
const maxSearched = 4000

// findStart looks for the call, the setting or the file that starts the tool.
func (u *use) findStart(s *audit.Snapshot, t tool, m *manifest.Manifest) {
	root := settingsRoot(s, m)
	for _, f := range s.OwnFiles() {
		for _, name := range t.files {
			if (f.Name() == name || strings.HasSuffix(f.Path, "/"+name) || f.Path == name) && audit.Within(f.Dir(), root) && !secondary(f.Path) {
				u.started(s, f, 0)
				return
			}
		}
	}
	files := sources(s, root, sourceSuffixes[m.Ecosystem])
	for _, f := range files[:min(len(files), maxSearched)] {
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		if line := startLine(content, t); line > 0 {
			u.started(s, f, line)
			return
		}
	}
	if listed(u.Package, startThemselves) && documented(s, root, t.variable) {
		u.Initialised, u.DSN = true, "environment"
	}
}

// settingsRoot is the folder below which a project is set up: that of its
// manifest, or the top of the umbrella that an Elixir application stands under.
func settingsRoot(s *audit.Snapshot, m *manifest.Manifest) string {
	root := m.Root()
	if m.Ecosystem != manifest.Hex || path.Base(path.Dir(root)) != "apps" {
		return root
	}
	top := strings.TrimPrefix(path.Dir(path.Dir(root)), ".")
	if _, found := s.File(path.Join(top, "mix.exs")); found {
		return top
	}
	return root
}

// startLine returns the line on which a source starts the tool, 0 for none.
func startLine(content []byte, t tool) int {
	for _, mark := range t.starts {
		if line := lineOf(content, mark); line > 0 {
			return line
		}
	}
	for _, name := range t.imports {
		if lineOf(content, name) > 0 {
			for _, call := range []string{"init(", "Init("} {
				if line := lineOf(content, call); line > 0 {
					return line
				}
			}
		}
	}
	return 0
}

func (u *use) started(s *audit.Snapshot, f audit.File, line int) {
	u.Initialised, u.DSN = true, "environment"
	u.place = audit.Place{Path: f.Path, Line: line}
	content, err := s.Read(f)
	if err != nil {
		return
	}
	if at := hardCoded(content, line); at > 0 {
		u.DSN = "hard-coded"
		u.place.Line = at
	}
}

var (
	// address is a Sentry address: a key, a host and a number.
	address = regexp.MustCompile(`https?://[0-9a-zA-Z]{16,}(?::[0-9a-zA-Z]+)?@[0-9a-zA-Z.:-]+/[0-9a-zA-Z/_-]*`)
	// key is the secret of another tool, as a literal.
	key = regexp.MustCompile(`(?i)\b(?:api_?key|access_?token|post_server_item_token|application_?id|client_?token|auth_token|project_?key)['"]?\s*(?:=>|[:=(])\s*['"][0-9a-zA-Z-]{20,}['"]`)
	// outside reads something from the environment.
	outside = []string{"process.env", "environ", "getenv", "env(", "ENV[", "ENV.fetch", "import.meta.env", "get_env", "%env", "${", "config(", "Deno.env"}
)

// maxWindowLines is how far below the call its options may stand.
const maxWindowLines = 40

// hardCoded returns the line of an address or a key that is written into the
// source and is no fallback for one of the environment; 0 for none.
func hardCoded(content []byte, line int) int {
	number := 0
	for one := range bytes.Lines(content) {
		number++
		if line > 0 && number > line+maxWindowLines {
			return 0
		}
		found := address.Match(one) || line > 0 && number >= line && key.Match(one)
		if found && !mentionsOutside(one) && !commented(one, len(one)-1) {
			return number
		}
	}
	return 0
}

func mentionsOutside(line []byte) bool {
	for _, word := range outside {
		if bytes.Contains(line, []byte(word)) {
			return true
		}
	}
	return false
}

// documented reports whether an example of the environment, a compose file or a
// README names a variable of the tool.
func documented(s *audit.Snapshot, root, variable string) bool {
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Name())
		settings := strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "env.") || strings.Contains(name, "compose") || name == "app.json" || strings.HasPrefix(name, "readme") ||
			strings.HasPrefix(name, "application") || path.Ext(name) == ".env"
		if !settings || f.SizeBytes > maxSourceBytes || !audit.Within(f.Dir(), root) && !audit.Within(root, f.Dir()) {
			continue
		}
		if content, err := s.Read(f); err == nil && bytes.Contains(content, []byte(variable)) {
			return true
		}
	}
	return false
}
