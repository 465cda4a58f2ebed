package sqlite

import (
	"os"
	"path/filepath"
	"runtime"
	"syscall"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

// nobody is a user without any right; root would be let in everywhere.
const nobody = 65534

func TestReadOnlyFolder(t *testing.T) {
	// The folder of t.TempDir is closed to others than its owner.
	folder, err := os.MkdirTemp("", "perenne")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	s := openFile(t, filepath.Join(folder, "there.db"))
	save(t, s, 1)
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	for name, mode := range map[string]os.FileMode{filepath.Join(folder, "there.db"): 0o444, folder: 0o555} {
		if err := os.Chmod(name, mode); err != nil {
			t.Fatal(err)
		}
	}
	if os.Geteuid() == 0 {
		// The thread is thrown away with its user when the test ends.
		runtime.LockOSThread()
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
	}
	refuses(t, filepath.Join(folder, "new.db"), audit.ErrForbidden, "let this user write")
	refuses(t, filepath.Join(folder, "new", "new.db"), audit.ErrForbidden, "let this user write")
	refuses(t, filepath.Join(folder, "there.db"), audit.ErrForbidden, "let this user write")
}
