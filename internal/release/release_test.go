package release

import (
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestIsVersion(t *testing.T) {
	t.Parallel()
	for tag, want := range map[string]bool{
		"1.0": true, "v1.2.3": true, "v1": true, "V2.0": true, "1.2.3-rc.1": true, "v1.0.0+build5": true, "release-1.2": true,
		"release/2.0.1": true, "app@1.2.3": true, "@etat/app@1.2.3": true, "web/v2.0": true, "release_1_2": true, "2026.03": true,
		"2026-03-01": true, "2026-03-01-02": true, "prod-2026-03-01": true, "20260301": true, "prod_20260301": true, "web-v3": true,
		"r1.2": true, "version-3.1": true, "appv1.2": true, "v1.0-beta": true,
		"latest": false, "staging": false, "build-1234": false, "1234": false, "demo": false, "avant-refonte": false, "eig-2018": false,
		"sprint-12": false, "": false, "v": false, "deploy": false, "mission-end": false,
	} {
		if got := IsVersion(tag); got != want {
			t.Errorf("%q: %t", tag, got)
		}
	}
}

func TestTagged(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC)
	s := &audit.Snapshot{
		History: &audit.History{Commits: []audit.Commit{{ID: "b", When: day.AddDate(0, 1, 0)}, {ID: "a", When: day}}},
		Tags:    []audit.Tag{{Name: "demo", Commit: "b"}, {Name: "v1", Commit: "a"}, {Name: "v2", Commit: "b"}, {Name: "v3", Commit: "elsewhere"}},
	}
	got := Tagged(s)
	if len(got) != 3 || got[0].Name != "v2" || got[1].Name != "v1" || got[2].Name != "v3" || !got[2].When.IsZero() || !got[1].When.Equal(day) {
		t.Errorf("%+v", got)
	}
	if newest := Newest(got); newest.Name != "v3" {
		t.Errorf("newest: %+v", newest)
	}
	if newest := Newest([]Version{{"v10.0", day}, {"v9.9", time.Time{}}, {"v2.0", time.Time{}}}); newest.Name != "v10.0" {
		t.Errorf("newest: %+v", newest)
	}
	if s.Tags = nil; Tagged(s) != nil {
		t.Error("tags that nobody asked for became versions")
	}
}

func TestDateIn(t *testing.T) {
	t.Parallel()
	for heading, want := range map[string]string{
		"[1.2.0] - 2026-03-01": "2026-03-01", "v1.2 (01/03/2026)": "2026-03-01", "2026.03.01": "2026-03-01",
		"1.2.0": "", "2026-13-45": "", "Unreleased": "",
	} {
		got := dateIn(heading)
		if want == "" && !got.IsZero() || want != "" && got.Format(time.DateOnly) != want {
			t.Errorf("%q: %s", heading, got)
		}
	}
}
