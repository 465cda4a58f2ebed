package security

import (
	"cmp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/version"
)

// vulnerability is one that a package in a lock file has.
type vulnerability struct {
	Path    string `json:"path"`
	Package string `json:"package"`
	Version string `json:"version"`
	ID      string `json:"id"`
	// Severity is "" when nobody said.
	Severity audit.Grade `json:"severity"`
	// Dev is true for what only development needs.
	Dev bool `json:"dev"`
	// names are the id and its aliases.
	names []string
}

// matches is what the database says about the lock files.
type matches struct {
	// packages counts those that were looked up.
	packages int
	// found is never nil.
	found []vulnerability
	// unread are lock files that could not be read or whose ecosystem the
	// database does not know; unordered are packages whose version cannot be
	// compared.
	unread, unordered []string
}

func match(s *audit.Snapshot) *matches {
	m := &matches{found: []vulnerability{}}
	for _, lock := range manifest.Of(s).Locks {
		ecosystem, known := ecosystems[lock.Ecosystem]
		if lock.Sample() || !known {
			continue
		}
		packages, err := manifest.Packages(s, lock)
		if err != nil || !s.Advisories.Covers(ecosystem) {
			m.unread = append(m.unread, lock.Path)
			continue
		}
		m.packages += len(packages)
		for _, p := range packages {
			if lock.Ecosystem == manifest.RubyGems {
				// Bundler writes the platform behind the version: "1.18.10-x86_64-linux".
				p.Version, _, _ = strings.Cut(p.Version, "-")
			}
			m.look(lock.Path, p, s.Advisories.About(ecosystem, p.Name))
		}
	}
	return m
}

func (m *matches) look(path string, p manifest.Package, about []audit.Advisory) {
	for _, a := range about {
		affected, certain := affects(a, p.Version)
		if !certain {
			if name := p.Name + " " + p.Version; !slices.Contains(m.unordered, name) {
				m.unordered = append(m.unordered, name)
			}
			continue
		}
		if affected {
			m.add(vulnerability{
				Path: path, Package: p.Name, Version: p.Version, ID: a.ID, Severity: a.Grade, Dev: p.Dev,
				names: append([]string{a.ID}, a.Aliases...),
			})
		}
	}
}

// add keeps a vulnerability once, whatever its names, at the gravest that one of
// its advisories says.
func (m *matches) add(v vulnerability) {
	for i := range m.found {
		old := &m.found[i]
		if old.Path != v.Path || old.Package != v.Package || old.Version != v.Version || !shareOne(old.names, v.names) {
			continue
		}
		if slices.Index(audit.Grades, v.Severity) > slices.Index(audit.Grades, old.Severity) {
			old.Severity = v.Severity
		}
		old.names = append(old.names, v.names...)
		old.Dev = old.Dev && v.Dev
		return
	}
	if len(m.found) < maxKept {
		m.found = append(m.found, v)
	}
}

func shareOne(a, b []string) bool {
	return slices.ContainsFunc(a, func(name string) bool { return slices.Contains(b, name) })
}

// affects reports whether an advisory is about a version, and whether that is
// certain: some versions cannot be ordered.
func affects(a audit.Advisory, v string) (affected, certain bool) {
	if slices.Contains(a.Versions, v) {
		return true, true
	}
	certain = true
	for _, r := range a.Ranges {
		within, ok := holds(a.Ecosystem, r, v)
		if within {
			return true, true
		}
		certain = certain && ok
	}
	return false, certain
}

// holds reports whether a version lies in a range: the last event that it has
// reached decides. It is not ok when versions cannot be ordered.
func holds(ecosystem string, r audit.AdvisoryRange, v string) (within, ok bool) {
	ok = true
	compare := func(a, b string) int {
		switch {
		case a == b:
			return 0
		case a == "0":
			return -1
		case b == "0":
			return 1
		}
		order, known := version.Compare(ecosystem, a, b)
		ok = ok && known
		return order
	}
	events := slices.Clone(r)
	slices.SortStableFunc(events, func(a, b audit.AdvisoryEvent) int { return compare(at(a), at(b)) })
	for _, e := range events {
		reached := compare(v, at(e))
		switch {
		case e.Introduced != "" && reached >= 0:
			within = true
		case e.Fixed != "" && reached >= 0 || e.LastAffected != "" && reached > 0:
			within = false
		}
	}
	return within, ok
}

func at(e audit.AdvisoryEvent) string { return cmp.Or(e.Introduced, e.Fixed, e.LastAffected) }
