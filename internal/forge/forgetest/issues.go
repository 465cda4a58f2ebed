package forgetest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/forge"
)

// written is what was written to a stand-in.
type written struct {
	issues []forge.Issue // by number, from 1
	// statuses are by commit and name, the newest of each.
	statuses map[[2]string]forge.Status
	said     int
	labels   []string
	// reader may read and not set labels; without issues the repository takes none.
	reader, without bool
	// page is how many issues the stand-in lists at most at a time, 0 for what is
	// asked.
	page int
}

// Issues returns the issues of the repository, the first one first.
func (s *Server) Issues() []forge.Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.written.issues)
}

// EditByHand changes an issue as somebody in a browser does.
func (s *Server) EditByHand(number int64, change func(*forge.Issue)) {
	s.mu.Lock()
	defer s.mu.Unlock()
	change(&s.written.issues[number-1])
}

// Lose makes the stand-in do what the next request of a method whose path ends so
// asks, and hang up before it answers.
func (s *Server) Lose(method, end string) {
	mux := s.Config.Handler
	s.Fail(func(_ http.ResponseWriter, r *http.Request) bool {
		if r.Method != method || !strings.HasSuffix(r.URL.Path, end) {
			return false
		}
		s.Fail(nil)
		mux.ServeHTTP(&deaf{header: http.Header{}}, r)
		panic(http.ErrAbortHandler)
	})
}

// Refuse makes the stand-in refuse requests of a method whose path ends so.
func (s *Server) Refuse(method, end string, status int) {
	s.mu.Lock()
	before := s.fault
	s.mu.Unlock()
	s.Fail(func(w http.ResponseWriter, r *http.Request) bool {
		if r.Method == method && strings.HasSuffix(r.URL.Path, end) {
			write(w, status, map[string]string{"message": "no"})
			return true
		}
		return before != nil && before(w, r)
	})
}

// Statuses returns how often a status was written, and what is said of a commit
// under a name.
func (s *Server) Statuses(commit, name string) (times int, last forge.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written.said, s.written.statuses[[2]string{commit, name}]
}

// open keeps a new issue.
func (s *Server) open(i forge.Issue) forge.Issue {
	s.mu.Lock()
	defer s.mu.Unlock()
	i.Number = int64(len(s.written.issues) + 1)
	i.URL = fmt.Sprintf("%s/%s/issues/%d", s.URL, s.repo.Path, i.Number)
	if s.written.reader {
		i.Labels = nil
	}
	s.written.issues = append(s.written.issues, i)
	return i
}

// edit changes an issue; it reports false for one that is not there.
func (s *Server) edit(number string, change func(*forge.Issue)) (forge.Issue, bool) {
	n, err := strconv.Atoi(number)
	s.mu.Lock()
	defer s.mu.Unlock()
	if err != nil || n < 1 || n > len(s.written.issues) {
		return forge.Issue{}, false
	}
	change(&s.written.issues[n-1])
	return s.written.issues[n-1], true
}

// list returns a page, newest first, and whether more follow.
func (s *Server) list(label, page, size string) (some []forge.Issue, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n, _ := strconv.Atoi(page)
	most, _ := strconv.Atoi(size)
	if n, most = max(n, 1), max(most, 1); s.written.page > 0 {
		most = min(most, s.written.page)
	}
	all := slices.Clone(s.written.issues)
	slices.Reverse(all)
	all = slices.DeleteFunc(all, func(i forge.Issue) bool { return label != "" && !slices.Contains(i.Labels, label) })
	from := min((n-1)*most, len(all))
	to := min(from+most, len(all))
	return all[from:to], to < len(all)
}

// asked reads the body of a request.
func asked(r *http.Request) map[string]any {
	var m map[string]any
	content, _ := io.ReadAll(r.Body)
	if json.Unmarshal(content, &m) != nil {
		return map[string]any{}
	}
	return m
}

func word(m map[string]any, name string) string { s, _ := m[name].(string); return s }

// say keeps a status.
func (s *Server) say(commit string, status forge.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.written.statuses == nil {
		s.written.statuses = map[[2]string]forge.Status{}
	}
	s.written.statuses[[2]string{commit, status.Name}] = status
	s.written.said++
}

// heard returns what is said of a commit.
func (s *Server) heard(commit string) (all []forge.Status) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for key, status := range s.written.statuses {
		if key[0] == commit {
			all = append(all, status)
		}
	}
	return all
}

// wrote returns how what is written is to be taken.
func (s *Server) wrote() written {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.written
}

// next is a header that names the following page, as GitHub and Gitea write it.
func (s *Server) next(w http.ResponseWriter, r *http.Request, more bool) {
	if !more {
		return
	}
	u := *r.URL
	q := u.Query()
	page, _ := strconv.Atoi(q.Get("page"))
	q.Set("page", strconv.Itoa(max(page, 1)+1))
	u.RawQuery = q.Encode()
	w.Header().Set("Link", "<"+s.URL+u.String()+`>; rel="next"`)
}

func stateOf(closed bool, opened string) string {
	if closed {
		return "closed"
	}
	return opened
}

// githubWrites answers as GitHub does where something is written.
func (s *Server) githubWrites(mux *http.ServeMux) {
	shape := func(i forge.Issue) map[string]any {
		labels := []any{}
		for _, l := range i.Labels {
			labels = append(labels, map[string]string{"name": l})
		}
		return map[string]any{"id": 1000 + i.Number, "number": i.Number, "title": i.Title, "body": i.Body, "state": stateOf(i.Closed, "open"), "labels": labels, "html_url": i.URL}
	}
	mux.HandleFunc("GET /api/v3/repos/{owner}/{name}/issues", func(w http.ResponseWriter, r *http.Request) {
		if s.wrote().without {
			write(w, http.StatusGone, map[string]string{"message": "Issues are disabled for this repo"})
			return
		}
		q := r.URL.Query()
		some, more := s.list(q.Get("labels"), q.Get("page"), q.Get("per_page"))
		// Pull requests are listed too.
		all := []any{map[string]any{"id": 1, "number": 9999, "title": "Merge", "body": "", "state": "open", "pull_request": map[string]string{"url": "https://forge.example"}}}
		for _, i := range some {
			all = append(all, shape(i))
		}
		s.next(w, r, more)
		write(w, http.StatusOK, all)
	})
	mux.HandleFunc("POST /api/v3/repos/{owner}/{name}/issues", func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		i := forge.Issue{Title: word(m, "title"), Body: word(m, "body")}
		labels, _ := m["labels"].([]any)
		for _, l := range labels {
			i.Labels = append(i.Labels, l.(string))
		}
		write(w, http.StatusCreated, shape(s.open(i)))
	})
	one := func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		i, ok := s.edit(r.PathValue("number"), func(i *forge.Issue) {
			if body, said := m["body"].(string); said {
				i.Body = body
			}
			if state := word(m, "state"); state != "" {
				i.Closed = state == "closed"
			}
		})
		if !ok {
			write(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
			return
		}
		write(w, http.StatusOK, shape(i))
	}
	mux.HandleFunc("GET /api/v3/repos/{owner}/{name}/issues/{number}", one)
	mux.HandleFunc("PATCH /api/v3/repos/{owner}/{name}/issues/{number}", one)
	mux.HandleFunc("POST /api/v3/repos/{owner}/{name}/statuses/{sha}", func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		s.say(r.PathValue("sha"), forge.Status{Name: word(m, "context"), Failed: word(m, "state") == "failure", Words: word(m, "description"), URL: word(m, "target_url")})
		write(w, http.StatusCreated, m)
	})
	mux.HandleFunc("GET /api/v3/repos/{owner}/{name}/commits/{ref}/status", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for _, one := range s.heard(r.PathValue("ref")) {
			state := map[bool]string{true: "failure", false: "success"}[one.Failed]
			all = append(all, map[string]any{"id": 1, "context": one.Name, "state": state, "description": one.Words, "target_url": one.URL})
		}
		write(w, http.StatusOK, map[string]any{"state": "success", "total_count": len(all), "statuses": all})
	})
}

// gitlabWrites answers as GitLab does where something is written.
func (s *Server) gitlabWrites(mux *http.ServeMux) {
	shape := func(i forge.Issue) map[string]any {
		return map[string]any{"id": 1000 + i.Number, "iid": i.Number, "title": i.Title, "description": i.Body, "state": stateOf(i.Closed, "opened"), "labels": append([]string{}, i.Labels...), "web_url": i.URL}
	}
	mux.HandleFunc("GET /api/v4/projects/{id}/issues", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		some, more := s.list(q.Get("labels"), q.Get("page"), q.Get("per_page"))
		all := []any{}
		for _, i := range some {
			all = append(all, shape(i))
		}
		if more {
			page, _ := strconv.Atoi(q.Get("page"))
			w.Header().Set("X-Next-Page", strconv.Itoa(page+1))
		}
		write(w, http.StatusOK, all)
	})
	mux.HandleFunc("POST /api/v4/projects/{id}/issues", func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		i := forge.Issue{Title: word(m, "title"), Body: word(m, "description")}
		if labels := word(m, "labels"); labels != "" {
			i.Labels = strings.Split(labels, ",")
		}
		write(w, http.StatusCreated, shape(s.open(i)))
	})
	one := func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		i, ok := s.edit(r.PathValue("iid"), func(i *forge.Issue) {
			if body, said := m["description"].(string); said {
				i.Body = body
			}
			switch word(m, "state_event") {
			case "close":
				i.Closed = true
			case "reopen":
				i.Closed = false
			}
		})
		if !ok {
			write(w, http.StatusNotFound, map[string]string{"message": "404 Not found"})
			return
		}
		write(w, http.StatusOK, shape(i))
	}
	mux.HandleFunc("GET /api/v4/projects/{id}/issues/{iid}", one)
	mux.HandleFunc("PUT /api/v4/projects/{id}/issues/{iid}", one)
	mux.HandleFunc("POST /api/v4/projects/{id}/statuses/{sha}", func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		now := forge.Status{Name: word(m, "name"), Failed: word(m, "state") == "failed", Words: word(m, "description"), URL: word(m, "target_url")}
		for _, last := range s.heard(r.PathValue("sha")) {
			if last.Name == now.Name && last.Failed == now.Failed {
				// A job that has ended does not end again.
				write(w, http.StatusBadRequest, map[string]any{"message": map[string]any{"state": []string{"Cannot transition status via :success from :success"}}})
				return
			}
		}
		s.say(r.PathValue("sha"), now)
		write(w, http.StatusCreated, m)
	})
	mux.HandleFunc("GET /api/v4/projects/{id}/repository/commits/{sha}/statuses", func(w http.ResponseWriter, r *http.Request) {
		all := []any{}
		for _, one := range s.heard(r.PathValue("sha")) {
			state := map[bool]string{true: "failed", false: "success"}[one.Failed]
			all = append(all, map[string]any{"id": 7, "name": one.Name, "status": state, "description": one.Words, "target_url": one.URL})
		}
		write(w, http.StatusOK, all)
	})
}

// forgejoWrites answers as Forgejo and Gitea do where something is written.
func (s *Server) forgejoWrites(mux *http.ServeMux) {
	shape := func(i forge.Issue) map[string]any {
		labels := []any{}
		for n, l := range i.Labels {
			labels = append(labels, map[string]any{"id": n + 1, "name": l})
		}
		return map[string]any{"id": 1000 + i.Number, "number": i.Number, "title": i.Title, "body": i.Body, "state": stateOf(i.Closed, "open"), "labels": labels, "html_url": i.URL}
	}
	mux.HandleFunc("GET /api/v1/repos/{owner}/{name}/issues", func(w http.ResponseWriter, r *http.Request) {
		q := r.URL.Query()
		some, more := s.list(q.Get("labels"), q.Get("page"), q.Get("limit"))
		all := []any{}
		for _, i := range some {
			all = append(all, shape(i))
		}
		s.next(w, r, more)
		write(w, http.StatusOK, all)
	})
	mux.HandleFunc("POST /api/v1/repos/{owner}/{name}/issues", func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		i := forge.Issue{Title: word(m, "title"), Body: word(m, "body")}
		numbers, _ := m["labels"].([]any)
		for _, n := range numbers {
			i.Labels = append(i.Labels, s.wrote().labels[int(n.(float64))-1])
		}
		write(w, http.StatusCreated, shape(s.open(i)))
	})
	one := func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		i, ok := s.edit(r.PathValue("index"), func(i *forge.Issue) {
			if title := word(m, "title"); title != "" {
				i.Title = title
			}
			if body, said := m["body"].(string); said {
				i.Body = body
			}
			if state := word(m, "state"); state != "" {
				i.Closed = state == "closed"
			}
		})
		switch {
		case !ok:
			write(w, http.StatusNotFound, map[string]string{"message": "The target couldn't be found."})
		case r.Method == http.MethodPatch:
			write(w, http.StatusCreated, shape(i))
		default:
			write(w, http.StatusOK, shape(i))
		}
	}
	mux.HandleFunc("GET /api/v1/repos/{owner}/{name}/issues/{index}", one)
	mux.HandleFunc("PATCH /api/v1/repos/{owner}/{name}/issues/{index}", one)
	mux.HandleFunc("GET /api/v1/repos/{owner}/{name}/labels", func(w http.ResponseWriter, _ *http.Request) {
		all := []any{}
		for n, l := range s.wrote().labels {
			all = append(all, map[string]any{"id": n + 1, "name": l})
		}
		write(w, http.StatusOK, all)
	})
	mux.HandleFunc("POST /api/v1/repos/{owner}/{name}/labels", func(w http.ResponseWriter, r *http.Request) {
		if s.wrote().reader {
			write(w, http.StatusForbidden, map[string]string{"message": "user should have a permission to write to issues"})
			return
		}
		m := asked(r)
		s.mu.Lock()
		s.written.labels = append(s.written.labels, word(m, "name"))
		n := len(s.written.labels)
		s.mu.Unlock()
		write(w, http.StatusCreated, map[string]any{"id": n, "name": word(m, "name"), "color": word(m, "color")})
	})
	mux.HandleFunc("POST /api/v1/repos/{owner}/{name}/statuses/{sha}", func(w http.ResponseWriter, r *http.Request) {
		m := asked(r)
		s.say(r.PathValue("sha"), forge.Status{Name: word(m, "context"), Failed: word(m, "state") == "failure", Words: word(m, "description"), URL: word(m, "target_url")})
		write(w, http.StatusCreated, map[string]any{"id": 1, "context": word(m, "context"), "status": word(m, "state")})
	})
}

// forgejoStatuses are those of the stand-in's commit, as the combined answer lists
// them.
func (s *Server) forgejoStatuses(commit string) []any {
	all := []any{}
	for _, one := range s.heard(commit) {
		state := map[bool]string{true: "failure", false: "success"}[one.Failed]
		all = append(all, map[string]any{"id": 1, "context": one.Name, "status": state, "description": one.Words, "target_url": one.URL})
	}
	return all
}
