package main

import (
	"crypto/sha256"
	_ "embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/licence"
)

// labelTable holds a line a file: the first 16 digits of its SHA-256, what a
// person read in it, and where it was met. After the ids stands, when it is not
// the whole text, how much of the licence there is: "header" or "changed".
//
//go:embed labels.tsv
var labelTable string

// label is one line of the table.
type label struct {
	want, set, where string
	seen             bool
}

type labelled struct {
	order []string
	bySum map[string]*label
}

const sumDigits = 16

func readLabels() (*labelled, error) {
	l := &labelled{bySum: map[string]*label{}}
	for line := range strings.Lines(labelTable) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		fields := strings.Split(line, "\t")
		if len(fields) != 4 || len(fields[0]) != sumDigits {
			return nil, fmt.Errorf("labels.tsv: %q is not sum, set, label, place", line)
		}
		l.order = append(l.order, fields[0])
		l.bySum[fields[0]] = &label{set: fields[1], want: fields[2], where: fields[3]}
	}
	return l, nil
}

// french is the set whose texts are also judged as people change them; see
// [changes].
const french = "French texts"

// licenceName are the names under which the labelled files lie.
var licenceName = regexp.MustCompile(`(?i)licen[sc]e|copying|copyright|^LO\.md$|etalab|LICENSES/|BSD|GPL|Apache|MPL|CC0|Artistic|GFDL`)

// find judges the labelled files below a folder, each content once.
func (l *labelled) find(dir string, unlabelled bool) ([]outcome, error) {
	var all []outcome
	err := filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() || !licenceName.MatchString(filepath.Join(filepath.Base(filepath.Dir(name)), d.Name())) {
			return err
		}
		content, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		sum := sha256.Sum256(content)
		known, ok := l.bySum[hex.EncodeToString(sum[:])[:sumDigits]]
		switch {
		case !ok && unlabelled:
			fmt.Fprintf(os.Stderr, "%s\t%s\t%s\n", hex.EncodeToString(sum[:])[:sumDigits], read(content), name)
		case ok && !known.seen:
			known.seen = true
			all = append(all, outcome{known.set, trimmedName(dir, name), known.want, read(content)})
			if known.set == french {
				all = append(all, changedCopies(trimmedName(dir, name), known.want, string(content))...)
			}
		}
		return nil
	})
	return all, err
}

// missing are the labelled files that no folder held; they count as not read.
func (l *labelled) missing() []outcome {
	var all []outcome
	for _, sum := range l.order {
		if known := l.bySum[sum]; !known.seen {
			all = append(all, outcome{known.set + ", not at hand", known.where, known.want, "not at hand"})
		}
	}
	return all
}

// read writes what was recognised as labels do.
func read(content []byte) string {
	r := licence.Recognise(content)
	switch r.Match {
	case licence.Full:
		return joined(r.IDs(licence.Header))
	case licence.Header:
		return joined(r.IDs(licence.Header)) + " header"
	case licence.Mention:
		return joined(r.IDs(licence.Mention)) + " mention"
	case licence.Unrecognised:
		return "unrecognised"
	}
	return "none"
}
