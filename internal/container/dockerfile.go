package container

import (
	"bytes"
	"errors"
	"fmt"
	"path"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Limits on one Dockerfile. Real ones are far below; past them somebody is
// trying to make the reader slow.
const (
	maxDockerfileBytes = 256 << 10
	maxInstructions    = 5000
	maxStages          = 200
)

func readDockerfiles(s *audit.Snapshot) []*Dockerfile {
	var all []*Dockerfile
	for _, f := range s.OwnFiles() {
		is, template := dockerfileName(f.Name())
		if !is || f.Mode == audit.Submodule || linksToDockerfile(s, f) {
			continue
		}
		d := &Dockerfile{Path: f.Path, Development: development(f)}
		if template {
			d.Err = fmt.Errorf("parse %q: %w", f.Path, ErrTemplate)
		} else {
			readDockerfile(s, f, d)
		}
		if d.Err != nil && !errors.Is(d.Err, ErrTemplate) && surelyCode(f.Name()) {
			continue
		}
		d.Development = d.Development || onCIImage(d)
		d.Tool = isTool(s, d)
		d.Development = d.Development || runsDevelopment(s, d)
		all = append(all, d)
	}
	return all
}

// surelyCode tells Dockerfile.py, a program, from Dockerfile.python once it
// turned out not to parse.
func surelyCode(name string) bool {
	switch path.Ext(strings.ToLower(name)) {
	case ".py", ".go", ".js", ".rb", ".php", ".java", ".rs", ".txt", ".r", ".kt", ".cs", ".lua":
		return true
	}
	return false
}

// linksToDockerfile keeps a file that has two names from being judged twice.
func linksToDockerfile(s *audit.Snapshot, f audit.File) bool {
	if f.Mode != audit.Symlink {
		return false
	}
	f.Mode = audit.Regular // read the link itself
	target, err := s.Read(f)
	is, _ := dockerfileName(path.Base(string(target)))
	return err == nil && is
}

// onCIImage reports a toolbox for continuous integration: images of circleci/
// and cimg/ serve nothing else.
func onCIImage(d *Dockerfile) bool {
	if len(d.Stages) == 0 {
		return false
	}
	image := ParseImage(d.Base(&d.Stages[len(d.Stages)-1]).Image)
	return strings.HasPrefix(image.Name, "circleci/") || strings.HasPrefix(image.Name, "cimg/")
}

func readDockerfile(s *audit.Snapshot, f audit.File, d *Dockerfile) {
	content, err := s.Read(f)
	if err == nil {
		d.Stages, err = parseDockerfile(content, givenArgs(s, f.Path))
	}
	if err != nil {
		d.Stages, d.Err = nil, fmt.Errorf("parse %q: %w", f.Path, err)
	}
}

// parseDockerfile returns at least one stage, or an error. Given are values for
// ARGs that have no default. BuildKit's parser is
// written for files that a user chose to build; what it may do on others, a
// panic included, ends here.
func parseDockerfile(content []byte, given variables) (stages []Stage, err error) {
	defer func() {
		if fault := recover(); fault != nil {
			stages, err = nil, fmt.Errorf("%w: %v", ErrSyntax, fault)
		}
	}()
	if len(content) > maxDockerfileBytes {
		return nil, audit.ErrTooLarge
	}
	if audit.IsBinary(content) {
		return nil, fmt.Errorf("%w: binary", ErrSyntax)
	}
	result, err := parser.Parse(bytes.NewReader(content))
	if err != nil {
		return nil, syntaxOrTemplate(content, err)
	}
	if len(result.AST.Children) > maxInstructions {
		return nil, audit.ErrTooLarge
	}
	stages, err = readStages(result, given)
	if err != nil {
		return nil, syntaxOrTemplate(content, err)
	}
	return stages, nil
}

func syntaxOrTemplate(content []byte, err error) error {
	for _, mark := range []string{"{{", "{%", "<%", "{#"} {
		if bytes.Contains(content, []byte(mark)) {
			return ErrTemplate
		}
	}
	return fmt.Errorf("%w: %w", ErrSyntax, err)
}

// readStages reads the instructions that say something about the image and lets
// a fault in the others pass: a flag of RUN that is newer than the parser must
// not hide the base image.
func readStages(result *parser.Result, given variables) ([]Stage, error) {
	r := newStageReader(result.EscapeToken, given)
	for _, node := range result.AST.Children {
		command, err := instructions.ParseInstruction(node)
		if err != nil {
			if matters(node, err) {
				return nil, fmt.Errorf("line %d: %w", node.StartLine, err)
			}
			continue
		}
		if err := r.read(command, node.StartLine); err != nil {
			return nil, fmt.Errorf("line %d: %w", node.StartLine, err)
		}
	}
	if len(r.stages) == 0 {
		return nil, errors.New("no FROM")
	}
	return r.result(), nil
}

func matters(node *parser.Node, err error) bool {
	var unknown *instructions.UnknownInstructionError
	if errors.As(err, &unknown) {
		return true
	}
	switch strings.ToLower(node.Value) {
	case "from", "arg", "env", "user", "expose":
		return true
	}
	return false
}
