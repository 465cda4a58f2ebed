package delivery

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/script"
)

var deploymentAutomated = &audit.Check{
	ID: "deployment-automated", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Kinds:  deployedKinds,
	Source: "https://standards.beta.gouv.fr/",
	Texts:  texts, Run: runDeploymentAutomated,
}

// deployedKinds are the deliverables that somebody puts on a server.
var deployedKinds = []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline}

// runDeploymentAutomated looks for what deploys without a person, then for the
// steps that a person follows: written down with the way back, they will do.
func runDeploymentAutomated(s *audit.Snapshot) audit.Verdict {
	static := guide.Static(s, deployedKinds)
	releases := releasesOf(s, static)
	if releases.deploys.place.Path != "" {
		return audit.Met("automated", "command", releases.deploys.what, "path", releases.deploys.place.Path).At(releases.deploys.place)
	}
	if watched, found := watchedManifests(s); found {
		return audit.Met("gitops", "path", watched.Path).At(watched)
	}
	if host, found := builtByHost(s, static); found {
		return audit.Met("host-builds", "path", host.Path).At(host)
	}
	written := deploymentPassages(s)
	scripted, hasScript := deploymentScript(s)
	if len(written) > 0 {
		if back, found := wayBack(s, written); found {
			return audit.Met("written-with-rollback", "path", written[0].Doc.Path).At(passagePlace(written[0]), back)
		}
		if hasScript {
			return audit.Met("scripted", "script", scripted.what, "path", written[0].Doc.Path).At(scripted.place, passagePlace(written[0]))
		}
		return audit.PartlyMet("manual", "path", written[0].Doc.Path).At(passagePlace(written[0]))
	}
	return undocumented(s, releases, scripted, hasScript)
}

// undocumented judges what is left where nobody wrote how to deploy.
func undocumented(s *audit.Snapshot, releases releases, scripted trace, hasScript bool) audit.Verdict {
	switch {
	case hasScript:
		return audit.PartlyMet("script-only", "script", scripted.what).At(scripted.place)
	case releases.publishes.place.Path != "":
		return audit.PartlyMet("published-only", "command", releases.publishes.what, "path", releases.publishes.place.Path).At(releases.publishes.place)
	}
	if file, found := platformFile(s); found {
		return audit.PartlyMet("platform", "path", file).At(audit.Place{Path: file})
	}
	if p, found := serverInstallation(s); found {
		return audit.PartlyMet("manual", "path", p.Doc.Path).At(passagePlace(p))
	}
	if releases.unreadable != "" {
		return audit.Unknown("unparsable", "path", releases.unreadable).At(audit.Place{Path: releases.unreadable})
	}
	if len(releases.elsewhere) > 0 {
		return audit.Unknown("elsewhere", "where", firstFew(releases.elsewhere))
	}
	if link, at, found := guide.Outside(s); found {
		return audit.Unknown("outside", "url", link).At(at)
	}
	return audit.NotMet("none")
}

// platformFile is the file that says most to a platform: one with processes.
func platformFile(s *audit.Snapshot) (file string, found bool) {
	for _, p := range container.PlatformFiles(s) {
		if !p.Development && (!found || len(p.Processes) > 0) {
			file, found = p.Path, true
			if len(p.Processes) > 0 {
				break
			}
		}
	}
	return file, found
}

// serverPrograms start a program on a server, and not only for developers.
var serverPrograms = []string{"systemctl", "service", "kubectl", "helm", "ansible-playbook", "a2ensite", "supervisorctl", "nomad", "gunicorn", "uwsgi", "passenger"}

// serverInstallation finds what a product that others host calls installation:
// a section whose commands start it, in a container or as a service, or a page
// that prepares a machine for it.
func serverInstallation(s *audit.Snapshot) (guide.Passage, bool) {
	for _, p := range guide.Passages(s, guide.Install, func(string) bool { return false }) {
		if !guide.IsReadme(p.Doc.Path) && guide.OnServer(p.Sections) {
			return p, true
		}
		for _, section := range p.Sections {
			for _, code := range section.Code {
				for _, c := range script.Commands(strings.ReplaceAll(code.Text, "$ ", "")) {
					words := strings.Join(c.Words[:min(len(c.Words), 2)], " ")
					if words == "docker run" || slices.Contains(serverPrograms, strings.TrimPrefix(words, "sudo ")) || slices.Contains(serverPrograms, c.Words[0]) {
						return p, true
					}
				}
			}
		}
	}
	return guide.Passage{}, false
}

func passagePlace(p guide.Passage) audit.Place { return audit.Place{Path: p.Doc.Path, Line: p.Line} }

// watchedKinds are the objects by which Argo CD and Flux deploy what a repository
// holds.
var watchedKinds = []string{"Application", "ApplicationSet", "Kustomization", "HelmRelease"}

// watchedManifests finds what a tool in the cluster follows by itself.
func watchedManifests(s *audit.Snapshot) (audit.Place, bool) {
	for _, file := range container.KubernetesFiles(s) {
		if strings.HasPrefix(file.Path, ".kontinuous/") {
			return audit.Place{Path: file.Path}, true
		}
		for _, o := range file.Objects {
			if slices.Contains(watchedKinds, o.Kind) && !strings.HasPrefix(path.Base(file.Path), "kustomization.") && !file.Development {
				return audit.Place{Path: file.Path, Line: o.Line}, true
			}
		}
	}
	return audit.Place{}, false
}

// hostFiles tell a host to build and publish each change of the repository.
var hostFiles = []string{"netlify.toml", "vercel.json", "now.json", "render.yaml", ".readthedocs.yml", ".readthedocs.yaml", "amplify.yml", "static.json"}

// builtByHost finds such a file. A domain beside Jekyll's settings is that of
// the forge's own pages.
func builtByHost(s *audit.Snapshot, static bool) (audit.Place, bool) {
	for _, name := range hostFiles {
		if strings.HasPrefix(name, ".readthedocs") || name == "static.json" || name == "netlify.toml" {
			if !static {
				continue
			}
		}
		if f, found := s.File(name); found {
			return audit.Place{Path: f.Path}, true
		}
	}
	_, jekyll := s.File("_config.yml")
	if f, found := s.File("CNAME"); found && static && jekyll {
		return audit.Place{Path: f.Path}, true
	}
	return audit.Place{}, false
}

// namedForDeployment are the stems of documents, and folders of them, that are
// named after deployment.
var namedForDeployment = []string{
	"deploy", "deployment", "deploiement", "deploying", "mise en production", "mep", "production", "hosting", "hebergement", "guide deploiement",
	"guide de deploiement", "deployment guide", "self hosting", "livraison",
}

const (
	// shortestSteps is how many words of prose are steps rather than a remark.
	shortestSteps = 40
	fewWords      = 8
)

// deploymentPassages are the parts of the documentation that say how to deploy.
func deploymentPassages(s *audit.Snapshot) []guide.Passage {
	named := func(name string) bool {
		return slices.Contains(namedForDeployment, guide.Plain(guide.Stem(path.Base(name)))) ||
			slices.Contains(namedForDeployment, guide.Plain(path.Base(path.Dir(name))))
	}
	var found []guide.Passage
	for _, p := range guide.Passages(s, guide.Deployment, named) {
		commands, itself := 0, false
		for _, section := range p.Sections {
			for _, code := range section.Code {
				commands += len(script.Commands(code.Text))
			}
			for _, code := range section.Inline {
				if deploys(code.Text) {
					commands, itself = commands+1, true
				}
			}
		}
		words := guide.Words(p.Sections)
		if words >= shortestSteps || commands >= 3 || commands > 0 && words >= fewWords || itself {
			found = append(found, p)
		}
	}
	return found
}

// deploys reports whether a command in a sentence says by its own words that it
// deploys: "fab -H server deploy".
func deploys(text string) bool {
	words := strings.Fields(text)
	return len(words) > 1 && slices.ContainsFunc(words[1:], saysDeploy)
}

// backWords say how to return to what worked, in plain letters.
var backWords = []string{"rollback", "roll back", "rolling back", "retour arriere", "retour en arriere", "version precedente", "previous version", "previous release", "revenir a la version", "revert to"}

// wayBack finds where the documentation says how to undo a deployment: among its
// steps, or under a heading anywhere.
func wayBack(s *audit.Snapshot, written []guide.Passage) (audit.Place, bool) {
	says := func(text string) bool {
		plain := guide.Plain(text)
		return slices.ContainsFunc(backWords, func(w string) bool { return strings.Contains(plain, w) })
	}
	for _, p := range written {
		for _, section := range p.Sections {
			if says(section.Heading + " " + section.Text) {
				return audit.Place{Path: p.Doc.Path, Line: section.Line}, true
			}
		}
	}
	for _, doc := range guide.All(s) {
		for _, section := range doc.Sections {
			if says(section.Heading) {
				return audit.Place{Path: doc.Path, Line: section.Line}, true
			}
		}
	}
	return audit.Place{}, false
}
