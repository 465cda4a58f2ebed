package hook

import (
	"strconv"
	"strings"

	"github.com/google/go-github/v62/github"
)

// parseGitHub reads GitHub's events, and those of Gitea and Forgejo, which are
// written after them. Events that are not listed here are not parsed.
func parseGitHub(name string, payload []byte) (event, error) {
	switch name {
	case "push", "release", "repository", "member", "membership", "organization", "team_add", "create", "delete":
	default:
		return event{Kind: Other}, nil
	}
	parsed, err := github.ParseWebHook(name, payload)
	if err != nil {
		return event{}, err
	}
	var e event
	switch p := parsed.(type) {
	case *github.PushEvent:
		r := p.GetRepo()
		e.pushed(p.GetRef(), r.GetDefaultBranch())
		e.add(r.GetHTMLURL(), r.GetCloneURL(), r.GetSSHURL())
		e.ID = number(r.GetID())
	case *github.CreateEvent:
		// Forgejo tells of a tag by this, and of a branch; GitHub sends a push as well.
		e.of(p.GetRepo())
		e.pushed(branchOf(p.GetRefType(), p.GetRef()), p.GetRepo().GetDefaultBranch())
	case *github.DeleteEvent:
		e.of(p.GetRepo())
		e.pushed(branchOf(p.GetRefType(), p.GetRef()), p.GetRepo().GetDefaultBranch())
	case *github.ReleaseEvent:
		e.Kind = Release
		e.of(p.GetRepo())
	case *github.RepositoryEvent:
		e.Kind = Repository
		e.of(p.GetRepo())
		e.formerly(before(p.GetChanges()))
	case *github.MemberEvent:
		e.Kind = Membership
		e.of(p.GetRepo())
	case *github.TeamAddEvent:
		e.Kind = Membership
		e.of(p.GetRepo())
	case *github.MembershipEvent:
		e.Kind, e.Owner = Membership, ownerOf(p.GetOrg())
	case *github.OrganizationEvent:
		e.Kind, e.Owner = Membership, ownerOf(p.GetOrganization())
	}
	if len(e.Addresses) == 0 && e.Owner == "" {
		return event{}, errStrange
	}
	return e, nil
}

func (e *event) of(r *github.Repository) {
	e.add(r.GetHTMLURL(), r.GetCloneURL(), r.GetSSHURL())
	e.ID = number(r.GetID())
}

// before says what a repository was called and whose it was, "" for as now.
func before(c *github.EditChange) (owner, name string) {
	if c == nil {
		return "", ""
	}
	if c.Repo != nil && c.Repo.Name != nil {
		name = c.Repo.Name.GetFrom()
	}
	if c.Owner != nil && c.Owner.OwnerInfo != nil {
		if owner = c.Owner.OwnerInfo.Org.GetLogin(); owner == "" {
			owner = c.Owner.OwnerInfo.User.GetLogin()
		}
	}
	if strings.Contains(owner+name, "/") {
		return "", ""
	}
	return owner, name
}

// ownerOf is the address of an organisation. GitHub says it as that of its API.
func ownerOf(o *github.Organization) string {
	if address := o.GetHTMLURL(); address != "" {
		return address
	}
	top, _, _ := strings.Cut(o.GetURL(), "/api/v3/")
	if strings.HasPrefix(o.GetURL(), "https://api.github.com/") {
		top = "https://github.com"
	}
	if top == "" || o.GetLogin() == "" {
		return ""
	}
	return top + "/" + o.GetLogin()
}

func branchOf(kind, ref string) string {
	if kind == "branch" {
		return "refs/heads/" + ref
	}
	return "refs/tags/" + ref
}

func number(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}
