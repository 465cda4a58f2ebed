// Package version orders the versions of packages as their ecosystems do. Each
// has its own rules; what cannot be ordered for certain is not.
package version

import (
	"cmp"
	"regexp"
	"strings"

	"golang.org/x/mod/semver"
)

// Compare tells which of two versions comes first in an ecosystem, named as OSV
// names it: below 0 for a, above for b. It is not ok for an ecosystem whose rules
// are not known here and for versions that do not follow them.
func Compare(ecosystem, a, b string) (order int, ok bool) {
	var compare func(a, b string) (int, bool)
	switch ecosystem {
	case "npm", "crates.io", "Go", "Hex":
		compare = compareSemver
	case "PyPI":
		compare = comparePython
	case "RubyGems":
		compare = compareRuby
	case "Packagist", "NuGet", "Maven", "CRAN", "Bioconductor":
		compare = compareDotted
	default:
		return 0, false
	}
	return compare(strings.TrimSpace(a), strings.TrimSpace(b))
}

func compareSemver(a, b string) (int, bool) {
	a, b = "v"+strings.TrimPrefix(a, "v"), "v"+strings.TrimPrefix(b, "v")
	return semver.Compare(a, b), semver.IsValid(a) && semver.IsValid(b)
}

// numbers compares dotted numbers of any length; missing ones are 0.
func numbers(a, b string) int {
	as, bs := strings.Split(a, "."), strings.Split(b, ".")
	for i := range max(len(as), len(bs)) {
		x, y := "", ""
		if i < len(as) {
			x = strings.TrimLeft(as[i], "0")
		}
		if i < len(bs) {
			y = strings.TrimLeft(bs[i], "0")
		}
		if order := cmp.Or(cmp.Compare(len(x), len(y)), cmp.Compare(x, y)); order != 0 {
			return order
		}
	}
	return 0
}

// dotted is numbers and, where a version is not yet final, a word that its users
// agree on: "2.0.0-rc1", "1.0.0.Final".
var dotted = regexp.MustCompile(`^v?(\d+(?:[.-]\d+)*)(?:[.-]?(?i:(dev|snapshot|alpha|a|beta|b|milestone|m|rc|cr|final|ga|release)[.-]?(\d*)))?(?:\+.*)?$`)

// stages are the words in their order; 0 stands for a final version.
var stages = map[string]int{
	"dev": -6, "snapshot": -6, "alpha": -5, "a": -5, "beta": -4, "b": -4, "milestone": -3, "m": -3, "rc": -2, "cr": -2,
	"": 0, "final": 0, "ga": 0, "release": 0,
}

// compareDotted serves ecosystems whose rules differ only in words that are not
// ordered here: Composer, NuGet, Maven, R.
func compareDotted(a, b string) (int, bool) {
	x, y := dotted.FindStringSubmatch(a), dotted.FindStringSubmatch(b)
	if x == nil || y == nil {
		return 0, false
	}
	dash := strings.NewReplacer("-", ".")
	return cmp.Or(
		numbers(dash.Replace(x[1]), dash.Replace(y[1])),
		cmp.Compare(stages[strings.ToLower(x[2])], stages[strings.ToLower(y[2])]),
		numbers(x[3], y[3]),
	), true
}

// ruby is a version of Gem::Version.
var ruby = regexp.MustCompile(`^\d+(?:\.[0-9a-zA-Z]+)*(?:-[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$`)

var rubyParts = regexp.MustCompile(`\d+|[a-zA-Z]+`)

// compareRuby orders as Gem::Version does: a word makes a version come before
// the one without it.
func compareRuby(a, b string) (int, bool) {
	if !ruby.MatchString(a) || !ruby.MatchString(b) {
		return 0, false
	}
	split := func(s string) []string { return rubyParts.FindAllString(strings.ReplaceAll(s, "-", ".pre."), -1) }
	as, bs := split(a), split(b)
	for i := range max(len(as), len(bs)) {
		x, y := "0", "0"
		if i < len(as) {
			x = as[i]
		}
		if i < len(bs) {
			y = bs[i]
		}
		if order := rubyPart(x, y); order != 0 {
			return order, true
		}
	}
	return 0, true
}

func rubyPart(x, y string) int {
	xNumber, yNumber := x[0] <= '9', y[0] <= '9'
	switch {
	case xNumber && yNumber:
		return numbers(x, y)
	case xNumber:
		return 1
	case yNumber:
		return -1
	}
	return cmp.Compare(x, y)
}
