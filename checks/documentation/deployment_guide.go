package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
)

// operated are the deliverables that somebody deploys and keeps running.
var operated = []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline, audit.DataikuProject}

var deploymentGuide = &audit.Check{
	ID: "deployment-guide", Axis: audit.Transmission, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team, Kinds: operated,
	Source: "https://12factor.net/build-release-run",
	Texts:  texts, Run: runDeploymentGuide,
}

// shortestGuide is how many words of prose are a guide rather than a stub.
const shortestGuide = 40

func runDeploymentGuide(s *audit.Snapshot) audit.Verdict {
	if static(s, operated) {
		return audit.NotApplicable("static")
	}
	var guides, stubs, journals []passage
	for _, p := range passages(s, deployment, namedDeployment) {
		switch {
		case isJournal(p.doc):
			journals = append(journals, p)
		case isGuide(p):
			guides = append(guides, p)
		case hasContent(p.sections):
			stubs = append(stubs, p)
		}
	}
	installations := serverInstallations(s)
	for _, p := range installations {
		if mentionsProduction(p.sections) && isGuide(p) {
			guides = append(guides, p)
		}
	}
	switch {
	case len(guides) > 0:
		return audit.Met("described", "path", guides[0].doc.Path).At(places(guides)...).Fact("files", paths(guides))
	case len(journals) > 0:
		return audit.PartlyMet("journal", "path", journals[0].doc.Path).At(places(journals)...).Fact("files", paths(journals))
	case len(installations) > 0:
		return audit.PartlyMet("installation", "path", installations[0].doc.Path).At(places(installations)...).Fact("files", paths(installations))
	case len(stubs) > 0:
		return audit.PartlyMet("stub", "path", stubs[0].doc.Path).At(places(stubs)...).Fact("files", paths(stubs))
	}
	if link, at, found := outsideDocumentation(s); found {
		return audit.PartlyMet("outside", "url", link).At(at).Fact("files", []string{})
	}
	return audit.NotMet("absent").Fact("files", []string{})
}

// serverInstallations returns the documents named after installation that say how
// to run the product on a server: a product that others host calls so what a
// team calls deployment.
func serverInstallations(s *audit.Snapshot) []passage {
	var found []passage
	for _, doc := range guides(s) {
		if isReadme(doc.Path) || !strings.HasPrefix(stem(path.Base(doc.Path)), "install") || about(doc.Title, development) {
			continue
		}
		runs := slices.ContainsFunc(commandsIn(doc.Sections), func(c command) bool { return serverPrograms[c.words[0]] })
		if runs && !isJournal(doc) {
			found = append(found, passage{doc, doc.Sections, 0})
		}
	}
	return found
}

// serverPrograms start a program on a server, rather than on a developer's
// machine only.
var serverPrograms = wordSet("docker docker-compose podman kubectl helm systemctl service supervisorctl nomad ansible-playbook a2ensite")

var productionWord = regexp.MustCompile(`(?i)\b(?:production|prod)\b`)

func mentionsProduction(sections []document.Section) bool {
	return slices.ContainsFunc(sections, func(s document.Section) bool {
		return productionWord.MatchString(s.Heading) || productionWord.MatchString(s.Text)
	})
}

// isGuide asks for prose of some length, or for steps: commands, with a few
// words or several of them. Generators write how to build for production, which
// is only the beginning.
func isGuide(p passage) bool {
	n := words(p.sections)
	if n >= shortestGuide {
		return true
	}
	commands := 0
	for _, c := range commandsIn(p.sections) {
		if !packageManagers[c.words[0]] {
			commands++
		}
	}
	return commands >= 3 || commands >= 1 && n >= 8
}

// isJournal reports whether a document tells what was deployed, and when.
func isJournal(doc *document.Document) bool {
	title := plain(doc.Title)
	return strings.HasPrefix(title, "journal ") || strings.HasSuffix(title, " log") || strings.HasSuffix(plain(stem(path.Base(doc.Path))), " log")
}

var packageManagers = wordSet("npm yarn pnpm bun npx cd")

var deploymentNames = []string{"deploy", "deployment", "deploiement", "deploying", "mise-en-production", "mise_en_production", "mep", "production", "hosting", "hebergement", "guide-deploiement", "guide-de-deploiement", "deployment-guide", "self-hosting"}

// namedDeployment reports whether a document, or its folder, is named after
// deployment. A log of deployments is no guide.
func namedDeployment(name string) bool {
	if dir := letters.Replace(strings.ToLower(path.Base(path.Dir(name)))); slices.Contains(deploymentNames, dir) {
		return true
	}
	s := stem(path.Base(name))
	return slices.Contains(deploymentNames, s) || slices.Contains(deploymentNames, strings.ReplaceAll(s, " ", "-")) ||
		about(s, deployment) && !isReadme(name)
}
