package deploy_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// units are copies that systemd-analyze can judge on a machine on which perenne
// is not installed.
func units(t *testing.T) (names []string) {
	t.Helper()
	if _, err := exec.LookPath("systemd-analyze"); err != nil {
		t.Fatal("systemd-analyze was not found: install it (Debian: apt-get install systemd)")
	}
	folder := t.TempDir()
	files, err := filepath.Glob("systemd/*")
	if err != nil || len(files) == 0 {
		t.Fatalf("%v, %v", files, err)
	}
	for _, file := range files {
		content := bytes.ReplaceAll(read(t, file), []byte("/usr/local/bin/perenne"), []byte("/bin/true"))
		if err := os.WriteFile(filepath.Join(folder, filepath.Base(file)), content, 0o600); err != nil {
			t.Fatal(err)
		}
		names = append(names, filepath.Join(folder, filepath.Base(file)))
	}
	return names
}

func TestSystemdUnits(t *testing.T) {
	names := units(t)
	// Whatever it prints is a mistake; it may leave with 0 all the same.
	out, err := exec.Command("systemd-analyze", append([]string{"verify", "--man=no"}, names...)...).CombinedOutput()
	if err != nil || len(bytes.TrimSpace(out)) > 0 {
		t.Errorf("%v\n%s", err, out)
	}
}

// systemd counts from 0, shut in, to 10, exposed; most services have above 9.
func TestSystemdSandbox(t *testing.T) {
	names := units(t)
	for _, name := range names {
		if !strings.HasSuffix(name, ".service") {
			continue
		}
		// The threshold is in tenths.
		out, err := exec.Command("systemd-analyze", "security", "--offline=true", "--threshold=15", name).CombinedOutput()
		if err != nil {
			t.Errorf("%s: %v\n%s", filepath.Base(name), err, out)
		}
	}
}

// The units run commands that there are, in the folder that they share.
func TestSystemdCommands(t *testing.T) {
	service, backup := string(read(t, "systemd/perenne.service")), string(read(t, "systemd/perenne-backup.service"))
	if !strings.Contains(service, "ExecStart=/usr/local/bin/perenne serve\n") || !strings.Contains(backup, "/usr/local/bin/perenne backup ") {
		t.Error("the units do not run perenne")
	}
	for _, line := range []string{"DynamicUser=yes\n", "User=perenne\n", "Environment=PERENNE_DATA=%S/perenne\n", "StateDirectory=perenne"} {
		if !strings.Contains(service, line) || !strings.Contains(backup, line) {
			t.Errorf("not both units have %s", strings.TrimSpace(line))
		}
	}
}
