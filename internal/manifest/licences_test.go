package manifest

import (
	"slices"
	"testing"
)

// TestProgramsDeclareLicences: the manifests that are programs say the licence
// too.
func TestProgramsDeclareLicences(t *testing.T) {
	for _, c := range []struct {
		name string
		read func(*Manifest, []byte) error
		text string
		want []string
	}{
		{"mix.exs", readMix, "  defp package do\n    [licenses: [\"EUPL-1.2\", \"MIT\"], links: %{}]\n  end\n", []string{"EUPL-1.2", "MIT"}},
		{"project.clj", readClojure, "(defproject phares \"0.1.0\"\n  :license {:name \"EPL-2.0\"\n            :url \"https://www.eclipse.org/legal/epl-2.0/\"}\n  :dependencies [[org.clojure/clojure \"1.11.1\"]])\n", []string{"EPL-2.0"}},
		{"project.clj without", readClojure, "(defproject phares \"0.1.0\" :dependencies [])\n", nil},
	} {
		m := &Manifest{}
		if err := c.read(m, []byte(c.text)); err != nil || !slices.Equal(m.Licences, c.want) {
			t.Errorf("%s: %v, %v; want %v", c.name, m.Licences, err, c.want)
		}
	}
}
