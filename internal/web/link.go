package web

import (
	"net/url"
	"path"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// repositoryName is the last part of an address, with the folder when it is
// restricted to one.
func repositoryName(source audit.Source) string {
	name := path.Base(strings.TrimSuffix(strings.TrimRight(strings.ReplaceAll(source.URL, "\\", "/"), "/"), ".git"))
	if i := strings.LastIndexByte(name, ':'); i >= 0 {
		name = name[i+1:]
	}
	if source.Folder != "" {
		name += " (" + source.Folder + ")"
	}
	return report.Clean(name)
}

func repositoryPath(challenge string, i int) string {
	return "/challenges/" + url.PathEscape(challenge) + "/repositories/" + strconv.Itoa(i+1)
}

// blobURL is the page of a forge on a file at a commit. Only forges whose
// addresses are known are linked to.
func blobURL(r audit.Repository, p audit.Place) string {
	u, err := url.Parse(strings.TrimSuffix(r.URL, ".git"))
	if err != nil || u.Scheme != "https" || u.User != nil || r.Commit == "" || p.Path == "" {
		return ""
	}
	between := ""
	switch {
	case u.Host == "github.com":
		between = "blob"
	case strings.HasPrefix(u.Host, "gitlab."):
		between = "-/blob"
	default:
		return ""
	}
	u = u.JoinPath(between, r.Commit)
	u.Path, u.RawPath = u.Path+"/"+p.Path, ""
	if p.Line > 0 {
		u.Fragment = "L" + strconv.Itoa(p.Line)
	}
	return u.String()
}
