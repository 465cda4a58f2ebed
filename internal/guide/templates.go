package guide

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/document"
)

// template is a README that a generator writes, told by sentences that only it
// holds.
type template struct {
	name string
	// words is about how many words of prose the generator writes.
	words int
	// least is how many of the sentences give it away.
	least     int
	sentences []string
}

// templates are compared in lower case, with single spaces.
var templates = []template{
	{"create-react-app", 320, 2, []string{"this project was bootstrapped with create react app", "runs the app in the development mode", "launches the test runner in the interactive watch mode", "this is a one-way operation", "you can learn more in the create react app documentation", "you will find some information on how to perform common tasks", "this section has moved here: https://facebook.github.io/create-react-app"}},
	{"create-react-app", 12000, 4, []string{"this project was bootstrapped with create react app", "below you will find some information on how to perform common tasks", "you might need to reinstall", "create react app is divided into two packages", "supported language features and polyfills", "displaying lint output in the editor"}},
	{"Vue CLI", 60, 2, []string{"compiles and hot-reloads for development", "compiles and minifies for production", "lints and fixes files", "run your unit tests", "see configuration reference"}},
	{"vue-cli webpack", 90, 2, []string{"for a detailed explanation on how things work, check out the guide and docs for vue-loader", "serve with hot reload at localhost", "a vue.js project", "build for production with minification"}},
	{"Vue", 140, 2, []string{"this template should help get you started developing with vue", "recommended ide setup", "type support for .vue imports in ts", "customize configuration"}},
	{"Vite", 160, 1, []string{"this template provides a minimal setup to get react working in vite", "this template should help get you started developing with vue 3", "this template should help get you started developing with svelte"}},
	{"Nuxt", 130, 2, []string{"look at the nuxt documentation to learn more", "look at the nuxt 3 documentation to learn more", "nuxt minimal starter", "for detailed explanation on how things work, check out nuxt.js docs", "check out the deployment documentation for more information", "start the development server on http://localhost:3000"}},
	{"create-next-app", 200, 2, []string{"this is a next.js project bootstrapped with create-next-app", "the page auto-updates as you edit the file", "to learn more about next.js, take a look at the following resources", "the easiest way to deploy your next.js app is to use the vercel platform"}},
	{"Angular CLI", 170, 2, []string{"this project was generated with angular cli", "this project was generated using angular cli", "the app will automatically reload if you change any of the source files", "to get more help on the angular cli use ng help", "run ng serve for a dev server"}},
	{"Rails", 90, 2, []string{"this readme would normally document whatever steps are necessary to get the application up and running", "things you may want to cover", "services (job queues, cache servers, search engines, etc.)", "system dependencies"}},
	{"Rails", 90, 1, []string{"this readme would normally document whatever steps are necessary to get the application up and running"}},
	{"Bitbucket", 110, 2, []string{"this readme would normally document whatever steps are necessary to get your application up and running", "what is this repository for?", "repo owner or admin", "other community or team contact"}},
	{"GitLab", 720, 2, []string{"to make it easy for you to get started with gitlab, here's a list of recommended next steps", "already a pro? just edit this readme.md and make it your own", "choose a self-explaining name for your project", "let people know what your project can do specifically", "use examples liberally, and show the expected output", "for open source projects, say how it is licensed", "tell people where they can go to for help", "state if you are open to contributions", "every project is different, so consider which of these sections apply to yours", "use the built-in continuous integration in gitlab"}},
	{"Azure DevOps", 170, 2, []string{"todo: give a short introduction of your project", "todo: guide users through getting your code up and running on their own system", "todo: describe and show how to build your code and run the tests", "todo: explain how other users and developers can contribute"}},
	{"Laravel", 420, 2, []string{"laravel is a web application framework with expressive, elegant syntax", "laravel has the most extensive and thorough documentation", "the laravel framework is open-sourced software licensed under the mit license", "thank you for considering contributing to the laravel framework", "thanks to the following sponsors for funding laravel development", "if you discover a security vulnerability within laravel, please send"}},
	{"Django cookiecutter", 420, 3, []string{"moved to settings", "to create a normal user account, just go to sign up and fill out the form", "for convenience, you can keep your normal user logged in on chrome and your superuser logged in on firefox", "running type checks with mypy", "the following details how to deploy this application", "behold my awesome project!"}},
	{"cookiecutter-pypackage", 120, 2, []string{"this package was created with cookiecutter and the audreyr/cookiecutter-pypackage project template", "python boilerplate contains all the boilerplate you need to create a python package", "todo"}},
	{"cookiecutter-data-science", 60, 1, []string{"project based on the cookiecutter data science project template"}},
	{"cookiecutter", 120, 2, []string{"{{cookiecutter.", "{{ cookiecutter."}},
	{"usethis (R)", 130, 2, []string{"the goal of", "what is special about using readme.rmd instead of just readme.md", "this is a basic example which shows you how to solve a common problem", "you'll still need to render readme.rmd regularly"}},
	{"Quarkus", 330, 2, []string{"this project uses quarkus, the supersonic subatomic java framework", "you can run your application in dev mode that enables live coding", "if you want to learn more about quarkus, please visit its website"}},
	{"NestJS", 300, 2, []string{"nest framework typescript starter repository", "a progressive node.js framework for building efficient and scalable server-side applications", "nest is an mit-licensed open source project"}},
	{"Strapi", 260, 2, []string{"strapi comes with a full featured command line interface", "start your strapi application with autoreload enabled", "strapi gives you many possible deployment options"}},
	{"Docusaurus", 90, 2, []string{"this website is built using docusaurus", "this command starts a local development server and opens up a browser window", "this command generates static content into the build directory"}},
	{"SvelteKit", 160, 2, []string{"everything you need to build a svelte project, powered by", "if you're seeing this, you've probably already done this step", "once you've created a project and installed dependencies"}},
	{"make a readme", 120, 2, []string{"foobar is a python library for dealing with word pluralization", "please make sure to update tests as appropriate"}},
	{"GitHub profile of a template", 900, 3, []string{"one paragraph of project description goes here", "what things you need to install the software and how to install them", "a step by step series of examples that tell you how to get a development env running", "explain how to run the automated tests for this system", "add additional notes about how to deploy this on a live system", "explain what these tests test and why", "say what the step will be"}},
}

// tolerance is how many words more than the generator wrote still leave a README
// untouched: a name, a line or two.
const tolerance = 1.2

// TemplateOf names the generator that wrote about as much as the document holds,
// in sentences that the document has.
func TemplateOf(doc *document.Document) (name string, found bool) {
	var texts []string
	for _, section := range doc.Sections {
		texts = append(texts, normalised(section.Heading), normalised(section.Text))
	}
	all := strings.Join(texts, " ")
	for _, t := range templates {
		if float64(doc.Words) <= float64(t.words)*tolerance+15 && t.count(all) >= t.least {
			return t.name, true
		}
	}
	return "", false
}

func (t template) count(text string) int {
	n := 0
	for _, sentence := range t.sentences {
		if strings.Contains(text, sentence) {
			n++
		}
	}
	return n
}

func normalised(text string) string {
	return strings.Join(strings.Fields(strings.ToLower(strings.ReplaceAll(text, "’", "'"))), " ")
}

// WithoutTemplate returns the document without what a generator wrote and nobody
// changed: from the first such line of a section on.
func WithoutTemplate(doc *document.Document) *document.Document {
	kept := make([]document.Section, 0, len(doc.Sections))
	changed := false
	for _, section := range doc.Sections {
		own, generated := ownText(section.Text)
		changed = changed || generated
		if generated && own == "" {
			continue
		}
		section.Text = own
		kept = append(kept, section)
	}
	if !changed {
		return doc
	}
	own := *doc
	own.Sections = kept
	return &own
}

// ownText cuts a text before the first line that a generator wrote.
func ownText(text string) (own string, generated bool) {
	for line := range strings.Lines(text) {
		if isGenerated(normalised(line)) {
			return strings.TrimSpace(own), true
		}
		own += line
	}
	return text, false
}

// distinctive is how long, in bytes, a sentence must be for one of them to give
// a generator away: shorter ones may be anybody's.
const distinctive = 40

func isGenerated(line string) bool {
	if len(line) < distinctive {
		return false
	}
	for _, t := range templates {
		for _, sentence := range t.sentences {
			if len(sentence) >= distinctive && strings.Contains(line, sentence) {
				return true
			}
		}
	}
	return false
}
