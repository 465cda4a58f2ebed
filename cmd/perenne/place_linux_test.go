package main

import (
	"io"
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// A report was once moved to the place of /dev/null by somebody with the right to:
// the machine had no such device any more. What is no file is written into.
func TestOutputThatIsNoFile(t *testing.T) {
	pipe := filepath.Join(t.TempDir(), "pipe")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	read := make(chan string, 1)
	go func() {
		content, _ := os.ReadFile(pipe)
		read <- string(content)
	}()
	p := &program{}
	if err := p.place(pipe, func(w io.Writer) error { _, err := io.WriteString(w, "a plan"); return err }); err != nil {
		t.Fatal(err)
	}
	if got := <-read; got != "a plan" {
		t.Errorf("%q came out", got)
	}
	if info, err := os.Stat(pipe); err != nil || info.Mode()&os.ModeNamedPipe == 0 {
		t.Errorf("it is no pipe any more: %v", err)
	}
}
