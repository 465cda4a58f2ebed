package licence

import (
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestLists(t *testing.T) {
	for _, tc := range []struct {
		choice audit.LicenceList
		id     string
		want   Standing
	}{
		{audit.LicenceList{}, "MIT", CodeListed},
		{audit.LicenceList{}, "GPL-2.0-only", Free},
		{audit.LicenceList{}, "etalab-2.0", ContentListed},
		{audit.LicenceList{List: "osi"}, "GPL-2.0-only", CodeListed},
		{audit.LicenceList{List: "osi"}, "ISC", CodeListed},
		{audit.LicenceList{List: "osi"}, "CC0-1.0", Free},
		{audit.LicenceList{List: "osi"}, "SSPL-1.0", NotFree},
		{audit.LicenceList{List: "fsf"}, "CC-BY-SA-4.0", ContentListed},
		{audit.LicenceList{List: "fsf"}, "CECILL-B", CodeListed},
		{audit.LicenceList{List: "eupl"}, "EUPL-1.2", CodeListed},
		{audit.LicenceList{List: "eupl"}, "GPL-3.0-or-later", CodeListed},
		{audit.LicenceList{List: "eupl"}, "MIT", Free},
		{audit.LicenceList{List: "eupl", Also: []string{"MIT"}}, "MIT", CodeListed},
		{audit.LicenceList{Also: []string{"ISC"}}, "ISC", CodeListed},
		{audit.LicenceList{Except: []string{"AGPL-3.0"}}, "AGPL-3.0-or-later", Free},
		{audit.LicenceList{Except: []string{"AGPL-3.0"}}, "GPL-3.0", CodeListed},
	} {
		if got := ListFor(&audit.Policy{Licences: tc.choice}).Standing(tc.id); got != tc.want {
			t.Errorf("%+v: %s stands at %d, want %d", tc.choice, tc.id, got, tc.want)
		}
	}
	if !ListFor(nil).Plain() {
		t.Error("without a policy, the list is not the statutory one")
	}
}

// What a list holds is known to be free, whichever list is chosen.
func TestListsAreFree(t *testing.T) {
	for name, l := range namedLists() {
		if len(l) < 10 {
			t.Errorf("%s holds %d licences", name, len(l))
		}
		for id := range l {
			if StandingOf(id) < Free {
				t.Errorf("%s: %s is on no list of free licences", name, id)
			}
		}
	}
}
