package delivery

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// origin is what kind of file says which version is used, the weightiest last.
type origin uint8

const (
	inPipeline origin = iota // what continuous integration installs
	inManifest               // what a package manager is told to accept
	inPin                    // what a version manager installs
	inImage                  // what a container runs
)

// declaration is one version that a file asks for.
type declaration struct {
	product, version string
	place            audit.Place
	origin           origin
	// root is the folder that it holds for.
	root string
	// aside is true for the system below a language's image.
	aside bool
}

// declarations returns what the repository says about its runtimes, the files
// of samples and of development left out.
func declarations(s *audit.Snapshot) []declaration {
	var found []declaration
	for _, d := range container.Dockerfiles(s) {
		if !d.Development && d.Err == nil && !(&manifest.Manifest{Path: d.Path}).Sample() {
			found = append(found, imageDeclarations(d)...)
		}
	}
	for _, p := range manifest.Pins(s) {
		if !p.Sample() {
			found = append(found, declaration{p.Runtime, p.Version, audit.Place{Path: p.Path, Line: p.Line}, inPin, folderOf(p.Path), false})
		}
	}
	for _, m := range manifest.Of(s).Manifests {
		if m.Sample() {
			continue
		}
		for _, product := range []string{"node", "python", "php", "ruby", "go", "java", "r", "dotnet", "elixir"} {
			if version := m.Runtimes[product]; version != "" && !strings.Contains(version, "$") {
				found = append(found, manifestDeclaration(m, product, version))
			}
		}
	}
	return beyondTools(s, found)
}

// beyondTools leaves out the images beside a library whose manifest says what it
// accepts: they build its pages or run its tests, and nobody ships them.
func beyondTools(s *audit.Snapshot, found []declaration) []declaration {
	return slices.DeleteFunc(found, func(d declaration) bool {
		ships := func(one audit.Deliverable) bool {
			return one.Kind != audit.Library && slices.Contains(runningKinds, one.Kind) && (audit.Within(d.root, one.Root) || audit.Within(one.Root, d.root))
		}
		declared := func(one declaration) bool { return one.origin == inManifest && audit.Within(d.root, one.root) }
		return d.origin == inImage && !slices.ContainsFunc(s.Deliverables, ships) && slices.ContainsFunc(found, declared)
	})
}

func folderOf(file string) string { return audit.File{Path: file}.Dir() }

// manifestDeclaration puts a constraint as the others write it. The go line of
// go.mod is the lowest version that will do, and .NET's names are its own.
func manifestDeclaration(m *manifest.Manifest, product, version string) declaration {
	d := declaration{product, version, audit.Place{Path: m.Path}, inManifest, m.Root(), false}
	switch {
	case product == "go":
		d.version = ">=" + version
	case product == "dotnet":
		d.version = frameworks(version)
	case path.Base(m.Path) == "renv.lock":
		d.origin = inPin
	}
	return d
}

// frameworks keeps, of "net6.0;netstandard2.0", the versions of .NET. What is
// written for .NET Framework runs as long as Windows does, and what is written
// for .NET Standard on every version.
func frameworks(targets string) string {
	var versions []string
	for target := range strings.SplitSeq(targets, ";") {
		target, _, _ = strings.Cut(strings.TrimSpace(target), "-")
		version := strings.TrimPrefix(strings.TrimPrefix(target, "netcoreapp"), "net")
		if version != target && strings.Contains(version, ".") && !strings.HasPrefix(version, "standard") && !strings.HasPrefix(version, "4.") {
			versions = append(versions, version)
		}
	}
	return strings.Join(versions, "||")
}

// imageDeclarations reads every stage, for what builds a program ends up in it;
// of the systems, only the one that is shipped.
func imageDeclarations(d *container.Dockerfile) []declaration {
	var found []declaration
	shipped := d.Shipped()
	for i := range d.Stages {
		stage := &d.Stages[i]
		if stage.Stage >= 0 || slices.Contains([]string{"dev", "development", "test", "tests", "ci"}, stage.Name) {
			continue
		}
		final := shipped != nil && d.Base(shipped) == stage
		for _, r := range imageRuntimes(stage.Image) {
			if systems[r.product] && !final {
				continue
			}
			found = append(found, declaration{
				r.product, r.version, audit.Place{Path: d.Path, Line: stage.Line, Text: stage.Image}, inImage, folderOf(d.Path), r.aside,
			})
		}
	}
	return found
}

// pipelineKeys are the settings of continuous integration that name a version.
var pipelineKeys = map[string]string{
	"node-version": "node", "node_js": "node", "node": "node", "python-version": "python", "python": "python", "php-version": "php", "php": "php",
	"ruby-version": "ruby", "ruby": "ruby", "rvm": "ruby", "go-version": "go", "go": "go", "java-version": "java", "jdk": "java", "r-version": "r",
	"dotnet-version": "dotnet", "elixir-version": "elixir", "elixir": "elixir", "otp-version": "erlang", "otp": "erlang",
}

// pipelineDeclarations reads the versions that continuous integration tests
// with: a project that says nothing else still says that.
func pipelineDeclarations(s *audit.Snapshot) []declaration {
	var found []declaration
	for _, p := range pipelinesOf(s) {
		root := yamlFile(s, p.path)
		w := &versionWalk{path: p.path}
		w.walk(root, 0)
		found = append(found, w.found...)
	}
	return found
}

type versionWalk struct {
	path  string
	nodes int
	found []declaration
}

func (w *versionWalk) walk(n *yaml.Node, depth int) {
	n = yamlfile.Resolve(n)
	if w.nodes++; n == nil || depth > 40 || w.nodes > maxNodes {
		return
	}
	for _, one := range yamlfile.Sequence(n) {
		w.walk(one, depth+1)
	}
	for key, value := range yamlfile.Fields(n) {
		if product := pipelineKeys[strings.ToLower(key.Value)]; product != "" {
			w.add(product, value)
		} else if key.Value == "image" || key.Value == "container" {
			w.image(value)
		}
		w.walk(value, depth+1)
	}
}

// add takes a list of versions as alternatives: the newest one counts.
func (w *versionWalk) add(product string, value *yaml.Node) {
	var versions []string
	for _, version := range yamlfile.Texts(value) {
		if version != "" && version[0] >= '0' && version[0] <= '9' {
			versions = append(versions, version)
		}
	}
	if len(versions) > 0 {
		w.found = append(w.found, declaration{product, strings.Join(versions, "||"), audit.Place{Path: w.path, Line: value.Line}, inPipeline, "", false})
	}
}

func (w *versionWalk) image(value *yaml.Node) {
	name := yamlfile.Text(value)
	if name == "" {
		name = yamlfile.Text(yamlfile.Field(value, "name")) + yamlfile.Text(yamlfile.Field(value, "image"))
	}
	for _, r := range imageRuntimes(name) {
		if !systems[r.product] && value != nil {
			w.found = append(w.found, declaration{r.product, r.version, audit.Place{Path: w.path, Line: value.Line}, inPipeline, "", false})
		}
	}
}
