package errorreporting

import (
	"bytes"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var logsStructured = &audit.Check{
	ID: "logs-structured", Axis: audit.Reliability, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds:  loggingKinds,
	Source: "https://github.com/cloud-pi-native/cct-cloud-native",
	Texts:  texts, Run: runLogsStructured,
}

// loggingKinds run on a server, where somebody reads what they write.
var loggingKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.DataPipeline, audit.ShinyApp}

// level is where the application logs of one deliverable go, the worst first.
type level uint8

const (
	// unseen: nothing was found, which proves nothing.
	unseen level = iota
	switchedOff
	printed
	unset
	fileOnly
	console
)

// logged is how one deliverable writes application logs.
type logged struct {
	root      string
	level     level
	library   string
	place     audit.Place
	libraries []string
}

// runLogsStructured judges every deliverable that runs on a server; the least
// legible one decides.
func runLogsStructured(s *audit.Snapshot) audit.Verdict {
	libraries := []string{}
	var all []logged
	for _, d := range s.Deliverables {
		if d.Static || !slices.Contains(loggingKinds, d.Kind) || slices.ContainsFunc(all, func(l logged) bool { return l.root == d.Root }) {
			continue
		}
		l := logsOf(s, d)
		all = append(all, l)
		libraries = append(libraries, l.libraries...)
	}
	if len(all) == 0 {
		return audit.NotApplicable("static").Fact("libraries", libraries)
	}
	slices.Sort(libraries)
	return logVerdict(all).Fact("libraries", slices.Compact(libraries))
}

// logVerdict: a gap that was seen decides before what nobody can tell.
func logVerdict(all []logged) audit.Verdict {
	worst := all[0]
	for _, l := range all[1:] {
		switch {
		case l.level == unseen && worst.level < console:
		case worst.level == unseen && l.level < console, l.level < worst.level:
			worst = l
		}
	}
	switch worst.level {
	case console:
		return audit.Met("console", "library", worst.library, "path", worst.place.Path).At(worst.place)
	case fileOnly:
		return audit.PartlyMet("file-only", "library", worst.library, "path", worst.place.Path).At(worst.place)
	case unset:
		return audit.PartlyMet("unset", "library", worst.library, "path", worst.place.Path).At(worst.place)
	case printed:
		return audit.PartlyMet("printed", "path", worst.place.Path).At(worst.place)
	case switchedOff:
		return audit.NotMet("off", "path", worst.place.Path).At(worst.place)
	}
	return audit.Unknown("unseen", "folder", worst.root)
}

// logsOf reads one deliverable: what it declares, then its sources.
func logsOf(s *audit.Snapshot, d audit.Deliverable) logged {
	best := logged{root: d.Root}
	libraries := []string{}
	manifests := manifest.For(s, d.Root)
	for _, ecosystem := range loggedEcosystems(manifests) {
		reader := &logReader{s: s, root: d.Root, ecosystem: ecosystem, rules: loggings[ecosystem], pipeline: d.Kind == audit.DataPipeline}
		reader.declared(manifests)
		reader.read()
		l := reader.judge()
		libraries = append(libraries, l.libraries...)
		if l.level > best.level {
			best = l
		}
	}
	best.root, best.libraries = d.Root, libraries
	return best
}

// loggedEcosystems are those in which the server of a deliverable is written:
// beside another, package.json serves the browser. Scripts without any list of
// what they use are in Python or R.
func loggedEcosystems(manifests []*manifest.Manifest) []manifest.Ecosystem {
	beside := slices.ContainsFunc(manifests, serverManifest)
	var all []manifest.Ecosystem
	for _, m := range manifests {
		e := m.Ecosystem
		if e == manifest.Conda {
			e = manifest.PyPI
		}
		if loggings[e] != nil && !(e == manifest.NPM && beside) && !slices.Contains(all, e) {
			all = append(all, e)
		}
	}
	if len(all) == 0 {
		return []manifest.Ecosystem{manifest.PyPI, manifest.CRAN}
	}
	return all
}

// logReader gathers, for one deliverable and one ecosystem, the first place of
// each kind of sign.
type logReader struct {
	s         *audit.Snapshot
	root      string
	ecosystem manifest.Ecosystem
	rules     *logging
	pipeline  bool

	library, carrier, toFileByDefault                           string
	at, carried, byDefault, own, toConsole, toFile, prints, off audit.Place
	libraries                                                   []string
	ownName                                                     string
}

func (r *logReader) declared(manifests []*manifest.Manifest) {
	for _, m := range manifests {
		if m.Ecosystem == manifest.NPM && r.ecosystem != manifest.NPM {
			continue
		}
		for _, d := range m.Dependencies {
			if d.Dev {
				continue
			}
			if listed(d.Name, builtInToFile) {
				r.toFileByDefault, r.byDefault = d.Name, audit.Place{Path: m.Path, Line: d.Line}
			}
			// A queue beside a server carries its own tasks' logs alone.
			if listed(d.Name, r.rules.carriers) && (r.pipeline || d.Name == "streamlit") {
				r.carrier, r.carried = d.Name, audit.Place{Path: m.Path, Line: d.Line}
			}
			if !listed(d.Name, r.rules.libraries) && !(m.Ecosystem == manifest.NPM && wrapsLogger(d.Name)) || !r.uses(m, d.Name) {
				continue
			}
			name := d.Name
			if group, _, grouped := strings.Cut(name, ":"); grouped && slices.Contains(bringLoggers, group) {
				name = group
			}
			r.libraries = append(r.libraries, name)
			if r.library == "" || r.library == r.toFileByDefault {
				r.library, r.at = name, audit.Place{Path: m.Path, Line: d.Line}
			}
		}
		if m.Packaging == "Microsoft.NET.Sdk.Web" || m.Packaging == "Microsoft.NET.Sdk.Worker" {
			r.library, r.at = "Microsoft.Extensions.Logging", audit.Place{Path: m.Path}
			r.libraries = append(r.libraries, r.library)
		}
	}
}

// wrapsLogger reports whether a package is an organisation's own set-up of a
// logger, named after it: acme-bunyan-logger.
func wrapsLogger(name string) bool {
	words := strings.FieldsFunc(name, func(r rune) bool { return strings.ContainsRune("-/@", r) })
	return len(words) > 1 && slices.ContainsFunc(words, func(w string) bool { return w == "bunyan" || w == "winston" || w == "pino" })
}

// bringLoggers are groups of Maven whose every package brings the same logger.
var bringLoggers = []string{"org.springframework.boot", "io.quarkus", "io.micronaut", "io.dropwizard", "org.playframework:play"}

// uses confirms what a list for Python says: such a list often names all that is
// installed on somebody's machine.
func (r *logReader) uses(m *manifest.Manifest, name string) bool {
	return m.Ecosystem != manifest.PyPI && m.Ecosystem != manifest.Conda || imported(r.s, r.root, name)
}

// moduleNames are packages of Python whose module has another name.
var moduleNames = map[string]string{"python-json-logger": "pythonjsonlogger", "google-cloud-logging": "google.cloud", "prometheus-client": "prometheus_client"}

// imported reports whether a source of Python below a folder names the module of
// a package.
func imported(s *audit.Snapshot, root, name string) bool {
	module := moduleNames[name]
	if module == "" {
		module = strings.ReplaceAll(name, "-", "_")
	}
	files := sources(s, root, ".py .toml .yaml .yml .cfg .ini .ipynb")
	for _, f := range files[:min(len(files), maxSearched)] {
		if content, err := s.Read(f); err == nil && lineOf(content, module) > 0 {
			return true
		}
	}
	return false
}

// read looks through the sources until it knows enough.
func (r *logReader) read() {
	files := sources(r.s, r.root, sourceSuffixes[r.ecosystem])
	for _, f := range files[:min(len(files), maxSearched)] {
		if r.s.RootOf(f.Dir()) != r.root && len(manifest.For(r.s, r.root)) > 0 || developmentOnly(f.Path) || r.ecosystem == manifest.NPM && forBrowsers(f.Path) {
			continue
		}
		content, err := r.s.Read(f)
		if err != nil {
			continue
		}
		r.look(f.Path, content)
	}
	if r.toFileByDefault != "" && r.toConsole.Path == "" {
		r.settings()
	}
}

// look keeps the first place of each sign.
func (r *logReader) look(name string, content []byte) {
	keep := func(kept *audit.Place, marks []string) {
		for _, mark := range marks {
			if kept.Path != "" {
				return
			}
			line := lineOf(content, mark)
			switch {
			case line == 0:
			case kept == &r.off && onlyForTests(content, line):
			case mark == "basicConfig(" && namesFile(content):
				r.toFile = audit.Place{Path: name, Line: line}
			default:
				*kept = audit.Place{Path: name, Line: line}
			}
		}
	}
	// Laravel's own settings list every channel that exists; a command that is run
	// by hand sets up its own logs, not those of the server.
	if !strings.HasSuffix(name, "config/logging.php") && (r.pipeline || !byHand(name)) {
		keep(&r.toConsole, r.rules.toConsole)
	}
	if bytes.Contains(content, []byte("log")) || bytes.Contains(content, []byte("Log")) {
		keep(&r.toFile, r.rules.toFile)
	}
	keep(&r.prints, r.rules.prints)
	keep(&r.off, r.rules.off)
	for _, own := range r.rules.own {
		if slices.Contains(r.libraries, own.name) {
			continue
		}
		if line := lineOf(content, own.mark); line > 0 {
			r.libraries = append(r.libraries, own.name)
			if r.own.Path == "" {
				r.own, r.ownName = audit.Place{Path: name, Line: line}, own.name
			}
		}
	}
}

// onlyForTests reports whether a line stands under a condition on tests: many
// settings drop the logs there, and nowhere else.
func onlyForTests(content []byte, line int) bool {
	lines := bytes.Split(content, []byte("\n"))
	for _, above := range lines[max(0, line-4) : line-1] {
		above = bytes.ToLower(bytes.TrimSpace(above))
		if (bytes.HasPrefix(above, []byte("if ")) || bytes.HasPrefix(above, []byte("if("))) && bytes.Contains(above, []byte("test")) {
			return true
		}
	}
	return false
}

// byHand reports whether a file is a command that somebody starts beside the
// server.
func byHand(name string) bool {
	for segment := range strings.SplitSeq(path.Dir(name), "/") {
		switch segment {
		case "commands", "scripts", "script", "bin", "cli", "tools", "tasks":
			return true
		}
	}
	return false
}

// namesFile reports whether the set-up of Python's logger names a file.
func namesFile(content []byte) bool {
	_, rest, found := bytes.Cut(content, []byte("basicConfig("))
	arguments, _, closed := bytes.Cut(rest, []byte(")\n"))
	return found && closed && bytes.Contains(arguments, []byte("filename"))
}

// settings looks for a variable that sends a framework's logs to the console:
// in examples of the environment, compose files and Dockerfiles.
func (r *logReader) settings() {
	for _, f := range r.s.OwnFiles() {
		name := strings.ToLower(f.Name())
		setting := strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "env.") || strings.Contains(name, "compose") || strings.Contains(name, "dockerfile") ||
			name == "app.json" || name == "scalingo.json" || name == "procfile" || path.Ext(name) == ".env" || name == "values.yaml"
		if !setting || f.SizeBytes > maxSourceBytes {
			continue
		}
		content, err := r.s.Read(f)
		if err != nil {
			continue
		}
		for _, variable := range consoleVariables {
			if line := lineOf(content, variable); line > 0 {
				r.toConsole = audit.Place{Path: f.Path, Line: line}
				return
			}
		}
	}
}

// forBrowsers reports whether a script is served as it is: what it prints, only the
// user's own browser shows.
func forBrowsers(name string) bool { return strings.Contains("/"+name, "/public/") }

// developmentOnly reports whether a file sets up tests or somebody's own machine,
// wherever it lies.
func developmentOnly(name string) bool {
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	for _, word := range []string{"test", "tests", "testing", "conftest", "dev", "development", "local"} {
		if base == word || strings.HasSuffix(base, "_"+word) || strings.HasPrefix(base, word+"_") {
			return true
		}
	}
	return path.Base(path.Dir(name)) == "dev"
}

// judge weighs the signs: what goes to the console is legible for whoever
// operates the deliverable, whatever else is written to files.
func (r *logReader) judge() logged {
	l := logged{root: r.root, libraries: r.libraries, library: r.library, place: r.at}
	if l.library == "" {
		l.library, l.place = r.ownName, r.own
	}
	if l.library == "" && r.toConsole.Path != "" {
		l.library = r.toFileByDefault
	}
	has := l.library != ""
	switch {
	case has && r.toConsole.Path != "":
		l.level, l.place = console, r.toConsole
	case has && r.toFile.Path != "":
		l.level, l.place = fileOnly, r.toFile
	case r.toFileByDefault != "" && (r.library == "" || r.library == r.toFileByDefault):
		l.level, l.library = fileOnly, r.toFileByDefault
		l.place = r.byDefault
	case r.library != "" || has && (r.rules.console || r.carrier != ""):
		l.level = console
	case r.off.Path != "":
		l.level, l.place = switchedOff, r.off
	case has:
		l.level = unset
	case r.carrier != "" && listed(r.carrier, tellByThemselves):
		l.level, l.library, l.place = console, r.carrier, r.carried
		l.libraries = append(l.libraries, r.carrier)
	case r.prints.Path != "":
		l.level, l.place = printed, r.prints
	}
	return l
}
