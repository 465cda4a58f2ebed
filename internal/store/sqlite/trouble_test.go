package sqlite

import (
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func sample(n int) store.Audit {
	return storetest.Sample(store.Key{Challenge: "gobelins", Repository: fmt.Sprint("repository ", n)}, storetest.CommitID(n), noon, n)
}

func count(t *testing.T, s *Store) int {
	t.Helper()
	states, err := s.States(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	for _, state := range states {
		if state.Latest == nil {
			t.Errorf("%v is torn", state.Key)
		}
	}
	return len(states)
}

func save(t *testing.T, s *Store, n int) {
	t.Helper()
	if _, err := s.Save(t.Context(), sample(n)); err != nil {
		t.Fatal(err)
	}
}

func refuses(t *testing.T, path string, meaning error, words string) {
	t.Helper()
	s, err := Open(t.Context(), path, storetest.Lookup)
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, meaning) || !strings.Contains(fmt.Sprint(err), words) || !strings.Contains(fmt.Sprint(err), path) {
		t.Errorf("open %s: %v\nwant %q, with %q", path, err, meaning, words)
	}
}

func TestNotADatabase(t *testing.T) {
	path := filepath.Join(t.TempDir(), "notes.txt")
	const content = "These are notes, and nobody asked for them to be lost.\n"
	if err := os.WriteFile(path, []byte(strings.Repeat(content, 100)), 0o600); err != nil {
		t.Fatal(err)
	}
	refuses(t, path, audit.ErrDamaged, "restore a backup")
	if kept, err := os.ReadFile(path); err != nil || string(kept) != strings.Repeat(content, 100) {
		t.Errorf("the file was changed: %v", err)
	}
	refuses(t, t.TempDir(), audit.ErrUnsupported, "folder")
}

func TestDatabaseOfAnotherProgram(t *testing.T) {
	path := filepath.Join(t.TempDir(), "other.db")
	change(t, path, `CREATE TABLE invoices (id INTEGER)`)
	refuses(t, path, audit.ErrUnsupported, "another program")
}

func TestDatabaseOfANewerVersion(t *testing.T) {
	path := filepath.Join(t.TempDir(), "newer.db")
	s := openFile(t, path)
	save(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	change(t, path, `INSERT INTO perenne_versions (version_id, is_applied) VALUES (999, 1)`)
	refuses(t, path, audit.ErrUnsupported, "version 999")
	change(t, path, `DELETE FROM perenne_versions WHERE version_id = 999`)
	if n := count(t, openFile(t, path)); n != 1 {
		t.Errorf("%d repositories, want 1", n)
	}
}

func change(t *testing.T, path, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestDiskFull(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "a.db"))
	save(t, s, 0)
	limit := func(pages int) {
		if _, err := s.Writer().Exec(fmt.Sprint("PRAGMA max_page_count = ", pages)); err != nil {
			t.Fatal(err)
		}
	}
	limit(60)
	n, err := 1, error(nil)
	for ; err == nil && n < 1000; n++ {
		_, err = s.Save(t.Context(), sample(n))
	}
	if !errors.Is(err, audit.ErrTooLarge) || !strings.Contains(err.Error(), "free some disk space") {
		t.Fatalf("after %d audits: %v", n, err)
	}
	if kept := count(t, s); kept != n-1 {
		t.Errorf("%d repositories, want %d", kept, n-1)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("ping: %v", err)
	}
	limit(100000)
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping with room: %v", err)
	}
	save(t, s, n)
	if kept := count(t, s); kept != n {
		t.Errorf("%d repositories, want %d", kept, n)
	}
}

func TestFileGoneAndBack(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a.db")
	s := openFile(t, path)
	save(t, s, 1)
	if err := os.Rename(path, path+".away"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), sample(2)); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("save without file: %v", err)
	}
	if err := s.Ping(t.Context()); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("ping without file: %v", err)
	}
	if err := os.Rename(path+".away", path); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	save(t, s, 2)
	if n := count(t, s); n != 2 {
		t.Errorf("%d repositories, want 2", n)
	}
	// Another file in its place is not ours to write to.
	if err := errors.Join(os.Rename(path, path+".away"), os.WriteFile(path, nil, 0o600)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Save(t.Context(), sample(3)); !errors.Is(err, audit.ErrUnsupported) {
		t.Errorf("save into another file: %v", err)
	}
}

func TestNewFileIsPrivate(t *testing.T) {
	path := filepath.Join(t.TempDir(), "data", "a.db")
	openFile(t, path)
	for _, name := range []string{path, path + "-wal", filepath.Dir(path)} {
		if info, err := os.Stat(name); err != nil || info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s: %v, %v", name, info.Mode(), err)
		}
	}
}

func TestBackupAndRestore(t *testing.T) {
	folder := t.TempDir()
	path, copied := filepath.Join(folder, "a.db"), filepath.Join(folder, "it's a copy.db")
	s := openFile(t, path)
	for n := range 20 {
		save(t, s, n)
	}
	// Audits go on while it is copied.
	done := make(chan error)
	go func() {
		var err error
		for n := 20; n < 60 && err == nil; n++ {
			_, err = s.Save(t.Context(), sample(n))
		}
		done <- err
	}()
	if err := s.Backup(t.Context(), copied); err != nil {
		t.Fatal(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	if err := s.Backup(t.Context(), copied); !errors.Is(err, audit.ErrUnsupported) {
		t.Errorf("over a file: %v", err)
	}
	want, err := s.Summaries(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	// The restore, as the documentation says it.
	_ = os.Remove(path + "-wal") // a clean close has left none
	_ = os.Remove(path + "-shm")
	if err := os.Rename(copied, path); err != nil {
		t.Fatal(err)
	}
	restored := openFile(t, path)
	got := count(t, restored)
	if got < 20 || got > len(want) {
		t.Errorf("%d repositories in the copy, want 20 to %d", got, len(want))
	}
	for n := range 60 {
		save(t, restored, n)
	}
	if n := count(t, restored); n != 60 {
		t.Errorf("%d repositories, want 60", n)
	}
	left, err := filepath.Glob(filepath.Join(folder, "*.partial*"))
	if err != nil || len(left) != 0 {
		t.Errorf("left behind: %v, %v", left, err)
	}
}

func TestBackupWhereNobodyMayWrite(t *testing.T) {
	s := openFile(t, filepath.Join(t.TempDir(), "a.db"))
	if err := s.Backup(t.Context(), filepath.Join(t.TempDir(), "no", "such", "folder.db")); err == nil {
		t.Error("a backup into nowhere worked")
	}
}
