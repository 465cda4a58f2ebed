package secret

import (
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

func TestAutomatonFindsWordsInsideWords(t *testing.T) {
	a := newAutomaton([]string{"he", "she", "hers", "his", "a-b"})
	var found []string
	a.find([]byte("uSHErs his A-B é"), func(word, _ int) bool {
		found = append(found, []string{"he", "she", "hers", "his", "a-b"}[word])
		return true
	})
	if got := strings.Join(found, " "); got != "she he hers his a-b" {
		t.Errorf("found %q", got)
	}
}

func TestOnlyDrawnValuesAreRandom(t *testing.T) {
	for value, want := range map[string]bool{
		"k9Zr4TqPx2Lw8Vb3Nd7Y": true, "9f86c1d08e4b7a2359f0c6d18b3e5a74": true,
		"9f86d081-884c-4d63-a9c2-0f1e2d3c4b5a": false, "X-Guichet-Session-Token-V2": false, "changeme-k9Zr4TqPx2Lw": false,
		"${DATABASE_PASSWORD_2024}": false, "guichet_production_2024_v2": false, "short1A": false,
		"$2y$10$k9Zr4TqPx2Lw8Vb3Nd7Yk9Zr4TqPx2Lw8Vb3Nd7Y": false, "L1 est un texte avec 3 mots": false,
		"https://service.ville.fr/a1b2c3d4e5": false, "": false,
	} {
		if got := random(value); got != want {
			t.Errorf("%q: random %t", value, got)
		}
	}
}

func TestNamesOfSecrets(t *testing.T) {
	for name, want := range map[string]bool{
		"SECRET_KEY_BASE": true, "clientSecret": true, "spring.datasource.password": true, "API_KEY": true, "jwtToken": true,
		"MOT_DE_PASSE": true, "fernet_key": true, "primaryKey": false, "publicKey": false, "csrfToken": false, "tokenUrl": false,
		"CLIENT_ID": false, "keyboard": false, "passwordHash": false, "monkey": false,
	} {
		if _, got := secretName(splitName(name)); got != want {
			t.Errorf("%s: secret %t", name, got)
		}
	}
}

func TestPasswordsInAddresses(t *testing.T) {
	for address, want := range map[string]bool{
		"postgres://app:Tr4m8way@base.ville.fr:5432/app": true, "https://camille:Tr4m8way@depot.ville.fr/a.git": true,
		"postgres://app:Tr4m8way@localhost/app": false, "postgres://app:Tr4m8way@db:5432/app": false, "postgres://app:app@base.ville.fr/app": false,
		"postgres://user:password@base.ville.fr/app": false, "postgres://app:${PASSWORD}@base.ville.fr/app": false,
		"https://base.ville.fr/@camille:x": false, "https://user:Tr4m8way@exemple.example/": false, "https://ville.fr": false, "git://@": false,
	} {
		content := []byte("url = \"" + address + "\"")
		at := strings.Index(string(content), "://") + 3
		if got := passwordAt(content, at); got != want {
			t.Errorf("%s: password %t", address, got)
		}
	}
}

// A key that is only good for one's own machine comes with a certificate that
// says so.
func TestKeysForLocalhost(t *testing.T) {
	certificate := "-----BEGIN CERTIFICATE-----\nAAAAbG9jYWxob3N0AAAA\n-----END CERTIFICATE-----\n"
	for name, want := range map[string]int{"certs/broker.crt": 0, "certs/broker/a.crt": 1, "other/certs/broker.crt": 1} {
		s := snapshot(map[string]string{name: certificate, "certs/broker.p12": "binary"})
		if got := len(Of(s).Findings); got != want {
			t.Errorf("certificate at %s: %d found, want %d", name, got, want)
		}
	}
}

type memory map[string]string

func (m memory) Blob(f audit.File) ([]byte, error) { return []byte(m[f.Path]), nil }

func snapshot(content map[string]string) *audit.Snapshot {
	var files []audit.File
	for name, text := range content {
		files = append(files, audit.File{Path: name, Blob: name, SizeBytes: int64(len(text))})
	}
	return &audit.Snapshot{Tree: audit.NewTree(files, memory(content), false)}
}

func FuzzScan(f *testing.F) {
	f.Add("a.yml", []byte("production:\n  password: k9Zr4TqPx2Lw8Vb3Nd7Y\n"))
	f.Add(".env", []byte("URL=postgres://a:b@c.fr\nSECRET_KEY='\\"))
	f.Add("id.pem", []byte("-----BEGIN PRIVATE KEY-----\nMII\n"))
	f.Add("a.py", []byte("x = os.getenv('API_KEY', \"\xff\xfe\") ghp_"))
	f.Fuzz(func(t *testing.T, path string, content []byte) {
		lines := strings.Count(string(content), "\n") + 1
		for _, place := range []place{known, anywhere} {
			for _, one := range scan(path, content, place) {
				if one.Line < 1 || one.Line > lines || one.Path != path {
					t.Errorf("%+v in a text of %d lines", one, lines)
				}
			}
		}
		placeOf(path)
	})
}
