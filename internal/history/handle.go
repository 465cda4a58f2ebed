package history

import (
	"maps"
	"slices"
	"strings"
)

// The fewest letters for a clue to be one. An account is confirmed by a forge,
// so three letters do.
const (
	minHandle  = 5
	minAccount = 3
	// minBareName is for a handle that only two names have in common.
	minBareName = 7
	// minLastName is for the part behind the initials.
	minLastName = 4
	// maxNameWords bounds the forms that are tried.
	maxNameWords = 7
)

// accountHandle folds the name of an account; "" when it tells nobody from
// somebody else.
func accountHandle(login string) string {
	return handle(login, minAccount)
}

// handle folds what somebody chose as a name; "" when it is too short, a first
// name or generic.
func handle(text string, least int) string {
	h := letters(fold(text))
	alpha := 0
	for _, r := range h {
		if r < '0' || r > '9' {
			alpha++
		}
	}
	if alpha < least || firstNames()[h] || weakLocals()[h] || genericWords()[h] || isSharedLocal(h) {
		return ""
	}
	return h
}

// origin is where a handle was seen.
type origin uint8

const (
	inAccount origin = 1 << iota
	inName
	inAddress
)

// handles returns what an identity is called, and where: its account, its name
// when that is a handle, the local part of its address.
func (one *identity) handles() []called {
	var found []called
	if one.address.login != "" {
		found = append(found, called{accountHandle(one.address.login), inAccount})
	}
	if one.name.kind == handleName {
		found = append(found, called{accountHandle(one.name.key), inName})
	}
	// Somebody's first or last name alone is everybody's, and a handle that is
	// the mailbox too may be a first name that no list has.
	if local := one.address.local; !one.address.shared && one.address.login == "" && !slices.Contains(one.name.words, letters(local)) {
		found = append(found, called{handle(local, minHandle), inAddress})
	}
	return slices.DeleteFunc(found, func(c called) bool { return c.handle == "" })
}

// called is a handle and where it was seen.
type called struct {
	handle string
	where  origin
}

// sighting is a group in which a handle was seen.
type sighting struct {
	root, first int // first is the identity that was seen first
	where       origin
}

// handleEdges join groups that go by the same handle. The same first name with
// the same mailbox at two providers counts as a handle too.
func (g *group) handleEdges() []edge {
	seen := map[string][]sighting{}
	note := func(h string, i int, where origin) {
		root := g.root(i)
		for j, old := range seen[h] {
			if old.root == root {
				seen[h][j].where |= where
				return
			}
		}
		if len(seen[h]) <= maxCluster {
			seen[h] = append(seen[h], sighting{root, i, where})
		}
	}
	for i, one := range g.all {
		for _, c := range one.handles() {
			note(c.handle, i, c.where)
		}
		if h := one.givenAndMailbox(); h != "" {
			note(h, i, inAccount|inName)
		}
	}
	var edges []edge
	for _, h := range slices.Sorted(maps.Keys(seen)) {
		for i, a := range seen[h] {
			for _, b := range seen[h][i+1:] {
				if g.sameHandle(h, a, b) {
					edges = append(edges, edge{a.root, b.root, byLogin})
				}
			}
		}
	}
	return edges
}

// givenAndMailbox is a key for "Bastien <bzg@one>" and "Bastien <bzg@two>":
// neither proves anything alone.
func (one *identity) givenAndMailbox() string {
	local := letters(one.address.local)
	if one.name.kind != givenName && one.name.kind != handleName || one.address.shared || len(local) < minAccount {
		return ""
	}
	if weakLocals()[local] || firstNames()[local] || local == one.name.key && one.address.login == "" {
		return ""
	}
	return one.name.key + "|" + local
}

// sameHandle weighs where a handle was seen: a short one needs a forge's word,
// one that is only a name must not be a first name that no list has, and with
// two addresses alone the names must not differ.
func (g *group) sameHandle(h string, a, b sighting) bool {
	where := a.where | b.where
	switch {
	case where&inAccount != 0:
		return true
	case where == inName:
		return len(h) >= minBareName || strings.ContainsAny(h, "0123456789")
	case where == inAddress:
		x, y := g.all[a.first].name, g.all[b.first].name
		return !(x.kind == handleName && y.kind == handleName && x.key != y.key)
	}
	return handle(h, minHandle) != ""
}

// initialEdges join "p.camilleri@…" with the only Pierre Camilleri.
func (g *group) initialEdges() []edge {
	owner := map[string]int{} // -1 when several people fit
	for i, one := range g.all {
		if one.name.kind != fullName {
			continue
		}
		for _, form := range one.name.shortForms() {
			if root, ok := owner[form]; ok && root != g.root(i) {
				owner[form] = -1
			} else {
				owner[form] = g.root(i)
			}
		}
	}
	var edges []edge
	for i, one := range g.all {
		for _, h := range one.shortHandles() {
			if root, ok := owner[h]; ok && root >= 0 && root != g.root(i) {
				edges = append(edges, edge{root, g.root(i), byInitial})
			}
		}
	}
	return edges
}

// shortHandles are the mailbox, the account and the handle that may be made of
// somebody's initials and last name, a number at the end left out.
func (one *identity) shortHandles() []string {
	var found []string
	add := func(text string) {
		if h := strings.TrimRight(letters(text), "0123456789"); len(h) > minLastName && !firstNames()[h] {
			found = append(found, h)
		}
	}
	if !one.address.shared {
		add(one.address.local)
	}
	if one.name.kind == handleName {
		add(one.name.key)
	}
	return found
}

// shortForms returns what a full name becomes in an address: initials of the
// first words and the rest, either way round, and all of it in one word. The
// order of a French name is not known, so each is tried.
func (n name) shortForms() []string {
	forms := []string{strings.Join(n.words, "")}
	if len(n.words) > maxNameWords {
		return nil
	}
	for cut := 1; cut < len(n.words); cut++ {
		head, tail := n.words[:cut], n.words[cut:]
		first, last := strings.Join(head, ""), strings.Join(tail, "")
		forms = append(forms, last+first)
		if len(last) >= minLastName {
			forms = append(forms, initials(head)+last, last+initials(head))
		}
		if len(first) >= minLastName {
			forms = append(forms, initials(tail)+first, first+initials(tail))
		}
	}
	return forms
}

func initials(words []string) string {
	var b strings.Builder
	for _, word := range words {
		for _, r := range word {
			b.WriteRune(r)
			break
		}
	}
	return b.String()
}
