package main

import (
	"fmt"
	"os"
	"strings"
)

// secretFiles sets PERENNE_X from the file that PERENNE_X_FILE names, for every
// X. Docker, Kubernetes and systemd hand secrets over as files, which nobody sees
// in a list of processes or a description of a container. A variable that is set
// itself goes first.
func secretFiles(environment []string, setenv func(name, value string) error) error {
	set := map[string]bool{}
	for _, entry := range environment {
		name, value, _ := strings.Cut(entry, "=")
		set[name] = value != ""
	}
	for _, entry := range environment {
		variable, path, _ := strings.Cut(entry, "=")
		name, isFile := strings.CutSuffix(variable, "_FILE")
		if !isFile || !strings.HasPrefix(name, "PERENNE_") || path == "" || set[name] {
			continue
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return fmt.Errorf("%s: %w", variable, err)
		}
		if err := setenv(name, strings.TrimRight(string(content), "\r\n")); err != nil {
			return fmt.Errorf("%s: %w", variable, err)
		}
	}
	return nil
}
