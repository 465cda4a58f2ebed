package portfolio

import (
	"fmt"
	"net/url"
	"path"
	"reflect"
	"slices"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

// How many repositories one search takes: by default, so that a slip does not audit
// a whole forge, and at most.
const usualMost, utmostMost = 200, 20_000

func searches(v value) []audit.Search {
	var all []audit.Search
	v.list("discover", func(v value) {
		s := search(v)
		if s.In == "" {
			return
		}
		if slices.ContainsFunc(all, func(before audit.Search) bool { return reflect.DeepEqual(before, s) }) {
			v.Fault("the same search is written twice", "keep one")
			return
		}
		all = append(all, s)
	})
	return all
}

func search(v value) audit.Search {
	s := audit.Search{Role: audit.RoleApplication, Most: usualMost}
	var in value
	v.object("a search",
		field{"in", func(v value) { s.In, in = v.searched(), v }},
		field{"topic", func(v value) { s.Topic = v.topic() }},
		field{"include", func(v value) { s.Include = v.patterns("include") }},
		field{"exclude", func(v value) { s.Exclude = v.patterns("exclude") }},
		field{"archived", func(v value) { s.Archived = v.Flag() }},
		field{"forks", func(v value) { s.Forks = v.Flag() }},
		field{"max", func(v value) { s.Most = v.most() }},
		field{"role", func(v value) { s.Role = form.Choose(v.Value, "role", audit.Roles) }},
	)
	v.Must("a search", "in", s.In)
	if s.In != "" && s.Owner() == "" && s.Topic == "" {
		in.Fault(form.Quote(s.In)+" is a whole forge", "add a topic, or an organisation, a user or a group: "+s.In+"/team")
	}
	return s
}

// searched reads the address of an organisation, a user, a group or a whole forge.
func (v value) searched() string {
	written := v.Text()
	if written == "" {
		return ""
	}
	s := written
	if owner, short := strings.CutPrefix(s, "github:"); short {
		s = "https://github.com/" + owner
	}
	u, err := url.Parse(s)
	switch {
	case hostFirst.MatchString(s + "/"):
		v.Fault(form.Quote(written)+" lacks its beginning", "write https://"+s)
		return ""
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		v.Fault(form.Quote(written)+" is not the address of a forge", "write https://forge.example/team")
		return ""
	case u.User != nil:
		v.Fault("an address must not hold a user name or password", "give the token in the environment")
		return ""
	case u.RawQuery != "" || u.Fragment != "" || strings.ContainsAny(u.Path, "\\ %\"<>") || strings.Contains(u.Path, ".."):
		v.Fault(form.Quote(written)+" is not the address of an organisation, a user or a group", "write https://forge.example/team")
		return ""
	}
	segments, host := segmentsOf(u), strings.TrimPrefix(strings.ToLower(u.Host), "www.")
	top := u.Scheme + "://" + host
	if instead := paged(top, host, segments); instead != "" {
		v.Fault(form.Quote(written)+" is a page of a forge", "write "+instead)
		return ""
	}
	if host == "github.com" && len(segments) > 1 {
		v.Fault(form.Quote(written)+" names a repository", "list it under repositories, or write "+top+"/"+segments[0])
		return ""
	}
	return strings.TrimSuffix(top+"/"+strings.Join(segments, "/"), "/")
}

// paged says what to write instead of a page about an owner or a topic, as a browser
// shows its address; "" for no such page.
func paged(top, host string, segments []string) string {
	if len(segments) < 2 {
		return ""
	}
	rest := strings.Join(segments[1:], "/")
	switch segments[0] {
	case "topics":
		return "in: " + top + " and topic: " + segments[1]
	case "orgs":
		return top + "/" + segments[1]
	case "groups":
		owner, _, _ := strings.Cut(rest, "/-")
		return top + "/" + owner
	case "explore":
		return "in: " + top + " and a topic"
	}
	if i := slices.Index(segments, "-"); i > 0 && host != "github.com" {
		return top + "/" + strings.Join(segments[:i], "/")
	}
	return ""
}

// maxTopic is the longest topic that a forge takes.
const maxTopic = 255

func (v value) topic() string {
	s := v.Text()
	if len(s) > maxTopic || strings.ContainsAny(s, `"\:,`) {
		v.Fault(form.Quote(s)+" is not a topic", "write it as the forge shows it")
		return ""
	}
	return s
}

// patterns reads patterns of names.
func (v value) patterns(what string) []string {
	var all []string
	v.list(what, func(v value) {
		s := strings.ToLower(v.Text())
		if _, err := path.Match(s, ""); err != nil || strings.HasPrefix(s, "/") {
			v.Fault(form.Quote(s)+" is not a pattern of names", `write a name; * stands for part of it: api-*, or team/api-* for a path`)
			return
		}
		if s != "" {
			all = append(all, s)
		}
	})
	return all
}

func (v value) most() int {
	n, err := strconv.Atoi(v.Text())
	if err != nil || n < 1 || n > utmostMost {
		v.Fault(form.Quote(v.Node.Value)+" is no number of repositories", fmt.Sprintf("write one from 1 to %d", utmostMost))
		return usualMost
	}
	return n
}
