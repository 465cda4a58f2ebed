// Package text holds what perenne says, in French and English: the words of
// reports and commands. What checks say lies with the checks.
package text

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

//go:embed messages.fr.txt messages.en.txt
var files embed.FS

// Messages are the sentences of one language.
type Messages struct {
	Lang     audit.Lang
	sentence map[string]string
}

var (
	french  = sync.OnceValue(func() *Messages { return load(audit.French) })
	english = sync.OnceValue(func() *Messages { return load(audit.English) })
)

// In returns the messages of a language.
func In(lang audit.Lang) *Messages {
	if lang == audit.French {
		return french()
	}
	return english()
}

// load reads lines "key: sentence"; empty lines and lines that begin with # are
// for the reader of the file.
func load(lang audit.Lang) *Messages {
	content, err := files.ReadFile("messages." + string(lang) + ".txt")
	if err != nil {
		panic(err)
	}
	m := &Messages{Lang: lang, sentence: map[string]string{}}
	for line := range strings.Lines(string(content)) {
		line = strings.TrimRight(line, "\n")
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		key, sentence, found := strings.Cut(line, ": ")
		if !found {
			panic(fmt.Sprintf("messages.%s.txt: line without a sentence: %q", lang, line))
		}
		m.sentence[key] = sentence
	}
	return m
}

// Say returns the sentence of a key, its {placeholders} filled from alternating
// names and values as in [audit.Because]. It panics on a key that does not
// exist, which a test looks for.
func (m *Messages) Say(key string, args ...any) string {
	sentence, ok := m.sentence[key]
	if !ok {
		panic("text: no message " + key)
	}
	if len(args) == 0 {
		return sentence
	}
	return audit.Fill(sentence, audit.Because(key, args...).Args, m.Lang)
}

// Word names a word of the audit: an axis, a severity, an answer, a band, a
// kind, a side. Unknown words are returned as they are.
func (m *Messages) Word(word string) string {
	if name, ok := m.sentence["word."+word]; ok {
		return name
	}
	return word
}

// Detect chooses the language of a terminal from the environment, in the order
// in which POSIX reads it. It is English for anything but French.
func Detect(getenv func(string) string) audit.Lang {
	for _, name := range []string{"LC_ALL", "LC_MESSAGES", "LANG"} {
		if value := getenv(name); value != "" {
			if strings.HasPrefix(strings.ToLower(value), "fr") {
				return audit.French
			}
			return audit.English
		}
	}
	return audit.English
}
