package manifest

import (
	"maps"
	"slices"
	"strings"
)

// iniValue is the lines of one value, each with where it stands.
type iniValue []requirementLine

func (v iniValue) first() string {
	if len(v) == 0 {
		return ""
	}
	return v[0].text
}

func (v iniValue) texts() []string {
	var texts []string
	for _, line := range v {
		texts = append(texts, line.text)
	}
	return texts
}

// parseINI reads what Python's configparser reads: sections, keys, and values
// that go on in indented lines.
func parseINI(content string) map[string]map[string]iniValue {
	sections := map[string]map[string]iniValue{}
	var section map[string]iniValue
	key, number := "", 0
	for raw := range strings.SplitSeq(content, "\n") {
		number++
		text := strings.TrimSpace(stripComment(raw))
		if text == "" || strings.HasPrefix(text, ";") {
			continue
		}
		if (raw[0] == ' ' || raw[0] == '\t') && key != "" {
			section[key] = append(section[key], requirementLine{text, number})
			continue
		}
		if strings.HasPrefix(text, "[") && strings.HasSuffix(text, "]") {
			name := strings.TrimSpace(text[1 : len(text)-1])
			if sections[name] == nil {
				sections[name] = map[string]iniValue{}
			}
			section, key = sections[name], ""
			continue
		}
		at := strings.IndexAny(text, "=:")
		if at < 0 || section == nil {
			key = ""
			continue
		}
		key = strings.ReplaceAll(strings.ToLower(strings.TrimSpace(text[:at])), "-", "_")
		section[key] = nil
		if value := strings.TrimSpace(text[at+1:]); value != "" {
			section[key] = iniValue{{value, number}}
		}
	}
	return sections
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }
