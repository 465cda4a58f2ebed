package main

import (
	"context"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// A folder that may only be read is refused in words. The program runs here and
// not in a process of its own, because root's processes may write anywhere.
func TestServeRefusesReadOnlyData(t *testing.T) {
	folder, err := os.MkdirTemp("", "perenne")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = os.RemoveAll(folder) })
	if err := os.Chmod(folder, 0o555); err != nil {
		t.Fatal(err)
	}
	if os.Geteuid() == 0 {
		// The thread is thrown away with its user when the test ends.
		const nobody = 65534
		runtime.LockOSThread()
		if err := syscall.Setfsuid(nobody); err != nil {
			t.Fatal(err)
		}
	}
	for _, data := range []string{folder, filepath.Join(folder, "data")} {
		var out, errs said
		env := func(string) string { return "" }
		code := run(context.WithoutCancel(t.Context()), []string{"serve", "--lang", "en", "--data", data, "--listen", "127.0.0.1:0"}, env, &out, &errs)
		if code != exitNotAudited || !strings.Contains(errs.String(), "permission denied") || !strings.Contains(errs.String(), "--data") {
			t.Errorf("%s: exit code %d: %s", data, code, &errs)
		}
	}
}
