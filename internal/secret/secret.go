// Package secret finds what should not have been committed: private keys, tokens
// of known services, passwords in addresses, and secrets written into the
// configuration. It looks at the files of one commit, and at what the commits
// before it took away where that was acquired.
//
// It would rather miss one than raise a false alarm. Samples, tests, fixtures and
// documents do not count, nor do placeholders, references to variables, encrypted
// values, and what browsers are given anyway. What it finds never holds the
// secret itself.
package secret

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Finding is one secret.
type Finding struct {
	Path string `json:"path"`
	// Line counts from 1; 0 for a whole file.
	Line int `json:"line"`
	// Kind is "private-key", "key-file", "password-file", "password-in-address",
	// "assigned" for a value given to a name that says secret, or the kind of a
	// service's token: "github-pat".
	Kind string `json:"kind"`
	// Commit is the full name of the commit that took the line away, or the whole
	// file; "" for what the audited commit holds.
	Commit string `json:"commit,omitempty"`
}

// maxBytes is more than any file that a person writes; what is longer is data.
const maxBytes = 1 << 20

// Found is what a repository holds.
type Found struct {
	// Findings are sorted by path and line; never nil. A line is named once.
	Findings []Finding `json:"findings"`
	// Unread is true when some file could not be read.
	Unread bool `json:"unread"`
}

// digest names the answer: change it with every change of the rules.
const digest = "secret/3"

// Of returns what was found, computed once and kept in place of the files.
func Of(s *audit.Snapshot) Found {
	return audit.Digest(s, digest, func(s *audit.Snapshot) Found {
		found := Found{Findings: []Finding{}}
		for _, f := range s.OwnFiles() {
			if len(found.Findings) >= maxFound {
				break
			}
			found.look(s, f)
		}
		return found
	})
}

// Past is what the history still gives away.
type Past struct {
	// Commits is how many were looked at; 0 when the past was not acquired.
	Commits int `json:"commits"`
	// Findings are of what the audited commit holds no more, sorted by path; never
	// nil. A kind is named once for a path, by the commit that took it away last.
	Findings []Finding `json:"findings"`
}

// pastDigest names the answer: change it with every change of the rules.
const pastDigest = "secret-past/1"

// OfPast returns what the newest commits took away, computed once and kept in
// place of the files.
func OfPast(s *audit.Snapshot) Past {
	return audit.Digest(s, pastDigest, func(s *audit.Snapshot) Past {
		past := Past{Findings: []Finding{}}
		if s.Past == nil {
			return past
		}
		past.Commits = s.Past.Commits
		type known struct{ path, kind string }
		seen := map[known]bool{}
		for _, f := range Of(s).Findings {
			seen[known{f.Path, f.Kind}] = true
		}
		view := s.Past.View()
		for _, f := range view.OwnFiles() {
			var one Found
			one.look(view, f)
			for _, finding := range one.Findings {
				if k := (known{finding.Path, finding.Kind}); !seen[k] && len(past.Findings) < maxFound {
					seen[k] = true
					finding.Commit = s.Past.TakenAwayBy(f)
					past.Findings = append(past.Findings, finding)
				}
			}
		}
		return past
	})
}

func (found *Found) look(s *audit.Snapshot, f audit.File) {
	// What was too big to be fetched is data.
	if f.Mode == audit.Symlink || f.Mode == audit.Submodule || f.SizeBytes < 0 || f.SizeBytes > maxBytes {
		return
	}
	if kind, ok := keyFile(s, f); ok {
		found.Findings = append(found.Findings, Finding{Path: f.Path, Kind: kind})
		return
	}
	place := placeOf(f.Path)
	if place == nowhere {
		return
	}
	content, err := s.Skim(f)
	if err != nil {
		found.Unread = true
		return
	}
	if audit.IsBinary(content) {
		return
	}
	for _, one := range scan(f.Path, content, place) {
		if one.Kind != "private-key" || !forLocalhost(s, f) {
			found.Findings = append(found.Findings, one)
		}
	}
}

// scan returns what a text holds, sorted by line.
func scan(path string, content []byte, place place) []Finding {
	if encrypted(content) {
		return nil
	}
	t := &text{path: path, content: content, place: place, rules: loadRules(), assigned: -1}
	t.rules.automaton.find(content, func(word, end int) bool {
		t.look(word, end)
		return len(t.found) < maxFindings
	})
	slices.SortStableFunc(t.found, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(vague(a.Kind), vague(b.Kind)))
	})
	return slices.CompactFunc(t.found, func(a, b Finding) bool { return a.Line == b.Line })
}

// vague orders what one line was found to hold: whose token it is says most.
func vague(kind string) int { return slices.Index([]string{"password-in-address", "assigned"}, kind) }

// maxFindings is what one file is asked for, maxFound a repository: more would say
// no more.
const (
	maxFindings = 100
	maxFound    = 500
)

// marks of files whose values somebody encrypted before committing them.
var encryptedMarks = [][]byte{
	[]byte("ENC[AES256_GCM"), []byte("$ANSIBLE_VAULT;"), []byte("kind: SealedSecret"), []byte("-----BEGIN PGP MESSAGE-----"),
	[]byte("-----BEGIN AGE ENCRYPTED FILE-----"),
}

func encrypted(content []byte) bool {
	return slices.ContainsFunc(encryptedMarks, func(mark []byte) bool { return bytes.Contains(content, mark) })
}

// text is one file while it is looked at.
type text struct {
	path    string
	content []byte
	place   place
	rules   *rules
	// counted is how far newlines were counted, lines how many there were.
	counted, lines int
	// assigned is where the line begins that was last read for an assignment.
	assigned int
	found    []Finding
}

// look acts on one word that the automaton found.
func (t *text) look(word, end int) {
	owners := t.rules.owners[word]
	for _, owner := range owners {
		t.token(&t.rules.services[owner], end)
	}
	switch mark := t.rules.words[word]; {
	case mark == markKeyBlock:
		if keyBlock(t.content[end-len(mark):]) {
			t.add(end, "private-key")
		}
	case mark == markURL:
		if t.place == anywhere && passwordAt(t.content, end) {
			t.add(end, "password-in-address")
		}
	case len(owners) == 0 && t.place == anywhere:
		begin, line := t.lineAt(end)
		if begin == t.assigned || len(line) > maxLine {
			return
		}
		t.assigned = begin
		if t.assigns(begin, line) {
			t.add(end, "assigned")
		}
	}
}

// maxLine is longer than any line that a person writes.
const maxLine = 2000

// How far from a keyword a token may begin and end.
const (
	windowBefore = 64
	windowAfter  = 640
)

func (t *text) token(s *service, end int) {
	begin, line := t.lineAt(end)
	from := max(0, end-begin-windowBefore)
	to := min(len(line), end-begin+windowAfter)
	m := s.compiled().FindSubmatch(line[from:to])
	if m == nil {
		return
	}
	value := m[0]
	if len(m) > 1 && len(m[1]) > 0 {
		value = m[1]
	}
	if entropy(string(value)) > s.entropy && !placeholder(string(value)) {
		t.add(end, s.kind)
	}
}

// lineAt returns where the line begins that holds the byte before end, and the
// line without its newline.
func (t *text) lineAt(end int) (begin int, line []byte) {
	begin = bytes.LastIndexByte(t.content[:end], '\n') + 1
	if n := bytes.IndexByte(t.content[end:], '\n'); n >= 0 {
		return begin, t.content[begin : end+n]
	}
	return begin, t.content[begin:]
}

// add counts lines only as far as needed; calls come in the order of the text.
func (t *text) add(end int, kind string) {
	t.lines += bytes.Count(t.content[t.counted:end], []byte("\n"))
	t.counted = end
	t.found = append(t.found, Finding{Path: t.path, Line: t.lines + 1, Kind: kind})
}
