package document

import (
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
)

// stopWords maps words that one language uses in nearly every sentence, and the
// other never, to their language.
var stopWords = sync.OnceValue(func() map[string]audit.Lang {
	words := map[string]audit.Lang{}
	for word := range strings.FieldsSeq(frenchWords) {
		words[word] = audit.French
	}
	for word := range strings.FieldsSeq(englishWords) {
		words[word] = audit.English
	}
	return words
})

// fewStopWords is how many are needed to tell a language.
const fewStopWords = 5

type wordCounter struct {
	words, french, english int
}

const (
	frenchWords  = "le la les des du une est sont dans pour par sur avec ce cette ces qui que vous nous il elle au aux et ou où pas ne votre notre cela être faire peut afin ainsi leur leurs depuis sans"
	englishWords = "the of and to is are with this that these those you your we our it be by from as at an can will which have has not if when should must into their its"
)

// sample is how many words are enough to tell a language by.
const sample = 600

// add counts the words of a text.
func (c *wordCounter) add(text string) {
	languages := stopWords()
	for word := range strings.FieldsSeq(text) {
		if !hasLetter(word) {
			continue
		}
		c.words++
		if c.words > sample || len(word) > 12 {
			continue
		}
		switch languages[strings.ToLower(word)] {
		case audit.French:
			c.french++
		case audit.English:
			c.english++
		default:
			// "l'outil", "d'un", "qu'il".
			if i := strings.IndexAny(word, "'’"); i == 1 && strings.Contains("ldnsjcLDNSJC", word[:1]) {
				c.french++
			}
		}
	}
}

// language is the one with the most stop words.
func (c *wordCounter) language() audit.Lang {
	switch {
	case c.french+c.english < fewStopWords:
		return ""
	case c.french >= c.english:
		return audit.French
	}
	return audit.English
}
