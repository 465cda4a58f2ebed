package audit

import (
	"strings"
	"testing"
)

func TestMaskEmail(t *testing.T) {
	for text, want := range map[string]string{
		"Ada@X.fr": "a…@x.fr", "12+ada@users.noreply.github.com": "a…@users.noreply.github.com", "@x": "…@x", "ada": "ada", "": "",
	} {
		if got := MaskEmail(text); got != want {
			t.Errorf("MaskEmail(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestMaskEmails(t *testing.T) {
	for text, want := range map[string]string{
		"Ada One <ada@x.fr> @ada, 12+b@users.noreply.github.com": "Ada One <a…@x.fr> @ada, b…@users.noreply.github.com",
		"git config user.email Ada@X.gouv.fr":                    "git config user.email a…@x.gouv.fr",
		"npm i @scope/name@1.2.3":                                "npm i @scope/name@1.2.3", "git@forge.fr:a/b": "g…@forge.fr:a/b", "zoé@x.fr": "z…@x.fr", "a@b": "a@b", "": "",
	} {
		if got := MaskEmails(text); got != want {
			t.Errorf("MaskEmails(%q) = %q, want %q", text, got, want)
		}
	}
}

func FuzzMaskEmails(f *testing.F) {
	f.Add("Ada <ada@x.fr> é@x.fr @b\xff@c.d")
	f.Fuzz(func(t *testing.T, text string) {
		MaskEmail(text)
		if again := MaskEmails(MaskEmails(text)); strings.Count(again, "@") != strings.Count(text, "@") {
			t.Errorf("%q became %q", text, again)
		}
	})
}
