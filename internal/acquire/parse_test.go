package acquire

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

const rawCommit = `tree 4b825dc642cb6eb9a060e54bf8d69288fbee4904
parent 0000000000000000000000000000000000000001
parent 0000000000000000000000000000000000000002
author Zoé  Ünder <Zoe@Example.org> 1700000000 +0100
committer GitHub <noreply@github.com> 1700000100 +0000
gpgsig -----BEGIN PGP SIGNATURE-----
 author Forged <forged@example.org> 1 +0000
 -----END PGP SIGNATURE-----

Title

CO-AUTHORED-BY: Ada <ada@example.org>
co-authored-by: nobody
`

func TestParseCommit(t *testing.T) {
	c, err := parseCommit([]byte(rawCommit))
	if err != nil {
		t.Fatal(err)
	}
	if len(c.parents) != 2 || c.author != (audit.Signature{Name: "Zoé  Ünder", Email: "Zoe@Example.org"}) {
		t.Errorf("%+v", c)
	}
	if !c.when.Equal(time.Unix(1700000000, 0)) || !c.committed.Equal(time.Unix(1700000100, 0)) {
		t.Errorf("dates %s and %s", c.when, c.committed)
	}
	if diff := cmp.Diff([]audit.Signature{{Name: "Ada", Email: "ada@example.org"}}, c.coAuthors); diff != "" {
		t.Error(diff)
	}
	if _, err := parseCommit([]byte("author A <a> 1 +0000\n\nx")); !errors.Is(err, audit.ErrDamaged) {
		t.Errorf("a commit without a tree: %v", err)
	}
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte(rawCommit))
	f.Add([]byte("tree 1\nauthor <> -1\n\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		c, err := parseCommit(raw)
		if err == nil && (c.when.Year() > 9999 || c.when.Year() < 1) {
			t.Errorf("date %s cannot be written", c.when)
		}
	})
}

func TestParseTarget(t *testing.T) {
	for target, want := range map[string]string{
		"github:signaux-faibles/opensignauxfaibles": "https://github.com/signaux-faibles/opensignauxfaibles",
		"https://user:secret@forge.example/a/b.git": "https://forge.example/a/b.git",
		"git@forge.example:team/name.git":           "ssh://git@forge.example/team/name.git",
		"ssh://git@forge.example:2222/a/b":          "ssh://git@forge.example:2222/a/b",
		"git://forge.example/a.git":                 "git://forge.example/a.git",
	} {
		place, err := ParseTarget(target)
		if err != nil || place.URL != want {
			t.Errorf("%s: %q, %v; want %q", target, place.URL, err, want)
		}
	}
}

func FuzzParseTarget(f *testing.F) {
	for _, seed := range []string{"github:a/b", "git@host:x", "ext::sh", "https://u:p@h/x", "-x", "ssh://-o/x", "file:///x", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, target string) {
		place, err := ParseTarget(target)
		if err == nil && (place.Folder == "") == (place.Endpoint == nil) {
			t.Errorf("%q is neither a folder nor an address, or both: %+v", target, place)
		}
		_ = Show(target)
	})
}

func TestTokenVariable(t *testing.T) {
	if got := TokenVariable("gitlab.forge-x.example:8443"); got != "PERENNE_GIT_TOKEN_GITLAB_FORGE_X_EXAMPLE_8443" {
		t.Error(got)
	}
}
