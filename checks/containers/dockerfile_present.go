package containers

import (
	"errors"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

var dockerfilePresent = &audit.Check{
	ID: "dockerfile-present", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedTree, Kinds: run, EffortHours: 7, Side: audit.Team,
	Source: "https://github.com/cloud-pi-native/cct-cloud-native",
	Texts:  texts, Run: runDockerfilePresent,
}

func runDockerfilePresent(s *audit.Snapshot) audit.Verdict {
	if filesOnly(s) {
		return audit.NotApplicable("static-only")
	}
	found := sortDockerfiles(s)
	return judgePresence(s, runnable(s), found).Fact("dockerfiles", listed(found.paths))
}

// foundDockerfiles sorts what was found by what it is worth.
type foundDockerfiles struct {
	// paths are those of all, templates left out.
	paths                           []string
	production, development, unread []string
	// tools are for those who work on the project.
	tools []string
}

func sortDockerfiles(s *audit.Snapshot) foundDockerfiles {
	var f foundDockerfiles
	for _, d := range container.Dockerfiles(s) {
		if !isTemplate(d) {
			f.paths = append(f.paths, d.Path)
		}
		switch {
		case d.Tool:
			f.tools = append(f.tools, d.Path)
		case d.Development:
			f.development = append(f.development, d.Path)
		case d.Err != nil:
			f.unread = append(f.unread, d.Path)
		default:
			f.production = append(f.production, d.Path)
		}
	}
	return f
}

func isTemplate(d *container.Dockerfile) bool { return errors.Is(d.Err, container.ErrTemplate) }

func judgePresence(s *audit.Snapshot, roots []string, f foundDockerfiles) audit.Verdict {
	if len(f.production) > 0 {
		if bare := uncovered(s, roots, f.production); len(bare) > 0 {
			return audit.PartlyMet("some-roots", "folders", named(bare), "paths", named(f.production)).At(places(f.production)...)
		}
		return audit.Met("present", "paths", named(f.production)).At(places(f.production)...)
	}
	if len(f.unread) > 0 {
		return audit.Unknown("unreadable", "paths", named(f.unread)).At(places(f.unread)...)
	}
	if len(f.development) > 0 {
		return audit.PartlyMet("development-only", "paths", named(f.development)).At(places(f.development)...)
	}
	if files := platformPaths(s); len(files) > 0 {
		return audit.PartlyMet("platform-only", "paths", named(files)).At(places(files)...)
	}
	if files := imagePlaces(s); len(files) > 0 {
		return audit.PartlyMet("image-only", "path", files[0].Path).At(files...)
	}
	if len(f.tools) > 0 {
		return audit.NotMet("tools-only", "paths", named(f.tools)).At(places(f.tools)...)
	}
	return audit.NotMet("missing")
}

// uncovered lists the roots that no Dockerfile builds, as far as one can tell.
func uncovered(s *audit.Snapshot, roots, dockerfiles []string) []string {
	var bare []string
	for _, root := range roots {
		covers := func(d string) bool { return builds(d, root, roots) }
		if !slices.ContainsFunc(dockerfiles, covers) && !composeBuilds(s, root) {
			bare = append(bare, root)
		}
	}
	return bare
}

// builds reports whether a Dockerfile may build the deliverable at root: it lies
// in it, or it lies in none, beside all of them (docker/Dockerfile), and does
// not bear the name of another (docker/front/Dockerfile).
func builds(dockerfile, root string, roots []string) bool {
	dir := audit.File{Path: dockerfile}.Dir()
	if audit.Within(dir, root) {
		return true
	}
	for _, other := range roots {
		if other != "" && audit.Within(dir, other) && !audit.Within(root, other) {
			return false
		}
	}
	return bearsName(dockerfile, root) || !slices.ContainsFunc(roots, func(other string) bool {
		return other != "" && other != root && bearsName(dockerfile, other)
	})
}

// bearsName reports whether one of the words of a path is the folder's name.
func bearsName(dockerfile, root string) bool {
	words := strings.FieldsFunc(dockerfile, func(r rune) bool { return strings.ContainsRune("/.-_", r) })
	return slices.Contains(words, path.Base(root))
}

// composeBuilds reports whether a compose file builds the folder.
func composeBuilds(s *audit.Snapshot, root string) bool {
	for _, c := range container.ComposeFiles(s) {
		for _, service := range c.Services {
			if service.Build == root && root != "" && !c.Development {
				return true
			}
		}
	}
	return false
}

func platformPaths(s *audit.Snapshot) []string {
	var paths []string
	for _, p := range container.PlatformFiles(s) {
		if p.Err == nil && !p.Development {
			paths = append(paths, p.Path)
		}
	}
	return paths
}

// imagePlaces are the services that run an image made elsewhere, and are not a
// database or another product that the deliverable merely uses.
func imagePlaces(s *audit.Snapshot) []audit.Place {
	var all []audit.Place
	for _, c := range container.ComposeFiles(s) {
		for _, service := range c.Services {
			if service.Image != "" && service.Build == "" && !isProduct(service.Image) {
				all = append(all, audit.Place{Path: c.Path, Line: service.Line, Text: service.Image})
			}
		}
	}
	for _, k := range container.KubernetesFiles(s) {
		if k.Chart != "" {
			all = append(all, audit.Place{Path: k.Path})
		}
		for _, o := range k.Objects {
			for _, c := range o.Containers {
				if c.Image != "" && !isProduct(c.Image) {
					all = append(all, audit.Place{Path: k.Path, Line: c.Line, Text: c.Image})
				}
			}
		}
	}
	return all
}

// products are names of images that a deliverable uses and that are not it.
var products = map[string]bool{
	"postgres": true, "postgresql": true, "postgis": true, "timescaledb": true, "mysql": true, "mariadb": true, "mongo": true,
	"mongodb": true, "mongo-express": true, "redis": true, "valkey": true, "keydb": true, "memcached": true, "rabbitmq": true,
	"kafka": true, "zookeeper": true, "nats": true, "elasticsearch": true, "opensearch": true, "kibana": true, "logstash": true,
	"solr": true, "meilisearch": true, "typesense": true, "minio": true, "mc": true, "localstack": true, "mailhog": true,
	"maildev": true, "mailpit": true, "mailcatcher": true, "adminer": true, "pgadmin4": true, "phpmyadmin": true, "traefik": true,
	"nginx": true, "nginx-proxy": true, "caddy": true, "haproxy": true, "httpd": true, "varnish": true, "keycloak": true,
	"vault": true, "consul": true, "prometheus": true, "grafana": true, "loki": true, "alertmanager": true, "jaeger": true,
	"sentry": true, "neo4j": true, "couchdb": true, "cassandra": true, "influxdb": true, "clickhouse-server": true,
	"clamav": true, "gotenberg": true, "busybox": true, "alpine": true, "certbot": true, "letsencrypt-nginx-proxy-companion": true,
	"docker-gen": true, "watchtower": true, "portainer": true, "portainer-ce": true, "openldap": true, "swagger-ui": true,
}

func isProduct(image string) bool { return products[path.Base(container.ParseImage(image).Name)] }

func places(paths []string) []audit.Place {
	all := make([]audit.Place, len(paths))
	for i, p := range paths {
		all[i] = audit.Place{Path: p}
	}
	return all
}
