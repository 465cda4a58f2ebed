package delivery

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/script"
)

// trace is where something was seen, and in which words.
type trace struct {
	what  string
	place audit.Place
}

// releases is what continuous integration does with what it has built.
type releases struct {
	// deploys and publishes are the first step that puts the product on a server,
	// and the first that only sends an image to a registry.
	deploys, publishes trace
	elsewhere          []string
	unreadable         string
}

// releasesOf reads the steps, and the names and environments of jobs.
func releasesOf(s *audit.Snapshot, static bool) releases {
	var r releases
	for _, p := range pipelinesOf(s) {
		if p.err != nil && r.unreadable == "" {
			r.unreadable = p.path
		}
		r.elsewhere = append(r.elsewhere, p.elsewhere...)
		for _, one := range p.steps {
			if triggersOther(one) {
				r.elsewhere = append(r.elsewhere, one.place.Path)
				break
			}
		}
		// What is made for one request to merge is thrown away with it.
		preview := strings.Contains(path.Base(p.path), "review")
		if p.dead && !travisLives(s, p) || preview {
			continue
		}
		for _, one := range p.steps {
			if r.read(one); one.pages() && !static {
				r.deploys = trace{} // documentation beside the product
			}
			if r.deploys.what != "" {
				return r
			}
		}
		if job, found := deployingJob(s, p, static); found {
			r.deploys = job
			return r
		}
	}
	return r
}

// triggersOther reports whether a step starts a pipeline of another repository,
// which may well deploy.
func triggersOther(one step) bool {
	return strings.HasPrefix(one.action, "peter-evans/repository-dispatch") || strings.HasPrefix(one.action, "benc-uk/workflow-dispatch") ||
		strings.Contains(one.script, "/trigger/pipeline") || strings.Contains(one.script, "gitlab-ci-pipeline.sh") || strings.Contains(one.script, "gh workflow run")
}

func (r *releases) read(one step) {
	what, line, does := stepReleases(one)
	place := one.place
	place.Line += line
	switch {
	case does == deploying:
		r.deploys = trace{what, place}
	case does == publishing && r.publishes.what == "":
		r.publishes = trace{what, place}
	}
}

// releasing is what a step does with the product, the most last.
type releasing uint8

const (
	keeping releasing = iota
	publishing
	deploying
)

func stepReleases(one step) (what string, line int, does releasing) {
	if one.action != "" {
		return one.action, 0, actionReleases(strings.ToLower(one.action))
	}
	if len(one.script) > maxConfigBytes {
		return "", 0, keeping
	}
	for _, c := range script.Commands(one.script) {
		if d := commandReleases(c.Words); d > does {
			what, line, does = shorten(strings.Join(c.Words, " ")), c.Line, d
		}
	}
	return what, line, does
}

// deployActions put something on a server and do not say so in their names,
// publishActions put it where others fetch it, notDeployActions only seem to.
var (
	deployActions = []string{
		"appleboy/ssh-action", "appleboy/scp-action", "peaceiris/actions-gh-pages", "socialgouv/kontinuous", "socialgouv/autodevops", "47ng/actions-clever-cloud",
		"superfly/flyctl-actions", "burnett01/rsync", "samkirkland/ftp", "garygrossgarten/github-action-ssh", "azure/k8s", "azure/webapps", "amazon-ecs", "digitalocean/app_action",
		"numerique-gouv/action-argocd", "wlixcc/sftp", "cloudflare/pages", "cloudflare/wrangler", "firebaseextended/", "amondnet/vercel", "netlify/actions",
	}
	publishActions = []string{
		"docker/build-push-action", "docker/bake-action", "redhat-actions/push", "elgohr/publish-docker", "pypa/gh-action-pypi-publish", "js-devtools/npm-publish",
		"softprops/action-gh-release", "goreleaser/",
	}
	notDeployActions = []string{"chrnorm/deployment", "bobheadxi/deployments", "actions/github-script", "strumwolf/delete-deployment", "avakar/create-deployment"}
)

func actionReleases(action string) releasing {
	hasPrefix := func(known string) bool { return strings.HasPrefix(action, known) }
	switch {
	case slices.ContainsFunc(notDeployActions, hasPrefix):
		return keeping
	case slices.ContainsFunc(deployActions, hasPrefix), saysDeploy(path.Base(action)), saysDeploy(action) && strings.Contains(action, "/"):
		return deploying
	case slices.ContainsFunc(publishActions, hasPrefix), strings.Contains(action, "build-and-push"), strings.Contains(action, "build-push"):
		return publishing // organisations wrap them in actions of their own
	}
	return keeping
}

// deployPrograms put something on a server, given one of the arguments; nil asks
// for none.
var deployPrograms = map[string][]string{
	"kubectl": {"apply", "set", "rollout", "create", "patch", "replace"}, "oc": {"apply", "rollout", "start-build", "new-app"}, "helm": {"upgrade", "install"},
	"helmfile": {"apply", "sync"}, "scalingo": {"deploy", "git", "deploy-archive"}, "clever": {"deploy", "restart"}, "heroku": {"container:release", "deploy"},
	"cf": {"push"}, "ansible-playbook": nil, "cap": nil, "mina": {"deploy"}, "dep": {"deploy"}, "fab": {"deploy"}, "kamal": {"deploy"}, "lftp": nil, "ncftpput": nil,
	"aws": {"sync", "update-service", "update-function-code", "deploy", "create-deployment"}, "gcloud": {"deploy"}, "az": {"deployment", "up", "update"},
	"serverless": {"deploy"}, "sls": {"deploy"}, "firebase": {"deploy"}, "netlify": {"deploy"}, "vercel": nil, "surge": nil, "gh-pages": nil, "flyctl": {"deploy"}, "fly": {"deploy"},
	"nomad": {"run"}, "argocd": {"sync", "set"}, "caprover": {"deploy"}, "kontinuous": nil, "terraform": {"apply"}, "wrangler": {"deploy", "publish"},
}

// publishCommands put the product where others fetch it.
var publishCommands = []string{"npm publish", "yarn publish", "pnpm publish", "yarn npm", "twine upload", "poetry publish", "uv publish", "flit publish", "cargo publish", "mvn deploy", "./mvnw deploy", "gem push", "mix hex.publish", "goreleaser release", "gh release", "dotnet nuget"}

// commandReleases says what one command does with the product.
func commandReleases(words []string) releasing {
	if len(words) > 1 && slices.Contains(publishCommands, words[0]+" "+words[1]) {
		return publishing
	}
	for len(words) > 0 && (script.Assigns(words[0]) || slices.Contains([]string{"sudo", "npx", "exec", "then", "do", "if", "!", "bundle", "else", "sshpass", "yarn", "pnpm", "npm", "run", "time", "php"}, words[0])) {
		words = words[1:]
	}
	if len(words) == 0 {
		return keeping
	}
	program, rest := path.Base(words[0]), words[1:]
	if strings.HasPrefix(program, "$") { // "$CLEVER_CLI deploy"
		program, _, _ = strings.Cut(strings.ToLower(strings.Trim(program, `${}"`)), "_")
	}
	if wanted, known := deployPrograms[program]; known {
		if wanted == nil || slices.ContainsFunc(rest, func(a string) bool { return slices.Contains(wanted, a) }) && !slices.Contains(rest, "--dry-run") {
			return deploying
		}
		return keeping
	}
	switch program {
	case "ssh":
		return deployingIf(len(rest) > 1)
	case "rsync", "scp", "sftp":
		return deployingIf(slices.ContainsFunc(rest, func(a string) bool { return strings.Contains(a, ":") && !strings.HasPrefix(a, "-") }))
	case "git":
		return deployingIf(slices.Contains(rest, "push") && slices.ContainsFunc(rest, hostedRemote))
	case "make", "rake", "just", "task", "invoke", "inv":
		if slices.Contains(rest, "upload") || slices.Contains(rest, "publish") {
			return publishing
		}
		return deployingIf(slices.ContainsFunc(rest, saysDeploy))
	case "curl", "wget":
		return deployingIf(slices.ContainsFunc(rest, deployHook))
	case "docker", "podman", "buildah", "skopeo", "crane", "kaniko", "executor":
		return containerReleases(program, rest)
	case "echo", "printf", "cat", "cd", "mkdir", "chmod", "export", "cp", "mv", "rm", "test", "[", "grep", "sed":
		return keeping
	}
	return deployingIf(saysDeploy(words[0]) || slices.Contains([]string{"bash", "sh", "python", "python3", "./mvnw", "mvn"}, program) && len(rest) > 0 && saysDeploy(rest[0]) && rest[0] != "deploy")
}

// pagesWords are of the sites that forges publish for documentation.
var pagesWords = []string{"gh-pages", "github-pages", "deploy-pages", "vuepress", "mkdocs", "docusaurus", "jekyll", "pages-deploy", "readthedocs", "pkgdown", "bookdown"}

// pages reports whether the step publishes pages of the forge.
func (one step) pages() bool {
	text := strings.ToLower(one.action + " " + one.script[:min(len(one.script), 4<<10)])
	return slices.ContainsFunc(pagesWords, func(word string) bool { return strings.Contains(text, word) })
}

func deployingIf(does bool) releasing {
	if does {
		return deploying
	}
	return keeping
}

// deployHook recognises the address by which a platform is told to deploy. Error
// reporting is told of deployments too.
func deployHook(argument string) bool {
	argument = strings.ToLower(argument)
	return (strings.Contains(argument, "://") || strings.HasPrefix(argument, "$")) && strings.Contains(argument, "deploy") && !strings.Contains(argument, "/releases/")
}

func hostedRemote(argument string) bool {
	argument = strings.ToLower(argument)
	return slices.ContainsFunc([]string{"scalingo", "heroku", "clever", "dokku", "piku", "caprover", "gh-pages", "alwaysdata"}, func(host string) bool { return strings.Contains(argument, host) })
}

func containerReleases(program string, rest []string) releasing {
	switch {
	case slices.Contains(rest, "stack") && slices.Contains(rest, "deploy"):
		return deploying
	case slices.Contains(rest, "push") || slices.Contains(rest, "--push") || program == "skopeo" && slices.Contains(rest, "copy") || program == "executor":
		return publishing
	}
	return keeping
}
