package handover

import (
	"fmt"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/history"
)

// The set takes over all that anybody could, and up to exactMost people no smaller
// one does.
func TestFewest(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		people := make([]*history.Person, rapid.IntRange(1, 6).Draw(t, "people"))
		for i := range people {
			people[i] = &history.Person{Name: fmt.Sprint(i)}
		}
		who, areas := touched{}, []*area{}
		for i, mask := range rapid.SliceOfN(rapid.IntRange(0, 1<<len(people)-1), 0, 8).Draw(t, "who") {
			a := &area{folder: fmt.Sprint(i)}
			who[a] = map[*history.Person]bool{}
			for k, p := range people {
				if mask>>k&1 == 1 {
					who[a][p] = true
				}
			}
			areas = append(areas, a)
		}
		covers := func(has func(*history.Person) bool) bool {
			return !slices.ContainsFunc(areas, func(a *area) bool {
				for p := range who[a] {
					if has(p) {
						return false
					}
				}
				return len(who[a]) > 0
			})
		}
		got := fewest(areas, who)
		if !covers(func(p *history.Person) bool { return slices.Contains(got, p) }) {
			t.Fatalf("%d people leave something to nobody", len(got))
		}
		for mask := range 1 << len(people) {
			n := bits.OnesCount(uint(mask))
			if n < len(got) && n <= exactMost && covers(func(p *history.Person) bool { return mask>>slices.Index(people, p)&1 == 1 }) {
				t.Fatalf("%d people, and %d are enough", len(got), n)
			}
		}
	})
}

// Who to train on what, by name, and what somebody has to be found for. Settings
// are handed over too, although no share counts them.
func TestTrainees(t *testing.T) {
	t.Parallel()
	s := snapshot(nil,
		touch{by: "Bea", files: "web/a.js", days: 5},
		touch{by: "Ada", files: "web/a.js web/b.js import/a.py deploy/compose.yml deploy/k8s/app.yml", days: 10},
	)
	h := Of(s, Question{People: leaving(taken.AddDate(0, 1, 0), "Ada")})
	var got []string
	for _, one := range h.Transfer.Trainees {
		got = append(got, fmt.Sprintf("%s: %s %v", one.Name, strings.Join(one.Folders, " "), one.Hours))
	}
	if diff := cmp.Diff([]string{"Bea Beason: deploy web 4.5", ": import 2.5"}, got); diff != "" {
		t.Error(diff)
	}
	if first := h.Transfer.Sessions[0]; first.Folder != "deploy" || first.Concern != "deployment" || first.Hours != sessionHours || h.KnownFiles != 3 {
		t.Errorf("first %+v, of %d files", first, h.KnownFiles)
	}
}

// The days are those of the official calendar.
func TestNoSessionOnHolidays(t *testing.T) {
	t.Parallel()
	for _, holiday := range []string{"2026-01-01", "2026-04-06", "2026-05-01", "2026-05-08", "2026-05-14", "2026-05-25", "2026-07-14",
		"2025-08-15", "2027-11-01", "2026-11-11", "2026-12-25", "2027-03-29", "2027-05-06", "2027-05-17", "2038-04-26", "2019-04-22", "2024-04-01"} {
		day, err := time.Parse(time.DateOnly, holiday)
		if err != nil {
			t.Fatal(err)
		}
		if next := nextWorkday(day.AddDate(0, 0, -1)); next.Equal(day) || !nextWorkday(next.AddDate(0, 0, -1)).Equal(next) {
			t.Errorf("%s: work on %s", holiday, next.Format(time.DateOnly))
		}
	}
	if got := nextWorkday(time.Date(2026, 12, 23, 17, 0, 0, 0, time.UTC)).Format(time.DateOnly); got != "2026-12-24" {
		t.Errorf("Christmas Eve is a working day, got %s", got)
	}
}
