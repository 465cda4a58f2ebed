package hook

import (
	"encoding/json"
	"net/http"
	"strings"

	gitlab "gitlab.com/gitlab-org/api/client-go"
)

// system are the events of a whole GitLab, which its administrators can have sent.
// The others of that kind are not parsed.
var system = map[string]Kind{
	"push": Push, "tag_push": Push, "repository_update": Other, "project_create": Repository, "project_destroy": Repository,
	"project_rename": Repository, "project_transfer": Repository, "project_update": Repository,
	"user_add_to_team": Membership, "user_remove_from_team": Membership, "user_update_for_team": Membership,
	"user_add_to_group": Membership, "user_remove_from_group": Membership, "user_update_for_group": Membership,
}

// parseGitLab reads GitLab's events: of a project, of a group, and of the whole.
func parseGitLab(h http.Header, payload []byte) (event, error) {
	kind := gitlab.EventType(h.Get("X-Gitlab-Event"))
	switch kind {
	case gitlab.EventTypePush, gitlab.EventTypeTagPush, gitlab.EventTypeRelease, gitlab.EventTypeProject, gitlab.EventTypeMember:
	case gitlab.EventTypeSystemHook:
		var named struct {
			Name string `json:"event_name"`
		}
		if err := json.Unmarshal(payload, &named); err != nil {
			return event{}, err
		}
		if does := system[named.Name]; does == "" || does == Other {
			return event{Kind: Other}, nil
		}
	default:
		return event{Kind: Other}, nil
	}
	parsed, err := gitlab.ParseHook(kind, payload)
	if err != nil {
		return event{}, err
	}
	// Some events name a project by its path alone; the header says on which GitLab.
	top := strings.TrimSuffix(h.Get("X-Gitlab-Instance"), "/") + "/"
	var e event
	switch p := parsed.(type) {
	case *gitlab.PushEvent:
		e.pushed(p.Ref, p.Project.DefaultBranch)
		e.add(p.Project.WebURL, p.Project.GitHTTPURL, p.Project.GitSSHURL)
		e.ID = number(p.ProjectID)
	case *gitlab.TagEvent:
		e.pushed(p.Ref, p.Project.DefaultBranch)
		e.add(p.Project.WebURL, p.Project.GitHTTPURL, p.Project.GitSSHURL)
		e.ID = number(p.ProjectID)
	case *gitlab.PushSystemEvent:
		e.pushed(p.Ref, p.Project.DefaultBranch)
		e.add(p.Project.WebURL, p.Project.GitHTTPURL, p.Project.GitSSHURL)
		e.ID = number(p.ProjectID)
	case *gitlab.TagPushSystemEvent:
		e.pushed(p.Ref, p.Project.DefaultBranch)
		e.add(p.Project.WebURL, p.Project.GitHTTPURL, p.Project.GitSSHURL)
		e.ID = number(p.ProjectID)
	case *gitlab.ReleaseEvent:
		e.Kind = Release
		e.add(p.Project.WebURL, p.Project.GitHTTPURL, p.Project.GitSSHURL)
		e.ID = number(p.Project.ID)
	case *gitlab.ProjectWebhookEvent:
		e.Kind, e.ID = Repository, number(p.ProjectID)
		e.add(below(top, p.PathWithNamespace), below(top, p.OldPathWithNamespace))
	case *gitlab.ProjectSystemEvent:
		e.Kind, e.ID = Repository, number(p.ProjectID)
		e.add(below(top, p.PathWithNamespace), below(top, p.OldPathWithNamespace))
	case *gitlab.MemberEvent:
		e.Kind, e.Owner = Membership, below(top, p.GroupPath)
	case *gitlab.UserGroupSystemEvent:
		e.Kind, e.Owner = Membership, below(top, p.GroupPath)
	case *gitlab.UserTeamSystemEvent:
		e.Kind, e.ID = Membership, number(p.ProjectID)
		e.add(below(top, p.ProjectPathWithNamespace))
	}
	if len(e.Addresses) == 0 && e.Owner == "" {
		return event{}, errStrange
	}
	return e, nil
}

// below is the address of a path on a GitLab, "" for none.
func below(top, path string) string {
	if path == "" || !strings.Contains(top, "://") {
		return ""
	}
	return top + strings.Trim(path, "/")
}
