package secret

import (
	"bytes"
	"strings"
)

// maxAuthority is longer than any user, password and machine.
const maxAuthority = 300

// passwordAt reports whether the address whose "://" ends here carries a password
// for a machine that others reach: "postgres://user:password@host.fr/base".
func passwordAt(content []byte, at int) bool {
	rest := content[at:min(len(content), at+maxAuthority)]
	if end := bytes.IndexAny(rest, " \t\r\n\"'`<>\\|,;"); end >= 0 {
		rest = rest[:end]
	}
	authority := string(rest)
	if i := strings.IndexAny(authority, "/?#"); i >= 0 && i > strings.LastIndexByte(authority, '@') {
		authority = authority[:i]
	}
	i := strings.LastIndexByte(authority, '@')
	if i < 0 {
		return false
	}
	host := authority[i+1:]
	user, password, found := strings.Cut(authority[:i], ":")
	return found && user != "" && public(host) && !weak(user, password)
}

// public reports whether the machine is one of others: it has a domain, and not
// one that is kept for examples.
func public(host string) bool {
	host, _, _ = strings.Cut(host, "/")
	host, _, _ = strings.Cut(host, ":")
	host = strings.ToLower(host)
	labels := strings.Split(host, ".")
	if len(labels) < 2 || reference(host) || strings.ContainsAny(host, "${}()%*…") {
		return false
	}
	if strings.HasPrefix(host, "127.") || strings.HasPrefix(host, "0.") || host == "host.docker.internal" || host == "1.2.3.4" {
		return false
	}
	for _, l := range labels {
		switch l {
		case "example", "exemple", "localhost", "local", "test", "invalid", "host", "hostname", "domain", "server", "serveur", "svc", "foo", "bar", "mydomain", "domaine", "tld":
			return false
		}
	}
	return true
}

// weak reports whether a password protects nothing: a placeholder, the user's
// name again, a word for a password.
func weak(user, password string) bool {
	lower := strings.ToLower(password)
	switch lower {
	case "", "pass", "pwd", "mdp", "user", "root", "postgres", "x-oauth-basic", "token", "key", "x", "api", "guest", "git", "pw":
		return true
	}
	return len(password) < 5 || placeholder(password) || strings.EqualFold(user, password) || strings.ContainsAny(password, "{}$<>()*[]/") || entropy(password) < 2
}
