package maintainers

import (
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/maintainer"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// status is what a repository says of its own maintenance.
type status string

const (
	active  status = "active"
	passive status = "passive" // corrections only, or on pause
	stopped status = "stopped"
	wanted  status = "wanted" // a maintainer is looked for
)

// statement is a status with where it is said.
type statement struct {
	status status
	place  audit.Place
}

// statuses are ordered by how much they say: a badge that nobody took away counts
// less than a sentence that says the opposite.
var statuses = []status{stopped, wanted, passive, active}

// stated returns what the repository says; an empty status when it says nothing.
func stated(s *audit.Snapshot) statement {
	if s.Forge != nil && s.Forge.Archived {
		return statement{status: stopped}
	}
	said := inReadmeFront(s)
	if code := publiccode.Of(s); code != nil && code.Err == nil {
		said = append(said, ofPubliccode(code)...)
	}
	for _, wanted := range statuses {
		for _, one := range said {
			if one.status == wanted {
				return one
			}
		}
	}
	return statement{}
}

func ofPubliccode(code *publiccode.File) []statement {
	at := func(v publiccode.Value) audit.Place { return audit.Place{Path: code.Path, Line: v.Line} }
	switch {
	case code.DevelopmentStatus.Text == "obsolete":
		return []statement{{stopped, at(code.DevelopmentStatus)}}
	case code.Maintenance.Text == "none":
		return []statement{{stopped, at(code.Maintenance)}}
	case code.Maintenance.Said():
		return []statement{{active, at(code.Maintenance)}}
	}
	return nil
}

// frontWords is how much of a README is read for a sentence about the whole
// project: further down, what "is no longer supported" is a browser.
const frontWords = 150

// inReadmeFront reads badges, the title, the beginning and the sections on
// maintenance.
func inReadmeFront(s *audit.Snapshot) []statement {
	doc := document.Readme(s)
	if doc == nil {
		return nil
	}
	var said []statement
	words := 0
	for i, section := range doc.Sections {
		at := audit.Place{Path: doc.Path, Line: section.Line}
		front := words < frontWords && i < 6
		heading := guide.Plain(section.Heading)
		// Further down the levels, what is deprecated is a part.
		if front && section.Level <= 2 {
			said = appendSaid(said, ofHeading(section.Heading), at)
		}
		if front || maintenanceHeading().MatchString(heading) && len(strings.Fields(heading)) < 6 {
			for line := range strings.Lines(section.Text) {
				said = appendSaid(said, ofSentence(line), at)
			}
		}
		if heading == "maintenance" {
			said = appendSaid(said, ofWord(guide.Plain(section.Text)), at)
		}
		for _, link := range section.Links {
			if link.Image {
				said = appendSaid(said, ofBadge(link.URL, s.TakenAt.Year()), audit.Place{Path: doc.Path, Line: link.Line})
			}
		}
		words += guide.WordsIn(section.Text)
	}
	return said
}

func appendSaid(said []statement, what status, at audit.Place) []statement {
	if what == "" {
		return said
	}
	return append(said, statement{what, at})
}

var maintenanceHeading = lazily(`\b(?:maintenance|maintained|maintenu|statut|status|etat|state|avertissement|warning|disclaimer|attention|archive|archived|deprecated|roadmap|support)\b`)

func lazily(pattern string) func() *regexp.Regexp {
	return sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(pattern) })
}

// Sentences, in plain letters: see guide.Plain. A sentence counts when the project
// is its subject.
const subject = `\b(?:(?:ce|cet|cette|this|our|notre) (?:\w+ )?|(?:le|la|l|the) (?:present |current )?)(?:projet|depot|repo|repository|code|codebase|logiciel|site|service|outil|application|appli|app|produit|bibliotheque|librairie|paquet|package|library|project|tool|software|plugin|guide|documentation)\b`

var (
	saysWanted = lazily(`\b(?:looking for|seeking|in need of|needs?|recherche|recherchons|cherche|cherchons) (?:\w+ ){0,3}(?:maintainers?|mainteneurs?|mainteneuses?|repreneurs?|repreneuses?)\b|\bmaintainers? wanted\b|\bup for adoption\b|\b(?:mainteneur|mainteneuse|repreneur)s? recherche`)

	saysPassive = lazily(`\bmaintenance (?:est |is )?(?:passive|corrective|minimale)\b|\b(?:in|en) (?:mode )?maintenance(?: only)?(?: mode)\b|\ben mode maintenance\b|\bpassively maintained\b|\bmaintenue? passivement\b|` +
		`\b(?:not|no longer) (?:being |currently )?actively (?:maintained|developed)\b|\bplus activement (?:maintenue?|developpee?)\b|` +
		subject + ` est (?:\w+ )?en (?:pause|sommeil)\b`)

	saysStopped = lazily(subject + ` (?:\w+ )?(?:n est plus (?:maintenue?|supportee?|developpee?|mise? a jour|active?|en service)|est (?:desormais |maintenant |aujourd hui )?(?:archivee?|abandonnee?|arretee?|obsolete|depreciee?|decommissionnee?|fermee?|terminee?)\b|a ete (?:archivee?|abandonnee?|arretee?|decommissionnee?|fermee?))|` +
		subject + ` (?:\w+ )?(?:is|has been|was) (?:now |currently |officially |being )?(?:(?:no longer|not) (?:being )?(?:maintained|developed|supported|updated)|archived|deprecated|abandoned|discontinued|retired|unmaintained|obsolete|sunset)\b|` +
		subject + ` (?:has (?:been )?moved|a (?:demenage|ete (?:deplacee?|transferee?|migree?)))\b|` +
		`\bdeveloppements? (?:\w+ ){0,4}(?:ont|a) cesse\b|\bne (?:sera|seront) (?:\w+ )?plus (?:maintenue?s?|mise?s? a jour)\b|\bdevelopment (?:\w+ ){0,3}(?:has )?(?:ceased|stopped|ended)\b|` +
		`^(?:this is (?:an |the )|this |ceci est (?:une |l )|une? |l )?archived? (?:repo|repository|(?:of|du|de l|de la) (?:\w+ ){0,4}(?:project|projet|repo|repository|depot|code|codebase|application|site))\b|^depot (?:d )?archive\b|` +
		`^(?:\w+ )?(?:no longer maintained|not maintained any ?more|n est plus maintenue?|plus maintenue?|unmaintained|abandonware)\b`)

	saysActive = lazily(`\b(?:actively|activement) (?:maintained|developed|maintenue?|developpee?)\b|\bmaintenue? activement\b|\bmaintenance (?:est |is )?active\b|\bunder (?:active|heavy) development\b|` +
		subject + ` est (?:\w+ )?en cours de developpement\b`)

	marked = lazily(`^\W*[\[(]?(?:archived|archivé|archive|deprecated|déprécié|unmaintained|abandoned|abandonné|obsolete|obsolète|retired|discontinued|no longer maintained|not maintained|plus maintenu|projet (?:archivé|abandonné|arrêté|terminé)|dépôt archivé)[\])]?(?:\W|$)|[\[(](?:archived|archivé|deprecated|déprécié|unmaintained|abandoned|abandonné|obsolete|obsolète)[\])]`)
)

func ofSentence(line string) status {
	if len(line) > maintainer.MaxLineBytes {
		return ""
	}
	text := guide.Plain(line)
	switch {
	case saysWanted().MatchString(text):
		return wanted
	case saysPassive().MatchString(text):
		return passive
	case saysStopped().MatchString(text):
		return stopped
	case saysActive().MatchString(text):
		return active
	}
	return ""
}

// ofHeading reads "[ARCHIVED] My tool" and "Deprecated".
func ofHeading(heading string) status {
	if said := ofSentence(heading); said != "" {
		return said
	}
	if marked().MatchString(strings.ToLower(heading)) {
		return stopped
	}
	if text := guide.Plain(heading); strings.HasSuffix(text, " deprecated") && strings.HasPrefix(text, "warning ") {
		return stopped
	}
	return ""
}

// words are what a badge says, in plain letters.
var words = map[string]status{
	"yes": active, "oui": active, "active": active, "actif": active, "maintained": active, "actively maintained": active,
	"actively developed": active, "contributif": active, "wip": active, "maintenu": active, "maintenue": active,
	"passive": passive, "passif": passive, "inactive": passive, "suspended": passive, "dormant": passive, "maintenance mode": passive,
	"maintenance only": passive, "passively maintained": passive, "as is": passive, "publie": passive, "en pause": passive,
	"no": stopped, "non": stopped, "stopped": stopped, "abandoned": stopped, "unsupported": stopped, "moved": stopped, "archived": stopped,
	"archive": stopped, "retired": stopped, "superseded": stopped, "defunct": stopped, "deprecated": stopped, "unmaintained": stopped,
	"no longer maintained": stopped, "not maintained": stopped, "obsolete": stopped, "arrete": stopped, "arretee": stopped, "end of life": stopped,
	"looking for maintainer": wanted, "looking for maintainers": wanted, "help wanted": wanted, "wanted": wanted, "seeking maintainer": wanted,
}

func ofWord(text string) status { return words[text] }

// about are the left halves of badges that speak of maintenance.
var about = []string{"maintenance", "maintained", "maintenu", "status", "statut", "lifecycle", "code gouv fr", "etat", "state"}

// ofBadge reads the address of a picture: repostatus.org, the lifecycle of R, and
// what shields.io draws.
func ofBadge(address string, year int) status {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	parts := strings.Split(strings.Trim(u.Path, "/"), "/")
	host, last := strings.TrimPrefix(u.Hostname(), "www."), strings.TrimSuffix(parts[len(parts)-1], ".svg")
	switch {
	case host == "repostatus.org" && parts[0] == "badges":
		return ofWord(last)
	case strings.HasPrefix(last, "lifecycle-"):
		stage, _, _ := strings.Cut(strings.TrimPrefix(last, "lifecycle-"), "-")
		return notActive(ofWord(stage))
	case host == "img.shields.io" && parts[0] == "maintenance" && len(parts) == 3:
		return ofYear(parts[1], last, year)
	case host == "img.shields.io" && parts[0] == "badge" && len(parts) == 2:
		return ofShield(last)
	}
	return ""
}

// ofYear reads "maintenance/yes/2026", which promises nothing for the years after.
func ofYear(said, until string, year int) status {
	if n, err := strconv.Atoi(until); err == nil && n < year && ofWord(said) == active {
		return ""
	}
	return ofWord(said)
}

// ofShield reads "label-message-colour", where a hyphen is doubled.
func ofShield(text string) status {
	halves := strings.Split(strings.ReplaceAll(text, "--", "\x00"), "-")
	if len(halves) < 2 {
		return ""
	}
	label, message := guide.Plain(strings.ReplaceAll(halves[0], "_", " ")), guide.Plain(strings.NewReplacer("\x00", " ", "_", " ").Replace(halves[1]))
	for _, word := range about {
		if label == word || strings.HasSuffix(label, " "+word) {
			if word == "lifecycle" {
				return notActive(ofWord(message))
			}
			return ofWord(message)
		}
	}
	return ""
}

// notActive is for vocabularies that speak of maturity: only their last stages say
// something of maintenance.
func notActive(said status) status {
	if said == active {
		return ""
	}
	return said
}
