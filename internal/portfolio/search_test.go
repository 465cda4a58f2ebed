package portfolio

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
)

const searching = `
discover:
  - in: https://GitHub.com/Etalab/
  - {in: "github:dinum", topic: eig, include: [API-*, "dinum/web-*"], exclude: ["*-demo"], archived: true, forks: true, max: 3, role: library}
  - {in: "https://gitlab.example:8443/dsi/equipes"}
  - {in: "https://forge.example", topic: Secteur public}
`

func TestParseSearches(t *testing.T) {
	content := inChallenge(searching)
	p, err := Parse("p.yaml", []byte(content), catalogue)
	if err != nil {
		t.Fatal(err)
	}
	want := []audit.Search{
		{In: "https://github.com/Etalab", Most: 200, Role: audit.RoleApplication},
		{In: "https://github.com/dinum", Topic: "eig", Include: []string{"api-*", "dinum/web-*"}, Exclude: []string{"*-demo"}, Archived: true, Forks: true, Most: 3, Role: audit.RoleLibrary},
		{In: "https://gitlab.example:8443/dsi/equipes", Most: 200, Role: audit.RoleApplication},
		{In: "https://forge.example", Topic: "Secteur public", Most: 200, Role: audit.RoleApplication},
	}
	if d := cmp.Diff(want, p.Challenges[0].Searches); d != "" {
		t.Error(d)
	}
	if err := schema(t).Validate(decoded(t, []byte(content))); err != nil {
		t.Error(err)
	}
	for i, key := range []string{"https://github.com/Etalab", "https://github.com/dinum", "https://gitlab.example:8443/dsi/equipes", "https://forge.example Secteur public"} {
		if s := p.Challenges[0].Searches[i]; s.Key() != key {
			t.Errorf("key %q, want %q", s.Key(), key)
		}
	}
}

func TestSearchFaults(t *testing.T) {
	for search, fault := range map[string]string{
		`{topic: eig}`:                                              "p.yaml:5: a search without in",
		`{in: "https://github.com"}`:                                "add a topic, or an organisation",
		`{in: "github.com/etalab"}`:                                 "write https://github.com/etalab",
		`{in: etalab}`:                                              "write https://forge.example/team",
		`{in: "git@github.com:etalab"}`:                             "is not the address of a forge",
		`{in: "ssh://forge.example/etalab"}`:                        "is not the address of a forge",
		`{in: "https://ada:secret@forge.example/etalab"}`:           "user name or password",
		`{in: "https://github.com/etalab/api"}`:                     "write https://github.com/etalab",
		`{in: "https://github.com/topics/eig"}`:                     "in: https://github.com and topic: eig",
		`{in: "https://github.com/orgs/etalab/repositories"}`:       "write https://github.com/etalab",
		`{in: "https://gitlab.com/groups/dsi/equipes/-/sub"}`:       "write https://gitlab.com/dsi/equipes",
		`{in: "https://gitlab.com/dsi/equipes/-/boards"}`:           "write https://gitlab.com/dsi/equipes",
		`{in: "https://forge.example/a/../b"}`:                      "is not the address of an organisation",
		`{in: "https://forge.example/a?x=y"}`:                       "is not the address of an organisation",
		`{in: "https://forge.example/a", max: 0}`:                   "write one from 1 to 20000",
		`{in: "https://forge.example/a", max: lots}`:                "write one from 1 to 20000",
		`{in: "https://forge.example/a", include: ["[a"]}`:          "is not a pattern of names",
		`{in: "https://forge.example/a", archived: sometimes}`:      "neither true nor false",
		`{in: "https://forge.example/a", role: libary}`:             "write library",
		`{in: "https://forge.example/a", forks: true, most: 3}`:     "unknown key \"most\" in a search; write",
		`{in: "https://forge.example/a", topic: 'a"b'}`:             "is not a topic",
		"{in: https://f.example/a}\n  - {in: https://f.example/a/}": "p.yaml:6: the same search is written twice",
	} {
		_, err := Parse("p.yaml", []byte(inChallenge("discover:\n  - "+search+"\n")), catalogue)
		if err == nil || !strings.Contains(err.Error(), fault) {
			t.Errorf("%s: %v, want %q", search, err, fault)
		}
		if err != nil && strings.Contains(err.Error(), "secret") {
			t.Errorf("%v tells the password", err)
		}
	}
	if _, err := Parse("p.yaml", []byte(inChallenge("repositories: [{url: \"https://github.com/etalab\"}]\n")), catalogue); err == nil || !strings.Contains(err.Error(), "under discover") {
		t.Errorf("an organisation among repositories: %v", err)
	}
}

// A waiver may name a repository that is only found later.
func TestWaiverOfAFoundRepository(t *testing.T) {
	waived := "discover: [{in: \"https://forge.example/dsi\"}]\nwaivers:\n  - {check: licence-present, reason: r, author: a, expires: 2027-01-01, repository: \"https://forge.example/%s\"}\n"
	p, err := Parse("p.yaml", []byte(inChallenge(fmt.Sprintf(waived, "dsi/api"))), catalogue)
	if err != nil || p.Challenges[0].Waivers[0].Repository != "https://forge.example/dsi/api.git" {
		t.Errorf("%v %+v", err, p)
	}
	l := listing("https://forge.example/dsi", audit.Listed{ID: "1", Path: "dsi/web"}, audit.Listed{ID: "2", Path: "dsi/API"})
	for _, written := range []string{"https://forge.example/dsi/api", "https://Forge.example/DSI/Api.git", "git@forge.example:dsi/api.git", "ssh://git@forge.example:2222/dsi/api"} {
		p, err := Parse("p.yaml", []byte(inChallenge(strings.Replace(waived, "https://forge.example/%s", written, 1))), catalogue)
		if err != nil {
			t.Errorf("%s: %v", written, err)
			continue
		}
		before := p.Challenges[0].Waivers[0].Repository
		c := &Expand(p, map[string]*audit.Listing{l.Search: l}).Challenges[0]
		if n, others := len(c.WaiversFor("https://forge.example/dsi/API.git")), len(c.WaiversFor("https://forge.example/dsi/web.git")); n != 1 || others != 0 {
			t.Errorf("%s: %d exceptions for the repository, %d for another", written, n, others)
		}
		if p.Challenges[0].Waivers[0].Repository != before {
			t.Error("the portfolio itself was changed")
		}
	}
	if _, err := Parse("p.yaml", []byte(inChallenge(fmt.Sprintf(waived, "other/api"))), catalogue); err == nil {
		t.Error("one that cannot be found is accepted")
	}
}

func listing(search string, listed ...audit.Listed) *audit.Listing {
	return &audit.Listing{Search: search, Listed: listed, At: day(2026, 10, 1), TriedAt: day(2026, 10, 1)}
}

func TestExpand(t *testing.T) {
	p, err := Parse("p.yaml", []byte(`
challenges:
  - id: first
    name: First
    repositories: [{url: "https://Forge.example/DSI/named"}, {url: "git@forge.example:dsi/by-ssh.git"}, {url: "https://forge.example/dsi/old-name.git"}]
    discover:
      - {in: "https://forge.example/dsi", include: ["api-*", "dsi/sub/*"], exclude: ["*-demo"], max: 3, role: library}
      - {in: "https://forge.example/dsi", topic: eig, forks: true}
  - id: rest
    name: Rest
    discover: [{in: "https://forge.example/dsi", archived: true}]
  - id: unasked
    name: Unasked
    discover: [{in: "https://other.example/dsi"}]
`), catalogue)
	if err != nil {
		t.Fatal(err)
	}
	l := listing("https://forge.example/dsi",
		audit.Listed{ID: "1", Path: "dsi/Named"}, audit.Listed{ID: "2", Path: "dsi/by-ssh"}, audit.Listed{ID: "3", Path: "dsi/new-name"},
		audit.Listed{ID: "4", Path: "dsi/API-a"}, audit.Listed{ID: "5", Path: "dsi/api-demo"}, audit.Listed{ID: "6", Path: "dsi/sub/web"},
		audit.Listed{ID: "7", Path: "dsi/api-b", Archived: true}, audit.Listed{ID: "8", Path: "dsi/fork", Fork: true, Topics: []string{"EIG"}},
		audit.Listed{ID: "9", Path: "dsi/api-c", Missing: day(2026, 9, 30)}, audit.Listed{ID: "10", Path: "dsi/api-d"}, audit.Listed{ID: "11", Path: "dsi/other"},
	)
	l.Aliases = map[string]string{"dsi/old-name": "3"}
	before := fmt.Sprint(p.Challenges)
	whole := Expand(p, map[string]*audit.Listing{l.Search: l})
	if fmt.Sprint(p.Challenges) != before {
		t.Error("the portfolio itself was changed")
	}
	var got []string
	for _, c := range whole.Challenges {
		for _, s := range c.Repositories {
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s %s", c.ID, strings.TrimPrefix(s.URL, "https://forge.example/dsi/"), s.Role, s.ForgeID)))
		}
	}
	want := []string{
		"first https://Forge.example/DSI/named application", "first git@forge.example:dsi/by-ssh.git application", "first old-name.git application",
		"first API-a.git library forge.example#4", "first sub/web.git library forge.example#6", "first api-c.git library forge.example#9",
		"first fork.git application forge.example#8",
		"rest api-demo.git application forge.example#5", "rest api-b.git application forge.example#7",
		"rest api-d.git application forge.example#10", "rest other.git application forge.example#11",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if s := whole.Challenges[0].Repositories[5]; !s.Missing.Equal(day(2026, 9, 30)) {
		t.Errorf("%+v", s)
	}
	f := whole.Challenges[0].Findings[0]
	if f.Taken() != 3 || f.Left(audit.LeftMost) != 1 || f.Left(audit.LeftArchived) != 1 || f.Left(audit.LeftFork) != 1 || f.Left(audit.LeftPattern) != 5 {
		t.Errorf("%d taken: %+v", f.Taken(), f.Candidates)
	}
	if f := whole.Challenges[1].Findings[0]; f.Left(audit.LeftNamed) != 6 || f.Left(audit.LeftFork) != 1 {
		t.Errorf("%+v", f.Candidates)
	}
	if f := whole.Challenges[2].Findings[0]; f.Listing != nil || f.Taken() != 0 {
		t.Errorf("%+v", f)
	}
	plain, _ := Parse("p.yaml", []byte(inChallenge("repositories: [{url: ./a}]\n")), catalogue)
	if Expand(plain, nil) != plain {
		t.Error("a portfolio that searches nothing is another one")
	}
}

// What is listed no more stays for a fortnight; nothing at all is not believed.
func TestFollow(t *testing.T) {
	const search = "https://forge.example/dsi"
	ids := func(l *audit.Listing) (all []string) {
		for _, one := range l.Listed {
			mark := ""
			if !one.Missing.IsZero() {
				mark = " missing since " + one.Missing.Format(time.DateOnly)
			}
			all = append(all, one.ID+mark)
		}
		return all
	}
	at := day(2026, 10, 1)
	before := listing(search, audit.Listed{ID: "1", Path: "dsi/a"}, audit.Listed{ID: "2", Path: "dsi/b"}, audit.Listed{ID: "10", Path: "dsi/c"})
	for _, step := range []struct {
		after  time.Duration
		listed []audit.Listed
		want   []string
		err    error
	}{
		{0, []audit.Listed{{ID: "10", Path: "dsi/c"}, {ID: "11", Path: "dsi/d"}}, []string{"1 missing since 2026-10-01", "2 missing since 2026-10-01", "10", "11"}, nil},
		{13 * 24 * time.Hour, []audit.Listed{{ID: "2", Path: "dsi/renamed"}, {ID: "10", Path: "dsi/c"}}, []string{"1 missing since 2026-10-01", "2", "10", "11 missing since 2026-10-14"}, nil},
		{14 * 24 * time.Hour, []audit.Listed{{ID: "2", Path: "dsi/renamed"}}, []string{"2", "10 missing since 2026-10-15", "11 missing since 2026-10-14"}, nil},
		{300 * 24 * time.Hour, nil, nil, ErrEmptied},
	} {
		now := listing(search, step.listed...)
		now.At = at.Add(step.after)
		err := Follow(before, now)
		if !errors.Is(err, step.err) || err == nil && !slices.Equal(ids(now), step.want) {
			t.Errorf("after %s: %v %v, want %v", step.after, err, ids(now), step.want)
		}
		if err == nil {
			before = now
		}
	}
	if err := Follow(nil, listing(search)); err != nil {
		t.Errorf("an empty organisation at first: %v", err)
	}
}
