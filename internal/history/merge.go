package history

import (
	"cmp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// reason says why two identities were merged; lower is surer.
type reason uint8

const (
	byMailmap reason = iota
	byEmail
	byNoreply
	byName
	byLogin
	byInitial
)

var reasonNames = [...]string{"mailmap", "email", "noreply", "name", "login", "initial"}

// identity is one signature that made commits, and what can be told from it.
type identity struct {
	written audit.Signature
	// mapped is true when .mailmap speaks of it; name and address are then the
	// ones that it gives.
	mapped bool
	// moved is true when .mailmap gives another address.
	moved   bool
	called  string
	name    name
	address address
	inside  name // the name that the address spells
	commits int
	bot     bool
	unnamed bool // nobody in particular
}

func newIdentity(s audit.Signature, names mailmap) *identity {
	resolved, mapped := names.resolve(s)
	one := &identity{written: s, mapped: mapped, moved: resolved.Email != s.Email, called: resolved.Name}
	if resolved.Email == "" && strings.Contains(resolved.Name, "@") {
		resolved.Email = resolved.Name
	}
	one.name, one.address = parseName(resolved.Name), parseAddress(resolved.Email)
	if !one.address.shared {
		one.inside = one.address.nameInAddress()
	}
	if one.name.kind == givenName && (one.name.key == letters(one.address.local)) && !firstNames()[one.name.key] && len(one.name.words) == 1 {
		// "Keirua" whose account is Keirua is no first name.
		one.name.kind = handleName
	}
	one.bot = isBot(resolved)
	one.unnamed = !one.bot && one.name.kind == noName && one.address.shared
	return one
}

// group is a union-find over identities. Identities are handled in sorted
// order, so the outcome does not depend on the order of the commits.
type group struct {
	all     []*identity
	parent  []int
	reasons [][]reason // by root
}

func newGroup(all []*identity) *group {
	g := &group{all: all, parent: make([]int, len(all)), reasons: make([][]reason, len(all))}
	for i := range g.parent {
		g.parent[i] = i
	}
	return g
}

func (g *group) root(i int) int {
	for g.parent[i] != i {
		g.parent[i] = g.parent[g.parent[i]]
		i = g.parent[i]
	}
	return i
}

func (g *group) join(i, j int, because reason) {
	i, j = g.root(i), g.root(j)
	if i == j {
		return
	}
	if j < i {
		i, j = j, i
	}
	g.parent[j] = i
	g.reasons[i] = append(append(g.reasons[i], g.reasons[j]...), because)
	g.reasons[j] = nil
}

// merge puts the identities of one person together. All must be human and in
// an order that depends on nothing but themselves.
func merge(all []*identity) *group {
	g := newGroup(all)
	g.joinEqual(byMailmap, func(one *identity) string {
		if one.mapped && one.address.key != "" {
			return one.address.key + "\n" + one.name.key
		}
		return ""
	})
	g.joinEmails()
	g.joinEqual(byNoreply, func(one *identity) string {
		if one.address.id == "" {
			return ""
		}
		return one.address.forge + "#" + one.address.id
	})
	g.joinEqual(byNoreply, func(one *identity) string {
		if one.address.login == "" {
			return ""
		}
		return one.address.forge + "/" + one.address.login
	})
	g.joinEqual(byName, func(one *identity) string {
		if one.name.kind != fullName {
			return ""
		}
		return one.name.key
	})
	g.joinWeak()
	return g
}

// joinEqual merges identities of equal key; "" stands for none.
func (g *group) joinEqual(because reason, key func(*identity) string) {
	first := make(map[string]int, len(g.all))
	for i, one := range g.all {
		k := key(one)
		if k == "" {
			continue
		}
		if j, ok := first[k]; ok {
			why := because
			if why == byName && (one.mapped || g.all[j].mapped) {
				why = byMailmap
			}
			g.join(j, i, why)
		} else {
			first[k] = i
		}
	}
}

// joinEmails merges identities of equal address, but for those of an address
// under which several people go, and for a borrowed one: on Ada's machine Bob
// may have set his name and left her address.
func (g *group) joinEmails() {
	byKey := make(map[string][]int, len(g.all))
	for i, one := range g.all {
		if one.address.key != "" && !one.address.shared {
			byKey[one.address.key] = append(byKey[one.address.key], i)
		}
	}
	for i, one := range g.all {
		same := byKey[one.address.key]
		if len(same) < 2 || same[0] != i || g.crowded(same) {
			continue
		}
		owners := slices.DeleteFunc(slices.Clone(same), g.borrower(same))
		for _, j := range owners[min(1, len(owners)):] {
			why := byEmail
			if g.all[owners[0]].moved || g.all[j].moved {
				why = byMailmap
			}
			g.join(owners[0], j, why)
		}
	}
}

// crowd is how many full names without a common word make an address a shared
// one. Two are a marriage or a pen name.
const crowd = 3

func (g *group) crowded(same []int) bool {
	var seen []name
	for _, i := range same {
		n := g.all[i].name
		if n.kind == fullName && !slices.ContainsFunc(seen, n.sharesWord) {
			seen = append(seen, n)
		}
		if len(seen) == crowd {
			return true
		}
	}
	return false
}

// borrower returns who uses the address of somebody else among the same: it
// spells another full name than theirs, and somebody of that name is there.
func (g *group) borrower(same []int) func(int) bool {
	present := map[string]bool{}
	for _, i := range same {
		if n := g.all[i].name; n.kind == fullName {
			present[n.key] = true
		}
	}
	return func(i int) bool {
		one := g.all[i]
		return !one.mapped && one.name.kind == fullName && one.inside.kind == fullName &&
			!one.name.sharesWord(one.inside) && present[one.inside.key]
	}
}

// edge is a possible merge of two groups.
type edge struct {
	a, b    int
	because reason
}

// joinWeak applies the clues that are good only when they point at one person.
// All of them are gathered first; a cluster in which two full names disagree
// was held together by an ambiguous clue, and none of it is merged.
func (g *group) joinWeak() {
	for _, edges := range [][]edge{g.spelledEdges(), append(g.handleEdges(), g.initialEdges()...)} {
		g.joinAgreeing(edges)
	}
}

// joinAgreeing merges along the edges of each cluster that they form, or along
// none of them.
func (g *group) joinAgreeing(edges []edge) {
	members := g.members()
	joined := newGroup(g.all)
	for _, e := range edges {
		joined.join(e.a, e.b, e.because)
	}
	clusters := map[int][]int{}
	for root := range members {
		top := joined.root(root)
		clusters[top] = append(clusters[top], root)
	}
	agreeing := map[int]bool{}
	for top, roots := range clusters {
		agreeing[top] = g.agree(roots, members)
	}
	for _, e := range edges {
		if agreeing[joined.root(e.a)] {
			g.join(e.a, e.b, e.because)
		}
	}
}

// members maps each root to its identities, in order.
func (g *group) members() map[int][]int {
	members := map[int][]int{}
	for i := range g.all {
		members[g.root(i)] = append(members[g.root(i)], i)
	}
	return members
}

// maxCluster is how many groups one clue may join: more is no clue.
const maxCluster = 16

// agree reports whether no two of the groups have names that one person cannot
// have. The groups' own inner differences do not matter.
func (g *group) agree(roots []int, members map[int][]int) bool {
	if len(roots) > maxCluster {
		return false
	}
	for i, a := range roots {
		for _, b := range roots[i+1:] {
			if !g.groupsAgree(members[a], members[b]) {
				return false
			}
		}
	}
	return true
}

func (g *group) groupsAgree(a, b []int) bool {
	x, y := g.bestNames(a), g.bestNames(b)
	if len(x) == 0 || len(y) == 0 {
		return true
	}
	return slices.ContainsFunc(x, func(n name) bool { return slices.ContainsFunc(y, n.agrees) })
}

// bestNames returns the full names of a group, else its first names.
func (g *group) bestNames(members []int) []name {
	for _, kind := range []nameKind{fullName, givenName} {
		var names []name
		for _, i := range members {
			if g.all[i].name.kind == kind {
				names = append(names, g.all[i].name)
			}
		}
		if len(names) > 0 {
			return names
		}
	}
	return nil
}

// spelledEdges join an address that spells a full name with whoever has it:
// "cberthou <clement.berthou.ext@…>" and "Clément Berthou".
func (g *group) spelledEdges() []edge {
	first := map[string]int{}
	var edges []edge
	note := func(key string, i int) {
		root := g.root(i)
		if other, ok := first[key]; !ok {
			first[key] = root
		} else if other != root {
			edges = append(edges, edge{other, root, byLogin})
		}
	}
	for i, one := range g.all {
		if one.name.kind == fullName {
			note(one.name.key, i)
		}
		if one.inside.kind == fullName && one.name.agrees(one.inside) {
			note(one.inside.key, i)
		}
	}
	return edges
}

// canonical orders identities: the person's name is that of the first.
func canonical(members []*identity) []*identity {
	perName := map[string]int{}
	for _, one := range members {
		perName[one.called] += one.commits
	}
	quality := func(one *identity) int {
		switch {
		case one.name.kind == noName:
			return 0
		case one.mapped:
			return 3
		case one.name.kind == fullName:
			return 2
		}
		return 1
	}
	sorted := slices.Clone(members)
	slices.SortFunc(sorted, func(a, b *identity) int {
		return cmp.Or(quality(b)-quality(a), perName[b.called]-perName[a.called], cmp.Compare(a.called, b.called), compareSignatures(a.written, b.written))
	})
	return sorted
}

// display is the identity's name, or what stands before the @ where the name
// says nothing.
func (one *identity) display() string {
	if one.name.kind == noName && one.address.local != "" {
		return one.address.local
	}
	return one.called
}

func compareSignatures(a, b audit.Signature) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Email, b.Email))
}
