package version

import (
	"cmp"
	"regexp"
	"strings"
)

// python is a version of PEP 440, appendix B, its separators and synonyms
// included: epoch, release, pre-release, post-release, development release.
var python = regexp.MustCompile(`^v?(?:(\d+)!)?(\d+(?:\.\d+)*)(?:[-_.]?(a|b|c|rc|alpha|beta|pre|preview)[-_.]?(\d*))?` +
	`(?:-(\d+)|[-_.]?(post|rev|r)[-_.]?(\d*))?(?:[-_.]?(dev)[-_.]?(\d*))?(?:\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?$`)

var pythonStages = map[string]int{"a": 1, "alpha": 1, "b": 2, "beta": 2, "c": 3, "rc": 3, "pre": 3, "preview": 3}

// comparePython leaves local versions ("+cu118") out: an advisory is about what
// was published.
func comparePython(a, b string) (int, bool) {
	x, y := python.FindStringSubmatch(strings.ToLower(a)), python.FindStringSubmatch(strings.ToLower(b))
	if x == nil || y == nil {
		return 0, false
	}
	return cmp.Or(
		numbers(x[1], y[1]), numbers(x[2], y[2]),
		cmp.Compare(pythonStage(x), pythonStage(y)), numbers(x[4], y[4]),
		cmp.Compare(pythonPost(x), pythonPost(y)), numbers(x[5]+x[7], y[5]+y[7]),
		// A development release comes before what it leads to.
		cmp.Compare(len(y[8]), len(x[8])), numbers(x[9], y[9]),
	), true
}

// pythonStage is where a version stands before its release: a development release
// of the release itself comes before its pre-releases.
func pythonStage(m []string) int {
	switch {
	case m[3] != "":
		return pythonStages[m[3]]
	case m[8] != "" && pythonPost(m) == 0:
		return 0
	}
	return 4
}

func pythonPost(m []string) int {
	if m[5] != "" || m[6] != "" {
		return 1
	}
	return 0
}
