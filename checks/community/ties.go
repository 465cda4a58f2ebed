package community

import (
	"net/netip"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// quoted finds texts in quotes on one line.
var quoted = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\"(?:[^\"\\\\]|\\\\.)*\"|'(?:[^'\\\\]|\\\\.)*'|`[^`]*`")
})

// tie says what on a line of code binds it to one place: "folder", "host",
// "ministry" or "". An address that is only the default of a variable of the
// environment binds nothing.
func tie(line string, own instance) string {
	if !strings.Contains(line, "://") && !strings.Contains(line, "/home/") && !strings.Contains(line, "/Users/") && !strings.Contains(line, `:\`) && !strings.Contains(line, "inist") {
		return ""
	}
	if readsEnvironment(line) {
		return ""
	}
	for _, text := range quoted().FindAllString(line, 8) {
		text = text[1 : len(text)-1]
		switch {
		case isPersonalFolder(text):
			return "folder"
		case own.isNamedIn(text):
			return "host"
		case namesMinistry(text):
			return "ministry"
		}
	}
	return ""
}

func readsEnvironment(line string) bool {
	for _, word := range []string{"process.env", "import.meta.env", "os.environ", "getenv", "Getenv", "ENV[", "ENV.fetch", "env(", "env::var", "System.get_env", "@Value"} {
		if strings.Contains(line, word) {
			return true
		}
	}
	return false
}

// personal is the folder of one user of one machine.
var personal = regexp.MustCompile(`^(?:file://)?(?:/home/([a-z][\w.-]+)/|/Users/([\w.-]+)/|[A-Z]:\\{1,2}Users\\{1,2}([\w.-]+)\\)`)

// serviceAccounts are those of images, not of people.
var serviceAccounts = map[string]bool{
	"app": true, "user": true, "node": true, "ubuntu": true, "jovyan": true, "vagrant": true, "runner": true, "circleci": true, "docker": true, "airflow": true,
	"shiny": true, "rstudio": true, "public": true, "vscode": true, "root": true, "deploy": true, "www": true, "web": true, "ruby": true, "python": true,
	"me": true, "you": true, "username": true, "name": true, "foo": true, "john": true, "dataiku": true, "onyxia": true, "linuxbrew": true,
}

func isPersonalFolder(text string) bool {
	m := personal.FindStringSubmatch(text)
	return m != nil && !serviceAccounts[strings.ToLower(m[1]+m[2]+m[3])]
}

var address = regexp.MustCompile(`(?:https?|wss?|ftp|ldaps?|jdbc:\w+|postgres(?:ql)?|mongodb|redis|amqp)://(?:[^@/\s]*@)?([A-Za-z0-9.-]+)`)

// internalSuffixes are networks that only one administration reaches.
var internalSuffixes = []string{".rie.gouv.fr", ".ader.gouv.fr", ".intranet", ".intra", ".lan", ".corp", ".prive"}

// instanceWords begin the host of one instance of a service.
var instanceWords = []string{"preprod", "pre-prod", "staging", "recette", "integration", "qualif"}

// instance is what tells the addresses of the service that this repository runs:
// its host, and names that its hosts bear.
type instance struct {
	host  string
	slugs []string
}

func instanceOf(s *audit.Snapshot) instance {
	own := instance{}
	if code := publiccode.Of(s); code != nil {
		if m := address.FindStringSubmatch(code.LandingURL.Text); m != nil {
			own.host = strings.ToLower(m[1])
		}
	}
	names := []string{strings.TrimSuffix(path.Base(s.Repository.URL), ".git")}
	if readme := document.Readme(s); readme != nil {
		names = append(names, readme.Title)
	}
	for _, name := range names {
		if slug := guide.Squeeze(name); len(slug) >= shortestSlug && len(slug) <= longestSlug {
			own.slugs = append(own.slugs, slug)
		}
	}
	return own
}

// A name that is shorter, "api", is anybody's, and a longer one is a sentence.
const (
	shortestSlug = 6
	longestSlug  = 30
)

// isNamedIn reports whether a text holds the address of one machine, or of an
// instance: an internal host, a private number, a stage of a service, the service
// itself. The addresses of public interfaces, which every user of the code shares,
// are none.
func (own instance) isNamedIn(text string) bool {
	for _, m := range address.FindAllStringSubmatch(text, 4) {
		host := strings.ToLower(m[1])
		if own.holds(host) {
			return true
		}
		if ip, err := netip.ParseAddr(host); err == nil {
			if ip.IsPrivate() {
				return true
			}
			continue
		}
		for _, suffix := range internalSuffixes {
			if strings.HasSuffix(host, suffix) || strings.Contains(host, suffix+".") {
				return true
			}
		}
		first, _, _ := strings.Cut(host, ".")
		for _, word := range instanceWords {
			if (first == word || strings.HasPrefix(first, word+"-") || strings.HasSuffix(first, "-"+word)) && strings.HasSuffix(host, ".fr") {
				return true
			}
		}
	}
	return false
}

// holds reports whether the host is the service's own.
func (own instance) holds(host string) bool {
	if own.host != "" && host == own.host {
		return true
	}
	if !strings.HasSuffix(host, ".fr") {
		return false
	}
	name := guide.Squeeze(host)
	return slices.ContainsFunc(own.slugs, func(slug string) bool { return strings.Contains(name, slug) })
}

// ministry is the name of one ministry or minister's office, in a text that is
// shown: "Ministère de la Culture".
var ministry = regexp.MustCompile(`\b[Mm]inist(?:è|e|&egrave;)re (?:de l['’ ]|de la |des |du |chargée? )\p{L}[\p{L}’' -]{2,}`)

func namesMinistry(text string) bool { return ministry.MatchString(text) }
