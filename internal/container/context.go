package container

import (
	"bytes"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Contexts returns the folders that a Dockerfile is built from, sorted, "" for the
// top: those that compose files give, else its own, or the top where what it
// copies lies there and not beside it.
func Contexts(s *audit.Snapshot, d *Dockerfile) []string {
	var contexts []string
	for _, c := range ComposeFiles(s) {
		for _, service := range c.Services {
			if service.Dockerfile == d.Path && !strings.Contains(service.Build, "://") {
				contexts = append(contexts, strings.TrimPrefix(path.Clean("/"+service.Build), "/"))
			}
		}
	}
	if len(contexts) == 0 {
		contexts = []string{guessContext(s, d)}
	}
	slices.Sort(contexts)
	return slices.Compact(contexts)
}

func guessContext(s *audit.Snapshot, d *Dockerfile) string {
	dir := path.Dir(d.Path)
	if dir == "." {
		return ""
	}
	for _, source := range copies(s, d).sources {
		source = strings.TrimPrefix(path.Clean(source), "/")
		if source == "." || strings.ContainsAny(source, "*?[$") {
			continue
		}
		if exists(s, path.Join(dir, source)) {
			return dir
		}
		if exists(s, source) {
			return ""
		}
	}
	// A folder with nothing but the files of Docker holds no program to copy.
	for _, f := range s.Files() {
		name := strings.ToLower(f.Name())
		if f.Dir() == dir && !strings.Contains(name, "docker") && !strings.Contains(name, "compose") && !strings.HasSuffix(name, ".md") {
			return dir
		}
	}
	return ""
}

func exists(s *audit.Snapshot, name string) bool {
	_, found := s.File(name)
	return found || s.HasDir(name)
}

// WholeContext returns the line on which the shipped image takes in all of the
// folder that it is built from, 0 when it only takes what it names. A folder that
// goes through an earlier stage counts when the whole of that stage's work is
// taken.
func WholeContext(s *audit.Snapshot, d *Dockerfile) int {
	shipped := d.Shipped()
	if shipped == nil {
		return 0
	}
	c := copies(s, d)
	for i := range d.Stages {
		if &d.Stages[i] == shipped && i < len(c.whole) {
			return c.whole[i]
		}
	}
	return 0
}

// copied is what a Dockerfile takes from the folder that is built.
type copied struct {
	// sources are paths as written.
	sources []string
	// whole is, for each stage, the line that takes in everything, 0 for none;
	// workdir where the stage then stands.
	whole   []int
	workdir []string
}

type copiedKey string

func copies(s *audit.Snapshot, d *Dockerfile) *copied {
	return audit.Once(s, copiedKey(d.Path), func(s *audit.Snapshot) *copied {
		c := &copied{}
		f, found := s.File(d.Path)
		if !found || d.Err != nil {
			return c
		}
		content, err := s.Read(f)
		if err != nil {
			return c
		}
		result, err := parser.Parse(bytes.NewReader(content))
		if err != nil {
			return c
		}
		for _, node := range result.AST.Children {
			if command, err := instructions.ParseInstruction(node); err == nil {
				c.read(d, command, node.StartLine)
			}
		}
		return c
	})
}

func (c *copied) read(d *Dockerfile, command any, line int) {
	last := len(c.whole) - 1
	switch i := command.(type) {
	case *instructions.Stage:
		whole, workdir := 0, "/"
		if n := last + 1; n < len(d.Stages) && d.Stages[n].Stage >= 0 && d.Stages[n].Stage < n {
			whole, workdir = c.whole[d.Stages[n].Stage], c.workdir[d.Stages[n].Stage]
		}
		c.whole, c.workdir = append(c.whole, whole), append(c.workdir, workdir)
	case *instructions.WorkdirCommand:
		if last >= 0 && path.IsAbs(i.Path) {
			c.workdir[last] = path.Clean(i.Path)
		} else if last >= 0 {
			c.workdir[last] = path.Join(c.workdir[last], i.Path)
		}
	case *instructions.AddCommand:
		c.take(d, "", i.SourcePaths, last, line)
	case *instructions.CopyCommand:
		c.take(d, i.From, i.SourcePaths, last, line)
	}
}

// take follows one COPY: from the folder, or from what an earlier stage made of
// it.
func (c *copied) take(d *Dockerfile, from string, sources []string, stage, line int) {
	if stage < 0 {
		return
	}
	top := []string{".", "*", "/"}
	earlier := -1
	if from != "" {
		earlier = slices.IndexFunc(d.Stages, func(s Stage) bool { return s.Name != "" && strings.EqualFold(s.Name, from) })
		if n, err := strconv.Atoi(from); err == nil {
			earlier = n
		}
		if earlier < 0 || earlier >= stage || c.whole[earlier] == 0 {
			return
		}
		top = []string{c.workdir[earlier], "."}
	}
	for _, source := range sources {
		if from == "" && !strings.Contains(source, "://") {
			c.sources = append(c.sources, source)
		}
		if c.whole[stage] == 0 && slices.Contains(top, path.Clean(source)) {
			c.whole[stage] = line
		}
	}
}
