package delivery

import (
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/bom"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/licence"
	"github.com/perenne-audit/perenne/internal/manifest"
	"github.com/perenne-audit/perenne/internal/script"
)

var componentsListed = &audit.Check{
	ID: "components-listed", Axis: audit.Deployment, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 3.5, Side: audit.Team,
	Kinds:  append([]audit.Kind{audit.DataikuProject}, programs...),
	Source: "https://standard.publiccode.net/",
	Texts:  texts, Run: runComponentsListed,
}

// runComponentsListed looks for a list that somebody or a tool wrote, and
// computes one from the lock files otherwise.
func runComponentsListed(s *audit.Snapshot) audit.Verdict {
	if bill := largestBill(s); bill != nil {
		unknown := 0
		for _, c := range bill.Components {
			if len(c.Licences) == 0 {
				unknown++
			}
		}
		return audit.Met("bill", "path", bill.Path, "format", bill.Format, "components", len(bill.Components)).At(audit.Place{Path: bill.Path}).
			Fact("components", len(bill.Components)).Fact("unknown_licences", unknown)
	}
	list := componentsOf(s)
	v := componentsVerdict(s, list)
	return v.Fact("components", list.count).Fact("unknown_licences", list.unknown)
}

func componentsVerdict(s *audit.Snapshot, list componentList) audit.Verdict {
	if report, found := licenceReport(s); found {
		return audit.Met("report", "path", report.Path).At(audit.Place{Path: report.Path})
	}
	if command, at, found := billMaker(s); found {
		return audit.Met("made", "command", command, "path", at.Path).At(at)
	}
	at := audit.Place{Path: list.path}
	switch {
	case list.count == 0 && list.unread != "":
		return audit.Unknown("unread", "path", list.unread)
	case list.count == 0:
		return audit.NotApplicable("no-components")
	case len(list.proprietary) > 0 && !mentioned(s, list.proprietary):
		return audit.NotMet("proprietary", "components", firstFew(list.proprietary), "path", list.path).At(at)
	case !list.locked:
		return audit.PartlyMet("declared-only", "components", list.count, "path", list.path).At(at)
	case list.unknown > 0 || list.unread != "":
		return audit.PartlyMet("some-unknown", "components", list.count, "unknown", list.unknown, "path", list.path).At(at)
	}
	return audit.Met("computed", "components", list.count, "path", list.path).At(at)
}

func largestBill(s *audit.Snapshot) *bom.Bill {
	var best *bom.Bill
	for _, bill := range bom.Of(s) {
		if len(bill.Components) > 0 && (best == nil || len(bill.Components) > len(best.Components)) {
			best = bill
		}
	}
	return best
}

// componentList is what manifests and lock files say together. Each component
// counts once, in however many versions.
type componentList struct {
	count, unknown int
	// proprietary names those under a licence that is not free.
	proprietary []string
	// locked is true when lock files name the components behind those declared.
	locked bool
	// path is the file that names the most; unread one that could not be read.
	path, unread string
}

func componentsOf(s *audit.Snapshot) componentList {
	var list componentList
	inventory := manifest.Of(s)
	c := &componentCounter{known: map[string]bool{}, own: map[string]bool{}, standings: map[string]licence.Standing{}}
	for _, m := range inventory.Manifests {
		c.own[strings.ToLower(m.Name)] = true
	}
	most := 0
	for _, l := range inventory.Locks {
		if l.Sample() || l.Ecosystem == manifest.Terraform || l.Ecosystem == manifest.Nix {
			continue
		}
		packages, err := manifest.Packages(s, l)
		if err != nil {
			list.unread = l.Path
			continue
		}
		for _, p := range packages {
			c.add(l.Ecosystem, p.Name, p.Licences)
		}
		if len(packages) > most {
			most, list.path, list.locked = len(packages), l.Path, true
		}
	}
	for _, m := range inventory.Manifests {
		if m.Sample() || m.Ecosystem == manifest.Terraform || m.Ecosystem == manifest.Nix || list.locked && lockedFor(inventory, m.Ecosystem) || !needsLock(m) {
			continue
		}
		for _, d := range m.Dependencies {
			c.add(m.Ecosystem, d.Name, nil)
		}
		if len(m.Dependencies) > most && !list.locked {
			most, list.path = len(m.Dependencies), m.Path
		}
	}
	list.count, list.proprietary = len(c.known), c.proprietary
	for _, known := range c.known {
		if !known {
			list.unknown++
		}
	}
	slices.Sort(list.proprietary)
	return list
}

func lockedFor(inventory *manifest.Inventory, e manifest.Ecosystem) bool {
	return slices.ContainsFunc(inventory.Locks, func(l manifest.Lock) bool { return family(l.Ecosystem) == family(e) })
}

// componentCounter counts components by ecosystem and name; known says whether
// some version's licence is.
type componentCounter struct {
	known       map[string]bool
	own         map[string]bool
	standings   map[string]licence.Standing
	proprietary []string
}

func (c *componentCounter) add(e manifest.Ecosystem, name string, licences []string) {
	if name == "" || c.own[strings.ToLower(name)] {
		return // a package of the repository itself
	}
	key := string(family(e)) + " " + name
	if c.known[key] {
		return
	}
	c.known[key] = false
	for _, text := range licences {
		standing, seen := c.standings[text]
		if !seen {
			standing = licence.Unplaced
			if expression, ok := licence.ParseExpression(text); ok {
				standing = expression.Standing(licence.StandingOf)
			}
			c.standings[text] = standing
		}
		if standing == licence.NotFree && !slices.Contains(c.proprietary, name) {
			c.proprietary = append(c.proprietary, name)
		}
		c.known[key] = c.known[key] || standing != licence.Unplaced
	}
}

// mentioned reports whether the documentation names every one of them.
func mentioned(s *audit.Snapshot, names []string) bool {
	for _, name := range names {
		found := false
		for _, doc := range guide.All(s) {
			for _, section := range doc.Sections {
				found = found || strings.Contains(section.Text, name)
			}
		}
		if !found {
			return false
		}
	}
	return true
}

var reportName = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`(?i)^(?:third[-_ ]?part(?:y|ies)(?:[-_ ]?(?:licen[sc]es?|notices?|software|components|libraries))?|` +
		`(?:dependenc(?:y|ies)|dependances|npm|pip|packages?)[-_ ]?licen[sc]es?|licen[sc]es?[-_ ]?(?:report|third[-_ ]?party|tierces|dependencies|des[-_ ]dependances)|` +
		`oss[-_ ]?licen[sc]es|open[-_ ]?source[-_ ]?(?:licen[sc]es|notices)|3rdpartylicenses)\.(?:txt|md|csv|json|html|xml|tsv|rst)$`)
})

// shortestReport is how many lines a report holds that lists something.
const shortestReport = 4

// licenceReport finds a list of licences that a tool or a person wrote.
func licenceReport(s *audit.Snapshot) (audit.File, bool) {
	for _, f := range s.OwnFiles() {
		if !reportName().MatchString(f.Name()) || inTests(strings.ToLower(f.Path)) {
			continue
		}
		if text, ok := s.ReadText(f); ok && strings.Count(text, "\n") >= shortestReport {
			return f, true
		}
	}
	return audit.File{}, false
}

// billMakers write a bill of materials; billActions are steps of others that do.
var (
	billMakers  = []string{"syft", "cdxgen", "cyclonedx-py", "cyclonedx-npm", "cyclonedx-bom", "cyclonedx-gomod", "cyclonedx-php", "cyclonedx-dotnet", "cyclonedx", "bom", "spdx-sbom-generator", "sbom-tool"}
	billActions = []string{"anchore/sbom-action", "cyclonedx/", "advanced-security/sbom-generator-action", "microsoft/sbom-action", "kubernetes-sigs/bom"}
)

// billMaker finds the step of continuous integration that writes a bill.
func billMaker(s *audit.Snapshot) (command string, at audit.Place, found bool) {
	for _, p := range pipelinesOf(s) {
		for _, one := range p.steps {
			action := strings.ToLower(one.action)
			if slices.ContainsFunc(billActions, func(a string) bool { return strings.HasPrefix(action, a) }) {
				return one.action, one.place, true
			}
			if len(one.script) > maxConfigBytes {
				continue
			}
			for _, c := range script.Commands(one.script) {
				if writesBill(c.Words) {
					place := one.place
					place.Line += c.Line
					return shorten(strings.Join(c.Words[:min(len(c.Words), 4)], " ")), place, true
				}
			}
		}
	}
	return "", audit.Place{}, false
}

func writesBill(words []string) bool {
	for len(words) > 1 && slices.Contains([]string{"npx", "sudo", "uvx", "pipx", "run", "exec", "mvn", "./mvnw", "./gradlew", "gradle", "composer", "npm", "docker", "trivy"}, words[0]) {
		program, rest := words[0], words[1:]
		joined := strings.Join(rest, " ")
		switch {
		case program == "trivy", program == "docker" && slices.Contains(rest, "trivy"):
			return strings.Contains(joined, "cyclonedx") || strings.Contains(joined, "spdx")
		case strings.Contains(strings.ToLower(joined), "cyclonedx") && !strings.Contains(joined, "install"), program == "npm" && rest[0] == "sbom", program == "docker" && rest[0] == "sbom":
			return true
		}
		words = rest
	}
	return len(words) > 0 && slices.Contains(billMakers, strings.ToLower(path.Base(words[0])))
}
