package containers

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

var baseImagePinned = &audit.Check{
	ID: "base-image-pinned", Axis: audit.Deployment, Severity: audit.Moderate,
	Needs: audit.NeedTree, Kinds: run, EffortHours: 0.7, Side: audit.Team,
	Source: "https://github.com/cloud-pi-native/cct-cloud-native (EXI-ARCH-27)",
	Texts:  texts, Run: runBaseImagePinned,
}

// baseImage is one image that a FROM line names.
type baseImage struct {
	Path  string `json:"path"`
	Line  int    `json:"line"`
	Image string `json:"image"`
	// Pinned is nil when the tag is an ARG without a default.
	Pinned *bool `json:"pinned"`
}

func (b baseImage) is(pinned bool) bool { return b.Pinned != nil && *b.Pinned == pinned }

func runBaseImagePinned(s *audit.Snapshot) audit.Verdict {
	if filesOnly(s) {
		return audit.NotApplicable("static-only")
	}
	j := judgedDockerfiles(s)
	if len(j.files)+len(j.unread) == 0 {
		return j.without()
	}
	images := baseImages(j.files)
	return judgePins(images, j.unread).Fact("images", listed(images))
}

func baseImages(files []*container.Dockerfile) []baseImage {
	var images []baseImage
	for _, d := range files {
		for _, stage := range d.Stages {
			if stage.Stage < 0 {
				images = append(images, baseImage{Path: d.Path, Line: stage.Line, Image: stage.Image, Pinned: pinned(stage.Image)})
			}
		}
	}
	return images
}

func judgePins(images []baseImage, unread []string) audit.Verdict {
	var loose, open []string
	var looseAt, openAt, fixedAt []audit.Place
	for _, b := range images {
		place := audit.Place{Path: b.Path, Line: b.Line, Text: b.Image}
		switch {
		case b.is(true):
			fixedAt = append(fixedAt, place)
		case b.is(false):
			loose, looseAt = appendNew(loose, shown(b.Image)), append(looseAt, place)
		default:
			open, openAt = appendNew(open, shown(b.Image)), append(openAt, place)
		}
	}
	switch {
	case len(loose) > 0 && len(fixedAt)+len(open) > 0:
		return audit.PartlyMet("some", "images", named(loose)).At(looseAt...)
	case len(unread) > 0:
		return audit.Unknown("unreadable", "paths", named(unread)).At(places(unread)...)
	case len(loose) > 0:
		return audit.NotMet("none", "images", named(loose)).At(looseAt...)
	case len(open) > 0:
		return audit.Unknown("open", "images", named(open)).At(openAt...)
	}
	return audit.Met("pinned", "count", len(fixedAt)).At(fixedAt...)
}

// shown writes an open variable without braces, which mean something else in a
// sentence.
func shown(image string) string { return strings.NewReplacer("{", "", "}", "").Replace(image) }

func appendNew(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}
