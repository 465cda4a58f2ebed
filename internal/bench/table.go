//go:build unix

package main

import (
	"fmt"
	"io"
	"slices"
	"strings"
)

// series is the samples of one contender, in the order of the turns.
type series []sample

// quantity is one column: how to take it from a sample and how to write it.
type quantity struct {
	name string
	of   func(sample) float64
	text func(float64) string
}

var columns = []quantity{
	{"wall", wall, seconds},
	{"CPU", func(s sample) float64 { return s.CPU.Seconds() }, seconds},
	{"peak memory", func(s sample) float64 { return float64(s.PeakBytes) }, mebibytes},
	{"received", func(s sample) float64 { return float64(s.ReceivedBytes) }, megabytes},
}

func wall(s sample) float64 { return s.Wall.Seconds() }

// median returns the middle of a quantity over the samples.
func (s series) median(of func(sample) float64) float64 {
	values := make([]float64, len(s))
	for i, one := range s {
		values[i] = of(one)
	}
	return middle(values)
}

// middle sorts the values, of which there is at least one.
func middle(values []float64) float64 {
	slices.Sort(values)
	n := len(values)
	return (values[(n-1)/2] + values[n/2]) / 2
}

// ratio compares the turns of two contenders pair by pair.
func ratio(a, b series, of func(sample) float64) string {
	values := make([]float64, len(a))
	for i := range a {
		if of(b[i]) == 0 {
			return "–"
		}
		values[i] = of(a[i]) / of(b[i])
	}
	median := middle(values)
	return fmt.Sprintf("%.2f (%.2f–%.2f)", median, values[0], values[len(values)-1])
}

// table writes one repository's figures as Markdown.
func table(out io.Writer, title string, runs []series) error {
	var b strings.Builder
	row := func(name string, cell func(quantity) string) {
		fmt.Fprintf(&b, "| %s |", name)
		for _, c := range columns {
			fmt.Fprintf(&b, " %s |", cell(c))
		}
		b.WriteByte('\n')
	}
	fmt.Fprintf(&b, "\n### %s\n\n", title)
	row("", func(c quantity) string { return c.name })
	fmt.Fprintf(&b, "|---|%s\n", strings.Repeat("---:|", len(columns)))
	for i, name := range contenders {
		row(name, func(c quantity) string { return c.text(runs[i].median(c.of)) })
	}
	for _, pair := range comparisons {
		row(pair.name, func(c quantity) string { return ratio(runs[pair.a], runs[pair.b], c.of) })
	}
	_, err := io.WriteString(out, b.String())
	return err
}

// The texts of quantities. What was not measured is left empty.
func seconds(v float64) string {
	switch {
	case v == 0:
		return ""
	case v < 0.1:
		return fmt.Sprintf("%.1f ms", v*1000)
	case v < 1:
		return fmt.Sprintf("%.0f ms", v*1000)
	}
	return fmt.Sprintf("%.2f s", v)
}

func mebibytes(v float64) string { return in(v/(1<<20), "%.0f MiB") }
func megabytes(v float64) string { return in(v/1e6, "%.2f MB") }

func in(v float64, format string) string {
	if v == 0 {
		return ""
	}
	return fmt.Sprintf(format, v)
}
