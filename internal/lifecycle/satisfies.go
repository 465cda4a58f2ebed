package lifecycle

// Satisfies reports whether a constraint on a product's version allows some
// release of that version: "^3.9" allows "3.12". Known is false for a constraint
// that cannot be read.
func Satisfies(product, constraint, version string) (satisfied, known bool) {
	spans, ok := parse(product, constraint)
	if !ok || numbers(version) == nil {
		return false, false
	}
	for _, s := range spans {
		if s.meets(version) {
			return true, true
		}
	}
	return false, true
}
