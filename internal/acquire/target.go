package acquire

import (
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-git/go-git/v5/plumbing/transport"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Place is where a repository lies: a folder or an endpoint, never both.
type Place struct {
	Folder   string
	Endpoint *transport.Endpoint
	// URL is the address without credentials.
	URL string
}

var (
	githubShort = regexp.MustCompile(`^github:([A-Za-z0-9][A-Za-z0-9-]*)/([A-Za-z0-9._-]+)$`)
	// scpLike is git's short form of an ssh address, "user@host:path".
	scpLike = regexp.MustCompile(`^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^/].*$`)
)

// ParseTarget understands what a user names. It refuses what git itself would
// run or take for an option: "ext::sh -c …", "-u…".
func ParseTarget(target string) (Place, error) {
	switch {
	case target == "":
		return Place{}, fmt.Errorf("no target: name a folder or an address")
	case strings.HasPrefix(target, "-"):
		return Place{}, fmt.Errorf("target %q begins with a hyphen: write ./%s for a folder of that name", Show(target), Show(target))
	case githubShort.MatchString(target):
		target = githubShort.ReplaceAllString(target, "https://github.com/$1/$2")
	case strings.HasPrefix(target, "github:"):
		return Place{}, fmt.Errorf("target %q: write github:owner/name", Show(target))
	}
	if _, err := os.Stat(target); err == nil {
		return Place{Folder: target}, nil
	}
	if before, _, found := strings.Cut(target, "::"); found && !strings.ContainsAny(before, "/[") {
		return Place{}, fmt.Errorf("target %q: remote helpers are never run; use an http, https, ssh or git address: %w", Show(target), audit.ErrUnsupported)
	}
	if scpLike.MatchString(target) {
		return parseAddress(target)
	}
	scheme, _, found := strings.Cut(target, "://")
	if !found {
		return Place{}, fmt.Errorf("audit %s: %w: no such folder; name a folder that exists, or an address such as https://forge.example/team/name.git", Show(target), audit.ErrNotFound)
	}
	switch strings.ToLower(scheme) {
	case "http", "https", "ssh", "git":
		return parseAddress(target)
	case "file":
		return parseFile(target)
	}
	return Place{}, fmt.Errorf("target %q: use http, https, ssh, git or a folder: %w", Show(target), audit.ErrUnsupported)
}

func parseFile(target string) (Place, error) {
	u, err := url.Parse(target)
	if err != nil || u.Path == "" || (u.Host != "" && u.Host != "localhost") {
		return Place{}, fmt.Errorf("target %q: write file:///folder", Show(target))
	}
	folder := filepath.FromSlash(u.Path)
	if _, err := os.Stat(folder); err != nil {
		return Place{}, fmt.Errorf("audit %s: no such folder: %w", Show(target), audit.ErrNotFound)
	}
	return Place{Folder: folder}, nil
}

func parseAddress(target string) (Place, error) {
	endpoint, err := transport.NewEndpoint(target)
	if err != nil || endpoint.Host == "" || strings.HasPrefix(endpoint.Host, "-") || strings.HasPrefix(endpoint.Path, "-") {
		return Place{}, fmt.Errorf("target %q is not an address: write https://forge.example/team/name.git", Show(target))
	}
	if strings.ContainsFunc(endpoint.Path+endpoint.User, unicode.IsControl) {
		return Place{}, fmt.Errorf("target %q holds control characters", Show(target))
	}
	public := *endpoint
	public.Password = ""
	if public.Protocol != "ssh" {
		public.User = ""
	}
	return Place{Endpoint: endpoint, URL: public.String()}, nil
}

// Show writes a target as it may be printed: without a password and without
// control characters.
func Show(target string) string {
	if u, err := url.Parse(target); err == nil && u.User != nil {
		if _, secret := u.User.Password(); secret {
			u.User = nil
			target = u.String()
		} else if u.Scheme != "ssh" {
			u.User = nil
			target = u.String()
		}
	}
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return '\uFFFD'
		}
		return r
	}, target)
}

// TokenVariable names the environment variable that holds the token of a host:
// PERENNE_GIT_TOKEN_FORGE_EXAMPLE for forge.example.
func TokenVariable(host string) string {
	name := strings.Map(func(r rune) rune {
		if r < unicode.MaxASCII && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
			return unicode.ToUpper(r)
		}
		return '_'
	}, host)
	return "PERENNE_GIT_TOKEN_" + name
}

// HostOf returns the host of an address, "" for a folder or anything else.
func HostOf(target string) string {
	place, err := ParseTarget(target)
	if err != nil || place.Endpoint == nil {
		return ""
	}
	return place.Endpoint.Host
}
