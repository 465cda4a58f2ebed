package maintainers

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// inPubliccode names the contacts and contractors of publiccode.yml. A file that
// is no YAML says nothing; another check judges it.
func inPubliccode(code *publiccode.File) []declared {
	if code == nil {
		return nil
	}
	var all []declared
	for _, one := range code.Contacts {
		all = append(all, partyOf(code, one, maintainer))
	}
	for _, one := range code.Contractors {
		all = append(all, partyOf(code, one, contractor))
	}
	named := all[:0]
	for _, d := range all {
		if (d.name != "" || d.email != "") && !isPlaceholder(d.entry) && len(named) < maxDeclared {
			named = append(named, d)
		}
	}
	return named
}

func partyOf(code *publiccode.File, one publiccode.Party, as role) declared {
	d := declared{role: as, place: audit.Place{Path: code.Path, Line: one.Name.Line}}
	d.name, d.email = one.Name.Text, one.Email.Text
	if !one.Name.Said() {
		d.place.Line = one.Email.Line
	}
	if until, err := time.Parse(time.DateOnly, one.Until.Text); err == nil {
		// The contract still holds on its last day.
		d.until = until.AddDate(0, 0, 1)
	}
	return d
}
