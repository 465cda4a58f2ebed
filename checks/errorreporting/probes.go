package errorreporting

import (
	"bytes"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

// probe is one place where something outside asks whether the program is well.
type probe struct {
	place audit.Place
	// calls is the route that it asks over HTTP, "" when it asks otherwise.
	calls string
}

func (p probe) String() string { return p.place.Path + ":" + strconv.Itoa(p.place.Line) }

// probesOf returns the probes for the server of a folder: those of its own
// files, and those of files that belong to no other deliverable.
func probesOf(s *audit.Snapshot, root string) []probe {
	var probes []probe
	add := func(file string, line, lines int) {
		place := audit.Place{Path: file, Line: line}
		if in := s.RootOf((audit.File{Path: file}).Dir()); line > 0 && (in == root || in == "") {
			probes = append(probes, probe{place, calledRoute(s, place, lines)})
		}
	}
	for _, d := range container.Dockerfiles(s) {
		if stage := d.Shipped(); stage != nil && !d.Development {
			add(d.Path, stage.Healthcheck, 5)
		}
	}
	for _, c := range container.ComposeFiles(s) {
		for _, service := range c.Services {
			if service.Build != "" || !thirdParty(service.Image) {
				add(c.Path, service.Healthcheck, 8)
			}
		}
	}
	for _, p := range container.PlatformFiles(s) {
		if in := s.RootOf((audit.File{Path: p.Path}).Dir()); !p.Development && p.Probe > 0 && (in == root || in == "") {
			probes = append(probes, probe{audit.Place{Path: p.Path, Line: p.Probe}, p.Asks})
		}
	}
	for _, k := range container.KubernetesFiles(s) {
		if k.Chart != "" {
			addChart(s, k.Path, add)
		}
		for _, object := range k.Objects {
			for _, pod := range object.Containers {
				add(k.Path, pod.Probe, 10)
			}
		}
	}
	return probes
}

// thirdParties are images of other people's servers: a probe of the database
// says nothing of the application.
const thirdParties = `postgres* postgis* mysql* mariadb* mongo* redis* valkey* elasticsearch* opensearch* rabbitmq* minio* memcached* kafka* zookeeper* clickhouse*
keycloak* traefik* nginx* httpd* adminer* pgadmin* mailhog* mailpit* maildev* kibana* logstash* influxdb* neo4j* solr* cassandra* couchdb* vault* consul* grafana* prometheus*
selenium* localstack* timescaledb* pgvector* metabase* cp-kafka* etcd* meilisearch* caddy* haproxy* varnish*`

func thirdParty(image string) bool {
	name := path.Base(image)
	name, _, _ = strings.Cut(name, ":")
	name, _, _ = strings.Cut(name, "@")
	return listed(strings.ToLower(name), thirdParties)
}

// probeKeys begin a probe of Kubernetes.
var probeKeys = []string{"livenessProbe:", "readinessProbe:", "startupProbe:", "healthcheckPath:", "probesPath:"}

// addChart looks at the lines of a chart's templates and values: templates are
// no YAML before Helm has filled them in.
func addChart(s *audit.Snapshot, chart string, add func(file string, line, lines int)) {
	dir := audit.File{Path: chart}.Dir()
	for _, f := range s.OwnFiles() {
		suffix := path.Ext(f.Path)
		if !audit.Within(f.Dir(), dir) || suffix != ".yaml" && suffix != ".yml" && suffix != ".tpl" || f.SizeBytes > maxSourceBytes {
			continue
		}
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		line := 0
		for one := range bytes.Lines(content) {
			line++
			text := string(bytes.TrimSpace(one))
			for _, key := range probeKeys {
				if rest, found := strings.CutPrefix(text, key); found && strings.TrimSpace(rest) != "{}" && strings.TrimSpace(rest) != "null" {
					add(f.Path, line, 10)
				}
			}
		}
	}
}

var (
	calledURL  = regexp.MustCompile(`https?://[^\s/"'$]*(?:\$\{?[A-Za-z_:-]*[0-9]*\}?)?[^\s/"']*(/[A-Za-z0-9_./-]*)?`)
	calledPath = regexp.MustCompile(`(?i)^\s*-?\s*(?:path|probesPath|healthcheckPath):\s*["']?(/[A-Za-z0-9_./-]*)`)
)

// calledRoute reads the lines of a probe and returns the path that it asks for,
// "/" when it asks for the first page, "" when it asks nothing over HTTP.
func calledRoute(s *audit.Snapshot, place audit.Place, lines int) string {
	f, found := s.File(place.Path)
	if !found {
		return ""
	}
	content, err := s.Read(f)
	if err != nil {
		return ""
	}
	number := 0
	for one := range bytes.Lines(content) {
		number++
		if number < place.Line || number >= place.Line+lines {
			continue
		}
		if m := calledURL.FindSubmatch(one); m != nil {
			return string(orSlash(m[1]))
		}
		if m := calledPath.FindSubmatch(one); m != nil {
			return string(m[1])
		}
		// An instruction of a Dockerfile ends where no backslash goes on.
		if place.Path != "" && strings.Contains(path.Base(place.Path), "ockerfile") && !bytes.HasSuffix(bytes.TrimSpace(one), []byte(`\`)) {
			return ""
		}
	}
	return ""
}

func orSlash(p []byte) []byte {
	if len(p) == 0 {
		return []byte("/")
	}
	return p
}
