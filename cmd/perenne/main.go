// Command perenne says, with evidence, whether a repository can be put into
// production and kept alive after its makers have left.
package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

func main() {
	if err := secretFiles(os.Environ(), os.Setenv); err != nil {
		fmt.Fprintf(os.Stderr, "perenne: %s\n", err)
		os.Exit(exitUsage)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Getenv, os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run is main with its surroundings as values. It returns the exit code.
func run(ctx context.Context, args []string, getenv func(string) string, stdout, stderr io.Writer) int {
	p := &program{getenv: getenv, stdout: stdout, stderr: stderr}
	root := p.root(args)
	root.SetArgs(args)
	return p.exitCode(root.ExecuteContext(ctx))
}
