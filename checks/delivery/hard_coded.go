package delivery

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// connection is the address of a database or a queue, written out.
var connection = regexp.MustCompile(`["'](?:jdbc:)?(?:postgres(?:ql)?|mysql|mariadb|mongodb(?:\+srv)?|redis|amqps?|oracle|sqlserver)(?:\+\w+)?://([^"'\s]+)["']`)

// workingDirectory sets a place that only one person's machine has.
var workingDirectory = regexp.MustCompile(`^\s*setwd\(\s*["'](?:[A-Za-z]:[/\\]|/home/|/Users/|~)`)

// hardCoded returns where the code holds what differs from one machine to the
// next: the address of a remote database, the folder of a person. Nothing else is
// certain: an address of a page may be part of what the program does.
func hardCoded(s *audit.Snapshot) []audit.Place {
	var places []audit.Place
	for _, f := range s.OwnFiles() {
		if languages[strings.ToLower(path.Ext(f.Path))] == nil || f.SizeBytes > maxReadBytes || f.SizeBytes < 0 || aside(f.Path) {
			continue
		}
		content, err := s.Skim(f)
		if err != nil || !bytes.Contains(content, []byte("://")) && !bytes.Contains(content, []byte("setwd(")) {
			continue
		}
		number := 0
		for line := range bytes.Lines(content) {
			number++
			if len(line) < 1000 && !comment(line) && fixes(line) && len(places) < maxShownPlaces {
				places = append(places, audit.Place{Path: f.Path, Line: number})
			}
		}
	}
	return places
}

func fixes(line []byte) bool {
	if bytes.Contains(line, []byte("setwd(")) {
		return workingDirectory.Match(line)
	}
	if !bytes.Contains(line, []byte("://")) {
		return false
	}
	m := connection.FindSubmatch(line)
	return m != nil && remote(string(m[1])) && !slices.ContainsFunc(defaultMarks, func(mark string) bool { return bytes.Contains(line, []byte(mark)) })
}

// defaultMarks say that the address is what is taken when nothing else is given.
var defaultMarks = []string{"env", "ENV", "||", "??", "default", "example", "exemple"}

// remote reports whether the authority names a machine by its full name: local
// ones, those of compose files and what a program fills in are not certain.
func remote(authority string) bool {
	if strings.ContainsAny(authority, "${}<>%#[]*") {
		return false
	}
	authority, _, _ = strings.Cut(authority, "/")
	if i := strings.LastIndexByte(authority, '@'); i >= 0 {
		authority = authority[i+1:]
	}
	host, _, _ := strings.Cut(authority, ":")
	return strings.Contains(host, ".") && !strings.HasPrefix(host, "127.") && !strings.HasPrefix(host, "0.") &&
		!strings.HasSuffix(host, ".local") && !strings.HasSuffix(host, ".internal") &&
		!strings.Contains(host, "example") && !strings.Contains(strings.ToLower(host), "xx")
}
