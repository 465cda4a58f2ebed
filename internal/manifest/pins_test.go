package manifest

import (
	"fmt"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

type pinBlobs map[string]string

func (b pinBlobs) Blob(f audit.File) ([]byte, error) { return []byte(b[f.Path]), nil }

func pinsOf(files pinBlobs) string {
	var list []audit.File
	for name := range files {
		list = append(list, audit.File{Path: name, Blob: name})
	}
	var lines []string
	for _, p := range Pins(&audit.Snapshot{Tree: audit.NewTree(list, files, false)}) {
		lines = append(lines, fmt.Sprintf("%s:%d %s %s", p.Path, p.Line, p.Runtime, p.Version))
	}
	return strings.Join(lines, "\n")
}

func TestPins(t *testing.T) {
	got := pinsOf(pinBlobs{
		".mise.toml": "[tools]\nnode = \"20\"\npython = ['3.11', '3.10']\njava = {version='temurin-17'}\n",
		".nvmrc":     "# the team's\nv16.13.0\n", ".python-version": "3.8.2\n3.7\n", ".ruby-version": "ruby-2.7.5\n", ".sdkmanrc": "java=17.0.1-tem\n",
		".tool-versions": "nodejs 12.22.1\n# elixir 1.9\nelixir 1.14.3-otp-25\nerlang 25.1\nterraform 1.2\n",
		"a/runtime.txt":  "python-3.6.9\n", "b/runtime.txt": "r-3.6-2019-09-24\n", "global.json": `{"sdk": {"version": "6.0.100"}}`,
		"node_modules/x/.nvmrc": "4\n", "runtime.txt": "a text\n", "system.properties": "java.runtime.version=11\n",
	})
	want := `.mise.toml:2 node 20
.mise.toml:3 python 3.11
.mise.toml:4 java 17
.nvmrc:2 node v16.13.0
.python-version:1 python 3.8.2
.ruby-version:1 ruby 2.7.5
.sdkmanrc:1 java 17.0.1-tem
.tool-versions:1 node 12.22.1
.tool-versions:3 elixir 1.14.3-otp-25
.tool-versions:4 erlang 25.1
a/runtime.txt:1 python 3.6.9
b/runtime.txt:1 r 3.6
global.json:1 dotnet 6.0
system.properties:1 java 11`
	if got != want {
		t.Errorf("got\n%s", got)
	}
}

func FuzzPins(f *testing.F) {
	for _, seed := range []string{"v16", "nodejs 12\n", "python-3.6", "[tools]\nnode=['1']", `{"sdk":{"version":"6.0"}}`, "java=17"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, content string) {
		files := pinBlobs{}
		for name := range pinReaders {
			files[name] = content
		}
		pinsOf(files)
	})
}
