package delivery

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// readWorkflow reads a workflow of GitHub, Forgejo or Gitea.
func readWorkflow(s *audit.Snapshot, p *pipeline, root *yaml.Node) {
	readJobs(s, p, root, p.path, workflowTrigger(s, yamlfile.Field(root, "on")), 0)
}

// maxCalls is how many workflows or actions of the tree may call one another.
const maxCalls = 4

func readJobs(s *audit.Snapshot, p *pipeline, root *yaml.Node, file string, on trigger, depth int) {
	top := yamlfile.Text(yamlfile.Field(root, "defaults", "run", "working-directory"))
	for _, job := range yamlfile.Fields(yamlfile.Field(root, "jobs")) {
		if p.nodes++; disabled(job) || p.nodes > maxNodes {
			continue
		}
		dir := top
		if own := yamlfile.Text(yamlfile.Field(job, "defaults", "run", "working-directory")); own != "" {
			dir = own
		}
		if called := yamlfile.Field(job, "uses"); called != nil {
			callWorkflow(s, p, called, file, on, depth)
		}
		for _, one := range yamlfile.Items(yamlfile.Field(job, "steps")) {
			readStep(s, p, one, file, dir, on, depth)
		}
	}
}

// disabled recognises `if: false`.
func disabled(n *yaml.Node) bool {
	condition := strings.Trim(yamlfile.Text(yamlfile.Field(n, "if")), "${} ")
	return condition == "false"
}

func callWorkflow(s *audit.Snapshot, p *pipeline, called *yaml.Node, file string, on trigger, depth int) {
	name, local := strings.CutPrefix(called.Value, "./")
	if !local {
		base := strings.TrimSuffix(path.Base(strings.Split(called.Value, "@")[0]), path.Ext(strings.Split(called.Value, "@")[0]))
		if promises(base) == nothing {
			p.elsewhere = append(p.elsewhere, called.Value)
		}
		p.add(called, file, "", "", base, on)
		return
	}
	if root := yamlFile(s, name); root != nil && depth < maxCalls {
		readJobs(s, p, root, name, on, depth+1)
	}
}

// yamlFile parses the first document of a file of the tree; nil when there is
// none.
func yamlFile(s *audit.Snapshot, name string) *yaml.Node {
	return audit.Once(s, yamlFileKey(path.Clean(name)), func(s *audit.Snapshot) *yaml.Node {
		f, found := s.File(path.Clean(name))
		if !found {
			return nil
		}
		content, err := s.Read(f)
		if err != nil {
			return nil
		}
		documents, err := yamlfile.Parse(content)
		if err != nil || len(documents) == 0 {
			return nil
		}
		return documents[0]
	})
}

type yamlFileKey string

func readStep(s *audit.Snapshot, p *pipeline, one *yaml.Node, file, dir string, on trigger, depth int) {
	if p.nodes++; disabled(one) || p.nodes > maxNodes {
		return
	}
	if own := yamlfile.Text(yamlfile.Field(one, "working-directory")); own != "" {
		dir = own
	}
	dir = within("", dir)
	if run := yamlfile.Field(one, "run"); run != nil {
		p.add(run, file, dir, inShell(yamlfile.Text(yamlfile.Field(one, "shell")), run.Value), "", on)
	}
	uses := yamlfile.Field(one, "uses")
	if uses == nil {
		return
	}
	if name, local := strings.CutPrefix(uses.Value, "./"); local {
		callAction(s, p, name, on, depth)
		return
	}
	with := yamlfile.Field(one, "with")
	action, _, _ := strings.Cut(uses.Value, "@")
	for _, key := range []string{"run", "command", "runCmd", "script", "test_command", "start"} {
		if value := yamlfile.Field(with, key); value != nil {
			script := value.Value
			if action == "actions-rs/cargo" {
				script = "cargo " + script
			}
			p.add(value, file, dir, script, "", on)
		}
	}
	if arguments := yamlfile.Field(with, "arguments"); arguments != nil && strings.HasPrefix(action, "gradle/") {
		p.add(arguments, file, dir, "gradle "+arguments.Value, "", on)
	}
	p.add(uses, file, dir, "", action, on)
}

// inShell is a step's script as a command: "shell: Rscript {0}" makes it one of R.
func inShell(shell, run string) string {
	if strings.HasPrefix(shell, "Rscript") {
		return "Rscript -e '" + strings.ReplaceAll(run, "'", `"`) + "'"
	}
	return run
}

// callAction reads a composite action of the tree.
func callAction(s *audit.Snapshot, p *pipeline, name string, on trigger, depth int) {
	for _, base := range []string{"action.yml", "action.yaml"} {
		file := path.Join(name, base)
		root := yamlFile(s, file)
		if root == nil || depth >= maxCalls {
			continue
		}
		for _, one := range yamlfile.Items(yamlfile.Field(root, "runs", "steps")) {
			readStep(s, p, one, file, "", on, depth+1)
		}
	}
}

// workflowTrigger reads `on`: a word, a list or a mapping.
func workflowTrigger(s *audit.Snapshot, on *yaml.Node) trigger {
	best := onDemand
	if on == nil || on.Kind != yaml.MappingNode {
		for _, event := range yamlfile.Texts(on) {
			best = max(best, eventTrigger(s, event, nil))
		}
		return best
	}
	for event, filter := range yamlfile.Fields(on) {
		best = max(best, eventTrigger(s, event.Value, filter))
	}
	return best
}

var changeEvents = []string{"push", "pull_request", "pull_request_target", "merge_group", "workflow_run"}

func eventTrigger(s *audit.Snapshot, event string, filter *yaml.Node) trigger {
	if !slices.Contains(changeEvents, event) {
		return onDemand
	}
	branches, ignored := yamlfile.Field(filter, "branches"), yamlfile.Field(filter, "branches-ignore")
	tags := yamlfile.Field(filter, "tags") != nil || yamlfile.Field(filter, "tags-ignore") != nil
	switch {
	case event == "push" && tags && len(yamlfile.Texts(branches)) == 0 && ignored == nil:
		return onDemand
	case len(yamlfile.Texts(branches)) > 0 && !runsOn(s, yamlfile.Texts(branches)):
		return onOtherBranch
	case ignored != nil && s.Repository.Branch != "" && matchesBranch(yamlfile.Texts(ignored), s.Repository.Branch):
		return onOtherBranch
	}
	if filter != nil && yamlfile.Holds(yamlfile.Field(filter, "types"), "closed") && len(yamlfile.Texts(yamlfile.Field(filter, "types"))) == 1 {
		return onDemand
	}
	return onChange
}
