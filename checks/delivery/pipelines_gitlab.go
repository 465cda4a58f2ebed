package delivery

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// gitlabWords are the keys at the top that are no jobs.
var gitlabWords = []string{"stages", "variables", "default", "include", "workflow", "image", "services", "before_script", "after_script", "cache", "spec", "types"}

// gitlab is one configuration with the files of the tree that it includes.
type gitlab struct {
	s *audit.Snapshot
	p *pipeline
	// jobs maps a name, hidden ones included, to the job and its file; a later
	// definition is merged over an earlier one by GitLab, and replaces it here.
	jobs map[string]gitlabJob
	// order keeps the names as they came.
	order []string
	// files and nodes count what was looked at: includes and aliases may repeat.
	files, nodes int
}

type gitlabJob struct {
	node *yaml.Node
	file string
}

func readGitLab(s *audit.Snapshot, p *pipeline, root *yaml.Node) {
	g := &gitlab{s: s, p: p, jobs: map[string]gitlabJob{}}
	g.collect(root, p.path, 0)
	for _, name := range g.order {
		if job := g.jobs[name]; !strings.HasPrefix(name, ".") {
			g.readJob(job)
		}
	}
}

func (g *gitlab) collect(root *yaml.Node, file string, depth int) {
	if g.files++; g.files > 50 || depth > maxCalls {
		return
	}
	for _, one := range yamlfile.Items(yamlfile.Field(root, "include")) {
		g.include(yamlfile.Resolve(one), depth)
	}
	for key, job := range yamlfile.Fields(root) {
		name := key.Value
		if slices.Contains(gitlabWords, name) || job.Kind != yaml.MappingNode {
			continue
		}
		if _, known := g.jobs[name]; !known {
			g.order = append(g.order, name)
		}
		g.jobs[name] = gitlabJob{job, file}
	}
}

// include follows a file of the tree, wildcards too, and notes what lies
// elsewhere. GitLab's own templates are known by their names.
func (g *gitlab) include(one *yaml.Node, depth int) {
	local := yamlfile.Text(yamlfile.Field(one, "local"))
	if one != nil && one.Kind == yaml.ScalarNode && !strings.Contains(one.Value, "://") {
		local = one.Value
	}
	if local != "" {
		for _, name := range g.glob(strings.TrimPrefix(local, "/")) {
			if root := yamlFile(g.s, name); root != nil {
				g.collect(root, name, depth+1)
			}
		}
		return
	}
	if template := yamlfile.Field(one, "template"); template != nil {
		if strings.Contains(template.Value, "Auto-DevOps") || strings.Contains(template.Value, "Code-Quality") || promises(strings.TrimSuffix(template.Value, ".gitlab-ci.yml")) != nothing {
			g.p.add(template, g.p.path, "", "", "gitlab/test", onChange)
		}
		return
	}
	for _, key := range []string{"project", "remote", "component"} {
		if value := yamlfile.Text(yamlfile.Field(one, key)); value != "" {
			g.p.elsewhere = append(g.p.elsewhere, value)
			return
		}
	}
	if one != nil && one.Kind == yaml.ScalarNode {
		g.p.elsewhere = append(g.p.elsewhere, one.Value)
	}
}

func (g *gitlab) glob(pattern string) []string {
	if !strings.Contains(pattern, "*") {
		return []string{pattern}
	}
	before, after, recursive := strings.Cut(pattern, "**")
	var names []string
	for _, f := range g.s.OwnFiles() {
		ok, _ := path.Match(pattern, f.Path)
		if recursive {
			ok = strings.HasPrefix(f.Path, before) && strings.HasSuffix(f.Path, strings.TrimLeft(after, "/*"))
		}
		if ok {
			names = append(names, f.Path)
		}
	}
	return names
}

func (g *gitlab) readJob(job gitlabJob) {
	on := g.trigger(job.node)
	for _, key := range []string{"script", "before_script", "after_script"} {
		g.scripts(g.inherited(job.node, key, 0), job.file, on, 0)
	}
	if included := yamlfile.Field(job.node, "trigger", "include"); included != nil {
		for _, one := range yamlfile.Items(included) {
			if local := yamlfile.Text(yamlfile.Field(one, "local")); local != "" {
				if root := yamlFile(g.s, strings.TrimPrefix(local, "/")); root != nil {
					child := &gitlab{s: g.s, p: g.p, jobs: map[string]gitlabJob{}, files: g.files}
					child.collect(root, local, maxCalls)
					for _, name := range child.order {
						if !strings.HasPrefix(name, ".") {
							child.readJobOnce(child.jobs[name], on)
						}
					}
				}
			}
		}
	}
}

// readJobOnce reads a job of a child pipeline, which starts no other one.
func (g *gitlab) readJobOnce(job gitlabJob, on trigger) {
	g.scripts(g.inherited(job.node, "script", 0), job.file, min(on, g.trigger(job.node)), 0)
}

// inherited looks a key up in the job, then in what it extends.
func (g *gitlab) inherited(job *yaml.Node, key string, depth int) *yaml.Node {
	if g.nodes++; g.nodes > maxNodes {
		return nil
	}
	if own := yamlfile.Field(job, key); own != nil {
		return own
	}
	parents := yamlfile.Texts(yamlfile.Field(job, "extends"))
	for i := len(parents) - 1; i >= 0 && depth < maxInherited; i-- {
		if parent, known := g.jobs[parents[i]]; known {
			if found := g.inherited(parent.node, key, depth+1); found != nil {
				return found
			}
		}
	}
	return nil
}

// scripts adds the lines of a script, which may be nested lists and references
// to other jobs.
func (g *gitlab) scripts(n *yaml.Node, file string, on trigger, depth int) {
	n = yamlfile.Resolve(n)
	if g.nodes++; n == nil || depth > maxInherited || g.nodes > maxNodes || len(g.p.steps) > maxSteps {
		return
	}
	if n.Tag == "!reference" && len(n.Content) > 1 {
		if job, known := g.jobs[n.Content[0].Value]; known {
			g.scripts(g.inherited(job.node, n.Content[1].Value, 0), job.file, on, depth+1)
		}
		return
	}
	if n.Kind == yaml.ScalarNode {
		g.p.add(n, file, "", n.Value, "", on)
		return
	}
	if n.Kind != yaml.SequenceNode {
		return
	}
	// One list is one script: a `cd` holds for the next line.
	if script, plain := joined(n); plain {
		g.p.add(n, file, "", script, "", on)
		return
	}
	for _, one := range n.Content {
		g.scripts(one, file, on, depth+1)
	}
}

// joined makes one script of a list of plain lines, keeping their numbers.
func joined(n *yaml.Node) (string, bool) {
	var script strings.Builder
	line := n.Line
	for _, one := range n.Content {
		one = yamlfile.Resolve(one)
		if one == nil || one.Kind != yaml.ScalarNode || script.Len() > maxConfigBytes {
			return "", false
		}
		for at := yamlfile.FirstLine(one); line < at; line++ {
			script.WriteByte('\n')
		}
		script.WriteString(one.Value)
		line += strings.Count(one.Value, "\n")
		script.WriteByte('\n')
		line++
	}
	return script.String(), true
}

func (g *gitlab) trigger(job *yaml.Node) trigger {
	if rules := g.inherited(job, "rules", 0); rules != nil {
		return rulesTrigger(rules)
	}
	if yamlfile.Text(g.inherited(job, "when", 0)) == "manual" {
		return onDemand
	}
	only := g.inherited(job, "only", 0)
	if only != nil && only.Kind == yaml.MappingNode {
		only = yamlfile.Field(only, "refs")
	}
	refs := yamlfile.Texts(only)
	if len(refs) == 0 {
		return onChange
	}
	best := onDemand
	for _, ref := range refs {
		switch ref {
		case "tags", "schedules", "web", "triggers", "api", "pipelines", "external", "chat":
		case "branches", "merge_requests", "pushes", "external_pull_requests":
			best = onChange
		default:
			if runsOn(g.s, []string{ref}) {
				best = onChange
			}
			best = max(best, onOtherBranch)
		}
	}
	return best
}

// rulesTrigger: a rule that is neither manual nor bound to tags, schedules or
// clicks lets changes through.
func rulesTrigger(rules *yaml.Node) trigger {
	for _, rule := range yamlfile.Items(rules) {
		rule = yamlfile.Resolve(rule)
		if when := yamlfile.Text(yamlfile.Field(rule, "when")); when == "never" || when == "manual" {
			continue
		}
		condition := yamlfile.Text(yamlfile.Field(rule, "if"))
		tagOnly := strings.Contains(condition, "$CI_COMMIT_TAG") && !strings.Contains(condition, "null") && !strings.Contains(condition, "||")
		source := strings.Contains(condition, `"schedule"`) || strings.Contains(condition, `"web"`) || strings.Contains(condition, `'schedule'`)
		if tagOnly || source && strings.Contains(condition, "==") && !strings.Contains(condition, "||") {
			continue
		}
		return onChange
	}
	return onDemand
}
