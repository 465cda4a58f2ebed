package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A maintainer brings the dates of Node up to date; those of R stay.
func TestRefresh(t *testing.T) {
	dir := t.TempDir()
	table, page := filepath.Join(dir, "dates.txt"), filepath.Join(dir, "nodejs.json")
	write(t, table, "# Top.\n\ntaken 2025-01-01\nbest-before 2026-01-01\n\nnode 20 2026-04-30 iron\n\nr 4.0 2025-04-11\n")
	write(t, page, `[{"cycle":"28","eol":"2030-04-30"}]`)
	if err := run([]string{"--taken", "2026-11-24", "--table", table, page}, io.Discard); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(table)
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"taken 2026-11-24\nbest-before 2027-11-24\n", "node 28 2030-04-30\n", "r 4.0 2025-04-11\n"} {
		if !strings.Contains(string(got), want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

func TestRefreshSaysWhatToGive(t *testing.T) {
	for _, args := range [][]string{{}, {"--taken", "yesterday", "x.json"}, {"--taken", "2026-11-24"}} {
		if err := run(args, io.Discard); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}

func write(t *testing.T, name, content string) {
	t.Helper()
	if err := os.WriteFile(name, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
}
