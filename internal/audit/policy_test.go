package audit

import (
	"io"
	"io/fs"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCriticalityWeigh(t *testing.T) {
	for criticality, want := range map[Criticality]Severity{CriticalityA: Blocker, CriticalityB: Blocker, "": Blocker, CriticalityC: Major} {
		for id, severity := range map[string]Severity{
			"licence-present": Blocker, "no-secrets-committed": Blocker, "readme-useful": Blocker, "maintainer-staying": want,
		} {
			given := &Check{ID: id, Severity: Blocker}
			if got := criticality.Weigh(given); got.Severity != severity || got.ID != id || given.Severity != Blocker {
				t.Errorf("%q: %s is %s, want %s", criticality, id, got.Severity, severity)
			}
		}
		minor := &Check{ID: "tests-present", Severity: Minor}
		if criticality.Weigh(minor) != minor {
			t.Errorf("%q: a minor check is copied", criticality)
		}
	}
}

func TestPolicyApply(t *testing.T) {
	given := []*Check{{ID: "a-check", Severity: Major}, {ID: "b-check", Severity: Minor}}
	p := &Policy{Rules: []*Check{{ID: "own-rule", Severity: Moderate}}, Severities: map[string]Severity{"a-check": Blocker, "b-check": Minor, "own-rule": Bonus}}
	got := p.Apply(given)
	if len(got) != 3 || got[0].Severity != Blocker || got[1] != given[1] || got[2].Severity != Bonus {
		t.Errorf("%+v", got)
	}
	if given[0].Severity != Major || p.Rules[0].Severity != Moderate {
		t.Error("what was given has changed")
	}
	var none *Policy
	if got := none.Apply(given); len(got) != 2 || got[0] != given[0] || none.String() != "default" || none.Limits() != DefaultThresholds {
		t.Errorf("without a policy: %+v", got)
	}
	if s := (&Policy{Name: "ours", Version: "1"}).String(); s != "ours 1" {
		t.Error(s)
	}
}

func TestWriteTexts(t *testing.T) {
	want := &Text{Title: "It is there", Why: "It helps.", Fix: "Add it.", Reasons: map[string]string{"missing": "No {files}.", "found": "{path}: there."}}
	c := &Check{ID: "own-rule", Texts: WriteTexts("own-rule", map[Lang]*Text{English: want, French: want})}
	for _, lang := range []Lang{English, French} {
		got, err := c.Text(lang)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	}
	// Read as any file system is.
	f, err := c.Texts.Open("text/own-rule.en.md")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	content, err := io.ReadAll(f)
	info, wrong := f.Stat()
	if err != nil || wrong != nil || info.Size() != int64(len(content)) || info.Name() != "own-rule.en.md" || info.IsDir() || !info.Mode().IsRegular() {
		t.Errorf("%v, %v, %v", info, err, wrong)
	}
	if _, err := c.Texts.Open("text/other.en.md"); err == nil {
		t.Error("a text that was not written is there")
	}
	if _, err := fs.ReadFile(c.Texts, "text/own-rule.de.md"); err == nil {
		t.Error("a language that was not written is there")
	}
}
