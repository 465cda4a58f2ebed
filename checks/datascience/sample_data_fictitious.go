package datascience

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/database"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
)

var sampleDataFictitious = &audit.Check{
	ID: "sample-data-fictitious", Axis: audit.Transmission, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team, Sensitive: true,
	Kinds:  sampledKinds,
	Source: "https://standards.beta.gouv.fr/",
	Texts:  texts, Run: runSampleDataFictitious,
}

// sampledKinds cannot be tried without data.
var sampledKinds = []audit.Kind{
	audit.WebApplication, audit.Service, audit.DataPipeline, audit.ShinyApp, audit.Notebook, audit.DataikuProject,
}

// runSampleDataFictitious asks whether somebody who may not see the real data can
// try the deliverable.
func runSampleDataFictitious(s *audit.Snapshot) audit.Verdict {
	claims := claimsOf(s)
	if claims.invented == nil {
		if file, rows := personalTable(s); rows > 0 {
			return audit.NotMet("looks-real", "path", file.Path, "rows", rows).At(audit.Place{Path: file.Path, Line: 1})
		}
	}
	samples := samplesOf(s)
	if claims.mentioned == nil {
		claims.mentioned = folderNamed(s, samples)
	}
	switch {
	case len(samples) == 0 && !keepsData(s):
		return audit.NotApplicable("no-data")
	case len(samples) == 0 && claims.mentioned != nil:
		return audit.PartlyMet("told-only", "path", claims.mentioned.Path).At(*claims.mentioned)
	case len(samples) == 0:
		return audit.NotMet("absent")
	case claims.mentioned == nil:
		return audit.PartlyMet("undocumented", "path", samples[0].Path).At(samples...)
	}
	return audit.Met("documented", "path", samples[0].Path, "document", claims.mentioned.Path).At(append([]audit.Place{*claims.mentioned}, samples...)...)
}

// testTable is the path of a table among the tests, as a guide writes it.
var testTable = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:tests?|samples?|fixtures|examples?)/[\w./-]*\.(?:csv|tsv|json|ndjson|xlsx|ods|parquet|rds|sql)\b`)
})

// folderNamed returns where a guide names the folder of a sample, or a table of the
// tests: "kubectl apply -f config/samples/" tells how to load them.
func folderNamed(s *audit.Snapshot, samples []audit.Place) *audit.Place {
	var folders []string
	for _, sample := range samples {
		if dir := path.Dir(sample.Path); strings.Contains(dir, "/") && !slices.Contains(folders, dir) {
			folders = append(folders, dir)
		}
	}
	if len(samples) == 0 {
		return nil
	}
	names := func(text string) bool {
		return slices.ContainsFunc(folders, func(dir string) bool { return strings.Contains(text, dir) }) || testTable().MatchString(text)
	}
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			coded := slices.ContainsFunc(append(slices.Clone(section.Code), section.Inline...), func(c document.CodeBlock) bool { return names(c.Text) })
			if coded || names(section.Text) {
				return &audit.Place{Path: doc.Path, Line: section.Line}
			}
		}
	}
	return nil
}

// keepsData reports whether the deliverable is about data: what processes some
// always is, a server when it has a database.
func keepsData(s *audit.Snapshot) bool {
	for _, d := range s.Deliverables {
		switch {
		case slices.Contains(dataKinds, d.Kind):
			return true
		case d.Static || !slices.Contains(sampledKinds, d.Kind):
		case len(database.For(s, d.Root)) > 0:
			return true
		}
	}
	return false
}

// claims is what is written about the data to try the deliverable with.
type claims struct {
	// mentioned is where documents speak of it, invented where they, or a
	// dependency, say that it is made up; nil for nowhere.
	mentioned, invented *audit.Place
}

// sampleWords speak of data to try something with, or are commands that load it.
// inventedWords say that nobody exists in it. Compiling them costs more than
// most audits' texts.
var (
	sampleWords = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)\bfixtures?\b|db[:/_]seeds?\b|\bseeds\.(?:rb|exs|ts|js|sql)\b|\bseeders?\b|\bseed(?:ing)? (?:the )?(?:data|database)\b|(?:npm|yarn|pnpm|prisma|make|bun|db)(?: run)? [\w:-]*seed\b|--seed\b|` +
			`db:(?:setup|reset|prepare)|ecto\.(?:setup|reset)|\bloaddata\b|\bpopulate(?:_\w+| the database)|\bmake demo\b|\bcreate_demo\b|\bdemo (?:content|data|dataset)\b|` +
			`jeux? (?:de données )?(?:de tests?|d['’]essai|d['’]exemple|fictifs?|anonymisés?)|\bavec (?:un |des )?jeux? de données|données (?:de tests?|fictives|de démonstration|de démo|d['’]exemple|d['’]essai|factices)|` +
			`\b(?:with|some|the|load|loads|loading|import|using|contains|provides|provided) sample data\b|^sample data|\bsample (?:dataset|database)|\b(?:test|fake|dummy|fictitious|synthetic) (?:data|datasets?)\b|\banonymi[sz]ed (?:dump|dataset|sample)\b|\btest_data\b|\bfake_data\b`)
	})
	inventedWords = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`(?i)données (?:fictives|factices|synthétiques|anonymisées|de démonstration)|jeux? (?:de données )?fictifs?|\bfictiti?ous\b|\b(?:fake|dummy|mock|synthetic|anonymi[sz]ed) (?:data|dataset|people|users)\b|\bfaker\b|personnes fictives|fichier fictif`)
	})
)

type claimsKey struct{}

func claimsOf(s *audit.Snapshot) claims {
	return audit.Once(s, claimsKey{}, func(s *audit.Snapshot) claims {
		var c claims
		for _, doc := range guide.All(s) {
			for _, section := range doc.Sections {
				c.read(doc.Path, section)
			}
		}
		for _, m := range manifest.Of(s).Manifests {
			for _, d := range m.Dependencies {
				if generators[d.Name] && c.invented == nil {
					c.invented = &audit.Place{Path: m.Path, Line: d.Line}
				}
			}
		}
		return c
	})
}

func (c *claims) read(name string, section document.Section) {
	at := &audit.Place{Path: name, Line: section.Line}
	look := func(text string) {
		if c.mentioned != nil && c.invented != nil || !mayTell(text) {
			return
		}
		for line := range strings.Lines(text) {
			if !mayTell(line) {
				continue
			}
			if c.mentioned == nil && sampleWords().MatchString(line) {
				c.mentioned = at
			}
			if c.invented == nil && inventedWords().MatchString(line) {
				c.invented = at
			}
		}
	}
	look(section.Heading)
	look(section.Text)
	for _, code := range section.Code {
		look(code.Text)
	}
	for _, code := range section.Inline {
		look(code.Text)
	}
}

// stems are parts of all that the two expressions look for.
var stems = []string{"fixture", "seed", "db:", "ecto.", "loaddata", "populate", "demo", "jeu d", "jeux d", "jeu f", "jeux f", "jeu a", "jeux a",
	"données de t", "données fi", "données de d", "données d'e", "données d’e", "données fa", "données sy", "données an", "personnes fi", "fichier fi", "sample", "test data", "test_data", "fake", "dummy", "fictiti", "synthetic", "anonym", "test dataset", "mock"}

// mayTell is a quick look that spares most texts, and most lines of the others.
func mayTell(text string) bool {
	text = strings.ToLower(text)
	return slices.ContainsFunc(stems, func(stem string) bool { return strings.Contains(text, stem) })
}
