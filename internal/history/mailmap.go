package history

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// mailmap maps a commit's address, in lower case, to who that is. See
// gitmailmap(5); the format is read as git does.
type mailmap map[string]*mapping

// mapping is what .mailmap says about one address.
type mapping struct {
	proper
	// named are the entries that hold for one commit name only, in lower case.
	named map[string]proper
}

// proper is the name and the address to use; either may be "" for "as it is".
type proper struct{ name, email string }

// maxMailmapBytes is far above any real one; the kernel's has 60 kB.
const maxMailmapBytes = 4 << 20

// readMailmap reads the file at the top; git looks nowhere else.
func readMailmap(s *audit.Snapshot) mailmap {
	file, found := s.File(".mailmap")
	// Git refuses to follow .mailmap when it is a link.
	if !found || file.Mode == audit.Symlink || file.SizeBytes > maxMailmapBytes {
		return nil
	}
	text, ok := s.ReadText(file)
	if !ok {
		return nil
	}
	return parseMailmap(text)
}

// parseMailmap understands all four forms, and skips lines that are none:
//
//	Proper Name <commit@email>
//	<proper@email> <commit@email>
//	Proper Name <proper@email> <commit@email>
//	Proper Name <proper@email> Commit Name <commit@email>
func parseMailmap(text string) mailmap {
	m := mailmap{}
	for line := range strings.Lines(text) {
		if strings.HasPrefix(line, "#") {
			continue
		}
		name, email, rest, ok := cutSignature(line)
		if !ok {
			continue
		}
		commitName, commitEmail, _, two := cutSignature(rest)
		if two {
			m.add(proper{name, email}, commitName, commitEmail)
		} else {
			m.add(proper{name: name}, "", email)
		}
	}
	return m
}

// cutSignature takes "Name <email>" from the front of a line.
func cutSignature(line string) (name, email, rest string, ok bool) {
	name, rest, ok = strings.Cut(line, "<")
	if !ok {
		return "", "", "", false
	}
	email, rest, ok = strings.Cut(rest, ">")
	return strings.TrimSpace(name), strings.TrimSpace(email), rest, ok
}

func (m mailmap) add(p proper, commitName, commitEmail string) {
	key := strings.ToLower(commitEmail)
	entry := m[key]
	if entry == nil {
		entry = &mapping{}
		m[key] = entry
	}
	if commitName != "" {
		if entry.named == nil {
			entry.named = map[string]proper{}
		}
		entry.named[strings.ToLower(commitName)] = p
		return
	}
	if p.name != "" {
		entry.proper.name = p.name
	}
	if p.email != "" {
		entry.proper.email = p.email
	}
}

// resolve returns who a signature is, and whether the file said so.
func (m mailmap) resolve(s audit.Signature) (audit.Signature, bool) {
	entry := m[strings.ToLower(s.Email)]
	if entry == nil {
		return s, false
	}
	p, found := entry.named[strings.ToLower(s.Name)]
	if !found {
		p = entry.proper
	}
	if p.name != "" {
		s.Name = p.name
	}
	if p.email != "" {
		s.Email = p.email
	}
	return s, p != proper{}
}
