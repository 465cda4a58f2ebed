// Package container reads what runs a project: Dockerfiles with BuildKit's own
// parser, compose files and Kubernetes manifests as YAML, and the small files
// of application platforms. Nothing is built, included, or read from the
// environment, and aliases are followed only where a merge key asks for it.
package container

import (
	"errors"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Why a file is there and says nothing.
var (
	// ErrTemplate: the file is the template of one, to be filled in by a program.
	ErrTemplate = errors.New("template")
	// ErrSyntax: the file does not follow its format.
	ErrSyntax = errors.New("malformed")
)

// Dockerfile is one parsed Dockerfile or Containerfile.
type Dockerfile struct {
	Path string
	// Stages are in the order of the file; the last one is what is shipped.
	Stages []Stage
	// Development is true when the name, the folder, the base image or what it
	// starts says that it serves development, tests, examples or continuous
	// integration, not production.
	Development bool
	// Tool is true when it holds nothing of the repository and starts nothing but
	// a tool of those who work on it: for documentation, checks, or continuous
	// integration.
	Tool bool
	// Err says why it could not be read; Stages is then empty. It wraps
	// [ErrTemplate], [ErrSyntax], [audit.ErrTooLarge] or what
	// [audit.Snapshot.Read] returns.
	Err error
}

// Shipped returns the stage that production runs: the last one, or the last but
// those that are named after development or tests. Nil when there is no stage.
func (d *Dockerfile) Shipped() *Stage {
	for i := len(d.Stages) - 1; i >= 0; i-- {
		if !devWord(d.Stages[i].Name) {
			return &d.Stages[i]
		}
	}
	if len(d.Stages) == 0 {
		return nil
	}
	return &d.Stages[len(d.Stages)-1]
}

// Base returns the stage at the bottom of a stage: the one that starts from an
// image.
func (d *Dockerfile) Base(stage *Stage) *Stage {
	for stage.Stage >= 0 {
		stage = &d.Stages[stage.Stage]
	}
	return stage
}

// Stage is one FROM and what follows it, its base's settings inherited where the
// base is another stage of the same file.
type Stage struct {
	// Name is what AS calls it, in lower case, "" for none.
	Name string
	// Line of the FROM.
	Line int
	// From is the image as written; Image is the same with the defaults of ARG
	// filled in, or what a compose file gives where there is no default. Resolved
	// is false when an ARG remains: Image then holds ${NAME} in its place.
	From, Image string
	Resolved    bool
	// Stage is the index of the earlier stage that this one starts from, -1 for
	// an image.
	Stage int
	// User is the last USER in force, "" when none was set; UserLine its line.
	// An ARG without a default is left in it as ${NAME}.
	User     string
	UserLine int
	// Ports are those of EXPOSE, numbers or ranges as written, ARGs filled in.
	Ports []string
	// Healthcheck is the line of a HEALTHCHECK in force, 0 for none or NONE.
	Healthcheck int
	// Holds is true when something of the repository, or of one that is cloned,
	// gets into the image.
	Holds bool
	// Starts are the words of ENTRYPOINT and CMD, nil when the base image decides.
	Starts []string
	// InstallsTool is true when a RUN names a tool for documentation or checks.
	InstallsTool bool
	// Development is true when its environment says so, or when it starts a server
	// that its makers keep for development.
	Development bool
}

// ComposeFile is one compose file.
type ComposeFile struct {
	Path string
	// Services are in the order of the file.
	Services []Service
	// Variables are those that the file takes from outside, in the order of
	// their first use.
	Variables []Variable
	// EnvFiles are the files of variables that its services read, as paths from
	// the top of the repository; one that leaves the repository is left out.
	EnvFiles []string
	// Development is true when the name or the folder says that it serves
	// development, tests or examples.
	Development bool
	Err         error
}

// Service is one service of a compose file.
type Service struct {
	Name string
	Line int
	// Image as written; Build is the folder to build from the top of the
	// repository, "." for the top itself and a URL as written; Dockerfile the
	// file's path from the top, "" when nothing is built or it lies elsewhere.
	Image, Build, Dockerfile string
	// Target is the stage to build, "" for the last.
	Target string
	// Args are the build arguments whose values the file knows, by name; nil for
	// none.
	Args  map[string]string
	Ports []string
	// Command is true when it gives the image another command than the Dockerfile
	// does, or another mode for its framework.
	Command bool
	// Healthcheck is its line, 0 for none or one that is disabled.
	Healthcheck int
}

// Variable is one variable that a compose file takes from outside.
type Variable struct {
	Name string
	Line int
	// Default is true when the file works without it.
	Default bool
}

type dockerfilesKey struct{}

// Dockerfiles returns every Dockerfile that the authors wrote, sorted by path.
func Dockerfiles(s *audit.Snapshot) []*Dockerfile {
	return audit.Once(s, dockerfilesKey{}, readDockerfiles)
}

type composeKey struct{}

// ComposeFiles returns every compose file that the authors wrote, sorted by
// path.
func ComposeFiles(s *audit.Snapshot) []*ComposeFile {
	return audit.Once(s, composeKey{}, readComposeFiles)
}
