package errorreporting

import (
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/database"
	"github.com/perenne-audit/perenne/internal/guide"
)

var backupRestorable = &audit.Check{
	ID: "backup-restorable", Axis: audit.Reliability, Severity: audit.Major,
	Needs: audit.NeedTree | audit.NeedPortfolio, EffortHours: 7, Side: audit.Team,
	Kinds:  keepingKinds,
	Source: "https://github.com/cloud-pi-native/cct-cloud-native",
	Texts:  texts, Run: runBackupRestorable,
}

// keepingKinds may keep data that nobody could enter again.
var keepingKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.DataPipeline, audit.DataikuProject}

// testedWithinMonths is how long a restoration vouches for the next one.
const testedWithinMonths = 12

// maxBackupPlaces is how many places a verdict shows.
const maxBackupPlaces = 5

// runBackupRestorable: a procedure says how, and only a restoration that somebody
// did shows that it works.
func runBackupRestorable(s *audit.Snapshot) audit.Verdict {
	if guide.Static(s, keepingKinds) {
		return audit.NotApplicable("static")
	}
	kept, found := keptIn(s)
	fact := s.Attested("backup-restorable")
	if !found && fact == nil {
		return audit.NotApplicable("no-database")
	}
	procedure := backupPlaces(s)
	recent := fact != nil && fact.Date.AddDate(0, testedWithinMonths, 0).After(s.TakenAt)
	switch {
	case fact != nil && recent && len(procedure) > 0:
		return audit.Met("restored", "path", procedure[0].Path, "author", audit.MaskEmails(fact.Author), "date", fact.Date).At(procedure...)
	case fact != nil && recent:
		return audit.PartlyMet("unwritten", "author", audit.MaskEmails(fact.Author), "date", fact.Date)
	case fact != nil && len(procedure) > 0:
		return audit.PartlyMet("restored-long-ago", "path", procedure[0].Path, "date", fact.Date).At(procedure...)
	case len(procedure) > 0:
		return audit.PartlyMet("untested", "path", procedure[0].Path).At(procedure...)
	case fact != nil:
		return audit.PartlyMet("unwritten-long-ago", "date", fact.Date)
	}
	if link, at, outside := guide.Outside(s); outside {
		return audit.Unknown("outside", "url", link).At(at)
	}
	if !kept.Started && !serves(s) {
		return audit.Unknown("whose-database", "database", kept.Through, "path", kept.Place.Path).At(kept.Place)
	}
	return audit.NotMet("nothing", "database", kept.Through, "path", kept.Place.Path).At(kept.Place)
}

// keptIn returns the first sign of a database behind a deliverable that may keep
// data; a site of files keeps none.
func keptIn(s *audit.Snapshot) (database.Use, bool) {
	for _, d := range s.Deliverables {
		if d.Static || !slices.Contains(keepingKinds, d.Kind) {
			continue
		}
		if uses := database.For(s, d.Root); len(uses) > 0 {
			return uses[0], true
		}
	}
	return database.Use{}, false
}

// serves reports whether a deliverable with a server uses a database as its own: a
// pipeline may only read one that others keep, and so may a server whose code holds
// queries that read, none that writes, and no library that lays out tables.
func serves(s *audit.Snapshot) bool {
	return slices.ContainsFunc(s.Deliverables, func(d audit.Deliverable) bool {
		if d.Static || d.Kind != audit.WebApplication && d.Kind != audit.Service {
			return false
		}
		uses := database.For(s, d.Root)
		own := slices.ContainsFunc(uses, func(u database.Use) bool { return u.Mapper || u.Started || u.Name == "mongodb" })
		return own || len(uses) > 0 && !onlyReads(s, d.Root)
	})
}

// querySuffixes are of files in which queries are written down.
const querySuffixes = ".java .kt .scala .py .js .ts .mjs .php .rb .go .cs .rs .sql .xml"

// maxQueriesRead is how many files are searched for queries.
const maxQueriesRead = 300

var (
	readQuery = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\bselect\s[\w\s.*,()'"+\\]{1,400}?\bfrom\s+[\w("]`)
	})
	writeQuery = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\b(?:insert\s+into\s+([\w."]+)|create\s+table\s+(?:if\s+not\s+exists\s+)?([\w."]+)|delete\s+from\s+([\w."]+)|update\s+([\w."]+)\s+set\b)`)
	})
)

// onlyReads reports whether the sources below a folder hold queries, and only
// queries that read: what is written into a passing table is not kept.
func onlyReads(s *audit.Snapshot, root string) bool {
	reads := false
	files := sources(s, root, querySuffixes)
	for _, f := range files[:min(len(files), maxQueriesRead)] {
		content, ok := s.ReadText(f)
		if !ok {
			continue
		}
		if writes(content) {
			return false
		}
		reads = reads || readQuery().MatchString(content)
	}
	return reads
}

func writes(content string) bool {
	return slices.ContainsFunc(writeQuery().FindAllStringSubmatch(content, -1), func(match []string) bool {
		table := strings.ToLower(strings.Join(match[1:], ""))
		return !strings.Contains(table, "tmp") && !strings.Contains(table, "temp")
	})
}

// backupPlaces returns where the repository says or does how data is saved and
// brought back: its documentation, then its scripts and services.
func backupPlaces(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, p := range guide.Duties(s)["backup"] {
		places = append(places, p.Place())
	}
	places = append(places, backupSentences(s)...)
	places = append(places, backupScripts(s)...)
	places = append(places, backupServices(s)...)
	return places[:min(len(places), maxBackupPlaces)]
}
