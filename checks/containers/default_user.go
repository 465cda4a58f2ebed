package containers

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/container"
)

// unprivilegedImages start as an ordinary user unless a Dockerfile says
// otherwise: names on any registry, a trailing slash standing for all below it.
// Kept by hand; an image that is not listed is answered unknown, not root.
var unprivilegedImages = []string{
	"bitnami/", "bitnamilegacy/", "bitnamisecure/", "chainguard/", "nginxinc/nginx-unprivileged", "nginx/nginx-unprivileged",
	"jboss/keycloak", "keycloak/keycloak", "jenkins/jenkins", "jenkins/inbound-agent", "grafana/grafana", "grafana/loki",
	"prom/prometheus", "prom/alertmanager", "prom/node-exporter", "prom/blackbox-exporter", "prom/pushgateway",
	"prometheus/prometheus", "prometheus/alertmanager", "opensearchproject/opensearch", "jupyter/", "circleci/", "cimg/",
	"mambaorg/micromamba", "apache/airflow", "apache/superset", "apache/nifi", "selenium/", "zenika/alpine-chrome",
	"puppeteer/puppeteer", "gitpod/", "codercom/code-server", "sclorg/", "curlimages/curl", "serversideup/php",
}

// unprivilegedOfficial are official images of Docker that do so; the others
// start as root, some of them only to step down later.
var unprivilegedOfficial = map[string]bool{
	"elasticsearch": true, "kibana": true, "logstash": true, "solr": true, "sonarqube": true, "memcached": true, "adminer": true,
	"odoo": true,
}

// steppingDown are databases and the like whose own entry program starts as root
// and hands over to an ordinary account.
var steppingDown = map[string]bool{
	"postgres": true, "mysql": true, "mariadb": true, "mongo": true, "redis": true, "valkey/valkey": true, "rabbitmq": true,
	"cassandra": true, "couchdb": true, "postgis/postgis": true, "mdillon/postgis": true, "timescale/timescaledb": true,
	"imresamu/postgis": true, "neo4j": true, "zookeeper": true, "ghost": true, "influxdb": true,
}

// rootImages are images of others that start as root.
var rootImages = []string{
	"rocker/", "rstudio/", "continuumio/", "nvidia/cuda", "tiangolo/", "phusion/", "adoptopenjdk/", "azul/zulu-openjdk",
	"bellsoft/", "pandoc/", "texlive/texlive", "osgeo/gdal", "pytorch/pytorch", "tensorflow/tensorflow",
	"oven/bun", "denoland/deno", "astral-sh/uv", "dunglas/frankenphp", "webdevops/", "richarvey/nginx-php-fpm", "alpine/",
	"hashicorp/terraform", "openanalytics/r-base", "openanalytics/r-ver", "distroless/", "dotnet/", "playwright",
	"vscode/devcontainers/", "devcontainers/", "windows/", "prometheus/busybox", "docker/library/", "cypress/",
	"astrocrpublic/", "graalvm/", "library/",
}

// defaultUser is what an image runs as when no Dockerfile of ours says.
func defaultUser(image string) privilege {
	if image == "scratch" {
		return isRoot
	}
	ref := container.ParseImage(image)
	switch {
	case strings.Contains(ref.Name, "$"):
		return isUnknown
	case ref.Registry == "cgr.dev", unprivilegedTag(ref), matches(ref.Name, unprivilegedImages), sourceToImage(ref):
		return byBase
	case saysUnprivileged(ref):
		return guessed
	case steppingDown[ref.Name]:
		return stepsDown
	case ref.Registry == "docker.io" && !strings.Contains(ref.Name, "/"):
		if unprivilegedOfficial[ref.Name] {
			return byBase
		}
		return isRoot
	case ref.Registry == "docker.elastic.co":
		return byBase
	case matches(ref.Name, rootImages), isRedHatBase(ref):
		return isRoot
	}
	return isUnknown
}

func matches(name string, patterns []string) bool {
	for _, pattern := range patterns {
		if name == pattern || strings.HasPrefix(name, pattern) && strings.HasSuffix(pattern, "/") ||
			strings.HasPrefix(name, pattern+"-") {
			return true
		}
	}
	return false
}

// unprivilegedTag knows the two families that sell both kinds under one name.
func unprivilegedTag(ref container.Image) bool {
	return strings.HasPrefix(ref.Name, "distroless/") && strings.Contains(ref.Tag, "nonroot") ||
		strings.HasPrefix(ref.Name, "dotnet/") && strings.Contains(ref.Tag, "chiseled")
}

// redHat reports the registries of Red Hat's universal base images.
func redHat(ref container.Image) bool {
	return strings.HasSuffix(ref.Registry, ".redhat.com") || strings.HasSuffix(ref.Registry, ".redhat.io")
}

// sourceToImage reports images such as ubi9/python-311, made for OpenShift,
// which refuses root.
func sourceToImage(ref container.Image) bool {
	return redHat(ref) && strings.HasPrefix(ref.Name, "ubi") && strings.Contains(lastPart(ref.Name), "-") && !isRedHatBase(ref)
}

func isRedHatBase(ref container.Image) bool {
	last := lastPart(ref.Name)
	return redHat(ref) && (strings.HasPrefix(last, "ubi") || last == "rhel" || last == "rhel7")
}

// saysUnprivileged takes an image at its word.
func saysUnprivileged(ref container.Image) bool {
	written := ref.Name + ":" + strings.ToLower(ref.Tag)
	for _, word := range []string{"nonroot", "non-root", "rootless", "unprivileged", "unpriv"} {
		if strings.Contains(written, word) {
			return true
		}
	}
	return false
}
