package history

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/perenne-audit/perenne/internal/audit"
)

var taken = time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)

// commitsBy gives one commit to each "Name <address>", a day apart.
func commitsBy(signatures ...string) []audit.Commit {
	var commits []audit.Commit
	for i, s := range signatures {
		name, email, _, _ := cutSignature(s)
		commits = append(commits, audit.Commit{
			Author: audit.Signature{Name: name, Email: email}, When: taken.AddDate(0, 0, -i-1),
		})
	}
	return commits
}

// TestMerge lists identities; each group in want is one person, by the places
// of the identities. Those in no group were left out.
func TestMerge(t *testing.T) {
	for _, test := range []struct {
		story   string
		mailmap string
		who     []string
		want    string
	}{
		{"order, case and accents of a full name",
			"", []string{"Émile Zola-Ménard <a@x.fr>", "ZOLA MENARD Emile <b@y.fr>", "emile.zola-menard <c@z.fr>"}, "0,1,2"},
		{"a first name is not a name", "", []string{"Camille <a@x.fr>", "Camille <b@y.fr>"}, "0|1"},
		{"a compound first name is a first name", "", []string{"Jean-Baptiste <jb1@x.fr>", "Jean-Baptiste <jb2@y.fr>", "Anne-Cha <q@x.fr>", "Anne-Cha <r@y.fr>"}, "0|1|2|3"},
		{"letter case, +tag and Google's domains", "",
			[]string{"nadia <Nadia.B@Gmail.com>", "NB <nadiab+forge@googlemail.com>"}, "0,1"},
		{"a forge's noreply addresses, with a changed login", "",
			[]string{"old <77+oldlogin@users.noreply.github.com>", "new <77+newlogin@users.noreply.github.com>", "x <newlogin@users.noreply.github.com>"}, "0,1,2"},
		{"GitLab's noreply address", "",
			[]string{"Yara Quist <12-yquist@users.noreply.gitlab.com>", "Y <yquist@users.noreply.gitlab.com>"}, "0,1"},
		{"a handle that is an account and somebody's mailbox", "",
			[]string{"Judith <zpoulvert@school.example.edu>", "zpoulvert <9+zpoulvert@users.noreply.github.com>"}, "0,1"},
		{"short account names are enough when the forge vouches", "",
			[]string{"qfo <4+qfo@users.noreply.github.com>", "qfo <q@y.fr>"}, "0,1"},
		{"a first name as an account is not", "",
			[]string{"x1 <thomas@users.noreply.github.com>", "Zoltan <thomas@y.fr>"}, "0|1"},
		{"initial and last name", "", []string{"Pierre Camillon <pc@x.fr>", "zz <p.camillon@y.fr>"}, "0,1"},
		{"two initials and a particle", "", []string{"Jean-Baptiste LE DÉVEHAC <jb@x.fr>", "z <jbledevehac@y.fr>"}, "0,1"},
		{"an initial that fits two people fits none", "",
			[]string{"Jean Dupond <jean@x.fr>", "Jacques Dupond <jacques@x.fr>", "zz <jdupond@y.fr>"}, "0|1|2"},
		{"an initial never joins two first names", "",
			[]string{"Pierre Camillon <pc@x.fr>", "Paul <pcamillon@y.fr>"}, "0|1"},
		{"an initial never joins two full names", "",
			[]string{"Pierre Camillon <pc@x.fr>", "Paule Camillon <p.camillon@y.fr>"}, "0|1"},
		{"an address that spells the name", "",
			[]string{"cbert <clement.bertou.ext@y.fr>", "Clément Bertou <6+cb@users.noreply.github.com>", "Paul-Antoine <paul-antoine.cheval@x.fr>", "Paul-Antoine Cheval <pac@y.fr>"}, "0,1|2,3"},
		{"the same first name and mailbox at two providers", "",
			[]string{"Bastien <bzq@x.org>", "Bastien <bzq@y.fr>", "Bastien <bastien@y.fr>"}, "0,1|2"},
		{"mailboxes that everybody has are no handle", "",
			[]string{"Ada One <mail@one.fr>", "Bob Two <mail@two.fr>", "adaone <hello@one.fr>", "bobt <hello@two.fr>"}, "0,2|1|3"},
		{"but at a domain of one's own they are an address", "",
			[]string{"Ada One <mail@one.fr>", "Zed <mail@one.fr>"}, "0,1"},
		{"shared mailboxes merge nobody", "",
			[]string{"Ada One <contact@ministere.gouv.fr>", "Bob Two <contact@ministere.gouv.fr>", "Eve Three <noreply@github.com>", "Kim Four <noreply@github.com>", "Uma Five <you@example.com>", "Vic Six <you@example.com>"}, "0|1|2|3|4|5"},
		{"an address under which three people go is shared", "",
			[]string{"Ada One <poste7@x.fr>", "Bob Two <poste7@x.fr>", "Eve Three <poste7@x.fr>"}, "0|1|2"},
		{"a pen name is the same person", "", []string{"Dark Rider <ada@x.fr>", "Ada One <ada@x.fr>"}, "0,1"},
		{"a borrowed machine", "",
			[]string{"Ada Lovelock <ada.lovelock@x.fr>", "Bob Turin <ada.lovelock@x.fr>", "Bob Turin <bob@x.fr>"}, "0|1,2"},
		{"nobody in particular", "",
			[]string{"root <root@srv-1.interieur.example.fr>", "Cloud User <centos@lab.external>", "Your Name <you@example.com>", "root <lea.martineau@x.fr>", "Léa Martineau <lm@y.fr>"}, "3,4"},
		{"programs", "",
			[]string{"dependabot[bot] <49699333+dependabot[bot]@users.noreply.github.com>", "Renovate Bot <bot@renovateapp.com>", "SocialGroovyBot <x@y.fr>", "GitHub <noreply@github.com>", "project_31_bot <project31_bot_9f@noreply.gitlab.com>", "Weblate <noreply@weblate.org>", "snyk-bot <snyk-bot@snyk.io>", "Copilot <175728472+Copilot@users.noreply.github.com>", "Claude Opus <noreply@anthropic.com>", "allcontributors[bot] <x@y.z>", "Yann Le Bot <yann@x.fr>", "Claude Martineau <claude@x.fr>", "Zoé Talbot <z@x.fr>"}, "10|11|12"},
		{"what .mailmap says, in its four forms and any case",
			"# people\nAda Lovelock <ada@x.fr>\n<ada@x.fr> <ADA@old.example.com>\nAda Lovelock <ada@x.fr> <root@box>\nBob Turin <bob@x.fr> shared <team@x.fr>\nnot an entry\n",
			[]string{"ada <ada@x.fr>", "al <ada@OLD.example.com>", "whoever <root@box>", "Shared <team@x.fr>", "bob <bob@x.fr>", "other <team@x.fr>"}, "0,1,2|3,4|5"},
		{".mailmap tells two namesakes of one address apart",
			"Ada One <one@x.fr> ada <ada@x.fr>\nAda Two <two@x.fr> Ada2 <ada@x.fr>\n",
			[]string{"ada <ada@x.fr>", "Ada2 <ada@x.fr>"}, "0|1"},
		{"a clue that would join two full names joins nothing",
			"", []string{"Ada One <zbouboutch@x.fr>", "Bob Two <zbouboutch@y.fr>", "zbouboutch <z@z.fr>"}, "0|1|2"},
		{"a handle and the mailbox of the same name", "", []string{"zbouboutch <z1@x.fr>", "Christophe <zbouboutch@y.fr>"}, "0,1"},
		{"a first name that no list has is no handle", "", []string{"iuriq <a@x.fr>", "iuriq <iuriq@y.fr>"}, "0|1"},
		{"an address in place of the name, and none of its own", "", []string{"ada@x.fr <>", "Ada One <ada@x.fr>"}, "0,1"},
		{"without an address, a full name does", "", []string{"Ada One <>", "Ada One <ada@x.fr>", "Zed <>", "Zed <>"}, "0,1|2"},
	} {
		t.Run(test.story, func(t *testing.T) {
			p := count(commitsBy(test.who...), parseMailmap(test.mailmap), taken)
			if got := groups(p, test.who); got != test.want {
				t.Errorf("got %s, want %s", got, test.want)
				for _, person := range p.Persons {
					t.Log(person.Name, person.Because, person.Aliases)
				}
			}
		})
	}
}

// groups writes who was merged with whom, as the places in a list.
func groups(p *People, who []string) string {
	byPerson := map[*Person][]string{}
	var order []*Person
	seen := map[audit.Signature]bool{}
	for i, s := range who {
		name, email, _, _ := cutSignature(s)
		signature := audit.Signature{Name: name, Email: email}
		person := p.Who(signature)
		if person == nil || seen[signature] {
			continue
		}
		seen[signature] = true
		if byPerson[person] == nil {
			order = append(order, person)
		}
		byPerson[person] = append(byPerson[person], fmt.Sprint(i))
	}
	var parts []string
	for _, person := range order {
		parts = append(parts, strings.Join(byPerson[person], ","))
	}
	return strings.Join(parts, "|")
}

func TestCounts(t *testing.T) {
	at := func(day int) time.Time { return time.Date(2026, 1, day, 0, 0, 0, 0, time.UTC) }
	ada, adaAtHome := audit.Signature{Name: "Ada Lovelock", Email: "ada@x.fr"}, audit.Signature{Name: "ada", Email: "Ada@x.fr"}
	bob := audit.Signature{Name: "Bob Turin", Email: "bob@x.fr"}
	bot := audit.Signature{Name: "dependabot[bot]", Email: "b@x.fr"}
	p := count([]audit.Commit{
		{Author: ada, When: at(9)},
		{Author: bob, When: at(8), Merge: true},
		{Author: adaAtHome, When: at(7), CoAuthors: []audit.Signature{ada, bob, bot}},
		{Author: bot, When: at(6)},
		{Author: ada, When: at(5)},
		{Author: bob, When: time.Date(2099, 1, 1, 0, 0, 0, 0, time.UTC), Merge: true},
		{Author: bot, When: at(3), CoAuthors: []audit.Signature{bob}},
	}, nil, taken)
	if p.Commits != 4 || len(p.Persons) != 2 || p.Identities != 4 {
		t.Fatalf("got %d commits by %d people of %d identities", p.Commits, len(p.Persons), p.Identities)
	}
	first := p.Persons[0]
	if first.Name != "Ada Lovelock" || first.Commits != 3 || first.Merges != 0 || !first.First.Equal(at(5)) {
		t.Errorf("got %+v", first)
	}
	if p.Persons[1].Commits != 2 || p.Persons[1].Merges != 2 {
		t.Errorf("got %+v", p.Persons[1])
	}
	if !p.Last.Equal(at(9)) {
		t.Errorf("last commit %v: a clock that is ahead was believed", p.Last)
	}
	want := Share{Commits: 4, BusFactor: 1, Top: 0.75, Second: 0.5}
	if diff := cmp.Diff(want, p.Share(time.Time{})); diff != "" {
		t.Error(diff)
	}
	if got := p.Active(at(6), at(30)); got != 2 {
		t.Errorf("%d active, want 2", got)
	}
	if got := p.Active(at(9), at(30)); got != 1 {
		t.Errorf("%d active, want 1", got)
	}
}

func TestCanonicalName(t *testing.T) {
	p := count(append(commitsBy("lovelock7 <ada@x.fr>", "lovelock7 <ada@x.fr>", "Ada Lovelock <ada@x.fr>", "Ada LOVELOCK <ada@x.fr>", "Ada LOVELOCK <ada@x.fr>"),
		commitsBy("root <zed@x.fr>")...), nil, taken)
	if got := []string{p.Persons[0].Name, p.Persons[1].Name}; !slices.Equal(got, []string{"Ada LOVELOCK", "zed"}) {
		t.Errorf("got %q", got)
	}
}

func TestFind(t *testing.T) {
	p := count(commitsBy("Ada Lovelock <5+adalove@users.noreply.github.com>", "Bob Turin <bob@x.fr>", "Bob <bob2@x.fr>",
		"Cleo Adler <cleo@example.org>", "Dora Quint <dev@example.org>", "Elie Ruiz <dev@example.org>"),
		parseMailmap("Bob Turin <bob@new.fr> <bob@x.fr>"), taken)
	for _, test := range []struct {
		name, login, email, want string
	}{
		{"", "AdaLove", "", "Ada Lovelock"},
		{"lovelock ada", "", "", "Ada Lovelock"},
		{"", "", "BOB+x@x.fr", "Bob Turin"},
		{"", "", "bob@new.fr", "Bob Turin"},
		{"Bob", "", "", ""},
		{"", "", "Cleo@example.org", "Cleo Adler"}, // an address that may be anybody's, and one has
		{"", "", "dev@example.org", ""},
		{"", "", "", ""},
		{"Zoé Martineau", "zozo", "zoe@x.fr", ""},
	} {
		got := ""
		if person := p.Find(test.name, test.login, test.email); person != nil {
			got = person.Name
		}
		if got != test.want {
			t.Errorf("%v: got %q", test, got)
		}
	}
}

func TestSummary(t *testing.T) {
	s := &audit.Snapshot{TakenAt: taken}
	if Summary(s) != nil {
		t.Error("a summary without history")
	}
	s = &audit.Snapshot{TakenAt: taken, History: &audit.History{Commits: commitsBy("Ada One <a@x.fr>", "Bob Two <b@x.fr>", "Ada One <c@x.fr>")}}
	want := &audit.Maintainers{People: 2, BusFactor: 1, TopShare: 0.6667, LastHumanCommit: taken.AddDate(0, 0, -1)}
	if diff := cmp.Diff(want, Summary(s)); diff != "" {
		t.Error(diff)
	}
	s = &audit.Snapshot{TakenAt: taken, History: &audit.History{Commits: s.History.Commits, Truncated: true}}
	if Summary(s) != nil {
		t.Error("a part of the history passes for the whole")
	}
}

// drawCommits makes histories whose identities overlap in every way.
func drawCommits(t *rapid.T) []audit.Commit {
	names := []string{"Ada Lovelock", "LOVELOCK Ada", "ada", "alovelock", "Bob Turin", "bob", "root", "Jean Dupond", "Jacques Dupond", "", "dependabot[bot]", "zbouboutch", "Zoé"}
	emails := []string{"ada@x.fr", "ADA@x.fr", "ada.lovelock@y.fr", "a.lovelock@z.fr", "bob@x.fr", "7+bobt@users.noreply.github.com", "bobt@users.noreply.github.com", "jdupond@x.fr", "root@box", "noreply@github.com", "", "zbouboutch@x.fr"}
	signature := rapid.Custom(func(t *rapid.T) audit.Signature {
		return audit.Signature{Name: rapid.SampledFrom(names).Draw(t, "name"), Email: rapid.SampledFrom(emails).Draw(t, "email")}
	})
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) audit.Commit {
		return audit.Commit{
			Author:    signature.Draw(t, "author"),
			CoAuthors: rapid.SliceOfN(signature, 0, 2).Draw(t, "with"),
			When:      taken.AddDate(0, 0, -rapid.IntRange(0, 999).Draw(t, "days")),
			Merge:     rapid.Bool().Draw(t, "merge"),
		}
	}), 0, 40).Draw(t, "commits")
}

func TestMergeIgnoresOrder(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		commits := drawCommits(t)
		before := count(commits, nil, taken)
		shuffled := slices.Clone(commits)
		seed := rapid.Uint64().Draw(t, "seed")
		rand.New(rand.NewPCG(seed, 1)).Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
		after := count(shuffled, nil, taken)
		if diff := cmp.Diff(before.Persons, after.Persons, cmpopts.IgnoreUnexported(Person{})); diff != "" {
			t.Fatal(diff)
		}
		if diff := cmp.Diff(before.Share(time.Time{}), after.Share(time.Time{})); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestCountsAddUp(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		commits := drawCommits(t)
		p := count(commits, nil, taken)
		share := p.Share(time.Time{})
		aliases := 0
		for _, person := range p.Persons {
			aliases += len(person.Aliases)
			if person.Commits > p.Commits || (len(person.Aliases) == 1) != (len(person.Because) == 0) {
				t.Fatalf("%+v of %d commits", person, p.Commits)
			}
		}
		if len(p.Persons) > p.Identities || aliases > p.Identities {
			t.Fatalf("%d persons and %d aliases of %d identities", len(p.Persons), aliases, p.Identities)
		}
		if share.BusFactor > len(p.Persons) || (share.BusFactor == 0) != (p.Commits == 0) || share.Top > 1 || share.Second > share.Top {
			t.Fatalf("%+v", share)
		}
	})
}

func FuzzMailmap(f *testing.F) {
	f.Add("Ada <ada@x.fr>\n<a@x> <b@y>\n# c\nA <a> B <b>\n<<>><", "Ada Lovelock", "ada@x.fr")
	f.Add("", "NINUS-Cat d'Œuvre (x) 'y'", "12+é@users.noreply.github.com")
	f.Add("> <", "\xff\xfe[bot]", "@")
	f.Fuzz(func(t *testing.T, mailmap, name, email string) {
		commits := []audit.Commit{
			{Author: audit.Signature{Name: name, Email: email}},
			{Author: audit.Signature{Name: email, Email: name}},
			{Author: audit.Signature{Name: name, Email: name}},
		}
		p := count(commits, parseMailmap(mailmap), taken)
		if len(p.Persons) > 3 {
			t.Errorf("%d persons of 3 identities", len(p.Persons))
		}
		p.Find(name, email, email)
	})
}

// many is a history of 20,000 commits by 1,500 identities of 750 people.
func many() []audit.Commit {
	commits := make([]audit.Commit, 20000)
	for i := range commits {
		n := i * i % 1500
		name := fmt.Sprintf("Prénom%c%c Nomdefamille%c%c", 'a'+n%26, 'a'+n/2%26, 'a'+n/2/26%26, 'a'+n/52%26)
		email := fmt.Sprintf("prenom.%d@domaine%d.fr", n/2, n%2)
		commits[i] = audit.Commit{Author: audit.Signature{Name: name, Email: email}, When: taken.Add(-time.Duration(i) * time.Hour), Merge: i%5 == 0}
	}
	return commits
}

func BenchmarkCount(b *testing.B) {
	commits := many()
	b.ReportAllocs()
	for b.Loop() {
		count(commits, nil, taken)
	}
}

// TestHostile bounds the work that crafted identities can cause.
func TestHostile(t *testing.T) {
	var who []string
	for i := range 4000 {
		who = append(who,
			fmt.Sprintf("handle%dx <sharedhandle@d%d.fr>", i, i),
			fmt.Sprintf("Name%d Family <same@x.fr>", i),
			strings.Repeat(fmt.Sprintf("w%d ", i), 300)+"<many@words.fr>")
	}
	start := time.Now()
	count(commitsBy(who...), nil, taken)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("took %v", took)
	}
}
