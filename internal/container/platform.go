package container

import (
	"cmp"
	"encoding/json"
	"fmt"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// PlatformFile is one file that tells an application platform (Scalingo, Clever
// Cloud, Heroku and the like) what to run.
type PlatformFile struct {
	Path string
	// Processes are the names that a Procfile or app.json gives, in order; empty
	// for a file that names none.
	Processes []string
	// Variables is true when the file says which variables the program wants.
	Variables bool
	// Probe is the line that has the platform ask whether the program is well, 0 for
	// none; Asks is the route that it asks for, "" when it only knocks on the port.
	Probe int
	Asks  string
	// Development is true for Procfile.dev and the like.
	Development bool
	Err         error
}

type platformKey struct{}

// PlatformFiles returns every such file, sorted by path. An app.json that
// belongs to something else, a mobile application for one, is left out.
func PlatformFiles(s *audit.Snapshot) []*PlatformFile {
	return audit.Once(s, platformKey{}, readPlatformFiles)
}

// platformNames are files that say enough by being there.
var platformNames = map[string]bool{
	"fly.toml": true, "render.yaml": true, ".platform.app.yaml": true, "captain-definition": true, ".buildpacks": true,
	".clever.json": true,
}

func readPlatformFiles(s *audit.Snapshot) []*PlatformFile {
	var all []*PlatformFile
	for _, f := range s.OwnFiles() {
		if f.Mode == audit.Submodule || f.Mode == audit.Symlink {
			continue
		}
		p := &PlatformFile{Path: f.Path, Development: development(f)}
		name := f.Name()
		found := true
		switch {
		case name == "Procfile" || strings.HasPrefix(name, "Procfile."):
			found = readProcfile(s, f, p)
		case name == "app.json" || name == "scalingo.json":
			found = readAppJSON(s, f, p)
		case platformNames[name]:
		case path.Base(f.Dir()) == "clevercloud" && path.Ext(name) == ".json":
		case strings.HasPrefix(name, "manifest") && (path.Ext(name) == ".yml" || path.Ext(name) == ".yaml"):
			found = readCloudFoundry(s, f, p)
		case f.Path == ".upsun/config.yaml":
		case slices.Contains(serverlessNames, name):
			found = readServerless(s, f, p)
		default:
			found = false
		}
		if found {
			all = append(all, p)
		}
	}
	return all
}

// readProcfile reads "name: command" lines. It reports whether the file counts.
func readProcfile(s *audit.Snapshot, f audit.File, p *PlatformFile) bool {
	content, err := s.Read(f)
	if err != nil {
		p.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		return true
	}
	for line := range strings.Lines(string(content[:min(len(content), yamlfile.MaxBytes)])) {
		name, command, found := strings.Cut(strings.TrimSpace(line), ":")
		if found && strings.TrimSpace(command) != "" && isProcess(name) {
			p.Processes = append(p.Processes, name)
		}
	}
	return len(p.Processes) > 0
}

// applicationKeys are what Cloud Foundry may be told of an application, and hardly
// anything else has beside a list of applications.
var applicationKeys = []string{"memory", "instances", "buildpack", "buildpacks", "routes", "services", "command", "disk_quota", "health-check-type", "processes", "no-route"}

// readCloudFoundry reads the manifest of "cf push", under any of the names that
// repositories with several programs give it. It reports whether the file is one.
// https://docs.cloudfoundry.org/devguide/deploy-apps/manifest-attributes.html
func readCloudFoundry(s *audit.Snapshot, f audit.File, p *PlatformFile) bool {
	content, err := s.Read(f)
	if err != nil {
		p.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		return true
	}
	documents, err := yamlfile.Parse(content)
	if err != nil || len(documents) == 0 {
		return false
	}
	known := false
	for _, application := range yamlfile.Sequence(yamlfile.Field(documents[0], "applications")) {
		if name := yamlfile.Text(yamlfile.Field(application, "name")); name != "" {
			p.Processes = append(p.Processes, name)
		}
		for key, value := range yamlfile.Fields(application) {
			known = known || slices.Contains(applicationKeys, key.Value)
			p.Variables = p.Variables || key.Value == "env"
			switch text := yamlfile.Text(value); {
			case key.Value == "health-check-type" && text == "http":
				p.Probe, p.Asks = key.Line, cmp.Or(yamlfile.Text(yamlfile.Field(application, "health-check-http-endpoint")), "/")
			case key.Value == "health-check-type" && text == "port":
				p.Probe = key.Line
			}
		}
	}
	return known
}

// serverlessNames are those that the tools of functions look for.
var serverlessNames = []string{"template.yml", "template.yaml", "serverless.yml", "serverless.yaml"}

// readServerless reads the template of AWS SAM, or that of the Serverless Framework,
// which package functions for a platform that starts them. It reports whether the
// file is one. https://docs.aws.amazon.com/serverless-application-model/
func readServerless(s *audit.Snapshot, f audit.File, p *PlatformFile) bool {
	content, err := s.Read(f)
	if err != nil {
		p.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		return true
	}
	documents, err := yamlfile.Parse(content)
	if err != nil || len(documents) == 0 {
		return false
	}
	top, functions := documents[0], 0
	for _, resource := range yamlfile.Fields(yamlfile.Field(top, "Resources")) {
		if yamlfile.Text(yamlfile.Field(resource, "Type")) == "AWS::Serverless::Function" {
			functions++
			p.Variables = p.Variables || yamlfile.Field(resource, "Properties", "Environment") != nil
		}
	}
	if yamlfile.Field(top, "provider") == nil {
		return functions > 0
	}
	p.Variables = p.Variables || yamlfile.Field(top, "provider", "environment") != nil
	for _, function := range yamlfile.Fields(yamlfile.Field(top, "functions")) {
		functions++
		p.Variables = p.Variables || yamlfile.Field(function, "environment") != nil
	}
	return functions > 0
}

func isProcess(name string) bool {
	for i := range len(name) {
		if !isAlphanumeric(name[i]) && name[i] != '_' && name[i] != '-' {
			return false
		}
	}
	return name != ""
}

// readAppJSON reads the manifest of Heroku and Scalingo. It reports whether the
// file is one.
func readAppJSON(s *audit.Snapshot, f audit.File, p *PlatformFile) bool {
	content, err := s.Read(f)
	if err != nil {
		p.Err = fmt.Errorf("parse %q: %w", f.Path, err)
		return true
	}
	var app struct {
		Formation, Env, Scripts  map[string]json.RawMessage
		Addons, Buildpacks       []json.RawMessage
		Stack, Expo, DisplayName json.RawMessage
	}
	if len(content) > yamlfile.MaxBytes || json.Unmarshal(content, &app) != nil {
		return false
	}
	if app.Expo != nil || app.DisplayName != nil {
		return false
	}
	for name := range app.Formation {
		p.Processes = append(p.Processes, name)
	}
	slices.Sort(p.Processes)
	p.Variables = len(app.Env) > 0
	return p.Variables || len(p.Processes) > 0 || len(app.Addons) > 0 || len(app.Buildpacks) > 0 || len(app.Scripts) > 0 || app.Stack != nil
}
