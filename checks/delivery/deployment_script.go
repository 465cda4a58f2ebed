package delivery

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
)

// deployerFiles are the settings of programs that deploy.
var deployerFiles = map[string]bool{
	"Capfile": true, "config/deploy.rb": true, "config/deploy.yml": true, "deploy.php": true, "deployer.php": true, "skaffold.yaml": true,
	"fly.toml": true, "serverless.yml": true, "captain-definition": true,
}

// fabricTasks finds tasks for Fabric, which runs commands on servers, named after
// deployment.
func fabricTasks(s *audit.Snapshot, f audit.File) bool {
	if path.Ext(f.Path) != ".py" || f.Name() != "fabfile.py" && !saysDeploy(f.Name()) || inTests(f.Path) {
		return false
	}
	text, ok := s.ReadText(f)
	return ok && fabricImport.MatchString(text) && fabricDeploys.MatchString(text)
}

var (
	fabricImport  = regexp.MustCompile(`(?m)^(?:from|import) (?:fabric|invoke)\b`)
	fabricDeploys = regexp.MustCompile(`(?m)^def \w*deplo[yi]\w*\(`)
)

// deploymentScript finds one command that deploys: a script, a target or a
// script of a manifest named so, a playbook, the settings of a deployer, a chart.
func deploymentScript(s *audit.Snapshot) (trace, bool) {
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Name())
		ext := path.Ext(name)
		shell := ext == ".sh" || ext == ".bash" || ext == ".ps1" || ext == "" && slices.Contains([]string{"bin", "scripts", "script"}, path.Base(f.Dir()))
		playbook := (ext == ".yml" || ext == ".yaml") && slices.Contains(strings.Split(f.Dir(), "/"), "ansible")
		near := strings.Count(f.Path, "/") <= 3 // deeper, a part of the product is moved
		if deployerFiles[f.Path] || shell && near && saysDeploy(name) && !inTests(f.Path) || playbook || near && fabricTasks(s, f) {
			return trace{f.Path, audit.Place{Path: f.Path}}, true
		}
	}
	if makefile := script.MakefileIn(s, ""); makefile != nil {
		for _, name := range sortedKeys(makefile.Targets) {
			if saysDeploy(name) && len(makefile.Targets[name].Recipe) > 0 {
				return trace{"make " + name, audit.Place{Path: "Makefile"}}, true
			}
		}
	}
	for _, m := range manifest.Of(s).Manifests {
		for _, name := range sortedKeys(m.Scripts) {
			if saysDeploy(name) && !m.Sample() {
				return trace{name, audit.Place{Path: m.Path}}, true
			}
		}
	}
	for _, file := range container.KubernetesFiles(s) {
		if !file.Development && (file.Chart != "" || len(file.Objects) > 0) {
			return trace{file.Path, audit.Place{Path: file.Path}}, true
		}
	}
	return trace{}, false
}

// saysDeploy reports whether a name is that of deploying the product, rather
// than its documentation, a preview or a test.
func saysDeploy(name string) bool {
	name = guide.Plain(name)
	for _, other := range []string{"doc", "storybook", "preview", "test", "undeploy", "predeploy", "postdeploy", "pre deploy", "post deploy", "lint", "contract", "review", "i18n"} {
		if strings.Contains(name, other) {
			return false
		}
	}
	return strings.Contains(name, "deploy") || strings.Contains(name, "deploi") || strings.Contains(name, "livraison") || strings.Contains(name, "mise en production")
}
