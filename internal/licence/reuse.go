package licence

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/pelletier/go-toml/v2"
)

// Annotation says under which licence some files are, as REUSE.toml or the older
// .reuse/dep5 states it.
type Annotation struct {
	// Paths are patterns from the folder of the file: "*" stands for anything but
	// a slash, "**" for anything.
	Paths []string
	// Licence is an expression as written; Line is where the entry begins, 0 when
	// that is not known.
	Licence string
	Line    int
}

// Covers reports whether a path is among those of the annotation.
func (a Annotation) Covers(name string) bool {
	for _, pattern := range a.Paths {
		if matchesReuse(pattern, name) {
			return true
		}
	}
	return false
}

// CoversAll reports whether the annotation speaks of every file, or of every
// source file.
func (a Annotation) CoversAll() bool {
	for _, pattern := range a.Paths {
		switch strings.TrimPrefix(pattern, "./") {
		case "*", "**", "**/*", "src/**", "src/*":
			return true
		}
	}
	return false
}

// mostAnnotations and longestPattern bound what is read of one file.
const mostAnnotations, longestPattern = 500, 500

// matchesReuse follows the specification of REUSE: no character but the star has
// a meaning.
func matchesReuse(pattern, name string) bool {
	if len(pattern) > longestPattern || strings.Count(pattern, "*") > 20 {
		return false
	}
	parts := strings.SplitAfter(pattern, "*")
	var expression strings.Builder
	for i := 0; i < len(parts); i++ {
		literal, star := strings.CutSuffix(parts[i], "*")
		expression.WriteString(regexp.QuoteMeta(literal))
		switch {
		case !star:
		case i+1 < len(parts) && parts[i+1] == "*":
			expression.WriteString(".*")
			i++
		default:
			expression.WriteString("[^/]*")
		}
	}
	matched, err := regexp.MatchString("^(?:"+expression.String()+")$", name)
	return err == nil && matched
}

// ReadReuse reads the annotations of a REUSE.toml, in order; nil when it is
// malformed.
func ReadReuse(content []byte) []Annotation {
	if len(content) > largest {
		return nil
	}
	var file struct {
		Annotations []map[string]any `toml:"annotations"`
	}
	if err := toml.Unmarshal(content, &file); err != nil {
		return nil
	}
	var all []Annotation
	for _, entry := range file.Annotations[:min(len(file.Annotations), mostAnnotations)] {
		a := Annotation{Paths: texts(entry["path"])}
		if licences := texts(entry["SPDX-License-Identifier"]); len(licences) > 0 && len(a.Paths) > 0 {
			a.Licence = allWritten(licences)
			all = append(all, a)
		}
	}
	return all
}

// texts reads a value that may be one text or a list of them.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var all []string
		for _, one := range value {
			if text, ok := one.(string); ok {
				all = append(all, text)
			}
		}
		return all
	}
	return nil
}

// allWritten joins expressions that apply together.
func allWritten(licences []string) string {
	if len(licences) == 1 {
		return licences[0]
	}
	return "(" + strings.Join(licences, ") AND (") + ")"
}

// ReadDep5 reads the annotations of a file in Debian's machine-readable copyright
// format: paragraphs with "Files" and "License". There "*" stands for anything.
func ReadDep5(content []byte) []Annotation {
	var all []Annotation
	line := 1
	for paragraph := range bytes.SplitSeq(content[:min(len(content), largest)], []byte("\n\n")) {
		fields := dep5Fields(string(paragraph))
		if fields["files"] != "" && fields["license"] != "" && len(all) < mostAnnotations {
			a := Annotation{Licence: firstTextLine(fields["license"]), Line: line}
			for _, pattern := range strings.Fields(fields["files"]) {
				a.Paths = append(a.Paths, strings.ReplaceAll(path.Clean(pattern), "*", "**"))
			}
			all = append(all, a)
		}
		line += bytes.Count(paragraph, []byte("\n")) + 2
	}
	return all
}

// dep5Fields reads "Name: value" lines and their continuations; names in lower
// case.
func dep5Fields(paragraph string) map[string]string {
	fields, last := map[string]string{}, ""
	for line := range strings.Lines(paragraph) {
		if name, value, ok := strings.Cut(line, ":"); ok && line[0] != ' ' && line[0] != '\t' {
			last = strings.ToLower(strings.TrimSpace(name))
			fields[last] = strings.TrimSpace(value)
		} else if last != "" {
			fields[last] += "\n" + strings.TrimSpace(line)
		}
	}
	return fields
}

func firstTextLine(text string) string {
	first, _, _ := strings.Cut(text, "\n")
	return strings.TrimSpace(first)
}
