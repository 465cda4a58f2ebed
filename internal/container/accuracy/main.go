// Accuracy compares how Dockerfiles are read with what others expect of theirs:
// the published cases of hadolint's rules on users and tags, and the files that
// BuildKit tests its own parser with.
//
//	go run ./internal/container/accuracy [-differences] DIR...
//
// DIR is a checkout of hadolint or the folder of the module
// github.com/moby/buildkit; which one is told by what it holds. It prints one row
// of a Markdown table a set.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/perenne-audit/perenne/checks/containers"
	"github.com/perenne-audit/perenne/internal/audit"
)

// outcome is one case: what its authors expect and what we say.
type outcome struct{ set, name, want, got string }

func main() {
	differences := flag.Bool("differences", false, "list the cases that are answered otherwise")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: accuracy [-differences] DIR...")
		os.Exit(2)
	}
	var all []outcome
	for _, dir := range flag.Args() {
		for _, set := range []func(string) ([]outcome, error){hadolint, buildkit} {
			outcomes, err := set(dir)
			if err != nil {
				fmt.Fprintf(os.Stderr, "accuracy: %s: %v\n", dir, err)
				os.Exit(1)
			}
			all = append(all, outcomes...)
		}
	}
	printTable(os.Stdout, all)
	for _, o := range all {
		if *differences && o.want != o.got {
			fmt.Printf("%s: %s: want %s, got %s\n", o.set, o.name, o.want, o.got)
		}
	}
}

func printTable(w io.Writer, outcomes []outcome) {
	var sets []string
	same, total := map[string]int{}, map[string]int{}
	for _, o := range outcomes {
		if !slices.Contains(sets, o.set) {
			sets = append(sets, o.set)
		}
		total[o.set]++
		if o.want == o.got {
			same[o.set]++
		}
	}
	fmt.Fprintln(w, "| set | cases | same |\n|---|---:|---:|")
	for _, set := range sets {
		fmt.Fprintf(w, "| %s | %d | %d |\n", set, total[set], same[set])
	}
}

// ask puts one of the checks to a web application whose only Dockerfile holds
// the text.
func ask(id, dockerfile string) audit.Verdict {
	s := snapshot(dockerfile)
	i := slices.IndexFunc(containers.Checks, func(c *audit.Check) bool { return c.ID == id })
	return containers.Checks[i].Run(s.View())
}

func snapshot(dockerfile string) *audit.Snapshot {
	files := []audit.File{{Path: "Dockerfile", Blob: dockerfile, SizeBytes: int64(len(dockerfile))}}
	return &audit.Snapshot{
		Tree:         audit.NewTree(files, text{}, false),
		Deliverables: []audit.Deliverable{{Kind: audit.WebApplication}},
	}
}

// text gives a blob whose name is its content.
type text struct{}

func (text) Blob(f audit.File) ([]byte, error) { return []byte(f.Blob), nil }
