package delivery

import (
	"path"
	"regexp"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/lifecycle"
)

// imageProducts maps the last part of an image's name to what its tag counts the
// versions of.
var imageProducts = map[string]string{
	"python": "python", "node": "node", "php": "php", "php-fpm": "php", "ruby": "ruby", "golang": "go", "elixir": "elixir", "erlang": "erlang",
	"debian": "debian", "ubuntu": "ubuntu", "alpine": "alpine", "minideb": "debian",
	"r-base": "r", "r-ver": "r", "shiny": "r", "shiny-verse": "r", "rstudio": "r", "tidyverse": "r", "verse": "r", "geospatial": "r",
	"openjdk": "java", "eclipse-temurin": "java", "amazoncorretto": "java", "adoptopenjdk": "java", "zulu-openjdk": "java",
	"zulu-openjdk-alpine": "java", "zulu-openjdk-debian": "java",
}

// dotnetImages are Microsoft's, below mcr.microsoft.com/dotnet.
var dotnetImages = map[string]bool{"aspnet": true, "runtime": true, "runtime-deps": true, "sdk": true}

// tagWords are the words that stand before a version inside a tag, as in
// "3.6-jdk-8", "12-alpine3.14" or "1.14.0-erlang-25.0-debian-bullseye".
var tagWords = map[string]string{
	"python": "python", "py": "python", "node": "node", "nodejs": "node", "php": "php", "ruby": "ruby", "elixir": "elixir", "erlang": "erlang",
	"jdk": "java", "jre": "java", "openjdk": "java", "temurin": "java", "corretto": "java", "java": "java", "r": "r",
	"alpine": "alpine", "debian": "debian", "ubuntu": "ubuntu", "golang": "go",
}

// imageRuntime is one product in an image.
type imageRuntime struct {
	product, version string
	// aside is true for the system that a tag names beside its own version.
	aside bool
}

var (
	tagVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^v?(\d+(?:\.\d+)*)`) })
	tagPart    = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?:^|-)([a-z]+)-?(\d+(?:\.\d+)*)`) })
)

// systems are the products of the table that are systems and not languages.
var systems = map[string]bool{"debian": true, "ubuntu": true, "alpine": true}

// imageRuntimes reads the products and versions that an image's name tells. It
// tells none where a variable stands for the version.
func imageRuntimes(image string) []imageRuntime {
	parsed := container.ParseImage(image)
	tag := strings.ToLower(parsed.Tag)
	if strings.Contains(tag, "$") {
		tag, _, _ = strings.Cut(tag, "$")
		tag = tag[:strings.LastIndexByte(tag, '-')+1] // of "3.1${MINOR}" nothing is sure
	}
	var found []imageRuntime
	add := func(product, version string) {
		for _, old := range found {
			if old.product == product {
				return
			}
		}
		found = append(found, imageRuntime{product, version, systems[product] && !systems[imageProducts[path.Base(parsed.Name)]]})
	}
	name := path.Base(parsed.Name)
	product := imageProducts[name]
	if dotnetImages[name] && strings.Contains(parsed.Name, "dotnet/") {
		product = "dotnet"
	}
	if m := tagVersion().FindStringSubmatch(tag); m != nil && product != "" {
		add(product, m[1])
	}
	for word := range strings.SplitSeq(tag, "-") {
		for _, system := range []string{"debian", "ubuntu", "node"} {
			if version, known := lifecycle.Dates().Codename(system, word); known && (system != "node" || product == "node") {
				add(system, version)
			}
		}
	}
	for _, text := range []string{tag, name} { // distroless/java17-debian12
		for _, m := range tagPart().FindAllStringSubmatch(text, 8) {
			word := tagWords[m[1]]
			if m[1] == "r" && !strings.Contains(m[2], ".") || word == "python" && len(m[2]) < 2 {
				continue // release 4 of something, and distroless/python3
			}
			if word != "" {
				add(word, m[2])
			}
		}
	}
	return found
}
