package container

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// modeVariables choose how a framework runs.
var modeVariables = []string{"NODE_ENV", "RAILS_ENV", "RACK_ENV", "APP_ENV", "FLASK_ENV", "MIX_ENV", "DJANGO_SETTINGS_MODULE", "ASPNETCORE_ENVIRONMENT", "SPRING_PROFILES_ACTIVE"}

// developmentIn reports an environment that says development or tests: "dev", or
// "core.settings_dev".
func developmentIn(env variables) bool {
	return slices.ContainsFunc(modeVariables, func(name string) bool { return devWord(env[name]) })
}

// developmentServers are commands that their makers keep for development; all
// the words must be there, in order.
var developmentServers = [][]string{
	{"manage.py", "runserver"}, {"flask", "run", "--debug"}, {"uvicorn", "--reload"}, {"fastapi", "dev"}, {"artisan", "serve"}, {"symfony", "server:start"},
	{"next", "dev"}, {"nuxt", "dev"}, {"astro", "dev"}, {"ng", "serve"}, {"webpack-dev-server"}, {"webpack", "serve"}, {"vue-cli-service", "serve"},
	{"react-scripts", "start"}, {"nodemon"}, {"ts-node-dev"}, {"npm", "run", "dev"}, {"yarn", "dev"}, {"yarn", "run", "dev"}, {"pnpm", "dev"}, {"pnpm", "run", "dev"},
	{"npm", "run", "start:dev"}, {"yarn", "start:dev"}, {"quarkus", "dev"}, {"mvn", "quarkus:dev"},
}

func startsDevelopment(words []string) bool {
	names := make([]string, len(words))
	for i, word := range words {
		names[i] = path.Base(strings.Trim(word, `"'[],;`))
	}
	return slices.ContainsFunc(developmentServers, func(server []string) bool {
		rest := names
		for _, word := range server {
			i := slices.Index(rest, word)
			if i < 0 {
				return false
			}
			rest = rest[i+1:]
		}
		return true
	})
}

// runsDevelopment reports whether the shipped stage is for development. A compose
// file for production may start the same image otherwise: then nobody can tell.
func runsDevelopment(s *audit.Snapshot, d *Dockerfile) bool {
	if len(d.Stages) == 0 || !d.Shipped().Development {
		return false
	}
	return !slices.ContainsFunc(ComposeFiles(s), func(c *ComposeFile) bool {
		return !c.Development && slices.ContainsFunc(c.Services, func(service Service) bool { return service.Dockerfile == d.Path && service.Command })
	})
}
