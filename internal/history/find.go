package history

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// clues lead from what is known of somebody to the person. A clue that leads to
// two people leads to nil.
type clues struct {
	email, login, handle, name map[string]*Person
	// written are addresses that may be anybody's, such as those of example.org; they
	// merge nobody, and find who alone has one.
	written map[string]*Person
}

func gatherClues(identities []*identity, who map[audit.Signature]*Person) clues {
	c := clues{map[string]*Person{}, map[string]*Person{}, map[string]*Person{}, map[string]*Person{}, map[string]*Person{}}
	for _, one := range identities {
		c.note(one, who[one.written])
	}
	return c
}

// note takes in one identity of a person, as written and as .mailmap has it.
func (c clues) note(one *identity, person *Person) {
	lead := func(to map[string]*Person, key string) {
		if other, ok := to[key]; ok && other != person {
			to[key] = nil
		} else {
			to[key] = person
		}
	}
	lead(c.email, one.address.clue())
	lead(c.written, strings.ToLower(one.written.Email))
	lead(c.login, one.address.login)
	names := []name{one.name}
	if one.mapped {
		lead(c.email, EmailKey(one.written.Email))
		names = append(names, parseName(one.written.Name))
	}
	for _, n := range names {
		switch n.kind {
		case fullName:
			lead(c.name, n.key)
		case handleName:
			lead(c.handle, accountHandle(n.key))
		}
	}
}

// Find returns the person that a name, addresses and an account of a forge
// point at; each may be empty. It is nil when none or more than one person
// fits. The strongest clue wins: address, then account, then full name.
func (p *People) Find(fullName, login string, emails ...string) *Person {
	clues := p.clues()
	for _, email := range emails {
		if key := EmailKey(email); key != "" && clues.email[key] != nil {
			return clues.email[key]
		}
		if person := clues.written[strings.ToLower(email)]; person != nil && email != "" {
			return person
		}
	}
	if login != "" {
		if person := clues.login[strings.ToLower(login)]; person != nil {
			return person
		}
		if handle := accountHandle(login); handle != "" && clues.handle[handle] != nil {
			return clues.handle[handle]
		}
	}
	if key := NameKey(fullName); key != "" {
		return clues.name[key]
	}
	return nil
}

// EmailKey is equal for addresses that reach the same person: letter case,
// +tags, Google's two domains and dots do not matter, and both addresses that a
// forge gives to an account are one. It is "" for what is no address and for
// addresses that many share.
func EmailKey(email string) string { return parseAddress(email).clue() }

func (a address) clue() string {
	switch {
	case a.shared:
		return ""
	case a.login != "":
		return a.forge + "/" + a.login
	}
	return a.key
}

// NameKey is equal for texts that are the same full name: two words or more, in
// any order, case and accents apart. It is "" for first names and handles, which
// tell nobody from somebody else.
func NameKey(text string) string {
	if n := parseName(text); n.kind == fullName {
		return n.key
	}
	return ""
}
