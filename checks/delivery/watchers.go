package delivery

import (
	"cmp"
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// watching is what a tool does for the components, the best last.
type watching uint8

const (
	// idle: set up, for none of the components that are declared.
	idle watching = iota
	// closed: the service has been shut down.
	closed
	// proposes: opens requests to update.
	proposes
	// scans: looks for known flaws each time that continuous integration runs.
	scans
)

// watcher is one tool that is set up.
type watcher struct {
	tool  string
	does  watching
	place audit.Place
}

// watcherFiles are configurations at fixed places.
var watcherFiles = map[string]watcher{
	"renovate.json": {tool: "Renovate", does: proposes}, "renovate.json5": {tool: "Renovate", does: proposes},
	".github/renovate.json": {tool: "Renovate", does: proposes}, ".github/renovate.json5": {tool: "Renovate", does: proposes},
	".gitlab/renovate.json": {tool: "Renovate", does: proposes}, ".gitlab/renovate.json5": {tool: "Renovate", does: proposes},
	".renovaterc": {tool: "Renovate", does: proposes}, ".renovaterc.json": {tool: "Renovate", does: proposes}, ".renovaterc.json5": {tool: "Renovate", does: proposes},
	".github/dependabot.yml": {tool: "Dependabot", does: proposes}, ".github/dependabot.yaml": {tool: "Dependabot", does: proposes},
	".gitlab/dependabot.yml": {tool: "Dependabot", does: proposes}, ".gitlab/dependabot.yaml": {tool: "Dependabot", does: proposes},
	".dependabot/config.yml": {tool: "Dependabot Preview", does: closed}, "greenkeeper.json": {tool: "Greenkeeper", does: closed},
	".pyup.yml": {tool: "PyUp", does: proposes}, ".snyk": {tool: "Snyk", does: proposes}, ".depfu.yml": {tool: "Depfu", does: proposes},
	".scala-steward.conf": {tool: "Scala Steward", does: proposes}, ".github/.scala-steward.conf": {tool: "Scala Steward", does: proposes},
	".whitesource": {tool: "Mend", does: proposes},
}

// watchersOf returns the tools that are set up, the best first.
func watchersOf(s *audit.Snapshot, ecosystems []manifest.Ecosystem) []watcher {
	var found []watcher
	for _, f := range s.OwnFiles() {
		w, known := watcherFiles[f.Path]
		if !known {
			continue
		}
		w.place = audit.Place{Path: f.Path}
		switch w.tool {
		case "Dependabot":
			w.does = dependabotDoes(s, f, ecosystems)
		case "Renovate":
			if renovateOff(s, f) {
				continue
			}
		}
		found = append(found, w)
	}
	if f, ok := s.File("package.json"); ok && len(packageRenovate(s, f)) > 0 {
		found = append(found, watcher{"Renovate", proposes, audit.Place{Path: f.Path}})
	}
	found = append(found, scannersOf(s)...)
	slices.SortStableFunc(found, func(a, b watcher) int { return cmp.Compare(b.does, a.does) })
	return found
}

// dependabotNames maps an ecosystem to what Dependabot calls it.
var dependabotNames = map[manifest.Ecosystem][]string{
	manifest.NPM: {"npm", "bun"}, manifest.PyPI: {"pip", "uv"}, manifest.Conda: {"conda", "pip"}, manifest.Composer: {"composer"},
	manifest.RubyGems: {"bundler"}, manifest.Go: {"gomod"}, manifest.Maven: {"maven", "gradle", "sbt"}, manifest.NuGet: {"nuget", "dotnet-sdk"},
	manifest.Hex: {"mix"}, manifest.Cargo: {"cargo"},
}

// dependabotDoes tells a configuration that watches the components from one
// that only updates actions or images.
func dependabotDoes(s *audit.Snapshot, f audit.File, ecosystems []manifest.Ecosystem) watching {
	root := yamlFile(s, f.Path)
	if root == nil {
		return proposes // unreadable: whoever wrote it wanted updates
	}
	for _, update := range yamlfile.Sequence(yamlfile.Field(root, "updates")) {
		name := yamlfile.Text(yamlfile.Field(update, "package-ecosystem"))
		for _, e := range ecosystems {
			if slices.Contains(dependabotNames[e], name) {
				return proposes
			}
		}
	}
	return idle
}

// maxWatcherBytes is more than any of these configurations.
const maxWatcherBytes = 256 << 10

func renovateOff(s *audit.Snapshot, f audit.File) bool {
	content, ok := s.ReadText(f)
	var settings struct {
		Enabled *bool `json:"enabled"`
	}
	if !ok || len(content) > maxWatcherBytes || json.Unmarshal([]byte(content), &settings) != nil {
		return false
	}
	return settings.Enabled != nil && !*settings.Enabled
}

func packageRenovate(s *audit.Snapshot, f audit.File) json.RawMessage {
	content, ok := s.ReadText(f)
	var settings struct {
		Renovate json.RawMessage `json:"renovate"`
	}
	if !ok || len(content) > maxWatcherBytes || json.Unmarshal([]byte(content), &settings) != nil {
		return nil
	}
	return settings.Renovate
}

// scannerPrograms look for known flaws, given one of the arguments; nil asks for
// none.
var scannerPrograms = map[string][]string{
	"npm": {"audit"}, "yarn": {"audit", "npm"}, "pnpm": {"audit"}, "composer": {"audit"}, "cargo": {"audit", "deny"}, "mix": {"deps.audit", "hex.audit"},
	"bundle": {"audit", "bundle-audit", "bundler-audit"}, "symfony": {"security:check", "check:security"}, "snyk": {"test", "monitor"},
	"trivy": {"fs", "filesystem", "repo", "repository", "image"}, "safety": {"check", "scan"}, "dotnet": {"--vulnerable"}, "uv": {"audit", "pip-audit"},
	"poetry": {"pip-audit", "safety"}, "pipenv": {"check", "audit"}, "pip-audit": nil, "bundle-audit": nil, "bundler-audit": nil, "govulncheck": nil, "osv-scanner": nil,
	"grype": nil, "audit-ci": nil, "better-npm-audit": nil, "dependency-check.sh": nil, "local-php-security-checker": nil, "cargo-audit": nil, "renovate": nil,
}

// scannerActions are published steps that do.
var scannerActions = []string{
	"actions/dependency-review-action", "snyk/actions", "aquasecurity/trivy-action", "google/osv-scanner-action", "renovatebot/github-action",
	"pypa/gh-action-pip-audit", "dependency-check/", "rustsec/audit-check", "actions-rs/audit-check", "golang/govulncheck-action", "anchore/scan-action",
	"symfonycorp/security-checker-action", "pyupio/safety",
}

// scannersOf reads continuous integration for scanners, GitLab's own template
// included.
func scannersOf(s *audit.Snapshot) []watcher {
	var found []watcher
	for _, p := range pipelinesOf(s) {
		if p.system == "gitlab-ci" {
			found = append(found, gitlabScanning(s, p)...)
		}
		if p.dead {
			continue
		}
		for _, one := range p.steps {
			if tool, line := scanner(one); tool != "" {
				place := one.place
				place.Line += line
				found = append(found, watcher{tool, scans, place})
				break
			}
		}
	}
	return found
}

func scanner(one step) (tool string, line int) {
	action := strings.ToLower(one.action)
	if slices.ContainsFunc(scannerActions, func(known string) bool { return strings.HasPrefix(action, known) }) {
		return one.action, 0
	}
	if len(one.script) > maxConfigBytes {
		return "", 0
	}
	for _, c := range script.Commands(one.script) {
		words := c.Words
		for len(words) > 0 && (script.Assigns(words[0]) || slices.Contains([]string{"sudo", "npx", "exec", "then", "if", "!", "pipx", "uvx", "run"}, words[0])) {
			words = words[1:]
		}
		if len(words) > 0 && scansWith(path.Base(words[0]), words[1:]) {
			return shorten(strings.Join(words[:min(len(words), 3)], " ")), c.Line
		}
	}
	return "", 0
}

func scansWith(program string, arguments []string) bool {
	wanted, known := scannerPrograms[program]
	if !known {
		return false
	}
	return wanted == nil || slices.ContainsFunc(arguments, func(a string) bool { return slices.Contains(wanted, a) }) &&
		(program != "yarn" || slices.Contains(arguments, "audit"))
}

// gitlabScanning recognises GitLab's templates for scanning components.
func gitlabScanning(s *audit.Snapshot, p *pipeline) []watcher {
	for _, one := range yamlfile.Items(yamlfile.Field(yamlFile(s, p.path), "include")) {
		for _, key := range []string{"template", "component"} {
			name := yamlfile.Field(one, key)
			if text := strings.ToLower(yamlfile.Text(name)); strings.Contains(text, "dependency-scanning") || strings.Contains(text, "auto-devops") {
				return []watcher{{"GitLab", scans, audit.Place{Path: p.path, Line: name.Line}}}
			}
		}
	}
	return nil
}
