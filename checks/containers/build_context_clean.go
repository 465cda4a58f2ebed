package containers

import (
	"path"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

var buildContextClean = &audit.Check{
	ID: "build-context-clean", Axis: audit.Deployment, Severity: audit.Minor,
	Needs: audit.NeedTree, Kinds: []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline},
	EffortHours: 1, Side: audit.Team,
	Source: "https://docs.docker.com/build/concepts/context/#dockerignore-files",
	Texts:  texts, Run: runBuildContextClean,
}

func runBuildContextClean(s *audit.Snapshot) audit.Verdict {
	judged := judgedDockerfiles(s)
	var open, absent []audit.Place
	var missing []string
	for _, d := range judged.files {
		line := container.WholeContext(s, d)
		if line == 0 {
			continue
		}
		for _, context := range container.Contexts(s, d) {
			ignore, found := container.IgnoreFile(s, d, context)
			if !found {
				absent = append(absent, audit.Place{Path: d.Path, Line: line})
				continue
			}
			left := leftIn(s, ignore, context)
			if place := (audit.Place{Path: ignore.Path}); len(left) > 0 && !slices.Contains(open, place) {
				open = append(open, place)
			}
			for _, name := range left {
				missing = appendNew(missing, name)
			}
		}
	}
	switch {
	case len(absent) > 0:
		return audit.NotMet("absent", "paths", named(pathsOf(absent))).At(absent...)
	case len(open) > 0:
		slices.Sort(missing)
		return audit.PartlyMet("open", "paths", named(pathsOf(open)), "names", missing).At(open...)
	case len(judged.unread) > 0:
		return audit.Unknown("unreadable", "paths", named(judged.unread)).At(places(judged.unread)...)
	case len(judged.files) == 0:
		return audit.NotApplicable("no-dockerfile")
	}
	return audit.Met("clean")
}

// leftIn returns which of the names that must stay out of an image get in: the
// history, which only the top has, and the secrets of whoever builds. A .env that
// is committed holds none.
func leftIn(s *audit.Snapshot, ignore audit.File, context string) []string {
	content, ok := s.ReadText(ignore)
	if !ok {
		return nil
	}
	var left []string
	if context == "" && !container.Ignored(content, ".git") {
		left = append(left, ".git")
	}
	if _, committed := s.File(path.Join(context, ".env")); !committed && !container.Ignored(content, ".env") {
		left = append(left, ".env")
	}
	return left
}

func pathsOf(places []audit.Place) []string {
	var paths []string
	for _, p := range places {
		paths = appendNew(paths, p.Path)
	}
	return paths
}
