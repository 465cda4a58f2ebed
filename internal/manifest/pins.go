package manifest

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Pin is a version of a language that a file of its own fixes, for a version
// manager or a platform to install.
type Pin struct {
	Path string
	// Line counts from 1.
	Line int
	// Runtime is called as in [Manifest.Runtimes], or "erlang".
	Runtime string
	// Version as written, without what stands for the distribution: "17" of
	// "temurin-17".
	Version string
}

// Sample is [Manifest.Sample] for a pin.
func (p Pin) Sample() bool { return sample(p.Path) }

type pinsKey struct{}

// Pins reads .nvmrc, .python-version, .tool-versions, runtime.txt and their like,
// once, in the order of their paths.
func Pins(s *audit.Snapshot) []Pin {
	return audit.Once(s, pinsKey{}, func(s *audit.Snapshot) []Pin {
		var pins []Pin
		for _, f := range s.OwnFiles() {
			read, known := pinReaders[f.Name()]
			if !known || f.SizeBytes > maxBytes {
				continue
			}
			content, ok := s.ReadText(f)
			if !ok || len(content) > maxBytes {
				continue
			}
			for _, p := range read(content) {
				p.Path = f.Path
				pins = append(pins, p)
			}
		}
		return append(pins, packratPins(s)...)
	})
}

// packratPins are the versions of R that Packrat was used with: it installs the
// packages for no other. Its folder is not the authors' own, but for the list.
func packratPins(s *audit.Snapshot) []Pin {
	var pins []Pin
	for _, lock := range Of(s).Locks {
		f, found := s.File(lock.Path)
		if !found || f.Name() != "packrat.lock" || f.SizeBytes > maxBytes {
			continue
		}
		content, ok := s.ReadText(f)
		if !ok {
			continue
		}
		number := 0
		for line := range strings.Lines(content) {
			number++
			if version, found := strings.CutPrefix(line, "RVersion:"); found {
				pins = append(pins, Pin{Path: f.Path, Line: number, Runtime: "r", Version: strings.TrimSpace(version)})
				break
			}
		}
	}
	return pins
}

// pinReaders read a file of that name.
var pinReaders = map[string]func(string) []Pin{
	".nvmrc": alone("node"), ".node-version": alone("node"), ".python-version": alone("python"), ".ruby-version": alone("ruby"),
	".php-version": alone("php"), ".phprc": alone("php"), ".java-version": alone("java"), ".go-version": alone("go"), ".R-version": alone("r"),
	".tool-versions": toolVersions, "runtime.txt": herokuRuntime, "system.properties": assigned("java.runtime.version", "java"),
	".sdkmanrc": assigned("java", "java"), "mise.toml": mise, ".mise.toml": mise, "global.json": globalJSON,
}

// alone reads a file that holds a version and nothing else.
func alone(runtime string) func(string) []Pin {
	return func(content string) []Pin {
		number := 0
		for line := range strings.Lines(content) {
			number++
			text, _, _ := strings.Cut(line, "#")
			if text = strings.TrimSpace(text); text != "" {
				return pinned(runtime, text, number)
			}
		}
		return nil
	}
}

// distributions stand before the number of a version: temurin-17, ruby-2.7.5.
var distributions = []string{
	"temurin", "openjdk", "adoptopenjdk", "corretto", "zulu", "liberica", "oracle", "graalvm", "python", "ruby", "node", "php", "go", "java", "jdk", "cpython", "v",
}

func pinned(runtime, version string, line int) []Pin {
	words := strings.Fields(version)
	if len(words) == 0 {
		return nil
	}
	version = strings.Trim(words[0], `"'`)
	if before, after, found := strings.Cut(version, "-"); found && slices.Contains(distributions, strings.ToLower(before)) {
		version = after
	}
	return []Pin{{Runtime: runtime, Version: version, Line: line}}
}

// tools maps the names of asdf's and mise's plugins to runtimes.
var tools = map[string]string{
	"nodejs": "node", "node": "node", "python": "python", "ruby": "ruby", "php": "php", "java": "java", "golang": "go", "go": "go",
	"elixir": "elixir", "erlang": "erlang", "r": "r", "R": "r", "dotnet": "dotnet", "dotnet-core": "dotnet",
}

// toolVersions reads asdf's lines: a tool, then the versions to try in order.
func toolVersions(content string) []Pin {
	var pins []Pin
	number := 0
	for line := range strings.Lines(content) {
		number++
		text, _, _ := strings.Cut(line, "#")
		if name, version, found := strings.Cut(strings.TrimSpace(text), " "); found && tools[name] != "" {
			pins = append(pins, pinned(tools[name], version, number)...)
		}
	}
	return pins
}

// herokuRuntime reads "python-3.6.9", and Binder's "r-3.6-2019-09-24", which
// names a day of the packages too.
func herokuRuntime(content string) []Pin {
	runtime, version, found := strings.Cut(strings.TrimSpace(content), "-")
	version, _, _ = strings.Cut(version, "-")
	if name := tools[strings.ToLower(runtime)]; found && name != "" {
		return pinned(name, version, 1)
	}
	return nil
}

// assigned reads the value of one key of a file of properties.
func assigned(key, runtime string) func(string) []Pin {
	return func(content string) []Pin {
		number := 0
		for line := range strings.Lines(content) {
			number++
			if name, value, found := strings.Cut(line, "="); found && strings.TrimSpace(name) == key {
				return pinned(runtime, value, number)
			}
		}
		return nil
	}
}

func mise(content string) []Pin {
	root, err := parseTOML([]byte(content))
	if err != nil {
		return nil
	}
	var pins []Pin
	for _, tool := range root.get("tools").members() {
		version := tool.str() + tool.get("version").str()
		if list := tool.strs(); version == "" && len(list) > 0 {
			version = list[0]
		}
		if name := tools[path.Base(tool.key)]; name != "" && version != "" {
			pins = append(pins, pinned(name, version, tool.line)...)
		}
	}
	return pins
}

func globalJSON(content string) []Pin {
	root, err := parseJSON([]byte(content))
	if err != nil {
		return nil
	}
	sdk := root.get("sdk", "version")
	version := sdk.str()
	// An SDK's third number is its own; the first two are those of .NET.
	if parts := strings.Split(version, "."); len(parts) >= 2 {
		return pinned("dotnet", parts[0]+"."+parts[1], sdk.line)
	}
	return nil
}
