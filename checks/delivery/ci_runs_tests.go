package delivery

import (
	"cmp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
)

var ciRunsTests = &audit.Check{
	ID: "ci-runs-tests", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.DesktopApplication, audit.DataPipeline, audit.ShinyApp,
		audit.Library, audit.Infrastructure,
	},
	Source: "https://standards.beta.gouv.fr/",
	Texts:  texts, Run: runCIRunsTests,
}

// runCIRunsTests looks for a step that tests or lints, and for when it runs.
func runCIRunsTests(s *audit.Snapshot) audit.Verdict {
	pipelines := pipelinesOf(s)
	systems := []string{}
	var elsewhere []string
	var unreadable []audit.Place
	for _, p := range pipelines {
		if !slices.Contains(systems, p.system) {
			systems = append(systems, p.system)
		}
		elsewhere = append(elsewhere, p.elsewhere...)
		if p.err != nil {
			unreadable = append(unreadable, audit.Place{Path: p.path})
		}
	}
	slices.Sort(systems)
	v := ciVerdict(s, pipelines, elsewhere, unreadable)
	return v.Fact("systems", systems)
}

// systemTitles are the names by which people know the hosts, where they differ
// from the word that facts hold.
var systemTitles = map[string]string{
	"github-actions": "GitHub Actions", "gitlab-ci": "GitLab CI", "circleci": "CircleCI", "travis-ci": "Travis CI", "jenkins": "Jenkins",
	"forgejo-actions": "Forgejo Actions", "gitea-actions": "Gitea Actions", "azure-pipelines": "Azure Pipelines",
	"bitbucket-pipelines": "Bitbucket Pipelines", "drone": "Drone", "woodpecker": "Woodpecker", "appveyor": "AppVeyor",
	"sourcehut": "SourceHut", "buildkite": "Buildkite", "cirrus-ci": "Cirrus CI", "semaphore": "Semaphore",
}

func systemTitle(system string) string { return cmp.Or(systemTitles[system], system) }

// evidence is one verifying step of a pipeline that may or may not run.
type evidence struct {
	finding
	pipeline *pipeline
	place    audit.Place
	on       trigger
}

func ciVerdict(s *audit.Snapshot, pipelines []*pipeline, elsewhere []string, unreadable []audit.Place) audit.Verdict {
	if len(pipelines) == 0 {
		return audit.NotMet("none")
	}
	found := verifyingSteps(s, pipelines)
	alive := slices.DeleteFunc(slices.Clone(found), func(e evidence) bool { return e.pipeline.dead && !travisLives(s, e.pipeline) })
	if len(alive) > 0 && alive[0].on == onChange {
		best := alive[0]
		key := "runs-tests"
		if best.verifies == lints {
			key = "runs-linters"
		}
		return audit.Met(key, "system", systemTitle(best.pipeline.system), "command", best.command).At(best.place)
	}
	paths := make([]string, 0, len(pipelines))
	for _, p := range pipelines {
		paths = append(paths, p.path)
	}
	switch {
	case len(unreadable) > 0:
		return audit.Unknown("unparsable", "path", unreadable[0].Path).At(unreadable...)
	case len(alive) > 0 && alive[0].on == onOtherBranch:
		return audit.PartlyMet("other-branch", "path", alive[0].place.Path, "branch", s.Repository.Branch).At(alive[0].place)
	case len(elsewhere) > 0:
		return audit.Unknown("elsewhere", "where", firstFew(elsewhere)).At(audit.Place{Path: pipelines[0].path})
	case len(alive) > 0:
		return audit.PartlyMet("on-demand", "path", alive[0].place.Path, "command", alive[0].command).At(alive[0].place)
	case len(found) > 0:
		return audit.PartlyMet("dead-host", "path", found[0].place.Path).At(found[0].place)
	}
	return audit.PartlyMet("no-tests", "paths", firstFew(paths)).At(audit.Place{Path: paths[0]})
}

// firstFew keeps a reason short.
func firstFew(names []string) []string {
	if len(names) > 3 {
		return append(slices.Clone(names[:3]), "…")
	}
	return names
}

// verifyingSteps returns the steps that test or lint, the best first: those
// that run on changes, tests before linters, then in the order of the files.
func verifyingSteps(s *audit.Snapshot, pipelines []*pipeline) []evidence {
	x := newInterpreter(s)
	var found []evidence
	for _, p := range pipelines {
		for _, one := range p.steps {
			e := evidence{pipeline: p, place: one.place, on: one.on}
			if one.action != "" {
				e.finding = finding{verifies: actionVerifies(one.action), command: one.action}
			} else {
				e.finding = x.script(one.script, one.dir, 0)
				e.place.Line += e.line
			}
			if e.verifies == nothing {
				continue
			}
			e.command = shorten(e.command)
			e.place.Text = e.command
			found = append(found, e)
			if e.verifies == tests && e.on == onChange && !p.dead {
				return append([]evidence{e}, found...)
			}
		}
	}
	slices.SortStableFunc(found, func(a, b evidence) int {
		return cmp.Or(cmp.Compare(b.on, a.on), cmp.Compare(b.verifies, a.verifies))
	})
	return found
}

// maxCommandShown is how much of a command a reason quotes.
const maxCommandShown = 80

func shorten(command string) string {
	command = strings.Join(strings.Fields(command), " ")
	if strings.Contains(command, "@") && strings.Contains(command, ".") && !strings.Contains(command, " ") {
		return command // an action's name
	}
	if len(command) > maxCommandShown {
		return strings.ToValidUTF8(command[:maxCommandShown], "") + "…"
	}
	return command
}

// actions are the published steps that test or lint and whose name does not say
// so; the others are believed by their names.
var actions = map[string]verification{
	"cypress-io/github-action": tests, "r-lib/actions/check-r-package": tests, "r-hub/actions/run-check": tests, "codeforcesocial/pytest": tests,
	"pre-commit/action": lints, "psf/black": lints, "astral-sh/ruff-action": lints, "chartboost/ruff-action": lints,
	"oxsecurity/megalinter": lints, "github/super-linter": lints, "super-linter/super-linter": lints, "megalinter/megalinter": lints,
	"hadolint/hadolint-action": lints, "golangci/golangci-lint-action": lints, "php-actions/phpunit": tests, "php-actions/phpstan": lints,
	"py-actions/flake8": lints, "biomejs/setup-biome": nothing, "crate-ci/typos": lints, "rustsec/audit-check": nothing,
	"actions/checkout": nothing, "codecov/codecov-action": nothing, "actions-rs/clippy-check": lints, "lycheeverse/lychee-action": lints,
	"sonarsource/sonarcloud-github-action": lints, "sonarsource/sonarqube-scan-action": lints, "gitlab/test": tests, "azure/test": tests,
}

func actionVerifies(action string) verification {
	action = strings.ToLower(action)
	if v, known := actions[action]; known {
		return v
	}
	owner, name, found := strings.Cut(action, "/")
	if !found {
		name = owner
	}
	if owner == "reviewdog" || strings.HasPrefix(name, "action-") && owner == "reviewdog" {
		return lints
	}
	return promises(strings.ReplaceAll(name, "github-action", ""))
}

// travisLives reports whether the README shows a badge of travis-ci.com, the
// address that outlived travis-ci.org.
func travisLives(s *audit.Snapshot, p *pipeline) bool {
	readme := document.Readme(s)
	if p.system != "travis-ci" || readme == nil {
		return false
	}
	for _, section := range readme.Sections {
		for _, link := range section.Links {
			if strings.Contains(link.URL, "travis-ci.com/") {
				return true
			}
		}
	}
	return false
}
