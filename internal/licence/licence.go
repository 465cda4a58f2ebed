// Package licence recognises licence texts, licence notices and the mere naming
// of a licence, in English and in French.
//
// A text is normalised, then looked up by its SHA-256 among some 500 reference
// texts; a text that was retyped or holds several licences is compared with the
// same references by samples of its word sequences. Both read one table that is
// part of the program and needs no preparation: a common text takes well under
// a millisecond. Only a text that looks like a changed licence is handed to
// licensecheck, whose index takes most of a second to build.
package licence

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/google/licensecheck"
)

// Match says how much of a licence a text holds.
type Match string

// The matches, best first. None is the zero value.
const (
	// Full: the licence from end to end.
	Full Match = "full"
	// Header: the notice that puts a work under a licence, without its text.
	Header Match = "header"
	// Mention: the name of a licence.
	Mention Match = "mention"
	// Unrecognised: a text of some length in the words of a licence, and not one
	// that is known.
	Unrecognised Match = "unrecognised"
	None         Match = ""
)

var rank = map[Match]int{Full: 4, Header: 3, Unrecognised: 2, Mention: 1, None: 0}

// Found is one licence in a text.
type Found struct {
	// ID is an SPDX identifier. A text of the GNU family says nothing about later
	// versions: its ID is then "GPL-3.0", without "-only" or "-or-later".
	ID    string
	Match Match
}

// Recognition is what a text turned out to hold.
type Recognition struct {
	// Licences are sorted by ID, each once, with its best match; may be empty.
	Licences []Found
	// Match is the best of the licences'. It is Unrecognised when no licence was
	// found whole or by its notice, and the text reads like one all the same.
	Match Match
	// Nearest is the licence that an unrecognised text is most like, or "".
	Nearest string
	// Restricted is true when what stands around the licences takes back some of
	// their freedom: "not for commercial use", the Commons Clause, or reserves
	// all rights where there is no licence.
	Restricted bool
}

// IDs lists the licences of that match or a better one, sorted.
func (r Recognition) IDs(least Match) []string {
	ids := []string{}
	for _, f := range r.Licences {
		if rank[f.Match] >= rank[least] {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// largest is how much of a file is looked at: twice the longest licence and
// more. What comes after is a list of other people's licences.
const largest = 256 << 10

// Recognise says which licences the content of a file holds. The content may be
// in UTF-8, UTF-16 or Windows-1252; it is not changed. It never fails: content
// that is no text holds nothing.
func Recognise(content []byte) Recognition { return recognise(content, checked) }

// Notice says under which licence the beginning of a source file puts it: by an
// SPDX tag, a notice, or the whole of a short licence. All count as Header; a
// licence that is only named does not count.
func Notice(content []byte) Recognition {
	r := recognise(content, func([]byte) []Found { return nil })
	var found []Found
	for _, id := range r.IDs(Header) {
		found = append(found, Found{id, Header})
	}
	return finish(nil, found)
}

// recognise is Recognise with the slow search that is the last resort.
func recognise(content []byte, search func([]byte) []Found) Recognition {
	content = decode(content[:min(len(content), largest)])
	w := reduce(content)
	t := loadTables()
	if id := cmp.Or(t.exact(w), frenchText(w, content)); id != "" {
		return finish([]Found{{id, Full}}, tags(w.before(content)))
	}
	full, around, before, nearest := t.texts(w, content)
	words := tokens(around)
	named := append(tags(around), notices(tokens(around[:before]))...)
	named = append(named, below(full, around[before:])...)
	if len(full) > 0 && offersBelow(content[:min(len(content), before+300)]) {
		named = nil // the licence itself names the other choice
	}
	legal := readsLikeLicence(words)
	if len(full) == 0 && legal && (len(named) == 0 || len(w.list) > manyWords) {
		full = search(content)
	}
	r := finish(full, named)
	r.Restricted = restricts(words) || slices.Contains(r.IDs(Full), "CommonsClause")
	if rank[r.Match] < rank[Unrecognised] && legal {
		r.Match, r.Nearest = Unrecognised, nearest
	}
	return r
}

// below finds the notice that puts a part of the work under another licence, as
// in "the rest of the project is licensed under the Apache License". After a text
// of the GNU family stands advice on how to write one.
func below(full []Found, after []byte) []Found {
	if len(full) == 0 || slices.ContainsFunc(full, func(f Found) bool { return LeavesLaterOpen(f.ID) }) {
		return nil
	}
	return slices.DeleteFunc(notices(tokens(after)), func(f Found) bool {
		base, _ := Base(f.ID)
		return f.Match != Header || slices.ContainsFunc(full, func(l Found) bool { return l.ID == base })
	})
}

// before returns what stands above the first word: headings and copyright lines.
// A tag there is the author's; one below is the licence's own advice.
func (w *words) before(content []byte) []byte {
	if len(w.list) == 0 {
		return content
	}
	return content[:w.list[0].start]
}

// offersBelow reports the beginning of Ruby's licence, which lets the user choose
// between another one and "the conditions below".
func offersBelow(before []byte) bool {
	return bytes.Contains(tokens(before).text, []byte(" or the conditions below "))
}

// manyWords is how long a text that names a licence must be to be searched for
// a whole one by licensecheck, whose index takes long to get ready.
const manyWords = 400

// texts finds the full licence texts. It also returns what stands around them,
// how much of that comes before the first, and the licence that the rest is most
// like. Only what comes before says what the work is under: after a GNU text,
// for one, comes advice on how to write a notice.
func (t *tables) texts(w *words, content []byte) (full []Found, around []byte, before int, nearest string) {
	found, best := t.alike(shingles(w), w)
	around, before = content, len(content)
	if len(found) > 0 {
		around = bytes.Clone(content)
	}
	for _, l := range found {
		full = append(full, Found{t.references[l.reference].id, Full})
		start := int(w.list[l.first].start)
		blank(around[start:t.end(w, l, len(content))])
		before = min(before, start)
	}
	if head := w.head(content); len(found) > 0 && before < len(head) {
		around, before = append(bytes.Clone(head), around[len(head):]...), len(head)
	}
	if best.kept >= keptSome {
		nearest = t.references[best.reference].id
	}
	return full, around, before, nearest
}

// head returns the beginning of the content when it is a GNU notice. The GNU
// texts end with a model of it, so that it counts as a part of the text below.
func (w *words) head(content []byte) []byte {
	const noticeWords = 60
	if len(w.list) <= noticeWords {
		return nil
	}
	head := content[:w.list[noticeWords].start]
	if !bytes.Contains(w.text[:w.list[noticeWords].from], []byte("redistribute it and or modify it under the terms of the gnu")) {
		return nil
	}
	return head
}

// end returns where the part that is like a reference ends in the content: the
// last shingle is followed by the rest of its words, and sampling may have left
// a few more behind.
func (t *tables) end(w *words, l likeness, size int) int {
	last := l.last + shingle - 1 + int(t.references[l.reference].step)
	if last+1 < len(w.list) {
		return int(w.list[last+1].start)
	}
	return size
}

func blank(b []byte) {
	for i := range b {
		b[i] = ' '
	}
}

// checked asks licensecheck, which knows what may be left out of each licence.
func checked(content []byte) []Found {
	const most = 60 // percent; the rest is what people write around a licence
	coverage := licensecheck.Scan(content)
	if coverage.Percent < most {
		return nil
	}
	var found []Found
	for _, m := range coverage.Match {
		if !m.IsURL && m.End-m.Start > len(content)/4 {
			found = append(found, Found{m.ID, Full})
		}
	}
	return found
}

// finish merges what was found about the same licence.
func finish(full, others []Found) Recognition {
	best := map[string]Match{}
	for _, f := range append(full, others...) {
		if rank[f.Match] > rank[best[f.ID]] {
			best[f.ID] = f.Match
		}
	}
	settle(best)
	r := Recognition{}
	for id, match := range best {
		r.Licences = append(r.Licences, Found{id, match})
		if rank[match] > rank[r.Match] {
			r.Match = match
		}
	}
	slices.SortFunc(r.Licences, func(a, b Found) int { return strings.Compare(a.ID, b.ID) })
	return r
}

// settle joins a licence text with the notice beside it that says which versions
// are meant, and drops the names of licences that such a text only mentions.
func settle(best map[string]Match) {
	for id, match := range best {
		base, suffix := Base(id)
		if suffix != "" && match != Mention && best[base] != None {
			if rank[best[base]] > rank[match] {
				best[id] = best[base]
			}
			delete(best, base)
		}
	}
	// The Lesser GPL is a supplement to the GPL, whose text goes with it.
	if best["LGPL-3.0"] == Full && best["GPL-3.0"] == Full {
		delete(best, "GPL-3.0")
	}
	if !slices.ContainsFunc(mapValues(best), func(m Match) bool { return m == Full || m == Header }) {
		return
	}
	for id, match := range best {
		if match == Mention {
			delete(best, id)
		}
	}
}

func mapValues(m map[string]Match) []Match {
	var values []Match
	for _, v := range m {
		values = append(values, v)
	}
	return values
}

// Base splits "GPL-3.0-or-later" into "GPL-3.0" and "-or-later". The suffix is
// "-or-later", "-only" or "".
func Base(id string) (base, suffix string) {
	for _, suffix := range []string{"-or-later", "-only"} {
		if base, ok := strings.CutSuffix(id, suffix); ok {
			return base, suffix
		}
	}
	if base, ok := strings.CutSuffix(id, "+"); ok {
		return base, "-or-later"
	}
	return id, ""
}
