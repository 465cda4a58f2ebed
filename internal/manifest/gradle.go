package manifest

import (
	"regexp"
	"strings"
)

var (
	gradleConfiguration = regexp.MustCompile(`^([A-Za-z]*(?:[iI]mplementation|[cC]ompile|[cC]ompileOnly|[rR]untimeOnly|[rR]untime|[aA]pi|kapt|ksp|annotationProcessor))\b\s*\(?\s*(.*)$`)
	gradleCoordinates   = regexp.MustCompile(`["']([\w.\-]+):([\w.\-]+)(?::([^"':@]+))?[^"']*["']`)
	gradleNamed         = regexp.MustCompile(`group\s*[:=]\s*["']([^"']+)["']\s*,\s*name\s*[:=]\s*["']([^"']+)["'](?:\s*,\s*version\s*[:=]\s*["']([^"']+)["'])?`)
	gradlePlugin        = regexp.MustCompile(`^id\s*\(?\s*["']([\w.\-]+)["'](?:\s*\))?(?:\s+version\s*\(?\s*["']([^"']+)["'])?`)
	gradleApply         = regexp.MustCompile(`^apply\s*\(?\s*plugin\s*[:=]\s*["']([\w.\-]+)["']`)
	gradleJava          = regexp.MustCompile(`(?:sourceCompatibility|JavaLanguageVersion\.of|jvmToolchain)\s*[=(]?\s*(?:JavaVersion\.VERSION_)?["']?(\d+(?:[._]\d+)?)`)
)

// readGradle reads the literal declarations of build.gradle and build.gradle.kts,
// which are programs that perenne does not run. Plugins count as dependencies,
// under their id.
func readGradle(m *Manifest, content []byte) error {
	number := 0
	for raw := range strings.SplitSeq(string(content), "\n") {
		number++
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "//") || strings.HasPrefix(line, "*") {
			continue
		}
		if match := gradlePlugin.FindStringSubmatch(line); match != nil {
			m.Dependencies = append(m.Dependencies, Dependency{Name: match[1], Version: match[2], Line: number})
		} else if match := gradleApply.FindStringSubmatch(line); match != nil {
			m.Dependencies = append(m.Dependencies, Dependency{Name: match[1], Line: number})
		}
		if match := gradleJava.FindStringSubmatch(line); match != nil {
			m.setRuntime("java", strings.ReplaceAll(match[1], "_", "."))
		}
		if match := gradleConfiguration.FindStringSubmatch(line); match != nil {
			m.addGradle(match[2], strings.Contains(strings.ToLower(match[1]), "test"), number)
		}
	}
	return nil
}

func (m *Manifest) addGradle(arguments string, dev bool, line int) {
	for _, pattern := range []*regexp.Regexp{gradleCoordinates, gradleNamed} {
		if match := pattern.FindStringSubmatch(arguments); match != nil {
			m.addMaven(match[1], match[2], match[3], dev, line)
			return
		}
	}
}

// readVersionCatalog reads gradle/libs.versions.toml.
// https://docs.gradle.org/current/userguide/version_catalogs.html
func readVersionCatalog(m *Manifest, content []byte) error {
	root, err := parseTOML(content)
	if err != nil {
		return err
	}
	versions := root.get("versions").table()
	version := func(n *node) string {
		if ref := n.get("version", "ref").str(); ref != "" {
			return versions[ref]
		}
		return n.get("version").str()
	}
	for _, library := range root.get("libraries").members() {
		group, artifact := library.get("group").str(), library.get("name").str()
		if module := library.get("module").str() + library.str(); module != "" {
			group, artifact, _ = strings.Cut(module, ":")
		}
		artifact, inline, _ := strings.Cut(artifact, ":")
		m.addMaven(group, artifact, version(library)+inline, false, library.line)
	}
	for _, plugin := range root.get("plugins").members() {
		id, inline, _ := strings.Cut(plugin.get("id").str()+plugin.str(), ":")
		m.Dependencies = append(m.Dependencies, Dependency{Name: id, Version: version(plugin) + inline, Line: plugin.line})
	}
	return nil
}
