package script

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestCommands(t *testing.T) {
	for script, want := range map[string][]Command{
		"cd a && npm ci; make x | tee \"a b\"\n": {{[]string{"cd", "a"}, "cd a", 0}, {[]string{"npm", "ci"}, "npm ci", 0}, {[]string{"make", "x"}, "make x", 0}, {[]string{"tee", "a b"}, `tee "a b"`, 0}},
		"# npm ci\nmake \\\n  x # now\ngo\n":     {{[]string{"make", "x"}, "make \\\n  x", 1}, {[]string{"go"}, "go", 3}},
		"cat <<EOF > a\nnpm x\nEOF\n(go test)":   {{[]string{"cat", "EOF", ">", "a"}, "cat <<EOF > a", 0}, {[]string{"go", "test"}, "go test", 3}},
		"a 'x\ny' b\nc \"d":                      {{[]string{"a", "x\ny", "b"}, "a 'x\ny' b", 0}, {[]string{"c", "d"}, "c \"d", 2}},
		`a\ b & c`:                               {{[]string{"a b"}, `a\ b`, 0}, {[]string{"c"}, "c", 0}},
		"":                                       nil,
	} {
		if diff := cmp.Diff(want, Commands(script)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", script, diff)
		}
	}
}

func TestTyped(t *testing.T) {
	for line, want := range map[string][]Command{
		"git clone <your fork> && npm ci ; x": {{[]string{"git", "clone", "<your fork>"}, "git clone <your fork>", 0}, {[]string{"npm", "ci"}, "npm ci", 0}, {[]string{"x"}, "x", 0}},
		`venv\Scripts\activate & a |& b`:      {{[]string{`venv\Scripts\activate`, "&", "a"}, `venv\Scripts\activate & a`, 0}, {[]string{"b"}, "b", 0}},
		"runApp('a b') # c; d":                {{[]string{"runApp(a b)"}, "runApp('a b')", 0}},
		"cat <a >b <<EOF":                     {{[]string{"cat", "<a >b", "<<EOF"}, "cat <a >b <<EOF", 0}},
	} {
		if diff := cmp.Diff(want, Typed(line)); diff != "" {
			t.Errorf("%q (-want +got):\n%s", line, diff)
		}
	}
}

func TestAssigns(t *testing.T) {
	for word, want := range map[string]bool{"PORT=80": true, "_a1=": true, "1a=b": false, "=": false, "a": false, "--x=1": false, "a-b=c": false} {
		if Assigns(word) != want {
			t.Errorf("%q: got %t", word, !want)
		}
	}
}

func TestMakefile(t *testing.T) {
	m := ParseMakefile(strings.Join([]string{
		"VAR := a", "OTHER ?= b:c", ".PHONY: all", ".env: x", "all install: build ; echo", "build-%: x", "\t@echo fake:", "define X", "inside:", "endef",
		"long \\", "  name:", "# comment:", "private: A = 1", "double:: x # y", "\t-$(MAKE) z", "\t$(GO) test",
	}, "\n"))
	for target, want := range map[string]bool{
		"all": true, "install": true, "build-prod": true, "build-": false, "fake": false, "inside": false, "name": true, "comment": false,
		"VAR": false, "OTHER": false, "double": true, "b": false, ".env": true,
	} {
		if m.Has(target) != want {
			t.Errorf("target %q: got %t", target, !want)
		}
	}
	if m.Goal != "all" || m.Targets["double"].Script() != "make z\ngo test" || m.Targets["build-%"].Script() != "echo fake:" {
		t.Errorf("%+v", m)
	}
	if diff := cmp.Diff(&Target{Needs: []string{"build"}, Recipe: []string{"echo"}}, m.Targets["install"]); diff != "" {
		t.Error(diff)
	}
	for _, open := range []string{"include x.mk\n", "$(TARGETS): a\n", ".DEFAULT: a\n", "$(eval $(call x))\n", ".PHONY: $(ALL)\n"} {
		if !ParseMakefile(open).Has("anything") {
			t.Errorf("%q: targets may come from elsewhere", open)
		}
	}
	if goal := ParseMakefile("a:\n.DEFAULT_GOAL := b\nb:\n").Goal; goal != "b" {
		t.Errorf("goal %q", goal)
	}
}

type contents map[string]string

func (c contents) Blob(f audit.File) ([]byte, error) { return []byte(c[f.Path]), nil }

// What is included counts, and a file that includes itself has an end.
func TestIncludedMakefile(t *testing.T) {
	files := contents{"a/Makefile": "include x.mk\nall: one\n", "a/x.mk": "include x.mk\none:\n\tgo test\n"}
	s := &audit.Snapshot{Tree: audit.NewTree([]audit.File{{Path: "a/Makefile", Blob: "1"}, {Path: "a/x.mk", Blob: "2"}}, files, false)}
	m := MakefileIn(s, "a")
	if m == nil || !m.Open || m.Goal != "one" || m.Targets["all"] == nil || m.Targets["one"].Script() == "" {
		t.Errorf("%+v", m)
	}
	if MakefileIn(s, "") != nil {
		t.Error("there is none at the top")
	}
}

func FuzzCommands(f *testing.F) {
	for _, seed := range []string{"$ npm ci && make x | tee a > b", "cat <<EOF\nx\nEOF", "a 'b \" c", "<x> < y >& z", "cd \\\n", "a;;&|&&b\\"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, c := range append(Commands(text), Typed(text)...) {
			if len(c.Words) == 0 || c.Line < 0 || c.Line > strings.Count(text, "\n") || !strings.Contains(text, c.Text) {
				t.Fatalf("%+v", c)
			}
		}
	})
}

func FuzzMakefile(f *testing.F) {
	f.Add("a b: c\n\tx\ninclude y\n%.o: %.c\ndefine z\nendef\n.DEFAULT_GOAL = a\n")
	f.Fuzz(func(_ *testing.T, content string) {
		m := ParseMakefile(content)
		m.Has("a")
		for _, target := range m.Targets {
			target.Script()
		}
	})
}
