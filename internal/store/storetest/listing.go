package storetest

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

const search = "https://forge.example/dsi"

func listings(t *testing.T, s store.Store) {
	if _, err := s.Listing(t.Context(), search); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("before any: %v", err)
	}
	why := audit.Because("forge-limited", "host", "forge.example")
	must(t, s.FailListing(t.Context(), search, noon, why))
	got, err := s.Listing(t.Context(), search)
	must(t, err)
	equal(t, "a failure before any list", got, &audit.Listing{Search: search, TriedAt: noon, Failure: &why})
	want := &audit.Listing{
		Search: search, At: noon.Add(time.Hour), TriedAt: noon.Add(time.Hour), More: true, Aliases: map[string]string{"dsi/old": "7"},
		Listed: []audit.Listed{
			{ID: "7", Path: "dsi/été", Archived: true, Fork: true, Topics: []string{"eig"}}, {ID: "8", Path: "dsi/b", Missing: noon},
		},
	}
	must(t, s.KeepListing(t.Context(), want, nil))
	got, err = s.Listing(t.Context(), search)
	must(t, err)
	equal(t, "kept", got, want)
	before, err := s.ListingVersions(t.Context())
	must(t, err)
	must(t, s.FailListing(t.Context(), search, noon.Add(2*time.Hour), why))
	want.TriedAt, want.Failure = noon.Add(2*time.Hour), &why
	got, err = s.Listing(t.Context(), search)
	must(t, err)
	equal(t, "a failure leaves what was listed", got, want)
	after, err := s.ListingVersions(t.Context())
	must(t, err)
	if len(after) != 1 || after[search] <= before[search] {
		t.Errorf("versions %v, then %v", before, after)
	}
}

// called are repositories of one challenge by the forge's numbers.
func called(challenge string, names map[int]string) []store.Identity {
	var all []store.Identity
	for id := range 20 {
		if name, ok := names[id]; ok {
			all = append(all, store.Identity{Key: store.Key{Challenge: challenge, Repository: name}, ForgeID: fmt.Sprintf("forge.example#%d", id)})
		}
	}
	return all
}

// history is what is known of a repository, by the commit of its latest audit.
func history(t *testing.T, s store.Store, challenge string) map[string]string {
	t.Helper()
	all := map[string]string{}
	states, err := s.States(t.Context(), challenge)
	must(t, err)
	for _, state := range states {
		all[state.Repository] = ""
		if state.Latest != nil {
			all[state.Repository] = state.Latest.Result.Repository.Commit
		}
	}
	return all
}

// What is kept about a repository follows it from name to name, and is never mixed
// with what is kept about another.
func renamed(t *testing.T, s store.Store) {
	keep := func(names map[int]string) {
		t.Helper()
		must(t, s.KeepListing(t.Context(), &audit.Listing{Search: search, At: noon, TriedAt: noon}, called("gobelins", names)))
	}
	key := func(name string) store.Key { return store.Key{Challenge: "gobelins", Repository: name} }
	keep(map[int]string{1: "a", 2: "b"})
	equal(t, "before any audit", history(t, s, "gobelins"), map[string]string{"a": "", "b": ""})
	for i, name := range []string{"a", "b", "named"} {
		save(t, s, Sample(key(name), CommitID(i), noon, i))
		save(t, s, Sample(key(name), CommitID(i+10), noon.Add(time.Hour), i+1))
	}
	save(t, s, Sample(store.Key{Challenge: "other", Repository: "a"}, CommitID(9), noon, 1))
	_, err := s.Place(t.Context(), audit.Placement{
		Challenge: "gobelins", Repository: "a", Check: "licence-present", Progress: audit.Doing, Author: "Ada", At: noon,
	})
	must(t, err)
	posting := store.Posting{Challenge: "gobelins", Repository: "a", Kind: store.PostedIssue, Number: 12, URL: "https://forge.example/12"}
	must(t, s.KeepPosting(t.Context(), posting))
	posted := func(name string) {
		t.Helper()
		posting.Repository = name
		all, err := s.Postings(t.Context(), "gobelins")
		must(t, err)
		equal(t, "what was written about it", all, []store.Posting{posting})
	}
	changed := changesOf(t, s, "a")
	if changed == 0 {
		t.Fatal("nothing changed between the samples")
	}

	// Two change their names with each other, and one that somebody named is found.
	keep(map[int]string{1: "b", 2: "a", 3: "named"})
	equal(t, "exchanged", history(t, s, "gobelins"), map[string]string{"b": CommitID(10), "a": CommitID(11), "named": CommitID(12)})
	if got := changesOf(t, s, "b"); got != changed {
		t.Errorf("%d changes followed, want %d", got, changed)
	}
	placed, err := s.Placements(t.Context(), "gobelins")
	must(t, err)
	if len(placed) != 1 || placed[0].Repository != "b" {
		t.Errorf("decisions: %+v", placed)
	}
	posted("b")
	if n := len(curve(t, s, key("b"))); n != 2 {
		t.Errorf("%d points", n)
	}
	equal(t, "another challenge", history(t, s, "other"), map[string]string{"a": CommitID(9)})

	// A process that did not know of the new names wrote by one that is taken again.
	must(t, s.KeepPosting(t.Context(), store.Posting{Challenge: "gobelins", Repository: "c", Kind: store.PostedIssue, Number: 13}))

	// The name of one that is gone goes to another: what was kept of it is set aside.
	keep(map[int]string{1: "named", 2: "a"})
	got := history(t, s, "gobelins")
	aside := ""
	for name, commit := range got {
		if commit == CommitID(12) {
			aside = name
		}
	}
	equal(t, "taken over", got, map[string]string{"named": CommitID(10), "a": CommitID(11), aside: CommitID(12)})
	if aside == "named" || aside == "" {
		t.Errorf("set aside as %q", aside)
	}
	// It comes back by another name, and a new one takes the name that was left.
	keep(map[int]string{1: "c", 2: "a", 3: "back", 4: "named"})
	equal(t, "come back", history(t, s, "gobelins"), map[string]string{"c": CommitID(10), "a": CommitID(11), "back": CommitID(12), "named": ""})
	posted("c")
	// Nothing changes when nothing does.
	keep(map[int]string{1: "c", 2: "a", 3: "back", 4: "named"})
	// What is listed no more stays.
	keep(nil)
	equal(t, "nothing listed", history(t, s, "gobelins"), map[string]string{"c": CommitID(10), "a": CommitID(11), "back": CommitID(12), "named": ""})
}

func changesOf(t *testing.T, s store.Store, repository string) (n int) {
	t.Helper()
	all, err := s.Changes(t.Context(), "gobelins", time.Time{}, 1000)
	must(t, err)
	for _, c := range all {
		if c.Repository == repository {
			n++
		}
	}
	return n
}
