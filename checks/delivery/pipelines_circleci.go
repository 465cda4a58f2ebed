package delivery

import (
	"regexp"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// readCircle reads CircleCI's version 2; version 1 was switched off in 2018.
func readCircle(s *audit.Snapshot, p *pipeline, root *yaml.Node) {
	if yamlfile.Field(root, "jobs") == nil && yamlfile.Field(root, "workflows") == nil {
		p.dead = true
		readAny(s, p, root)
		return
	}
	jobs := yamlfile.Field(root, "jobs")
	ran := false
	for name, workflow := range yamlfile.Fields(yamlfile.Field(root, "workflows")) {
		if name.Value == "version" {
			continue
		}
		on := onChange
		if yamlfile.Field(workflow, "triggers") != nil {
			on = onDemand
		}
		for _, reference := range yamlfile.Items(yamlfile.Field(workflow, "jobs")) {
			ran = true
			readCircleReference(s, p, root, jobs, reference, on)
		}
	}
	if !ran {
		readCircleJob(p, root, yamlfile.Field(jobs, "build"), onChange)
	}
}

// readCircleReference reads a workflow's mention of a job: its name, or its name
// with filters.
func readCircleReference(s *audit.Snapshot, p *pipeline, root, jobs, reference *yaml.Node, on trigger) {
	reference = yamlfile.Resolve(reference)
	name := yamlfile.Text(reference)
	for key, options := range yamlfile.Fields(reference) {
		name = key.Value
		filters := yamlfile.Field(options, "filters")
		only := yamlfile.Texts(yamlfile.Field(filters, "branches", "only"))
		ignored := yamlfile.Texts(yamlfile.Field(filters, "branches", "ignore"))
		switch {
		case len(only) > 0 && !runsOn(s, only):
			on = min(on, onOtherBranch)
		case yamlfile.Holds(yamlfile.Field(filters, "branches", "ignore"), "/.*/") || yamlfile.Text(yamlfile.Field(options, "type")) == "approval":
			on = onDemand
		case s.Repository.Branch != "" && circleIgnores(ignored, s.Repository.Branch):
			on = min(on, onOtherBranch)
		}
	}
	job := yamlfile.Field(jobs, name)
	if job == nil && strings.Contains(name, "/") { // of an orb
		p.add(reference, p.path, "", "", name, on)
		return
	}
	readCircleJob(p, root, job, on)
}

// circleIgnores reports whether one of the patterns leaves the branch out: its
// name, or a regular expression between slashes that matches all of it.
func circleIgnores(patterns []string, branch string) bool {
	return slices.ContainsFunc(patterns, func(pattern string) bool {
		if len(pattern) < 2 || pattern[0] != '/' || !strings.HasSuffix(pattern, "/") {
			return pattern == branch
		}
		expression, err := regexp.Compile("^(?:" + pattern[1:len(pattern)-1] + ")$")
		return err == nil && expression.MatchString(branch)
	})
}

func readCircleJob(p *pipeline, root, job *yaml.Node, on trigger) {
	dir := yamlfile.Text(yamlfile.Field(job, "working_directory"))
	if repo, found := strings.CutPrefix(dir, "~/"); found { // ~/repo/sub
		_, dir, _ = strings.Cut(repo, "/")
	}
	readCircleSteps(p, root, yamlfile.Field(job, "steps"), within("", dir), on, 0)
}

func readCircleSteps(p *pipeline, root, steps *yaml.Node, dir string, on trigger, depth int) {
	for _, one := range yamlfile.Items(steps) {
		one = yamlfile.Resolve(one)
		if p.nodes++; depth > maxCalls || p.nodes > maxNodes {
			return
		}
		name := yamlfile.Text(one)
		for key, value := range yamlfile.Fields(one) {
			name = key.Value
			switch {
			case (name == "run" || name == "deploy") && value.Kind == yaml.ScalarNode:
				p.add(value, p.path, dir, value.Value, "", on)
			case name == "run", name == "deploy": // the latter was a step of its own until 2022
				at := dir
				if own := yamlfile.Text(yamlfile.Field(value, "working_directory")); own != "" {
					at = within("", own)
				}
				if command := yamlfile.Field(value, "command"); command != nil {
					p.add(command, p.path, at, command.Value, "", on)
				}
			case name == "when" || name == "unless":
				readCircleSteps(p, root, yamlfile.Field(value, "steps"), dir, on, depth+1)
			}
		}
		if command := yamlfile.Field(root, "commands", name); command != nil {
			readCircleSteps(p, root, yamlfile.Field(command, "steps"), dir, on, depth+1)
		} else if strings.Contains(name, "/") {
			p.add(one, p.path, dir, "", name, on)
		}
	}
}
