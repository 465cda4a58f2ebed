package container

import (
	"errors"
	"maps"
	"slices"
	"strconv"
	"strings"

	"github.com/moby/buildkit/frontend/dockerfile/instructions"
	"github.com/moby/buildkit/frontend/dockerfile/parser"

	"github.com/perenne-audit/perenne/internal/audit"
)

// platformArgs are set by BuildKit itself; a server's usual platform stands in.
var platformArgs = variables{
	"TARGETPLATFORM": "linux/amd64", "TARGETOS": "linux", "TARGETARCH": "amd64", "TARGETVARIANT": "",
	"BUILDPLATFORM": "linux/amd64", "BUILDOS": "linux", "BUILDARCH": "amd64", "BUILDVARIANT": "",
}

// stageReader follows the instructions of one Dockerfile in order.
type stageReader struct {
	expander
	// global are the ARGs before the first FROM: seen by FROM lines, and by a
	// stage that names them again.
	global variables
	// given stand in for the defaults that are missing.
	given  variables
	stages []*openStage
}

// openStage is a stage with the variables that its instructions see. ENV wins
// over ARG.
type openStage struct {
	Stage
	args, env variables
	// entrypoint and command are the words of the two instructions.
	entrypoint, command []string
	// onBuild waits for a stage that starts from this one.
	onBuild []string
}

func newStageReader(escape rune, given variables) *stageReader {
	return &stageReader{expander: newExpander(escape), global: variables{}, given: given}
}

func (r *stageReader) read(command any, line int) error {
	switch c := command.(type) {
	case *instructions.Stage:
		return r.from(c, line)
	case *instructions.ArgCommand:
		if len(r.stages) == 0 {
			r.globalArgs(c)
			return nil
		}
	}
	if len(r.stages) == 0 {
		return errors.New("instruction before FROM")
	}
	r.apply(r.stages[len(r.stages)-1], command, line)
	return nil
}

func (r *stageReader) globalArgs(c *instructions.ArgCommand) {
	for _, arg := range c.Args {
		value, given := r.given[arg.Key]
		switch {
		case arg.Value != nil && (*arg.Value != "" || !given):
			r.global[arg.Key], _ = r.expand(*arg.Value, r.global, platformArgs)
		case given:
			r.global[arg.Key] = value
		}
	}
}

func (r *stageReader) from(c *instructions.Stage, line int) error {
	if len(r.stages) == maxStages {
		return audit.ErrTooLarge
	}
	if strings.Contains(c.BaseName, "{{") || strings.Contains(c.BaseName, "<%") {
		return ErrTemplate
	}
	image, resolved := r.expand(c.BaseName, r.global, platformArgs)
	// An empty default stands for "give me on the command line".
	if image == "" || strings.HasSuffix(image, ":") || strings.HasSuffix(image, "@") || strings.HasPrefix(image, ":") {
		image, resolved = c.BaseName, false
	}
	stage := &openStage{
		Stage: Stage{Name: c.Name, Line: line, From: c.BaseName, Image: image, Resolved: resolved, Stage: -1},
		args:  variables{}, env: variables{},
	}
	base := slices.IndexFunc(r.stages, func(s *openStage) bool { return s.Name != "" && strings.EqualFold(s.Name, image) })
	r.stages = append(r.stages, stage)
	if base >= 0 {
		r.inherit(stage, base)
	}
	return nil
}

func (r *stageReader) inherit(stage *openStage, base int) {
	from := r.stages[base]
	stage.Stage.Stage = base
	stage.User, stage.UserLine = from.User, from.UserLine
	stage.Ports, stage.Healthcheck = slices.Clone(from.Ports), from.Healthcheck
	stage.args, stage.env = maps.Clone(from.args), maps.Clone(from.env)
	stage.Holds, stage.InstallsTool = from.Holds, from.InstallsTool
	stage.entrypoint, stage.command = from.entrypoint, from.command
	for _, trigger := range from.onBuild {
		r.trigger(stage, trigger)
	}
}

// trigger runs an ONBUILD of the stage below, at the line of this FROM.
func (r *stageReader) trigger(stage *openStage, expression string) {
	result, err := parser.Parse(strings.NewReader(expression))
	if err != nil {
		return
	}
	for _, node := range result.AST.Children {
		if command, err := instructions.ParseInstruction(node); err == nil {
			r.apply(stage, command, stage.Line)
		}
	}
}

func (r *stageReader) apply(stage *openStage, command any, line int) {
	switch c := command.(type) {
	case *instructions.ArgCommand:
		r.stageArgs(stage, c)
	case *instructions.EnvCommand:
		values := variables{}
		for _, pair := range c.Env {
			values[pair.Key], _ = r.expand(pair.Value, stage.env, stage.args)
		}
		maps.Copy(stage.env, values)
	case *instructions.UserCommand:
		stage.User, _ = r.expand(c.User, stage.env, stage.args)
		stage.UserLine = line
	case *instructions.ExposeCommand:
		for _, port := range c.Ports {
			expanded, _ := r.expand(port, stage.env, stage.args)
			stage.Ports = append(stage.Ports, strings.Fields(expanded)...)
		}
	case *instructions.HealthCheckCommand:
		stage.Healthcheck = line
		if c.Health != nil && slices.Equal(c.Health.Test, []string{"NONE"}) {
			stage.Healthcheck = 0
		}
	case *instructions.OnbuildCommand:
		stage.onBuild = append(stage.onBuild, c.Expression)
	default:
		r.fill(stage, command)
	}
}

// fill follows what gets into the image and what it starts.
func (r *stageReader) fill(stage *openStage, command any) {
	switch c := command.(type) {
	case *instructions.CopyCommand:
		stage.Holds = stage.Holds || r.holds(c.From) && len(c.SourcePaths)+len(c.SourceContents) > 0
	case *instructions.AddCommand:
		stage.Holds = stage.Holds || slices.ContainsFunc(c.SourcePaths, func(p string) bool { return !strings.Contains(p, "://") || strings.HasSuffix(p, ".git") })
	case *instructions.RunCommand:
		line := strings.Join(c.CmdLine, " ")
		stage.InstallsTool = stage.InstallsTool || slices.ContainsFunc(strings.Fields(line), namesTool)
		stage.Holds = stage.Holds || strings.Contains(line, "git clone") || slices.ContainsFunc(c.FlagsUsed, func(f string) bool { return f == "mount" })
	case *instructions.EntrypointCommand:
		stage.entrypoint, stage.command = strings.Fields(strings.Join(c.CmdLine, " ")), nil
	case *instructions.CmdCommand:
		stage.command = strings.Fields(strings.Join(c.CmdLine, " "))
	}
}

// holds reports whether COPY takes from the repository: from the folder that is
// built, or from a stage that holds some of it.
func (r *stageReader) holds(from string) bool {
	if from == "" {
		return true
	}
	for i, s := range r.stages {
		if strings.EqualFold(s.Name, from) || strconv.Itoa(i) == from {
			return s.Holds
		}
	}
	return false
}

func (r *stageReader) stageArgs(stage *openStage, c *instructions.ArgCommand) {
	for _, arg := range c.Args {
		if arg.Value != nil {
			stage.args[arg.Key], _ = r.expand(*arg.Value, stage.env, stage.args)
		} else if value, ok := lookup(arg.Key, r.global, platformArgs, r.given); ok {
			stage.args[arg.Key] = value
		}
	}
}

func (r *stageReader) result() []Stage {
	stages := make([]Stage, len(r.stages))
	for i, open := range r.stages {
		stages[i] = open.Stage
		stages[i].Starts = slices.Concat(open.entrypoint, open.command)
		stages[i].Development = developmentIn(open.env) || startsDevelopment(stages[i].Starts)
	}
	return stages
}
