package delivery

import (
	"cmp"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/lifecycle"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var runtimeSupported = &audit.Check{
	ID: "runtime-supported", Axis: audit.Deployment, Severity: audit.Major,
	Dated: true,
	Needs: audit.NeedTree, EffortHours: 14, Side: audit.Team,
	Kinds:  runningKinds,
	Source: "https://endoflife.date/",
	Texts:  texts, Run: runRuntimeSupported,
}

// runningKinds are the deliverables that run somewhere.
var runningKinds = append([]audit.Kind{audit.Notebook}, programs...)

// warnMonths is how long before its end a version is worth leaving: an upgrade
// has to be tested and deployed.
const warnMonths = 6

// runtimeState is how long a declared version is still maintained, the worst
// first. One that cannot be dated, "lts/*", says nothing against the others.
type runtimeState uint8

const (
	ended       runtimeState = iota
	disputed                 // another file asks for a maintained version
	systemEnded              // the system below a language's image
	ending
	maintained
	undated
)

// judgedRuntime is a declaration with its date.
type judgedRuntime struct {
	declaration
	state runtimeState
	ends  time.Time
	open  bool
}

func runRuntimeSupported(s *audit.Snapshot) audit.Verdict {
	table := lifecycle.Dates()
	found := declarations(s)
	missing, needed := undeclaredRuntimes(s, found)
	if len(missing) > 0 {
		for _, d := range pipelineDeclarations(s) {
			if slices.Contains(missing, d.product) {
				found = append(found, d)
			}
		}
		missing, needed = undeclaredRuntimes(s, found)
	}
	runtimes := judgeRuntimes(s, table, found)
	v := runtimeVerdict(s, table, runtimes, missing, needed)
	if len(runtimes) == 0 && needed > 0 && len(missing) == 0 {
		v = audit.Met("any-version", "path", found[0].place.Path).At(found[0].place)
	}
	return v.Fact("runtimes", runtimeFacts(runtimes))
}

func runtimeFacts(runtimes []judgedRuntime) []map[string]any {
	facts := []map[string]any{}
	for _, r := range runtimes {
		fact := map[string]any{"name": r.product, "version": r.version, "source": r.place.Path}
		if !r.ends.IsZero() {
			fact["end_of_life"] = r.ends.Format(time.DateOnly)
		}
		facts = append(facts, fact)
	}
	return facts
}

func runtimeVerdict(s *audit.Snapshot, table *lifecycle.Table, runtimes []judgedRuntime, missing []string, needed int) audit.Verdict {
	if len(runtimes) == 0 && needed == 0 {
		return audit.NotApplicable("no-runtime")
	}
	if len(runtimes) == 0 {
		if places, told := toldRuntimes(s, missing); told {
			return audit.PartlyMet("told", "runtimes", titles(missing), "path", places[0].Path).At(places...)
		}
		return audit.NotMet("undeclared", "runtimes", titles(missing))
	}
	if table.Stale(s.TakenAt) {
		return audit.Unknown("dates-too-old", "date", table.Taken)
	}
	worst := slices.MinFunc(runtimes, func(a, b judgedRuntime) int { return cmp.Compare(a.state, b.state) })
	args := []any{"runtime", title(worst.product), "version", worst.version, "path", worst.place.Path, "date", worst.ends}
	switch worst.state {
	case ended:
		return audit.NotMet("ended", args...).At(placesOf(runtimes, ended)...)
	case disputed, systemEnded:
		key := map[runtimeState]string{disputed: "disputed", systemEnded: "system-ended"}[worst.state]
		return audit.PartlyMet(key, args...).At(placesOf(runtimes, worst.state)...)
	}
	if len(missing) > 0 {
		return audit.PartlyMet("partly-declared", "runtimes", titles(missing)).At(placesOf(runtimes, worst.state)...)
	}
	switch worst.state {
	case ending:
		return audit.PartlyMet("ending", args...).At(placesOf(runtimes, ending)...)
	case undated:
		return audit.Unknown("undated", args[:6]...).At(placesOf(runtimes, undated)...)
	}
	return audit.Met("maintained", args[:6]...).At(placesOf(runtimes, maintained)...)
}

func placesOf(runtimes []judgedRuntime, state runtimeState) []audit.Place {
	var places []audit.Place
	for _, r := range runtimes {
		if r.state == state && len(places) < 10 && !slices.Contains(places, r.place) {
			places = append(places, r.place)
		}
	}
	return places
}

// judgeRuntimes dates every declaration that concerns a deliverable.
func judgeRuntimes(s *audit.Snapshot, table *lifecycle.Table, found []declaration) []judgedRuntime {
	var runtimes []judgedRuntime
	for _, d := range found {
		if !concerns(s, d.root) {
			continue
		}
		support, ok := table.Allowed(d.product, d.version)
		r := judgedRuntime{declaration: d, state: undated, open: support.Open}
		if ok && !support.Open && !support.Newer {
			r.ends = support.Cycle.Ends
		}
		switch {
		case !ok:
			if d.version == "" {
				continue // .NET Framework, say, that nobody dates
			}
		case support.Newer || support.Open || !support.Cycle.Ended(s.TakenAt.AddDate(0, warnMonths, 0)):
			r.state = maintained
		case !support.Cycle.Ended(s.TakenAt):
			r.state = ending
		case d.aside:
			r.state = systemEnded
		default:
			r.state = ended
		}
		runtimes = append(runtimes, r)
	}
	settled := slices.Clone(runtimes)
	for i, r := range runtimes {
		settled[i].state = dispute(table, runtimes, r)
	}
	return settled
}

// dispute lowers what a file of developers says where the image or another
// exact version, for the same folder, is maintained. An open range settles
// nothing, unless it shuts the version out.
func dispute(table *lifecycle.Table, all []judgedRuntime, r judgedRuntime) runtimeState {
	if r.state != ended || r.origin == inImage {
		return r.state
	}
	for _, other := range all {
		if other.product != r.product || other.state < ending || other.state == undated || other.origin < inManifest {
			continue
		}
		if !audit.Within(r.root, other.root) && !audit.Within(other.root, r.root) {
			continue
		}
		if !other.open || !table.Overlap(r.product, r.version, other.version) {
			return disputed
		}
	}
	return ended
}

// concerns reports whether some deliverable that runs lies in, above or below
// the folder.
func concerns(s *audit.Snapshot, root string) bool {
	return slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool {
		return slices.Contains(runningKinds, d.Kind) && (audit.Within(root, d.Root) || audit.Within(d.Root, root))
	})
}

// ecosystemRuntimes are what the packages of an ecosystem run on. Rust is not
// among them: its programs carry all that they need.
var ecosystemRuntimes = map[manifest.Ecosystem]string{
	manifest.NPM: "node", manifest.PyPI: "python", manifest.Conda: "python", manifest.Composer: "php", manifest.RubyGems: "ruby", manifest.Go: "go",
	manifest.Maven: "java", manifest.Clojure: "java", manifest.CRAN: "r", manifest.NuGet: "dotnet", manifest.Hex: "elixir",
}

var languageRuntimes = map[string]string{
	"Python": "python", "Jupyter Notebook": "python", "R": "r", "PHP": "php", "Ruby": "ruby", "Java": "java", "Elixir": "elixir", "Go": "go",
}

// undeclaredRuntimes returns the runtimes that some deliverable needs and no
// declaration for its folder names, sorted, and how many runtimes are needed in
// all. Where a server's language is there, Node only builds its pages and is not
// asked for.
func undeclaredRuntimes(s *audit.Snapshot, found []declaration) (missing []string, needed int) {
	for _, d := range s.Deliverables {
		if !slices.Contains(runningKinds, d.Kind) {
			continue
		}
		for _, product := range neededRuntimes(s, d) {
			needed++
			declared := slices.ContainsFunc(found, func(one declaration) bool {
				return (one.product == product || product == "elixir" && one.product == "erlang") &&
					(audit.Within(d.Root, one.root) || audit.Within(one.root, d.Root))
			})
			if !declared && !slices.Contains(missing, product) {
				missing = append(missing, product)
			}
		}
	}
	slices.Sort(missing)
	return missing, needed
}

func neededRuntimes(s *audit.Snapshot, d audit.Deliverable) []string {
	var products []string
	for _, m := range manifest.For(s, d.Root) {
		product := ecosystemRuntimes[m.Ecosystem]
		if product != "" && len(m.Dependencies) > 0 && !slices.Contains(products, product) {
			products = append(products, product)
		}
	}
	if len(products) == 0 && d.Root == "" {
		products = mainLanguage(s)
	}
	if len(products) > 1 {
		products = slices.DeleteFunc(products, func(p string) bool { return p == "node" })
	}
	slices.Sort(products)
	return products
}

// mainLanguage is the runtime of the language that most of the code is in.
func mainLanguage(s *audit.Snapshot) []string {
	best, share := "", 0.0
	for language, part := range deliverable.Languages(s) {
		if part > share || part == share && language < best {
			best, share = language, part
		}
	}
	if product := languageRuntimes[best]; product != "" {
		return []string{product}
	}
	return nil
}

// runtimeTitles are the names that people know products by.
var runtimeTitles = map[string]string{
	"node": "Node.js", "python": "Python", "php": "PHP", "ruby": "Ruby", "go": "Go", "r": "R", "java": "Java", "dotnet": ".NET", "elixir": "Elixir",
	"erlang": "Erlang", "debian": "Debian", "ubuntu": "Ubuntu", "alpine": "Alpine Linux",
}

func title(product string) string { return cmp.Or(runtimeTitles[product], product) }

func titles(products []string) []string {
	list := []string{}
	for _, p := range products {
		list = append(list, title(p))
	}
	return list
}
