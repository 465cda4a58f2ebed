package portfolio

import (
	"encoding/json"
	"fmt"
	"net/url"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

// ImportOptions say how to read the programme's list.
type ImportOptions struct {
	// Promotions are the cohorts to take, as the list writes them: "2", "dig".
	// None means all.
	Promotions []string
	// StartMonth is when missions begin; the list only gives the year. 0 means
	// January.
	StartMonth time.Month
}

// Import turns the list of challenges of the programme Entrepreneurs d'intérêt
// général, _data/defis.yml of its site, into a portfolio that [Load] accepts,
// with comments where somebody has to look: an address that names an
// organisation and no repository, a role, dates that the list does not give.
// Challenges keep the order of the list. The error says what is wrong with the
// list; an entry without a title is left out and named in a comment.
func Import(defis []byte, o ImportOptions) ([]byte, error) {
	if len(defis) > DefaultMaxBytes {
		return nil, fmt.Errorf("import %w", tooLarge("list of challenges", DefaultMaxBytes))
	}
	l := newLoader(Options{MaxBytes: DefaultMaxBytes})
	const name = "defis.yml"
	top, ok := l.Document(name, defis)
	if !ok {
		return nil, fmt.Errorf("import list of challenges: %w", l.Faults())
	}
	i := importer{ImportOptions: o, taken: map[string]int{}}
	if i.StartMonth < time.January || i.StartMonth > time.December {
		i.StartMonth = time.January
	}
	i.collect(value{top, l})
	if !l.Sound() {
		return nil, fmt.Errorf("import list of challenges: %w", l.Faults())
	}
	if len(i.defis) == 0 {
		return nil, fmt.Errorf("import list of challenges: no challenge in it; choose other promotions: %w", audit.ErrNotFound)
	}
	return i.write(), nil
}

// defi is one entry of the list, as the site writes it.
type defi struct {
	title, promotion, administration, source, website string
	year, months                                      int
	eigs, mentors                                     []string
	id                                                string
}

type importer struct {
	ImportOptions
	defis      []defi
	nameless   int
	ministries []audit.Ministry
	// ministry maps the words of an administration's name to its id.
	ministry map[string]string
	taken    map[string]int
	out      strings.Builder
}

// collect reads the entries: a mapping from a name to an entry, or a list.
func (i *importer) collect(v value) {
	entries := v.Node.Content
	switch v.Node.Kind {
	case yaml.MappingNode:
		entries = nil
		for n := 1; n < len(v.Node.Content); n += 2 {
			entries = append(entries, v.Node.Content[n])
		}
	case yaml.SequenceNode:
	default:
		v.Fault("not a list of challenges", "give the file _data/defis.yml of the site")
		return
	}
	for _, n := range entries {
		entry := v.at(n)
		if entry.Node.Kind != yaml.MappingNode {
			entry.Fault("a challenge must hold "+entry.Shape("keys and values"), "")
			continue
		}
		d := read(entry)
		switch {
		case len(i.Promotions) > 0 && !slices.Contains(i.Promotions, d.promotion):
		case d.title == "" || form.Slug(d.title) == "":
			i.nameless++
		default:
			i.taken[form.Slug(d.title)]++
			i.defis = append(i.defis, d)
		}
	}
	i.name()
}

// read takes what a portfolio needs from an entry; other keys are the site's.
func read(v value) defi {
	var d defi
	for n := 0; n+1 < len(v.Node.Content); n += 2 {
		content := v.at(v.Node.Content[n+1])
		text := oneLine(content.Node)
		number, _ := strconv.Atoi(text)
		switch v.Node.Content[n].Value {
		case "title":
			d.title = text
		case "promotion":
			d.promotion = text
		case "administration":
			d.administration = strings.TrimRight(text, ", ")
		case "source_code":
			d.source = text
		case "website":
			d.website = text
		case "year":
			d.year = number
		case "duration_months":
			d.months = number
		case "eigs":
			d.eigs = names(content)
		case "mentors":
			d.mentors = names(content)
		}
	}
	return d
}

func names(v value) []string {
	var all []string
	nodes := v.Node.Content
	if v.Node.Kind != yaml.SequenceNode {
		nodes = []*yaml.Node{v.Node}
	}
	for _, n := range nodes {
		if name := oneLine(v.at(n).Node); name != "" {
			all = append(all, name)
		}
	}
	return all
}

var spaces = regexp.MustCompile(`[\s\p{C}\p{Z}]+`)

// oneLine returns a scalar's words, "" for anything else.
func oneLine(n *yaml.Node) string {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		return ""
	}
	return strings.TrimSpace(spaces.ReplaceAllString(n.Value, " "))
}

// name gives every challenge and every administration an id. The programme ran
// challenges of one name in several years: those get the year.
func (i *importer) name() {
	used, usedMinistry := map[string]bool{}, map[string]bool{}
	i.ministry = map[string]string{}
	for n := range i.defis {
		d := &i.defis[n]
		id := form.Slug(d.title)
		if i.taken[id] > 1 && d.year > 0 {
			id = fmt.Sprintf("%s-%d", strings.TrimRight(id[:min(len(id), form.MaxID-len("-2006"))], "-"), d.year)
		}
		d.id = free(id, used)
		id = form.Slug(d.administration)
		if _, known := i.ministry[form.Words(d.administration)]; !known && id != "" {
			id = free(id, usedMinistry)
			i.ministry[form.Words(d.administration)] = id
			i.ministries = append(i.ministries, audit.Ministry{ID: id, Name: d.administration})
		}
	}
}

func free(id string, used map[string]bool) string {
	const digits = 6
	candidate := id
	for n := 2; used[candidate]; n++ {
		candidate = fmt.Sprintf("%s-%d", strings.TrimRight(id[:min(len(id), form.MaxID-digits)], "-"), n)
	}
	used[candidate] = true
	return candidate
}

func (i *importer) printf(format string, args ...any) { fmt.Fprintf(&i.out, format, args...) }

func (i *importer) write() []byte {
	i.printf("# A portfolio made from the programme's list of challenges.\n")
	i.printf("# The list has no e-mail addresses, no exact dates and no roles: look at every\n# line marked \"check\". config/portfolio.example.yaml explains all keys.\n")
	if i.nameless > 0 {
		i.printf("# Left out, because without a title: %d.\n", i.nameless)
	}
	i.printf("\nministries:\n")
	for _, m := range i.ministries {
		i.printf("  - id: %s\n    name: %s\n", scalar(m.ID), scalar(m.Name))
	}
	if len(i.ministries) == 0 {
		i.printf("  []\n")
	}
	i.printf("\nchallenges:\n")
	for _, d := range i.defis {
		i.challenge(d)
	}
	return []byte(i.out.String())
}

func (i *importer) challenge(d defi) {
	i.printf("  - id: %s\n    name: %s\n", scalar(d.id), scalar(d.title))
	if m := i.ministry[form.Words(d.administration)]; m != "" {
		i.printf("    ministry: %s\n", scalar(m))
	}
	if d.promotion != "" {
		i.printf("    cohort: %s\n", scalar(cohort(d.promotion)))
	}
	_, end := i.mission(d)
	if d.website != "" {
		i.printf("    # website: %s\n", d.website)
	}
	i.people("mentors", d.mentors, "")
	leaves := ""
	if !end.IsZero() {
		leaves = end.Format(time.DateOnly)
	}
	i.people("people", d.eigs, leaves)
	i.repositories(d)
}

// cohort names a promotion: the programme numbers its own, and calls the sister
// programme of designers by its letters.
func cohort(promotion string) string {
	if _, err := strconv.Atoi(promotion); err == nil {
		return "EIG " + promotion
	}
	return strings.ToUpper(promotion)
}

// mission writes the dates that follow from a year and a number of months.
func (i *importer) mission(d defi) (start, end time.Time) {
	const mostMonths = 60
	if d.year < form.FirstYear || d.year > form.LastYear-mostMonths/12 || d.months < 1 || d.months > mostMonths {
		i.printf("    # check: the list does not say when the mission starts and how long it lasts\n")
		return
	}
	start = time.Date(d.year, i.StartMonth, 1, 0, 0, 0, 0, time.UTC)
	end = start.AddDate(0, d.months, -1)
	i.printf("    # check: the list gives the year and %d months\n", d.months)
	i.printf("    mission: {start: %s, end: %s}\n", start.Format(time.DateOnly), end.Format(time.DateOnly))
	return start, end
}

func (i *importer) people(key string, names []string, leaves string) {
	if len(names) == 0 {
		return
	}
	i.printf("    %s:\n", key)
	for _, name := range names {
		i.printf("      - name: %s\n", scalar(name))
		if leaves != "" {
			i.printf("        leaves: %s\n", leaves)
		}
	}
}

func (i *importer) repositories(d defi) {
	if d.source == "" {
		i.printf("    repositories: [] # check: the list names no source code\n")
		return
	}
	resolved, wrong, instead := address("", d.source)
	switch guess := guessed(d.source); {
	case guess != "":
		i.printf("    # check: %s is not an address; perhaps %s\n    repositories: []\n", d.source, guess)
	case wrong != "":
		i.printf("    # check: %s; %s\n    repositories: []\n", wrong, instead)
	case !strings.Contains(resolved, "://") || isPage(resolved):
		i.printf("    # check: %s is not the address of a repository; choose one\n    repositories: []\n", d.source)
	default:
		i.printf("    repositories:\n      - url: %s\n        role: application # check: %s\n", scalar(resolved), roleWords())
	}
}

func roleWords() string {
	words := make([]string, len(audit.Roles))
	for i, r := range audit.Roles {
		words[i] = string(r)
	}
	return strings.Join(words, ", ")
}

// guessed completes an address in which the host was forgotten:
// "https://owner/name".
func guessed(s string) string {
	u, err := url.Parse(s)
	if err != nil || u.Host == "" || strings.Contains(u.Host, ".") || len(segmentsOf(u)) != 1 {
		return ""
	}
	return "https://github.com/" + u.Host + u.Path
}

// isPage reports whether the address is that of a site or of all that one
// person or team owns.
func isPage(s string) bool {
	u, err := url.Parse(s)
	if err != nil {
		return true
	}
	host := strings.ToLower(u.Host)
	return len(segmentsOf(u)) < 2 || strings.HasSuffix(host, ".github.io") || strings.HasSuffix(host, ".gitlab.io") ||
		filepath.Ext(u.Path) == ".html"
}

var plain = regexp.MustCompile(`^\p{L}[\p{L}\p{N} '’().,/_-]*$`)

// words that YAML reads as something else than words.
var notWords = []string{"y", "n", "yes", "no", "on", "off", "true", "false", "null"}

// scalar writes a text as a YAML value; what JSON accepts between quotes, YAML
// does too.
func scalar(s string) string {
	if plain.MatchString(s) && !slices.Contains(notWords, strings.ToLower(s)) {
		return s
	}
	if u, err := url.Parse(s); err == nil && u.Host != "" && !strings.ContainsAny(s, " #,[]{}\"'") && !strings.HasSuffix(s, ":") {
		return s
	}
	quoted, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string can always be written
	}
	return string(quoted)
}
