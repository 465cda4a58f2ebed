package acquire_test

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
)

// A local pack with bytes changed, or cut short, gives an error with a meaning or
// files that cannot be read; it never stops the program.
func TestFolderDamagedPack(t *testing.T) {
	t.Parallel()
	bare := history(t, 30).bare()
	packs, err := filepath.Glob(filepath.Join(bare, "objects", "pack", "*.pack"))
	must(t, err)
	if len(packs) != 1 {
		t.Fatalf("packs %v", packs)
	}
	must(t, os.Chmod(packs[0], 0o644))
	good, err := os.ReadFile(packs[0])
	must(t, err)
	const damages = 60
	for i := range damages {
		bad := append([]byte(nil), good...)
		at := 12 + i*(len(good)-12)/damages
		if i%3 == 0 {
			bad = bad[:at]
		} else {
			bad[at] ^= byte(1 << (i % 8))
		}
		must(t, os.WriteFile(packs[0], bad, 0o644))
		s, err := acquire.Fetch(t.Context(), bare, options())
		if err != nil {
			if !errors.Is(err, audit.ErrDamaged) && !errors.Is(err, audit.ErrNotFound) {
				t.Errorf("damage %d: %v has no meaning", i, err)
			}
			continue
		}
		for _, f := range s.Files() {
			_, _ = s.Read(f)
		}
		must(t, s.Close())
	}
}
