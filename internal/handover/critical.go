package handover

import (
	"iter"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

// The concerns, in the order in which they are printed.
var concerns = []string{deployment, integration, authentication, dataImport, migrations, secrets, licences}

const (
	deployment     = "deployment"
	integration    = "continuous-integration"
	authentication = "authentication"
	dataImport     = "data-import"
	migrations     = "migrations"
	secrets        = "secrets-handling"
	licences       = "licences"
)

// words tell a concern by a part of a path: a folder or file named so, or whose
// name begins or ends with the word.
var words = map[string][]string{
	deployment:     {"deploy", "deployment", "deploiement", "déploiement", "helm", "charts", "k8s", "kubernetes", "ansible", "terraform", "puppet", "procfile", "dockerfile", "containerfile", "compose", "docker-compose", "docker"},
	integration:    {"workflows", "gitlab-ci", "jenkinsfile", "circleci", "travis", "drone", "azure-pipelines"},
	authentication: {"auth", "authentication", "authentification", "login", "oauth", "oauth2", "oidc", "openid", "saml", "sso", "keycloak", "franceconnect", "agentconnect", "proconnect", "session", "sessions", "permission", "permissions"},
	dataImport:     {"import", "imports", "importer", "importers", "ingest", "ingestion", "etl", "scraper", "scrapers", "crawler", "crawlers", "harvest", "harvester", "dags", "moissonnage", "extraction"},
	migrations:     {"migrations", "migrate", "migration", "alembic", "flyway", "liquibase", "changelogs"},
	secrets:        {"secrets", "secret", "vault", "sops", "credentials"},
	licences:       {"licence", "license", "licences", "licenses", "copying", "reuse"},
}

const criticalPaths = 10

// critical says who knows what a service cannot do without; concerns for which the
// repository holds no file are left out.
func (v *view) critical() []audit.CriticalWork {
	all := []audit.CriticalWork{}
	for _, concern := range concerns {
		if c := v.about(concern); c.Files > 0 {
			all = append(all, c)
		}
	}
	return all
}

func (v *view) about(concern string) audit.CriticalWork {
	c := audit.CriticalWork{Concern: concern, Orphaned: true}
	everybody := map[*history.Person]bool{}
	for f := range v.touching(concern) {
		c.Files++
		stays := false
		for _, e := range f.Experts {
			everybody[e.Person] = true
			stays = stays || !v.gone[e.Person]
			if e.Author && !v.gone[e.Person] {
				c.Orphaned = false
			}
		}
		if !stays && len(c.Paths) < criticalPaths {
			c.Paths = append(c.Paths, clean(f.Path))
		}
	}
	if len(everybody) == 1 {
		for p := range everybody {
			if v.gone[p] {
				c.Sole = v.name(p)
			}
		}
	}
	return c
}

// touching yields the files of a concern that somebody changed.
func (v *view) touching(concern string) iter.Seq[*knowledge.File] {
	return func(yield func(*knowledge.File) bool) {
		for _, files := range [][]knowledge.File{v.Files, v.Map.Others} {
			for i := range files {
				if f := &files[i]; len(f.Experts) > 0 && regards(f.Path, concern) && !yield(f) {
					return
				}
			}
		}
	}
}

// settings returns the files other than source without which a service does not
// run, and which nobody who stays is an author of: one area for each concern, named
// by the folder that holds them all. No share counts them.
func (v *view) settings() []*area {
	var all []*area
	for _, concern := range []string{deployment, integration, migrations, secrets} {
		a := &area{concern: concern}
		for i := range v.Map.Others {
			f := &v.Map.Others[i]
			if _, orphaned := f.Fate(v.gone); orphaned && regards(f.Path, concern) {
				a.files = append(a.files, *f)
			}
		}
		if len(a.files) > 0 {
			a.folder = common(a.files)
			v.know(a)
			all = append(all, a)
		}
	}
	return all
}

// common is the folder that holds all files, or the one file's path.
func common(files []knowledge.File) string {
	first, last := files[0].Path, files[len(files)-1].Path
	folder := first
	for folder != last && !strings.HasPrefix(last, folder+"/") {
		if folder = path.Dir(folder); folder == "." {
			return ""
		}
	}
	return folder
}

// regards tells by the path alone.
func regards(file, concern string) bool {
	if concern == licences && strings.Contains(file, "/") {
		// What lies deeper belongs to a part that somebody else wrote, or is a page
		// about licences.
		return false
	}
	for segment := range strings.SplitSeq(strings.ToLower(file), "/") {
		stem := strings.TrimPrefix(strings.TrimSuffix(segment, path.Ext(segment)), ".")
		for part := range strings.FieldsFuncSeq(stem, func(r rune) bool { return r == '.' || r == '_' }) {
			if slices.Contains(words[concern], part) || slices.Contains(words[concern], lastWord(part)) {
				return true
			}
		}
		if slices.Contains(words[concern], stem) {
			return true
		}
	}
	return false
}

// lastWord is what follows the last hyphen: "data-import" is an import.
func lastWord(s string) string { return s[strings.LastIndexByte(s, '-')+1:] }
