package deliverable

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// teachingDirs are folders of training materials. "training" alone is where a
// model learns, so what the folder holds decides.
var teachingDirs = map[string]bool{
	"formation": true, "formations": true, "training": true, "trainings": true, "slides": true, "tp": true, "tps": true, "exercices": true,
	"exercises": true, "cours": true, "course": true, "workshop": true, "workshops": true, "atelier": true, "ateliers": true, "tutoriel": true,
	"tutoriels": true, "supports": true, "support-formation": true, "lecons": true, "lessons": true, "diapos": true, "diapositives": true,
}

var teachingExtensions = map[string]bool{
	".pptx": true, ".ppt": true, ".odp": true, ".pdf": true, ".md": true, ".rmd": true, ".qmd": true, ".ipynb": true, ".tex": true,
	".docx": true, ".odt": true, ".html": true, ".org": true, ".mdx": true,
}

// training recognises folders of training materials near the top that hold
// three or more documents, and more documents than programs, and whole
// repositories of slides or exercises.
func (v *survey) training() []audit.Deliverable {
	type tally struct{ documents, programs int }
	tallies := map[string]*tally{}
	first := map[string]string{}
	for i, f := range v.files {
		root, ok := teachingRoot(f.Dir())
		if !ok || isCommunity(f) {
			continue
		}
		t := tallies[root]
		if t == nil {
			t = &tally{}
			tallies[root] = t
		}
		if teachingExtensions[strings.ToLower(path.Ext(f.Path))] {
			t.documents++
			if first[root] == "" {
				first[root] = f.Path
			}
		} else if v.sorts[i] == codeFile {
			t.programs++
		}
	}
	found := v.lessons()
	for root, t := range tallies {
		if t.documents >= minDocuments && t.documents > t.programs {
			found = append(found, audit.Deliverable{Kind: audit.Training, Root: root, Because: first[root]})
		}
	}
	slices.SortFunc(found, func(a, b audit.Deliverable) int { return strings.Compare(a.Root, b.Root) })
	return found
}

// teachingRoot is the folder of training materials above a folder, when it lies
// at the top or one below.
func teachingRoot(dir string) (string, bool) {
	segments := strings.Split(dir, "/")
	for i, segment := range segments[:min(len(segments), 2)] {
		if teachingDirs[strings.ToLower(segment)] {
			return strings.Join(segments[:i+1], "/"), true
		}
	}
	return "", false
}

// slideTools make slides; a repository that builds some with them is what
// somebody shows to an audience.
var slideTools = []string{"reveal.js", "@marp-team/marp-cli", "@slidev/cli"}

// exercise is the name of a document that somebody solves.
var exercise = regexp.MustCompile(`(?i)(?:^|[_ -])(?:exos?|exercices?|exercises?|tp|td|corriges?|quiz|lessons?|lecons?)[_ -]?\d*(?:[_ .-]|$)`)

// lessons recognises a whole repository that teaches: its site holds a folder of
// slides, its tool makes slides, or its documents are exercises for the most
// part.
func (v *survey) lessons() []audit.Deliverable {
	for _, p := range v.projects {
		if m := p.has(manifest.NPM, true, slideTools...); m != nil && p.root == "" && p.library() == nil {
			return []audit.Deliverable{{Kind: audit.Training, Because: m.Path}}
		}
	}
	slides, first := "", ""
	documents, exercises := 0, 0
	for _, f := range v.files {
		extension := strings.ToLower(path.Ext(f.Path))
		if !teachingExtensions[extension] || extension == ".pdf" || extension == ".html" || isCommunity(f) {
			continue
		}
		documents++
		if exercise.MatchString(f.Name()) {
			exercises++
			if first == "" {
				first = f.Path
			}
		}
		if root, _ := teachingRoot(f.Dir()); root == "slides" && slides == "" {
			slides = f.Path
		}
	}
	switch {
	case slides != "" && v.exists("", bookFiles...):
		return []audit.Deliverable{{Kind: audit.Training, Because: slides}}
	case exercises >= minDocuments && 2*exercises > documents:
		return []audit.Deliverable{{Kind: audit.Training, Because: first}}
	}
	return nil
}

// outweigh reports whether training materials are more, in bytes, than the code
// beside them: scripts that no manifest describes are then what somebody learns
// from.
func (v *survey) outweigh(lessons []audit.Deliverable) bool {
	var documents, programs int64
	for i, f := range v.files {
		taught := slices.ContainsFunc(lessons, func(d audit.Deliverable) bool { return audit.Within(f.Dir(), d.Root) })
		switch extension := strings.ToLower(path.Ext(f.Path)); {
		case taught && teachingExtensions[extension] && !isCommunity(f):
			documents += min(f.SizeBytes, maxFileWeight)
		case v.sorts[i] == codeFile && !taught:
			programs += min(f.SizeBytes, maxFileWeight)
		}
	}
	return len(lessons) > 0 && documents > programs
}
