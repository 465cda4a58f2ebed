package handover

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/history"
	"github.com/perenne-audit/perenne/internal/knowledge"
)

// Concern is something that a service cannot do without.
type Concern string

// Concerns lists them, in the order in which they are printed.
var Concerns = []Concern{Deployment, Integration, Authentication, Import, Migrations, Secrets, Licences}

// The concerns.
const (
	Deployment     Concern = "deployment"
	Integration    Concern = "integration"
	Authentication Concern = "authentication"
	Import         Concern = "data-import"
	Migrations     Concern = "migrations"
	Secrets        Concern = "secrets-handling"
	Licences       Concern = "licences"
)

// Critical is one concern and who knows its files.
type Critical struct {
	Concern Concern
	// Files counts them; Paths names those that nobody who stays has ever changed,
	// at most ten.
	Files int
	Paths []string
	// Orphaned is true when nobody who stays is an author of any of them.
	Orphaned bool
	// Sole is the one person who ever changed them and leaves; nil when there are
	// several or they stay. Nobody else has ever done this work.
	Sole *history.Person
}

// words tell a concern by a part of a path: a folder or file named so, or whose
// name begins or ends with the word.
var words = map[Concern][]string{
	Deployment:     {"deploy", "deployment", "deploiement", "déploiement", "helm", "charts", "k8s", "kubernetes", "ansible", "terraform", "puppet", "procfile", "dockerfile", "containerfile", "compose", "docker-compose", "docker"},
	Integration:    {"workflows", "gitlab-ci", "jenkinsfile", "circleci", "travis", "drone", "azure-pipelines"},
	Authentication: {"auth", "authentication", "authentification", "login", "oauth", "oauth2", "oidc", "openid", "saml", "sso", "keycloak", "franceconnect", "agentconnect", "proconnect", "session", "sessions", "permission", "permissions"},
	Import:         {"import", "imports", "importer", "importers", "ingest", "ingestion", "etl", "scraper", "scrapers", "crawler", "crawlers", "harvest", "harvester", "dags", "moissonnage", "extraction"},
	Migrations:     {"migrations", "migrate", "migration", "alembic", "flyway", "liquibase", "changelogs"},
	Secrets:        {"secrets", "secret", "vault", "sops", "credentials"},
	Licences:       {"licence", "license", "licences", "licenses", "copying", "reuse"},
}

const criticalPaths = 10

func critical(m *knowledge.Map, gone knowledge.Leavers) []Critical {
	var all []Critical
	for _, concern := range Concerns {
		if c := about(concern, m, gone); c.Files > 0 {
			all = append(all, c)
		}
	}
	return all
}

func about(concern Concern, m *knowledge.Map, gone knowledge.Leavers) Critical {
	c := Critical{Concern: concern, Orphaned: true}
	everybody := map[*history.Person]bool{}
	for _, files := range [][]knowledge.File{m.Files, m.Others} {
		for i := range files {
			f := &files[i]
			if len(f.Experts) == 0 || !concerns(f.Path, concern) {
				continue
			}
			c.Files++
			stays := false
			for _, e := range f.Experts {
				everybody[e.Person] = true
				stays = stays || !gone[e.Person]
				if e.Author && !gone[e.Person] {
					c.Orphaned = false
				}
			}
			if !stays && len(c.Paths) < criticalPaths {
				c.Paths = append(c.Paths, f.Path)
			}
		}
	}
	if len(everybody) == 1 {
		for p := range everybody {
			if gone[p] {
				c.Sole = p
			}
		}
	}
	return c
}

// concerns tells by the path alone.
func concerns(file string, concern Concern) bool {
	if concern == Licences && strings.Contains(file, "/") {
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
