package container

import (
	"errors"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// maxDepth is how deep a document is followed.
const maxDepth = 64

// parseYAML returns the top of each document, in order. Fragments that a
// template fills in are told apart from mistakes.
func parseYAML(content []byte) ([]*yaml.Node, error) {
	tops, err := yamlfile.Parse(content)
	if err != nil && !errors.Is(err, audit.ErrTooLarge) {
		return nil, syntaxOrTemplate(content, err)
	}
	return tops, err
}
