package postgres

import (
	"context"
	"os"
	"testing"

	"github.com/perenne-audit/perenne/internal/store"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m, openStore)) }

func openStore(ctx context.Context, url string) (store.Store, error) {
	return Open(ctx, url, storetest.Lookup)
}

func openURL(t *testing.T, url string) *Store {
	t.Helper()
	s, err := Open(t.Context(), url, storetest.Lookup)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() }) // some tests have closed it
	return s
}

func TestStore(t *testing.T) {
	storetest.Exercise(t, func(t *testing.T) store.Store { return openURL(t, storetest.Postgres(t)) })
}

func TestKilledProcesses(t *testing.T) { storetest.Crash(t, openStore, storetest.Postgres(t)) }

func BenchmarkStore(b *testing.B) {
	storetest.Benchmark(b, func(b *testing.B) store.Store {
		s, err := Open(b.Context(), storetest.Postgres(b), storetest.Lookup)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { _ = s.Close() })
		return s
	})
}
