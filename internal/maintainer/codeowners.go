package maintainer

import (
	"strings"

	"github.com/hmarr/codeowners"

	"github.com/perenne-audit/perenne/internal/audit"
)

// codeOwnerFiles are where GitHub, GitLab and Forgejo look.
var codeOwnerFiles = []string{".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS", ".gitea/CODEOWNERS", ".forgejo/CODEOWNERS"}

// codeOwners names each owner once per file, at the first line that does.
func codeOwners(s *audit.Snapshot) []Declared {
	var all []Declared
	for _, name := range codeOwnerFiles {
		f, found := s.File(name)
		if !found {
			continue
		}
		text, ok := s.ReadText(f)
		if !ok {
			continue
		}
		seen := map[string]bool{}
		number := 0
		for line := range strings.Lines(text) {
			number++
			for _, e := range ownersOf(line) {
				if key := e.Login + e.Email; !seen[key] && len(all) < MaxDeclared {
					seen[key] = true
					all = append(all, Declared{Entry: e, Role: CodeOwner, Place: audit.Place{Path: f.Path, Line: number}})
				}
			}
		}
	}
	return all
}

// ownerMatchers know GitHub's owners and GitLab's, whose groups nest and whose
// roles have two @.
var ownerMatchers = codeowners.WithOwnerMatchers([]codeowners.OwnerMatcher{
	codeowners.OwnerMatchFunc(codeowners.MatchEmailOwner),
	codeowners.OwnerMatchFunc(func(s string) (codeowners.Owner, error) {
		name, found := strings.CutPrefix(s, "@")
		role, isRole := strings.CutPrefix(name, "@")
		switch {
		case !found:
			return codeowners.Owner{}, codeowners.ErrNoMatch
		case isRole:
			return codeowners.Owner{Value: "role/" + role, Type: codeowners.TeamOwner}, nil
		case strings.Contains(name, "/"):
			return codeowners.Owner{Value: name, Type: codeowners.TeamOwner}, nil
		}
		return codeowners.Owner{Value: name, Type: codeowners.UsernameOwner}, nil
	}),
})

// ownersOf reads one line, so that one mistake does not hide the other lines.
// GitLab's section headers ("[Docs][2] @team", "^[Optional]") name default
// owners.
func ownersOf(line string) []Entry {
	line = strings.TrimSpace(line)
	if line == "" || line[0] == '#' || len(line) > MaxLineBytes {
		return nil
	}
	if header := strings.TrimPrefix(line, "^"); strings.HasPrefix(header, "[") {
		owners := header[strings.LastIndexByte(header, ']')+1:]
		line = "*" + strings.ReplaceAll(" "+owners, "\t", " ")
	} else if i := strings.IndexAny(line, " \t"); i > 0 && line[i-1] != '\\' {
		// The pattern does not matter here, and compiling it costs.
		line = "*" + line[i:]
	}
	rules, err := codeowners.ParseFile(strings.NewReader(line), ownerMatchers)
	if err != nil || len(rules) == 0 {
		return nil
	}
	var found []Entry
	for _, owner := range rules[0].Owners {
		e := Entry{Login: owner.Value, Team: owner.Type == codeowners.TeamOwner}
		if owner.Type == codeowners.EmailOwner {
			e = Entry{Email: owner.Value}
		}
		if !IsPlaceholder(e) {
			found = append(found, e)
		}
	}
	return found
}
