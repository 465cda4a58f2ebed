package delivery

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// deployingJob finds a job that is named after deployment or that puts something
// into an environment of production or before it. On GitHub an environment is
// often there for its secrets only: one that has an address is meant.
func deployingJob(s *audit.Snapshot, p *pipeline, static bool) (trace, bool) {
	if p.system == "jenkins" {
		return jenkinsStage(s, p)
	}
	if !static && slices.ContainsFunc(p.steps, step.pages) {
		return trace{}, false
	}
	root := yamlFile(s, p.path)
	jobs := yamlfile.Field(root, "jobs")
	if p.system == "gitlab-ci" {
		jobs = root
	}
	for key, job := range yamlfile.Fields(jobs) {
		if p.system == "gitlab-ci" && (strings.HasPrefix(key.Value, ".") || slices.Contains(gitlabWords, key.Value)) || job.Kind != yaml.MappingNode || disabled(job) {
			continue
		}
		named := saysDeploy(key.Value) || saysDeploy(yamlfile.Text(yamlfile.Field(job, "name"))) || saysDeploy(yamlfile.Text(yamlfile.Field(job, "stage")))
		environment := yamlfile.Field(job, "environment")
		runs := p.system == "gitlab-ci" || yamlfile.Field(environment, "url") != nil
		if name := yamlfile.Field(environment, "name"); name != nil {
			environment = name
		}
		if named || runs && productionLike(yamlfile.Text(environment)) || static && p.system == "gitlab-ci" && key.Value == "pages" {
			return trace{key.Value, audit.Place{Path: p.path, Line: key.Line}}, true
		}
	}
	return otherSystems(p, root)
}

// otherSystems finds the keys by which Azure and Bitbucket mark a deployment.
func otherSystems(p *pipeline, root *yaml.Node) (trace, bool) {
	if p.system != "azure-pipelines" && p.system != "bitbucket-pipelines" {
		return trace{}, false
	}
	var found trace
	nodes := 0
	var walk func(n *yaml.Node, depth int)
	walk = func(n *yaml.Node, depth int) {
		n = yamlfile.Resolve(n)
		if nodes++; n == nil || depth > 40 || nodes > maxNodes || found.what != "" {
			return
		}
		for _, one := range yamlfile.Sequence(n) {
			walk(one, depth+1)
		}
		for key, value := range yamlfile.Fields(n) {
			if key.Value == "deployment" && yamlfile.Text(value) != "" {
				found = trace{yamlfile.Text(value), audit.Place{Path: p.path, Line: key.Line}}
			}
			walk(value, depth+1)
		}
	}
	walk(root, 0)
	return found, found.what != ""
}

// productionLike recognises the names of environments that are no previews.
func productionLike(name string) bool {
	name = strings.ToLower(name)
	if strings.Contains(name, "review") || strings.Contains(name, "pypi") || strings.Contains(name, "npm") || strings.Contains(name, "test") {
		return false
	}
	return slices.ContainsFunc([]string{"prod", "staging", "recette", "demo", "integration", "qualif"}, func(word string) bool { return strings.Contains(name, word) })
}

var jenkinsStages = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*stage\s*\(\s*['"]([^'"\n]{1,80})['"]`)
})

func jenkinsStage(s *audit.Snapshot, p *pipeline) (trace, bool) {
	f, _ := s.File(p.path)
	text, ok := s.ReadText(f)
	if !ok || len(text) > maxJenkinsfileBytes {
		return trace{}, false
	}
	for _, m := range jenkinsStages().FindAllStringSubmatchIndex(text, 50) {
		if name := text[m[2]:m[3]]; saysDeploy(name) {
			return trace{name, audit.Place{Path: p.path, Line: 1 + strings.Count(text[:m[2]], "\n")}}, true
		}
	}
	return trace{}, false
}
