package community

import (
	"errors"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/licence"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// publiccodeValid is COM-01. Catalogues read the file as it is: one wrong key and
// the software is not listed.
var publiccodeValid = &audit.Check{
	ID: "publiccode-valid", Axis: audit.Community, Severity: audit.Bonus,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds: []audit.Kind{
		audit.WebApplication, audit.Service, audit.ShinyApp, audit.DesktopApplication, audit.Library,
		audit.DataPipeline, audit.DataikuProject,
	},
	Source: "https://yml.publiccode.tools/",
	Texts:  texts, Run: runPubliccodeValid,
}

// maxKeys is how many keys a reason names.
const maxKeys = 5

func runPubliccodeValid(s *audit.Snapshot) audit.Verdict {
	file := publiccode.Of(s)
	if file == nil {
		return audit.NotMet("absent").Fact("version", "").Fact("errors", []string{})
	}
	if file.Err != nil {
		v := audit.PartlyMet("unreadable", "path", file.Path)
		if !errors.Is(file.Err, audit.ErrDamaged) {
			v = audit.Unknown("not-read", "path", file.Path)
		}
		return v.At(audit.Place{Path: file.Path}).Fact("version", "").Fact("errors", []string{"file: unreadable"})
	}
	faults := publiccode.FaultsOf(s)
	if file.Licence.Said() && !isSPDX(file.Licence.Text) {
		faults = append(faults[:len(faults):len(faults)], publiccode.Fault{Key: "legal.license", Problem: "spdx", Line: file.Licence.Line})
	}
	v := ofFaults(file, faults)
	errs := []string{}
	for _, f := range faults {
		errs = append(errs, f.String())
	}
	return v.Fact("version", file.Version.Text).Fact("errors", errs)
}

func ofFaults(file *publiccode.File, faults []publiccode.Fault) audit.Verdict {
	if len(faults) == 0 {
		return audit.Met("valid", "path", file.Path, "version", file.Version.Text).At(audit.Place{Path: file.Path})
	}
	var missing, wrong []string
	var places []audit.Place
	for _, f := range faults {
		if f.Problem == "missing" {
			missing = append(missing, f.Key)
		} else {
			wrong = append(wrong, f.Key)
			places = append(places, audit.Place{Path: file.Path, Line: f.Line, Text: f.Key})
		}
	}
	if len(places) == 0 {
		places = append(places, audit.Place{Path: file.Path})
	}
	key := "missing-and-wrong"
	switch {
	case len(wrong) == 0:
		key = "missing"
	case len(missing) == 0:
		key = "wrong"
	}
	return audit.PartlyMet(key, "path", file.Path, "missing", few(missing), "wrong", few(wrong)).At(places[:min(len(places), 10)]...)
}

// few names the first keys, and "…" for more.
func few(keys []string) []string {
	if len(keys) > maxKeys {
		return append(keys[:maxKeys:maxKeys], "…")
	}
	return keys
}

// isSPDX reports whether the text is an expression of SPDX identifiers, rather
// than a name in words.
func isSPDX(text string) bool {
	expression, ok := licence.ParseExpression(text)
	if !ok {
		return false
	}
	exception := false
	for word := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ' ' || r == '(' || r == ')' || r == '\n' }) {
		switch strings.ToUpper(word) {
		case "AND", "OR":
			continue
		case "WITH":
			exception = true
			continue
		}
		known := exception
		for _, id := range expression.IDs() {
			known = known || strings.EqualFold(id, word)
		}
		if !known {
			return false
		}
		exception = false
	}
	return true
}
