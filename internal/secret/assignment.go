package secret

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"
	"unicode"
)

// assigns reports whether the line gives a drawn value to a name that says
// secret: NAME=…, name: …, "name" => "…", define('NAME', '…'),
// getenv('NAME', '…').
func (t *text) assigns(begin int, line []byte) bool {
	for i, c := range line {
		switch c {
		case '=', ':', ',', '|', '?', '>':
		default:
			continue
		}
		value, quoted := valueAfter(line[i+1:])
		if len(value) < minPassword {
			continue
		}
		name, nameQuoted := nameBefore(line[:i])
		if name == "" || c == ',' && !(nameQuoted && quoted) || !quoted && !t.unquoted() {
			continue
		}
		if t.secret(splitName(name), value) && !t.development(begin, line) {
			return true
		}
	}
	return t.command() && flagged(line) && !t.development(begin, line)
}

// command reports whether the file holds commands.
func (t *text) command() bool {
	name := strings.ToLower(path.Base(t.path))
	return slices.Contains([]string{".sh", ".bash", ".zsh", ".mk"}, path.Ext(name)) || name == "makefile"
}

// passwordOption is an option that says secret, with its value between quotes.
var passwordOption = regexp.MustCompile(`\s--(?:passphrase|password|passwd)[ =](?:"([^"]+)"|'([^']+)')`)

// flagged reports whether a command is given a password as an option:
// gpg --passphrase "…".
func flagged(line []byte) bool {
	m := passwordOption.FindSubmatch(line)
	if m == nil {
		return false
	}
	value := string(m[1]) + string(m[2])
	// Between quotes, "*" and "!" are letters like others.
	return !strings.ContainsAny(value, "$`%") && drawnPassword(strings.TrimLeft(value, "*!&@"))
}

// secret reports whether the value of the name is one.
func (t *text) secret(words []string, value string) bool {
	strong, named := secretName(words)
	if !named {
		return false
	}
	if !strong && slices.Contains(browserExtensions, path.Ext(t.path)) {
		return false
	}
	return random(value) || strong && t.settings() && drawnPassword(value)
}

// browserExtensions are those of code that mostly runs where everybody can read
// it: what it calls a key or a token is meant to be seen.
var browserExtensions = []string{".js", ".jsx", ".mjs", ".ts", ".tsx", ".vue", ".svelte", ".html"}

// valueAfter returns the value that follows an operator, without its quotes.
func valueAfter(rest []byte) (value string, quoted bool) {
	rest = bytes.TrimLeft(rest, " \t=>:|?")
	rest = bytes.TrimPrefix(rest, []byte(`\`))
	if len(rest) == 0 {
		return "", false
	}
	if q := rest[0]; q == '"' || q == '\'' || q == '`' {
		end := bytes.IndexAny(rest[1:], string([]byte{q, '\\'}))
		if end < 0 {
			return "", false
		}
		return string(rest[1 : 1+end]), true
	}
	if end := bytes.IndexAny(rest, " \t\r;,<\"'"); end >= 0 {
		rest = rest[:end]
	}
	return string(rest), false
}

// typeNames stand between a name and its value in languages with types.
var typeNames = []string{"string", "String", "str"}

// nameBefore returns the name that an operator follows.
func nameBefore(left []byte) (name string, quoted bool) {
	left = bytes.TrimRight(left, " \t:=|?-")
	trimmed := bytes.TrimRight(left, "\"'`])\\")
	quoted = len(trimmed) < len(left)
	at := len(trimmed)
	for at > 0 && nameByte(trimmed[at-1]) {
		at--
	}
	name = string(trimmed[at:])
	if slices.Contains(typeNames, name) && at > 0 {
		return nameBefore(trimmed[:at])
	}
	return name, quoted
}

func nameByte(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-' || c == '.' || c == '$' || c >= 0x80
}

// splitName returns the words of a name in lower case: at "_", "-", "." and where
// the case changes.
func splitName(name string) []string {
	var words []string
	word := []rune{}
	flush := func() {
		if len(word) > 0 {
			words = append(words, strings.ToLower(string(word)))
			word = word[:0]
		}
	}
	last := ' '
	for _, c := range name {
		switch {
		case !unicode.IsLetter(c) && !unicode.IsDigit(c):
			flush()
		case unicode.IsUpper(c) && unicode.IsLower(last):
			flush()
			word = append(word, c)
		default:
			word = append(word, c)
		}
		last = c
	}
	flush()
	return words
}

// Words of names. Strong ones are never said of what everybody may see.
var (
	strongWords = map[string]bool{
		"secret": true, "secrets": true, "password": true, "passwd": true, "passwords": true, "passphrase": true, "pwd": true, "mdp": true,
		"motdepasse": true, "credential": true, "credentials": true, "secretkey": true, "pass": true, "passe": true, "private": true, "privatekey": true,
	}
	// keyOwners make a key a secret one.
	keyOwners = map[string]bool{
		"api": true, "private": true, "access": true, "auth": true, "signing": true, "encryption": true, "encrypt": true, "master": true,
		"service": true, "account": true, "application": true, "shared": true, "hmac": true, "jwt": true, "cookie": true, "session": true,
		"crypt": true, "crypto": true, "cipher": true, "app": true, "consumer": true, "otp": true, "salt": true, "fernet": true,
	}
	// harmlessWords turn a name into that of something else.
	harmlessWords = map[string]bool{
		"public": true, "pub": true, "publishable": true, "site": true, "sitekey": true, "id": true, "ids": true, "name": true, "url": true, "uri": true,
		"path": true, "file": true, "field": true, "header": true, "hash": true, "hashed": true, "digest": true, "checksum": true, "sha": true, "sha1": true,
		"sha256": true, "md5": true, "length": true, "size": true, "min": true, "max": true, "type": true, "label": true, "title": true, "prefix": true,
		"suffix": true, "expiration": true, "expires": true, "ttl": true, "regex": true, "pattern": true, "placeholder": true, "test": true,
		"example": true, "dummy": true, "csrf": true, "xsrf": true, "cursor": true, "page": true, "next": true, "continuation": true,
		"integrity": true, "fingerprint": true, "version": true, "count": true, "limit": true, "message": true, "error": true, "hint": true,
		"policy": true, "encrypted": true, "ciphertext": true, "secure": true, "idempotency": true, "storage": true, "analytics": true,
		"algolia": true, "docsearch": true, "maps": true, "firebase": true, "mapbox": true, "matomo": true, "hotjar": true, "crisp": true,
		"measurement": true, "tracking": true, "embed": true, "widget": true, "demo": true, "dev": true, "development": true, "local": true,
		"vite": true, "gatsby": true, "sonar": true, "project": true, "projectkey": true, "dsn": true, "sentry": true, "posthog": true, "ign": true,
		"react": true, "nuxt": true, "vue": true, "translation": true, "primary": true, "foreign": true, "cache": true, "partition": true,
		"sort": true, "react_app": true, "annotation": true, "commit": true, "revision": true, "image": true, "tag": true, "mask": true,
	}
)

// secretName reports whether a name is one for secrets, and whether nothing else
// could be meant.
func secretName(words []string) (strong, named bool) {
	for i, w := range words {
		switch {
		case harmlessWords[w]:
			return false, false
		case strongWords[w]:
			strong = true
		case w == "token" || w == "tokens" || w == "apikey" || w == "apitoken" || w == "accesskey":
			named = true
		case (w == "key" || w == "keys") && i > 0 && keyOwners[words[i-1]]:
			named = true
		}
	}
	return strong, strong || named
}

// unquoted reports whether the format writes values without quotes.
func (t *text) unquoted() bool {
	name := strings.ToLower(path.Base(t.path))
	switch path.Ext(name) {
	case ".yml", ".yaml", ".ini", ".properties", ".conf", ".cfg", ".cnf", ".toml", ".sh", ".bash", ".env", ".envrc", ".xml", ".config", ".netrc":
		return true
	}
	return strings.HasPrefix(name, ".env") || strings.HasPrefix(name, "dockerfile") || name == "procfile" || strings.HasSuffix(name, "rc")
}

// settings reports whether the file holds settings and nothing else.
func (t *text) settings() bool {
	name := strings.ToLower(path.Base(t.path))
	switch path.Ext(name) {
	case ".yml", ".yaml", ".ini", ".properties", ".conf", ".cfg", ".cnf", ".toml", ".env", ".config":
		return true
	}
	return strings.HasPrefix(name, ".env")
}

// minPassword is less than any password that somebody took care to choose.
const minPassword = 8

// drawnPassword reports whether a value is one that a program drew, or somebody
// careful chose: three sorts of characters, often changing.
func drawnPassword(value string) bool {
	if len(value) < minPassword || len(value) > 64 || strings.ContainsAny(value, " \t/\\:(){}[]<>,;\"'") || placeholder(value) || hashed.MatchString(value) {
		return false
	}
	if plain, ok := decoded(value); ok {
		return drawnPassword(plain)
	}
	s := shapeOf(value)
	sorts := 0
	for _, n := range []int{s.lower, s.upper, s.digits, s.symbols} {
		if n > 0 {
			sorts++
		}
	}
	return sorts >= 3 && s.digits > 0 && float64(s.changes) >= 0.4*float64(len(value))
}

// developmentMarks are lines that say that a file of variables serves development.
var developmentMarks = [][]byte{
	[]byte("APP_ENV=dev"), []byte("APP_ENV=test"), []byte("APP_ENV=local"), []byte("NODE_ENV=dev"), []byte("NODE_ENV=test"),
	[]byte("RAILS_ENV=dev"), []byte("RAILS_ENV=test"), []byte("FLASK_ENV=dev"),
}

// development reports whether the line belongs to what is only for development
// and tests: a part of a YAML file, a file of variables.
func (t *text) development(begin int, line []byte) bool {
	for _, mark := range developmentMarks {
		if bytes.Contains(t.content, mark) {
			return true
		}
	}
	switch path.Ext(t.path) {
	case ".yml", ".yaml":
		return slices.Contains([]string{"development", "test", "dev", "local"}, topKey(t.content, begin, line))
	}
	return false
}

// topKey returns the key at the margin that a line of YAML lies under.
func topKey(content []byte, begin int, line []byte) string {
	for {
		if len(line) > 0 && line[0] != ' ' && line[0] != '\t' && line[0] != '#' && line[0] != '-' {
			key, _, _ := bytes.Cut(line, []byte(":"))
			return string(bytes.Trim(key, "\"' "))
		}
		if begin == 0 {
			return ""
		}
		end := begin - 1
		begin = bytes.LastIndexByte(content[:end], '\n') + 1
		line = content[begin:end]
	}
}
