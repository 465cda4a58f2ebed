package licences

import (
	"slices"
	"testing"

	"github.com/perenne-audit/perenne/internal/licence"
)

// The name of a file in the folder of licences says what its text leaves open.
func TestFileNameCompletesTheID(t *testing.T) {
	for path, want := range map[string]string{
		"LICENSES/GPL-3.0-or-later.txt": "GPL-3.0-or-later", "LICENSES/GPL-3.0-only.txt": "GPL-3.0-only", "LICENSES/GPL-3.0.txt": "GPL-3.0",
		"GPL-3.0-or-later.txt": "GPL-3.0", "LICENSES/AGPL-3.0-or-later.txt": "GPL-3.0",
	} {
		f := licenceFile{path: path, found: licence.Recognition{Licences: []licence.Found{{ID: "GPL-3.0", Match: licence.Full}}, Match: licence.Full}}
		if got := f.named().found.IDs(licence.Full); !slices.Equal(got, []string{want}) {
			t.Errorf("%s: %v, want %s", path, got, want)
		}
	}
}
