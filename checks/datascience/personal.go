package datascience

import (
	"bytes"
	"encoding/csv"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guide"
)

const (
	// maxTables is how many tables are looked at, maxTableBytes how long one may
	// be, and maxTableRows how much of it is read.
	maxTables     = 15
	maxTableBytes = 512 << 10
	maxTableRows  = 300
	// manyPeople is how many rows about people nobody types in as an example.
	manyPeople = 50
)

// personalTable returns a table whose rows look like real people's: names, dates
// of birth and addresses for e-mail, or numbers of social security, of many
// people, in a place that is no test's. It says nothing of what is in it. Rows is
// 0 for none.
func personalTable(s *audit.Snapshot) (file audit.File, rows int) {
	read := 0
	for _, f := range s.OwnFiles() {
		extension := strings.ToLower(path.Ext(f.Path))
		if extension != ".csv" && extension != ".tsv" || f.SizeBytes > maxTableBytes || f.Mode == audit.Symlink || isSample(f) || inTests(f.Path) {
			continue
		}
		if read++; read > maxTables {
			break
		}
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		if n := peopleIn(content); n > 0 {
			return f, n
		}
	}
	return audit.File{}, 0
}

// inTests reports whether a path is one of tests or examples.
func inTests(name string) bool {
	for segment := range strings.SplitSeq(strings.ToLower(name), "/") {
		for _, word := range words(segment) {
			switch word {
			case "test", "tests", "spec", "specs", "example", "examples", "exemple", "exemples", "mocks", "stub", "stubs":
				return true
			}
		}
	}
	return false
}

// personColumns gives the words of headers, without accents.
var personColumns = map[string]string{
	"nom": "name", "prenom": "name", "nom de naissance": "name", "nom naissance": "name", "nom usage": "name", "nom d usage": "name", "prenoms": "name", "lastname": "name", "last name": "name",
	"firstname": "name", "first name": "name", "surname": "name", "date naissance": "birth", "date de naissance": "birth", "ddn": "birth", "birthdate": "birth", "birth date": "birth",
	"date of birth": "birth", "dob": "birth", "email": "mail", "e mail": "mail", "mail": "mail", "courriel": "mail", "adresse mail": "mail", "adresse email": "mail", "email address": "mail",
	"nir": "number", "numero de securite sociale": "number", "numero securite sociale": "number", "num secu": "number", "nss": "number",
}

var (
	mailValue  = regexp.MustCompile(`^[\w.+-]+@[\w-]+(?:\.[\w-]+)+$`)
	dateValue  = regexp.MustCompile(`^\d{1,4}[-/. ]\d{1,2}[-/. ]\d{2,4}(?:[ T].*)?$`)
	nirValue   = regexp.MustCompile(`^[12]\d{2}(?:0[1-9]|1[0-2]|[2-9]\d)[0-9AB]{2}\d{6}(?:\d{2})?$`)
	noPersons  = []string{"example", "exemple", "test", "fake", "fictif", "invalid", "localhost", "yopmail", "mailinator", "dummy"}
	separators = []rune{';', ',', '\t', '|'}
)

// peopleIn returns how many of the first rows of a table are about people, 0 when
// the table is no list of them. The columns that must be there are names, dates
// of birth, and addresses for e-mail or numbers of social security.
func peopleIn(content []byte) int {
	header, rest, found := bytes.Cut(bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")), []byte("\n"))
	if !found || len(header) > 1<<14 {
		return 0
	}
	separator := slices.MaxFunc(separators, func(a, b rune) int {
		return strings.Count(string(header), string(a)) - strings.Count(string(header), string(b))
	})
	column := map[string]int{}
	for i, title := range strings.Split(strings.TrimSpace(string(header)), string(separator)) {
		if kind := personColumns[guide.Plain(title)]; kind != "" {
			if _, known := column[kind]; !known {
				column[kind] = i
			}
		}
	}
	_, named := column["name"]
	_, born := column["birth"]
	_, mailed := column["mail"]
	_, numbered := column["number"]
	if !named || !born || !mailed && !numbered {
		return 0
	}
	return countPeople(rest, separator, column)
}

func countPeople(rest []byte, separator rune, column map[string]int) int {
	reader := csv.NewReader(bytes.NewReader(rest))
	reader.Comma, reader.LazyQuotes, reader.FieldsPerRecord = separator, true, -1
	people, rows := 0, 0
	distinct := map[string]bool{}
	for rows < maxTableRows {
		record, err := reader.Read()
		if err != nil {
			break
		}
		rows++
		value := func(kind string) string {
			if i, known := column[kind]; known && i < len(record) {
				return strings.TrimSpace(record[i])
			}
			return ""
		}
		address, number := strings.ToLower(value("mail")), strings.ReplaceAll(value("number"), " ", "")
		if value("name") == "" || !dateValue.MatchString(value("birth")) || !mailValue.MatchString(address) && !nirValue.MatchString(number) {
			continue
		}
		if slices.ContainsFunc(noPersons, func(word string) bool { return strings.Contains(address, word) }) {
			return 0
		}
		people++
		distinct[address+number] = true
	}
	if len(distinct) < manyPeople || 10*people < 8*rows {
		return 0
	}
	return people
}
