package maintainer

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// inPubliccode names the contacts and contractors of publiccode.yml. A file that
// is no YAML says nothing; another check judges it.
func inPubliccode(code *publiccode.File) []Declared {
	if code == nil {
		return nil
	}
	var all []Declared
	for _, one := range code.Contacts {
		all = append(all, partyOf(code, one, Maintainer))
	}
	for _, one := range code.Contractors {
		all = append(all, partyOf(code, one, Contractor))
	}
	named := all[:0]
	for _, d := range all {
		if (d.Name != "" || d.Email != "") && !IsPlaceholder(d.Entry) && len(named) < MaxDeclared {
			named = append(named, d)
		}
	}
	return named
}

func partyOf(code *publiccode.File, one publiccode.Party, as Role) Declared {
	d := Declared{Role: as, Place: audit.Place{Path: code.Path, Line: one.Name.Line}}
	d.Name, d.Email = one.Name.Text, one.Email.Text
	if !one.Name.Said() {
		d.Place.Line = one.Email.Line
	}
	if until, err := time.Parse(time.DateOnly, one.Until.Text); err == nil {
		// The contract still holds on its last day.
		d.Until = until.AddDate(0, 0, 1)
	}
	return d
}
