package delivery

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

// described is what a repository says about the settings that it wants.
type described struct {
	// examples are files to copy and fill in, those nearest to the top first.
	examples []audit.File
	// lists is what the examples, and the files that start the services, hold;
	// prose what documents say.
	lists, prose string
	// explained is true when an example has comments, or a document names one.
	explained bool
}

// maxGuideBytes and maxGuides are how much of the documentation is searched for
// names.
const (
	maxGuides     = 60
	maxGuideBytes = 256 << 10
)

func readDescribed(s *audit.Snapshot) *described {
	d := &described{}
	for _, f := range s.OwnFiles() {
		if f.Mode != audit.Submodule && exampleOfSettings(f) {
			d.examples = append(d.examples, f)
		}
	}
	d.examples = append(d.examples, linkedExamples(s)...)
	if len(d.examples) == 0 {
		d.examples = developmentSettings(s)
	}
	slices.SortStableFunc(d.examples, func(a, b audit.File) int {
		return strings.Count(a.Path, "/") - strings.Count(b.Path, "/")
	})
	var lists, prose strings.Builder
	for _, f := range d.examples {
		text, _ := s.ReadText(f)
		lists.WriteString(text + "\n")
		d.explained = d.explained || commented(text)
	}
	for _, file := range startingFiles(s) {
		if f, found := s.File(file); found {
			text, _ := s.ReadText(f)
			lists.WriteString(text + "\n")
		}
	}
	guides := guide.Files(s)
	for _, f := range guides[:min(len(guides), maxGuides)] {
		if f.SizeBytes <= maxGuideBytes {
			text, _ := s.ReadText(f)
			prose.WriteString(text + "\n")
		}
	}
	d.lists, d.prose = lists.String(), prose.String()
	for _, f := range d.examples {
		d.explained = d.explained || strings.Contains(d.prose, f.Name())
	}
	return d
}

// developmentSettings returns the settings for a developer's machine that Vite and
// Next have people commit: where there is no example, they list the variables.
func developmentSettings(s *audit.Snapshot) []audit.File {
	var files []audit.File
	for _, f := range s.OwnFiles() {
		if f.Mode != audit.Submodule && (f.Name() == ".env.development" || f.Name() == ".env.dev") {
			files = append(files, f)
		}
	}
	return files
}

// writtenFormats are those that nothing but settings is written in, for the most
// part.
var writtenFormats = []string{".toml", ".ini", ".conf", ".cfg", ".properties", ".env"}

// linkedExamples returns the settings that the README shows as an example, in its
// section on configuration, by a link to a file or a folder of the tree.
func linkedExamples(s *audit.Snapshot) []audit.File {
	readme := document.Readme(s)
	if readme == nil {
		return nil
	}
	for _, section := range readme.Sections {
		if !configuring.MatchString(guide.Plain(section.Heading)) {
			continue
		}
		for _, link := range section.Links {
			target := strings.Trim(strings.TrimPrefix(link.URL, "./"), "/")
			if link.Image || !exemplary.MatchString(guide.Plain(link.Text)) || target == "" {
				continue
			}
			if files := settingsAt(s, target); len(files) > 0 {
				return files
			}
		}
	}
	return nil
}

var (
	configuring = regexp.MustCompile(`\b(?:configuration|configurer|configure|configuring|parametrage|settings|reglages)\b`)
	exemplary   = regexp.MustCompile(`\b(?:exemples?|examples?|samples?|modeles?)\b`)
)

// settingsAt returns the files of settings at a path, or in the folder itself.
func settingsAt(s *audit.Snapshot, target string) []audit.File {
	var files []audit.File
	for _, f := range s.Files() {
		if (f.Path == target || f.Dir() == target) && slices.Contains(writtenFormats, path.Ext(f.Name())) {
			files = append(files, f)
		}
	}
	// One that is named after settings is the one to copy.
	slices.SortStableFunc(files, func(a, b audit.File) int { return namedSettings(a) - namedSettings(b) })
	return files
}

func namedSettings(f audit.File) int {
	name := strings.ToLower(f.Name())
	if slices.ContainsFunc(settingWords, func(word string) bool { return strings.Contains(name, word) }) {
		return 0
	}
	return 1
}

// startingFiles are those that give the program its variables.
func startingFiles(s *audit.Snapshot) []string {
	var files []string
	for _, c := range container.ComposeFiles(s) {
		files = append(files, c.Path)
		files = append(files, c.EnvFiles...)
	}
	for _, k := range container.KubernetesFiles(s) {
		files = append(files, k.Path)
		if k.Chart != "" {
			files = append(files, path.Join(path.Dir(k.Path), "values.yaml"))
		}
	}
	for _, p := range container.PlatformFiles(s) {
		files = append(files, p.Path)
	}
	for _, f := range s.OwnFiles() {
		// Spring starts with every setting there, empty where the environment must give it.
		if name := f.Name(); strings.HasSuffix(f.Dir(), "src/main/resources") && strings.HasPrefix(name, "application") && path.Ext(name) == ".properties" {
			files = append(files, f.Path)
		}
	}
	slices.Sort(files)
	return slices.Compact(files)
}

// Words of the names of examples. Defaults are only examples of what a person
// would give: .env.defaults, but not default.conf.
var (
	exampleWords = []string{"example", "exemple", "sample", "dist", "template", "tpl", "model", "modele", "optional"}
	envWords     = []string{"env", "dotenv", "envrc", "environ", "environment", "renviron"}
	settingWords = []string{
		"rprofile", "config", "configuration", "conf", "settings", "parameters", "parametres", "secrets", "vars", "database", "properties", "credentials", "ini",
	}
	// settingFormats are those that settings are written in; what is written in
	// another language and called an example shows how to program.
	settingFormats = []string{
		"", ".env", ".yml", ".yaml", ".toml", ".json", ".ini", ".cfg", ".conf", ".properties", ".py", ".php", ".rb", ".exs", ".r", ".xml", ".sh",
		".example", ".exemple", ".sample", ".dist", ".template", ".tpl", ".default", ".defaults", ".optional", ".env-sample",
	}
)

// exampleOfSettings knows .env.example, config.sample.yml, settings_example.py,
// parameters.yml.dist and their like; a .env that is committed, as Symfony and
// Vite want it, lists the variables too.
func exampleOfSettings(f audit.File) bool {
	if aside(f.Dir()) {
		return false
	}
	name := strings.ToLower(f.Name())
	words := strings.FieldsFunc(name, func(r rune) bool { return r == '.' || r == '-' || r == '_' })
	has := func(list ...string) bool {
		return slices.ContainsFunc(words, func(w string) bool { return slices.Contains(list, w) })
	}
	switch {
	case name == ".env":
		return true
	case has("test", "tests", "docs", "ci", "nginx", "apache", "vhost", "proxy", "supervisor", "postgres", "postgresql", "redis", "php") || !slices.Contains(settingFormats, path.Ext(name)) && !has(envWords...):
		return false
	}
	return has(envWords...) && has(append([]string{"default", "defaults"}, exampleWords...)...) || has(settingWords...) && has(exampleWords...)
}

// commented reports whether a person wrote remarks between the settings.
func commented(text string) bool {
	remarks := 0
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "#") && strings.Contains(strings.TrimLeft(line, "# "), " ") {
			remarks++
		}
	}
	return remarks >= 2
}

// undescribed returns the variables that no list and no document names.
func (d *described) undescribed(all []variable) []variable {
	var missing []variable
	for _, v := range all {
		if !names(d.lists, v.Name) && !names(d.prose, v.Name) {
			missing = append(missing, v)
		}
	}
	return missing
}

// proseNames reports whether a document names one of the variables.
func (d *described) proseNames(all []variable) bool {
	return slices.ContainsFunc(all, func(v variable) bool { return names(d.prose, v.Name) })
}

// names finds a name that is not part of a longer one.
func names(text, name string) bool {
	for {
		before, after, found := strings.Cut(text, name)
		if !found {
			return false
		}
		if !nameEnd(before, len(before)-1) && !nameEnd(after, 0) {
			return true
		}
		text = after
	}
}

func nameEnd(s string, i int) bool {
	return i >= 0 && i < len(s) && (s[i] == '_' || s[i] >= '0' && s[i] <= '9' || s[i] >= 'a' && s[i] <= 'z' || s[i] >= 'A' && s[i] <= 'Z')
}
