package history

import "strings"

// address is an e-mail address, taken apart.
type address struct {
	// key is equal for addresses that reach the same person; "" for none.
	key string
	// local is the part before the @, folded, without +tag.
	local string
	// shared marks an address that many use, or that a program made up.
	shared bool
	// forge, login and id are those of a forge's noreply address, else "". The
	// number outlives a change of login; old addresses have none.
	forge, login, id string
	// account is the login in its own letter case.
	account string
}

func parseAddress(text string) address {
	written := strings.Trim(strings.TrimSpace(text), "<>\"'")
	i := strings.LastIndexByte(written, '@')
	if i <= 0 || i == len(written)-1 {
		return address{shared: true}
	}
	local, domain := written[:i], strings.ToLower(written[i+1:])
	if a, ok := parseNoreply(local, domain); ok {
		return a
	}
	local = fold(local)
	if plus := strings.IndexByte(local, '+'); plus > 0 {
		local = local[:plus]
	}
	a := address{local: local}
	if domain == "googlemail.com" {
		domain = "gmail.com"
	}
	a.key = local + "@" + domain
	if domain == "gmail.com" {
		a.key = strings.ReplaceAll(local, ".", "") + "@" + domain
	}
	a.shared = isSharedLocal(local) || isSharedDomain(domain)
	return a
}

// parseNoreply reads the addresses that forges give to hide a real one:
// "123+login@users.noreply.github.com", the same without a number, GitLab's
// "123-login@users.noreply.gitlab.com" and Forgejo's "login@noreply.codeberg.org".
func parseNoreply(local, domain string) (address, bool) {
	forge, found := strings.CutPrefix(domain, "users.noreply.")
	if !found {
		if forge, found = strings.CutPrefix(domain, "noreply."); !found || isSharedLocal(fold(local)) {
			return address{}, false
		}
	}
	a := address{forge: forge, account: local}
	sign := byte('-')
	if forge == "github.com" {
		sign = '+'
	}
	if i := strings.IndexByte(local, sign); i > 0 && isNumber(local[:i]) {
		a.id, a.account = local[:i], local[i+1:]
	}
	a.login = strings.ToLower(a.account)
	a.local = a.login
	a.key = a.login + "@" + domain
	a.shared = a.login == ""
	return a, true
}

func isNumber(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}

// isSharedLocal: with or without a number behind ("dev2", "user1").
func isSharedLocal(local string) bool {
	return sharedLocals()[strings.TrimRight(local, "0123456789")] || sharedLocals()[local]
}

func isSharedDomain(domain string) bool {
	switch domain {
	case "localhost", "localhost.localdomain", "(none)", "email.com", "domain.com", "test.com", "your.email":
		return true
	}
	for _, name := range []string{"example.com", "example.org", "example.net"} {
		if domain == name || strings.HasSuffix(domain, "."+name) {
			return true
		}
	}
	return strings.HasSuffix(domain, ".example") || strings.HasSuffix(domain, ".invalid") || strings.HasSuffix(domain, ".(none)")
}

// nameInAddress returns the full name that "paul.martin@" or the account
// "PaulMartin" spells, or a name of another kind.
func (a address) nameInAddress() name {
	if a.account != "" {
		return parseName(a.account)
	}
	parts := strings.FieldsFunc(strings.TrimRight(a.local, "0123456789"), func(r rune) bool { return r == '.' || r == '_' })
	kept := parts[:0]
	for _, part := range parts {
		if !addressSuffixes[part] {
			kept = append(kept, part)
		}
	}
	return parseName(strings.Join(kept, "."))
}

// addressSuffixes are what administrations and people hang on an address:
// "paul.martin.ext@", "paul.martin.pro@".
var addressSuffixes = map[string]bool{
	"ext": true, "externe": true, "external": true, "presta": true, "prestataire": true, "stagiaire": true, "pro": true,
	"perso": true, "dev": true, "tsp": true, "int": true, "consultant": true, "contractor": true, "mail": true, "github": true, "git": true,
}
