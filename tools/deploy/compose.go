package main

import (
	"context"
	"encoding/json"
	"path/filepath"

	"github.com/compose-spec/compose-go/v2/cli"
)

// readCompose loads a file as "docker compose" does: schema, variables, merged
// keys, paths made absolute. Nothing comes from this process's environment.
func readCompose(ctx context.Context, file string, environment []string) (any, error) {
	options, err := cli.NewProjectOptions([]string{file},
		cli.WithWorkingDirectory(filepath.Dir(file)), cli.WithEnv(environment), cli.WithResolvedPaths(true), cli.WithDefaultProfiles())
	if err != nil {
		return nil, err
	}
	project, err := options.LoadProject(ctx)
	if err != nil {
		return nil, err
	}
	content, err := project.MarshalJSON()
	return json.RawMessage(content), err
}
