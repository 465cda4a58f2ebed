package report

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// Document is one audit in the form perenne.audit/v1, see schema.json.
type Document = jsonAudit

// DocumentOf puts a result into that form. The error is a text that cannot be
// read.
func DocumentOf(r *audit.Result, lang audit.Lang) (Document, error) { return jsonOf(r, lang) }

// Explain puts the reason of a verdict into words, safe to print.
func Explain(t *audit.Text, r audit.Reason, lang audit.Lang) string {
	return reason(text.In(lang), t, r)
}

// Clean makes foreign text safe to print: what is not UTF-8, moves a cursor or
// reverses the direction of text is written as escapes.
func Clean(s string) string { return clean(s) }

// Where writes a place as path:line, safe to print.
func Where(p audit.Place) string { return where(p) }
