package forgetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/forge"
)

// branches is what a stand-in holds of git: the newest commit of each branch, and
// the merge requests.
type branches struct {
	tips     map[string]commit
	made     map[string]commit
	trees    map[string]map[string]string
	requests []request
}

// commit is one commit with its files.
type commit struct {
	SHA, Message, Parent string
	Files                map[string]string
	// Amended is how long after it was made it was written again.
	Amended time.Duration
}

// dates are those of the author and of the committer.
func (c commit) dates() (authored, committed string) {
	made := time.Date(2026, 10, 2, 8, 0, 0, 0, time.UTC)
	return made.Format(time.RFC3339), made.Add(c.Amended).Format(time.RFC3339)
}

// described is a commit as GitHub, Gitea and Forgejo tell it.
func (c commit) described() map[string]any {
	authored, committed := c.dates()
	return map[string]any{"message": c.Message, "author": map[string]string{"date": authored}, "committer": map[string]string{"date": committed}}
}

type request struct {
	number           int
	head, into       string
	title, body      string
	closed, merged   bool
	fromAnotherOwner bool
}

// Main is the newest commit of the branch that proposals begin at.
const Main = "6113728f27ae82c7b1a177c8d03f9e96e0adf246"

func newBranches() branches {
	b := branches{tips: map[string]commit{}, made: map[string]commit{}, trees: map[string]map[string]string{}}
	b.put("main", commit{SHA: Main, Message: "Premier jet", Files: map[string]string{"README.md": "# Guichet\n"}})
	return b
}

func (b *branches) put(branch string, c commit) {
	b.tips[branch], b.made[c.SHA] = c, c
	b.trees["tree-"+c.SHA] = c.Files
}

// on returns a commit's files with others over them, and a name for the new one.
func (b *branches) on(parent commit, message string, changed map[string]string) commit {
	files := map[string]string{}
	for name, content := range parent.Files {
		files[name] = content
	}
	for name, content := range changed {
		files[name] = content
	}
	return commit{SHA: fmt.Sprintf("%040x", len(b.made)+1), Message: message, Parent: parent.SHA, Files: files}
}

// Held returns the files of a branch, nil for none, and how many merge requests
// there are.
func (s *Server) Held(branch string) (files map[string]string, requests int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.git.tips[branch].Files, len(s.git.requests)
}

// Publish makes the branch main another commit.
func (s *Server) Publish(sha string, files map[string]string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.git.put("main", commit{SHA: sha, Files: files})
}

// CommitAs has somebody commit to a branch.
func (s *Server) CommitAs(branch, message string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.git.put(branch, s.git.on(s.git.tips[branch], message, map[string]string{"NOTES.md": message}))
}

// Amend has somebody change a file in the newest commit of a branch, and keep what
// the commit says.
func (s *Server) Amend(branch, path, content string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	tip := s.git.tips[branch]
	c := s.git.on(tip, tip.Message, map[string]string{path: content})
	c.Parent, c.Amended = tip.Parent, time.Hour
	s.git.put(branch, c)
}

// End closes the newest merge request, merged or not.
func (s *Server) End(merged bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	last := &s.git.requests[len(s.git.requests)-1]
	last.closed, last.merged = true, merged
	if merged {
		delete(s.git.tips, last.head)
	}
}

// locked is a handler that works on the branches.
func (s *Server) locked(h func(w http.ResponseWriter, r *http.Request, b *branches)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		defer s.mu.Unlock()
		h(w, r, &s.git)
	}
}

func lacks(w http.ResponseWriter) {
	write(w, http.StatusNotFound, map[string]string{"message": "Not Found"})
}

// read decodes a request; one that is malformed is answered, and false.
func read(w http.ResponseWriter, r *http.Request, into any) bool {
	if json.NewDecoder(r.Body).Decode(into) != nil {
		write(w, http.StatusUnprocessableEntity, map[string]string{"message": "Problems parsing JSON"})
		return false
	}
	return true
}

// open adds a merge request, unless there is one, or no branch.
func (b *branches) open(w http.ResponseWriter, q request) (request, bool) {
	for _, one := range b.requests {
		if one.head == q.head && !one.closed {
			write(w, http.StatusConflict, map[string]string{"message": "Another open merge request already exists"})
			return q, false
		}
	}
	if _, there := b.tips[q.head]; !there || q.title == "" {
		write(w, http.StatusUnprocessableEntity, map[string]string{"message": "Validation Failed"})
		return q, false
	}
	q.number = len(b.requests) + 1
	b.requests = append(b.requests, q)
	return q, true
}

// githubGit answers as GitHub does about git and pull requests.
func (s *Server) githubGit(mux *http.ServeMux) {
	const at = " /api/v3/repos/{owner}/{name}"
	mux.HandleFunc("GET"+at+"/branches/{branch...}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		tip, there := b.tips[r.PathValue("branch")]
		if !there {
			lacks(w)
			return
		}
		write(w, http.StatusOK, map[string]any{"name": r.PathValue("branch"), "commit": map[string]any{"sha": tip.SHA, "commit": tip.described()}})
	}))
	mux.HandleFunc("GET"+at+"/git/commits/{sha}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		c, there := b.made[r.PathValue("sha")]
		if !there {
			lacks(w)
			return
		}
		write(w, http.StatusOK, map[string]any{"sha": c.SHA, "message": c.Message, "tree": map[string]string{"sha": "tree-" + c.SHA}})
	}))
	mux.HandleFunc("POST"+at+"/git/trees", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct {
			Base string `json:"base_tree"`
			Tree []struct{ Path, Content string }
		}
		if !read(w, r, &asked) {
			return
		}
		changed := map[string]string{}
		for _, e := range asked.Tree {
			changed[e.Path] = e.Content
		}
		sha := fmt.Sprintf("tree-%d", len(b.trees))
		b.trees[sha] = b.on(commit{Files: b.trees[asked.Base]}, "", changed).Files
		write(w, http.StatusCreated, map[string]any{"sha": sha})
	}))
	mux.HandleFunc("POST"+at+"/git/commits", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct {
			Message, Tree string
			Parents       []string
		}
		if !read(w, r, &asked) {
			return
		}
		c := commit{SHA: fmt.Sprintf("%040x", len(b.made)+1), Message: asked.Message, Parent: strings.Join(asked.Parents, " "), Files: b.trees[asked.Tree]}
		b.made[c.SHA] = c
		write(w, http.StatusCreated, map[string]any{"sha": c.SHA, "message": c.Message, "tree": map[string]string{"sha": asked.Tree}})
	}))
	mux.HandleFunc("POST"+at+"/git/refs", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct{ Ref, SHA string }
		if !read(w, r, &asked) {
			return
		}
		name := strings.TrimPrefix(asked.Ref, "refs/heads/")
		if _, there := b.tips[name]; there {
			write(w, http.StatusUnprocessableEntity, map[string]string{"message": "Reference already exists"})
			return
		}
		b.tips[name] = b.made[asked.SHA]
		write(w, http.StatusCreated, map[string]any{"ref": asked.Ref, "object": map[string]string{"sha": asked.SHA}})
	}))
	mux.HandleFunc("PATCH"+at+"/git/refs/heads/{branch...}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct {
			SHA   string
			Force bool
		}
		if !read(w, r, &asked) {
			return
		}
		if name := r.PathValue("branch"); !asked.Force && b.made[asked.SHA].Parent != b.tips[name].SHA {
			write(w, http.StatusUnprocessableEntity, map[string]string{"message": "Update is not a fast forward"})
			return
		}
		b.tips[r.PathValue("branch")] = b.made[asked.SHA]
		write(w, http.StatusOK, map[string]any{"ref": "refs/heads/" + r.PathValue("branch"), "object": map[string]string{"sha": asked.SHA}})
	}))
	mux.HandleFunc("GET"+at+"/pulls", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		found := []any{}
		for _, q := range b.requests {
			if r.URL.Query().Get("head") == r.PathValue("owner")+":"+q.head && r.URL.Query().Get("state") == "all" && !q.fromAnotherOwner {
				found = append(found, s.githubPull(q))
			}
		}
		write(w, http.StatusOK, found)
	}))
	mux.HandleFunc("POST"+at+"/pulls", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct{ Title, Body, Head, Base string }
		if !read(w, r, &asked) {
			return
		}
		if q, ok := b.open(w, request{head: asked.Head, into: asked.Base, title: asked.Title, body: asked.Body}); ok {
			write(w, http.StatusCreated, s.githubPull(q))
		}
	}))
}

func (s *Server) githubPull(q request) map[string]any {
	body := map[string]any{"number": q.number, "state": "open", "html_url": fmt.Sprintf("%s/%s/pull/%d", s.URL, s.repo.Path, q.number),
		"title": q.title, "body": q.body, "head": map[string]string{"ref": q.head}, "base": map[string]string{"ref": q.into}, "merged_at": nil}
	if q.closed {
		body["state"] = "closed"
	}
	if q.merged {
		body["merged_at"] = "2026-10-02T08:00:00Z"
	}
	return body
}

// gitlabGit answers as GitLab does about branches and merge requests.
func (s *Server) gitlabGit(mux *http.ServeMux) {
	const at = " /api/v4/projects/{id}"
	mux.HandleFunc("GET"+at+"/repository/branches/{branch}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		tip, there := b.tips[r.PathValue("branch")]
		if !there {
			write(w, http.StatusNotFound, map[string]string{"message": "404 Branch Not Found"})
			return
		}
		authored, committed := tip.dates()
		write(w, http.StatusOK, map[string]any{"name": r.PathValue("branch"), "commit": map[string]any{
			"id": tip.SHA, "message": tip.Message, "authored_date": authored, "committed_date": committed,
		}})
	}))
	mux.HandleFunc("POST"+at+"/repository/commits", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct {
			Branch  string
			Message string `json:"commit_message"`
			Start   string `json:"start_sha"`
			Force   bool
			Actions []struct {
				Action, Content, Encoding string
				Path                      string `json:"file_path"`
			}
		}
		if !read(w, r, &asked) {
			return
		}
		refuse := func(why string) { write(w, http.StatusBadRequest, map[string]string{"message": why}) }
		if _, there := b.tips[asked.Branch]; there && !asked.Force {
			refuse("A branch called '" + asked.Branch + "' already exists.")
			return
		}
		changed := map[string]string{}
		for _, a := range asked.Actions {
			_, there := b.made[asked.Start].Files[a.Path]
			if content, err := base64.StdEncoding.DecodeString(a.Content); err != nil || a.Encoding != "base64" || there != (a.Action == "update") {
				refuse("A file with this name already exists, or doesn't")
				return
			} else {
				changed[a.Path] = string(content)
			}
		}
		c := b.on(b.made[asked.Start], asked.Message, changed)
		b.put(asked.Branch, c)
		write(w, http.StatusCreated, map[string]any{"id": c.SHA, "message": c.Message})
	}))
	mux.HandleFunc("GET"+at+"/merge_requests", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		found := []any{}
		for _, q := range b.requests {
			if r.URL.Query().Get("source_branch") == q.head {
				found = append(found, s.gitlabRequest(q))
			}
		}
		write(w, http.StatusOK, found)
	}))
	mux.HandleFunc("POST"+at+"/merge_requests", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct {
			Title, Description string
			Source             string `json:"source_branch"`
			Target             string `json:"target_branch"`
		}
		if !read(w, r, &asked) {
			return
		}
		if q, ok := b.open(w, request{head: asked.Source, into: asked.Target, title: asked.Title, body: asked.Description}); ok {
			write(w, http.StatusCreated, s.gitlabRequest(q))
		}
	}))
}

func (s *Server) gitlabRequest(q request) map[string]any {
	body := map[string]any{"iid": q.number, "state": "opened", "web_url": fmt.Sprintf("%s/%s/-/merge_requests/%d", s.URL, s.repo.Path, q.number),
		"title": q.title, "description": q.body, "source_branch": q.head, "target_branch": q.into, "source_project_id": s.repo.ID, "target_project_id": s.repo.ID}
	switch {
	case q.merged:
		body["state"] = "merged"
	case q.closed:
		body["state"] = "closed"
	}
	if q.fromAnotherOwner {
		body["source_project_id"] = 9
	}
	return body
}

// forgejoGit answers as Forgejo and Gitea do about branches and pull requests.
func (s *Server) forgejoGit(mux *http.ServeMux) {
	const at = " /api/v1/repos/{owner}/{name}"
	mux.HandleFunc("GET"+at+"/branches/{branch...}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		tip, there := b.tips[r.PathValue("branch")]
		if !there {
			lacks(w)
			return
		}
		write(w, http.StatusOK, map[string]any{"name": r.PathValue("branch"), "commit": map[string]any{"id": tip.SHA, "message": tip.Message}})
	}))
	mux.HandleFunc("GET"+at+"/git/commits/{sha}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		c, there := b.made[r.PathValue("sha")]
		if !there {
			lacks(w)
			return
		}
		write(w, http.StatusOK, map[string]any{"sha": c.SHA, "commit": c.described()})
	}))
	mux.HandleFunc("GET"+at+"/contents/{path...}", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		content, there := b.tips[r.URL.Query().Get("ref")].Files[r.PathValue("path")]
		if !there {
			lacks(w)
			return
		}
		write(w, http.StatusOK, map[string]any{"path": r.PathValue("path"), "sha": blobOf(content)})
	}))
	mux.HandleFunc("POST"+at+"/contents", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct {
			Branch, Message string
			New             string `json:"new_branch"`
			Files           []struct{ Operation, Path, Content, SHA string }
		}
		if !read(w, r, &asked) {
			return
		}
		from, into := b.tips[asked.Branch], asked.Branch
		if asked.New != "" {
			if into = asked.New; b.tips[into].SHA != "" {
				write(w, http.StatusConflict, map[string]string{"message": "branch already exists"})
				return
			}
		}
		changed := map[string]string{}
		for _, f := range asked.Files {
			before, there := from.Files[f.Path]
			content, err := base64.StdEncoding.DecodeString(f.Content)
			if err != nil || there != (f.Operation == "update") || there && f.SHA != blobOf(before) {
				write(w, http.StatusUnprocessableEntity, map[string]string{"message": "sha does not match, or file already exists"})
				return
			}
			changed[f.Path] = string(content)
		}
		b.put(into, b.on(from, asked.Message, changed))
		write(w, http.StatusCreated, map[string]any{"commit": map[string]any{"sha": b.tips[into].SHA}})
	}))
	mux.HandleFunc("GET"+at+"/pulls", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		// Three on a page, whatever is asked for, as a server may be set up.
		found, page := []any{}, 0
		_, _ = fmt.Sscan(r.URL.Query().Get("page"), &page)
		for i := (page - 1) * 3; i >= 0 && i < min(page*3, len(b.requests)) && r.URL.Query().Get("state") == "all"; i++ {
			found = append(found, s.forgejoPull(b.requests[i]))
		}
		write(w, http.StatusOK, found)
	}))
	mux.HandleFunc("POST"+at+"/pulls", s.locked(func(w http.ResponseWriter, r *http.Request, b *branches) {
		var asked struct{ Title, Body, Head, Base string }
		if !read(w, r, &asked) {
			return
		}
		if q, ok := b.open(w, request{head: asked.Head, into: asked.Base, title: asked.Title, body: asked.Body}); ok {
			write(w, http.StatusCreated, s.forgejoPull(q))
		}
	}))
}

func (s *Server) forgejoPull(q request) map[string]any {
	from := s.repo.ID
	if q.fromAnotherOwner {
		from = 9
	}
	state := "open"
	if q.closed {
		state = "closed"
	}
	return map[string]any{"number": q.number, "state": state, "merged": q.merged, "html_url": fmt.Sprintf("%s/%s/pulls/%d", s.URL, s.repo.Path, q.number),
		"title": q.title, "body": q.body, "head": map[string]any{"ref": q.head, "repo_id": from}, "base": map[string]any{"ref": q.into, "repo_id": s.repo.ID}}
}

// gitOf are what answers about git, by kind.
func (s *Server) gitOf(kind forge.Kind) func(*http.ServeMux) {
	return map[forge.Kind]func(*http.ServeMux){forge.GitHub: s.githubGit, forge.GitLab: s.gitlabGit, forge.Forgejo: s.forgejoGit}[kind]
}
