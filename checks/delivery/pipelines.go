package delivery

import (
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// trigger says when a step runs, the best last.
type trigger uint8

const (
	// onDemand: by hand, on a schedule, on a tag or a release.
	onDemand trigger = iota
	// onOtherBranch: on changes, of branches that are not the default one.
	onOtherBranch
	// onChange: when somebody pushes to the default branch or asks to merge.
	onChange
)

// step is one thing that a pipeline does.
type step struct {
	place audit.Place
	// dir is the folder it starts in.
	dir string
	// script is shell; action is the name of somebody else's step. One is empty.
	script, action string
	on             trigger
}

// pipeline is one configuration of a continuous integration system.
type pipeline struct {
	system, path string
	steps        []step
	// elsewhere names configuration kept in other repositories, which nobody
	// here can read.
	elsewhere []string
	// dead says that the host has closed or left this format behind.
	dead bool
	err  error
	// nodes counts what was looked at, since aliases may repeat it.
	nodes int
}

// maxConfigBytes is more than any script that a person writes, maxNodes bounds
// what is looked at of one pipeline, since aliases can make a small file
// endless, maxSteps what is kept of it, and maxInherited how many jobs extend
// one another.
const (
	maxConfigBytes = 512 << 10
	maxNodes       = 20000
	maxSteps       = 2000
	maxInherited   = 16
)

type pipelinesKey struct{}

// pipelinesOf reads every continuous integration configuration that its host
// would find, sorted by path.
func pipelinesOf(s *audit.Snapshot) []*pipeline {
	return audit.Once(s, pipelinesKey{}, func(s *audit.Snapshot) []*pipeline {
		var found []*pipeline
		for _, f := range s.OwnFiles() {
			if system := systemOf(f.Path); system != "" {
				found = append(found, readPipeline(s, f, system))
			}
		}
		return found
	})
}

// systemOf recognises a configuration by its path. Hosts look in one place of
// the tree, so a workflow in a sub-folder is no workflow.
func systemOf(file string) string {
	dir, name := path.Split(file)
	isYAML := strings.HasSuffix(name, ".yml") || strings.HasSuffix(name, ".yaml")
	switch strings.TrimSuffix(strings.TrimSuffix(file, ".yml"), ".yaml") {
	case ".gitlab-ci":
		return "gitlab-ci"
	case ".circleci/config", "circle":
		return "circleci"
	case ".travis":
		return "travis-ci"
	case "bitbucket-pipelines":
		return "bitbucket-pipelines"
	case ".drone":
		return "drone"
	case ".woodpecker":
		return "woodpecker"
	case "appveyor", ".appveyor":
		return "appveyor"
	case ".build":
		return "sourcehut"
	case ".buildkite/pipeline", "buildkite":
		return "buildkite"
	case ".cirrus":
		return "cirrus-ci"
	case ".semaphore/semaphore":
		return "semaphore"
	}
	switch {
	case isYAML && dir == ".github/workflows/":
		return "github-actions"
	case isYAML && dir == ".forgejo/workflows/":
		return "forgejo-actions"
	case isYAML && dir == ".gitea/workflows/":
		return "gitea-actions"
	case isYAML && dir == ".builds/":
		return "sourcehut"
	case isYAML && dir == ".woodpecker/":
		return "woodpecker"
	case isYAML && strings.HasPrefix(name, "azure-pipelines"):
		return "azure-pipelines"
	case name == "Jenkinsfile" || strings.HasPrefix(name, "Jenkinsfile.") || strings.HasSuffix(name, ".jenkinsfile"):
		return "jenkins"
	}
	return ""
}

func readPipeline(s *audit.Snapshot, f audit.File, system string) *pipeline {
	p := &pipeline{system: system, path: f.Path}
	content, err := s.Read(f)
	if err != nil {
		p.err = err
		return p
	}
	if system == "jenkins" {
		readJenkinsfile(p, string(content[:min(len(content), maxJenkinsfileBytes)]))
		return p
	}
	documents, err := yamlfile.Parse(content)
	if err != nil {
		p.err = err
		return p
	}
	for _, root := range documents {
		switch system {
		case "github-actions", "forgejo-actions", "gitea-actions":
			readWorkflow(s, p, root)
		case "gitlab-ci":
			readGitLab(s, p, root)
		case "circleci":
			readCircle(s, p, root)
		default:
			readAny(s, p, root)
		}
	}
	return p
}

// trunks are names of branches that changes are merged into.
var trunks = []string{"main", "master", "develop", "dev", "trunk"}

// runsOn reports whether one of the patterns matches the default branch. When
// an unusual branch is audited, a colleague's folder perhaps, any trunk will do.
func runsOn(s *audit.Snapshot, patterns []string) bool {
	wanted := []string{s.Repository.Branch}
	if !slices.Contains(trunks, s.Repository.Branch) {
		wanted = append(wanted, trunks...)
	}
	return slices.ContainsFunc(wanted, func(branch string) bool { return branch != "" && matchesBranch(patterns, branch) })
}

func matchesBranch(patterns []string, branch string) bool {
	matched := false
	for _, pattern := range patterns {
		if negated, found := strings.CutPrefix(pattern, "!"); found {
			matched = matched && !globBranch(negated, branch)
		} else {
			matched = matched || globBranch(pattern, branch)
		}
	}
	return matched
}

// globBranch matches one pattern. Regular expressions and variables cannot be
// told here and are taken to match: a false alarm is worse.
func globBranch(pattern, branch string) bool {
	if strings.HasPrefix(pattern, "/") || strings.ContainsAny(pattern, "$<+(") || strings.HasPrefix(pattern, "**") {
		return true
	}
	ok, err := path.Match(strings.TrimPrefix(pattern, "refs/heads/"), branch)
	return ok || err != nil
}

// add notes one step, unless it is empty.
func (p *pipeline) add(n *yaml.Node, file, dir, script, action string, on trigger) {
	if strings.TrimSpace(script) == "" && action == "" || len(p.steps) > maxSteps {
		return
	}
	p.steps = append(p.steps, step{
		place: audit.Place{Path: file, Line: yamlfile.FirstLine(n)}, dir: dir, script: script, action: action, on: on,
	})
}
