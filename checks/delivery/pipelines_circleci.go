package delivery

import (
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
)

// readCircle reads CircleCI's version 2; version 1 was switched off in 2018.
func readCircle(s *audit.Snapshot, p *pipeline, root *yaml.Node) {
	if field(root, "jobs") == nil && field(root, "workflows") == nil {
		p.dead = true
		readAny(s, p, root)
		return
	}
	jobs := field(root, "jobs")
	ran := false
	for name, workflow := range entries(field(root, "workflows")) {
		if name == "version" {
			continue
		}
		on := onChange
		if field(workflow, "triggers") != nil {
			on = onDemand
		}
		for _, reference := range items(field(workflow, "jobs")) {
			ran = true
			readCircleReference(s, p, root, jobs, reference, on)
		}
	}
	if !ran {
		readCircleJob(p, root, field(jobs, "build"), onChange)
	}
}

// readCircleReference reads a workflow's mention of a job: its name, or its name
// with filters.
func readCircleReference(s *audit.Snapshot, p *pipeline, root, jobs, reference *yaml.Node, on trigger) {
	reference = resolve(reference)
	name := scalar(reference)
	for key, options := range entries(reference) {
		name = key
		filters := field(options, "filters")
		only := scalars(field(filters, "branches", "only"))
		ignored := scalars(field(filters, "branches", "ignore"))
		switch {
		case len(only) > 0 && !runsOn(s, only):
			on = min(on, onOtherBranch)
		case contains(field(filters, "branches", "ignore"), "/.*/") || scalar(field(options, "type")) == "approval":
			on = onDemand
		case len(ignored) > 0 && s.Repository.Branch != "" && matchesBranch(ignored, s.Repository.Branch):
			on = min(on, onOtherBranch)
		}
	}
	job := field(jobs, name)
	if job == nil && strings.Contains(name, "/") { // of an orb
		p.add(reference, p.path, "", "", name, on)
		return
	}
	readCircleJob(p, root, job, on)
}

func readCircleJob(p *pipeline, root, job *yaml.Node, on trigger) {
	dir := scalar(field(job, "working_directory"))
	if repo, found := strings.CutPrefix(dir, "~/"); found { // ~/repo/sub
		_, dir, _ = strings.Cut(repo, "/")
	}
	readCircleSteps(p, root, field(job, "steps"), within("", dir), on, 0)
}

func readCircleSteps(p *pipeline, root, steps *yaml.Node, dir string, on trigger, depth int) {
	for _, one := range items(steps) {
		one = resolve(one)
		if p.nodes++; depth > maxCalls || p.nodes > maxNodes {
			return
		}
		name := scalar(one)
		for key, value := range entries(one) {
			name = key
			switch {
			case key == "run" && value != nil && value.Kind == yaml.ScalarNode:
				p.add(value, p.path, dir, value.Value, "", on)
			case key == "run":
				at := dir
				if own := scalar(field(value, "working_directory")); own != "" {
					at = within("", own)
				}
				if command := field(value, "command"); command != nil {
					p.add(command, p.path, at, command.Value, "", on)
				}
			case key == "when" || key == "unless":
				readCircleSteps(p, root, field(value, "steps"), dir, on, depth+1)
			}
		}
		if command := field(root, "commands", name); command != nil {
			readCircleSteps(p, root, field(command, "steps"), dir, on, depth+1)
		} else if strings.Contains(name, "/") {
			p.add(one, p.path, dir, "", name, on)
		}
	}
}
