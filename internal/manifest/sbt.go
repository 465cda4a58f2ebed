package manifest

import (
	"path"
	"regexp"
	"strings"
)

var (
	sbtDependency = regexp.MustCompile(`"([\w.\-]+)"\s*%%?%?\s*"([\w.\-]+)"\s*%\s*(?:"([^"]+)"|(?:\w+\.)*(\w+))([^,)]*)`)
	sbtValue      = regexp.MustCompile(`\bval\s+(\w+)\s*=\s*"([^"]+)"`)
	sbtPlay       = regexp.MustCompile(`\bPlay(?:Scala|Java|Service)\b`)
)

// isSBTBuild recognises the sources of an sbt build beside build.sbt: larger
// projects list what they use in project/Dependencies.scala.
func isSBTBuild(name string) bool {
	dir, _ := splitPath(name)
	return path.Ext(name) == ".scala" && path.Base(dir) == "project"
}

// readSBTBuild reads such a source, where it declares something.
func readSBTBuild(m *Manifest, content []byte) error {
	if err := readSBT(m, content); err != nil || len(m.Dependencies) > 0 {
		return err
	}
	return errOther
}

// readSBT reads the literal declarations of build.sbt, a program that perenne does
// not run: a version may be the name of a value of the same file. The framework
// Play comes as a plugin, and counts as the dependency that it brings.
func readSBT(m *Manifest, content []byte) error {
	values := map[string]string{}
	for _, match := range sbtValue.FindAllStringSubmatch(string(content), -1) {
		values[match[1]] = match[2]
	}
	number := 0
	for raw := range strings.SplitSeq(string(content), "\n") {
		number++
		line := strings.TrimSpace(raw)
		if strings.HasPrefix(line, "//") || strings.HasPrefix(line, "*") {
			continue
		}
		for _, match := range sbtDependency.FindAllStringSubmatch(line, -1) {
			version := match[3] + values[match[4]]
			m.addMaven(match[1], match[2], version, strings.Contains(match[5], "Test") || strings.Contains(match[5], `"test"`), number)
		}
		if strings.Contains(line, "enablePlugins") && sbtPlay.MatchString(line) {
			m.addMaven("org.playframework", "play", "", false, number)
		}
	}
	return nil
}
