package containers

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
)

// environment is what a repository says about the variables that it wants.
type environment struct {
	snapshot *audit.Snapshot
	// example is true when some file lists them with values to imitate.
	example bool
	// guides are the files where a person would explain one.
	guides []audit.File
	// prose is what the guides say, once somebody asked.
	prose []string
}

func readEnvironment(s *audit.Snapshot) *environment {
	e := &environment{snapshot: s}
	for _, f := range s.OwnFiles() {
		e.example = e.example || isExample(f.Name())
		if isGuide(f) {
			e.guides = append(e.guides, f)
		}
	}
	return e
}

// isExample knows .env.example, env.sample, example.env and their like. A .env
// that is committed holds the values themselves.
func isExample(name string) bool {
	words := strings.FieldsFunc(strings.ToLower(name), func(r rune) bool { return r == '.' || r == '-' || r == '_' })
	env, example := false, name == ".env"
	for _, word := range words {
		switch word {
		case "env", "dotenv", "envrc", "environment":
			env = true
		case "example", "exemple", "sample", "dist", "template", "tpl", "default", "defaults", "model", "modele":
			example = true
		}
	}
	return env && example
}

// guideStems are how files begin that say how a program is set up.
var guideStems = []string{"readme", "install", "deploy", "config", "environment", "env", "docker", "exploitation", "operations"}

func isGuide(f audit.File) bool {
	name := strings.ToLower(f.Name())
	switch path.Ext(name) {
	case ".md", ".rst", ".adoc", ".txt", ".org", "":
		return slices.ContainsFunc(guideStems, func(stem string) bool { return strings.HasPrefix(name, stem) })
	}
	return false
}

// maxGuides is how many guides are read, those nearest to the top first.
const maxGuides = 20

// explains reports whether some guide names the variable.
func (e *environment) explains(variable string) bool {
	if e.prose == nil {
		slices.SortStableFunc(e.guides, func(a, b audit.File) int { return strings.Count(a.Path, "/") - strings.Count(b.Path, "/") })
		e.prose = []string{}
		for _, f := range e.guides[:min(len(e.guides), maxGuides)] {
			text, _ := e.snapshot.ReadText(f)
			e.prose = append(e.prose, text)
		}
	}
	return slices.ContainsFunc(e.prose, func(text string) bool { return containsWord(text, variable) })
}

// containsWord finds a name that is not part of a longer one.
func containsWord(text, word string) bool {
	for {
		before, after, found := strings.Cut(text, word)
		if !found {
			return false
		}
		if !endsInName(before) && !startsWithName(after) {
			return true
		}
		text = after
	}
}

func endsInName(s string) bool { return s != "" && isNameByte(s[len(s)-1]) }

func startsWithName(s string) bool { return s != "" && isNameByte(s[0]) }

func isNameByte(c byte) bool {
	return c == '_' || isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// missing lists what a compose file takes from outside and nobody explains: its
// variables without a default, and its files of variables that are not there.
func (e *environment) missing(c *container.ComposeFile) []missingVariable {
	if e.example {
		return nil
	}
	var all []missingVariable
	for _, v := range c.Variables {
		if !v.Default && !givenByShell[v.Name] && !e.explains(v.Name) {
			all = append(all, missingVariable{name: v.Name, place: audit.Place{Path: c.Path, Line: v.Line}})
		}
	}
	for _, file := range c.EnvFiles {
		if _, found := e.snapshot.File(file); !found {
			all = append(all, missingVariable{name: file, place: audit.Place{Path: c.Path}})
		}
	}
	return all
}

// givenByShell are variables that any shell has, or gets from its network.
var givenByShell = map[string]bool{
	"http_proxy": true, "https_proxy": true, "no_proxy": true, "HTTP_PROXY": true, "HTTPS_PROXY": true, "NO_PROXY": true,
	"PWD": true, "HOME": true, "USER": true, "UID": true, "GID": true, "HOSTNAME": true, "PATH": true, "SHELL": true, "COMPOSE_PROJECT_NAME": true,
}
