package version

import "testing"

// Each line is a chain in ascending order, taken from the documentation of the
// ecosystem.
func TestCompare(t *testing.T) {
	for ecosystem, chains := range map[string][][]string{
		"npm":       {{"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0", "1.0.1", "1.10.0", "2.0.0"}},
		"Go":        {{"0.0.0-20200101000000-abcdefabcdef", "0.1.0", "v1.2.3", "1.2.4"}},
		"PyPI":      {{"1.dev0", "1.0.dev456", "1.0a1", "1.0a2.dev456", "1.0a12.dev456", "1.0a12", "1.0b1.dev456", "1.0b2", "1.0b2.post345.dev456", "1.0b2.post345", "1.0rc1.dev456", "1.0rc1", "1.0", "1.0.post456.dev34", "1.0.post456", "1.0.15", "1.1.dev1", "1!0.1"}},
		"RubyGems":  {{"1.0.a", "1.0.b1", "1.0.rc1", "1.0", "1.0.1", "1.9", "1.10", "2.0.0.pre1", "2.0.0"}},
		"Packagist": {{"1.0.0-dev", "1.0.0-alpha1", "1.0.0-beta2", "1.0.0-beta10", "v1.0.0-RC1", "v1.0.0", "1.0.0.1", "1.2"}},
		"Maven":     {{"1.0-SNAPSHOT", "1.0-M1", "1.0-RC2", "1.0", "1.0.1.RELEASE", "1.0.2.Final"}},
		"NuGet":     {{"1.0.0-beta1", "1.0.0", "1.0.0.1", "1.0.1"}},
		"CRAN":      {{"1.0-1", "1.0-2", "1.0.10", "1.1"}},
	} {
		for _, chain := range chains {
			for i, a := range chain {
				for j, b := range chain {
					order, ok := Compare(ecosystem, a, b)
					if !ok || (order < 0) != (i < j) || (order > 0) != (i > j) {
						t.Errorf("%s: %s against %s: %d, %t", ecosystem, a, b, order, ok)
					}
				}
			}
		}
	}
}

func TestEqualVersions(t *testing.T) {
	for _, c := range [][3]string{
		{"PyPI", "1.0", "1.0.0"}, {"PyPI", "1.0c1", "1.0-RC.1"}, {"PyPI", "2.0+cu118", "2.0"}, {"RubyGems", "1.0", "1"},
		{"Maven", "1.0", "1.0.GA"}, {"Packagist", "v1.2.0", "1.2.0"}, {"npm", "1.0.0+a", "1.0.0+b"},
	} {
		if order, ok := Compare(c[0], c[1], c[2]); order != 0 || !ok {
			t.Errorf("%v: %d, %t", c, order, ok)
		}
	}
}

func TestWhatCannotBeOrdered(t *testing.T) {
	for _, c := range [][2]string{
		{"npm", "latest"}, {"npm", "git+https://a"}, {"PyPI", "2004d-x"}, {"Maven", "31.1-jre"}, {"NuGet", "1.0.0-preview.3"},
		{"RubyGems", "a"}, {"Packagist", "dev-main"}, {"Debian", "1.0"}, {"PyPI", ""},
	} {
		if _, ok := Compare(c[0], c[1], "1.0.0"); ok {
			t.Errorf("%v was ordered", c)
		}
	}
}

func FuzzCompare(f *testing.F) {
	f.Add("1.0.0", "1.0rc1.post2.dev3+x")
	f.Fuzz(func(t *testing.T, a, b string) {
		for _, e := range []string{"npm", "PyPI", "RubyGems", "Maven"} {
			x, xOK := Compare(e, a, b)
			y, yOK := Compare(e, b, a)
			if xOK != yOK || xOK && (x > 0) != (y < 0) {
				t.Errorf("%s: %q and %q: %d and %d", e, a, b, x, y)
			}
			if same, ok := Compare(e, a, a); ok && same != 0 {
				t.Errorf("%s: %q differs from itself", e, a)
			}
		}
	})
}
