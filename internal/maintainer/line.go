package maintainer

import (
	"regexp"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Entry is one person, team or mailbox as one line names it; some fields are
// empty.
type Entry struct {
	Name, Email, Login string
	// Team is true for "@organisation/team".
	Team bool
}

// MaxLineBytes is what is read of a line; lists of people have short ones.
const MaxLineBytes = 4096

// entriesOf reads a line of a list of people, in whatever markup:
//
//   - `discovery`: Ada One (<ada@x.fr> / @ada), Bob Two (@bob)
//     | Ada One | @ada | ada@x.fr |
//   - [Ada One](mailto:ada@x.fr), development
//     M: Ada One <ada@x.fr>
func entriesOf(line string) []Entry {
	line = strings.TrimSpace(strings.ToValidUTF8(line[:min(len(line), MaxLineBytes)], ""))
	row := strings.HasPrefix(line, "|")
	line = plain(line)
	var found []Entry
	for _, segment := range segments(line, row) {
		e := entryOf(segment)
		last := len(found) - 1
		switch {
		case e == Entry{}:
		case e.Name == "" && last >= 0 && (found[last].Email == "" && found[last].Login == "" || strings.Contains(segment, "(")):
			// "Ada One, bureau des données (ada@x.fr)" is one person.
			found[last].Email, found[last].Login = firstOf(found[last].Email, e.Email), firstOf(found[last].Login, e.Login)
		default:
			found = append(found, e)
		}
	}
	return found
}

// linkTarget is the second half of a Markdown link; it is kept behind the text.
var linkTarget = regexp.MustCompile(`\]\(<?([^()\s<>]*)[^()]*\)`)

// markup is taken out of a line.
var markup = strings.NewReplacer("[", " ", "]", " ", "**", "", "__", "", "`", "", "mailto:", " ", "<", " ", ">", " ", "|", " ", "\"", " ", "&lt;", " ", "&gt;", " ", "'", "’")

func plain(line string) string {
	line = strings.TrimLeft(line, " \t#>*-+•·–—")
	line = linkTarget.ReplaceAllString(line, " $1 ")
	return markup.Replace(line)
}

// segments splits at commas, semicolons and "and", outside brackets. A row of a
// table is one segment: its cells speak of one person.
func segments(line string, row bool) []string {
	if row {
		return []string{line}
	}
	for _, and := range []string{" et ", " and ", " & "} {
		line = strings.ReplaceAll(line, and, ",")
	}
	depth := 0
	return strings.FieldsFunc(line, func(r rune) bool {
		switch r {
		case '(':
			depth++
		case ')':
			depth = max(depth-1, 0)
		}
		return depth == 0 && (r == ',' || r == ';')
	})
}

func entryOf(segment string) Entry {
	segment = afterLabel(segment)
	var e Entry
	var words []string
	for _, word := range strings.Fields(segment) {
		bare := strings.Trim(word, "(),;.:*_/!")
		switch {
		case isEmail(bare):
			e.Email = firstOf(e.Email, bare)
		case strings.HasPrefix(strings.TrimLeft(word, "("), "@") && isLogin(strings.TrimPrefix(bare, "@")):
			if e.Login == "" {
				e.Login, e.Team = strings.TrimPrefix(bare, "@"), strings.Contains(bare, "/")
			}
		case strings.Contains(bare, "://"):
			e.Login = firstOf(e.Login, profile(bare))
		case e.Email == "" && e.Login == "" && len(words) < 8:
			words = append(words, word)
		}
	}
	e.Name = personName(words)
	if IsPlaceholder(e) || e.Name == "" && e.Email == "" && e.Login == "" {
		return Entry{}
	}
	return e
}

func firstOf(a, b string) string {
	if a != "" {
		return a
	}
	return b
}

// afterLabel leaves out what stands before a colon: "`cmd`: Ada One".
func afterLabel(segment string) string {
	if i := strings.LastIndex(segment, ": "); i >= 0 {
		return segment[i+2:]
	}
	return segment
}

func isEmail(word string) bool {
	local, domain, found := strings.Cut(word, "@")
	if !found || local == "" || !strings.Contains(domain, ".") || strings.ContainsAny(word, "/:()") {
		return false
	}
	return !strings.HasSuffix(domain, ".") && !strings.HasPrefix(domain, ".") && !strings.Contains(domain, "@")
}

func isLogin(s string) bool {
	if s == "" || strings.HasPrefix(s, "/") || strings.HasSuffix(s, "/") {
		return false
	}
	for _, r := range s {
		if r != '-' && r != '_' && r != '/' && r != '.' && (r >= utf8.RuneSelf || !unicode.IsLetter(r) && !unicode.IsDigit(r)) {
			return false
		}
	}
	return true
}

// profile returns the account that a link to a forge's profile names, or "".
func profile(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	host, account, _ := strings.Cut(strings.TrimSuffix(rest, "/"), "/")
	host = strings.TrimPrefix(host, "www.")
	forge := host == "github.com" || host == "framagit.org" || host == "codeberg.org" || strings.HasPrefix(host, "gitlab.") ||
		strings.HasPrefix(host, "forge.") || host == "git.sr.ht"
	if !forge || strings.Contains(account, "/") || !isLogin(account) {
		return ""
	}
	return account
}

// particles are the only words of a name that begin with a small letter.
var particles = []string{"de", "du", "des", "la", "le", "van", "von", "der", "den", "di", "da", "dos", "del", "el", "al", "ben", "ter"}

// notNames are words of titles, tables and offices.
var notNames = map[string]bool{
	"name": true, "nom": true, "noms": true, "prénom": true, "github": true, "gitlab": true, "login": true, "email": true,
	"e-mail": true, "mail": true, "courriel": true, "role": true, "rôle": true, "roles": true, "maintainer": true, "maintainers": true,
	"mainteneur": true, "mainteneurs": true, "mainteneuse": true, "contact": true, "contacts": true, "équipe": true, "equipe": true,
	"team": true, "core": true, "lead": true, "project": true, "projet": true, "open": true, "source": true, "ministère": true,
	"ministere": true, "direction": true, "service": true, "services": true, "bureau": true, "pôle": true, "mission": true, "agence": true,
	"the": true, "les": true, "nous": true, "voir": true, "see": true, "please": true, "merci": true, "pour": true, "support": true,
	"licence": true, "license": true, "copyright": true, "contributors": true, "contributeurs": true, "authors": true, "auteurs": true,
	"credits": true, "slack": true, "twitter": true, "mattermost": true, "tchap": true, "issues": true, "pull": true, "request": true,
	"general": true, "current": true, "code": true, "owner": true, "owners": true, "product": true, "fabrique": true, "numérique": true,
	"interministérielle": true, "générale": true, "nationale": true, "institut": true, "software": true, "data": true, "area": true,
	"this": true, "file": true, "list": true, "liste": true, "former": true, "emeritus": true, "développement": true, "development": true,
	"site": true, "web": true, "http": true, "https": true, "department": true, "affiliation": true, "organisation": true, "organization": true,
}

// personName returns the name that words spell, or "": two to five words, each
// with a capital, none of them an office's.
func personName(words []string) string {
	var kept []string
	for _, word := range words {
		if strings.HasPrefix(word, "(") || word == "-" || word == "–" || word == "—" || word == "/" {
			break
		}
		word = strings.Trim(word, "*_,:;.")
		if word != "" {
			kept = append(kept, word)
		}
	}
	capitals := 0
	for _, word := range kept {
		first, _ := utf8.DecodeRuneInString(word)
		switch {
		case notNames[strings.ToLower(word)] || strings.ContainsAny(word, "@/\\={}0123456789"):
			return ""
		case unicode.IsUpper(first) || unicode.IsLetter(first) && !unicode.IsLower(first):
			capitals++
		case !slices.Contains(particles, word) && !strings.HasPrefix(word, "d’"):
			return ""
		}
	}
	if capitals < 2 || len(kept) > 5 {
		return ""
	}
	return strings.Join(kept, " ")
}

// IsPlaceholder recognises what a template leaves to fill in.
func IsPlaceholder(e Entry) bool {
	switch strings.ToLower(e.Name) {
	case "your name", "john doe", "jane doe", "first last", "prénom nom", "votre nom", "author name":
		return true
	}
	local, domain, _ := strings.Cut(strings.ToLower(e.Email), "@")
	switch local {
	case "you", "your", "your.email", "your-email", "youremail", "your_email", "noreply", "no-reply":
		return true
	}
	return domain == "example.com" || domain == "example.org" || domain == "email.com" || domain == "domain.com" || strings.HasPrefix(domain, "toto.")
}
