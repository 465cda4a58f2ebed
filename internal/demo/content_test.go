package demo

import (
	"strings"
	"testing"
	"time"
)

// A mistake in a content file is found when it is read, and names the file.
func TestParseStoryFindsMistakes(t *testing.T) {
	const header = "commits: 30\nfirst: 100\nlast: 2\npeople: [{name: A B, email: a@b.example, share: 1}]\n"
	for name, c := range map[string]struct{ text, want string }{
		"unknown key":   {"commit: 3\n" + header + "-- 100 a --\nx\n", "commit not found"},
		"no day":        {header + "-- README.md --\nx\n", `"README.md"`},
		"day too early": {header + "-- 101 a --\nx\n", `"101 a"`},
		"day too late":  {header + "-- 1 a --\nx\n", `"1 a"`},
		"no people":     {"first: 9\nlast: 1\n-- 9 a --\nx\n", "people"},
		"no licence":    {header + "-- 9 a --\n{{licence:NONE}}\n", "NONE"},
	} {
		if _, err := parseStory("a", []byte(c.text)); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: error %v does not say %s", name, err, c.want)
		}
	}
}

// Each history is as long as its file says: there is enough to write.
func TestStoriesAreAsLongAsTheySay(t *testing.T) {
	all, err := stories()
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range all {
		if told := s.tell(testDay); len(told) != s.Commits {
			t.Errorf("%s: %d commits, not %d", s.name, len(told), s.Commits)
		}
	}
}

var testDay = time.Date(2026, 11, 24, 0, 0, 0, 0, time.UTC)
