package docs

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// describedIn returns the files that describe an API in a format made for it.
func describedIn(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range s.OwnFiles() {
		if !misplaced(f.Path) && describesAPI(s, f) {
			places = append(places, audit.Place{Path: f.Path})
		}
	}
	return places
}

func describesAPI(s *audit.Snapshot, f audit.File) bool {
	name := strings.ToLower(f.Name())
	switch path.Ext(name) {
	case ".raml", ".apib", ".graphqls", ".wsdl", ".wadl":
		return true
	case ".graphql", ".gql":
		return strings.Contains(name, "schema")
	case ".yaml", ".yml", ".json":
		return nameOfDescription(f.Path) && holdsDescription(s, f)
	}
	return false
}

// nameOfDescription reports whether a file may describe an API by its name, or by
// a short name in a folder for documents.
func nameOfDescription(name string) bool {
	base := strings.ToLower(path.Base(name))
	for _, word := range []string{"openapi", "swagger", "asyncapi", "oas3", "api-doc", "api_doc", "apidoc", "api-spec", "api_spec", "api-schema"} {
		if strings.Contains(base, word) {
			return true
		}
	}
	stem := strings.TrimSuffix(base, path.Ext(base))
	if stem == "api" || stem == "spec" || stem == "schema" {
		return true
	}
	dir := strings.ToLower(path.Base(path.Dir(name)))
	return strings.Contains(dir, "openapi") || strings.Contains(dir, "swagger") || dir == "api-docs"
}

// maxParsedDescription is where parsing costs more than it tells: the beginning of
// a longer file says what it is.
const maxParsedDescription = 64 << 10

// holdsDescription reports whether a file begins like an OpenAPI, Swagger or
// AsyncAPI document.
func holdsDescription(s *audit.Snapshot, f audit.File) bool {
	content, err := s.Read(f)
	if err != nil {
		return false
	}
	if len(content) > maxParsedDescription {
		return versionKey().Match(content[:4096])
	}
	// A text with no such word is not worth parsing.
	if !bytes.Contains(content, []byte("openapi")) && !bytes.Contains(content, []byte("swagger")) && !bytes.Contains(content, []byte("asyncapi")) {
		return false
	}
	documents, err := yamlfile.Parse(content)
	if err != nil {
		return versionKey().Match(content[:min(len(content), 4096)])
	}
	for _, top := range documents {
		for _, key := range []string{"openapi", "swagger", "asyncapi"} {
			if yamlfile.Text(yamlfile.Field(top, key)) != "" {
				return true
			}
		}
	}
	return false
}

var versionKey = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?m)^\s*"?(?:openapi|swagger|asyncapi)"?\s*:\s*["']?\d`)
})

// viewerNames are of pages and settings that show a description made while the
// program runs.
var viewerNames = wordSet("swagger-ui.html swagger_ui.html swagger.html redoc.html swaggerconfig.java swaggerconfig.kt openapiconfig.java openapiconfig.kt openapiconfiguration.java swagger_helper.rb swagger.config.js swagger.config.ts swagger.php")

// viewersIn returns such files.
func viewersIn(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range s.OwnFiles() {
		if viewerNames[strings.ToLower(f.Name())] {
			places = append(places, audit.Place{Path: f.Path})
		}
	}
	return places
}

// collectionsIn returns the collections of requests that developers play.
func collectionsIn(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Name())
		if len(places) < maxPlaces && (strings.HasSuffix(name, ".postman_collection.json") || strings.HasSuffix(name, ".bru") || strings.Contains(name, "insomnia") && strings.HasSuffix(name, ".json")) {
			places = append(places, audit.Place{Path: f.Path})
		}
	}
	return places
}

// apiLibrary is one dependency that serves an API.
type apiLibrary struct {
	name  string
	place audit.Place
	// describes is true for one that makes the description while it runs.
	describes bool
}

// apiPackages lists, by ecosystem, packages that write an API's description while
// it runs, and those that only serve one.
var apiPackages = map[manifest.Ecosystem][2]string{
	manifest.PyPI: {"fastapi drf-spectacular drf-yasg django-ninja django-ninja-extra flask-restx flask-restplus flasgger flask-smorest apiflask apispec connexion spectree litestar sanic-ext flask-openapi3 flask-apispec graphene graphene-django strawberry-graphql ariadne django-rest-swagger robyn",
		"djangorestframework flask-restful django-tastypie falcon django-piston eve flask-potion"},
	manifest.NPM: {"@nestjs/swagger tsoa swagger-jsdoc express-jsdoc-swagger express-openapi @fastify/swagger fastify-swagger swagger-autogen hapi-swagger @hono/zod-openapi zod-to-openapi @asteasolutions/zod-to-openapi next-swagger-doc koa-swagger-decorator routing-controllers-openapi @ts-rest/open-api trpc-openapi @nestjs/graphql apollo-server apollo-server-express @apollo/server graphql-yoga express-graphql @strapi/plugin-documentation typespec",
		"restify loopback @loopback/rest @feathersjs/feathers @nestjs/core routing-controllers json-server"},
	manifest.Composer: {"nelmio/api-doc-bundle api-platform/core api-platform/symfony api-platform/laravel zircote/swagger-php darkaonline/l5-swagger knuckleswtf/scribe dedoc/scramble nuwave/lighthouse overblog/graphql-bundle rebing/graphql-laravel",
		"friendsofsymfony/rest-bundle dingo/api laravel/lumen-framework"},
	manifest.RubyGems: {"rswag rswag-api rswag-specs rswag-ui apipie-rails grape-swagger rspec-openapi rspec_api_documentation oas_rails graphql", "grape rails-api jsonapi-resources"},
	manifest.Maven: {"org.springdoc:springdoc-openapi-ui org.springdoc:springdoc-openapi-starter-webmvc-ui org.springdoc:springdoc-openapi-starter-webmvc-api org.springdoc:springdoc-openapi-starter-webflux-ui org.springdoc:springdoc-openapi-kotlin org.springdoc:springdoc-openapi-data-rest org.springdoc:springdoc-openapi-webmvc-core io.springfox:springfox-swagger2 io.springfox:springfox-boot-starter io.quarkus:quarkus-smallrye-openapi io.micronaut.openapi:micronaut-openapi io.swagger.core.v3:swagger-annotations io.swagger.core.v3:swagger-jaxrs2 io.swagger.core.v3:swagger-jaxrs2-jakarta io.swagger.core.v3:swagger-annotations-jakarta",
		"org.springframework.boot:spring-boot-starter-data-rest io.quarkus:quarkus-rest io.quarkus:quarkus-resteasy org.glassfish.jersey.containers:jersey-container-servlet"},
	manifest.Go:    {"github.com/swaggo/swag github.com/swaggo/http-swagger github.com/swaggo/gin-swagger github.com/danielgtaylor/huma github.com/99designs/gqlgen github.com/swaggest/rest", "github.com/grpc-ecosystem/grpc-gateway github.com/emicklei/go-restful"},
	manifest.CRAN:  {"plumber", ""},
	manifest.NuGet: {"Swashbuckle.AspNetCore NSwag.AspNetCore Microsoft.AspNetCore.OpenApi", ""},
	manifest.Hex:   {"open_api_spex phoenix_swagger absinthe", ""},
	manifest.Cargo: {"utoipa paperclip rocket_okapi poem-openapi okapi aide openapi openapi-schema openapiv3 async-graphql juniper", ""},
}

// apiLibraries returns the packages of deliverables with a server that serve an
// API, in the order of the manifests.
func apiLibraries(s *audit.Snapshot) []apiLibrary {
	var found []apiLibrary
	seen := map[string]bool{}
	for _, d := range s.Deliverables {
		if d.Static || !slices.Contains(callableKinds, d.Kind) {
			continue
		}
		for _, m := range manifest.For(s, d.Root) {
			lists, known := apiPackages[m.Ecosystem]
			if m.Ecosystem == manifest.Conda {
				lists, known = apiPackages[manifest.PyPI]
			}
			if !known || seen[m.Path] {
				continue
			}
			seen[m.Path] = true
			for _, dependency := range m.Dependencies {
				describes := inList(dependency.Name, lists[0])
				// Specifications that tests write are the project's all the same.
				if (describes || !dependency.Dev) && (describes || inList(dependency.Name, lists[1])) {
					found = append(found, apiLibrary{dependency.Name, audit.Place{Path: m.Path, Line: dependency.Line}, describes})
				}
			}
		}
	}
	return found
}

func inList(name, list string) bool {
	for entry := range strings.FieldsSeq(list) {
		if name == entry || strings.HasPrefix(name, entry+"/v") {
			return true
		}
	}
	return false
}

// apiFiles are the places in which frameworks keep what answers other programs.
var apiFiles = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?:^|/)(?:` +
		`routes/api(?:_v\d+)?\.php|app/controllers/(?:\w+/)?api/.+\.rb|app/Http/Controllers/(?:Api|API)/.+\.php|src/Controller/(?:Api|API)/.+\.php|` +
		`api/(?:(?:v\d+|endpoints|views|routes|routers|controllers|resources)/)*(?:urls|views|viewsets|serializers|routes?|router|endpoints?|controllers?|resources|handlers?)\.(?:py|ts|js|go|php|rb)|` +
		`api/(?:v\d+/)?(?:endpoints|routers|routes|controllers|resources|handlers)/[^/]+\.(?:py|ts|js|go|php|rb|ex)|controllers/api/.+\.(?:ex|ts|js|py)|` +
		`[^/]+(?:_api|Api|API)_?(?:[cC]ontroller|[rR]esource)\.(?:ex|java|kt|ts|js|php|rb))$`)
})

// healthOnly are routes that serve machines of one's own.
var healthOnly = regexp.MustCompile(`(?i)(?:health|status|ping|hello|revalidate|auth/\[|sentry|metrics|version)`)

// servesAPI reports whether the repository answers other programs, and where that
// shows: by its kind, a library, or files in the places that frameworks give.
func servesAPI(s *audit.Snapshot, libraries []apiLibrary) (bool, audit.Place) {
	if len(libraries) > 0 {
		return true, libraries[0].place
	}
	for _, f := range s.OwnFiles() {
		if strings.Contains(strings.ToLower(f.Path), "api") && apiFiles().MatchString(f.Path) && !healthOnly.MatchString(f.Path) && !misplaced(f.Path) && !skeleton(s, f) {
			return true, audit.Place{Path: f.Path}
		}
	}
	if at, said := saysAPI(s); said {
		return true, at
	}
	for _, d := range s.Deliverables {
		// Rails without pages answers programs and nobody else.
		settings := path.Join(d.Root, "config/application.rb")
		if f, found := s.File(settings); found && d.Kind == audit.WebApplication {
			if text, _ := s.ReadText(f); apiOnly().MatchString(text) {
				return true, audit.Place{Path: settings}
			}
		}
		if d.Kind == audit.Service && namedAPI(s, d) {
			return true, audit.Place{Path: d.Because}
		}
	}
	return false, audit.Place{}
}

// offersAPI is a sentence in which the product itself gives an API to others.
var offersAPI = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`\b(?:there is|provides|exposes|offers|expose|fournit|propose|met a disposition) (?:an|a|une|l|son|sa|la|its) (?:\w+ ){0,2}?(?:api (?:json|rest|http|publique|ouverte)|(?:json|rest|http|public|open) api)\b`)
})

// saysAPI returns where the README of an application says so.
func saysAPI(s *audit.Snapshot) (audit.Place, bool) {
	for _, doc := range guide.All(s) {
		if !guide.IsReadme(doc.Path) || strings.Contains(doc.Path, "/") {
			continue
		}
		for _, section := range doc.Sections {
			if offersAPI().MatchString(guide.Plain(section.Text)) {
				return audit.Place{Path: doc.Path, Line: section.Line}, true
			}
		}
	}
	return audit.Place{}, false
}

var apiOnly = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`(?m)^\s*config\.api_only\s*=\s*true`) })

// skeleton reports whether a file of routes is the one that Laravel makes, with
// one route as an example.
func skeleton(s *audit.Snapshot, f audit.File) bool {
	if !strings.HasSuffix(f.Path, "routes/api.php") {
		return false
	}
	text, _ := s.ReadText(f)
	routes := 0
	for line := range strings.Lines(text) {
		if strings.HasPrefix(strings.TrimSpace(line), "Route::") {
			routes++
		}
	}
	return routes < 2
}

// namedAPI reports whether a service calls itself an API: in its folder, the name
// of its package or the title of its README.
func namedAPI(s *audit.Snapshot, d audit.Deliverable) bool {
	names := []string{path.Base(d.Root), path.Base(s.Repository.URL)}
	for _, m := range manifest.For(s, d.Root) {
		names = append(names, m.Name)
	}
	for _, doc := range guide.All(s) {
		if guide.IsReadme(doc.Path) && (path.Dir(doc.Path) == "." || path.Dir(doc.Path) == d.Root) {
			names = append(names, doc.Title)
		}
	}
	return slices.ContainsFunc(names, func(name string) bool { return slices.Contains(strings.Fields(guide.Plain(name)), "api") })
}
