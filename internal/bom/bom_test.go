package bom

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

const (
	cycloneJSON = `{"bomFormat":"CycloneDX","components":[{"name":"a","version":"1","licenses":[{"license":{"id":"MIT"}}]},{"name":"b","licenses":[{"expression":"MIT OR Apache-2.0"}]},{"name":"c"}]}`
	cycloneXML  = `<bom xmlns="http://cyclonedx.org/schema/bom/1.5"><components><component><name>a</name><version>1</version><licenses><license><id>MIT</id></license></licenses></component><component><name>c</name></component></components></bom>`
	spdxJSON    = `{"spdxVersion":"SPDX-2.3","documentDescribes":["SPDXRef-me"],"packages":[{"SPDXID":"SPDXRef-me","name":"me"},{"SPDXID":"x","name":"a","versionInfo":"1","licenseConcluded":"NOASSERTION","licenseDeclared":"MIT"},{"name":"c","licenseDeclared":"NONE"}]}`
	spdxTags    = "SPDXVersion: SPDX-2.2\nDataLicense: CC0-1.0\n\nPackageName: a\nPackageVersion: 1\nPackageLicenseConcluded: NOASSERTION\nPackageLicenseDeclared: MIT\n\nPackageName: c\n"
)

func TestParse(t *testing.T) {
	for name, test := range map[string]struct{ content, want string }{
		"bom.json":    {cycloneJSON, "CycloneDX a 1 [MIT], b  [MIT OR Apache-2.0], c  []"},
		"bom.xml":     {cycloneXML, "CycloneDX a 1 [MIT], c  []"},
		"a.spdx.json": {spdxJSON, "SPDX a 1 [MIT], c  []"},
		"a.spdx":      {spdxTags, "SPDX a 1 [MIT], c  []"},
	} {
		bill, err := Parse(name, []byte(test.content))
		if err != nil {
			t.Fatal(err)
		}
		var parts []string
		for _, c := range bill.Components {
			parts = append(parts, fmt.Sprintf("%s %s %v", c.Name, c.Version, c.Licences))
		}
		if got := bill.Format + " " + strings.Join(parts, ", "); got != test.want {
			t.Errorf("%s: %s", name, got)
		}
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for name, test := range map[string]struct {
		content string
		want    error
	}{
		"bom.json": {`{"a": 1}`, audit.ErrUnsupported}, "sbom.json": {`{`, audit.ErrDamaged}, "bom.xml": {`<a/>`, audit.ErrUnsupported},
		"a.spdx": {"hello", audit.ErrUnsupported}, "sbom.xml": {"<a", audit.ErrDamaged},
	} {
		if _, err := Parse(name, []byte(test.content)); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestNamed(t *testing.T) {
	for name, want := range map[string]bool{
		"bom.json": true, "docs/sbom-1.2.cdx.json": true, "sbom.xml": true, "app.spdx": true, "LICENSES/MIT.json": false, "bombe.json": false,
		"tests/bom.json": false, "package.json": false, "cyclonedx-report.json": true,
	} {
		if named(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

func FuzzParse(f *testing.F) {
	for name, content := range map[string]string{"a.json": cycloneJSON, "b.json": spdxJSON, "a.xml": cycloneXML, "a.spdx": spdxTags} {
		f.Add(name, []byte(content))
	}
	f.Fuzz(func(_ *testing.T, name string, content []byte) { _, _ = Parse(name, content) })
}
