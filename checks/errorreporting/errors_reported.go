package errorreporting

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var errorsReported = &audit.Check{
	ID: "errors-reported", Axis: audit.Reliability, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds:  reportingKinds,
	Source: "https://standards.beta.gouv.fr/",
	Texts:  texts, Run: runErrorsReported,
}

// reportingKinds run without somebody watching.
var reportingKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp}

// state is how one deliverable reports its errors, the worst first.
type state uint8

const (
	silent state = iota
	frontOnly
	mailed
	traced
	developing
	unstarted
	hardAddress
	unread
	notified
	reporting
)

// component is one deliverable with what it declares.
type component struct {
	root  string
	front bool
	state state
	// use is the tool that decided, when there is one.
	use   use
	place audit.Place
}

// runErrorsReported judges every deliverable: those with a server decide, a
// front end alone decides where there is none.
func runErrorsReported(s *audit.Snapshot) audit.Verdict {
	found := []use{}
	var servers, fronts []component
	for _, d := range s.Deliverables {
		if !slices.Contains(reportingKinds, d.Kind) {
			continue
		}
		c, uses := componentOf(s, d)
		for _, u := range uses {
			if !slices.ContainsFunc(found, func(old use) bool { return old.Name == u.Name && old.Manifest == u.Manifest }) {
				found = append(found, u)
			}
		}
		if d.Static {
			fronts = append(fronts, c)
		} else {
			servers = append(servers, c)
		}
	}
	return reportVerdict(servers, fronts).Fact("tools", found)
}

func reportVerdict(servers, fronts []component) audit.Verdict {
	if len(servers) == 0 {
		return frontVerdict(fronts)
	}
	worst, best := servers[0], servers[0]
	for _, c := range servers {
		if c.state < worst.state {
			worst = c
		}
		if c.state > best.state {
			best = c
		}
	}
	switch {
	case worst.state == silent && best.state == notified:
		return audit.PartlyMet("some-notified", "folder", worst.root, "path", best.place.Path).At(best.place)
	case worst.state == silent && best.state == reporting:
		return audit.PartlyMet("some", "folder", worst.root, "tool", best.use.Name).At(best.place)
	case worst.state == silent && best.state > silent && best.state != unread:
		return component{state: best.state, use: best.use, place: best.place, root: best.root}.verdict()
	case worst.state == silent:
		for _, f := range fronts {
			if f.use.Name != "" {
				return audit.PartlyMet("front-only", "tool", f.use.Name).At(f.place)
			}
		}
	}
	return worst.verdict()
}

// frontVerdict: a site of files has no server that could fail; what its pages
// meet in browsers is worth knowing and may be left out.
func frontVerdict(fronts []component) audit.Verdict {
	worst := fronts[0]
	for _, c := range fronts {
		if c.state < worst.state {
			worst = c
		}
	}
	if worst.state == silent {
		return audit.PartlyMet("static-silent", "folder", worst.root)
	}
	return worst.verdict()
}

func (c component) verdict() audit.Verdict {
	switch c.state {
	case reporting:
		return audit.Met("reported", "tool", c.use.Name, "path", c.place.Path).At(c.place)
	case hardAddress:
		return audit.PartlyMet("hard-coded", "tool", c.use.Name, "path", c.place.Path).At(c.place)
	case unstarted:
		return audit.PartlyMet("not-started", "tool", c.use.Name, "path", c.place.Path).At(c.place)
	case notified:
		return audit.Met("notified", "path", c.place.Path).At(c.place)
	case developing:
		return audit.PartlyMet("development", "tool", c.use.Name, "path", c.place.Path).At(c.place)
	case traced:
		return audit.PartlyMet("traces", "tool", c.use.Name, "path", c.place.Path).At(c.place)
	case mailed:
		return audit.PartlyMet("mail", "path", c.place.Path).At(c.place)
	case frontOnly:
		return audit.PartlyMet("front-only", "tool", c.use.Name).At(c.place)
	case unread:
		return audit.Unknown("no-manifest", "folder", c.root)
	}
	return audit.NotMet("silent", "folder", c.root)
}

// componentOf reads one deliverable.
func componentOf(s *audit.Snapshot, d audit.Deliverable) (component, []use) {
	c := component{root: d.Root, front: d.Static}
	manifests := manifest.For(s, d.Root)
	readable := slices.ContainsFunc(manifests, func(m *manifest.Manifest) bool { return m.Err == nil })
	besideServer := !d.Static && d.Kind != audit.DesktopApplication && slices.ContainsFunc(manifests, serverManifest)
	var uses []use
	for _, m := range manifests {
		uses = append(uses, usesOf(s, m, besideServer)...)
	}
	for _, u := range uses {
		if now := stateOf(u, d); now > c.state {
			c.state, c.use, c.place = now, u, u.place
		}
	}
	if c.state < unstarted && d.Kind == audit.DataPipeline {
		if place, ok := notifiesFailures(s, d); ok {
			c.state, c.place = notified, place
		}
	}
	if c.state == silent {
		if place, ok := mailsErrors(s, d, manifests); ok {
			c.state, c.place = mailed, place
		} else if !readable {
			c.state = unread
		}
	}
	return c, uses
}

// serverManifest: beside one of these, package.json serves the browser.
func serverManifest(m *manifest.Manifest) bool {
	switch m.Ecosystem {
	case manifest.Composer, manifest.PyPI, manifest.RubyGems, manifest.Maven, manifest.Go, manifest.NuGet, manifest.Hex:
		return m.Err == nil
	}
	return false
}

func stateOf(u use, d audit.Deliverable) state {
	switch {
	case u.tracing:
		return traced
	case u.dev:
		return developing
	case u.front && !d.Static && d.Kind != audit.DesktopApplication:
		return frontOnly
	case !u.Initialised:
		return unstarted
	case u.DSN == "hard-coded":
		return hardAddress
	}
	return reporting
}
