// Accuracy measures how well licences are recognised, on labelled texts that lie
// elsewhere: a checkout of licensee, the data that licensecheck is tested with,
// and any folders of licence files of which labels.tsv knows the checksum.
//
//	go run ./internal/licence/accuracy [-misses] DIR...
//
// It prints one row of a Markdown table a set. What a folder is, is told by what
// it holds. The texts themselves are not ours to keep: labels.tsv says for each
// where it came from.
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
)

// outcome is what became of one labelled text.
type outcome struct {
	set, name string
	// want and got are SPDX ids joined by " AND ", "none" for none.
	want, got string
}

func main() {
	misses := flag.Bool("misses", false, "list what was read otherwise than labelled")
	unlabelled := flag.Bool("unlabelled", false, "list licence files that labels.tsv does not know")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: accuracy [-misses] [-unlabelled] DIR...")
		os.Exit(2)
	}
	outcomes, err := measure(flag.Args(), *unlabelled)
	if err != nil {
		fmt.Fprintln(os.Stderr, "accuracy:", err)
		os.Exit(1)
	}
	printTable(os.Stdout, outcomes)
	if *misses {
		printMisses(os.Stdout, outcomes)
	}
}

// measure looks at each folder for the sets it knows, then for labelled files.
func measure(dirs []string, unlabelled bool) ([]outcome, error) {
	labels, err := readLabels()
	if err != nil {
		return nil, err
	}
	var all []outcome
	for _, dir := range dirs {
		for _, set := range []func(string) ([]outcome, error){licensee, licensecheckSamples, copies} {
			outcomes, err := set(dir)
			if err != nil {
				return nil, fmt.Errorf("measure %s: %w", dir, err)
			}
			all = append(all, outcomes...)
		}
		outcomes, err := labels.find(dir, unlabelled)
		if err != nil {
			return nil, fmt.Errorf("measure %s: %w", dir, err)
		}
		all = append(all, outcomes...)
	}
	return append(append(all, notices()...), labels.missing()...), nil
}

func printTable(w io.Writer, outcomes []outcome) {
	var sets []string
	right, total := map[string]int{}, map[string]int{}
	for _, o := range outcomes {
		if !slices.Contains(sets, o.set) {
			sets = append(sets, o.set)
		}
		total[o.set]++
		if o.want == o.got {
			right[o.set]++
		}
	}
	fmt.Fprintln(w, "| set | texts | right |\n|---|---:|---:|")
	for _, set := range sets {
		fmt.Fprintf(w, "| %s | %d | %d |\n", set, total[set], right[set])
	}
}

func printMisses(w io.Writer, outcomes []outcome) {
	for _, o := range outcomes {
		if o.want != o.got {
			fmt.Fprintf(w, "%s: %s: want %s, got %s\n", o.set, o.name, o.want, o.got)
		}
	}
}

// joined writes ids as labels do.
func joined(ids []string) string {
	if len(ids) == 0 {
		return "none"
	}
	ids = slices.Clone(ids)
	slices.Sort(ids)
	return strings.Join(slices.Compact(ids), " AND ")
}
