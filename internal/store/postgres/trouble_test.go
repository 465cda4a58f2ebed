package postgres

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

func save(t *testing.T, s *Store, n int) error {
	t.Helper()
	k := store.Key{Challenge: "gobelins", Repository: fmt.Sprint("repository ", n)}
	_, err := s.Save(t.Context(), storetest.Sample(k, storetest.CommitID(n), noon, n))
	return err
}

func summaries(t *testing.T, s *Store) []store.Summary {
	t.Helper()
	all, err := s.Summaries(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func refuses(t *testing.T, url string, meaning error, words string) {
	t.Helper()
	s, err := Open(t.Context(), url, storetest.Lookup)
	if err == nil {
		_ = s.Close()
	}
	if !errors.Is(err, meaning) || !strings.Contains(fmt.Sprint(err), words) || strings.Contains(fmt.Sprint(err), "hunter2") {
		t.Errorf("open: %v\nwant %q, with %q and no password", err, meaning, words)
	}
}

func TestAddressesThatLeadNowhere(t *testing.T) {
	refuses(t, "postgres://perenne:hunter2@127.0.0.1:1/x", audit.ErrUnreachable, "see that PostgreSQL runs")
	refuses(t, "postgres://perenne:hunter2@[::1/x", audit.ErrUnsupported, "postgres://user@host/name")
	refuses(t, "postgres://perenne:hunter2@/x?host="+t.TempDir(), audit.ErrUnreachable, "see that PostgreSQL runs")
	there := storetest.Postgres(t)
	refuses(t, strings.Replace(there, "/test", "/absent", 1), audit.ErrNotFound, "createdb")
	refuses(t, strings.Replace(there, "user=perenne", "user=stranger", 1), audit.ErrForbidden, "rights")
}

func TestUserWithoutRights(t *testing.T) {
	url := storetest.Postgres(t)
	s := openURL(t, url)
	for _, statement := range []string{
		"DROP ROLE IF EXISTS reader", "CREATE ROLE reader LOGIN", "GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader",
	} {
		if _, err := s.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	reader := openURL(t, strings.Replace(url, "user=perenne", "user=reader", 1))
	if err := save(t, reader, 1); !errors.Is(err, audit.ErrForbidden) {
		t.Errorf("save as a reader: %v", err)
	}
	if n := len(summaries(t, reader)); n != 0 {
		t.Errorf("%d repositories, want none", n)
	}
}

func TestDatabaseOfANewerVersion(t *testing.T) {
	url := storetest.Postgres(t)
	s := openURL(t, url)
	change := func(statement string) {
		if _, err := s.Pool().Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	change("INSERT INTO perenne_versions (version_id, is_applied) VALUES (999, true)")
	refuses(t, url, audit.ErrUnsupported, "version 999")
	change("DELETE FROM perenne_versions WHERE version_id = 999")
	openURL(t, url)
}

func TestManyOpenANewDatabase(t *testing.T) {
	url := storetest.Postgres(t)
	var group sync.WaitGroup
	for range 6 {
		group.Go(func() {
			s, err := Open(t.Context(), url, storetest.Lookup)
			if err == nil {
				err = s.Close()
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	group.Wait()
}

func TestServerGoneAndBack(t *testing.T) {
	server := storetest.NewServer(t)
	s := openURL(t, server.Database(t))
	if err := save(t, s, 1); err != nil {
		t.Fatal(err)
	}
	server.Stop()
	for range 2 {
		if err := save(t, s, 2); !errors.Is(err, audit.ErrUnreachable) {
			t.Errorf("save without server: %v", err)
		}
		if _, err := s.Summaries(t.Context(), ""); !errors.Is(err, audit.ErrUnreachable) {
			t.Errorf("read without server: %v", err)
		}
		if err := s.Ping(t.Context()); !errors.Is(err, audit.ErrUnreachable) {
			t.Errorf("ping without server: %v", err)
		}
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	if err := s.Ping(t.Context()); err != nil {
		t.Errorf("ping: %v", err)
	}
	if err := save(t, s, 2); err != nil {
		t.Error(err)
	}
	if n := len(summaries(t, s)); n != 2 {
		t.Errorf("%d repositories, want 2", n)
	}
}

// The commands are those of the documentation.
func TestBackupAndRestore(t *testing.T) {
	from, to := storetest.Postgres(t), storetest.Postgres(t)
	s := openURL(t, from)
	for n := range 10 {
		if err := save(t, s, n); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(t.TempDir(), "perenne.dump")
	run(t, "pg_dump", "--format=custom", "--file="+file, "--dbname="+from)
	run(t, "pg_restore", "--exit-on-error", "--single-transaction", "--no-owner", "--dbname="+to, file)
	restored := openURL(t, to)
	if diff := cmp.Diff(summaries(t, s), summaries(t, restored), cmp.AllowUnexported(store.Answers{})); diff != "" {
		t.Errorf("-before +restored:\n%s", diff)
	}
	for n := range 12 {
		if err := save(t, restored, n); err != nil {
			t.Fatal(err)
		}
	}
	if n := len(summaries(t, restored)); n != 12 {
		t.Errorf("%d repositories, want 12", n)
	}
}

func run(t *testing.T, program string, args ...string) {
	t.Helper()
	path, err := storetest.Program(program)
	if err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), path, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", program, err, out)
	}
}
