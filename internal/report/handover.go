package report

import (
	"fmt"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

var handoverWriters = map[string]Writer{
	"text": HandoverText, "json": HandoverJSON, "markdown": HandoverMarkdown, "html": HandoverHTML, "csv": HandoverCSV,
}

// HandoverNames lists the formats in which a handover is printed, sorted.
func HandoverNames() []string { return []string{"csv", "html", "json", "markdown", "text"} }

// HandoverByName finds a format that prints what leaves with people. The error
// names them all.
func HandoverByName(name string) (Writer, error) {
	if w, ok := handoverWriters[name]; ok {
		return w, nil
	}
	return nil, fmt.Errorf("format %q: choose one of %s", name, strings.Join(HandoverNames(), ", "))
}

// section is one part of a handover in words: sentences, then a table. Either may
// be empty.
type section struct {
	Title string
	Notes []string
	// Ordered numbers the sentences, for steps to take one after the other.
	Ordered bool
	Head    []string
	Rows    [][]string
	// More says what the table leaves out; "" for nothing.
	More string
}

// handover puts one repository's handover into words.
type handover struct {
	*text.Messages
	*audit.Handover
	result *audit.Result
}

// sections are what there is to say, the gravest first.
func (h handover) sections() []section {
	all := []section{h.summary()}
	if h.Unknown != "" {
		return all
	}
	for _, s := range []section{h.first(), h.whatIf(), h.critical(), h.roles(), h.folders(), h.curve(), h.progress(), h.sessions(), h.left(), h.documents()} {
		if len(s.Rows)+len(s.Notes)+len(s.More) > 0 {
			all = append(all, s)
		}
	}
	return all
}

func (h handover) summary() section {
	s := section{}
	if h.Unknown != "" {
		s.Notes = append(s.Notes, h.Say("handover."+string(h.Unknown)))
		return s
	}
	switch {
	case len(h.Leavers) > 0:
		s.Notes = append(s.Notes, h.Say("handover.leavers", "people", h.who(h.Leavers)))
	case len(h.Unmatched) == 0:
		s.Notes = append(s.Notes, h.Say("handover.nobody"))
	}
	if len(h.Unmatched) > 0 {
		s.Notes = append(s.Notes, h.Say("handover.unmatched", "people", cleaned(h.Unmatched)))
	}
	if len(h.Leavers) > 0 {
		s.Notes = append(s.Notes, h.Say("handover.risk", "risk", h.ratio(h.KnowledgeAtRisk), "orphaned", h.OrphanedFiles, "known", h.KnownFiles,
			"weight", h.ratio(h.WeightAtRisk)))
	}
	if h.BusFactor != nil {
		s.Notes = append(s.Notes, h.Say("handover.bus", "bus", *h.BusFactor, "people", h.People, "files", h.SourceFiles))
	}
	if unknown := h.SourceFiles - h.KnownFiles; unknown > 0 {
		s.Notes = append(s.Notes, h.Say("handover.known-by-nobody", "files", unknown))
	}
	if h.Partial {
		s.Notes = append(s.Notes, h.Say("handover.partial"))
	}
	return s
}

// ratio writes 0 to 1 in percent, a dash for what is not known.
func (h handover) ratio(x *float64) string {
	if x == nil {
		return "–"
	}
	return h.hundredths(*x)
}

// hundredths writes a share in percent. What is more than nothing is not called 0,
// and what is not all is not called 100.
func (h handover) hundredths(share float64) string {
	p := percent(share)
	number := fmt.Sprint(p)
	if p == 0 && share > 0 {
		number = "<1"
	}
	if h.Lang == audit.French {
		number += "\u00a0"
	}
	return number + "%"
}

// who lists people with what they know and when they leave.
func (h handover) who(people []audit.Knower) []string {
	var all []string
	for _, k := range people {
		line := clean(k.Name) + "\u00a0" + h.hundredths(k.Files)
		if !k.Leaves.IsZero() {
			line += " (" + audit.Format(k.Leaves, h.Lang) + ")"
		}
		all = append(all, line)
	}
	return all
}

func cleaned(words []string) []string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = clean(w)
	}
	return all
}

func (h handover) whatIf() section {
	s := section{Title: h.Say("handover.what-if")}
	if len(h.WhatIf) > 0 {
		s.Head = []string{h.Say("handover.person"), h.Say("handover.knowledge"), h.Say("handover.weight"), h.Say("handover.folders-lost")}
	}
	for _, one := range h.WhatIf {
		s.Rows = append(s.Rows, []string{clean(one.Name), h.ratio(one.KnowledgeAtRisk), h.ratio(one.WeightAtRisk), fmt.Sprint(one.Folders)})
	}
	return s
}

func (h handover) critical() section {
	s := section{Title: h.Say("handover.critical")}
	for _, c := range h.Critical {
		if !c.Orphaned {
			continue
		}
		note := "✖ " + h.Say("handover.critical-lost", "concern", h.Say("handover."+c.Concern), "files", c.Files)
		if c.Sole != "" {
			note += " " + h.Say("handover.sole", "person", clean(c.Sole))
		}
		if len(c.Paths) > 0 {
			note += " " + strings.Join(cleaned(c.Paths[:min(len(c.Paths), maxPlaces)]), ", ")
		}
		s.Notes = append(s.Notes, note)
	}
	return s
}

func (h handover) roles() section {
	s := section{Title: h.Say("handover.roles")}
	for _, r := range h.Roles {
		s.Notes = append(s.Notes, "✖ "+h.Say("handover."+r.Role, "people", cleaned(r.People)))
	}
	return s
}

// foldersShown is how many folders a page lists; JSON and CSV have all.
const foldersShown = 15

func (h handover) folders() section {
	s := section{Title: h.Say("handover.folders")}
	if len(h.Leavers) > 0 {
		s.Head = []string{h.Say("handover.folder"), h.Say("handover.lost"), h.Say("handover.now"), h.Say("handover.then")}
	} else {
		s.Head = []string{h.Say("handover.folder"), h.Say("handover.files"), h.Say("handover.now")}
	}
	safe := 0
	for i, a := range h.Areas {
		if len(h.Leavers) > 0 && a.OrphanedFiles == 0 {
			safe++
			continue
		}
		if i >= foldersShown {
			s.More = h.Say("handover.more-folders", "count", len(h.Areas)-i)
			break
		}
		row := []string{h.folder(a.Folder, a.Kind), fmt.Sprintf("%d / %d", a.OrphanedFiles, a.KnownFiles), h.names(a.Knew), h.names(a.Knows)}
		if len(h.Leavers) == 0 {
			row = []string{row[0], fmt.Sprint(a.KnownFiles), row[2]}
		}
		s.Rows = append(s.Rows, row)
	}
	if safe > 0 {
		s.More = h.Say("handover.safe-folders", "count", safe)
	}
	return s
}

// folder names a folder and what it delivers.
func (h handover) folder(folder string, kind audit.Kind) string {
	name := clean(folder)
	if name == "" {
		name = h.Say("handover.top")
	}
	if kind != "" {
		name += " (" + h.Word(string(kind)) + ")"
	}
	return name
}

// names lists at most two people with their share.
func (h handover) names(people []audit.Knower) string {
	if len(people) == 0 {
		return h.Say("handover.no-one")
	}
	var all []string
	for _, k := range people[:min(len(people), 2)] {
		all = append(all, clean(k.Name)+"\u00a0"+h.hundredths(k.Files))
	}
	return strings.Join(all, ", ")
}

func (h handover) curve() section {
	s := section{Title: h.Say("handover.curve"), Head: []string{h.Say("handover.day"), h.Say("handover.gone"), h.Say("handover.knowledge"), h.Say("handover.weight")}}
	if len(h.Curve) < 2 {
		return section{}
	}
	for _, p := range h.Curve {
		s.Rows = append(s.Rows, []string{audit.Format(p.At, h.Lang), fmt.Sprint(p.Gone), h.ratio(p.KnowledgeAtRisk), h.ratio(p.WeightAtRisk)})
	}
	return s
}

func (h handover) progress() section {
	if h.Progress == nil {
		return section{}
	}
	s := section{Title: h.Say("handover.progress", "date", h.Since),
		Notes: []string{h.Say("handover.progress-all", "commits", h.Progress.Commits, "merges", h.Progress.Merges)},
		Head:  []string{h.Say("handover.folder"), h.Say("handover.commits"), h.Say("handover.people")}}
	still := 0
	for _, f := range h.Progress.Folders {
		switch {
		case f.Commits == 0:
			still++
		case len(s.Rows) < foldersShown:
			s.Rows = append(s.Rows, []string{h.folder(f.Folder, ""), fmt.Sprint(f.Commits), fmt.Sprint(f.People)})
		}
	}
	if still > 0 {
		s.More = h.Say("handover.untouched", "count", still)
	}
	return s
}
