package licences

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// declarations reads the licences of the manifests at the top and of
// publiccode.yml; of manifests in folders only when there are none of those.
func declarations(s *audit.Snapshot, public *publiccode.File) []declaration {
	var top, below []declaration
	for _, m := range manifest.Of(s).Manifests {
		d, ok := declarationOf(m)
		switch {
		case !ok:
		case strings.Contains(m.Path, "/"):
			below = append(below, d)
		default:
			top = append(top, d)
		}
	}
	if public != nil {
		if expression, ok := licence.ParseExpression(public.Licence.Text); ok {
			top = append(top, declaration{path: public.Path, written: public.Licence.Text, expression: expression})
		}
	}
	if len(top) == 0 {
		return below
	}
	return top
}

// declarationOf joins what one manifest declares: several entries are a choice.
func declarationOf(m *manifest.Manifest) (declaration, bool) {
	d := declaration{path: m.Path, written: strings.Join(m.Licences, ", "), private: m.Private}
	var parts []licence.Expression
	var seen []string
	for _, written := range m.Licences {
		expression, ok := licence.ParseExpression(written)
		if ok && !slices.Contains(seen, expression.String()) {
			parts = append(parts, expression)
			seen = append(seen, expression.String())
		}
	}
	d.expression = licence.AnyOf(parts...)
	return d, len(parts) > 0
}

// mismatch returns the first declaration that has no licence in common with the
// files. A private package that says "unlicensed" only keeps itself from being
// published.
func (e *evidence) mismatch(ids []string) (declaration, bool) {
	bases := map[string]bool{}
	for _, id := range ids {
		base, _ := licence.Base(id)
		bases[base] = true
	}
	for _, d := range e.declared {
		declared := d.expression.IDs()
		if d.private && slices.Equal(declared, []string{licence.Proprietary}) {
			continue
		}
		if !slices.ContainsFunc(declared, func(id string) bool { base, _ := licence.Base(id); return bases[base] }) {
			return d, true
		}
	}
	return declaration{}, false
}
