package portfolio

import (
	"fmt"
	"net/url"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

func (v value) dir() string { return filepath.Dir(v.File) }

func repositories(v value) []audit.Source {
	var all []audit.Source
	lines := map[string]int{}
	v.list("repositories", func(v value) {
		s := source(v)
		if s.URL == "" {
			return
		}
		if first, twice := lines[identity(s.URL)]; twice {
			v.Fault(fmt.Sprintf("the repository %s is listed twice, first on line %d", form.Quote(s.URL), first), "list it once; without folder all of it is audited")
			return
		}
		lines[identity(s.URL)] = v.Node.Line
		all = append(all, s)
	})
	return all
}

func source(v value) audit.Source {
	s := audit.Source{Role: audit.RoleApplication}
	v.object("a repository",
		field{"url", func(v value) { s.URL = v.address() }},
		field{"branch", func(v value) { s.Branch = v.branch() }},
		field{"role", func(v value) { s.Role = form.Choose(v.Value, "role", audit.Roles) }},
		field{"folder", func(v value) { s.Folder = v.folder() }},
		field{"kinds", func(v value) { s.Kinds = kinds(v) }},
	)
	v.Must("a repository", "url", s.URL)
	return s
}

func (v value) address() string {
	s := v.Text()
	if s == "" {
		return ""
	}
	resolved, wrong, instead := address(v.dir(), s)
	if wrong != "" {
		v.Fault(wrong, instead)
		return ""
	}
	return resolved
}

var (
	githubShort = regexp.MustCompile(`^github:[A-Za-z0-9][A-Za-z0-9-]*/[A-Za-z0-9._-]+$`)
	// scpLike is git's short form of an ssh address, "user@host:path".
	scpLike = regexp.MustCompile(`^[A-Za-z0-9_.-]+@[A-Za-z0-9.-]+:[^/].*$`)
	// hostFirst is an address whose scheme was forgotten.
	hostFirst = regexp.MustCompile(`^(?:www\.)?(?:github\.com|gitlab\.com|codeberg\.org|framagit\.org|git\.[a-z0-9.-]+)/`)
)

var schemes = []string{"http", "https", "ssh", "git", "file"}

// address resolves what a repository is called by, relative paths against dir,
// or says what is wrong with it.
func address(dir, s string) (resolved, wrong, instead string) {
	scheme, _, absolute := strings.Cut(s, "://")
	helper, _, remote := strings.Cut(s, "::")
	switch {
	case strings.HasPrefix(s, "-"):
		return "", form.Quote(s) + " begins with a hyphen", "write ./ in front of a folder"
	case remote && !strings.ContainsAny(helper, "/["):
		return "", "remote helpers are never run: " + form.Quote(s), "write an http, https, ssh or git address"
	case githubShort.MatchString(s) || scpLike.MatchString(s):
		return s, "", ""
	case strings.HasPrefix(s, "github:"):
		return "", form.Quote(s) + " is no repository", "write github:owner/name"
	case absolute && !slices.Contains(schemes, strings.ToLower(scheme)):
		return "", "addresses of the form " + form.Quote(scheme+"://") + " are not read", "write one that begins with http, https, ssh, git or file"
	case absolute:
		return checked(s)
	case hostFirst.MatchString(s):
		return "", form.Quote(s) + " lacks its beginning", "write https://" + s
	case strings.HasPrefix(s, "~"):
		return "", "~ is not expanded", "write the whole path"
	case filepath.IsAbs(s):
		return filepath.Clean(s), "", ""
	}
	return filepath.Join(dir, filepath.FromSlash(s)), "", ""
}

// checked looks at an address with a scheme.
func checked(s string) (resolved, wrong, instead string) {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "file" && u.Host == "" || u.Path == "" && u.Scheme == "file" {
		return "", form.Quote(s) + " is not an address", "write https://forge.example/team/name"
	}
	if u.User != nil {
		_, secret := u.User.Password()
		if secret || u.Scheme == "http" || u.Scheme == "https" {
			u.User = nil
			return "", "an address must not hold a user name or password", "write " + u.String() + " and give the token in the environment"
		}
	}
	segments := segmentsOf(u)
	switch host := strings.TrimPrefix(strings.ToLower(u.Host), "www."); {
	case u.Scheme == "file":
	case len(segments) == 0:
		return "", form.Quote(s) + " names a host", "choose one repository on it"
	case (host == "github.com" || host == "gitlab.com") && len(segments) == 1:
		return "", form.Quote(s) + " names an organisation or a group", "choose one of its repositories, or write it under discover"
	case host == "github.com" && len(segments) > 2:
		return "", form.Quote(s) + " is a page of a repository", "write https://github.com/" + segments[0] + "/" + segments[1]
	case slices.Contains(segments, "-"):
		return "", form.Quote(s) + " is a page of a repository", "leave out /-/ and what follows"
	}
	return s, "", ""
}

func segmentsOf(u *url.URL) []string {
	return strings.FieldsFunc(u.Path, func(r rune) bool { return r == '/' })
}

// identity is the same for every way of writing the address of one repository.
func identity(s string) string {
	switch {
	case strings.HasPrefix(s, "github:"):
		s = "github.com/" + strings.TrimPrefix(s, "github:")
	case scpLike.MatchString(s):
		_, s, _ = strings.Cut(s, "@")
		s = strings.Replace(s, ":", "/", 1)
	default:
		if u, err := url.Parse(s); err == nil && u.Host != "" {
			s = strings.TrimPrefix(strings.ToLower(u.Host), "www.") + path.Clean("/"+u.Path)
		}
	}
	s = strings.TrimSuffix(strings.TrimSuffix(s, "/"), ".git")
	if strings.HasPrefix(strings.ToLower(s), "github.com/") {
		// GitHub takes no notice of letter case; other hosts may.
		return strings.ToLower(s)
	}
	return s
}

func (v value) branch() string {
	s := v.Text()
	if strings.HasPrefix(s, "-") || strings.ContainsAny(s, " ~^:?*[\\") || strings.Contains(s, "..") {
		v.Fault(form.Quote(s)+" is not the name of a branch", "write it as the forge shows it, or leave it out for the default branch")
		return ""
	}
	return strings.TrimPrefix(s, "refs/heads/")
}

// folder reads a path inside a repository; "" for all of it.
func (v value) folder() string {
	s := v.Text()
	clean := path.Clean(strings.TrimPrefix(s, "./"))
	switch {
	case s == "" || clean == ".":
		return ""
	case path.IsAbs(clean) || clean == ".." || strings.HasPrefix(clean, "../"):
		v.Fault(form.Quote(s)+" leaves the repository", "write the folder from the top of the repository, as apps/web")
		return ""
	}
	return clean
}

const (
	perDay = 24 * time.Hour
	// Oftener than hourly would trouble a forge; rarer than yearly is never.
	mostOften, leastOften = time.Hour, 366 * perDay
)

var (
	schedules = map[string]time.Duration{"hourly": time.Hour, "daily": perDay, "weekly": 7 * perDay, "monthly": 30 * perDay}
	everySome = regexp.MustCompile(`^([0-9]{1,4})(h|d)$`)
)

// schedule reads how often to audit.
func (v value) schedule() time.Duration {
	s := strings.ToLower(v.Text())
	every := schedules[s]
	if found := everySome.FindStringSubmatch(s); found != nil {
		n, err := strconv.Atoi(found[1])
		if err == nil {
			every = time.Duration(n) * map[string]time.Duration{"h": time.Hour, "d": perDay}[found[2]]
		}
	}
	if s != "" && (every < mostOften || every > leastOften) {
		v.Fault(form.Quote(s)+" is not a schedule", "write hourly, daily, weekly, monthly, or a number of hours or days: 12h, 3d")
		return 0
	}
	return every
}
