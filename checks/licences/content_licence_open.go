package licences

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
)

var contentLicenceOpen = &audit.Check{
	ID: "content-licence-open", Axis: audit.Transmission, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 0.7, LeadDays: 15, Side: audit.Team,
	Kinds:  []audit.Kind{audit.Documentation, audit.Training, audit.Notebook, audit.DataikuProject},
	Source: "https://www.data.gouv.fr/pages/legal/licences/",
	Texts:  texts, Run: runContentLicenceOpen,
}

// openness is what may be done with contents, worst first.
type openness int

const (
	closed openness = iota
	unsaid
	unplaced
	forCode
	otherFree
	listed
)

// contentLicence is what one deliverable's contents are under.
type contentLicence struct {
	root, path string
	ids        []string
	openness   openness
	line       int
	unreadable bool
}

func runContentLicenceOpen(s *audit.Snapshot) audit.Verdict {
	e := evidenceOf(s)
	var worst *contentLicence
	licences := []string{}
	for _, root := range contentRoots(s) {
		l := e.contentLicence(s, root)
		licences = append(licences, l.ids...)
		if worst == nil || l.openness < worst.openness {
			worst = &l
		}
	}
	if worst == nil {
		return audit.NotApplicable("no-content").Fact("licences", licences)
	}
	slices.Sort(licences)
	verdict := contentVerdict(worst)
	if worst.path != "" {
		verdict = verdict.At(audit.Place{Path: worst.path, Line: worst.line})
	}
	return verdict.Fact("licences", slices.Compact(licences))
}

func contentVerdict(l *contentLicence) audit.Verdict {
	switch l.openness {
	case listed:
		return audit.Met("open", "licences", l.ids, "path", l.path)
	case otherFree:
		return audit.PartlyMet("other-free", "licences", l.ids, "path", l.path)
	case forCode:
		return audit.PartlyMet("code-licence", "licences", l.ids, "path", l.path)
	case unplaced:
		if l.unreadable {
			return audit.Unknown("unrecognised", "path", l.path)
		}
		return audit.Unknown("unplaced", "licences", l.ids)
	case closed:
		return audit.NotMet("not-free", "licences", l.ids, "path", l.path)
	}
	return audit.NotMet("none", "folder", l.root)
}

// contentRoots are the folders of deliverables that are read rather than run.
// Notebooks and Dataiku projects are programs: they count when documents or data
// lie beside them.
func contentRoots(s *audit.Snapshot) []string {
	var roots []string
	for _, d := range s.Deliverables {
		counts := d.Kind == audit.Documentation || d.Kind == audit.Training ||
			(d.Kind == audit.Notebook || d.Kind == audit.DataikuProject) && holdsContent(s, d.Root)
		if counts && !slices.Contains(roots, d.Root) {
			roots = append(roots, d.Root)
		}
	}
	slices.Sort(roots)
	return roots
}

// contentExtensions are those of data and of documents, READMEs aside.
var contentExtensions = []string{
	".csv", ".tsv", ".parquet", ".geojson", ".gpkg", ".shp", ".xlsx", ".ods", ".rds", ".rdata", ".feather", ".dta", ".sas7bdat",
	".pdf", ".odt", ".docx", ".odp", ".pptx", ".qmd", ".tex",
}

func holdsContent(s *audit.Snapshot, root string) bool {
	return slices.ContainsFunc(s.OwnFiles(), func(f audit.File) bool {
		name := strings.ToLower(f.Name())
		dot := strings.LastIndexByte(name, '.')
		return dot > 0 && slices.Contains(contentExtensions, name[dot:]) && audit.Within(f.Dir(), root) && !holdsLicence(f)
	})
}

// contentLicence looks where people say it, nearest first: a licence in the
// folder itself, REUSE, the files at the top, the README, the manifests.
func (e *evidence) contentLicence(s *audit.Snapshot, root string) contentLicence {
	best := contentLicence{root: root, openness: unsaid}
	take := func(f licenceFile, least licence.Match) {
		ids := f.found.IDs(least)
		grade := gradeContent(s, ids)
		if f.found.Match == licence.Unrecognised && len(ids) == 0 {
			grade = unplaced
		}
		if grade != unsaid && (best.openness == unsaid || grade > best.openness) {
			best = contentLicence{root: root, path: f.path, line: f.line, ids: ids, openness: grade, unreadable: f.found.Match == licence.Unrecognised}
		}
	}
	for _, f := range e.inFolder(s, root) {
		take(f, licence.Mention)
	}
	if best.openness > unsaid {
		return best
	}
	if f, ok := e.annotations.covering(s, root); ok {
		take(f, licence.Mention)
	}
	for _, f := range e.files {
		take(f, licence.Mention)
	}
	if best.openness < listed {
		if readme := readmeLicence(s); readme.path != "" {
			take(readme, licence.Mention)
		}
	}
	for _, d := range e.declared {
		take(licenceFile{path: d.path, found: foundIn(d.expression)}, licence.Mention)
	}
	return best
}

// foundIn is an expression as something found.
func foundIn(e licence.Expression) licence.Recognition {
	r := licence.Recognition{Match: licence.Mention}
	for _, id := range e.IDs() {
		r.Licences = append(r.Licences, licence.Found{ID: id, Match: licence.Mention})
	}
	return r
}

// inFolder reads the licence files of a folder below the top.
func (e *evidence) inFolder(s *audit.Snapshot, root string) []licenceFile {
	var files []licenceFile
	if root == "" {
		return nil
	}
	for _, f := range s.OwnFiles() {
		if f.Dir() == root && holdsLicence(f) && len(files) < mostBelow {
			files = append(files, readLicence(s, f))
		}
	}
	return files
}

// covering returns what REUSE says of a folder: the last annotation that covers
// one of its documents counts, as in the specification.
func (a annotations) covering(s *audit.Snapshot, root string) (licenceFile, bool) {
	i := slices.IndexFunc(s.OwnFiles(), func(f audit.File) bool { return audit.Within(f.Dir(), root) && isProse(f.Name()) })
	if i < 0 {
		return licenceFile{}, false
	}
	document := s.OwnFiles()[i].Path
	for _, annotation := range slices.Backward(a.all) {
		if expression, ok := licence.ParseExpression(annotation.Licence); ok && annotation.Covers(document) {
			return licenceFile{path: a.path, line: annotation.Line, found: foundIn(expression)}, true
		}
	}
	return licenceFile{}, false
}

func isProse(name string) bool {
	name = strings.ToLower(name)
	return slices.ContainsFunc([]string{".md", ".rst", ".adoc", ".qmd", ".rmd", ".ipynb", ".tex", ".org"}, func(ext string) bool { return strings.HasSuffix(name, ext) })
}

// gradeContent grades licences that stand side by side: code and contents are
// often licensed apart, so the one that is best for contents counts.
func gradeContent(s *audit.Snapshot, ids []string) openness {
	list := licence.ListFor(s.Policy)
	best := unsaid
	for i, id := range ids {
		grade := gradeOne(list.Standing(id), madeForContent(id))
		if i == 0 || grade > best {
			best = grade
		}
	}
	return best
}

func gradeOne(standing licence.Standing, content bool) openness {
	switch standing {
	case licence.ContentListed:
		return listed
	case licence.CodeListed, licence.Free:
		if content {
			return otherFree
		}
		return forCode
	case licence.NotFree:
		return closed
	}
	return unplaced
}

// contentBeginnings are those of the ids of licences made for documents, data,
// pictures and fonts.
var contentBeginnings = []string{"CC-", "CC0-", "ODC-", "ODbL-", "PDDL-", "GFDL-", "OFL-", "OGL-", "NLOD-", "CDLA-", "etalab-", "LicenseRef-etalab-", "DL-DE-", "OGDL-", "LAL-"}

func madeForContent(id string) bool {
	return slices.ContainsFunc(contentBeginnings, func(b string) bool { return strings.HasPrefix(id, b) })
}
