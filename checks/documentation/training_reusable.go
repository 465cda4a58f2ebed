package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/licence"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var trainingReusable = &audit.Check{
	ID: "training-reusable", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree | audit.NeedPortfolio, EffortHours: 14, Side: audit.Team,
	Kinds:  []audit.Kind{audit.Training, audit.Documentation},
	Source: "https://github.com/DISIC/politique-de-contribution-open-source",
	Texts:  texts, Run: runTrainingReusable,
}

// runTrainingReusable: somebody else can give the course when they can change its
// materials, may do so, and know how it goes. That it was given by others shows
// the last as well as notes do.
func runTrainingReusable(s *audit.Snapshot) audit.Verdict {
	sources, prints := trainingMaterials(s)
	fact := s.Attested("training-reusable")
	switch {
	case len(sources)+len(prints) == 0 && !trains(s) && fact == nil:
		return audit.NotApplicable("no-training")
	case len(sources)+len(prints) == 0:
		return audit.NotMet("no-material")
	case len(sources) == 0:
		return audit.PartlyMet("not-editable", "path", prints[0].Path).At(prints[:min(len(prints), maxPlaces)]...)
	}
	notes := trainerNotes(s)
	places := append([]audit.Place{sources[0]}, notes[:min(len(notes), 1)]...)
	told, open := len(notes) > 0 || fact != nil, openLicence(s)
	switch {
	case told && open && len(notes) == 0:
		return audit.Met("given-by-others", "path", sources[0].Path, "author", audit.MaskEmails(fact.Author), "date", fact.Date).At(places...)
	case told && open:
		return audit.Met("reusable", "path", sources[0].Path, "notes", notes[0].Path).At(places...)
	case open:
		return audit.PartlyMet("no-notes", "path", sources[0].Path).At(places...)
	case told:
		return audit.PartlyMet("no-licence", "path", sources[0].Path).At(places...)
	}
	return audit.PartlyMet("no-notes-no-licence", "path", sources[0].Path).At(places...)
}

// trains reports whether the repository delivers a training, stated or found.
func trains(s *audit.Snapshot) bool {
	return slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool { return d.Kind == audit.Training })
}

// trainingDirs are folders that hold the materials of a course.
var trainingDirs = wordSet(`formation formations training trainings cours course courses slides diapositives diapos presentations tp tps td tds exercices exercises
	exercice atelier ateliers workshop workshops modules module lessons lecons _episodes episodes supports support-formation lectures tutoriels tutorials tutos corriges`)

// trainingMaterials returns the materials that can be edited with free tools, and
// those that can only be shown.
func trainingMaterials(s *audit.Snapshot) (sources, prints []audit.Place) {
	whole := trains(s)
	for _, f := range s.OwnFiles() {
		ext := strings.ToLower(path.Ext(f.Path))
		printed := ext == ".pdf" || ext == ".ppt" || ext == ".pptx" || ext == ".key" || ext == ".pps"
		if !printed && !trainingExtensions[ext] || aboutRepository(f) {
			continue
		}
		if !inTrainingDir(f.Path) && !(whole && audit.Within(f.Dir(), trainingRoot(s))) {
			continue
		}
		if at := (audit.Place{Path: f.Path}); printed {
			prints = append(prints, at)
		} else {
			sources = append(sources, at)
		}
	}
	return sources, prints
}

var trainingExtensions = wordSet(".md .markdown .rmd .qmd .ipynb .odp .odt .tex .org .rst .adoc .asciidoc .rnw .mdx .livemd .jmd")

func trainingRoot(s *audit.Snapshot) string {
	for _, d := range s.Deliverables {
		if d.Kind == audit.Training {
			return d.Root
		}
	}
	return ""
}

func inTrainingDir(name string) bool {
	for dir := range strings.SplitSeq(guide.Letters.Replace(strings.ToLower(path.Dir(name))), "/") {
		if trainingDirs[dir] || strings.HasPrefix(dir, "formation") || strings.HasPrefix(dir, "support_") || strings.HasPrefix(dir, "supports_") {
			return true
		}
	}
	return false
}

// aboutRepository reports whether a file is about the repository rather than
// something to teach with.
func aboutRepository(f audit.File) bool {
	switch stemOf(f.Path) {
	case "readme", "lisezmoi", "license", "licence", "copying", "contributing", "contribuer", "changelog", "news", "code_of_conduct", "code-of-conduct", "authors", "maintainers", "security",
		"pull_request_template", "issue_template", "bug_report", "feature_request", "todo":
		return true
	}
	return strings.HasPrefix(f.Path, ".github/") || strings.HasPrefix(f.Path, ".gitlab/")
}

var noteWords = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:(?:notes?|guide|consignes|livret|fiche|kit|conseils|instructions) (?:pour |de |du |d |des |a l attention (?:de |des |du ))?(?:la |le |l |les )*(?:formateurs?|formatrices?|animateurs?|animatrices?|animation|enseignants?|enseignantes?|pedagogiques?|intervenants?)|conducteur (?:de |pedagogique)|deroule(?:ment)?(?: pedagogique| de (?:la |l )?(?:formation|session|seance|atelier|journee))?|scenario pedagogique|fiche pedagogique|plan (?:de|du) (?:cours|seance|formation)|organiser (?:la|une|l) (?:formation|session|atelier)|animer (?:la|une|un|l) (?:formation|session|atelier)|pour les (?:formateurs|formatrices|animateurs|enseignants)|(?:instructor|trainer|teacher|facilitator|facilitation|teaching|lesson|speaker) (?:notes?|guide|manual|handbook|instructions)|for (?:instructors|trainers|teachers|facilitators)|lesson plan|how to teach|running (?:the|this) (?:workshop|course|training)|objectifs pedagogiques)\b`)
})

// trainerNotes returns what tells the person who gives the course how it goes: a
// document or a section named so, and notes under slides.
func trainerNotes(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range document.Files(s) {
		name := guide.Plain(strings.ReplaceAll(stemOf(f.Path), "_", " "))
		if noteWords().MatchString(name) || name == "instructors" || name == "formateur" || name == "formateurs" || name == "trainer" || name == "deroule" {
			places = append(places, audit.Place{Path: f.Path})
			continue
		}
		readable := guide.IsReadme(f.Path) && strings.Count(f.Path, "/") <= 1 || inTrainingDir(f.Path) || path.Dir(f.Path) == "."
		if !readable || len(places) >= maxPlaces {
			continue
		}
		doc := document.Open(s, f)
		if doc == nil {
			continue
		}
		for i, section := range doc.Sections {
			if noteWords().MatchString(guide.Plain(section.Heading)) && guide.HasContent(doc.Below(i)) || speaks(section.Text) {
				places = append(places, audit.Place{Path: doc.Path, Line: section.Line})
				break
			}
		}
	}
	return places
}

// speaks reports whether a slide has notes for whoever shows it, as xaringan and
// reveal.js mark them.
func speaks(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line == "???" || line == "::: notes" || line == "::: {.notes}" || line == "Note:" || line == "Notes:" {
			return true
		}
	}
	return false
}

// openLicence reports whether the materials may be reused: a free licence lies at
// the top, or the README names one that is open.
func openLicence(s *audit.Snapshot) bool {
	for _, f := range s.OwnFiles() {
		base := strings.ToLower(f.Name())
		if f.Dir() != "" && f.Dir() != "LICENSES" || !strings.HasPrefix(base, "licen") && !strings.HasPrefix(base, "copying") && f.Dir() != "LICENSES" {
			continue
		}
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		found := licence.Recognise(content)
		if !found.Restricted && slices.ContainsFunc(found.Licences, func(l licence.Found) bool { return licence.StandingOf(l.ID) >= licence.Free }) {
			return true
		}
	}
	for _, m := range manifest.Of(s).Manifests {
		for _, text := range m.Licences {
			if e, ok := licence.ParseExpression(text); ok && e.Standing(licence.StandingOf) >= licence.Free {
				return true
			}
		}
	}
	readme := document.Readme(s)
	if readme == nil {
		return false
	}
	for _, section := range readme.Sections {
		text := section.Text
		for _, link := range section.Links {
			text += "\n" + link.Text + " " + link.URL
		}
		for line := range strings.Lines(text) {
			if openName.MatchString(line) && !closedName.MatchString(line) {
				return true
			}
		}
	}
	return false
}

var (
	openName   = regexp.MustCompile(`(?i)\b(?:licence ouverte|open licen[cs]e|etalab[- ]?2|creative commons|CC[ -]?BY(?:[ -]SA)?|creativecommons\.org/(?:licenses/by(?:-sa)?/|publicdomain)|CC0|sous licence (?:MIT|GPL|libre)|(?:MIT|GPL|Apache|EUPL|CeCILL)[\w .-]* licen[cs]e|licen[cs]e[ :]+(?:MIT|A?GPL|Apache|EUPL|CeCILL))`)
	closedName = regexp.MustCompile(`(?i)\b(?:NC|ND|non[- ]?commercial|pas d.utilisation commerciale|pas de modification|noderiv)`)
)
