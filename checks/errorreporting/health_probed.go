package errorreporting

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

var healthProbed = &audit.Check{
	ID: "health-probed", Axis: audit.Reliability, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 2.1, Side: audit.Team,
	Kinds:  []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp},
	Source: "https://github.com/cloud-pi-native/cct-cloud-native",
	Texts:  texts, Run: runHealthProbed,
}

// answering is how one server lets itself be watched.
type answering struct {
	root   string
	routes []route
	probes []probe
}

// runHealthProbed asks of each server whether it answers for its health and
// whether something asks it; the weakest decides.
func runHealthProbed(s *audit.Snapshot) audit.Verdict {
	servers := serversOf(s)
	if len(servers) == 0 {
		return audit.NotApplicable("static").Fact("probes", []string{}).Fact("routes", []string{})
	}
	probes, routes := []string{}, []string{}
	for _, server := range servers {
		for _, p := range server.probes {
			if at := p.String(); !slices.Contains(probes, at) {
				probes = append(probes, at)
			}
		}
		for _, r := range server.routes {
			if !slices.Contains(routes, r.path) {
				routes = append(routes, r.path)
			}
		}
	}
	worst := slices.MinFunc(servers, func(a, b answering) int { return a.rank() - b.rank() })
	best := slices.MaxFunc(servers, func(a, b answering) int { return a.rank() - b.rank() })
	v := worst.verdict()
	if worst.rank() == 0 && best.rank() > 0 {
		v = audit.PartlyMet("some", "folder", worst.root).At(best.places()...)
	}
	return v.Fact("probes", probes).Fact("routes", routes)
}

// serversOf returns each folder that holds a server once, in the order of the
// deliverables.
func serversOf(s *audit.Snapshot) []answering {
	var servers []answering
	for _, d := range s.Deliverables {
		kind := d.Kind == audit.WebApplication || d.Kind == audit.Service || d.Kind == audit.ShinyApp
		if !kind || d.Static || slices.ContainsFunc(servers, func(a answering) bool { return a.root == d.Root }) {
			continue
		}
		servers = append(servers, answering{root: d.Root, routes: routesOf(s, d.Root), probes: probesOf(s, d.Root)})
	}
	for i := range servers {
		for _, p := range servers[i].probes {
			if p.calls != "" && !slices.ContainsFunc(servers[i].routes, func(r route) bool { return r.path == p.calls }) {
				servers[i].routes = append(servers[i].routes, route{path: p.calls, place: p.place})
			}
		}
	}
	return servers
}

func (a answering) rank() int {
	rank := 0
	if len(a.routes) > 0 {
		rank++
	}
	if len(a.probes) > 0 {
		rank++
	}
	return rank
}

func (a answering) places() []audit.Place {
	var places []audit.Place
	if len(a.routes) > 0 {
		places = append(places, a.routes[0].place)
	}
	if len(a.probes) > 0 && !slices.Contains(places, a.probes[0].place) {
		places = append(places, a.probes[0].place)
	}
	return places
}

func (a answering) verdict() audit.Verdict {
	switch {
	case a.rank() == 2:
		return audit.Met("probed", "route", a.routes[0].path, "path", a.probes[0].place.Path).At(a.places()...)
	case len(a.routes) > 0 && a.routes[0].library:
		return audit.PartlyMet("library-only", "library", a.routes[0].path, "path", a.routes[0].place.Path).At(a.places()...)
	case len(a.routes) > 0:
		return audit.PartlyMet("route-only", "route", a.routes[0].path).At(a.places()...)
	case len(a.probes) > 0:
		return audit.PartlyMet("probe-only", "path", a.probes[0].place.Path).At(a.places()...)
	}
	return audit.NotMet("none", "folder", a.root)
}
