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
		playbook := (ext == ".yml" || ext == ".yaml") && isPlaybook(f.Path)
		near := strings.Count(f.Path, "/") <= 3 // deeper, a part of the product is moved
		if deployerFiles[f.Path] || shell && near && !inTests(f.Path) && (saysDeploy(name) || installsServer(name) || updates(s, f)) || playbook || near && fabricTasks(s, f) {
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

// isPlaybook reports whether a file in Ansible's folder says what to do, rather
// than on which machines and with which values.
func isPlaybook(name string) bool {
	dirs := strings.Split(path.Dir(name), "/")
	return slices.Contains(dirs, "ansible") && !slices.ContainsFunc(dirs, func(dir string) bool {
		return slices.Contains([]string{"group_vars", "host_vars", "inventory", "inventories", "environments", "files", "assets", "defaults", "vars"}, dir)
	})
}

// restarters start a service anew, given the word of restartWords.
var (
	restarters   = []string{"systemctl", "service", "supervisorctl", "pm2", "docker", "docker-compose", "kill", "passenger-config"}
	restartWords = []string{"start", "restart", "reload", "up", "-HUP", "restart-app"}
)

// updates reports whether a script named after updating brings the newest version
// onto the machine it runs on and starts that.
func updates(s *audit.Snapshot, f audit.File) bool {
	name := guide.Plain(guide.Stem(f.Name()))
	if !strings.Contains(name, "update") && !strings.Contains(name, "upgrade") && !strings.Contains(name, "mise a jour") && !strings.Contains(name, "maj") {
		return false
	}
	text, ok := s.ReadText(f)
	if !ok || len(text) > maxConfigBytes {
		return false
	}
	pulled, started := false, false
	for _, c := range script.Commands(text) {
		words := c.Words
		if words[0] == "sudo" {
			words = words[1:]
		}
		switch {
		case len(words) < 2:
		case words[0] == "git" && words[1] == "pull":
			pulled = true
		case slices.Contains(restarters, words[0]) && slices.ContainsFunc(words[1:], func(w string) bool { return slices.Contains(restartWords, w) }):
			started = started || pulled
		}
	}
	return started
}

// installsServer reports whether a script is named after preparing a server.
func installsServer(name string) bool {
	name = guide.Plain(name)
	return (strings.Contains(name, "install") || strings.Contains(name, "setup") || strings.Contains(name, "provision")) &&
		(strings.Contains(name, "server") || strings.Contains(name, "serveur"))
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
