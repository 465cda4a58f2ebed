package forgetest

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

func itoa(n int) string { return strconv.Itoa(n) }

// gitlab answers as GitLab does.
func (s *Server) gitlab(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v4/version", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusUnauthorized, map[string]string{"message": "401 Unauthorized"})
	})
	mux.HandleFunc("GET /api/v4/projects/{path...}", func(w http.ResponseWriter, r *http.Request) {
		path, _ := url.PathUnescape(strings.TrimPrefix(r.URL.EscapedPath(), "/api/v4/projects/"))
		repo, ok := s.find(path)
		if !ok {
			write(w, http.StatusNotFound, map[string]string{"message": "404 Project Not Found"})
			return
		}
		marked(w, r, repo.Updated, gitlabProject(repo))
	})
	mux.HandleFunc("POST /api/graphql", func(w http.ResponseWriter, r *http.Request) {
		var asked struct{ Variables struct{ Path string } }
		if json.NewDecoder(r.Body).Decode(&asked) != nil {
			write(w, http.StatusBadRequest, map[string]any{"errors": []any{}})
			return
		}
		repo, ok := s.find(asked.Variables.Path)
		if !ok {
			write(w, http.StatusOK, map[string]any{"data": map[string]any{"project": nil}})
			return
		}
		write(w, http.StatusOK, gitlabQuery(repo))
	})
}

func gitlabProject(repo Repository) map[string]any {
	owner, name, _ := strings.Cut(repo.Path, "/")
	kind := "user"
	if repo.Organisation {
		kind = "group"
	}
	body := map[string]any{
		"id": repo.ID, "name": name, "path_with_namespace": repo.Path, "namespace": map[string]any{"path": owner, "full_path": owner, "kind": kind},
		"archived": repo.Archived, "default_branch": repo.Branch, "description": repo.About, "topics": repo.Topics,
		"issues_access_level": "enabled", "license": map[string]string{"key": strings.ToLower(repo.Licence)}, "updated_at": repo.Updated,
	}
	if repo.Fork {
		body["forked_from_project"] = map[string]any{"path_with_namespace": repo.Parent}
	}
	return body
}

func gitlabQuery(repo Repository) map[string]any {
	status := map[string]string{"passed": "SUCCESS", "failed": "FAILED", "running": "RUNNING"}[repo.CI]
	var pipelines, jobs []any
	if status != "" {
		jobs = append(jobs, map[string]any{"name": "test", "status": status, "allowFailure": false}, map[string]any{"name": "style", "status": "FAILED", "allowFailure": true})
	}
	if repo.Own {
		jobs, status = append(jobs, map[string]any{"name": "perenne/guichet", "status": "FAILED", "allowFailure": false}), "FAILED"
	}
	if status != "" {
		pipelines = []any{map[string]any{"status": status, "jobs": map[string]any{"nodes": jobs}}}
	}
	level := func(n int) any { return map[string]any{"accessLevel": map[string]int{"integerValue": n}} }
	people := []any{level(30)}
	for range repo.Admins {
		people = append(people, level(40))
	}
	return map[string]any{"data": map[string]any{"project": map[string]any{
		"releases":       map[string]any{"count": repo.Releases, "nodes": []any{map[string]any{"releasedAt": repo.LatestRelease}}},
		"open":           map[string]int{"count": repo.OpenIssues},
		"branchRules":    map[string]any{"nodes": []any{map[string]bool{"isDefault": true, "isProtected": repo.Protected}}},
		"pipelines":      map[string]any{"nodes": pipelines},
		"projectMembers": map[string]any{"nodes": people},
	}}}
}

// forgejo answers as Forgejo and Gitea do.
func (s *Server) forgejo(mux *http.ServeMux) {
	mux.HandleFunc("GET /api/v1/version", func(w http.ResponseWriter, _ *http.Request) {
		write(w, http.StatusOK, map[string]string{"version": "13.0.1+gitea-1.22.0"})
	})
	mux.HandleFunc("GET /api/v1/repos/{owner}/{name}", func(w http.ResponseWriter, r *http.Request) {
		repo, ok := s.find(r.PathValue("owner") + "/" + r.PathValue("name"))
		if !ok {
			write(w, http.StatusNotFound, map[string]string{"message": "The target couldn't be found."})
			return
		}
		write(w, http.StatusOK, forgejoRepository(repo))
	})
	mux.HandleFunc("GET /api/v1/orgs/{owner}", func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		organisation := s.repo.Organisation
		if len(s.held) > 0 {
			organisation = slices.ContainsFunc(s.held, func(one Repository) bool { return one.Organisation && owned(one.Path, r.PathValue("owner")) })
		}
		s.mu.Unlock()
		if !organisation {
			write(w, http.StatusNotFound, map[string]string{"message": "The target couldn't be found."})
			return
		}
		write(w, http.StatusOK, map[string]any{"id": uid(r.PathValue("owner")), "username": r.PathValue("owner")})
	})
	mux.HandleFunc("GET /api/v1/repos/{owner}/{name}/commits/{ref}/status", func(w http.ResponseWriter, r *http.Request) {
		repo, _ := s.find(r.PathValue("owner") + "/" + r.PathValue("name"))
		state := map[string]string{"passed": "success", "failed": "failure", "running": "pending"}[repo.CI]
		statuses := s.forgejoStatuses(r.PathValue("ref"))
		if state != "" {
			statuses = append(statuses, map[string]any{"id": 2, "context": "ci", "status": state})
		}
		if repo.Own {
			statuses, state = append(statuses, map[string]any{"id": 3, "context": "perenne/guichet", "status": "failure"}), "failure"
		}
		write(w, http.StatusOK, map[string]any{"state": state, "total_count": len(statuses), "statuses": statuses})
	})
}

func forgejoRepository(repo Repository) map[string]any {
	owner, name, _ := strings.Cut(repo.Path, "/")
	body := map[string]any{
		"id": repo.ID, "name": name, "full_name": repo.Path, "owner": map[string]any{"login": owner},
		"archived": repo.Archived, "fork": repo.Fork, "default_branch": repo.Branch, "website": repo.Homepage,
		"description": repo.About, "topics": repo.Topics, "has_issues": true, "open_issues_count": repo.OpenIssues,
		"release_counter": repo.Releases, "updated_at": repo.Updated, "licenses": []string{repo.Licence},
	}
	if repo.Fork {
		body["parent"] = map[string]any{"full_name": repo.Parent}
	}
	return body
}

func unix(t time.Time) string { return strconv.FormatInt(t.Unix(), 10) }
