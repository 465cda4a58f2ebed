package forgetest

import (
	"encoding/json"
	"net/http"
	"strings"
	"time"
)

// github answers as GitHub Enterprise does, whose API lies below the host.
func (s *Server) github(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v3/meta", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("X-GitHub-Enterprise-Version", "enterprise-server@3.19.0")
		write(w, http.StatusOK, map[string]any{"verifiable_password_authentication": true})
	})
	mux.HandleFunc("GET /api/v3/repos/{owner}/{name}", func(w http.ResponseWriter, r *http.Request) {
		repo, ok := s.find(r.PathValue("owner") + "/" + r.PathValue("name"))
		if !ok {
			write(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
			return
		}
		marked(w, r, repo.Updated, GitHubRepository(repo))
	})
	mux.HandleFunc("GET /api/v3/repos/{owner}/{name}/private-vulnerability-reporting", func(w http.ResponseWriter, r *http.Request) {
		repo, _ := s.find(r.PathValue("owner") + "/" + r.PathValue("name"))
		write(w, http.StatusOK, map[string]bool{"enabled": repo.Private})
	})
	mux.HandleFunc("GET /api/v3/repos/{owner}/{name}/releases", s.githubReleases)
	mux.HandleFunc("POST /api/graphql", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Variables struct{ Owner, Name string } }
		if json.NewDecoder(r.Body).Decode(&asked) != nil {
			write(w, http.StatusBadRequest, map[string]string{"message": "Problems parsing JSON"})
			return
		}
		repo, ok := s.find(asked.Variables.Owner + "/" + asked.Variables.Name)
		if !ok {
			write(w, http.StatusOK, map[string]any{"data": map[string]any{"repository": nil}, "errors": []any{map[string]any{"type": "NOT_FOUND", "path": []string{"repository"}}}})
			return
		}
		write(w, http.StatusOK, GitHubQuery(repo))
	})
}

// githubReleases writes one on a page, and how many pages there are.
func (s *Server) githubReleases(w http.ResponseWriter, r *http.Request) {
	repo, _ := s.find(r.PathValue("owner") + "/" + r.PathValue("name"))
	if repo.Releases == 0 {
		write(w, http.StatusOK, []any{})
		return
	}
	if repo.Releases > 1 {
		last := *r.URL
		q := last.Query()
		q.Set("page", itoa(repo.Releases))
		last.RawQuery = q.Encode()
		w.Header().Set("Link", "<"+s.URL+last.String()+`>; rel="last"`)
	}
	write(w, http.StatusOK, []any{map[string]any{"id": 1, "tag_name": "v1", "published_at": repo.LatestRelease}})
}

// GitHubRepository is the answer about a repository.
func GitHubRepository(repo Repository) map[string]any {
	owner, name, _ := strings.Cut(repo.Path, "/")
	kind := "User"
	if repo.Organisation {
		kind = "Organization"
	}
	body := map[string]any{
		"id": repo.ID, "name": name, "full_name": repo.Path, "owner": map[string]any{"login": owner, "type": kind},
		"archived": repo.Archived, "fork": repo.Fork, "default_branch": repo.Branch, "homepage": repo.Homepage,
		"description": repo.About, "topics": repo.Topics, "has_issues": true, "open_issues_count": repo.OpenIssues,
		"license": map[string]any{"key": strings.ToLower(repo.Licence), "spdx_id": repo.Licence}, "updated_at": repo.Updated,
	}
	if repo.Fork {
		body["parent"] = map[string]any{"full_name": repo.Parent}
	}
	return body
}

// GitHubQuery is the answer to the query that gathers.
func GitHubQuery(repo Repository) map[string]any {
	state := map[string]string{"passed": "SUCCESS", "failed": "FAILURE", "running": "PENDING"}[repo.CI]
	branch := map[string]any{"refUpdateRule": nil, "rules": map[string]int{"totalCount": 0}, "target": map[string]any{"statusCheckRollup": nil}}
	if repo.Protected {
		branch["refUpdateRule"] = map[string]string{"pattern": repo.Branch}
	}
	contexts := []any{}
	if state != "" {
		contexts = append(contexts, map[string]any{"conclusion": map[string]any{"SUCCESS": "SUCCESS", "FAILURE": "FAILURE"}[state]})
	}
	if repo.Own {
		contexts, state = append(contexts, map[string]any{"context": "perenne/guichet", "state": "FAILURE"}), "FAILURE"
	}
	if state != "" {
		branch["target"] = map[string]any{"statusCheckRollup": map[string]any{"state": state, "contexts": map[string]any{"nodes": contexts}}}
	}
	people := []any{map[string]string{"permission": "WRITE"}}
	for range repo.Admins {
		people = append(people, map[string]string{"permission": "ADMIN"})
	}
	return map[string]any{"data": map[string]any{"repository": map[string]any{
		"releases":         map[string]any{"totalCount": repo.Releases, "nodes": []any{map[string]any{"publishedAt": repo.LatestRelease}}},
		"refs":             map[string]int{"totalCount": repo.Tags},
		"open":             map[string]int{"totalCount": repo.OpenIssues},
		"newest":           map[string]any{"nodes": githubIssues(repo)},
		"defaultBranchRef": branch,
		"collaborators":    map[string]any{"totalCount": len(people), "edges": people},
	}}}
}

// githubIssues are three: two that were answered, first by a program or by who
// asked, and one that was not.
func githubIssues(repo Repository) []any {
	opened := repo.Updated.Add(-90 * 24 * time.Hour)
	comment := func(after time.Duration, login, kind string) any {
		return map[string]any{"createdAt": opened.Add(after), "author": map[string]string{"login": login, "__typename": kind}}
	}
	issue := func(comments ...any) any {
		return map[string]any{"createdAt": opened, "author": map[string]string{"login": "usager", "__typename": "User"},
			"comments": map[string]any{"nodes": comments}}
	}
	return []any{
		issue(comment(time.Minute, "stale", "Bot"), comment(repo.AnswerAfter[0], "mainteneuse", "User")),
		issue(comment(time.Minute, "usager", "User"), comment(repo.AnswerAfter[1], "mainteneuse", "User")),
		issue(),
	}
}
