// Accuracy measures how well the sections of READMEs are found, on READMEs that
// lie elsewhere and of which labels.tsv knows the checksum:
//
//	go run ./internal/guide/accuracy [-misses] DIR...
//
// It prints two Markdown tables of scores by topic: one counts each section, the
// other which parts readme-useful finds in the README as a whole. The texts are
// not ours to keep: labels.tsv holds the first 16 digits of a README's SHA-256,
// where it was met, whether the rules were written with it in sight (tuned) or
// not (held-out), and for the line of each section what a person read there: P
// purpose, I install, U usage, C contact, G contributing, R references, L
// licence, - none of these.
package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	docs "github.com/perenne-audit/perenne/checks/documentation"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
)

//go:embed labels.tsv
var labelTable string

// readme is one line of the table.
type readme struct {
	repository, name, set string
	// want maps the line of a section to letters of topics.
	want map[int]string
	seen bool
}

var letters = map[guide.Topic]string{
	guide.Purpose: "P", guide.Install: "I", guide.Usage: "U", guide.Contact: "C", guide.Contributing: "G",
	guide.References: "R", guide.Licence: "L",
}

// scored are the topics of the weighted score; the licence is counted apart.
var scored = []string{"P", "I", "U", "C", "G", "R", "L"}

var names = map[string]string{
	"P": "purpose", "I": "install", "U": "usage", "C": "contact", "G": "contributing", "R": "references", "L": "licence",
}

// count is what became of the labels of one topic.
type count struct{ right, extra, missed int }

func (c count) f1() float64 {
	if c.right == 0 {
		return 0
	}
	return 2 * float64(c.right) / float64(2*c.right+c.extra+c.missed)
}

func main() {
	misses := flag.Bool("misses", false, "list the sections that were read otherwise than labelled, of READMEs in sight")
	flag.Parse()
	if flag.NArg() == 0 {
		fmt.Fprintln(os.Stderr, "usage: accuracy [-misses] DIR...")
		os.Exit(2)
	}
	readmes := parseLabels()
	sections, parts := scores{}, scores{}
	for _, dir := range flag.Args() {
		if err := measure(dir, readmes, sections, parts, *misses); err != nil {
			fmt.Fprintln(os.Stderr, "accuracy:", err)
			os.Exit(1)
		}
	}
	fmt.Println("Each section:")
	sections.print()
	fmt.Println("\nThe README as a whole:")
	parts.print()
	for _, r := range readmes {
		if !r.seen {
			fmt.Fprintf(os.Stderr, "not found: %s %s\n", r.repository, r.name)
		}
	}
}

func parseLabels() map[string]*readme {
	all := map[string]*readme{}
	for line := range strings.Lines(labelTable) {
		f := strings.Split(strings.TrimSpace(line), "\t")
		r := &readme{repository: f[1], name: f[2], set: f[3], want: map[int]string{}}
		for _, pair := range strings.Fields(f[4]) {
			at, topics, _ := strings.Cut(pair, "=")
			n, err := strconv.Atoi(at)
			if err != nil {
				panic(err)
			}
			r.want[n] = strings.Trim(topics, "-")
		}
		all[f[0]] = r
	}
	return all
}

// measure counts the labelled READMEs below a folder.
func measure(dir string, readmes map[string]*readme, sections, parts scores, misses bool) error {
	return filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("read %s: %w", name, err)
		}
		sum := sha256.Sum256(content)
		r := readmes[hex.EncodeToString(sum[:8])]
		if r == nil || r.seen {
			return nil
		}
		r.seen = true
		doc := document.Parse(r.name, content)
		topics := guide.SectionTopics(doc)
		all := ""
		for i, section := range doc.Sections {
			want, got := r.want[section.Line], ""
			for _, t := range topics[i] {
				got += letters[t]
			}
			if misses && r.set == "tuned" && !same(want, got) {
				fmt.Printf("%s:%d [%s] want %q, got %q\n", r.repository, section.Line, section.Heading, want, got)
			}
			sections.tally(r.set, doc.Language, want, got)
			all += want
		}
		found := partsOf(r.name, content)
		if misses && r.set == "tuned" && !same(all, found) {
			fmt.Printf("%s: want %q, got %q\n", r.repository, all, found)
		}
		parts.tally(r.set, doc.Language, all, found)
		return nil
	})
}

// partsOf asks readme-useful which parts it finds in a README that stands alone.
func partsOf(name string, content []byte) string {
	tree := audit.NewTree([]audit.File{{Path: name, SizeBytes: int64(len(content))}}, only(content), false)
	s := &audit.Snapshot{Tree: tree}
	for _, c := range docs.Checks {
		if c.ID != "readme-useful" {
			continue
		}
		found, _ := c.Run(s.View()).Facts["sections"].([]string)
		text := ""
		for _, topic := range found {
			text += letters[guide.Topic(topic)]
		}
		return text
	}
	panic("no check readme-useful")
}

// only is the content of a single file.
type only []byte

func (o only) Blob(audit.File) ([]byte, error) { return o, nil }

func same(a, b string) bool {
	lacks := func(a, b string) bool {
		return strings.ContainsFunc(a, func(r rune) bool { return !strings.ContainsRune(b, r) })
	}
	return !lacks(a, b) && !lacks(b, a)
}

// scores maps a set, and a set and a language, to the counts of each topic.
type scores map[string]map[string]*count

func (s scores) tally(set string, lang audit.Lang, want, got string) {
	for _, set := range []string{set, set + ", " + string(lang)} {
		if s[set] == nil {
			s[set] = map[string]*count{}
			for _, t := range scored {
				s[set][t] = &count{}
			}
		}
		for _, t := range scored {
			switch w, g := strings.Contains(want, t), strings.Contains(got, t); {
			case w && g:
				s[set][t].right++
			case g:
				s[set][t].extra++
			case w:
				s[set][t].missed++
			}
		}
	}
}

func (s scores) print() {
	fmt.Println("| set | topic | labelled | right | extra | missed | precision | recall | F1 |\n|---|---|---:|---:|---:|---:|---:|---:|---:|")
	for _, set := range []string{"tuned", "held-out"} {
		for _, t := range scored {
			if c := s[set][t]; c != nil {
				n := c.right + c.missed
				fmt.Printf("| %s | %s | %d | %d | %d | %d | %.2f | %.2f | %.2f |\n", set, names[t], n, c.right, c.extra, c.missed,
					ratio(c.right, c.right+c.extra), ratio(c.right, n), c.f1())
			}
		}
		for _, part := range []string{set, set + ", fr", set + ", en"} {
			if f1, n := weighted(s[part]); n > 0 {
				fmt.Printf("| %s | weighted | %d | | | | | | %.3f |\n", part, n, f1)
			}
		}
	}
}

// weighted is the mean of the scores of all topics but the licence, each counted
// as often as it was labelled, and the number of labels.
func weighted(counts map[string]*count) (f1 float64, labels int) {
	sum := 0.0
	for _, t := range scored {
		if c := counts[t]; c != nil && t != "L" {
			n := c.right + c.missed
			sum, labels = sum+c.f1()*float64(n), labels+n
		}
	}
	return sum / float64(max(labels, 1)), labels
}

func ratio(part, whole int) float64 {
	if whole == 0 {
		return 0
	}
	return float64(part) / float64(whole)
}
