package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/perenne-audit/perenne/internal/licence"
)

// change is something that people do to a licence when they copy it.
type change struct {
	set   string
	apply func(string) string
}

var changes = []change{
	{"whole texts", func(s string) string { return s }},
	{"texts without title and holder", untitled},
	{"texts wrapped at 60 letters", func(s string) string { return wrapped(s, 60) }},
	{"texts with a paragraph a line", func(s string) string { return wrapped(s, 1<<20) }},
	// A text that ISO-8859-1 cannot hold is left out.
	{"texts in ISO-8859-1 under a French preamble", func(s string) string {
		return latin1("Logiciel réalisé pour la direction générale de la mer.\nDroits réservés à l'État © 2019.\n\n" + s)
	}},
	{"texts with a paragraph before and after", func(s string) string {
		return "This repository holds the tools of the lighthouse survey. The names of the\nharbours in the examples are invented, and so are their tides.\n\n" + s +
			"\n\nThe drawings of the lamps were made by students of the school of fine arts,\nwhom the survey wishes to thank here for their patience.\n"
	}},
	{"texts as comments", func(s string) string { return " * " + strings.ReplaceAll(s, "\n", "\n * ") }},
}

// copies changes the texts that licensee brings along from choosealicense.com,
// and judges them.
func copies(dir string) ([]outcome, error) {
	files, err := filepath.Glob(filepath.Join(dir, "vendor", "choosealicense.com", "_licenses", "*.txt"))
	if err != nil {
		return nil, err
	}
	var all []outcome
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		want, text := frontMatter(string(content))
		all = append(all, changedCopies(filepath.Base(file), want, text)...)
	}
	return all, nil
}

// changedCopies judges a text after each of the changes.
func changedCopies(name, want, text string) []outcome {
	var all []outcome
	for _, c := range changes {
		if changed := c.apply(text); changed != "" {
			got := joined(licence.Recognise([]byte(changed)).IDs(licence.Full))
			all = append(all, outcome{c.set, name, want, got})
		}
	}
	return all
}

var spdxID = regexp.MustCompile(`(?m)^spdx-id: (\S+)$`)

// frontMatter splits a file of choosealicense.com into its id and the text.
func frontMatter(content string) (id, text string) {
	parts := strings.SplitN(content, "---\n", 3)
	if match := spdxID.FindStringSubmatch(content); match != nil && len(parts) == 3 {
		return bare(match[1]), parts[2]
	}
	return "none", content
}

// untitled drops the first two paragraphs as far as they are short: the title
// and who holds the rights.
func untitled(s string) string {
	paragraphs := strings.Split(strings.TrimSpace(s), "\n\n")
	for range 2 {
		if len(paragraphs) > 1 && len(paragraphs[0]) < 130 {
			paragraphs = paragraphs[1:]
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// wrapped fills each paragraph anew.
func wrapped(s string, width int) string {
	var b strings.Builder
	for paragraph := range strings.SplitSeq(s, "\n\n") {
		column := 0
		for _, word := range strings.Fields(paragraph) {
			if column+len(word) >= width {
				b.WriteByte('\n')
				column = 0
			}
			b.WriteString(word + " ")
			column += len(word) + 1
		}
		b.WriteString("\n\n")
	}
	return b.String()
}

func latin1(s string) string {
	var b bytes.Buffer
	for _, r := range s {
		switch {
		case unicode.IsLetter(r) && r > 0xFF && r != 'œ' && r != 'Œ':
			return ""
		case r < 0x100:
			b.WriteByte(byte(r))
		case r == '’' || r == '‘':
			b.WriteByte('\'')
		default:
			b.WriteByte(' ')
		}
	}
	return b.String()
}
