package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
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
	if guide.Static(s, operated) {
		return audit.NotApplicable("static")
	}
	var guides, stubs, journals []guide.Passage
	for _, p := range guide.Passages(s, guide.Deployment, namedDeployment) {
		switch {
		case isJournal(p.Doc):
			journals = append(journals, p)
		case isGuide(p):
			guides = append(guides, p)
		case guide.HasContent(p.Sections):
			stubs = append(stubs, p)
		}
	}
	if len(stubs) == 0 {
		stubs = clusterCommands(s)
	}
	installations := serverInstallations(s)
	for _, p := range installations {
		if mentionsProduction(p.Sections) && isGuide(p) {
			guides = append(guides, p)
		}
	}
	switch {
	case len(guides) > 0:
		return audit.Met("described", "path", guides[0].Doc.Path).At(guide.Places(guides)...).Fact("files", guide.Paths(guides))
	case len(journals) > 0:
		return audit.PartlyMet("journal", "path", journals[0].Doc.Path).At(guide.Places(journals)...).Fact("files", guide.Paths(journals))
	case len(installations) > 0:
		return audit.PartlyMet("installation", "path", installations[0].Doc.Path).At(guide.Places(installations)...).Fact("files", guide.Paths(installations))
	case len(stubs) > 0:
		return audit.PartlyMet("stub", "path", stubs[0].Doc.Path).At(guide.Places(stubs)...).Fact("files", guide.Paths(stubs))
	}
	if scripts := setUpScripts(s, preparesServer); len(scripts) > 0 {
		return audit.PartlyMet("script", "path", scripts[0].Path).At(scripts...).Fact("files", []string{scripts[0].Path})
	}
	if link, at, found := deployedElsewhere(s); found {
		return audit.PartlyMet("outside", "url", link).At(at).Fact("files", []string{})
	}
	if link, at, found := guide.Outside(s); found {
		return audit.PartlyMet("outside", "url", link).At(at).Fact("files", []string{})
	}
	return audit.NotMet("absent").Fact("files", []string{})
}

// serverInstallations returns the documents named after installation that say how
// to run the product on a server: a product that others host calls so what a
// team calls deployment.
func serverInstallations(s *audit.Snapshot) []guide.Passage {
	var found []guide.Passage
	for _, doc := range guide.All(s) {
		if guide.IsReadme(doc.Path) || !strings.HasPrefix(guide.Stem(path.Base(doc.Path)), "install") || guide.About(doc.Title, guide.Development) {
			continue
		}
		runs := slices.ContainsFunc(commandsIn(doc.Sections), func(c command) bool { return serverPrograms[c.words[0]] })
		if (runs || guide.OnServer(doc.Sections)) && !isJournal(doc) {
			found = append(found, guide.Passage{Doc: doc, Sections: doc.Sections})
		}
	}
	return found
}

// deployedBy is in the addresses of repositories that deploy others.
var deployedBy = regexp.MustCompile(`(?i)ansible|deploy|helm|charts?\b|infra|terraform|[/_-]ops\b`)

// deployedElsewhere returns a link, where the README speaks of production among the
// steps of installation, to the repository that deploys this one.
func deployedElsewhere(s *audit.Snapshot) (link string, at audit.Place, found bool) {
	doc := document.Readme(s)
	if doc == nil {
		return "", audit.Place{}, false
	}
	for _, section := range guide.WithoutTemplate(doc).Sections {
		if !guide.About(section.Heading, guide.Install) || !productionWord.MatchString(section.Text) {
			continue
		}
		for _, l := range section.Links {
			if !l.Image && strings.Contains(l.URL, "://") && deployedBy.MatchString(path.Base(strings.TrimSuffix(l.URL, "/"))) {
				return l.URL, audit.Place{Path: doc.Path, Line: l.Line}, true
			}
		}
	}
	return "", audit.Place{}, false
}

// clusterWords are commands that put something on a cluster or a platform.
var clusterWords = wordSet("kubectl-apply helm-install helm-upgrade argo-submit argo-cron make-deploy make-upload make-deliver clever-deploy flyctl-deploy heroku-deploy")

// putsOnline reports whether a command deploys by its own words.
func putsOnline(c command) bool {
	if len(c.words) < 2 {
		return false
	}
	return clusterWords[c.words[0]+"-"+c.words[1]] || c.words[0] == "scalingo" && slices.Contains(c.words, "deploy") ||
		c.words[0] == "git" && c.words[1] == "push" && len(c.words) > 2 && platformRemotes[c.words[2]]
}

var platformRemotes = wordSet("heroku scalingo dokku clever production prod")

// clusterCommands returns the sections that show one under no heading that tells:
// the beginning of a guide.
func clusterCommands(s *audit.Snapshot) []guide.Passage {
	var found []guide.Passage
	for _, doc := range guide.All(s) {
		for i, section := range doc.Sections {
			if slices.ContainsFunc(commandsIn(doc.Sections[i:i+1]), putsOnline) {
				found = append(found, guide.Passage{Doc: doc, Sections: doc.Sections[i : i+1], Line: section.Line})
			}
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
		typed := slices.ContainsFunc(s.Code, func(c document.CodeBlock) bool { return productionWord.MatchString(c.Text) })
		return typed || productionWord.MatchString(s.Heading) || productionWord.MatchString(s.Text)
	})
}

// isGuide asks for prose of some length, or for steps: commands, with a few
// words or several of them. Generators write how to build for production, which
// is only the beginning.
func isGuide(p guide.Passage) bool {
	n := guide.Words(p.Sections)
	if n >= shortestGuide {
		return true
	}
	commands := 0
	for _, c := range commandsIn(p.Sections) {
		if !packageManagers[c.words[0]] {
			commands++
		}
	}
	return commands >= 3 || commands >= 1 && n >= 8
}

// isJournal reports whether a document tells what was deployed, and when.
func isJournal(doc *document.Document) bool {
	title := guide.Plain(doc.Title)
	return strings.HasPrefix(title, "journal ") || strings.HasSuffix(title, " log") || strings.HasSuffix(guide.Plain(guide.Stem(path.Base(doc.Path))), " log")
}

var packageManagers = wordSet("npm yarn pnpm bun npx cd")

var deploymentNames = []string{"deploy", "deployment", "deploiement", "deploying", "mise-en-production", "mise_en_production", "mep", "production", "hosting", "hebergement", "guide-deploiement", "guide-de-deploiement", "deployment-guide", "self-hosting"}

// namedDeployment reports whether a document, or its folder, is named after
// deployment. A log of deployments is no guide.
func namedDeployment(name string) bool {
	if dir := guide.Letters.Replace(strings.ToLower(path.Base(path.Dir(name)))); slices.Contains(deploymentNames, dir) {
		return true
	}
	s := guide.Stem(path.Base(name))
	return slices.Contains(deploymentNames, s) || slices.Contains(deploymentNames, strings.ReplaceAll(s, " ", "-")) ||
		guide.About(s, guide.Deployment) && !guide.IsReadme(name)
}
