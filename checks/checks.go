// Package checks lists every question that perenne can ask.
package checks

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/checks/community"
	"github.com/perenne-audit/perenne/checks/containers"
	"github.com/perenne-audit/perenne/checks/datascience"
	"github.com/perenne-audit/perenne/checks/delivery"
	docs "github.com/perenne-audit/perenne/checks/documentation"
	"github.com/perenne-audit/perenne/checks/errorreporting"
	"github.com/perenne-audit/perenne/checks/licences"
	"github.com/perenne-audit/perenne/checks/maintainers"
	"github.com/perenne-audit/perenne/checks/security"
	"github.com/perenne-audit/perenne/internal/audit"
)

// Version of the catalogue. It changes whenever the same repository at the same
// commit may be judged otherwise than before.
const Version = "2026.11"

// All returns every check, in the order in which they are printed. The slice is
// the caller's.
func All() []*audit.Check {
	return slices.Concat(
		docs.Checks,
		licences.Checks,
		datascience.Checks,
		containers.Checks,
		delivery.Checks,
		security.Checks,
		errorreporting.Checks,
		maintainers.Checks,
		community.Checks,
	)
}

var byID = sync.OnceValue(func() map[string]*audit.Check {
	index := map[string]*audit.Check{}
	for _, c := range All() {
		index[c.ID] = c
	}
	return index
})

// ByID returns the check of that id.
func ByID(id string) (*audit.Check, bool) {
	c, found := byID()[id]
	return c, found
}

// Select returns the named checks in catalogue order, or all of them when none
// is named. Those besides, the rules of policies, may be named too and come last.
// The error lists every unknown name, each with the nearest real one.
func Select(ids []string, besides ...*audit.Check) ([]*audit.Check, error) {
	all := append(All(), besides...)
	if len(ids) == 0 {
		return all, nil
	}
	var faults []string
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(c *audit.Check) bool { return c.ID == id }) {
			faults = append(faults, fmt.Sprintf("%q (did you mean %s?)", id, nearest(id, all)))
		}
	}
	if len(faults) > 0 {
		return nil, fmt.Errorf("no such check: %s; 'perenne checks list' prints them all", strings.Join(faults, ", "))
	}
	return slices.DeleteFunc(all, func(c *audit.Check) bool { return !slices.Contains(ids, c.ID) }), nil
}

// nearest returns the id that shares the most words with what was typed.
func nearest(id string, all []*audit.Check) string {
	best, most := "", -1
	for _, c := range all {
		shared := 0
		for _, word := range strings.Split(c.ID, "-") {
			if strings.Contains(id, word[:min(len(word), 4)]) {
				shared++
			}
		}
		if shared > most {
			best, most = c.ID, shared
		}
	}
	return best
}
