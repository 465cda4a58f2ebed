package datascience

import (
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestSampleDataFictitious(t *testing.T) {
	t.Parallel()
	checktest.Run(t, sampleDataFictitious)
}

// Numbers of social security count as addresses for e-mail do; too few people,
// invented addresses and other numbers do not.
func TestPeopleIn(t *testing.T) {
	numbered := "nom,date_naissance,nir\n" + strings.Repeat("Dupont,1980-01-02,180017512345678\n", 10)
	if n := peopleIn([]byte(numbered)); n != 0 {
		t.Errorf("ten times the same person: %d", n)
	}
	table := func(row func(i int) string) []byte {
		var b strings.Builder
		b.WriteString("nom\tdate_naissance\tnir\n")
		for i := range 80 {
			b.WriteString(row(i))
		}
		return []byte(b.String())
	}
	digits := func(i int) string { return string(rune('0'+i/10)) + string(rune('0'+i%10)) }
	if n := peopleIn(table(func(i int) string { return "Dupont\t1980-01-02\t1800175123456" + digits(i) + "\n" })); n != 80 {
		t.Errorf("eighty people: %d", n)
	}
	if n := peopleIn(table(func(i int) string { return "Dupont\t1980-01-02\t0012" + digits(i) + "\n" })); n != 0 {
		t.Errorf("other numbers: %d", n)
	}
}

func FuzzPeopleIn(f *testing.F) {
	f.Add([]byte("nom;date naissance;mail\n\"a;1/1/2000;a@b.fr\n"))
	f.Add([]byte("\xef\xbb\xbfnom,dob,nir\n\x00"))
	f.Fuzz(func(_ *testing.T, content []byte) { peopleIn(content) })
}
