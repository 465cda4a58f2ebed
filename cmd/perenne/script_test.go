package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/perenne-audit/perenne/internal/acquire/gitserve"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// The test binary stands in for the program: a script that says "perenne" runs
// main in a process of its own.
func TestMain(m *testing.M) {
	if _, err := exec.LookPath("git"); err != nil {
		fmt.Fprintln(os.Stderr, "the scripts make their repositories with git, which was not found: install the package git")
		os.Exit(1)
	}
	testscript.Main(tests{m}, map[string]func(){"perenne": main})
}

// tests stop the database server that they share when they are done.
type tests struct{ *testing.M }

// Run implements what testscript.Main wants of *testing.M.
func (t tests) Run() int { return storetest.Main(t.M, nil) }

func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, RequireUniqueNames: true,
		Setup: setup, Cmds: map[string]func(*testscript.TestScript, bool, []string){"repository": repository, "exitcode": exitCode},
	})
}

// setup keeps git from everything that differs between machines and days.
func setup(env *testscript.Env) error {
	for name, value := range map[string]string{
		"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.DevNull, "GIT_TERMINAL_PROMPT": "0",
		"GIT_AUTHOR_NAME": "Ada Martin", "GIT_AUTHOR_EMAIL": "ada@finances.gouv.fr", "GIT_AUTHOR_DATE": "2026-09-01T10:00:00Z",
		"GIT_COMMITTER_NAME": "Ada Martin", "GIT_COMMITTER_EMAIL": "ada@finances.gouv.fr", "GIT_COMMITTER_DATE": "2026-09-01T10:00:00Z",
		"LANG": "C.UTF-8",
	} {
		env.Setenv(name, value)
	}
	// What the script makes can also be fetched from a real git server.
	server, err := gitserve.Start(env.WorkDir, true)
	if err != nil {
		return err
	}
	env.Defer(server.Close)
	env.Setenv("SERVER", server.URL)
	return nil
}

// repository turns a folder of the script into a git repository with one commit
// that holds everything in it: "repository DIR".
func repository(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: repository DIR")
	}
	for _, command := range [][]string{
		{"init", "--quiet", "--initial-branch=main", args[0]},
		{"-C", args[0], "add", "--all"},
		{"-C", args[0], "commit", "--quiet", "--message=Start"},
	} {
		ts.Check(ts.Exec("git", command...))
	}
}

// exitCode runs perenne and wants it to leave with that code: "exitcode CODE ARGS...".
func exitCode(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exitcode CODE ARGS...")
	}
	got := "0"
	if err := ts.Exec("perenne", args[1:]...); err != nil {
		var failed *exec.ExitError
		if !errors.As(err, &failed) {
			ts.Fatalf("run perenne: %v", err)
		}
		got = fmt.Sprint(failed.ExitCode())
	}
	if got != args[0] {
		ts.Fatalf("perenne %v: exit code %s, want %s", args[1:], got, args[0])
	}
}
