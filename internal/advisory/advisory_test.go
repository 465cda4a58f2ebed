package advisory

import (
	"archive/zip"
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

const sample = `{"id": "GHSA-aaaa", "modified": "2026-05-01T00:00:00Z", "aliases": ["CVE-2026-1"],
 "severity": [{"type": "CVSS_V3", "score": "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H"}],
 "affected": [{"package": {"ecosystem": "PyPI", "name": "Un_Paquet"},
  "ranges": [{"type": "GIT", "events": [{"introduced": "0"}]}, {"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": "1.2"}]}],
  "versions": ["1.0", "1.1"], "database_specific": {"source": "x"}}]}`

func TestLoad(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.json"), sample)
	write(t, filepath.Join(dir, "MAL-2026-1.json"), sample)
	write(t, filepath.Join(dir, "notes.json"), `{"not": "one"}`)
	archive(t, filepath.Join(dir, "npm.zip"), map[string]string{
		"GHSA-b.json": `{"id": "GHSA-b", "modified": "2026-06-01T00:00:00Z", "database_specific": {"severity": "MODERATE"},
			"affected": [{"package": {"ecosystem": "npm", "name": "paquet"}, "versions": ["1.0.0"]}]}`,
		"GHSA-c.json": `{"id": "GHSA-c", "withdrawn": "2026-06-01T00:00:00Z", "affected": [{"package": {"ecosystem": "npm", "name": "paquet"}, "versions": ["1.0.0"]}]}`,
	})
	d, err := Load(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := d.About("PyPI", "un.paquet"); len(got) != 1 || got[0].Grade != audit.GradeCritical || len(got[0].Ranges) != 1 || got[0].Versions != nil {
		t.Errorf("PyPI: %+v", got)
	}
	if got := d.About("npm", "paquet"); len(got) != 1 || got[0].ID != "GHSA-b" || got[0].Grade != audit.GradeMedium {
		t.Errorf("npm: %+v", got)
	}
	if d.Covers("Go") || !d.Covers("npm") || d.UpTo.Month() != 6 {
		t.Errorf("covers Go %t, npm %t, up to %v", d.Covers("Go"), d.Covers("npm"), d.UpTo)
	}
}

func TestLoadSaysWhatIsWrong(t *testing.T) {
	if _, err := Load(t.TempDir()); !errors.Is(err, ErrEmpty) {
		t.Errorf("empty folder: %v", err)
	}
	if _, err := Load(filepath.Join(t.TempDir(), "absent")); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("absent folder: %v", err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "npm.zip"), "no archive")
	if _, err := Load(dir); !errors.Is(err, zip.ErrFormat) {
		t.Errorf("damaged archive: %v", err)
	}
}

// The vectors are examples of the standard.
func TestCVSS3(t *testing.T) {
	for vector, want := range map[string]float64{
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H": 9.8, "CVSS:3.0/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N": 6.1,
		"CVSS:3.0/AV:N/AC:L/PR:L/UI:N/S:C/C:L/I:L/A:N": 6.4, "CVSS:3.1/AV:L/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N": 2.9,
		"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H": 10, "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:N/I:N/A:N": 0, "AV:N/AC:L": 0, "": 0,
	} {
		if got := cvss3(vector); got != want {
			t.Errorf("%s: %v, want %v", vector, got, want)
		}
	}
}

func FuzzParse(f *testing.F) {
	f.Add([]byte(sample))
	f.Fuzz(func(t *testing.T, data []byte) {
		all, _ := Parse(data)
		for _, a := range all {
			if a.ID == "" || a.Package == "" {
				t.Errorf("%+v", a)
			}
		}
	})
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}

func archive(t *testing.T, name string, files map[string]string) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := zip.NewWriter(f)
	for entry, content := range files {
		e, err := w.Create(entry)
		if err == nil {
			_, err = e.Write([]byte(content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := errors.Join(w.Close(), f.Close()); err != nil {
		t.Fatal(err)
	}
}
