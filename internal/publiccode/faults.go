package publiccode

import (
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// Fault is one thing that the standard does not allow.
type Fault struct {
	// Key is the path of the key: "legal.license", "maintenance.contacts.0.name".
	Key string
	// Problem is "missing", "value", "url", "date", "language", "length", "forbidden"
	// or "version".
	Problem string
	// Line is 0 for what is missing.
	Line int
}

// String is "legal.license: missing".
func (f Fault) String() string { return f.Key + ": " + f.Problem }

type faultsKey struct{}

// FaultsOf judges the file at the top of the repository by the version of the
// standard that it follows, once; nil when there is none, when it cannot be read
// and when it is valid.
func FaultsOf(s *audit.Snapshot) []Fault {
	return audit.Once(s, faultsKey{}, func(s *audit.Snapshot) []Fault {
		p := Of(s)
		if p == nil || p.Err != nil {
			return nil
		}
		f, _ := s.File(p.Path)
		content, err := s.Read(f)
		if err != nil {
			return nil
		}
		return Faults(content)
	})
}

// Faults judges the content of one file: mandatory keys, values of closed lists,
// and the form of addresses, dates and languages. It follows no address and knows
// no list of licences or categories. The order is the standard's.
func Faults(content []byte) []Fault {
	documents, err := yamlfile.Parse(content)
	if err != nil || len(documents) == 0 || documents[0].Kind != yaml.MappingNode {
		return []Fault{{Key: "", Problem: "missing"}}
	}
	r := &review{top: documents[0]}
	r.minor = r.version()
	r.identity()
	r.descriptions()
	r.text("legal.license")
	r.maintenance()
	r.localisation()
	return r.faults
}

// maxFaults bounds the list; nobody mends more at a time.
const maxFaults = 100

// review is one file under judgment.
type review struct {
	top *yaml.Node
	// minor is the 4 of version 0.4.
	minor  int
	faults []Fault
}

func (r *review) fault(key, problem string, n *yaml.Node) {
	line := 0
	if n != nil {
		line = n.Line
	}
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, Fault{key, problem, line})
	}
}

func (r *review) at(key string) *yaml.Node { return yamlfile.Field(r.top, strings.Split(key, ".")...) }

// text wants a scalar with something in it and returns it.
func (r *review) text(key string) string {
	n := r.at(key)
	text := yamlfile.Text(n)
	if text == "" {
		r.fault(key, "missing", nil)
	}
	return text
}

func (r *review) oneOf(key string, values ...string) {
	if text := r.text(key); text != "" && !slices.Contains(values, text) {
		r.fault(key, "value", r.at(key))
	}
}

func (r *review) form(key, problem string, right func(string) bool) {
	if n := r.at(key); yamlfile.Text(n) != "" && !right(yamlfile.Text(n)) {
		r.fault(key, problem, n)
	}
}

var versions = regexp.MustCompile(`^0\.([1-9])(?:\.\d{1,2})?$`)

// version returns the minor number; a file that does not say is judged as the
// first version still in use.
func (r *review) version() int {
	text := r.text("publiccodeYmlVersion")
	if m := versions.FindStringSubmatch(text); m != nil && m[1] != "1" {
		minor, _ := strconv.Atoi(m[1])
		return minor
	}
	if text != "" {
		r.fault("publiccodeYmlVersion", "version", r.at("publiccodeYmlVersion"))
	}
	return 2
}

var softwareTypes = []string{
	"standalone/mobile", "standalone/iot", "standalone/desktop", "standalone/web", "standalone/backend", "standalone/other",
	"addon", "library", "configurationFiles",
}

func (r *review) identity() {
	r.text("name")
	r.text("url")
	for _, key := range []string{"url", "landingURL", "roadmap"} {
		r.form(key, "url", isAddress)
	}
	for _, based := range yamlfile.Texts(r.at("isBasedOn")) {
		if !isAddress(based) {
			r.fault("isBasedOn", "url", r.at("isBasedOn"))
		}
	}
	r.list("platforms")
	if r.minor <= 4 {
		r.list("categories")
	}
	r.oneOf("developmentStatus", "concept", "development", "beta", "stable", "obsolete")
	r.oneOf("softwareType", softwareTypes...)
	// Until 0.3 a date of release was mandatory for what had been released.
	if released := slices.Contains([]string{"stable", "obsolete"}, yamlfile.Text(r.at("developmentStatus"))); r.minor <= 3 && released {
		r.text("releaseDate")
	}
	r.form("releaseDate", "date", isDate)
}

// list wants a sequence with something in it.
func (r *review) list(key string) {
	if len(yamlfile.Texts(r.at(key))) == 0 {
		r.fault(key, "missing", nil)
	}
}

// The lengths that the standard gives, in characters.
const (
	shortMax = 150
	longMin  = 150
	longMax  = 10000
)

func (r *review) descriptions() {
	long, features, any := false, false, false
	for language, node := range yamlfile.Fields(r.at("description")) {
		any = true
		key := "description." + yamlfile.Text(language)
		if !isLanguage(yamlfile.Text(language)) {
			r.fault(key, "language", language)
		}
		short := yamlfile.Text(yamlfile.Field(node, "shortDescription"))
		switch {
		case short == "":
			r.fault(key+".shortDescription", "missing", nil)
		case utf8.RuneCountInString(short) > shortMax:
			r.fault(key+".shortDescription", "length", yamlfile.Field(node, "shortDescription"))
		}
		if n := yamlfile.Field(node, "longDescription"); yamlfile.Text(n) != "" {
			long = true
			if length := utf8.RuneCountInString(strings.TrimSpace(yamlfile.Text(n))); length < longMin || length > longMax {
				r.fault(key+".longDescription", "length", n)
			}
		}
		features = features || len(yamlfile.Texts(yamlfile.Field(node, "features"))) > 0
		for _, name := range []string{"documentation", "apiDocumentation"} {
			if n := yamlfile.Field(node, name); yamlfile.Text(n) != "" && !isAddress(yamlfile.Text(n)) {
				r.fault(key+"."+name, "url", n)
			}
		}
	}
	for _, one := range []struct {
		held bool
		key  string
	}{{any, ""}, {long || !any, ".longDescription"}, {features || !any, ".features"}} {
		if !one.held {
			r.fault("description"+one.key, "missing", nil)
		}
	}
}

func (r *review) maintenance() {
	r.oneOf("maintenance.type", "internal", "contract", "community", "none")
	kind := yamlfile.Text(r.at("maintenance.type"))
	contractors := yamlfile.Sequence(r.at("maintenance.contractors"))
	contacts := yamlfile.Sequence(r.at("maintenance.contacts"))
	switch {
	case kind == "contract" && len(contractors) == 0:
		r.fault("maintenance.contractors", "missing", nil)
	case kind != "contract" && len(contractors) > 0 && r.minor >= 5:
		r.fault("maintenance.contractors", "forbidden", contractors[0])
	case (kind == "internal" || kind == "community") && len(contacts) == 0:
		r.fault("maintenance.contacts", "missing", nil)
	}
	r.parties("maintenance.contractors", contractors, true)
	r.parties("maintenance.contacts", contacts, false)
}

func (r *review) parties(key string, all []*yaml.Node, until bool) {
	for i, n := range all {
		one := key + "." + strconv.Itoa(i)
		get := func(name string) string { return yamlfile.Text(yamlfile.Field(n, name)) }
		if get("name") == "" {
			r.fault(one+".name", "missing", nil)
		}
		switch end := get("until"); {
		case until && end == "":
			r.fault(one+".until", "missing", nil)
		case until && !isDate(end):
			r.fault(one+".until", "date", n)
		}
		if site := get("website"); site != "" && !isAddress(site) {
			r.fault(one+".website", "url", n)
		}
		if email := get("email"); email != "" && !strings.Contains(email, "@") {
			r.fault(one+".email", "value", n)
		}
	}
}

func (r *review) localisation() {
	r.oneOf("localisation.localisationReady", "true", "false", "yes", "no", "True", "False", "TRUE", "FALSE")
	key := "localisation.availableLanguages"
	r.list(key)
	for _, language := range yamlfile.Texts(r.at(key)) {
		if !isLanguage(language) {
			r.fault(key, "language", r.at(key))
		}
	}
}

// isAddress accepts what a browser or git can open.
func isAddress(text string) bool {
	u, err := url.Parse(strings.TrimSpace(text))
	return err == nil && u.Host != "" && slices.Contains([]string{"http", "https", "git", "ssh", "git+https"}, strings.ToLower(u.Scheme))
}

func isDate(text string) bool {
	_, err := time.Parse(time.DateOnly, text)
	return err == nil
}

// language is the form of a BCP 47 tag; three letters are allowed there too.
var language = regexp.MustCompile(`^[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}$`)

func isLanguage(text string) bool { return language.MatchString(text) }
