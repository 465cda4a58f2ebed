package audit

import "fmt"

// Axis is one of the three sides of the continuity pyramid, or the bonus.
type Axis string

// The axes, in the order in which they are always printed. Community is a
// bonus: scored, shown apart, never compensating for another axis.
const (
	Deployment   Axis = "deployment"
	Transmission Axis = "transmission"
	Reliability  Axis = "reliability"
	Community    Axis = "community"
)

// Axes lists the three axes that decide, then the bonus.
var Axes = []Axis{Deployment, Transmission, Reliability, Community}

// Severity says how much a gap matters; its weight is what the check counts
// for in its axis.
type Severity string

// The severities, gravest first.
const (
	Blocker  Severity = "blocker"
	Major    Severity = "major"
	Moderate Severity = "moderate"
	Minor    Severity = "minor"
	Bonus    Severity = "bonus"
)

// Weight returns 8, 5, 3, 1 or 0: the points a check of this severity counts
// for. The scale is perenne's own.
func (s Severity) Weight() float64 {
	switch s {
	case Blocker:
		return 8
	case Major:
		return 5
	case Moderate:
		return 3
	case Minor:
		return 1
	}
	return 0
}

// Need is a set of kinds of evidence, as bits.
type Need uint8

// The kinds of evidence that a check may ask for.
const (
	// NeedTree is the files of the audited commit.
	NeedTree Need = 1 << iota
	// NeedAuthors is who made which commit and when, without files.
	NeedAuthors
	// NeedFileHistory is which files each commit touched.
	NeedFileHistory
	// NeedForge is what only the forge knows: owner, archived, releases.
	NeedForge
	// NeedPortfolio is what people declared about the repository. It is never
	// missing: nothing declared is an empty list.
	NeedPortfolio
	// NeedTags is the names of the tags and the commits they point to.
	NeedTags
)

// Needs lists the single needs, in the order of their bits.
var Needs = []Need{NeedTree, NeedAuthors, NeedFileHistory, NeedForge, NeedPortfolio, NeedTags}

var needNames = map[Need]string{
	NeedTree: "tree", NeedAuthors: "authors", NeedFileHistory: "file-history", NeedForge: "forge",
	NeedPortfolio: "portfolio", NeedTags: "tags",
}

// Has reports whether every need of m is in n.
func (n Need) Has(m Need) bool { return n&m == m }

// String names a single need; several are joined by "+".
func (n Need) String() string {
	if name, ok := needNames[n]; ok {
		return name
	}
	text := ""
	for _, one := range Needs {
		if n.Has(one) {
			if text != "" {
				text += "+"
			}
			text += needNames[one]
		}
	}
	return text
}

// Kind says what a repository delivers; it decides which checks apply.
type Kind string

// The kinds of deliverable. See DOMAIN "Deliverable types" for how each is
// recognised and what being ready means for it.
const (
	WebApplication     Kind = "web-application"
	Service            Kind = "service"
	Library            Kind = "library"
	DataPipeline       Kind = "data-pipeline"
	Notebook           Kind = "notebook"
	ShinyApp           Kind = "shiny-app"
	DataikuProject     Kind = "dataiku-project"
	Documentation      Kind = "documentation"
	Training           Kind = "training"
	Infrastructure     Kind = "infrastructure"
	DesktopApplication Kind = "desktop-application"
)

// Kinds lists every kind of deliverable, in the order in which they are printed.
var Kinds = []Kind{
	WebApplication, Service, ShinyApp, DesktopApplication, Library, DataPipeline,
	Notebook, DataikuProject, Infrastructure, Documentation, Training,
}

// Deliverable is one thing that a repository holds and somebody will use.
type Deliverable struct {
	Kind Kind
	// Root is the folder it lives in, "" for the top of the repository.
	Root string
	// Because is the file that gave it away, or "" when somebody stated it.
	Because string
	// Static marks a web application with no server of its own: a site that is
	// built once and served as files.
	Static bool
}

// RootOf returns the root of the deepest deliverable that holds the folder, ""
// for the top.
func (s *Snapshot) RootOf(dir string) string {
	root := ""
	for _, d := range s.Deliverables {
		if Within(dir, d.Root) && len(d.Root) > len(root) {
			root = d.Root
		}
	}
	return root
}

// Side says who acts on a gap.
type Side string

// The sides of the road map.
const (
	Team   Side = "team"
	DSI    Side = "dsi"
	Mentor Side = "mentor"
)

// Sides lists every side.
var Sides = []Side{Team, DSI, Mentor}

// Lang is a language that perenne speaks.
type Lang string

// The languages.
const (
	French  Lang = "fr"
	English Lang = "en"
)

// ParseLang accepts "fr" and "en". The error names the two.
func ParseLang(s string) (Lang, error) {
	switch l := Lang(s); l {
	case French, English:
		return l, nil
	}
	return "", fmt.Errorf("language %q: choose fr or en", s)
}
