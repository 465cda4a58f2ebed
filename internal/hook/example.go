package hook

import (
	"crypto/rand"
	"embed"
	"encoding/hex"
	"net/http"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/forge"
)

//go:embed example
var examples embed.FS

// Sent is one delivery as a forge sends it.
type Sent struct {
	Sender forge.Kind
	Event  Kind
	// Name is what the forge calls the event, in its header.
	Name   string
	Header http.Header
	Body   []byte
}

// names are what each forge calls the events, in the order in which they are sent.
// Gitea and Forgejo tell nobody of members.
var names = []struct {
	sender forge.Kind
	event  Kind
	name   string
}{
	{forge.GitHub, Push, "push"}, {forge.GitHub, Release, "release"}, {forge.GitHub, Repository, "repository"}, {forge.GitHub, Membership, "member"},
	{forge.GitLab, Push, "Push Hook"}, {forge.GitLab, Release, "Release Hook"}, {forge.GitLab, Repository, "Project Hook"}, {forge.GitLab, Membership, "Member Hook"},
	{forge.Forgejo, Push, "push"}, {forge.Forgejo, Release, "release"}, {forge.Forgejo, Repository, "repository"},
}

// Examples returns one delivery of each kind that the forges send, about a
// repository, signed with the secret. Each is new: none is taken for a replay.
func Examples(sender forge.Kind, r forge.Repo, secret string, now time.Time) []Sent {
	var all []Sent
	for _, one := range names {
		if one.sender != sender {
			continue
		}
		s := Sent{Sender: sender, Event: one.event, Name: one.name, Header: http.Header{}}
		s.Body = example(one.sender, one.event, r, now)
		id := deliveryID()
		s.Header.Set("Content-Type", "application/json")
		switch sender {
		case forge.GitHub:
			s.Header.Set("User-Agent", "GitHub-Hookshot/perenne")
			s.Header.Set("X-Github-Event", one.name)
			s.Header.Set("X-Github-Delivery", id)
		case forge.GitLab:
			s.Header.Set("User-Agent", "GitLab/perenne")
			s.Header.Set("X-Gitlab-Event", one.name)
			s.Header.Set("X-Gitlab-Event-Uuid", id)
			s.Header.Set("X-Gitlab-Instance", top(r))
		default:
			for _, name := range []string{"X-Forgejo", "X-Gitea", "X-Gogs", "X-Github"} {
				s.Header.Set(name+"-Event", one.name)
				s.Header.Set(name+"-Delivery", id)
			}
		}
		sign(sender, s.Header, s.Body, secret, now)
		all = append(all, s)
	}
	return all
}

// top is the address that the forge's own pages begin at.
func top(r forge.Repo) string {
	if r.Insecure {
		return "http://" + r.Host
	}
	return "https://" + r.Host
}

// example fills in a delivery. Its commit and its time make it one of its own.
func example(sender forge.Kind, e Kind, r forge.Repo, now time.Time) []byte {
	content, err := examples.ReadFile("example/" + string(sender) + "-" + string(e) + ".json")
	if err != nil {
		panic(err)
	}
	commit := make([]byte, 20)
	_, _ = rand.Read(commit)
	host, _, _ := strings.Cut(r.Host, ":")
	return []byte(strings.NewReplacer("{url}", top(r)+"/"+r.Path, "{top}", top(r), "{host}", host, "{owner}", r.Owner(), "{name}", r.Name(),
		"{commit}", hex.EncodeToString(commit), "{now}", now.UTC().Format(time.RFC3339Nano)).Replace(string(content)))
}

// deliveryID is one as forges write theirs.
func deliveryID() string {
	id := make([]byte, 16)
	_, _ = rand.Read(id)
	text := hex.EncodeToString(id)
	return text[:8] + "-" + text[8:12] + "-" + text[12:16] + "-" + text[16:20] + "-" + text[20:]
}
