package forge

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestParseRepo(t *testing.T) {
	for address, want := range map[string]string{
		"https://github.com/dinum/guichet":            "github.com/dinum/guichet",
		"https://github.com/dinum/guichet.git":        "github.com/dinum/guichet",
		"https://GitHub.com:443/dinum/guichet/":       "github.com/dinum/guichet",
		"https://user:secret@forge.example:8443/a/b":  "forge.example:8443/a/b",
		"http://127.0.0.1:3000/a/b.git":               "127.0.0.1:3000/a/b",
		"git@forge.example:group/sub/name.git":        "forge.example/group/sub/name",
		"ssh://git@forge.example:2222/group/name.git": "forge.example/group/name",
		"git://forge.example/a/b":                     "forge.example/a/b",
		"https://forge.example/a":                     "",
		"https://forge.example/":                      "",
		"https://forge.example/a/../../etc/passwd":    "forge.example/etc/passwd",
		"https://forge.example/a/b%3Fx":               "",
		"https://forge.example/a/b%0ax":               "",
		"https://forge.example/a/b\"c":                "",
		"/srv/folder":                                 "",
		"folder":                                      "",
		"":                                            "",
		"file:///srv/folder/x":                        "",
		"C:\\folder@x:y":                              "",
		"https://":                                    "",
	} {
		r, ok := ParseRepo(address)
		if got := r.String(); ok != (want != "") || ok && got != want {
			t.Errorf("%q: %q %v, want %q", address, got, ok, want)
		}
	}
	if r, _ := ParseRepo("git@forge.example:group/sub/name.git"); r.Owner() != "group/sub" || r.Name() != "name" {
		t.Errorf("%q %q", r.Owner(), r.Name())
	}
}

func FuzzParseRepo(f *testing.F) {
	for _, s := range []string{"https://github.com/a/b.git", "git@h:a/b", "ssh://h:22/a/b", "://", "a@b:c", "https://[::1]/a/b"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		r, ok := ParseRepo(s)
		if ok && (r.Host == "" || r.Owner() == "." || r.Name() == "" || strings.ContainsAny(r.Path, "?#\n\" ")) {
			t.Errorf("%q: %+v", s, r)
		}
	})
}

func TestTokens(t *testing.T) {
	env := map[string]string{
		"T": "one, two,,", "T_1": "three", "T_2": "user:four", "T_4": "five", "T_33": "beyond",
	}
	got := Tokens(func(name string) string { return env[name] }, "T")
	if want := "one two three user:four five"; strings.Join(got, " ") != want {
		t.Errorf("%v, want %s", got, want)
	}
	for i, s := range secrets(got) {
		token, _ := s.Token(t.Context())
		if token != []string{"one", "two", "three", "four", "five"}[i] || strings.Contains(s.Name, token) {
			t.Errorf("%d: %q %q", i, token, s.Name)
		}
	}
	long := strings.Repeat("x,", 500)
	if got := Tokens(func(string) string { return long }, "T"); len(got) != maxTokens {
		t.Errorf("%d tokens", len(got))
	}
}

func header(left int, reset time.Time) http.Header {
	return http.Header{"X-Ratelimit-Limit": {"5000"}, "X-Ratelimit-Remaining": {strconv.Itoa(left)}, "X-Ratelimit-Reset": {strconv.FormatInt(reset.Unix(), 10)}}
}

// Answers that arrive late say what was true earlier; what is under way is spent.
func TestBudgets(t *testing.T) {
	now := time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC)
	reset := now.Add(time.Hour)
	a := newAccount(Secret{})
	if a.take(core, now) != 0 {
		t.Fatal("the first request is not sent")
	}
	a.learn(core, header(60, reset), now)
	a.learn(core, header(4000, reset.Add(time.Second)), now)
	a.give(core)
	if left, ok := a.left(core, now); left != 60 || !ok {
		t.Errorf("%d left", left)
	}
	sent := 0
	for range 100 {
		if a.take(core, now) == 0 {
			sent++
		}
	}
	if sent != 60-51 {
		t.Errorf("%d sent of 60 with a reserve of 51", sent)
	}
	if wait := a.take(core, now); wait < time.Hour || wait > time.Hour+5*time.Second {
		t.Errorf("to wait %s", wait)
	}
	if a.take(graphql, now) != 0 {
		t.Error("what is counted apart was held up")
	}
	if a.take(core, reset.Add(2*time.Second)) != 0 {
		t.Error("a new window is not used")
	}
}

func TestPace(t *testing.T) {
	now := time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC)
	a := newAccount(Secret{})
	for range pace {
		if a.take(core, now) != 0 {
			t.Fatal("held up too early")
		}
		a.give(core)
	}
	if wait := a.take(core, now.Add(20*time.Second)); wait != 40*time.Second {
		t.Errorf("to wait %s", wait)
	}
	if a.take(core, now.Add(time.Minute)) != 0 {
		t.Error("the next minute is not used")
	}
	for range 2 * atOnce {
		a.take(core, now.Add(time.Minute))
	}
	if a.take(core, now.Add(time.Minute)) == 0 {
		t.Error("any number of requests at once")
	}
}

func TestCacheIsBounded(t *testing.T) {
	folder := t.TempDir()
	c := NewCache(filepath.Join(folder, "forges"), 20_000)
	now := time.Now()
	for n := range 300 {
		r := Repo{Host: "forge.example", Path: fmt.Sprintf("o/r%d", n)}
		c.save(r, &Answer{ETag: strconv.Itoa(n), Facts: audit.Forge{Path: r.Path, Untold: map[audit.ForgeFact]audit.Untold{audit.FactCI: audit.UntoldForbidden}}})
		if a := c.load(r, now); a == nil || a.ETag != strconv.Itoa(n) || a.Facts.Told(audit.FactCI) {
			t.Fatalf("%d: %+v", n, a)
		}
	}
	var held int64
	_ = filepath.WalkDir(folder, func(name string, d os.DirEntry, _ error) error {
		if info, err := d.Info(); err == nil && !d.IsDir() {
			held += info.Size()
			if info.Mode().Perm() != 0o600 {
				t.Errorf("%s may be read by others", name)
			}
		}
		return nil
	})
	if held > 20_000 || held < 10_000 {
		t.Errorf("%d bytes held", held)
	}
	if c.load(Repo{Host: "forge.example", Path: "o/r0"}, now) != nil {
		t.Error("the oldest is still there")
	}
}

func TestCacheSurvivesDamage(t *testing.T) {
	c := NewCache(t.TempDir(), 1<<20)
	r := Repo{Host: "forge.example", Path: "o/r"}
	for _, content := range []string{"", "{", "null", `{"Version":1,"Repo":"forge.example/o/other","Answer":{}}`, `{"Version":0,"Repo":"forge.example/o/r","Answer":{}}`, strings.Repeat("x", maxKept+1)} {
		_ = os.MkdirAll(filepath.Dir(c.file(r.String())), 0o700)
		if err := os.WriteFile(c.file(r.String()), []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
		if a := c.load(r, time.Now()); a != nil {
			t.Errorf("%.20q: %+v", content, a)
		}
	}
	// A folder that cannot be written costs nothing but requests.
	lost := NewCache("/proc/nowhere", 1<<20)
	lost.save(r, &Answer{})
	if lost.load(r, time.Now()) != nil {
		t.Error("something was kept")
	}
	var none *Cache
	none.save(r, &Answer{})
	if none.load(r, time.Now()) != nil {
		t.Error("no cache keeps something")
	}
}

func TestMeaning(t *testing.T) {
	for status, want := range map[int]error{
		401: audit.ErrForbidden, 403: audit.ErrForbidden, 404: audit.ErrNotFound, 410: audit.ErrNotFound, 429: audit.ErrRateLimited,
		500: audit.ErrUnreachable, 504: audit.ErrUnreachable, 200: audit.ErrDamaged, 304: audit.ErrDamaged, 418: audit.ErrDamaged, 0: audit.ErrUnreachable,
	} {
		if err := Meaning(t.Context(), status, errors.New("it says token-x")); !errors.Is(err, want) || status != 0 && strings.Contains(err.Error(), "token-x") {
			t.Errorf("%d: %v", status, err)
		}
	}
	ctx, cancel := context.WithTimeout(t.Context(), 0)
	defer cancel()
	if err := Meaning(ctx, 0, ctx.Err()); !errors.Is(err, audit.ErrUnreachable) {
		t.Errorf("%v", err)
	}
}
