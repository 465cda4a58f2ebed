package form

import (
	"strings"
	"testing"
)

func TestNearest(t *testing.T) {
	for _, tc := range [][3]string{
		{"repositry", "repositories,role", "repositories"}, {"strat", "start,end", "start"}, {"x", "start,end", ""}, {"", "a", ""},
		{strings.Repeat("start", 100), "start", ""},
	} {
		if got := Nearest(tc[0], strings.Split(tc[1], ",")); got != tc[2] {
			t.Errorf("Nearest(%.20q) = %q, want %q", tc[0], got, tc[2])
		}
	}
}

func TestSlug(t *testing.T) {
	for name, want := range map[string]string{
		"b@liseNAV": "balisenav", "Karfu’R": "karfu-r", "L'Œuvre d'Été": "l-oeuvre-d-ete", " -- ": "", "東京": "", "A  1": "a-1",
		strings.Repeat("a", 100): strings.Repeat("a", MaxID), strings.Repeat("abc ", 30): strings.TrimSuffix(strings.Repeat("abc-", 15), "-"),
	} {
		if got := Slug(name); got != want || got != "" && !idPattern.MatchString(got) {
			t.Errorf("Slug(%.30q) = %q, want %q", name, got, want)
		}
	}
}
