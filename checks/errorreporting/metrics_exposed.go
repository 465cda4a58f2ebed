package errorreporting

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var metricsExposed = &audit.Check{
	ID: "metrics-exposed", Axis: audit.Reliability, Severity: audit.Minor,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Kinds:  []audit.Kind{audit.WebApplication, audit.Service, audit.DataPipeline},
	Source: "https://github.com/cloud-pi-native/cct-cloud-native",
	Texts:  texts, Run: runMetricsExposed,
}

// exposers are libraries that answer for their numbers in the format of
// Prometheus; pushers send numbers away, as the tools that measure performance
// do.
const (
	exposers = `prom-client express-prom-bundle express-prometheus-middleware fastify-metrics @willsoto/nestjs-prometheus @promster/* koa-prometheus-exporter nuxt-prometheus
prometheus-client django-prometheus prometheus-flask-exporter prometheus-fastapi-instrumentator starlette-exporter starlette-prometheus aioprometheus flask-prometheus-metrics
promphp/prometheus_client_php artprima/prometheus-metrics-bundle spatie/laravel-prometheus superbalist/laravel-prometheus-exporter endclothing/prometheus_client_php triplesss/laravel-prometheus
prometheus-client prometheus_exporter yabeda-prometheus prometheus-client-mmap github.com/prometheus/client_golang github.com/VictoriaMetrics/metrics sigs.k8s.io/controller-runtime go.opentelemetry.io/otel/exporters/prometheus
io.micrometer:micrometer-registry-prometheus* io.quarkus:quarkus-micrometer-registry-prometheus io.quarkus:quarkus-smallrye-metrics io.prometheus:* io.micronaut.micrometer:micronaut-micrometer-registry-prometheus
prometheus-net prometheus-net.* OpenTelemetry.Exporter.Prometheus.AspNetCore prom_ex telemetry_metrics_prometheus telemetry_metrics_prometheus_core prometheus_ex prometheus_plugs
prometheus metrics-exporter-prometheus axum-prometheus actix-web-prom openmetrics clj-commons/iapetos iapetos`
	pushers = `statsd hot-shots node-statsd django-statsd-mozilla datadog graphite-api dogstatsd-ruby statsd-instrument librato-metrics influxdb influxdb-client @influxdata/influxdb-client
com.datadoghq:java-dogstatsd-client io.micrometer:micrometer-* league/statsd github.com/DataDog/datadog-go* github.com/cactus/go-statsd-client* yabeda yabeda-*`
)

// measured is how one deliverable lets itself be measured.
type measured struct {
	root string
	// exposed says that its numbers can be read; otherwise what sends them, if
	// anything, is in name.
	exposed  bool
	name     string
	place    audit.Place
	readable bool
}

// runMetricsExposed judges every deliverable that runs on a server; the least
// measured one decides.
func runMetricsExposed(s *audit.Snapshot) audit.Verdict {
	var all []measured
	for _, d := range s.Deliverables {
		if !d.Static && slices.Contains(reportingKinds, d.Kind) && d.Kind != audit.DesktopApplication && d.Kind != audit.ShinyApp {
			all = append(all, measure(s, d))
		}
	}
	if len(all) == 0 {
		return audit.NotApplicable("static")
	}
	worst := slices.MinFunc(all, func(a, b measured) int { return a.rank() - b.rank() })
	best := slices.MaxFunc(all, func(a, b measured) int { return a.rank() - b.rank() })
	switch {
	case worst.exposed:
		return audit.Met("exposed", "name", worst.name, "path", worst.place.Path).At(worst.place)
	case best.exposed:
		return audit.PartlyMet("some", "name", best.name, "folder", worst.root).At(best.place)
	case worst.name != "":
		return audit.PartlyMet("sent", "name", worst.name, "path", worst.place.Path).At(worst.place)
	case !worst.readable:
		return audit.Unknown("no-manifest", "folder", worst.root)
	}
	return audit.NotMet("none", "folder", worst.root)
}

func (m measured) rank() int {
	switch {
	case m.exposed:
		return 3
	case m.name != "":
		return 2
	case !m.readable:
		return 1
	}
	return 0
}

// measure reads what a deliverable declares, then, when that says nothing, the
// routes of its sources.
func measure(s *audit.Snapshot, d audit.Deliverable) measured {
	m := measured{root: d.Root}
	manifests := manifest.For(s, d.Root)
	for _, one := range manifests {
		m.readable = m.readable || one.Err == nil
		for _, dependency := range one.Dependencies {
			if dependency.Dev {
				continue
			}
			place := audit.Place{Path: one.Path, Line: dependency.Line}
			switch {
			case listed(dependency.Name, exposers) && !m.exposed && (one.Ecosystem != manifest.PyPI && one.Ecosystem != manifest.Conda || imported(s, d.Root, dependency.Name)):
				m.exposed, m.name, m.place = true, dependency.Name, place
			case m.name == "" && listed(dependency.Name, pushers):
				m.name, m.place = dependency.Name, place
			}
		}
	}
	if m.exposed {
		return m
	}
	if place, found := metricsRoute(s, d.Root); found {
		return measured{root: d.Root, exposed: true, name: "/metrics", place: place, readable: true}
	}
	// Rails starts an exporter there, which a shared package may bring.
	if f, found := s.File(path.Join(d.Root, "config/initializers/prometheus.rb")); found && f.SizeBytes > 0 {
		return measured{root: d.Root, exposed: true, name: "prometheus", place: audit.Place{Path: f.Path}, readable: true}
	}
	beside := slices.ContainsFunc(manifests, serverManifest)
	for _, one := range manifests {
		for _, u := range usesOf(s, one, beside) {
			if m.name == "" && listed(u.Name, "Datadog Elastic* New* AppSignal OpenTelemetry") && !u.front {
				m.name, m.place = u.Name, u.place
			}
		}
	}
	return m
}

// metricsDeclared is a route, in the shapes that frameworks give to one.
var metricsDeclared = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:@[\w.]+\.(?:route|get|api_route)\(|\b(?:path|re_path|url|add_route|add_url_rule|mount)\(|\b(?:app|router|server|fastify|mux|r|e|g|http|\w+Router|\w+Mux)\.(?:get|use|GET|Get|Handle|HandleFunc|Any|mount|Mount)\(|Route::get\(|^\s*(?:get|forward|mount)[\s(]|#\[get\(|\.(?:route|nest)\(|Map(?:Get|Metrics)\()\s*["'\x60]\^?(?:GET )?/?metrics/?\$?["'\x60]`)
})

func metricsRoute(s *audit.Snapshot, root string) (audit.Place, bool) {
	for _, f := range s.OwnFiles() {
		suffix := path.Ext(f.Path)
		if other := sameAs[suffix]; other != "" {
			suffix = other
		}
		if !audit.Within(f.Dir(), root) || s.RootOf(f.Dir()) != root || secondary(f.Path) || f.SizeBytes > maxSourceBytes || f.Mode == audit.Symlink || declarations()[suffix] == nil || suffix == ".yaml" {
			continue
		}
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		if line := metricsLine(content); line > 0 {
			return audit.Place{Path: f.Path, Line: line}, true
		}
	}
	return audit.Place{}, false
}

// metricsLine returns the line on which a source declares the route, 0 for none.
// The same address may tell a user's own numbers: the format must be named too.
func metricsLine(content []byte) int {
	if !bytes.Contains(bytes.ToLower(content), []byte("prometheus")) && !bytes.Contains(content, []byte("openmetrics")) && !bytes.Contains(content, []byte("version=0.0.4")) {
		return 0
	}
	line := lineOf(content, "/metrics")
	if line == 0 {
		line = lineOf(content, `"metrics`)
	}
	if line == 0 {
		return 0
	}
	number := 0
	for one := range bytes.Lines(content) {
		number++
		if number >= line && len(one) < 500 && metricsDeclared().Match(one) {
			return number
		}
	}
	return 0
}
