package delivery

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// scriptKeys hold shell in the configurations that name steps in their own
// ways: Travis, Azure, Bitbucket, Drone, Woodpecker, Appveyor, sourcehut,
// Buildkite, Cirrus and Semaphore.
var scriptKeys = []string{
	"script", "before_script", "after_script", "install", "before_install", "after_success", "command", "commands", "bash", "sh", "pwsh", "powershell",
	"test_script", "build_script", "before_test", "before_build", "after_build", "override", "customCommand", "ps", "cmd", "goals",
	"check_script", "lint_script", "tests_script", "main_script",
}

// readAny walks a configuration and takes every value of a script key.
func readAny(s *audit.Snapshot, p *pipeline, root *yaml.Node) {
	w := &anyWalk{s: s, p: p}
	on := onChange
	switch p.system {
	case "travis-ci":
		// travis-ci.org closed in June 2021; see ciRunsTests for travis-ci.com.
		p.dead = true
		if yamlfile.Field(root, "script") == nil && defaultJobs(root) {
			w.travisDefault(root)
		}
	case "azure-pipelines":
		if yamlfile.Text(yamlfile.Field(root, "trigger")) == "none" && (yamlfile.Field(root, "pr") == nil || yamlfile.Text(yamlfile.Field(root, "pr")) == "none") {
			on = onDemand
		}
	case "drone", "woodpecker":
		on = eventsTrigger(root)
	}
	w.walk(root, on, 0)
}

type anyWalk struct {
	s     *audit.Snapshot
	p     *pipeline
	nodes int
}

func (w *anyWalk) walk(n *yaml.Node, on trigger, depth int) {
	n = yamlfile.Resolve(n)
	if w.nodes++; n == nil || depth > 40 || w.nodes > maxNodes {
		return
	}
	if n.Kind == yaml.SequenceNode {
		for _, one := range n.Content {
			w.walk(one, on, depth+1)
		}
		return
	}
	if slices.Contains([]string{"drone", "woodpecker"}, w.p.system) && yamlfile.Field(n, "when") != nil {
		on = min(on, eventsTrigger(n))
	}
	if task := yamlfile.Field(n, "task"); task != nil && task.Kind == yaml.ScalarNode {
		w.azureTask(n, task, on)
	}
	for name, value := range yamlfile.Fields(n) {
		key := name.Value
		switch {
		case slices.Contains(scriptKeys, key) || w.p.system == "sourcehut" && depth > 0 || strings.HasSuffix(key, "_script"):
			w.script(value, on, depth)
		case w.p.system == "bitbucket-pipelines" && (key == "custom" || key == "tags"):
			w.walk(value, onDemand, depth+1)
		default:
			w.walk(value, on, depth+1)
		}
	}
}

func (w *anyWalk) script(value *yaml.Node, on trigger, depth int) {
	if value == nil {
		return
	}
	if value.Kind == yaml.ScalarNode {
		w.p.add(value, w.p.path, "", value.Value, "", on)
		return
	}
	if value.Kind == yaml.SequenceNode {
		if script, plain := joined(value); plain {
			w.p.add(value, w.p.path, "", script, "", on)
			return
		}
		for _, one := range value.Content {
			if one = yamlfile.Resolve(one); one != nil && one.Kind == yaml.ScalarNode {
				w.p.add(one, w.p.path, "", one.Value, "", on)
			} else {
				w.walk(one, on, depth+1)
			}
		}
		return
	}
	w.walk(value, on, depth+1)
}

// azureTask reads the tasks that test: VSTest@2, Npm@1, DotNetCoreCLI@2,
// Maven@3, Gradle@2.
func (w *anyWalk) azureTask(n, task *yaml.Node, on trigger) {
	name, _, _ := strings.Cut(task.Value, "@")
	inputs := yamlfile.Field(n, "inputs")
	argument := yamlfile.Text(yamlfile.Field(inputs, "command"))
	for _, key := range []string{"goals", "tasks", "verbose"} {
		if value := yamlfile.Text(yamlfile.Field(inputs, key)); value != "" && key != "verbose" {
			argument = value
		}
	}
	programs := map[string]string{"DotNetCoreCLI": "dotnet", "Npm": "npm", "Maven": "mvn", "Gradle": "gradle", "Go": "go"}
	if name == "VSTest" {
		w.p.add(task, w.p.path, "", "", "azure/test", on)
	} else if program := programs[name]; program != "" {
		w.p.add(task, w.p.path, "", program+" "+argument, "", on)
	}
}

// travisDefault adds what Travis runs when nobody says what to run.
// defaultJobs reports whether Travis has a job that does what the language is
// tested with: none is listed, or one of them names no script.
func defaultJobs(root *yaml.Node) bool {
	if yamlfile.Field(root, "matrix") != nil {
		return false
	}
	jobs := yamlfile.Field(root, "jobs")
	return jobs == nil || slices.ContainsFunc(yamlfile.Items(yamlfile.Field(jobs, "include")), func(job *yaml.Node) bool { return yamlfile.Field(job, "script") == nil })
}

func (w *anyWalk) travisDefault(root *yaml.Node) {
	defaults := map[string]string{
		"node_js": "npm test", "ruby": "rake", "go": "go test ./...", "rust": "cargo test", "java": "mvn test", "php": "phpunit",
		"r": "R CMD check .", "scala": "sbt test", "elixir": "mix test", "clojure": "lein test", "csharp": "dotnet test",
	}
	if language := yamlfile.Field(root, "language"); language != nil {
		w.p.add(language, w.p.path, "", defaults[strings.ToLower(language.Value)], "", onChange)
	}
}

// eventsTrigger reads the `trigger` or `when` of Drone and Woodpecker.
func eventsTrigger(n *yaml.Node) trigger {
	best, said := onDemand, false
	for _, key := range []string{"trigger", "when"} {
		for _, condition := range yamlfile.Items(yamlfile.Field(n, key)) {
			event := yamlfile.Field(condition, "event")
			if event == nil {
				return onChange
			}
			said = true
			if yamlfile.Holds(event, "push", "pull_request") || yamlfile.Field(event, "exclude") != nil || yamlfile.Holds(yamlfile.Field(event, "include"), "push", "pull_request") {
				best = onChange
			}
		}
	}
	if !said {
		return onChange
	}
	return best
}

var (
	groovyComment = regexp.MustCompile(`(?m)^\s*//.*$`)
	groovyShell   = regexp.MustCompile(`(?s)\b(?:sh|bat|powershell|pwsh)\b[\s(]*(?:(?:script|label|returnStatus|returnStdout)\s*:\s*(?:'[^'\n]*'\s*,\s*label\s*:\s*|true\s*,\s*script\s*:\s*|)?)?(?:'''(.*?)'''|"""(.*?)"""|'([^'\n]*)'|"([^"\n]*)")`)
	groovyLibrary = regexp.MustCompile(`(?m)^\s*(?:@Library\s*\(\s*['"]([^'"]+)|library\s*\(?\s*['"]([^'"]+))`)
)

// maxJenkinsfileBytes and maxGroovySteps keep the search for quotes short: an
// open one is sought to the end each time.
const (
	maxJenkinsfileBytes = 64 << 10
	maxGroovySteps      = 300
)

// readJenkinsfile takes the shell steps of a Jenkinsfile, which is Groovy.
func readJenkinsfile(p *pipeline, text string) {
	// Lines of comments are blanked, not cut, to keep the numbers of the others.
	text = groovyComment.ReplaceAllString(text, "")
	for _, m := range groovyShell.FindAllStringSubmatchIndex(text, maxGroovySteps) {
		for group := 2; group+1 < len(m); group += 2 {
			if m[group] < 0 {
				continue
			}
			line := 1 + strings.Count(text[:m[group]], "\n")
			p.steps = append(p.steps, step{place: audit.Place{Path: p.path, Line: line}, script: text[m[group]:m[group+1]], on: onChange})
		}
	}
	for _, m := range groovyLibrary.FindAllStringSubmatch(text, 10) {
		p.elsewhere = append(p.elsewhere, m[1]+m[2])
	}
}
