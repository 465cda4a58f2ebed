package rule

import (
	"bytes"
	"encoding/json"
	"path"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// Equals wants a value in JSON or YAML: in every file that fits one of the
// patterns, what the path leads to is one of the values. A number in the path
// counts the items of a list from 0, "*" stands for all of them. The value that
// was found is never shown, since it might be a secret.
type Equals struct {
	Files  []Glob
	Path   []string
	Values []string
}

func (Equals) kind() string { return "equals" }

func (t Equals) run(s *audit.Snapshot) audit.Verdict {
	files := matching(s, t.Files)
	if len(files) == 0 {
		return audit.NotApplicable("equals-no-file", "files", written(t.Files))
	}
	key := strings.Join(t.Path, ".")
	var damaged []string
	var right []audit.Place
	for _, f := range files[:min(len(files), maxRead)] {
		documents, ok := parse(s, f)
		if !ok {
			damaged = append(damaged, f.Path)
			continue
		}
		nodes := t.find(documents)
		if len(nodes) == 0 {
			return audit.NotMet("equals-missing", "path", f.Path, "key", key, "values", t.Values).At(audit.Place{Path: f.Path})
		}
		for _, n := range nodes {
			place := audit.Place{Path: f.Path, Line: n.Line}
			if n.Kind != yaml.ScalarNode || !slices.Contains(t.Values, n.Value) {
				return audit.NotMet("equals-other", "path", f.Path, "key", key, "values", t.Values).At(place)
			}
			right = append(right, place)
		}
	}
	if len(damaged) > 0 || len(files) > maxRead || s.Truncated() {
		return audit.Unknown("equals-unreadable", "paths", few(append(damaged, paths(files[min(len(files), maxRead):])...)))
	}
	return audit.Met("equals-right", "path", right[0].Path, "key", key, "values", t.Values).At(right[:min(len(right), maxPlaces)]...)
}

// parse reads a file as YAML, of which JSON is a part but for tabs between its
// values; inside its texts there are none.
func parse(s *audit.Snapshot, f audit.File) ([]*yaml.Node, bool) {
	content, err := s.Read(f)
	if err != nil {
		return nil, false
	}
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf"))
	if strings.EqualFold(path.Ext(f.Path), ".json") && len(content) <= yamlfile.MaxBytes && json.Valid(content) {
		content = bytes.ReplaceAll(content, []byte("\t"), []byte(" "))
	}
	documents, err := yamlfile.Parse(content)
	return documents, err == nil
}

// maxNodes is how many values one path may lead to in one file.
const maxNodes = 1000

// find returns the values that the path leads to, in every document that has it.
func (t Equals) find(documents []*yaml.Node) []*yaml.Node {
	nodes := documents
	for _, step := range t.Path {
		var next []*yaml.Node
		for _, n := range nodes {
			next = append(next, follow(n, step)...)
			if len(next) > maxNodes {
				next = next[:maxNodes]
				break
			}
		}
		nodes = next
	}
	return nodes
}

func follow(n *yaml.Node, step string) []*yaml.Node {
	items := yamlfile.Sequence(n)
	if items == nil {
		if found := yamlfile.Field(n, step); found != nil {
			return []*yaml.Node{found}
		}
		return nil
	}
	if step == "*" {
		return items
	}
	if i, err := strconv.Atoi(step); err == nil && i >= 0 && i < len(items) {
		return items[i : i+1]
	}
	return nil
}
