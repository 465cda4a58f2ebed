package container

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

func readComposeFiles(s *audit.Snapshot) []*ComposeFile {
	var all []*ComposeFile
	for _, f := range s.OwnFiles() {
		if !composeName(f.Name()) || f.Mode == audit.Submodule || f.Mode == audit.Symlink {
			continue
		}
		c := &ComposeFile{Path: f.Path, Development: development(f)}
		content, err := s.Read(f)
		if err == nil {
			err = parseCompose(content, c)
		}
		if err != nil {
			c.Services, c.Variables, c.EnvFiles = nil, nil, nil
			c.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		}
		all = append(all, c)
	}
	return all
}

// parseCompose fills in the services of a compose file of any version.
func parseCompose(content []byte, c *ComposeFile) error {
	documents, err := parseYAML(content)
	if err != nil {
		return err
	}
	if len(documents) == 0 {
		return fmt.Errorf("%w: empty", ErrSyntax)
	}
	top := documents[0]
	services := yamlfile.Field(top, "services")
	if services == nil && yamlfile.Field(top, "version") == nil {
		services = firstVersion(top)
	}
	if services == nil {
		return nil
	}
	for name, node := range yamlfile.Fields(services) {
		if name.Kind != yaml.ScalarNode {
			return syntaxOrTemplate(content, fmt.Errorf("line %d: a service without a name", name.Line))
		}
		c.Services = append(c.Services, readService(name, node, path.Dir(c.Path)))
		for _, file := range envFiles(node, path.Dir(c.Path)) {
			if !slices.Contains(c.EnvFiles, file) {
				c.EnvFiles = append(c.EnvFiles, file)
			}
		}
		c.passThrough(node)
	}
	c.interpolations(services, 0)
	slices.SortStableFunc(c.Variables, func(a, b Variable) int { return a.Line - b.Line })
	return nil
}

// firstVersion returns the top itself where it is a compose file of version 1,
// which names its services without a key above them.
func firstVersion(top *yaml.Node) *yaml.Node {
	for _, node := range yamlfile.Fields(top) {
		if yamlfile.Field(node, "image") != nil || yamlfile.Field(node, "build") != nil {
			return top
		}
	}
	return nil
}

func readService(name *yaml.Node, node *yaml.Node, dir string) Service {
	s := Service{Name: name.Value, Line: name.Line, Image: yamlfile.Text(yamlfile.Field(node, "image"))}
	if build := yamlfile.Field(node, "build"); build != nil {
		s.Build, s.Dockerfile = buildPaths(build, yamlfile.Text(yamlfile.Field(node, "dockerfile")), dir)
		s.Target, s.Args = yamlfile.Text(yamlfile.Field(build, "target")), buildArgs(build)
	}
	for _, port := range yamlfile.Sequence(yamlfile.Field(node, "ports")) {
		s.Ports = append(s.Ports, composePort(port))
	}
	s.Command = yamlfile.Field(node, "command") != nil || yamlfile.Field(node, "entrypoint") != nil || givesMode(yamlfile.Field(node, "environment"))
	if probe := yamlfile.Field(node, "healthcheck"); probe != nil && !disabled(probe) {
		s.Healthcheck = probe.Line
	}
	return s
}

// givesMode reports an environment that chooses how a framework runs.
func givesMode(environment *yaml.Node) bool {
	if environment == nil {
		return false
	}
	return slices.ContainsFunc(environment.Content, func(entry *yaml.Node) bool {
		name, _, _ := strings.Cut(entry.Value, "=")
		return slices.Contains(modeVariables, name)
	})
}

// buildPaths returns the folder and the Dockerfile of a build, both from the top
// of the repository; the Dockerfile is "" when it lies elsewhere.
func buildPaths(build *yaml.Node, dockerfile, dir string) (folder, file string) {
	context := yamlfile.Text(build)
	if build.Kind == yaml.MappingNode {
		context, dockerfile = yamlfile.Text(yamlfile.Field(build, "context")), yamlfile.Text(yamlfile.Field(build, "dockerfile"))
	}
	if context == "" {
		context = "."
	}
	if strings.Contains(context, "://") || strings.HasPrefix(context, "git@") || path.IsAbs(context) {
		return context, ""
	}
	folder = path.Join(dir, context)
	if dockerfile == "" {
		dockerfile = "Dockerfile"
	}
	file = path.Join(folder, dockerfile)
	if outside(file) || path.IsAbs(dockerfile) || yamlfile.Field(build, "dockerfile_inline") != nil {
		return folder, ""
	}
	return folder, file
}

// buildArgs returns those whose value the file knows: a literal, or the default
// of a variable.
func buildArgs(build *yaml.Node) map[string]string {
	known := map[string]string{}
	lex := newExpander('\\')
	add := func(name, value string) {
		if value, resolved := lex.expand(value); resolved && value != "" {
			known[name] = value
		}
	}
	list := yamlfile.Field(build, "args")
	for _, item := range yamlfile.Sequence(list) {
		name, value, _ := strings.Cut(yamlfile.Text(item), "=")
		add(name, value)
	}
	for name, value := range yamlfile.Fields(list) {
		add(name.Value, yamlfile.Text(value))
	}
	if len(known) == 0 {
		return nil
	}
	return known
}

// givenArgs returns what compose files give to the ARGs of a Dockerfile. Files
// for production speak first.
func givenArgs(s *audit.Snapshot, dockerfile string) variables {
	given := variables{}
	for _, development := range []bool{false, true} {
		for _, c := range ComposeFiles(s) {
			if c.Development != development {
				continue
			}
			for _, service := range c.Services {
				if service.Dockerfile == dockerfile {
					given.fill(service.Args)
				}
			}
		}
	}
	return given
}

// outside reports a path that leaves the repository.
func outside(p string) bool { return p == ".." || strings.HasPrefix(p, "../") }

func composePort(port *yaml.Node) string {
	if port.Kind != yaml.MappingNode {
		return yamlfile.Text(port)
	}
	target := yamlfile.Text(yamlfile.Field(port, "target"))
	if published := yamlfile.Text(yamlfile.Field(port, "published")); published != "" {
		return published + ":" + target
	}
	return target
}

func disabled(probe *yaml.Node) bool {
	if yamlfile.Text(yamlfile.Field(probe, "disable")) == "true" {
		return true
	}
	test := yamlfile.Field(probe, "test")
	if test != nil && test.Kind == yaml.SequenceNode && len(test.Content) > 0 {
		return yamlfile.Text(test.Content[0]) == "NONE"
	}
	return yamlfile.Text(test) == "NONE"
}

// envFiles returns the files of env_file: a name, a list of names, or a list of
// {path: name, required: false}. One that is not required is left out.
func envFiles(service *yaml.Node, dir string) []string {
	node := yamlfile.Field(service, "env_file")
	list := yamlfile.Sequence(node)
	if node != nil && node.Kind == yaml.ScalarNode {
		list = []*yaml.Node{node}
	}
	var files []string
	for _, one := range list {
		name := yamlfile.Text(one)
		if one.Kind == yaml.MappingNode && yamlfile.Text(yamlfile.Field(one, "required")) != "false" {
			name = yamlfile.Text(yamlfile.Field(one, "path"))
		}
		file := path.Join(dir, name)
		if name != "" && !path.IsAbs(name) && !outside(file) {
			files = append(files, file)
		}
	}
	return files
}

// passThrough notes the variables that a service hands on without a value:
// "- TOKEN" in a list, "TOKEN:" in a mapping.
func (c *ComposeFile) passThrough(service *yaml.Node) {
	environment := yamlfile.Field(service, "environment")
	for _, entry := range yamlfile.Sequence(environment) {
		if name := yamlfile.Text(entry); name != "" && !strings.Contains(name, "=") {
			c.variable(Variable{Name: name, Line: entry.Line})
		}
	}
	if environment == nil || environment.Kind != yaml.MappingNode {
		return
	}
	for name, value := range yamlfile.Fields(environment) {
		if value.Tag == "!!null" {
			c.variable(Variable{Name: name.Value, Line: name.Line})
		}
	}
}

// interpolations notes each ${VARIABLE} in the values below a node. Aliases are
// left alone: what they stand for is met where it is written.
func (c *ComposeFile) interpolations(node *yaml.Node, depth int) {
	if depth > maxDepth {
		return
	}
	if node.Kind == yaml.ScalarNode && strings.Contains(node.Value, "$") {
		value := strings.ReplaceAll(node.Value, "$$", "")
		for _, use := range names(value) {
			c.variable(Variable{Name: use.text, Line: node.Line, Default: !use.plain && !required(value, use.text)})
		}
	}
	for _, child := range node.Content {
		c.interpolations(child, depth+1)
	}
}

// required reports ${NAME?message} and ${NAME:?message}.
func required(value, name string) bool {
	return strings.Contains(value, "${"+name+"?") || strings.Contains(value, "${"+name+":?")
}

// variable notes a variable once; a single use with a default does not help the
// uses without.
func (c *ComposeFile) variable(v Variable) {
	i := slices.IndexFunc(c.Variables, func(old Variable) bool { return old.Name == v.Name })
	if i < 0 {
		c.Variables = append(c.Variables, v)
		return
	}
	c.Variables[i].Default = c.Variables[i].Default && v.Default
}
