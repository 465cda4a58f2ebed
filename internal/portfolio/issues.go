package portfolio

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

// issues reads where the plan of a challenge is written as an issue.
func issues(v value, c *audit.Challenge) *audit.IssueSetting {
	s := &audit.IssueSetting{}
	var in value
	v.object("issues",
		field{"each", func(v value) { s.Each = v.Flag() }},
		field{"repository", func(v value) { s.Repository, in = v.address(), v }},
		field{"labels", func(v value) { v.list("labels", func(v value) { s.Labels = append(s.Labels, v.label()...) }) }},
		field{"lang", func(v value) { s.Lang = form.Choose(v.Value, "language", []audit.Lang{audit.French, audit.English}) }},
		field{"every", func(v value) { s.Every = v.schedule() }},
	)
	switch {
	case s.Repository != "" && s.Each:
		in.Fault("each repository has its own issue", "leave out repository, or each")
	case s.Repository != "" && !onForge(s.Repository):
		in.Fault(form.Quote(s.Repository)+" lies on no forge, and has no issues", "write an https or ssh address, or github:owner/name")
	case s.Repository != "":
		// Written as the challenge writes it, so that it is known for one of its own.
		if i := slices.IndexFunc(c.Repositories, func(r audit.Source) bool { return identity(r.URL) == identity(s.Repository) }); i >= 0 {
			s.Repository = c.Repositories[i].URL
		}
	case !s.Each && len(c.Repositories) > 0 && !onForge(c.Repositories[0].URL):
		v.Fault("the first repository lies on no forge, and has no issues", "name one that does under issues: repository")
	case len(c.Repositories) == 0 && s.Each && len(c.Searches) > 0:
		// Which ones there will be, a forge says.
	case len(c.Repositories) == 0 && len(c.Searches) > 0:
		v.Fault("which repository is the first is not known before a forge lists them", "write repository: with the address of the one that gets the issue, or each: true")
	case len(c.Repositories) == 0:
		v.Fault("there is no plan of a challenge without repositories", "list its repositories, or leave out issues")
	}
	return s
}

// onForge reports whether an address is one of a host.
func onForge(address string) bool {
	scheme, _, absolute := strings.Cut(address, "://")
	return absolute && scheme != "file" || githubShort.MatchString(address) || scpLike.MatchString(address)
}

// label reads one label; none when it is malformed. Forges write several with commas
// between them.
func (v value) label() []string {
	const longest = 50
	s := v.Text()
	if s == "" {
		return nil
	}
	if len(s) > longest || strings.ContainsAny(s, ",\n\r") {
		v.Fault(form.Quote(s)+" is not a label", "write a few words without a comma, one label for each item")
		return nil
	}
	return []string{s}
}
