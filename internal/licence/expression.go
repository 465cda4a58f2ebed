package licence

import (
	"slices"
	"strings"

	"github.com/github/go-spdx/v2/spdxexp"
)

// Proprietary stands for "all rights reserved", however a manifest writes it.
const Proprietary = "LicenseRef-Proprietary"

// Expression says under which licences a work may be used: one, or several
// joined by AND and OR.
type Expression struct {
	// id is set for a single licence, exception for what follows WITH.
	id, exception string
	// operator is "AND" or "OR" otherwise, and parts are at least two.
	operator string
	parts    []Expression
}

// longestExpression bounds what is parsed; a real one has a few dozen letters.
const longestExpression = 1000

// ParseExpression reads a licence as a manifest declares it: an SPDX expression
// in any letter case, "MIT/Apache-2.0", R's "GPL (>= 3) | file LICENSE", or a
// name in words such as "Apache License 2.0" and "Licence MIT". It says false
// when no licence can be made out, and when the text only points to a file.
func ParseExpression(text string) (Expression, bool) {
	text = strings.TrimSpace(text)
	if text == "" || len(text) > longestExpression {
		return Expression{}, false
	}
	text = withoutFile(text)
	p := &expressionParser{words: expressionWords(text)}
	if e, ok := p.or(0); ok && len(p.words) == 0 {
		return e, true
	}
	if e, ok := inParts(text); ok {
		return e, true
	}
	return inWords(text)
}

// separators stand between licences that are named in words, each with what it
// means.
var separators = []struct{ text, operator string }{
	{" | ", "OR"}, {" or ", "OR"}, {" OR ", "OR"}, {" / ", "OR"}, {" ou ", "OR"}, {",", "OR"}, {"/", "OR"},
	{" and ", "AND"}, {" AND ", "AND"}, {" & ", "AND"}, {" et ", "AND"}, {" + ", "AND"},
}

// mostParts bounds how many licences are named in a row.
const mostParts = 8

// inParts reads "GPLv2 or GPLv3" and "LGPL-3 | GPL-2": each part must be a
// licence.
func inParts(text string) (Expression, bool) {
	for _, separator := range separators {
		parts := strings.Split(text, separator.text)
		if len(parts) < 2 || len(parts) > mostParts || strings.ContainsAny(text, "()") {
			continue
		}
		var all []Expression
		for _, part := range parts {
			p := &expressionParser{words: expressionWords(part)}
			e, ok := p.or(0)
			if !ok || len(p.words) > 0 {
				e, ok = inWords(part)
			}
			if ok {
				all = append(all, e)
			}
		}
		if len(all) == len(parts) {
			return join(separator.operator, all), true
		}
	}
	return Expression{}, false
}

// withoutFile takes away what R writes to point to the holder's name:
// "MIT + file LICENSE".
func withoutFile(text string) string {
	for _, pointer := range []string{"+ file LICENSE", "+ file LICENCE", "| file LICENSE", "| file LICENCE"} {
		if before, ok := strings.CutSuffix(text, pointer); ok && strings.TrimSpace(before) != "" {
			return strings.TrimSpace(before)
		}
	}
	return text
}

// inWords reads a licence named in words.
func inWords(text string) (Expression, bool) {
	switch lower := strings.ToLower(text); {
	case lower == "unlicensed", strings.Contains(lower, "proprietary"), strings.Contains(lower, "propriétaire"), strings.Contains(lower, "all rights reserved"),
		strings.Contains(lower, "tous droits réservés"):
		return Expression{id: Proprietary}, true
	case strings.HasPrefix(lower, "see licen"):
		return Expression{}, false
	}
	text = strings.NewReplacer(">=", "", "(", "", ")", "").Replace(atLeast(text))
	words := tokens([]byte(text))
	found := notices(words)
	if len(found) == 0 || slices.ContainsFunc(found, func(f Found) bool { return f.ID != found[0].ID }) {
		return Expression{}, false
	}
	return Expression{id: found[0].ID}, true
}

// atLeast writes R's "GPL (>= 3)" as "GPL 3+".
func atLeast(text string) string {
	before, after, ok := strings.Cut(text, "(>=")
	if !ok {
		return text
	}
	version, rest, _ := strings.Cut(after, ")")
	return before + strings.TrimSpace(version) + "+ " + rest
}

// expressionWords splits an expression into ids, operators and brackets. A
// slash and a bar mean OR; ", " is the list that several formats allow.
func expressionWords(text string) []string {
	text = strings.NewReplacer("(", " ( ", ")", " ) ", "/", " OR ", "|", " OR ", ", ", " OR ", ";", " OR ", "&", " AND ").Replace(text)
	return strings.Fields(text)
}

type expressionParser struct{ words []string }

// deepest bounds the brackets in brackets.
const deepest = 20

func (p *expressionParser) or(depth int) (Expression, bool) {
	return p.joined("OR", depth, p.and)
}

func (p *expressionParser) and(depth int) (Expression, bool) {
	return p.joined("AND", depth, p.single)
}

// joined reads one or more parts with the operator between them.
func (p *expressionParser) joined(operator string, depth int, part func(int) (Expression, bool)) (Expression, bool) {
	first, ok := part(depth)
	if !ok {
		return first, false
	}
	parts := []Expression{first}
	for len(p.words) > 0 && strings.EqualFold(p.words[0], operator) {
		p.words = p.words[1:]
		next, ok := part(depth)
		if !ok {
			return next, false
		}
		parts = append(parts, next)
	}
	if len(parts) == 1 {
		return first, true
	}
	return Expression{operator: operator, parts: parts}, true
}

func (p *expressionParser) single(depth int) (Expression, bool) {
	if len(p.words) == 0 || depth > deepest {
		return Expression{}, false
	}
	word := p.words[0]
	p.words = p.words[1:]
	if word == "(" {
		e, ok := p.or(depth + 1)
		if !ok || len(p.words) == 0 || p.words[0] != ")" {
			return e, false
		}
		p.words = p.words[1:]
		return e, true
	}
	id, ok := canonical(word)
	if !ok {
		return Expression{}, false
	}
	e := Expression{id: id}
	if len(p.words) >= 2 && strings.EqualFold(p.words[0], "WITH") {
		e.exception = p.words[1]
		p.words = p.words[2:]
	}
	return e, true
}

// otherNames are single words by which manifests call a licence, in lower case.
var otherNames = map[string]string{
	"expat": "MIT", "apache2": "Apache-2.0", "apache-2": "Apache-2.0", "bsd-2": "BSD-2-Clause", "bsd-3": "BSD-3-Clause", "bsd3": "BSD-3-Clause",
	"gpl-2": "GPL-2.0", "gpl-3": "GPL-3.0", "lgpl-3": "LGPL-3.0", "agpl-3": "AGPL-3.0", "mpl-2": "MPL-2.0", "epl-2": "EPL-2.0",
	"eupl-1.2-or-later": "EUPL-1.2", "eupl-1.2+": "EUPL-1.2", "lov2": "etalab-2.0", "licence-ouverte-2.0": "etalab-2.0",
}

// canonical returns an id as SPDX writes it.
func canonical(id string) (string, bool) {
	base, suffix := Base(id)
	if suffix != "" && strings.HasSuffix(id, "+") {
		if name, ok := canonical(base); ok {
			if slices.Contains([]string{"GPL", "LGP", "AGP", "GFD"}, name[:min(3, len(name))]) {
				return name + suffix, true
			}
			return name, true
		}
	}
	if strings.HasPrefix(id, "LicenseRef-") || strings.EqualFold(id, "UNLICENSED") {
		if strings.EqualFold(id, "UNLICENSED") || strings.Contains(strings.ToLower(id), "proprietary") {
			return Proprietary, true
		}
		return id, true
	}
	if name, ok := otherNames[strings.ToLower(id)]; ok {
		return name, true
	}
	if valid, _ := spdxexp.ValidateAndNormalizeLicensesWithOptions([]string{id}, spdxexp.ValidateLicensesOptions{}); len(valid) == 1 {
		return valid[0], true
	}
	return "", false
}

// Single makes an expression of one licence.
func Single(id string) Expression { return Expression{id: id} }

// AllOf joins licences that apply together, AnyOf those between which the user
// chooses. One part stays what it is; no parts make the empty expression.
func AllOf(parts ...Expression) Expression { return join("AND", parts) }

// AnyOf: see AllOf.
func AnyOf(parts ...Expression) Expression { return join("OR", parts) }

func join(operator string, parts []Expression) Expression {
	switch len(parts) {
	case 0:
		return Expression{}
	case 1:
		return parts[0]
	}
	return Expression{operator: operator, parts: parts}
}

// IsEmpty reports whether there is no licence in the expression.
func (e Expression) IsEmpty() bool { return e.id == "" && e.operator == "" }

// IDs lists the licences of the expression, sorted, each once.
func (e Expression) IDs() []string {
	ids := e.ids(nil)
	slices.Sort(ids)
	return slices.Compact(ids)
}

func (e Expression) ids(to []string) []string {
	if e.id != "" {
		to = append(to, e.id)
	}
	for _, part := range e.parts {
		to = part.ids(to)
	}
	return to
}

// String writes the expression as SPDX does; brackets stand where they matter.
func (e Expression) String() string {
	if e.operator == "" {
		if e.exception != "" {
			return e.id + " WITH " + e.exception
		}
		return e.id
	}
	texts := make([]string, len(e.parts))
	for i, part := range e.parts {
		texts[i] = part.String()
		if part.operator == "OR" && e.operator == "AND" {
			texts[i] = "(" + texts[i] + ")"
		}
	}
	return strings.Join(texts, " "+e.operator+" ")
}

// Standing grades the expression: the best of what the user may choose between,
// the worst of what applies together. An exception only adds permissions, so it
// is left out.
func (e Expression) Standing(of func(id string) Standing) Standing {
	if e.operator == "" {
		return of(e.id)
	}
	result := e.parts[0].Standing(of)
	for _, part := range e.parts[1:] {
		standing := part.Standing(of)
		if (e.operator == "OR") == (standing > result) {
			result = standing
		}
	}
	return result
}
