package main

import (
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// kept is what a service shows of its past: the portfolio, and every audit of
// its repositories.
func kept(t *testing.T, c *child) map[string]any {
	t.Helper()
	all := map[string]any{}
	for _, path := range []string{"/challenges", "/challenges/c0/history", "/challenges/c1/history"} {
		var document map[string]any
		c.read(path, &document)
		all[path] = document
	}
	return all
}

// restores plays docs/operations.md: a service at work is backed up, its data is
// lost, the backup takes its place, and the service goes on from there.
func restores(t *testing.T, env []string, backup func(file string), lose func(), restore func(file string) (env []string)) {
	t.Helper()
	const repositories = 4
	f := newForge(t, repositories)
	portfolio := filepath.Join(t.TempDir(), "portfolio.yaml")
	f.portfolio(portfolio, repositories)
	serve := []string{"serve", "--portfolio", portfolio, "--listen", "127.0.0.1:0"}
	begin := time.Now().Truncate(time.Second)
	c := started(t, env, serve...)
	c.audited(repositories/2, begin)
	before := kept(t, c)

	file := filepath.Join(t.TempDir(), "backup")
	backup(file)
	// What comes after the backup is found by the next audit.
	newest := f.push(0, "LICENSE", "Licence Ouverte 2.0\n")
	if code := c.terminated(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	lose()
	// The restored service audits nothing at first, so that it shows the backup.
	env = restore(file)
	c = started(t, env, append(serve, "--workers", "0")...)
	if diff := cmp.Diff(before, kept(t, c)); diff != "" {
		t.Errorf("-before +restored:\n%s", diff)
	}
	if code := c.terminated(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	settings := filepath.Join(t.TempDir(), "perenne.yaml")
	write(t, settings, "access: {tokens: [{name: test, sha256: "+secretHash+", role: editor}]}\n")
	c = started(t, append(env, "PERENNE_CONFIG="+settings), serve...)
	if status := c.ask("c0", secret); status != http.StatusAccepted {
		t.Errorf("asking for an audit answers %d", status)
	}
	until(t, "the audit of the newest commit", func() bool {
		status, page := c.get("/challenges/c0/repositories/1")
		return status == 200 && strings.Contains(page, newest[:10])
	})
	if code := c.terminated(); code != 0 {
		t.Errorf("exit code %d", code)
	}
}

func TestRestoreSQLite(t *testing.T) {
	t.Parallel()
	data := t.TempDir()
	database := filepath.Join(data, "perenne.db")
	env := []string{"PERENNE_DATA=" + data}
	restores(t, env,
		func(file string) {
			if code := command(t, env, "backup", file).ends(); code != 0 {
				t.Fatalf("backup: exit code %d", code)
			}
		},
		func() {
			if err := os.WriteFile(database, []byte("not a database any more"), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		func(file string) []string {
			for _, name := range []string{database, database + "-wal", database + "-shm"} {
				if err := os.RemoveAll(name); err != nil {
					t.Fatal(err)
				}
			}
			if err := os.Rename(file, database); err != nil {
				t.Fatal(err)
			}
			return env
		})
}

func TestRestorePostgres(t *testing.T) {
	t.Parallel()
	data, url := t.TempDir(), storetest.Postgres(t)
	env := func(url string) []string { return []string{"PERENNE_DATA=" + data, "PERENNE_DATABASE_URL=" + url} }
	program := func(name string, args ...string) {
		t.Helper()
		path, err := storetest.Program(name)
		if err != nil {
			t.Fatal(err)
		}
		if out, err := exec.Command(path, args...).CombinedOutput(); err != nil {
			t.Fatalf("%s: %v\n%s", name, err, out)
		}
	}
	restores(t, env(url),
		func(file string) { program("pg_dump", "--format=custom", "--file="+file, "--dbname="+url) },
		func() {}, // another database takes its place
		func(file string) []string {
			empty := storetest.Postgres(t)
			program("pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname="+empty, file)
			return env(empty)
		})
}
