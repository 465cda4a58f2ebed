package hook

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/forge"
)

// Secrets are what deliveries are signed with. One that begins with "whsec_" is a
// signing token that GitLab made; any other is typed into a forge as it is.
type Secrets []string

// signing is how GitLab's signing tokens begin, as Standard Webhooks writes them.
const signing = "whsec_"

// shortest is how long a secret has to be: openssl rand -hex 16 makes 32.
const shortest = 16

// ParseSecrets reads secrets from settings, where each entry may hold several with
// commas or white space between them.
func ParseSecrets(entries []string) Secrets {
	var all Secrets
	for _, entry := range entries {
		all = append(all, strings.FieldsFunc(entry, func(c rune) bool { return c == ',' || c == ' ' || c == '\n' || c == '\r' || c == '\t' })...)
	}
	return all
}

// Check returns what is wrong, without repeating a secret.
func (s Secrets) Check() error {
	for i, one := range s {
		token, signs := strings.CutPrefix(one, signing)
		if _, err := base64.StdEncoding.DecodeString(token); signs && err != nil {
			return fmt.Errorf("webhooks.secrets, secret %d: after whsec_ there must be base64, as GitLab shows it", i+1)
		}
		if len(token) < shortest {
			return fmt.Errorf("webhooks.secrets, secret %d: write %d characters or more: openssl rand -hex 32", i+1, shortest)
		}
	}
	return nil
}

// key is what a secret signs with.
func key(secret string) []byte {
	token, signs := strings.CutPrefix(secret, signing)
	if !signs {
		return []byte(secret)
	}
	decoded, err := base64.StdEncoding.DecodeString(token)
	if err != nil {
		return nil // refused by Check
	}
	return decoded
}

// tolerance is how old a dated signature may be, or ahead of our clock.
const tolerance = 5 * time.Minute

// verify reports whether a delivery was signed with one of the secrets. All are
// tried, each compared in constant time.
func (s Secrets) verify(sender forge.Kind, header http.Header, body []byte, now time.Time) bool {
	holds := holdsHex
	switch {
	case sender == forge.GitLab && header.Get("Webhook-Signature") != "":
		if !fresh(header.Get("Webhook-Timestamp"), now) {
			return false
		}
		holds = holdsDated
	case sender == forge.GitLab:
		holds = holdsToken
	}
	found := false
	for _, one := range s {
		if one != "" && holds(header, body, one) {
			found = true
		}
	}
	return found
}

// holdsHex checks what GitHub, Gitea and Forgejo send: the code of the body in
// hexadecimal. When several headers say it, the forge's own counts.
func holdsHex(header http.Header, body []byte, secret string) bool {
	sent := ""
	for _, name := range []string{"X-Forgejo-Signature", "X-Gitea-Signature", "X-Hub-Signature-256"} {
		if sent = header.Get(name); sent != "" {
			break
		}
	}
	sum, err := hex.DecodeString(strings.TrimPrefix(sent, "sha256="))
	return err == nil && hmac.Equal(sum, code(secret, body))
}

// holdsToken checks what GitLab sends by default: the secret itself. The hashes are
// compared, so that not even its length shows.
func holdsToken(header http.Header, _ []byte, secret string) bool {
	sent, want := sha256.Sum256([]byte(header.Get("X-Gitlab-Token"))), sha256.Sum256([]byte(secret))
	return subtle.ConstantTimeCompare(sent[:], want[:]) == 1
}

// holdsDated checks what GitLab sends for a signing token, as Standard Webhooks
// says: a list of "v1," and the code of id, time and body in base64.
func holdsDated(header http.Header, body []byte, secret string) bool {
	want := code(secret, []byte(header.Get("Webhook-Id")+"."+header.Get("Webhook-Timestamp")+"."), body)
	found := false
	for _, one := range strings.Fields(header.Get("Webhook-Signature")) {
		version, text, _ := strings.Cut(one, ",")
		sum, err := base64.StdEncoding.DecodeString(text)
		if version == "v1" && err == nil && hmac.Equal(sum, want) {
			found = true
		}
	}
	return found
}

func fresh(timestamp string, now time.Time) bool {
	seconds, err := strconv.ParseInt(timestamp, 10, 64)
	return err == nil && now.Sub(time.Unix(seconds, 0)).Abs() <= tolerance
}

// code is HMAC-SHA256.
func code(secret string, parts ...[]byte) []byte {
	mac := hmac.New(sha256.New, key(secret))
	for _, part := range parts {
		_, _ = mac.Write(part)
	}
	return mac.Sum(nil)
}

// sign adds to a delivery what the forge would sign it with.
func sign(sender forge.Kind, header http.Header, body []byte, secret string, now time.Time) {
	switch {
	case sender == forge.GitLab && strings.HasPrefix(secret, signing):
		header.Set("Webhook-Id", header.Get("X-Gitlab-Event-Uuid"))
		header.Set("Webhook-Timestamp", strconv.FormatInt(now.Unix(), 10))
		sum := code(secret, []byte(header.Get("Webhook-Id")+"."+header.Get("Webhook-Timestamp")+"."), body)
		header.Set("Webhook-Signature", "v1,"+base64.StdEncoding.EncodeToString(sum))
	case sender == forge.GitLab:
		header.Set("X-Gitlab-Token", secret)
	case sender == forge.Forgejo:
		sum := hex.EncodeToString(code(secret, body))
		header.Set("X-Forgejo-Signature", sum)
		header.Set("X-Gitea-Signature", sum)
		header.Set("X-Hub-Signature-256", "sha256="+sum)
	default:
		header.Set("X-Hub-Signature-256", "sha256="+hex.EncodeToString(code(secret, body)))
	}
}
