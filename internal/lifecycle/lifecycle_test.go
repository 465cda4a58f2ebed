package lifecycle

import (
	"errors"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

func day(s string) time.Time {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		panic(err)
	}
	return t
}

func TestAllowed(t *testing.T) {
	for _, test := range []struct {
		product, constraint, cycle string
		open, newer                bool
	}{
		{"python", "3.6", "3.6", false, false},
		{"python", "3.6.9", "3.6", false, false},
		{"python", "==3.7.*", "3.7", false, false},
		{"python", ">=3.6", "3.14", true, false},
		{"python", ">= 3.6, < 3.9", "3.8", false, false},
		{"python", ">=3.6,<4", "3.14", false, false},
		{"python", "^3.8", "3.14", false, false},
		{"python", "~3.8", "3.8", false, false},
		{"python", "~=3.8", "3.14", false, false},
		{"python", "~=3.8.1", "3.8", false, false},
		{"python", "!=3.0.*,!=3.1.*,>=2.7", "3.14", true, false},
		{"python", ">=2.7,<3", "2.7", false, false},
		{"python", "3.99", "", false, true},
		{"python", "=3.8.5=h26836e1_1", "3.8", false, false},
		{"node", "12.x", "12", false, false},
		{"node", ">=10 <13", "12", false, false},
		{"node", "10 - 14", "14", false, false},
		{"node", "^12.20.0 || >=14", "26", true, false},
		{"node", "v16.13.0", "16", false, false},
		{"node", "0.10", "4", false, false},
		{"node", "*", "26", true, false},
		{"php", "^7.1", "7.4", false, false},
		{"php", "^7.2|^8.0", "8.5", false, false},
		{"php", "~7.1", "7.4", false, false},
		{"php", "~7.1.3", "7.1", false, false},
		{"php", "7.4.*", "7.4", false, false},
		{"php", ">=7.1.3", "8.5", true, false},
		{"ruby", "~> 2.5", "2.7", false, false},
		{"ruby", "~> 2.5.1", "2.5", false, false},
		{"ruby", "2.7.5", "2.7", false, false},
		{"java", "1.8", "8", false, false},
		{"java", "11", "11", false, false},
		{"r", ">= 3.5.0", "4.6", true, false},
		{"r", "4.0.2", "4.0", false, false},
		{"elixir", "~> 1.10", "1.20", false, false},
		{"elixir", "1.14.3-otp-25", "1.14", false, false},
		{"dotnet", "6.0;8.0", "8", false, false},
		{"go", ">=1.16", "1.27", true, false},
	} {
		got, ok := Dates().Allowed(test.product, test.constraint)
		if !ok || got.Newer != test.newer || got.Open != test.open || !got.Newer && got.Cycle.Name != test.cycle {
			t.Errorf("Allowed(%s, %q) = %+v, %v", test.product, test.constraint, got, ok)
		}
	}
	for _, test := range [][2]string{{"node", "lts/*"}, {"python", ""}, {"python", "${VERSION}"}, {"cobol", "85"}, {"python", "<3,>4"}} {
		if got, ok := Dates().Allowed(test[0], test[1]); ok {
			t.Errorf("Allowed(%s, %q) = %+v", test[0], test[1], got)
		}
	}
}

// A cycle is maintained on its last day, and no longer on the next.
func TestEnded(t *testing.T) {
	c := Cycle{Ends: day("2021-12-23")}
	if c.Ended(day("2021-12-23").Add(20*time.Hour)) || !c.Ended(day("2021-12-24")) || (Cycle{}).Ended(day("2100-01-01")) {
		t.Error("the last day is not the last")
	}
}

func TestShippedDates(t *testing.T) {
	table := Dates()
	for _, product := range []string{"node", "python", "php", "ruby", "go", "r", "java", "dotnet", "elixir", "erlang", "debian", "ubuntu", "alpine"} {
		maintained := false
		for _, c := range table.Cycles(product) {
			maintained = maintained || !c.Ended(table.Taken)
		}
		if !maintained {
			t.Errorf("%s: no version was maintained when the dates were taken", product)
		}
	}
	if version, ok := table.Codename("debian", "bookworm"); !ok || version != "12" {
		t.Errorf("bookworm is %q", version)
	}
	again, err := Parse(table.String())
	if err != nil || again.String() != table.String() || table.String() != dates {
		t.Errorf("dates.txt is not in the form that is written: %v", err)
	}
	if table.Stale(table.Taken) || !table.Stale(table.BestBefore) {
		t.Error("stale at the wrong time")
	}
}

func TestParseSaysWhatIsWrong(t *testing.T) {
	for _, content := range []string{
		"", "taken 2026-01-01\n", "taken x\n", "taken 2026-01-01\nbest-before 2025-01-01\n", "taken 2026-01-01\nbest-before 2027-01-01\nnode 20\n",
		"node twenty 2026-01-01\n", "node 20 soon\n", "node 20 2026-01-01 iron man\n",
	} {
		if _, err := Parse(content); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("Parse(%q): %v", content, err)
		}
	}
}

const small = "# Top.\n\ntaken 2026-01-01\nbest-before 2027-01-01\n\ndebian 11 2024-08-14 bullseye\nnode 20 2026-04-30 iron\nr 4.0 2025-04-11\n"

// Both interfaces of the site, and the list of everything, say the same.
func TestMerge(t *testing.T) {
	for name, content := range map[string]string{
		"nodejs":  `{"result":{"name":"nodejs","releases":[{"name":"20","isEol":true,"eolFrom":"2026-05-01"},{"name":"3","isEol":true,"eolFrom":null},{"name":"30","isEol":false,"eolFrom":null}]}}`,
		"nodejs ": `{"result":[{"name":"zig","releases":[]},{"name":"nodejs","releases":[{"name":"20","eolFrom":"2026-05-01"},{"name":"30","eolFrom":null}]}]}`,
	} {
		merged(t, name, content)
	}
	merged(t, "nodejs", `[{"cycle":"20","eol":"2026-05-01"},{"cycle":"3","eol":true},{"cycle":"30","eol":false}]`)
}

func merged(t *testing.T, name, content string) {
	t.Helper()
	table, err := Parse(small)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := table.Merge(name, []byte(content)); err != nil {
		t.Fatal(err)
	}
	table.Renew(day("2026-11-01"))
	want := "# Top.\n\ntaken 2026-11-01\nbest-before 2027-11-01\n\ndebian 11 2024-08-14 bullseye\n\nnode 20 2026-05-01 iron\nnode 30 -\n\nr 4.0 2025-04-11\n"
	if got := table.String(); got != want {
		t.Errorf("%s:\n%s", name, got)
	}
}

// Debian is mended at no cost for longer than its page calls end of life.
func TestMergeDebian(t *testing.T) {
	table, _ := Parse(small)
	if _, err := table.Merge("debian", []byte(`{"result":{"name":"debian","releases":[{"name":"11","codename":"Bullseye","eolFrom":"2024-08-14","eoesFrom":"2026-08-31"}]}}`)); err != nil {
		t.Fatal(err)
	}
	if got := table.Cycles("debian")[0]; got.Ends != day("2026-08-31") || got.Codename != "bullseye" {
		t.Errorf("%+v", got)
	}
}

func TestMergeSaysWhatIsWrong(t *testing.T) {
	table, _ := Parse(small)
	if _, err := table.Merge("nodejs", []byte("<html>")); !errors.Is(err, audit.ErrDamaged) {
		t.Error(err)
	}
	if _, err := table.Merge("cobol", []byte(`[]`)); !errors.Is(err, audit.ErrUnsupported) {
		t.Error(err)
	}
}

func FuzzAllowed(f *testing.F) {
	for _, seed := range []string{">=3.6,<3.9", "^7.1 || ^8.0", "~> 2.5", "10 - 14", "1.8", "lts/*", "!=3", "99999999999999999999"} {
		f.Add("python", seed)
	}
	f.Fuzz(func(t *testing.T, product, constraint string) {
		if got, ok := Dates().Allowed(product, constraint); ok && got.Cycle.Name == "" && !got.Newer {
			t.Errorf("%+v", got)
		}
	})
}

func FuzzParse(f *testing.F) {
	f.Add(small)
	f.Fuzz(func(t *testing.T, content string) {
		if table, err := Parse(content); err == nil {
			_, _ = table.Merge("nodejs", []byte(content))
			_ = table.String()
		}
	})
}
