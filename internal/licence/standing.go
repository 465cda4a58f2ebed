package licence

import (
	_ "embed"
	"strings"
	"sync"
)

// StatutoryName names the list of the CRPA in facts and reports; the date at its
// top says since when it has been in force.
const StatutoryName = "crpa-d323-2-1"

//go:embed lists/crpa-d323-2-1.txt
var statutoryList string

//go:embed lists/free.txt
var freeList string

// Standing is what an administration may do with a licence, worst first.
type Standing int

// The standings. Unplaced is a licence on no list: it may be free.
const (
	NotFree Standing = iota
	Unplaced
	// Free: anybody may use, study, share and improve the work, and the licence is
	// not on the statutory list.
	Free
	// ContentListed: on the statutory list, for documents and data.
	ContentListed
	// CodeListed: on the statutory list, for source code.
	CodeListed
)

type lists struct {
	statutory list
	free      map[string]bool
}

var loadLists = sync.OnceValue(func() lists {
	l := lists{readList(statutoryList), map[string]bool{}}
	for line := range strings.Lines(freeList) {
		if !strings.HasPrefix(line, "#") {
			l.free[strings.TrimSpace(line)] = true
		}
	}
	return l
})

// StandingOf looks an SPDX id up in the statutory list, then among the free
// licences. A GNU licence that leaves open whether later versions are allowed
// counts as the listed "-or-later": its text is the same.
func StandingOf(id string) Standing {
	l := loadLists()
	if s, ok := l.statutory[id]; ok {
		return s
	}
	base, suffix := Base(id)
	if suffix == "" {
		if s, ok := l.statutory[id+"-or-later"]; ok {
			return s
		}
	}
	switch {
	case l.statutory[base] == CodeListed, l.free[base]:
		return Free
	case notFree(id):
		return NotFree
	}
	return Unplaced
}

// LeavesLaterOpen reports whether the id is that of a GNU licence whose text alone
// does not say if later versions are allowed.
func LeavesLaterOpen(id string) bool {
	_, suffix := Base(id)
	return suffix == "" && (strings.HasPrefix(id, "GPL-") || strings.HasPrefix(id, "LGPL-") || strings.HasPrefix(id, "AGPL-"))
}

// closedBeginnings are ids of licences that withhold a freedom, up to a version.
var closedBeginnings = []string{
	"SSPL-", "BUSL-", "Elastic-", "PolyForm-", "FSL-", "SUL-", "PPL", "JSON", "CommonsClause", "Hippocratic-", "Prosperity-", "CPOL-", "Aladdin",
	"NCGL-", "Anti996", "Parity-", "BSD-3-Clause-No-Nuclear", "BSD-3-Clause-No-Military", Proprietary,
}

func notFree(id string) bool {
	for _, beginning := range closedBeginnings {
		if strings.HasPrefix(id, beginning) {
			return true
		}
	}
	return strings.HasPrefix(id, "CC-BY") && (strings.Contains(id, "-NC") || strings.Contains(id, "-ND"))
}
