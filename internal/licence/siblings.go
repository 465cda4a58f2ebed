package licence

import "strings"

// ownWords are phrases that a licence holds, title aside, and one that was made
// from it does not, or the other way round: no likeness of the whole tells such
// siblings apart.
var ownWords = []struct {
	id string
	// says must be in the text, silent must not; either may be "".
	says, silent string
}{
	{"SSPL-1.0", " server side public license ", ""},
	{"AGPL-3.0", " affero ", " server side public license "},
	{"GPL-3.0", "", " server side public license "},
	{"LPPL-1.3a", "", " tex language "},
	{"LPPL-1.3c", " tex language ", ""},
	{"CECILL-2.1", " affero ", ""},
	{"CECILL-2.0", "", " affero "},
	{"CECILL-1.1", "", " affero "},
	{"CECILL-1.0", "", " affero "},
	{"MPL-2.0", " mozilla ", ""},
	{"BSD-2-Clause", "", " endorse "},
	{"BSD-3-Clause", " endorse ", ""},
}

// part is the normalised text that a likeness covers, between blanks.
func (w *words) part(l likeness) []byte {
	from := max(int(w.list[l.first].from)-1, 0)
	return w.text[from : w.list[min(l.last+shingle, len(w.list)-1)].to+1]
}

// mayBe reports whether a text may be the licence, going by the words that only
// it has.
func mayBe(id string, part []byte) bool {
	for _, own := range ownWords {
		if own.id == id {
			text := string(part)
			return strings.Contains(text, own.says) && (own.silent == "" || !strings.Contains(text, own.silent))
		}
	}
	return true
}
