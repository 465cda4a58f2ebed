//go:build contract

package github_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/forge/github"
	"github.com/perenne-audit/perenne/internal/guard"
)

// proposals finds that every request that opens a pull request is one that GitHub
// describes.
func proposals(t *testing.T, target *url.URL) {
	p := &published{t: t, seen: map[string]int{}, prism: httputil.NewSingleHostReverseProxy(target)}
	direct := p.prism.Director
	p.prism.Director = func(r *http.Request) {
		direct(r)
		// GitHub takes the slashes of a ref as they are; Prism finds none in a parameter.
		if before, ref, found := strings.Cut(r.URL.Path, "/git/refs/"); found {
			r.URL.RawPath = before + "/git/refs/" + url.PathEscape(ref)
		}
	}
	p.prism.ModifyResponse = func(r *http.Response) error {
		if r.StatusCode >= 300 {
			body, _ := io.ReadAll(r.Body)
			t.Errorf("%s %s: %d %s", r.Request.Method, r.Request.URL.Path, r.StatusCode, body)
		}
		return nil
	}
	server := httptest.NewServer(p)
	defer server.Close()
	host := strings.TrimPrefix(server.URL, "http://")
	desk := forge.NewDesk(forge.Config{
		Open: map[forge.Kind]forge.Open{forge.GitHub: github.Open}, Hosts: []forge.Setting{{Host: host, Kind: forge.GitHub}},
		Tokens: func(string) []string { return []string{"example-token"} }, Variable: func(string) string { return "" },
		Refresh: time.Hour, Timeout: time.Minute, Guard: guard.New([]string{host}),
	})
	r, _ := forge.ParseRepo(server.URL + "/octocat/Hello-World")
	at, err := desk.Proposer(t.Context(), r)
	if err != nil {
		t.Fatal(err)
	}
	proposal := forge.Proposal{
		Commit: "7638417db6d59f3c431d3e1f261cc637155684cd", Into: "master", Branch: "new-topic", Title: "Amazing new feature", Body: "Please pull these awesome changes in!",
		Files: []forge.ProposedFile{{Path: "docs/file.rb", After: []byte("puts 1\n")}},
	}
	if found, err := at.MergeRequests(t.Context(), r, proposal.Branch); err != nil || len(found) == 0 || found[0].Number == 0 || found[0].URL == "" {
		t.Errorf("the pull requests: %+v %v", found, err)
	}
	tip, err := at.Tip(t.Context(), r, proposal.Branch)
	if err != nil || len(tip.Commit) != 40 || tip.Message == "" {
		t.Errorf("the branch: %+v %v", tip, err)
	}
	for _, old := range []forge.Tip{{}, tip} {
		if err := at.Commit(t.Context(), r, proposal, "Amazing new feature", old); err != nil {
			t.Errorf("commit: %v", err)
		}
	}
	if request, err := at.OpenRequest(t.Context(), r, proposal); err != nil || request.Number == 0 || request.State != forge.RequestOpen && request.State != forge.RequestMerged {
		t.Errorf("open: %+v %v", request, err)
	}
	for path, times := range map[string]int{"/repos/octocat/Hello-World/git/trees": 2, "/repos/octocat/Hello-World/git/refs": 1, "/repos/octocat/Hello-World/pulls": 2} {
		if p.seen[path] != times {
			t.Errorf("%s was asked %d times", path, p.seen[path])
		}
	}
}
