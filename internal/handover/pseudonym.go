package handover

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"slices"

	"github.com/perenne-audit/perenne/internal/history"
)

// Namer is what a person is called in a report.
type Namer = func(*history.Person) string

// Pseudonyms returns what [Question.Name] takes to hide who somebody is: a name
// that is the same for the same person as long as the key is, in every repository,
// and from which nobody finds the person without the key. It is the HMAC-SHA-256 of
// the first of their addresses by the alphabet, else of their name, cut to 40 bits.
func Pseudonyms(key string) Namer {
	return func(p *history.Person) string {
		mac := hmac.New(sha256.New, []byte(key))
		mac.Write([]byte(identity(p)))
		return "person-" + hex.EncodeToString(mac.Sum(nil)[:5])
	}
}

// identity is what stays the same about a person from one audit to the next.
func identity(p *history.Person) string {
	var keys []string
	for _, alias := range p.Aliases {
		if key := history.EmailKey(alias.Email); key != "" {
			keys = append(keys, "email:"+key)
		}
	}
	if len(keys) > 0 {
		return slices.Min(keys)
	}
	return "name:" + p.Name
}
