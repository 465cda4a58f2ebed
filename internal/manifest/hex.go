package manifest

import (
	"regexp"
	"strings"
)

var (
	mixDependency = regexp.MustCompile(`\{\s*:([a-z0-9_]+)\s*,\s*(?:"([^"]*)")?([^}]*)\}`)
	mixApp        = regexp.MustCompile(`\bapp:\s*:([a-z0-9_]+)`)
	mixElixir     = regexp.MustCompile(`\belixir:\s*"([^"]+)"`)
	mixLicences   = regexp.MustCompile(`\blicenses:\s*\[([^\]]*)\]`)
	mixText       = regexp.MustCompile(`"([^"]+)"`)
	mixDev        = regexp.MustCompile(`only:\s*(?:\[\s*)?:(dev|test)`)
)

// readMix reads the literal dependencies of Elixir's mix.exs, which is a program.
func readMix(m *Manifest, content []byte) error {
	number := 0
	for raw := range strings.SplitSeq(string(content), "\n") {
		number++
		line := stripRubyComment(raw)
		if match := mixApp.FindStringSubmatch(line); match != nil && m.Name == "" {
			m.Name = match[1]
		}
		if match := mixElixir.FindStringSubmatch(line); match != nil {
			m.setRuntime("elixir", match[1])
		}
		if match := mixLicences.FindStringSubmatch(line); match != nil {
			for _, text := range mixText.FindAllStringSubmatch(match[1], -1) {
				m.addLicence(text[1])
			}
		}
		for _, match := range mixDependency.FindAllStringSubmatch(line, -1) {
			if match[2] == "" && !strings.Contains(match[3], ":") {
				continue
			}
			m.Dependencies = append(m.Dependencies, Dependency{Name: match[1], Version: match[2], Dev: mixDev.MatchString(match[3]), Line: number})
		}
	}
	return nil
}
