package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/script"
)

// command is one simple command of a document.
type command struct {
	// words are the command and its arguments, quotes taken off; assignments and
	// sudo before it are left out.
	words []string
	// text is the whole line as written, masked.
	text string
	line int
	// block numbers the code block it stands in.
	block int
	// writes is the file that its output goes to, "" for none; reads that of its
	// input.
	writes, reads string
}

// executables are what a line must begin with to be taken for a command: much of
// what stands in code blocks is output, configuration or a tree.
var executables = wordSet(`npm npx yarn pnpm bun bunx node nvm fnm volta corepack deno gulp grunt bower ng vue lerna nx
	pip pip3 pipenv poetry pdm uv uvx conda mamba micromamba virtualenv venv pyenv python python2 python3 py pytest tox flask django-admin gunicorn uvicorn jupyter dvc
	make cmake ninja docker docker-compose podman podman-compose kubectl helm minikube terraform ansible ansible-playbook ansible-galaxy vagrant
	composer php artisan symfony bundle gem rails rake rbenv rvm ruby bin/rails bin/rake bin/setup bin/dev bin/update bin/rspec foreman overmind
	go cargo rustup mvn ./mvnw gradle ./gradlew java javac sbt lein clojure clj mix dotnet
	Rscript R git cd cp mv mkdir touch ln rm chmod chown cat echo export source . sh bash zsh curl wget tar unzip gunzip sed tee nano vim vi code
	apt apt-get brew yum dnf apk pacman snap choco winget scoop systemctl service supervisorctl pm2 journalctl tail
	psql createdb createuser dropdb pg_restore pg_dump mysql mysqldump mongo mongod mongorestore mongodump redis-cli redis-server sqlite3
	ssh scp rsync crontab gcloud aws heroku scalingo clever flyctl mkdocs sphinx-build hugo jekyll airflow prefect argo dagster nextflow kedro luigi spark-submit dbt snakemake streamlit shiny npm-run-all just task invoke fab doit direnv asdf mise`)

func wordSet(list string) map[string]bool {
	set := map[string]bool{}
	for word := range strings.FieldsSeq(list) {
		set[word] = true
	}
	return set
}

// shells are the info strings under which commands stand; "" may hold anything.
var shells = wordSet("bash sh shell console shell-session shellsession zsh terminal bat cmd powershell ps1 fish text plaintext plain bash= sh-session prompt highlight commandline ksh {.bash} {bash}")

// pythonBlocks are the info strings of Python.
var pythonBlocks = wordSet("python py python3 ipython pycon {python}")

// prompt is what a terminal prints before a command.
var prompt = regexp.MustCompile(`^(?:\([\w.-]+\)\s*)?(?:[\w.-]+@[\w.-]+[:~/\w.-]*\s*)?[$%>#❯]\s+`)

// rStatements install or start something from R.
var rStatements = regexp.MustCompile(`^(?:(?:devtools|remotes|renv|packrat|pak|shiny|golem|targets|utils|pkgload|BiocManager)::\w+|install\.packages|install_github|runApp|source)\(`)

// commandsOf returns the commands in the sections of a document, in order.
func commandsOf(doc *document.Document) []command {
	return commandsIn(doc.Sections)
}

func commandsIn(sections []document.Section) []command {
	var all []command
	block := 0
	for _, section := range sections {
		for _, code := range section.Code {
			block++
			for _, c := range parseCode(code) {
				c.block = block
				all = append(all, c)
			}
		}
		for _, code := range section.Inline {
			block++
			// One word in a sentence names a tool; two are a command.
			if !strings.Contains(strings.TrimSpace(code.Text), " ") {
				continue
			}
			for _, c := range parseCode(code) {
				c.block = block
				all = append(all, c)
			}
		}
	}
	slices.SortStableFunc(all, func(a, b command) int { return a.line - b.line })
	return all
}

// maxCodeLines is how many lines of one block are looked at.
const maxCodeLines = 500

func parseCode(code document.CodeBlock) []command {
	lang, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(code.Lang)), " ")
	lines := strings.Split(code.Text, "\n")
	if len(lines) > maxCodeLines {
		lines = lines[:maxCodeLines]
	}
	if lang == "r" || lang == "{r}" {
		return parseR(lines, code.Line)
	}
	if pythonBlocks[lang] {
		return parsePython(lines, code.Line)
	}
	if lang != "" && !shells[lang] {
		return nil
	}
	// Where some lines have a prompt, the others are what the computer answers.
	prompted := slices.ContainsFunc(lines, func(l string) bool { return strings.HasPrefix(strings.TrimSpace(l), "$ ") })
	var all []command
	for i := 0; i < len(lines); i++ {
		line, start := strings.TrimSpace(lines[i]), i
		if prompted && !prompt.MatchString(line) {
			continue
		}
		for strings.HasSuffix(line, "\\") && i+1 < len(lines) {
			i++
			line = strings.TrimSuffix(line, "\\") + " " + strings.TrimSpace(lines[i])
		}
		line = stripPrompt(line)
		if line == "" || line[0] == '#' {
			continue
		}
		all = append(all, parseLine(line, code.Line+start)...)
		if end := heredoc(line); end != "" {
			for i+1 < len(lines) && strings.TrimSpace(lines[i+1]) != end {
				i++
			}
			i++
		}
	}
	if len(all) == 0 && lang == "" {
		return parseR(lines, code.Line)
	}
	return all
}

// stripPrompt takes the prompt off, but leaves a comment a comment.
func stripPrompt(line string) string {
	if strings.HasPrefix(line, "# ") || strings.HasPrefix(line, "#") {
		rest := strings.TrimSpace(strings.TrimLeft(line, "#"))
		first, _, _ := strings.Cut(rest, " ")
		// A root prompt is followed by an administrator's command, not a sentence.
		if first == "apt" || first == "apt-get" || first == "systemctl" {
			return rest
		}
		return line
	}
	return prompt.ReplaceAllString(line, "")
}

func parseR(lines []string, line int) []command {
	var all []command
	for i, text := range lines {
		text = strings.TrimPrefix(strings.TrimSpace(text), "> ")
		if rStatements.MatchString(text) {
			name, _, _ := strings.Cut(text, "(")
			all = append(all, command{words: []string{name}, text: mask(text), line: line + i})
		}
	}
	return all
}

// parsePython reads the installation that many write above the first lines of
// Python, in the same block or in a cell of a notebook.
func parsePython(lines []string, line int) []command {
	var all []command
	for i, text := range lines {
		text = strings.TrimLeft(strings.TrimSpace(text), "!%")
		if name, _, _ := strings.Cut(text, " "); name == "pip" || name == "pip3" || name == "conda" || name == "mamba" {
			all = append(all, parseLine(text, line+i)...)
		}
	}
	return all
}

var heredocMark = regexp.MustCompile(`<<-?\s*['"]?(\w+)['"]?`)

func heredoc(line string) string {
	if m := heredocMark.FindStringSubmatch(line); m != nil {
		return m[1]
	}
	return ""
}

// parseLine splits a line at && ; || and |, and keeps what begins with an
// executable.
func parseLine(line string, number int) []command {
	var all []command
	for _, typed := range script.Typed(line) {
		c := command{text: mask(typed.Text), line: number}
		words := typed.Words
		for len(words) > 0 && (script.Assigns(words[0]) || wrappers[words[0]]) {
			words = words[1:]
		}
		c.words = c.redirect(words)
		if len(c.words) == 0 || !executable(c.words[0]) {
			// What follows on the same line is then prose or output too.
			return all
		}
		all = append(all, c)
	}
	return all
}

var wrappers = wordSet("sudo env time exec nohup command winpty")

func executable(word string) bool {
	if executables[word] {
		return true
	}
	return strings.HasPrefix(word, "./") && len(word) > 2 && !strings.Contains(word[2:], "./")
}

// redirect takes redirections out of the words and notes them.
func (c *command) redirect(words []string) []string {
	var kept []string
	for i := 0; i < len(words); i++ {
		word := words[i]
		at := strings.IndexAny(word, "<>")
		if at < 0 || at > 2 || strings.Contains(word, ">&") || strings.HasSuffix(word, ">") && at == 0 && len(word) > 2 || isPlaceholder(word) {
			kept = append(kept, word)
			continue
		}
		target := strings.TrimLeft(word[at:], "<>")
		if target == "" && i+1 < len(words) {
			i++
			target = words[i]
		}
		if word[at] == '>' {
			c.writes = target
		} else if !strings.HasPrefix(word[at:], "<<") {
			c.reads = target
		}
	}
	return kept
}

func isPlaceholder(word string) bool {
	return strings.Contains(word, "<") && strings.Contains(word, ">")
}

var (
	urlPassword  = regexp.MustCompile(`://[^/\s:@]*:[^/\s@]+@`)
	secretValue  = regexp.MustCompile(`(?i)((?:password|passwd|pwd|secret|token|api_?key|access_?key)[\w-]*[=:]\s*)[^\s"']+`)
	flagPassword = regexp.MustCompile(`(\s-p|--password[= ])[^\s]{3,}`)
)

// maxCommand is how long, in bytes, a command is shown.
const maxCommand = 200

// mask hides e-mail addresses and what looks like a secret, and shortens.
func mask(text string) string {
	text = urlPassword.ReplaceAllString(text, "://…@")
	if !strings.Contains(text, "git@") {
		text = audit.MaskEmails(text)
	}
	text = secretValue.ReplaceAllString(text, "$1…")
	if strings.HasPrefix(text, "mysql") || strings.HasPrefix(text, "mongo") {
		text = flagPassword.ReplaceAllString(text, "$1…")
	}
	if len(text) > maxCommand {
		text = strings.ToValidUTF8(text[:maxCommand], "") + "…"
	}
	return text
}

// installers are the words after which something is installed or started.
var installers = wordSet(`npm npx yarn pnpm bun pip pip3 pipenv poetry pdm uv conda mamba virtualenv python python3 make docker docker-compose podman
	composer bundle gem rails bin/rails bin/setup bin/dev rake go cargo mvn ./mvnw gradle ./gradlew lein mix dotnet sbt Rscript flask vagrant jupyter streamlit
	foreman overmind php symfony node invoke just task bower cmake java airflow dbt snakemake`)

// publishers are the targets and scripts that hand something out, or look at it, and
// put nothing in place.
var publishers = wordSet("release publish tag deploy push upload bump changelog lint format fmt check clean doc docs")

// publishes reports whether all that a command asks of a runner of targets is to
// publish or to look: "make release VERSION=1.2".
func (c command) publishes() bool {
	if !targetRunners[c.words[0]] {
		return false
	}
	asked := slices.DeleteFunc(slices.Clone(c.words[1:]), func(w string) bool {
		return w == "run" || strings.HasPrefix(w, "-") || strings.Contains(w, "=")
	})
	return len(asked) > 0 && !slices.ContainsFunc(asked, func(w string) bool { return !publishers[w] })
}

var targetRunners = wordSet("make just task npm yarn pnpm invoke rake")

// installs reports whether the command installs or starts something.
func (c command) installs() bool {
	name := c.words[0]
	if c.publishes() {
		return false
	}
	if name == "git" {
		return len(c.words) > 1 && c.words[1] == "clone"
	}
	return installers[name] || strings.HasPrefix(name, "./") || strings.Contains(name, "::") || strings.HasPrefix(name, "install") ||
		name == "runApp" || strings.HasSuffix(name, "apt-get") || name == "brew" || path.Ext(name) == ".sh"
}

var testWords = wordSet("test tests rspec pytest cucumber phpunit jest lint rubocop spec")

// onlyTests reports whether the command runs tests: they need an installation, and
// are none.
func (c command) onlyTests() bool {
	return slices.ContainsFunc(c.words, func(word string) bool { return testWords[path.Base(word)] })
}

// generated reports whether the document that comes first is what a generator
// wrote about a part of the repository: it says nothing of the whole.
func generated(doc *document.Document) bool {
	_, untouched := untouchedTemplate(doc)
	return untouched && strings.Contains(doc.Path, "/")
}
