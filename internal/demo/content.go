package demo

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"
	"path"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"
)

//go:embed content
var content embed.FS

// edition changes when the same content makes other commits than before.
const edition = "1"

// version names what Generate writes: it changes with the content.
var version = sync.OnceValue(func() string {
	sum := sha256.New()
	sum.Write([]byte(edition))
	err := fs.WalkDir(content, ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := content.ReadFile(name)
		sum.Write([]byte("\n" + name + "\n"))
		sum.Write(data)
		return err
	})
	if err != nil {
		panic(err) // embedded files can be read
	}
	return hex.EncodeToString(sum.Sum(nil))[:16]
})

// story is one repository: who wrote what and when. It is the comment of its
// txtar file, and its files. Days are counted backwards: 300 is 300 days ago.
type story struct {
	name string
	// Commits is how long the history is; it begins and ends on these days.
	Commits     int
	First, Last int
	// Language is that of commit messages, fr or en.
	Language string
	People   []author
	// Subjects are what is said of a change to a program.
	Subjects []string
	drafts   []draft
}

// author is somebody who commits.
type author struct {
	Name, Email string
	// Aliases are other signatures of the same person, "Name <address>".
	Aliases []string
	// Share is how much the person writes, compared with the others.
	Share float64
	// From and Until bound when; 0 stands for the history's own ends.
	From, Until int
	// Owns are patterns of path.Match, or folders ending in "/": while the person
	// is there nobody else writes these files.
	Owns []string
}

// draft is one version of a file, "-- 300 README.md --" in the txtar: what it
// is to become from that many days ago on.
type draft struct {
	path string
	day  int
	text string
}

// stories reads the content, in the order of the names.
func stories() ([]*story, error) {
	names, err := fs.Glob(content, "content/*.txtar")
	if err != nil {
		return nil, err
	}
	var all []*story
	for _, name := range names {
		data, err := content.ReadFile(name)
		if err != nil {
			return nil, err
		}
		s, err := parseStory(strings.TrimSuffix(path.Base(name), ".txtar"), data)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", name, err)
		}
		all = append(all, s)
	}
	return all, nil
}

func parseStory(name string, data []byte) (*story, error) {
	archive := txtar.Parse(data)
	s := &story{name: name}
	decoder := yaml.NewDecoder(strings.NewReader(string(archive.Comment)))
	decoder.KnownFields(true)
	if err := decoder.Decode(s); err != nil {
		return nil, err
	}
	for _, f := range archive.Files {
		day, file, found := strings.Cut(f.Name, " ")
		ago, err := strconv.Atoi(day)
		if !found || err != nil || ago > s.First || ago < s.Last {
			return nil, fmt.Errorf("file %q: write how many days ago it came, between %d and %d, before its name", f.Name, s.First, s.Last)
		}
		text, err := filled(string(f.Data))
		if err != nil {
			return nil, fmt.Errorf("file %q: %w", f.Name, err)
		}
		s.drafts = append(s.drafts, draft{path: file, day: ago, text: text})
	}
	if len(s.People) == 0 || len(s.drafts) == 0 || s.First <= s.Last {
		return nil, fmt.Errorf("it needs people, files, and a first day before the last")
	}
	return s, nil
}

// blank is a place that is filled in: {{licence:MIT}} with the text of a
// licence, {{token:40}} with letters and digits that look like a secret. So no
// file of ours holds something that a scanner, ours included, would take for a
// real one.
var blank = regexp.MustCompile(`\{\{(licence|token):([A-Za-z0-9.-]+)\}\}`)

func filled(text string) (string, error) {
	var fault error
	text = blank.ReplaceAllStringFunc(text, func(found string) string {
		parts := blank.FindStringSubmatch(found)
		if parts[1] == "token" {
			length, _ := strconv.Atoi(parts[2])
			return token(length)
		}
		data, err := content.ReadFile("content/licences/" + parts[2] + ".txt")
		if err != nil {
			fault = err
		}
		return strings.TrimRight(string(data), "\n")
	})
	return text, fault
}

// token is the same on every call, opens nothing, and is at most 64 long.
func token(length int) string {
	sum := sha256.Sum256([]byte("demonstration"))
	return hex.EncodeToString(sum[:])[:min(length, 2*sha256.Size)]
}
