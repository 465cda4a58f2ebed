package secret

import (
	"encoding/base64"
	"math"
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

// placeholders stand, in lower case, where people leave a value out or make one
// up.
var placeholders = []string{
	"change", "example", "exemple", "xxx", "your", "votre", "todo", "secret", "password", "passw0rd", "passwd", "p@ss", "dummy",
	"fake", "test", "sample", "placeholder", "default", "foobar", "lorem", "123456", "12345", "abcdef", "abc123", "azerty", "qwerty",
	"insert", "replace", "remplace", "motdepasse", "mot_de_passe", "deadbeef", "redacted", "undefined", "hidden", "masked", "not_a",
	"not-a", "notasecret", "insecure", "unsafe", "...", "…", "***", "000000", "111111", "aaaaaa", "ffffff", "docker", "localhost", "dontuse",
	"generate", "development", "supersecret", "monsecret", "fixme", "invalid", "s3cr3t", "s3cret", "admin", "vous", "mock",
}

// placeholder reports whether a value stands for another: a word for people, or a
// reference that a program fills in.
func placeholder(value string) bool {
	lower := strings.ToLower(value)
	for _, p := range placeholders {
		if strings.Contains(lower, p) {
			return true
		}
	}
	return reference(value)
}

// references are what begins or marks a value that is filled in later.
var references = []string{"${", "{{", "}}", "<%", "%>", "$(", "#{", "%(", "%{", "{%", "://", "__", "=>", "->", "::", "ENC("}

func reference(value string) bool {
	if value == "" || strings.ContainsAny(value[:1], "$<@/.%[{(&*!") && !strings.HasPrefix(value, "$2") {
		return true
	}
	for _, r := range references {
		if strings.Contains(value, r) {
			return true
		}
	}
	return false
}

// entropy is Shannon's, in bits for each byte.
func entropy(value string) float64 {
	var counts [256]int
	for i := range len(value) {
		counts[value[i]]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := float64(n) / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}

var (
	uuid   = regexp.MustCompile(`^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$`)
	hashed = regexp.MustCompile(`^(?:\$(?:2[aby]|argon2|5|6|apr1|pbkdf2)|\{SSHA|\{SHA|pbkdf2_|sha(?:1|256|512)[-:$]|md5[:$])`)
)

// browserPrefixes begin the keys that services give for use in web pages: maps,
// payment forms, audience measurement.
var browserPrefixes = []string{"AIza", "pk.ey", "pk_", "phc_", "6L", "UA-", "G-", "GTM-", "FLWPUB"}

// shape is what a value is made of.
type shape struct {
	lower, upper, digits, symbols int
	// changes counts neighbours of different sorts. Random text changes all the
	// time; names, words and versions do not.
	changes int
}

func shapeOf(value string) shape {
	var s shape
	last := byte(0)
	for i := range len(value) {
		sort := byte('s')
		switch c := value[i]; {
		case c >= 'a' && c <= 'z':
			sort = 'l'
			s.lower++
		case c >= 'A' && c <= 'Z':
			sort = 'u'
			s.upper++
		case c >= '0' && c <= '9':
			sort = 'd'
			s.digits++
		default:
			s.symbols++
		}
		if last != 0 && sort != last {
			s.changes++
		}
		last = sort
	}
	return s
}

// minRandom is the length from which a value can be told from a word.
const minRandom = 16

// random reports whether a value can only have been drawn by a program: long,
// made of letters and digits that change sort all the time, no hash, no
// identifier, no placeholder.
func random(value string) bool {
	if len(value) < minRandom || len(value) > 4096 || !utf8.ValidString(value) || strings.ContainsAny(value, " \t,;(){}[]<>\\|\"'`") {
		return false
	}
	if placeholder(value) || uuid.MatchString(value) || hashed.MatchString(value) {
		return false
	}
	if slices.ContainsFunc(browserPrefixes, func(p string) bool { return strings.HasPrefix(value, p) }) {
		return false
	}
	if plain, ok := decoded(value); ok {
		return random(plain)
	}
	s := shapeOf(value)
	if s.digits < 2 || s.lower+s.upper < 2 || s.symbols*4 > len(value) {
		return false
	}
	least := 3.3
	if len(value) < 20 {
		least = 3.0
	}
	return float64(s.changes) >= 0.3*float64(len(value)) && entropy(value) >= least
}

// decoded returns the text that a value in base64 stands for, as the secrets of
// Kubernetes do; false for one that stands for bytes.
func decoded(value string) (string, bool) {
	if len(value)%4 != 0 {
		return "", false
	}
	plain, err := base64.StdEncoding.DecodeString(value)
	if err != nil || len(plain) == 0 {
		return "", false
	}
	for _, c := range plain {
		if c < 0x20 && c != '\n' && c != '\t' || c > 0x7e {
			return "", false
		}
	}
	return strings.TrimSpace(string(plain)), true
}
