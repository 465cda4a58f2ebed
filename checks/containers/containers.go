// Package containers asks whether the IT department can run the deliverable
// without its makers: an image that builds, from known bases, without
// privileges, beside the services that it needs.
package containers

import (
	"embed"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

//go:embed text/*.md
var texts embed.FS

// Checks are the questions of this folder, in the order of the catalogue.
var Checks = []*audit.Check{
	dockerfilePresent,
	baseImagePinned,
	containerUnprivileged,
	servicesDescribed,
	buildContextClean,
}

// run are the kinds of deliverable that somebody keeps running.
var run = []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline}

// runnable returns the folders of the deliverables that need a server or a
// schedule, sorted; a site that is served as files needs neither.
func runnable(s *audit.Snapshot) []string {
	var roots []string
	for _, d := range s.Deliverables {
		if slices.Contains(run, d.Kind) && !d.Static && !slices.Contains(roots, d.Root) {
			roots = append(roots, d.Root)
		}
	}
	slices.Sort(roots)
	return roots
}

// filesOnly reports whether everything is served as files and no image is built to
// serve them: one that is there is judged like any other.
func filesOnly(s *audit.Snapshot) bool {
	return len(runnable(s)) == 0 && !slices.ContainsFunc(container.Dockerfiles(s), func(d *container.Dockerfile) bool {
		return !d.Tool && !d.Development && d.Err == nil
	})
}

// judged are the Dockerfiles that a check on quality looks at.
type judged struct {
	// files were read. They are those for production, or all when none is.
	files []*container.Dockerfile
	// unread are paths of those for production that could not be.
	unread []string
	// tools is how many others there are, for those who work on the project.
	tools int
}

// judgedDockerfiles leaves out templates where a real Dockerfile stands beside
// them: the one is usually made from the other.
func judgedDockerfiles(s *audit.Snapshot) judged {
	var production, development judged
	templates := []string{}
	tools := 0
	for _, d := range container.Dockerfiles(s) {
		if d.Tool {
			tools++
			continue
		}
		j := &production
		if d.Development {
			j = &development
		}
		switch {
		case d.Err == nil:
			j.files = append(j.files, d)
		case isTemplate(d):
			templates = append(templates, d.Path)
		default:
			j.unread = append(j.unread, d.Path)
		}
	}
	if len(production.files)+len(production.unread) > 0 {
		return production
	}
	if len(templates) > 0 {
		return judged{unread: templates}
	}
	development.tools = tools
	return development
}

// without is the answer where there is no Dockerfile to judge.
func (j judged) without() audit.Verdict {
	if j.tools > 0 {
		return audit.NotApplicable("tools-only")
	}
	return audit.NotApplicable("no-dockerfile")
}

// maxNamed is how many paths or images a sentence names.
const maxNamed = 5

// named shortens a list for a sentence.
func named(list []string) []string {
	if len(list) <= maxNamed {
		return list
	}
	return append(slices.Clone(list[:maxNamed]), "…")
}

// listed keeps an empty list from becoming null in JSON.
func listed[T any](list []T) []T {
	if list == nil {
		return []T{}
	}
	return list
}
