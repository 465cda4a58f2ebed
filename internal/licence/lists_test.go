package licence

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// spdxList is the SPDX licence list, as the module that we check ids with brings
// it along.
type spdxList struct {
	Licenses []struct {
		LicenseID             string
		IsDeprecatedLicenseID bool
		IsOsiApproved         bool
		IsFsfLibre            bool
	}
}

// TestListsAgreeWithSPDX compares the lists of the two bodies whose answers SPDX
// keeps. An id that SPDX has given up may stay on ours.
func TestListsAgreeWithSPDX(t *testing.T) {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/github/go-spdx/v2").Output()
	if err != nil {
		t.Fatal("find the SPDX list in the module cache: ", err)
	}
	content, err := os.ReadFile(filepath.Join(strings.TrimSpace(string(out)), "cmd", "licenses.json"))
	if err != nil {
		t.Fatal(err)
	}
	var spdx spdxList
	if err := json.Unmarshal(content, &spdx); err != nil {
		t.Fatal(err)
	}
	for _, l := range spdx.Licenses {
		base, _ := Base(l.LicenseID)
		if l.IsDeprecatedLicenseID {
			continue
		}
		if on := namedLists()["osi"][base] != NotFree; l.IsOsiApproved && !on {
			t.Errorf("%s is approved by the OSI and not on the list", base)
		}
		if on := namedLists()["fsf"][base] != NotFree; l.IsFsfLibre && !on {
			t.Errorf("%s is called free by the FSF and not on the list", base)
		}
	}
}

var listDate = regexp.MustCompile(`(?m)^# (As of|In force since) \d{4}-\d{2}-\d{2}\b`)

// TestListsAreDated: a list that changes over time says what day it stands for.
func TestListsAreDated(t *testing.T) {
	for _, name := range ListNames {
		content, err := os.ReadFile("lists/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if !listDate.Match(content) {
			t.Errorf("%s has no date", name)
		}
	}
}
