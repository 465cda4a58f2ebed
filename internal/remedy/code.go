package remedy

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// dockerignore keeps the history and the secrets of whoever builds out of images.
func dockerignore(s *site, j audit.Judged) (Patch, string) {
	if j.Verdict.Reason.Key == "open" {
		return s.closeIgnores(j)
	}
	var p Patch
	for _, d := range container.Dockerfiles(s.Snapshot) {
		if !slices.ContainsFunc(j.Verdict.Places, func(at audit.Place) bool { return at.Path == d.Path }) {
			continue
		}
		for _, context := range container.Contexts(s.Snapshot, d) {
			if _, found := container.IgnoreFile(s.Snapshot, d, context); found {
				continue
			}
			name := path.Join(context, ".dockerignore")
			if slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Path == name }) {
				continue
			}
			one, why := s.create(name, s.ignored(context))
			if why != "" {
				return Patch{}, why
			}
			p.Changes = append(p.Changes, one.Changes...)
		}
	}
	if len(p.Changes) == 0 {
		return Patch{}, "person"
	}
	return p, ""
}

// ignored lists what no image needs. A .env that is committed holds no secret, and
// may be what the program starts with.
func (s *site) ignored(context string) string {
	lines := ""
	if context == "" {
		lines += ".git\n"
	}
	if _, committed := s.File(path.Join(context, ".env")); !committed {
		lines += ".env\n"
	}
	return lines
}

// closeIgnores adds to lists that are there what they let through.
func (s *site) closeIgnores(j audit.Judged) (Patch, string) {
	names, _ := j.Verdict.Reason.Args["names"].([]string)
	var p Patch
	for _, at := range j.Verdict.Places {
		before, why := s.content(at.Path)
		if why != "" || len(names) == 0 {
			return Patch{}, "person"
		}
		p.Changes = append(p.Changes, Change{at.Path, before, appended(before, strings.Join(names, "\n")+"\n")})
	}
	return p, ""
}

// user lets images run without privileges that already hold an ordinary account
// under a known name. Any other needs one to be made, and its files to be given to
// it, which only a build can try.
func user(s *site, j audit.Judged) (Patch, string) {
	if j.Verdict.Reason.Key != "root" {
		return Patch{}, "user"
	}
	var p Patch
	for _, d := range container.Dockerfiles(s.Snapshot) {
		if !slices.ContainsFunc(j.Verdict.Places, func(at audit.Place) bool { return at.Path == d.Path }) {
			continue
		}
		name, ok := accountOf(d)
		before, why := s.content(d.Path)
		if !ok || why != "" {
			return Patch{}, "user"
		}
		after, ok := withUser(string(before), d.Shipped().Line, name)
		if !ok {
			return Patch{}, "user"
		}
		p.Changes = append(p.Changes, Change{d.Path, before, []byte(after)})
	}
	if len(p.Changes) == 0 {
		return Patch{}, "user"
	}
	p.Note = "user"
	return p, ""
}

// accountOf is the ordinary account that the image is made with. A program that
// listens below 1024 may have to start as root.
func accountOf(d *container.Dockerfile) (string, bool) {
	stage := d.Shipped()
	if stage == nil || stage != &d.Stages[len(d.Stages)-1] || stage.User != "" || len(stage.Starts) == 0 {
		return "", false
	}
	for _, port := range stage.Ports {
		if port = strings.TrimSuffix(port, "/tcp"); len(port) < 4 || len(port) == 4 && port < "1025" {
			return "", false
		}
	}
	image := container.ParseImage(d.Base(stage).Image)
	if image.Registry == "docker.io" && strings.TrimPrefix(image.Name, "library/") == "node" {
		return "node", true
	}
	return "", false
}

// withUser puts USER before the first line, after the stage's FROM, that says what
// is started: everything is installed by then.
func withUser(dockerfile string, from int, name string) (string, bool) {
	lines := strings.SplitAfter(dockerfile, "\n")
	for i := from; i < len(lines); i++ {
		word, _, _ := strings.Cut(strings.ToUpper(strings.TrimSpace(lines[i])), " ")
		if word != "CMD" && word != "ENTRYPOINT" {
			continue
		}
		for _, rest := range lines[i:] {
			if after := strings.ToUpper(strings.TrimSpace(rest)); strings.HasPrefix(after, "RUN ") || strings.HasPrefix(after, "COPY ") || strings.HasPrefix(after, "ADD ") {
				return "", false
			}
		}
		end := "\n"
		if strings.HasSuffix(lines[i], "\r\n") {
			end = "\r\n"
		}
		return strings.Join(lines[:i], "") + "USER " + name + end + strings.Join(lines[i:], ""), true
	}
	return "", false
}

// settings lists the variables that the code reads. What each is for is a person's
// to write, and the check goes on asking for it.
func settings(s *site, j audit.Judged) (Patch, string) {
	variables, _ := j.Verdict.Facts["variables"].([]string)
	example, _ := j.Verdict.Facts["example_file"].(string)
	switch {
	case j.Verdict.Reason.Key != "undescribed" || len(variables) == 0:
		return Patch{}, "settings"
	case example != "":
		return Patch{}, "settings-there"
	}
	var list strings.Builder
	list.WriteString(s.text("settings"))
	for _, name := range slices.Sorted(slices.Values(variables)) {
		list.WriteString(name + "=\n")
	}
	p, why := s.create(".env.example", list.String())
	p.Prompts, p.Note = true, "settings"
	return p, why
}

// dependabotNames are what Dependabot calls ecosystems.
var dependabotNames = map[manifest.Ecosystem]string{
	manifest.NPM: "npm", manifest.PyPI: "pip", manifest.Composer: "composer", manifest.RubyGems: "bundler",
	manifest.Go: "gomod", manifest.NuGet: "nuget", manifest.Hex: "mix", manifest.Cargo: "cargo",
}

// dependabot has GitHub propose updates; elsewhere a robot has to be run by
// somebody, and a file alone watches nothing.
func dependabot(s *site, j audit.Judged) (Patch, string) {
	// A robot that stopped because nothing is set up any more can be set up again.
	if key := j.Verdict.Reason.Key; key != "none" && (key != "stopped" || j.Verdict.Answer != audit.AnswerNotMet) {
		return Patch{}, "watched"
	}
	if s.host() != "github.com" {
		return Patch{}, "robot"
	}
	var where []string
	for _, m := range manifest.Of(s.Snapshot).Manifests {
		name := dependabotNames[m.Ecosystem]
		if m.Ecosystem == manifest.Maven {
			if name = "maven"; strings.Contains(m.Path, "gradle") {
				name = "gradle"
			}
		}
		entry := "  - package-ecosystem: " + name + "\n    directory: \"/" + m.Root() + "\"\n    schedule: {interval: weekly}\n"
		if name != "" && m.Err == nil && !m.Sample() && !strings.ContainsAny(m.Root(), "\"\\\n") && !slices.Contains(where, entry) {
			where = append(where, entry)
		}
	}
	if len(where) == 0 {
		return Patch{}, "ecosystem"
	}
	p, why := s.create(".github/dependabot.yml", "version: 2\nupdates:\n"+strings.Join(where, ""))
	p.Note = "dependabot"
	return p, why
}
