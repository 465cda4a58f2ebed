package containers

import (
	"path"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

var servicesDescribed = &audit.Check{
	ID: "services-described", Axis: audit.Deployment, Severity: audit.Moderate,
	Needs: audit.NeedTree, Kinds: run, EffortHours: 3.5, Side: audit.Team,
	Source: "https://12factor.net/dev-prod-parity",
	Texts:  texts, Run: runServicesDescribed,
}

// description is one file that says which services the deliverable needs.
type description struct {
	path                 string
	compose, development bool
	// missing are the variables that it wants and nobody explains; one without a
	// name stands for those that the program reads by itself.
	missing []missingVariable
}

type missingVariable struct {
	name  string
	place audit.Place
}

func runServicesDescribed(s *audit.Snapshot) audit.Verdict {
	found, unread := descriptions(s)
	served := slices.ContainsFunc(found, func(d description) bool { return d.compose && !d.development })
	if len(runnable(s)) == 0 && !served {
		return audit.NotApplicable("static-only")
	}
	files := []string{}
	for _, d := range found {
		files = append(files, d.path)
	}
	slices.Sort(files)
	return judgeDescriptions(found, unread).Fact("files", slices.Compact(files))
}

// descriptions returns those that could be read, manifests and charts first, and
// the paths of those that could not.
func descriptions(s *audit.Snapshot) (found []description, unread []string) {
	found, unread = manifests(s)
	docs := readEnvironment(s)
	for _, c := range container.ComposeFiles(s) {
		switch {
		case c.Err != nil:
			unread = append(unread, c.Path)
		case len(c.Services) > 0 && !worksites(c):
			found = append(found, description{path: c.Path, compose: true, development: c.Development, missing: docs.missing(c)})
		}
	}
	for _, p := range container.PlatformFiles(s) {
		if p.Err != nil {
			unread = append(unread, p.Path)
			continue
		}
		d := description{path: p.Path, development: p.Development}
		// A Procfile names the processes; what they read is said elsewhere.
		if !p.Variables && !docs.example {
			d.missing = []missingVariable{{place: audit.Place{Path: p.Path}}}
		}
		found = append(found, d)
	}
	return found, unread
}

// worksites reports whether a compose file starts nothing but what a team works
// with: its forge, its continuous integration, a view of its containers.
func worksites(c *container.ComposeFile) bool {
	return !slices.ContainsFunc(c.Services, func(one container.Service) bool {
		return one.Build != "" || !worksiteImages[path.Base(container.ParseImage(one.Image).Name)]
	})
}

var worksiteImages = map[string]bool{
	"gitlab-ce": true, "gitlab-ee": true, "gitlab-runner": true, "gitea": true, "forgejo": true, "jenkins": true, "sonarqube": true,
	"portainer": true, "portainer-ce": true, "nexus3": true, "registry": true, "drone": true, "mattermost-team-edition": true,
}

// runningKinds are the objects of Kubernetes that start something.
var runningKinds = map[string]bool{
	"Deployment": true, "StatefulSet": true, "DaemonSet": true, "Job": true, "CronJob": true, "Pod": true, "ReplicaSet": true,
	"DeploymentConfig": true, "Rollout": true, "Application": true, "HelmRelease": true, "Kustomization": true,
	"ReplicationController": true, "Workflow": true, "CronWorkflow": true, "WorkflowTemplate": true, "ClusterWorkflowTemplate": true,
}

// manifests returns the files of Kubernetes when at least one of them starts
// something.
func manifests(s *audit.Snapshot) (found []description, unread []string) {
	starts := false
	for _, k := range container.KubernetesFiles(s) {
		if k.Err != nil {
			unread = append(unread, k.Path)
			continue
		}
		starts = starts || k.Chart != "" || slices.ContainsFunc(k.Objects, func(o container.Object) bool {
			return runningKinds[o.Kind] || len(o.Containers) > 0
		})
		found = append(found, description{path: k.Path, development: k.Development})
	}
	if !starts {
		found = nil
	}
	return found, unread
}

func judgeDescriptions(found []description, unread []string) audit.Verdict {
	production := slices.DeleteFunc(slices.Clone(found), func(d description) bool { return d.development })
	paths := make([]string, 0, len(found))
	for _, d := range production {
		paths = append(paths, d.path)
	}
	switch {
	case len(production) == 0 && len(unread) > 0:
		return audit.Unknown("unreadable", "paths", named(unread)).At(places(unread)...)
	case len(found) == 0:
		return audit.NotMet("none")
	case len(production) == 0:
		for _, d := range found {
			paths = append(paths, d.path)
		}
		return audit.PartlyMet("development-only", "paths", named(paths)).At(places(paths)...)
	}
	missing := leastMissing(production)
	if len(missing) == 0 {
		return audit.Met("described", "paths", named(paths)).At(places(paths)...)
	}
	return undocumented(missing)
}

func isCompose(d description) bool { return d.compose }

// leastMissing is what the best explained description leaves open: a team that
// offers a chart and a compose file needs to explain one of them. Compose files
// complete each other and count as one.
func leastMissing(production []description) []missingVariable {
	var together []missingVariable
	for _, d := range production {
		if len(d.missing) == 0 && !d.compose {
			return nil
		}
		if d.compose {
			together = append(together, d.missing...)
		}
	}
	if slices.ContainsFunc(production, isCompose) {
		return together
	}
	return production[0].missing
}

func undocumented(missing []missingVariable) audit.Verdict {
	var names []string
	var at []audit.Place
	for _, m := range missing {
		at = append(at, m.place)
		if m.name != "" {
			names = appendNew(names, m.name)
		}
	}
	if len(names) == 0 {
		return audit.PartlyMet("no-environment", "path", at[0].Path).At(at...)
	}
	return audit.PartlyMet("undocumented", "variables", named(names)).At(at...)
}
