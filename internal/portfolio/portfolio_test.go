package portfolio

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

// catalogue are the checks that the tests know.
var catalogue = Options{Checks: []string{"base-image-pinned", "licence-present", "readme-useful"}}

func day(year int, month time.Month, day int) time.Time {
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}

const whole = `
ministries:
  - {id: culture, name: Ministère de la Culture}
challenges:
  - id: herbier
    name: Herbier
    ministry: culture
    cohort: EIG 9
    mission: {start: 2026-01-01, end: 2026-10-31}
    production: 2026-09-01
    scenario: contract
    criticality: A
    kinds: [web-application, training]
    host: Salle 3
    dsi: [{name: Ada, emails: [ada@dsi.example]}]
    mentors: [{name: Bob}]
    people:
      - {name: Cid, emails: [cid@dev.example, c@home.example], leaves: 2026-10-31}
      - {name: Dee, leaving: true}
      - {name: Eve, staying: true}
    repositories:
      - {url: "https://forge.example/herbier/web.git", branch: main, role: application, folder: ./apps/web/, kinds: [service]}
      - {url: ../local/docs, role: documentation}
      - {url: "github:team/data", role: data}
    policy: culture
    schedule: 12h
    waivers:
      - {check: base-image-pinned, paths: ["old/**"], repository: "https://forge.example/herbier/web", reason: Rebuilt each night, author: Ada, expires: 2026-12-01}
      - {check: readme-useful, reason: Written elsewhere, author: Ada, expires: 2026-12-01}
    attestations:
      - {check: sign-off, says: Accepted, author: Ada, link: "https://intranet.example/1", date: 2026-10-01, expires: 2027-10-01}
`

func TestParseWhole(t *testing.T) {
	got, err := Parse("folder/portfolio.yaml", []byte(whole), catalogue)
	if err != nil {
		t.Fatal(err)
	}
	const web = "https://forge.example/herbier/web.git"
	want := &audit.Portfolio{
		Ministries: []audit.Ministry{{ID: "culture", Name: "Ministère de la Culture"}},
		Challenges: []audit.Challenge{{
			ID: "herbier", Name: "Herbier", Ministry: "culture", Cohort: "EIG 9",
			MissionStart: day(2026, 1, 1), MissionEnd: day(2026, 10, 31), PlannedProduction: day(2026, 9, 1),
			Scenario: audit.Contract, Criticality: audit.CriticalityA, Kinds: []audit.Kind{audit.WebApplication, audit.Training},
			Host: "Salle 3", DSI: []audit.Person{{Name: "Ada", Emails: []string{"ada@dsi.example"}}}, Mentors: []audit.Person{{Name: "Bob"}},
			People: []audit.Person{
				{Name: "Cid", Emails: []string{"cid@dev.example", "c@home.example"}, Leaves: day(2026, 10, 31), Leaving: true},
				{Name: "Dee", Leaving: true}, {Name: "Eve", Staying: true},
			},
			Repositories: []audit.Source{
				{URL: web, Branch: "main", Role: audit.RoleApplication, Folder: "apps/web", Kinds: []audit.Kind{audit.Service}},
				{URL: filepath.Join("local", "docs"), Role: audit.RoleDocumentation},
				{URL: "github:team/data", Role: audit.RoleData},
			},
			Policy: "culture", Every: 12 * time.Hour,
			Waivers: []audit.Waiver{
				{Check: "base-image-pinned", Paths: []string{"old/**"}, Repository: web, Reason: "Rebuilt each night", Author: "Ada", Expires: day(2026, 12, 1)},
				{Check: "readme-useful", Reason: "Written elsewhere", Author: "Ada", Expires: day(2026, 12, 1)},
			},
			Attestations: []audit.Attestation{{
				Check: audit.SignOff, Says: "Accepted", Author: "Ada", Link: "https://intranet.example/1",
				Date: day(2026, 10, 1), Expires: day(2027, 10, 1),
			}},
		}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if n := len(got.Challenges[0].WaiversFor("github:team/data")); n != 1 {
		t.Errorf("%d waivers for another repository", n)
	}
}

// inChallenge puts keys into a challenge that is fine otherwise; they begin on
// line 4.
func inChallenge(keys string) string {
	return "challenges:\n  - id: herbier\n    name: Herbier\n" + indent(keys)
}

func indent(keys string) string {
	var b strings.Builder
	for line := range strings.Lines(keys) {
		b.WriteString("    " + line)
	}
	return b.String()
}

func TestFaults(t *testing.T) {
	for name, tc := range map[string]struct {
		content string
		want    []string
	}{
		"empty":                {"", []string{"p.yaml:1: empty; begin with config/portfolio.example.yaml"}},
		"comments only":        {"# nothing\n", []string{"p.yaml:1: empty; begin with config/portfolio.example.yaml"}},
		"no challenges":        {"ministries: []\n", []string{"p.yaml:1: no challenges; list at least one under challenges; config/portfolio.example.yaml shows how"}},
		"binary":               {"a\x00b", []string{"p.yaml:1: not a text file; write YAML, as config/portfolio.example.yaml does"}},
		"not UTF-8":            {"a: \xff\n", []string{"p.yaml:1: not UTF-8; save the file in UTF-8"}},
		"a list":               {"- a\n", []string{"p.yaml:1: the portfolio must hold keys and values, and holds a list; write the keys below it, indented"}},
		"two documents":        {inChallenge("") + "---\na: b\n", []string{"p.yaml:4: a second document; write one document for each file, and list the others under include"}},
		"broken YAML":          {"challenges:\n  - id: a\n   name: b\n", []string{"p.yaml:3: not YAML: did not find expected '-' indicator; look at the quotes and the indentation there"}},
		"broken far down":      {strings.Repeat("# one\n", 40) + inChallenge("kinds: [\n  library,\n  service\n]\n") + " - b\n", []string{"p.yaml:48: not YAML: did not find expected key; look at the quotes and the indentation there"}},
		"quote left open":      {inChallenge("host: \"a\npolicy: b\n"), []string{"p.yaml:4: not YAML: found unexpected end of stream; look at the quotes and the indentation there"}},
		"tab":                  {inChallenge("mission:\n\tstart: 2026-01-01\n"), []string{"p.yaml:5: not YAML: found character that cannot start any token; look at the quotes and the indentation there"}},
		"merge keys":           {"x: &x {id: a}\nchallenges:\n  - <<: *x\n    id: b\n    name: B\n", []string{`p.yaml:1: unknown key "x" in the portfolio; write one of include, demonstration, ministries, challenges`, "p.yaml:3: merged keys are not read; write the keys out"}},
		"unknown key":          {inChallenge("repositry: []\n"), []string{`p.yaml:4: unknown key "repositry" in a challenge; write repositories`}},
		"key twice":            {inChallenge("host: a\nhost: b\n"), []string{"p.yaml:5: host is given twice, first on line 4; keep one"}},
		"no id":                {"challenges:\n  - name: Herbier\n", []string{"p.yaml:2: a challenge without id; add id: …"}},
		"id in capitals":       {"challenges:\n  - id: Œuvre d'été\n    name: a\n", []string{`p.yaml:2: "Œuvre d'été" is not an id; write oeuvre-d-ete`}},
		"id twice":             {inChallenge("") + "  - id: herbier\n    name: b\n", []string{"p.yaml:4: the challenge id herbier is taken, see p.yaml:2; choose another id"}},
		"ministry twice":       {"ministries: [{id: a, name: A}, {id: a, name: B}]\n", []string{"p.yaml:1: the ministry id a is taken, see p.yaml:1; choose another id"}},
		"unknown ministry":     {"ministries: [{id: culture, name: C}]\n" + inChallenge("ministry: cutlure\n"), []string{`p.yaml:5: no ministry has the id "cutlure"; write culture, or describe it under ministries`}},
		"dates reversed":       {inChallenge("mission:\n  start: 2026-10-31\n  end: 2026-01-01\n"), []string{"p.yaml:6: the mission ends before it starts; exchange start and end, or correct one"}},
		"French date":          {inChallenge("production: 31/10/2026\n"), []string{`p.yaml:4: "31/10/2026" is not a date; write 2026-10-31`}},
		"no such day":          {inChallenge("production: 2026-02-30\n"), []string{`p.yaml:4: "2026-02-30" is not a date; write year-month-day, as 2026-05-31`}},
		"year slip":            {inChallenge("production: 0206-02-20\n"), []string{`p.yaml:4: "0206-02-20" is not a date; write year-month-day, as 2026-05-31`}},
		"unknown role":         {inChallenge("repositories: [{url: 'https://f.example/a', role: libary}]\n"), []string{`p.yaml:4: no role is called "libary"; write library`}},
		"unknown kind":         {inChallenge("kinds: [website]\n"), []string{`p.yaml:4: no kind is called "website"; write one of web-application, service, shiny-app, desktop-application, library, data-pipeline, notebook, dataiku-project, infrastructure, documentation, training`}},
		"unknown scenario":     {inChallenge("scenario: contrat\n"), []string{`p.yaml:4: no scenario is called "contrat"; write contract`}},
		"unknown criticality":  {inChallenge("criticality: high\n"), []string{`p.yaml:4: no criticality is called "high"; write one of A, B, C`}},
		"schedule":             {inChallenge("schedule: 5 minutes\n"), []string{`p.yaml:4: "5 minutes" is not a schedule; write hourly, daily, weekly, monthly, or a number of hours or days: 12h, 3d`}},
		"leaves and stays":     {inChallenge("people: [{name: Ada, leaves: 2026-10-31, staying: true}]\n"), []string{"p.yaml:4: somebody cannot both leave and stay; keep leaves or staying"}},
		"e-mail":               {inChallenge("people: [{name: Ada, emails: [ada at example]}]\n"), []string{`p.yaml:4: "ada at example" is not an e-mail address; write name@host.example, one address for each item`}},
		"one e-mail, no list":  {inChallenge("people: [{name: Ada, emails: a@b.example}]\n"), []string{`p.yaml:4: emails must hold a list, and holds one value; begin each item with "- "`}},
		"list for a word":      {inChallenge("host: [a]\n"), []string{"p.yaml:4: one value is wanted here, and there is a list; write it on the same line as its key"}},
		"repository twice":     {inChallenge("repositories:\n  - url: https://github.com/A/b\n  - url: git@github.com:a/B.git\n"), []string{`p.yaml:6: the repository "git@github.com:a/B.git" is listed twice, first on line 5; list it once; without folder all of it is audited`}},
		"organisation":         {inChallenge("repositories: [{url: 'https://github.com/previsecours'}]\n"), []string{`p.yaml:4: "https://github.com/previsecours" names an organisation or a group; choose one of its repositories, or write it under discover`}},
		"page":                 {inChallenge("repositories: [{url: 'https://github.com/a/b/tree/main'}]\n"), []string{`p.yaml:4: "https://github.com/a/b/tree/main" is a page of a repository; write https://github.com/a/b`}},
		"password":             {inChallenge("repositories: [{url: 'https://me:secret@f.example/a'}]\n"), []string{"p.yaml:4: an address must not hold a user name or password; write https://f.example/a and give the token in the environment"}},
		"no scheme":            {inChallenge("repositories: [{url: github.com/a/b}]\n"), []string{`p.yaml:4: "github.com/a/b" lacks its beginning; write https://github.com/a/b`}},
		"remote helper":        {inChallenge("repositories: [{url: 'ext::sh -c x'}]\n"), []string{`p.yaml:4: remote helpers are never run: "ext::sh -c x"; write an http, https, ssh or git address`}},
		"option":               {inChallenge("repositories: [{url: '-u/x'}]\n"), []string{`p.yaml:4: "-u/x" begins with a hyphen; write ./ in front of a folder`}},
		"folder leaves":        {inChallenge("repositories: [{url: ./a, folder: ../b}]\n"), []string{`p.yaml:4: "../b" leaves the repository; write the folder from the top of the repository, as apps/web`}},
		"branch":               {inChallenge("repositories: [{url: ./a, branch: a b}]\n"), []string{`p.yaml:4: "a b" is not the name of a branch; write it as the forge shows it, or leave it out for the default branch`}},
		"bare waiver":          {inChallenge("waivers:\n  - check: licence-present\n"), []string{"p.yaml:5: a waiver without author; add author: …", "p.yaml:5: a waiver without expires; add expires: …", "p.yaml:5: a waiver without reason; add reason: …"}},
		"waiver, no check":     {inChallenge("waivers: [{check: licence-presnt, reason: a, author: b, expires: 2026-01-01}]\n"), []string{`p.yaml:4: no check has the id "licence-presnt"; write licence-present`}},
		"waiver for sign-off":  {inChallenge("waivers: [{check: sign-off, reason: a, author: b, expires: 2026-01-01}]\n"), []string{`p.yaml:4: no check has the id "sign-off"; 'perenne checks list' prints the ids`}},
		"waiver's pattern":     {inChallenge("waivers: [{check: licence-present, paths: ['a[', '../b'], reason: a, author: b, expires: 2026-01-01}]\n"), []string{`p.yaml:4: "../b" is not a pattern of paths; write a path from the top of the repository; * stands for part of a name, ** for any folders`, `p.yaml:4: "a[" is not a pattern of paths; write a path from the top of the repository; * stands for part of a name, ** for any folders`}},
		"waiver's repository":  {inChallenge("repositories: [{url: 'https://f.example/a/b'}]\nwaivers: [{check: licence-present, repository: 'https://f.example/a/c', reason: a, author: b, expires: 2026-01-01}]\n"), []string{`p.yaml:5: the challenge has no repository "https://f.example/a/c"; write https://f.example/a/b`}},
		"attestation reversed": {inChallenge("attestations: [{check: sign-off, says: a, author: b, date: 2026-01-02, expires: 2026-01-01}]\n"), []string{"p.yaml:4: the attestation expires before it begins to count; exchange date and expires, or correct one"}},
		"nothing included":     {"include: [other.yaml]\n", []string{"p.yaml:1: no file can be included here; write its challenges out"}},
		"several at once": {"challenges:\n  - id: A\n    name: a\n    criticality: Z\n  - id: b\n    mission: {strt: 2026-01-01}\n", []string{
			`p.yaml:2: "A" is not an id; write a`, `p.yaml:4: no criticality is called "Z"; write one of A, B, C`,
			"p.yaml:5: a challenge without name; add name: …", `p.yaml:6: unknown key "strt" in mission; write start`,
		}},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := Parse("p.yaml", []byte(tc.content), catalogue)
			if err == nil {
				t.Fatal("accepted")
			}
			if diff := cmp.Diff(tc.want, strings.Split(err.Error(), "\n")); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A value that is left out after its key is as good as no key.
func TestEmptyValues(t *testing.T) {
	if _, err := Parse("p.yaml", []byte("ministries:\n"+inChallenge("mission:\npeople:\nhost:\nrepositories:\n")), catalogue); err != nil {
		t.Error(err)
	}
}

func TestManyFaultsAreCut(t *testing.T) {
	_, err := Parse("p.yaml", []byte("challenges:\n"+strings.Repeat("  - x: 1\n", 1000)), Options{})
	var faults Faults
	if !errors.As(err, &faults) || len(faults) != 3000 {
		t.Fatalf("%d faults", len(faults))
	}
	if _, err := Parse("p.yaml", []byte("challenges:\n"+strings.Repeat("  - x: 1\n", 100_000)), Options{}); !errors.As(err, &faults) || len(faults) != form.MaxFaults {
		t.Errorf("a file of another kind: %d faults", len(faults))
	}
	if lines := strings.Split(err.Error(), "\n"); len(lines) != form.MaxShown+1 || lines[form.MaxShown] != "and 2800 more" {
		t.Errorf("%d lines, the last %q", len(lines), lines[len(lines)-1])
	}
}

// Contacts written once and meant everywhere.
func TestAliases(t *testing.T) {
	p, err := Parse("p.yaml", []byte("challenges:\n  - {id: a, name: A, dsi: &dsi [{name: Ada}]}\n  - {id: b, name: B, dsi: *dsi}\n"), Options{})
	if err != nil || len(p.Challenges[1].DSI) != 1 {
		t.Errorf("%+v, %v", p, err)
	}
}

// Nine aliases, each standing for nine of the one before.
func TestBomb(t *testing.T) {
	bomb := "challenges:\n  - &a {id: a, name: A, kinds: &k [" + strings.Repeat("library, ", 3000) + "library]}\n"
	bomb += strings.Repeat("  - *a\n", 3000)
	_, err := Parse("p.yaml", []byte(bomb), Options{})
	if err == nil || !strings.Contains(err.Error(), "aliases stand for more than 100000 values; write the values out") {
		t.Errorf("got %v", err)
	}
	for _, content := range []string{"a: &a [*a]\n", "challenges: &c [*c, *c]\n", "&a *a\n", strings.Repeat("[", 1<<20), strings.Repeat("{a: ", 1<<18), strings.Repeat("- ", 1<<19)} {
		if _, err := Parse("p.yaml", []byte(content), Options{}); err == nil {
			t.Errorf("%.20q: accepted", content)
		}
	}
}

func write(t *testing.T, dir, name, content string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}

func TestLoadIncludes(t *testing.T) {
	dir := t.TempDir()
	top := write(t, dir, "top.yaml", "include: [teams/a.yaml, teams/b.yaml]\nministries: [{id: culture, name: C}]\n")
	a := write(t, dir, "teams/a.yaml", "include: [more/c.yaml]\nchallenges: [{id: a, name: A, ministry: culture, repositories: [{url: ./work}]}]\n")
	b := write(t, dir, "teams/b.yaml", "challenges: [{id: b, name: B}]\n")
	c := write(t, dir, "teams/more/c.yaml", "demonstration: true\nchallenges: [{id: c, name: C}]\n")
	var opened []string
	p, err := Load(top, Options{Opened: func(file string) { opened = append(opened, file) }})
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Challenges) != 3 || !p.Demonstration || p.Challenges[0].Repositories[0].URL != filepath.Join(dir, "teams", "work") {
		t.Errorf("got %+v", p)
	}
	if want := []string{top, a, c, b}; !slices.Equal(opened, want) {
		t.Errorf("opened %v, want %v", opened, want)
	}
}

func TestLoadIncludeFaults(t *testing.T) {
	dir := t.TempDir()
	top := write(t, dir, "top.yaml", "include:\n  - lost.yaml\n  - top.yaml\n  - wrong.yaml\n  - .\nchallenges: [{id: a, name: A}]\n")
	wrong := write(t, dir, "wrong.yaml", "\n\nchallenges: [{id: a, nme: A}]\n")
	_, err := Load(top, Options{})
	want := []string{
		top + ":2: cannot include " + filepath.Join(dir, "lost.yaml") + ": not found: no such file; check the spelling",
		top + ":3: " + top + " is read already; include each file once, and none that includes this one",
		top + ":5: cannot include " + dir + ": not supported: not a file; name the YAML file itself",
		wrong + ":3: a challenge without name; add name: …",
		wrong + ":3: the challenge id a is taken, see " + top + ":6; choose another id",
		wrong + `:3: unknown key "nme" in a challenge; write name`,
	}
	if err == nil {
		t.Fatal("accepted")
	}
	if diff := cmp.Diff(want, strings.Split(err.Error(), "\n")); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestLoadRefuses(t *testing.T) {
	dir := t.TempDir()
	large := write(t, dir, "large.yaml", strings.Repeat("# comment\n", 5<<20))
	if _, err := Load(large, Options{}); !errors.Is(err, audit.ErrTooLarge) || !strings.Contains(err.Error(), "may hold 8388608 bytes") {
		t.Errorf("50 MB: %v", err)
	}
	if _, err := Parse("p.yaml", make([]byte, 100), Options{MaxBytes: 99}); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("in memory: %v", err)
	}
	if _, err := Load(filepath.Join(dir, "lost.yaml"), Options{}); !errors.Is(err, audit.ErrNotFound) {
		t.Errorf("lost: %v", err)
	}
	if _, err := Load(dir, Options{}); !errors.Is(err, audit.ErrUnsupported) {
		t.Errorf("folder: %v", err)
	}
	// The limit is for all files together.
	half := strings.Repeat("# comment\n", 30)
	write(t, dir, "b.yaml", half)
	top := write(t, dir, "a.yaml", "include: [b.yaml]\n"+half)
	if _, err := Load(top, Options{MaxBytes: 500}); err == nil || !strings.Contains(err.Error(), "a.yaml:1: cannot include") {
		t.Errorf("together: %v", err)
	}
}

// Fifty thousand repositories are read in a moment and in little memory.
func TestLoadManyRepositories(t *testing.T) {
	var b strings.Builder
	b.WriteString("ministries: [{id: culture, name: Culture}]\nchallenges:\n")
	for n := range 50_000 {
		fmt.Fprintf(&b, "  - {id: c%d, name: C, ministry: culture, repositories: [{url: 'https://f.example/a/r%d'}]}\n", n, n)
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	p, err := Parse("p.yaml", []byte(b.String()), Options{})
	runtime.ReadMemStats(&after)
	if err != nil || len(p.Challenges) != 50_000 {
		t.Fatalf("%d bytes: %v", b.Len(), err)
	}
	if used := after.TotalAlloc - before.TotalAlloc; used > 1<<30 {
		t.Errorf("%d bytes of YAML took %d bytes of memory", b.Len(), used)
	}
}

func TestRequested(t *testing.T) {
	asked := func(name, content string) []audit.Waiver {
		tree := audit.NewTree([]audit.File{{Path: name, Blob: "x", SizeBytes: int64(len(content))}}, blob(content), false)
		return Requested(&audit.Snapshot{Tree: tree})
	}
	const entry = "waivers:\n  - {check: base-image-pinned, paths: [old], reason: Soon replaced, author: The team, expires: 2027-03-31}\n  - {check: no-reason}\n"
	want := []audit.Waiver{{Check: "base-image-pinned", Paths: []string{"old"}, Reason: "Soon replaced", Author: "The team", Expires: day(2027, 3, 31), Requested: true}}
	for _, name := range []string{".perenne.yaml", ".perenne.yml"} {
		if diff := cmp.Diff(want, asked(name, entry)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for name, content := range map[string]string{
		"empty": "", "another form": "- a\n", "broken": "waivers: [", "binary": "\x00", "a word": "waivers: all\n",
		"huge": entry + strings.Repeat("#", maxRequestBytes), "bomb": "waivers: &a [*a, *a]\n",
	} {
		if got := asked(".perenne.yaml", content); len(got) != 0 {
			t.Errorf("%s: %+v", name, got)
		}
	}
	if got := asked("elsewhere/.perenne.yaml", entry); len(got) != 0 {
		t.Errorf("in a folder: %+v", got)
	}
	if got := Requested(&audit.Snapshot{}); len(got) != 0 {
		t.Errorf("without a tree: %+v", got)
	}
	long := asked(".perenne.yaml", "waivers: [{check: a-b, reason: "+strings.Repeat("é", 1000)+"}]\n")
	if n := len([]rune(long[0].Reason)); n != maxRequestText+1 {
		t.Errorf("a reason of %d characters", n)
	}
}

type blob string

func (b blob) Blob(audit.File) ([]byte, error) { return []byte(b), nil }

func FuzzParse(f *testing.F) {
	f.Add([]byte(whole))
	f.Add([]byte("challenges: &c [*c]\n---\n<<: *c"))
	f.Fuzz(func(t *testing.T, content []byte) {
		p, err := Parse("p.yaml", content, catalogue)
		if (p == nil) == (err == nil) {
			t.Errorf("portfolio %v, error %v", p, err)
		}
		requests(".perenne.yaml", content)
	})
}
