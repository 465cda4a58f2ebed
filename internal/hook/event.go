package hook

import (
	"errors"
	"net/http"
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Kind is what happened.
type Kind string

// The kinds. Other stands for all that changes nothing that is audited, such as
// the ping that GitHub sends first.
const (
	Push       Kind = "push"
	Release    Kind = "release"
	Repository Kind = "repository"
	Membership Kind = "membership"
	Other      Kind = "other"
)

// event is what is used of a delivery.
type event struct {
	Kind Kind
	// Addresses are the repository's, in every form and under its former name too.
	Addresses []forge.Repo
	// ID is the repository's on its forge, "" when it is not said.
	ID string
	// Owner is the address of an organisation or group all of whose repositories are
	// meant; empty for none.
	Owner string
	// Branch is where a push went, "" for a tag. Default is the branch that is audited
	// unless the portfolio names another.
	Branch, Default string
}

// concerns reports whether the event is about what is audited of a repository of
// which the portfolio names the branch, or "".
func (e event) concerns(branch string) bool {
	if e.Kind != Push || e.Branch == "" {
		return true
	}
	if branch == "" {
		branch = e.Default
	}
	return branch == "" || branch == e.Branch
}

// add notes an address of the repository; what is none is passed over.
func (e *event) add(addresses ...string) {
	for _, a := range addresses {
		if r, ok := forge.ParseRepo(a); ok {
			e.Addresses = append(e.Addresses, r)
		}
	}
}

// formerly adds to each address what it was before: with another name, or below
// another owner; "" for the same.
func (e *event) formerly(owner, name string) {
	for _, r := range e.Addresses {
		before, last := path.Dir(r.Path), path.Base(r.Path)
		if owner != "" {
			before = owner
		}
		if name != "" {
			last = name
		}
		r.Path = before + "/" + last
		e.Addresses = append(e.Addresses, r)
	}
}

// pushed takes where a push went: "refs/heads/main".
func (e *event) pushed(ref, standard string) {
	e.Kind, e.Default = Push, standard
	if branch, is := strings.CutPrefix(ref, "refs/heads/"); is {
		e.Branch = branch
	}
}

// errStrange is a delivery that does not hold what its event must.
var errStrange = errors.New("a delivery without a repository")

// senderOf tells who sends a delivery; Plain for nobody that perenne knows. Gitea
// and Forgejo send GitHub's headers too.
func senderOf(h http.Header) forge.Kind {
	switch {
	case h.Get("X-Forgejo-Event") != "", h.Get("X-Gitea-Event") != "":
		return forge.Forgejo
	case h.Get("X-Gitlab-Event") != "":
		return forge.GitLab
	case h.Get("X-Github-Event") != "":
		return forge.GitHub
	}
	return forge.Plain
}

// parse reads a delivery whose signature holds.
func parse(sender forge.Kind, h http.Header, payload []byte) (event, error) {
	switch sender {
	case forge.GitLab:
		return parseGitLab(h, payload)
	case forge.Forgejo:
		name := h.Get("X-Forgejo-Event")
		if name == "" {
			name = h.Get("X-Gitea-Event")
		}
		return parseGitHub(name, payload)
	}
	return parseGitHub(h.Get("X-Github-Event"), payload)
}
