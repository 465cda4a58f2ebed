package secret

import (
	_ "embed"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

//go:embed services.tsv
var servicesTable string

// service is the form of one service's tokens.
type service struct {
	kind     string
	entropy  float64
	keywords []string
	// expression is compiled by the first file that holds a keyword: hundreds of
	// them take longer than an audit.
	expression string
	compiled   func() *regexp.Regexp
}

// rules is the table and the automaton that finds its keywords.
type rules struct {
	services []service
	// words are what the automaton looks for; owners the services that each
	// belongs to, none for the marks of what this package reads itself.
	words     []string
	owners    [][]int
	automaton *automaton
}

// The marks of what is read without an expression.
const (
	markKeyBlock = "-----begin"
	markURL      = "://"
)

// markNames begin or end the names that are given secrets.
var markNames = []string{
	"secret", "passw", "passphrase", "pwd", "token", "key", "mot_de_passe", "motdepasse", "mdp", "credential",
}

var loadRules = sync.OnceValue(func() *rules {
	r := &rules{}
	index := map[string]int{}
	add := func(word string) int {
		i, found := index[word]
		if !found {
			i = len(r.words)
			index[word] = i
			r.words = append(r.words, word)
			r.owners = append(r.owners, nil)
		}
		return i
	}
	for _, mark := range append([]string{markKeyBlock, markURL}, markNames...) {
		add(mark)
	}
	for line := range strings.Lines(servicesTable) {
		fields := strings.SplitN(strings.TrimSuffix(line, "\n"), "\t", 4)
		if len(fields) < 4 || strings.HasPrefix(line, "#") {
			continue
		}
		entropy, _ := strconv.ParseFloat(fields[1], 64)
		s := service{kind: fields[0], entropy: entropy, keywords: strings.Fields(fields[2]), expression: fields[3]}
		s.compiled = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(s.expression) })
		for _, word := range s.keywords {
			i := add(word)
			r.owners[i] = append(r.owners[i], len(r.services))
		}
		r.services = append(r.services, s)
	}
	r.automaton = newAutomaton(r.words)
	return r
})
