package forgetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Hold makes the stand-in hold these repositories: it lists them in this order, which
// is that of their numbers, and knows each.
func (s *Server) Hold(repos ...Repository) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = slices.Clone(repos)
}

// Holding are n repositories of an organisation, from r1 on.
func Holding(owner string, n int) []Repository {
	repos := make([]Repository, n)
	for i := range repos {
		repos[i] = Example()
		repos[i].ID, repos[i].Path = int64(i+1), fmt.Sprintf("%s/r%d", owner, i+1)
		repos[i].Fork, repos[i].Organisation = false, true
	}
	return repos
}

// lists adds what a forge of the kind answers when it is asked for lists.
func (s *Server) lists(mux *http.ServeMux) {
	switch s.Kind {
	case forge.GitHub:
		mux.HandleFunc("GET /api/v3/orgs/{owner}/repos", s.githubOwned(true))
		mux.HandleFunc("GET /api/v3/users/{owner}/repos", s.githubOwned(false))
		mux.HandleFunc("GET /api/v3/search/repositories", s.githubSearch)
	case forge.GitLab:
		mux.HandleFunc("GET /api/v4/groups/{path}/projects", s.gitlabOwned(true))
		mux.HandleFunc("GET /api/v4/users/{path}/projects", s.gitlabOwned(false))
		mux.HandleFunc("GET /api/v4/projects", s.gitlabTopic)
	case forge.Forgejo:
		mux.HandleFunc("GET /api/v1/users/{owner}", s.forgejoUser)
		mux.HandleFunc("GET /api/v1/repos/search", s.forgejoSearch)
	}
}

// visible are the repositories that fit and that the token is shown.
func (s *Server) visible(r *http.Request, fits func(Repository) bool) []Repository {
	s.mu.Lock()
	defer s.mu.Unlock()
	var all []Repository
	for _, one := range s.held {
		if fits(one) && (len(one.SeenBy) == 0 || slices.Contains(one.SeenBy, tokenOf(r))) {
			all = append(all, one)
		}
	}
	return all
}

// owned reports whether a path lies below an owner; a group has sub-groups.
func owned(path, owner string) bool {
	return strings.HasPrefix(strings.ToLower(path), strings.ToLower(owner)+"/")
}

// page cuts out the part that is asked for, and says how in the headers of each kind.
func (s *Server) page(w http.ResponseWriter, r *http.Request, all []Repository, size string) []Repository {
	q := r.URL.Query()
	number, _ := strconv.Atoi(q.Get("page"))
	per, _ := strconv.Atoi(q.Get(size))
	number, per = max(number, 1), min(max(per, 1), 100)
	w.Header().Set("X-Total-Count", itoa(len(all)))
	if number*per < len(all) {
		w.Header().Set("X-Next-Page", itoa(number+1))
		next := *r.URL
		q.Set("page", itoa(number+1))
		next.RawQuery = q.Encode()
		w.Header().Set("Link", "<"+s.URL+next.String()+`>; rel="next"`)
	}
	return all[min((number-1)*per, len(all)):min(number*per, len(all))]
}

// listed writes a list that has a mark; a forge that has none does not mark.
func listed(w http.ResponseWriter, r *http.Request, body any) {
	content, _ := json.Marshal(body)
	etag := fmt.Sprintf(`W/"%x"`, hash(string(content)+tokenOf(r)))
	w.Header().Set("ETag", etag)
	if r.Header.Get("If-None-Match") == etag {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	write(w, http.StatusOK, body)
}

func each(repos []Repository, as func(Repository) map[string]any) []any {
	all := make([]any, len(repos))
	for i, one := range repos {
		all[i] = as(one)
	}
	return all
}

func (s *Server) githubOwned(organisation bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		owner := r.PathValue("owner")
		all := s.visible(r, func(one Repository) bool { return owned(one.Path, owner) })
		if len(all) == 0 || organisation && !all[0].Organisation {
			if !strings.HasPrefix(owner, "empty") {
				write(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
				return
			}
		}
		listed(w, r, each(s.page(w, r, all, "per_page"), GitHubRepository))
	}
}

// githubSearch shows the first thousand and counts all.
func (s *Server) githubSearch(w http.ResponseWriter, r *http.Request) {
	_, rest, found := strings.Cut(r.URL.Query().Get("q"), `topic:"`)
	topic, _, _ := strings.Cut(rest, `"`)
	if !found {
		write(w, http.StatusUnprocessableEntity, map[string]string{"message": "Validation Failed"})
		return
	}
	all := s.visible(r, func(one Repository) bool { return slices.Contains(one.Topics, topic) })
	shown := all[:min(len(all), 1000)]
	write(w, http.StatusOK, map[string]any{
		"total_count": len(all), "incomplete_results": false, "items": each(s.page(w, r, shown, "per_page"), GitHubRepository),
	})
}

func (s *Server) gitlabOwned(group bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		owner := r.PathValue("path")
		all := s.visible(r, func(one Repository) bool { return owned(one.Path, owner) })
		if len(all) == 0 || all[0].Organisation != group {
			if !strings.HasPrefix(owner, "empty") {
				write(w, http.StatusNotFound, map[string]string{"message": "404 Group Not Found"})
				return
			}
		}
		if group && r.URL.Query().Get("include_subgroups") != "true" {
			all = slices.DeleteFunc(all, func(one Repository) bool { return strings.Count(one.Path, "/") > strings.Count(owner, "/")+1 })
		}
		listed(w, r, each(s.page(w, r, all, "per_page"), gitlabProject))
	}
}

func (s *Server) gitlabTopic(w http.ResponseWriter, r *http.Request) {
	topic := r.URL.Query().Get("topic")
	all := s.visible(r, func(one Repository) bool { return slices.Contains(one.Topics, topic) })
	listed(w, r, each(s.page(w, r, all, "per_page"), gitlabProject))
}

// uid is the number of an owner: the name as one.
func uid(owner string) int64 { return int64(hash(strings.ToLower(owner)) % (1 << 40)) }

func (s *Server) forgejoUser(w http.ResponseWriter, r *http.Request) {
	owner := r.PathValue("owner")
	if len(s.visible(r, func(one Repository) bool { return owned(one.Path, owner) })) == 0 && !strings.HasPrefix(owner, "empty") {
		write(w, http.StatusNotFound, map[string]string{"message": "The target couldn't be found."})
		return
	}
	write(w, http.StatusOK, map[string]any{"id": uid(owner), "login": owner})
}

func (s *Server) forgejoSearch(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	all := s.visible(r, func(one Repository) bool {
		owner, _, _ := strings.Cut(one.Path, "/")
		if q.Get("topic") == "true" {
			return slices.Contains(one.Topics, q.Get("q"))
		}
		return q.Get("exclusive") == "true" && strconv.FormatInt(uid(owner), 10) == q.Get("uid")
	})
	write(w, http.StatusOK, map[string]any{"ok": true, "data": each(s.page(w, r, all, "limit"), forgejoRepository)})
}
