package secret

import (
	"bytes"
	"encoding/pem"
	"path"
	"regexp"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// minKeyBytes is less than the shortest private key takes.
const minKeyBytes = 64

var keyBody = regexp.MustCompile(`^-----BEGIN[ A-Z0-9_-]{0,40}PRIVATE KEY(?: BLOCK)?-----(?:\s|\\[nr]|["'+,])*((?:[A-Za-z0-9+/=:,-]|\s|\\[nr]|["'+,])+)`)

// keyBlock reports whether a private key in PEM begins here: its letters must be
// there, and look drawn. One that a password protects counts too.
func keyBlock(content []byte) bool {
	m := keyBody.FindSubmatch(content[:min(len(content), 1024)])
	if m == nil {
		return false
	}
	letters := bytes.Map(func(c rune) rune {
		if c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '+' || c == '/' {
			return c
		}
		return -1
	}, m[1])
	return len(letters) >= minKeyBytes && entropy(string(letters[:min(len(letters), 512)])) > 4
}

// certificateExtensions are those of files that may hold a certificate.
var certificateExtensions = []string{".crt", ".cer", ".pem", ".cert"}

// forLocalhost reports whether a key was made to try things out on one's own
// machine: a certificate beside it, or in a folder beside its own, is for
// localhost.
func forLocalhost(s *audit.Snapshot, key audit.File) bool {
	around := path.Dir(key.Dir())
	for _, f := range s.Files() {
		near := f.Dir() == key.Dir() || key.Dir() != "" && around != "." && path.Dir(f.Dir()) == around
		if !near || f.SizeBytes > maxBytes || !slices.Contains(certificateExtensions, path.Ext(f.Name())) {
			continue
		}
		content, err := s.Skim(f)
		if err != nil {
			continue
		}
		if block, _ := pem.Decode(content); block != nil && bytes.Contains(block.Bytes, []byte("localhost")) {
			return true
		}
	}
	return false
}
