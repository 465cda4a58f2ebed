package forge

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// wellKnown are hosts that need not be asked what they are. The list saves
// requests and decides nothing that asking would not.
var wellKnown = map[string]Kind{
	"github.com": GitHub, "gitlab.com": GitLab, "codeberg.org": Forgejo, "gitea.com": Forgejo,
}

// probe is one question that only one kind of forge answers as it should.
type probe struct {
	kind Kind
	path string
	is   func(resp *http.Response, body string) bool
}

var probes = []probe{
	{Forgejo, "api/v1/version", func(resp *http.Response, body string) bool {
		var v struct{ Version string }
		return resp.StatusCode == http.StatusOK && json.Unmarshal([]byte(body), &v) == nil && v.Version != ""
	}},
	// GitLab tells its version to those who are logged in only, and says so in a way
	// of its own.
	{GitLab, "api/v4/version", func(resp *http.Response, body string) bool {
		return resp.Header.Get("X-Gitlab-Meta") != "" ||
			resp.StatusCode == http.StatusUnauthorized && strings.Contains(body, `"401 Unauthorized"`)
	}},
	{GitHub, "api/v3/meta", func(resp *http.Response, _ string) bool {
		return resp.Header.Get("X-Github-Request-Id") != "" || resp.Header.Get("X-Github-Enterprise-Version") != ""
	}},
}

// maxProbe bounds how much of the answer to a probe is read.
const maxProbe = 64 << 10

// recognise asks a host what kind of forge it is, without showing a token: whoever
// answers is not known yet. The error is that of a host which does not answer.
func recognise(ctx context.Context, client *http.Client, top *url.URL) (Kind, error) {
	for _, p := range probes {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, top.JoinPath(p.path).String(), nil)
		if err != nil {
			return Plain, err
		}
		req.Header.Set("Accept", "application/json")
		resp, err := client.Do(req)
		if err != nil {
			return Plain, Meaning(ctx, 0, err)
		}
		body, _ := io.ReadAll(io.LimitReader(resp.Body, maxProbe))
		_ = resp.Body.Close()
		switch {
		case p.is(resp, string(body)):
			return p.kind, nil
		case resp.StatusCode == http.StatusTooManyRequests:
			wait, _ := retryAfter(resp.Header, time.Now())
			return Plain, Limited(top.Host, max(wait, secondary))
		case resp.StatusCode >= http.StatusInternalServerError:
			// It may be any forge, on a bad day.
			return Plain, Meaning(ctx, resp.StatusCode, nil)
		}
	}
	return Plain, nil
}
