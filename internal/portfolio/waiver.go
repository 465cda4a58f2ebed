package portfolio

import (
	"path"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

func waiversOf(v value, c *audit.Challenge) []audit.Waiver {
	var all []audit.Waiver
	v.list("waivers", func(v value) {
		w := v.waiver(c.Rules, func(v value) string { return v.oneOf(c) })
		v.Must("a waiver", "check", w.Check)
		v.Must("a waiver", "reason", w.Reason)
		v.Must("a waiver", "author", w.Author)
		v.Must("a waiver", "expires", dateText(w.Expires))
		all = append(all, w)
	})
	return all
}

func (v value) waiver(rules *audit.Policy, repository func(value) string) audit.Waiver {
	var w audit.Waiver
	v.object("a waiver",
		field{"check", func(v value) { w.Check = v.check(rules) }},
		field{"paths", func(v value) { v.list("paths", func(v value) { w.Paths = append(w.Paths, v.glob()...) }) }},
		field{"repository", func(v value) { w.Repository = repository(v) }},
		field{"reason", func(v value) { w.Reason = v.Text() }},
		field{"author", func(v value) { w.Author = v.Text() }},
		field{"expires", func(v value) { w.Expires = v.Date() }},
	)
	return w
}

// glob reads a pattern of paths; none when it is malformed.
func (v value) glob() []string {
	s := v.Text()
	if s == "" {
		return nil
	}
	for segment := range strings.SplitSeq(strings.Trim(s, "/"), "/") {
		if _, err := path.Match(segment, ""); err != nil || segment == ".." || segment == "" {
			v.Fault(form.Quote(s)+" is not a pattern of paths", `write a path from the top of the repository; * stands for part of a name, ** for any folders`)
			return nil
		}
	}
	return []string{s}
}

// oneOf reads the address of one of the challenge's repositories.
func (v value) oneOf(c *audit.Challenge) string {
	s := v.Text()
	if s == "" {
		return ""
	}
	named, _, _ := address(v.dir(), s)
	repositories := c.Repositories
	i := slices.IndexFunc(repositories, func(r audit.Source) bool { return identity(r.URL) == identity(named) })
	if i >= 0 {
		return repositories[i].URL
	}
	for _, search := range c.Searches {
		// Which repositories there will be is not known when the file is read.
		if strings.HasPrefix(where(named), where(search.In)+"/") {
			return strings.TrimSuffix(strings.TrimSuffix(named, "/"), ".git") + ".git"
		}
	}
	urls := make([]string, len(repositories))
	for i, r := range repositories {
		urls[i] = r.URL
	}
	v.Fault("the challenge has no repository "+form.Quote(s), form.Suggest(s, urls))
	return ""
}

func dateText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// requestFiles are where a repository may ask for exceptions.
var requestFiles = []string{".perenne.yaml", ".perenne.yml"}

const (
	// maxRequests is how many exceptions a repository may ask for.
	maxRequests = 200
	// maxRequestBytes is how large its file may be.
	maxRequestBytes = 256 << 10
	// maxRequestText is how much of a reason is kept, in characters.
	maxRequestText = 300
)

// Requested returns the exceptions that the audited repository asks for itself,
// in a file .perenne.yaml at its top:
//
//	waivers:
//	  - check: base-image-pinned
//	    paths: [legacy/Dockerfile]
//	    reason: The old image is replaced in spring.
//	    author: The team
//	    expires: 2027-03-31
//
// Each is marked as requested: it is shown and counts for nothing, since a
// repository must not be able to excuse itself. Entries without a check or a
// reason are left out, and so is whatever cannot be read: the file is the
// repository's, and its faults are no faults of the portfolio. The list is empty
// without such a file.
func Requested(s *audit.Snapshot) []audit.Waiver {
	for _, name := range requestFiles {
		file, found := s.File(name)
		if !found || file.SizeBytes > maxRequestBytes {
			continue
		}
		if content, ok := s.View().ReadText(file); ok && len(content) <= maxRequestBytes {
			return requests(name, []byte(content))
		}
	}
	return nil
}

func requests(name string, content []byte) []audit.Waiver {
	l := newLoader(Options{})
	top, ok := l.Document(name, content)
	if !ok {
		return nil
	}
	var all []audit.Waiver
	ask := func(v value) {
		w := v.waiver(nil, func(value) string { return "" })
		if w.Check == "" || w.Reason == "" || len(all) >= maxRequests {
			return
		}
		w.Requested, w.Reason, w.Author = true, clip(w.Reason), clip(w.Author)
		all = append(all, w)
	}
	value{top, l}.object("the file", field{"waivers", func(v value) { v.list("waivers", ask) }})
	return all
}

func clip(s string) string {
	if runes := []rune(s); len(runes) > maxRequestText {
		return string(runes[:maxRequestText]) + "…"
	}
	return s
}
