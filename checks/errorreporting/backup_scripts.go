package errorreporting

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
)

// Words in the names of what saves data. A dump alone may be of anything.
const (
	backupWords   = "backup backups sauvegarde sauvegardes pgbackrest barman wal-g walg restic borgmatic"
	dumpWords     = "dump dumps restore restauration restaurer dumper"
	databaseWords = "db database databases pg postgres postgresql mysql mariadb mongo mongodb base bdd sql sqlite"
)

// scriptExtensions are of files that a shell or a scheduler runs; those of
// programs count in a folder for what is run by hand or on a schedule.
const (
	scriptExtensions  = ".sh .bash .ps1 .bat .cron"
	programExtensions = ".py .rb .js .ts .ex .exs .rake .php .pl .yml .yaml"
	runFolders        = "bin script scripts ops infra deploy deployment cron crons jobs job tasks task backup backups sauvegarde docker ansible roles playbooks workflows commands command"
)

// backupScripts returns the files that save or restore a database, by their
// names, and the targets and scripts of the same names.
func backupScripts(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range s.OwnFiles() {
		if savesByName(f.Path) {
			places = append(places, audit.Place{Path: f.Path})
		}
		if script.IsMakefile(f.Name()) && !secondary(f.Path) {
			if m := script.MakefileIn(s, f.Dir()); m != nil && (anySaves(m.Targets) || anyDumps(m.Targets)) {
				places = append(places, audit.Place{Path: f.Path})
			}
		}
	}
	for _, m := range manifest.Of(s).Manifests {
		if !m.Sample() && anySaves(m.Scripts) {
			places = append(places, audit.Place{Path: m.Path})
		}
	}
	return places
}

// backupStems are the cheap test before the exact one.
var backupStems = []string{"backup", "sauvegarde", "dump", "rest", "barman", "wal", "borg"}

func savesByName(name string) bool {
	lower := strings.ToLower(path.Base(name))
	if !slices.ContainsFunc(backupStems, func(stem string) bool { return strings.Contains(lower, stem) }) {
		return false
	}
	ext := strings.ToLower(path.Ext(name))
	base := strings.TrimSuffix(path.Base(name), path.Ext(name))
	isScript := ext != "" && listed(ext, scriptExtensions) || ext == "" && inFolder(name, runFolders)
	if !isScript && !(ext != "" && listed(ext, programExtensions) && inFolder(name, runFolders)) {
		return false
	}
	return savesData(base) && !secondary(name)
}

func anySaves[T any](names map[string]T) bool {
	for name := range names {
		if savesData(name) {
			return true
		}
	}
	return false
}

// dumpPrograms write a whole database to a file, or read it back.
var dumpPrograms = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:pg_dump|pg_dumpall|pg_restore|mysqldump|mariadb-dump|mongodump|mongorestore)\b`)
})

// anyDumps reports whether a target of a Makefile runs one of them, whatever its
// name says.
func anyDumps(targets map[string]*script.Target) bool {
	for _, t := range targets {
		if dumpPrograms().MatchString(t.Script()) {
			return true
		}
	}
	return false
}

// savesData reports whether a name is of something that saves or restores a
// database.
func savesData(name string) bool {
	parts := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return strings.ContainsRune("-_.: ", r) })
	has := func(list string) bool {
		return slices.ContainsFunc(parts, func(p string) bool { return listed(p, list) })
	}
	// A code is what a second factor falls back on.
	return (has(backupWords) || has(dumpWords) && has(databaseWords) || has("dumpdb dbdump pgdump mysqldump mongodump restoredb")) && !has("code codes test tests")
}

func inFolder(name, folders string) bool {
	for dir := range strings.SplitSeq(strings.ToLower(path.Dir(name)), "/") {
		if listed(dir, folders) {
			return true
		}
	}
	return false
}

// backupSentence is a sentence on the backup of a database, wherever it stands: a
// page on the architecture may say that the host makes them.
var backupSentence = sync.OnceValue(func() *regexp.Regexp {
	const database = `(?:databases?|bases? de donnees|bdd|la base|postgres\w*|mysql|mariadb|mongo\w*)`
	return regexp.MustCompile(`\b(?:backups?|sauvegardes?|backed up|sauvegardee?s?|dumps?)\b[^.\n]{0,60}\b` + database + `\b|\b` + database + `\b[^.\n]{0,60}\b(?:backups?|sauvegardes?|backed up|sauvegardee?s?)\b|\bsauvegardes? (?:quotidiennes?|journalieres?|nocturnes?|automatiques?)\b|\b(?:daily|nightly|automatic) backups?\b`)
})

// backupSentences returns the first such sentence of each document.
func backupSentences(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			text := guide.SectionText(document.Section{Text: section.Text})
			if (strings.Contains(text, "backup") || strings.Contains(text, "backed up") || strings.Contains(text, "sauvegard")) && backupSentence().MatchString(text) {
				places = append(places, audit.Place{Path: doc.Path, Line: section.Line})
				break
			}
		}
	}
	return places
}

// backupServices returns the services and scheduled objects that save data, by
// their names or by those of their images.
func backupServices(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, file := range container.ComposeFiles(s) {
		for _, service := range file.Services {
			if savesData(service.Name) || savesData(path.Base(container.ParseImage(service.Image).Name)) {
				places = append(places, audit.Place{Path: file.Path, Line: service.Line})
			}
		}
	}
	for _, file := range container.KubernetesFiles(s) {
		for _, object := range file.Objects {
			if object.Kind == "ScheduledBackup" || object.Kind == "CronJob" && savesData(object.Name) {
				places = append(places, audit.Place{Path: file.Path, Line: object.Line})
			}
		}
	}
	return places
}
