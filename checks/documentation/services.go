package docs

import (
	"bytes"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

// noDocker reads "docker compose" and "docker build".
func (sh *shell) noDocker(args []string) bool {
	switch {
	case len(args) > 0 && args[0] == "compose":
		return sh.noService(args[1:])
	case len(args) > 1 && args[0] == "build":
		if file := flagValue(args, "-f", "--file"); file != "" {
			return sh.noFile(file)
		}
		return !sh.made["Dockerfile"] && args[len(args)-1] == "." && !slices.ContainsFunc(sh.s.Files(), func(f audit.File) bool {
			return strings.Contains(strings.ToLower(f.Name()), "dockerfile") || strings.Contains(strings.ToLower(f.Name()), "containerfile")
		})
	}
	return false
}

// composeValues are flags of compose that are followed by a value.
var composeValues = wordSet(`-f --file -p --project-name --profile --env-file --project-directory --ansi --parallel -e --env -u --user -w --workdir
	-v --volume --name --entrypoint --publish --scale -t --timeout --tail -n --index -l --label --since --until --pull --build-arg -m --memory --exit-code-from -H --host`)

// serviceCommands are those of compose that are followed by services; exec and
// run by one, then by what to run in it.
var serviceCommands = wordSet("up run exec build logs restart stop start rm pull kill create")

// noService reports whether compose is asked for a file or a service that is not
// there.
func (sh *shell) noService(args []string) bool {
	var given []string
	file := ""
	for i := 0; i < len(args); i++ {
		switch arg := args[i]; {
		// After the subcommand, -f follows logs and forces rm.
		case composeValues[arg] && !(arg == "-f" && len(given) > 0):
			if i+1 < len(args) && (arg == "-f" || arg == "--file") && sh.noFile(args[i+1]) {
				return true
			}
			if arg == "-f" || arg == "--file" {
				file = arg
			}
			i++
		case !strings.HasPrefix(arg, "-"):
			given = append(given, arg)
		}
		if len(given) == 2 && (given[0] == "run" || given[0] == "exec") {
			break
		}
	}
	if len(given) == 0 || !serviceCommands[given[0]] {
		return false
	}
	files := container.ComposeFiles(sh.s)
	if len(files) == 0 {
		return file == "" && !sh.mayCompose()
	}
	if given[0] == "run" || given[0] == "exec" {
		given = given[:min(len(given), 2)]
	}
	for _, service := range given[1:] {
		if !doubtful(service) && !sh.hasService(files, service) {
			return true
		}
	}
	return false
}

// mayCompose reports whether a compose file may come to be, or is one that was
// not recognised.
func (sh *shell) mayCompose() bool {
	if sh.made["docker-compose.yml"] || sh.made["docker-compose.yaml"] || sh.made["compose.yml"] || sh.made["compose.yaml"] {
		return true
	}
	return slices.ContainsFunc(sh.s.Files(), func(f audit.File) bool { return strings.Contains(strings.ToLower(f.Name()), "compose") })
}

func (sh *shell) hasService(files []*container.ComposeFile, name string) bool {
	for _, file := range files {
		if file.Err != nil || slices.ContainsFunc(file.Services, func(s container.Service) bool { return s.Name == name }) {
			return true
		}
		// What is included may hold anything.
		if f, found := sh.s.File(file.Path); found {
			content, _ := sh.s.Read(f)
			if bytes.HasPrefix(content, []byte("include:")) || bytes.Contains(content, []byte("\ninclude:")) {
				return true
			}
		}
	}
	return false
}
