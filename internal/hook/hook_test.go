package hook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/store"
)

const (
	secret  = "a-secret-of-sixteen-or-more"
	signed  = "whsec_ZXhhbXBsZS1zaWduaW5nLWtleS1vZi0zMi1ieXRlcyE="
	another = "another-secret-that-nobody-set"
)

// heard is a handler with a small portfolio, and what it told the queue.
type heard struct {
	*Handler
	keys  []store.Key
	kinds []Kind
	fail  error
	known map[string][2]string
	now   time.Time
	count map[Outcome]int
}

func newHeard(secrets ...string) *heard {
	h := &heard{now: time.Date(2026, 10, 2, 9, 0, 0, 0, time.UTC), known: map[string][2]string{}, count: map[Outcome]int{}}
	p := &audit.Portfolio{Challenges: []audit.Challenge{
		{ID: "a", Repositories: []audit.Source{{URL: "https://forge.example/dinum/guichet"}, {URL: "/srv/folder"}}},
		{ID: "b", Repositories: []audit.Source{{URL: "git@forge.example:dinum/ssh.git"}, {URL: "https://forge.example/DINUM/Guichet.git", Branch: "prod"}}},
	}}
	h.Handler = New(Config{
		Secrets: secrets, Portfolio: func() *audit.Portfolio { return p }, Address: func(s string) string { return s },
		Known: func(at string) (string, string) { return h.known[at][0], h.known[at][1] },
		Notice: func(_ context.Context, keys []store.Key, kind Kind) (int, error) {
			h.keys, h.kinds = append(h.keys, keys...), append(h.kinds, kind)
			return len(keys), h.fail
		},
		Count: func(_ forge.Kind, o Outcome) { h.count[o]++ },
		Now:   func() time.Time { return h.now },
	})
	return h
}

func (h *heard) send(t *testing.T, header http.Header, body []byte) (int, Answer) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, "/hooks", bytes.NewReader(body))
	r.Header = header
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	var a Answer
	if err := json.Unmarshal(w.Body.Bytes(), &a); err != nil {
		t.Fatalf("%d %s", w.Code, w.Body)
	}
	return w.Code, a
}

var kinds = []forge.Kind{forge.GitHub, forge.GitLab, forge.Forgejo}

func repo(t *testing.T, address string) forge.Repo {
	t.Helper()
	r, ok := forge.ParseRepo(address)
	if !ok {
		t.Fatal(address)
	}
	return r
}

// Every event of every forge, signed with each of two secrets, is understood.
func TestEveryEventIsQueued(t *testing.T) {
	for _, sender := range kinds {
		for _, with := range []string{secret, signed} {
			for _, sent := range Examples(sender, repo(t, "https://forge.example/dinum/guichet"), with, newHeard().now) {
				t.Run(fmt.Sprintf("%s %s %.5s", sender, sent.Event, with), func(t *testing.T) {
					h := newHeard(another, secret, signed)
					code, a := h.send(t, sent.Header, sent.Body)
					if code != http.StatusAccepted || a.Answer != Queued || a.Event != sent.Event {
						t.Fatalf("%d %+v", code, a)
					}
					// A push to main is not about the repository that is audited at "prod".
					want := []store.Key{{Challenge: "a", Repository: "https://forge.example/dinum/guichet"}}
					if sent.Event != Push {
						want = append(want, store.Key{Challenge: "b", Repository: "https://forge.example/DINUM/Guichet.git"})
					}
					if sent.Name == "Member Hook" {
						want = append(want, store.Key{Challenge: "b", Repository: "git@forge.example:dinum/ssh.git"})
					}
					for _, key := range want {
						if !slices.Contains(h.keys, key) {
							t.Errorf("%v is not told of: %v", key, h.keys)
						}
					}
					if len(h.keys) != len(want) || h.kinds[0] != sent.Event || h.count[Queued] != 1 {
						t.Errorf("%v %v %v", h.keys, h.kinds, h.count)
					}
				})
			}
		}
	}
}

// What is not signed as it must be is refused before it is parsed, and tells the
// queue nothing.
func TestSignature(t *testing.T) {
	for _, sender := range kinds {
		for name, spoil := range map[string]func(*Sent){
			"another secret": func(s *Sent) {
				*s = Examples(s.Sender, repo(t, "https://forge.example/dinum/guichet"), another, newHeard().now)[0]
			},
			"no signature": func(s *Sent) {
				for name := range s.Header {
					if strings.Contains(name, "Signature") || strings.Contains(name, "Token") {
						s.Header.Del(name)
					}
				}
			},
			"an empty signature": func(s *Sent) {
				for name := range s.Header {
					if strings.Contains(name, "Signature") || strings.Contains(name, "Token") {
						s.Header.Set(name, "")
					}
				}
			},
		} {
			h := newHeard(secret, signed)
			s := Examples(sender, repo(t, "https://forge.example/dinum/guichet"), secret, h.now)[0]
			spoil(&s)
			if code, a := h.send(t, s.Header, s.Body); code != http.StatusUnauthorized || a.Answer != Refused || len(h.keys) > 0 {
				t.Errorf("%s, %s: %d %+v %v", sender, name, code, a, h.keys)
			}
		}
		// A byte that was changed on the way, where the body is signed.
		h := newHeard(secret, signed)
		with := map[forge.Kind]string{forge.GitLab: signed}[sender]
		if with == "" {
			with = secret
		}
		s := Examples(sender, repo(t, "https://forge.example/dinum/guichet"), with, h.now)[0]
		s.Body = bytes.Replace(s.Body, []byte("guichet"), []byte("guichot"), 1)
		if code, a := h.send(t, s.Header, s.Body); code != http.StatusUnauthorized || a.Answer != Refused {
			t.Errorf("%s, changed: %d %+v", sender, code, a)
		}
	}
	if code, _ := newHeard().send(t, Examples(forge.GitLab, repo(t, "https://forge.example/a/b"), "", time.Now())[0].Header, nil); code != http.StatusUnauthorized {
		t.Errorf("without a secret: %d", code)
	}
}

// Gitea's older header counts, and a forge's own is not rescued by another.
func TestSignatureHeaders(t *testing.T) {
	h := newHeard(secret)
	s := Examples(forge.Forgejo, repo(t, "https://forge.example/dinum/guichet"), secret, h.now)[0]
	s.Header.Del("X-Forgejo-Signature")
	s.Header.Del("X-Hub-Signature-256")
	if code, _ := h.send(t, s.Header, s.Body); code != http.StatusAccepted {
		t.Errorf("Gitea's header: %d", code)
	}
	s = Examples(forge.Forgejo, repo(t, "https://forge.example/dinum/guichet"), secret, h.now)[1]
	s.Header.Set("X-Forgejo-Signature", strings.Repeat("0", 64))
	if code, _ := h.send(t, s.Header, s.Body); code != http.StatusUnauthorized {
		t.Errorf("rescued: %d", code)
	}
	old := Examples(forge.GitLab, repo(t, "https://forge.example/dinum/guichet"), signed, h.now.Add(-6*time.Minute))[0]
	if code, _ := newHeard(signed).send(t, old.Header, old.Body); code != http.StatusUnauthorized {
		t.Errorf("a dated signature of six minutes ago: %d", code)
	}
	// The plain token does not help where a signature is sent and does not hold.
	old.Header.Set("X-Gitlab-Token", secret)
	if code, _ := newHeard(secret, signed).send(t, old.Header, old.Body); code != http.StatusUnauthorized {
		t.Errorf("rescued by the token: %d", code)
	}
}

// A replay is refused under another id too; what failed may come again.
func TestReplay(t *testing.T) {
	h := newHeard(secret)
	s := Examples(forge.GitHub, repo(t, "https://forge.example/dinum/guichet"), secret, h.now)[0]
	h.fail = errors.New("database is locked")
	if code, a := h.send(t, s.Header, s.Body); code != http.StatusServiceUnavailable || a.Answer != Failed {
		t.Fatalf("%d %+v", code, a)
	}
	h.fail = nil
	if code, _ := h.send(t, s.Header, s.Body); code != http.StatusAccepted {
		t.Errorf("again after a failure: %d", code)
	}
	s.Header.Set("X-Github-Delivery", "00000000-0000-0000-0000-000000000000")
	if code, a := h.send(t, s.Header, s.Body); code != http.StatusConflict || a.Answer != Replayed {
		t.Errorf("%d %+v", code, a)
	}
	h.now = h.now.Add(25 * time.Hour)
	if code, _ := h.send(t, s.Header, s.Body); code != http.StatusAccepted {
		t.Errorf("a day later: %d", code)
	}
}

// What is not signed cannot make a delivery another one.
func TestReplayUnderOtherHeaders(t *testing.T) {
	for name, c := range map[string]struct {
		sender forge.Kind
		secret string
		want   int
	}{
		"github":        {forge.GitHub, secret, http.StatusConflict},
		"forgejo":       {forge.Forgejo, secret, http.StatusConflict},
		"gitlab signed": {forge.GitLab, signed, http.StatusConflict},
		// Its plain token signs nothing, and the id tells two alike apart.
		"gitlab plain": {forge.GitLab, secret, http.StatusAccepted},
	} {
		h := newHeard(secret, signed)
		s := Examples(c.sender, repo(t, "https://forge.example/dinum/guichet"), c.secret, h.now)[0]
		if code, a := h.send(t, s.Header, s.Body); code != http.StatusAccepted {
			t.Fatalf("%s: %d %+v", name, code, a)
		}
		s.Header.Set("X-Gitlab-Event-Uuid", "00000000-0000-0000-0000-000000000000")
		if c.sender != forge.GitLab {
			s.Header.Set("Webhook-Id", "another")
			s.Header.Set("Webhook-Signature", "v1,AAAA")
		}
		if code, a := h.send(t, s.Header, s.Body); code != c.want {
			t.Errorf("%s: %d %+v", name, code, a)
		}
	}
}

func TestSeenIsBounded(t *testing.T) {
	s, now := newSeen(), time.Now()
	name := func(n int) (m mark) {
		copy(m[:], fmt.Sprint(n))
		return m
	}
	for n := range 3 * rememberMost {
		if !s.first(name(n), now) {
			t.Fatalf("%d is not new", n)
		}
	}
	if len(s.at) != rememberMost || len(s.order) != rememberMost {
		t.Errorf("%d and %d remembered", len(s.at), len(s.order))
	}
	if s.first(name(3*rememberMost-1), now) || !s.first(name(0), now) {
		t.Error("the newest are not those that are remembered")
	}
}

func TestWhatIsMeant(t *testing.T) {
	guichet := store.Key{Challenge: "a", Repository: "https://forge.example/dinum/guichet"}
	prod := store.Key{Challenge: "b", Repository: "https://forge.example/DINUM/Guichet.git"}
	ssh := store.Key{Challenge: "b", Repository: "git@forge.example:dinum/ssh.git"}
	push := func(address, ref string) (http.Header, []byte) {
		s := Examples(forge.GitHub, repo(t, address), secret, newHeard().now)[0]
		s.Body = bytes.Replace(s.Body, []byte("refs/heads/main"), []byte(ref), 1)
		sign(forge.GitHub, s.Header, s.Body, secret, time.Time{})
		return s.Header, s.Body
	}
	for name, one := range map[string]struct {
		address, ref string
		want         Outcome
		keys         []store.Key
	}{
		"the branch that is audited": {"https://forge.example/dinum/guichet", "refs/heads/main", Queued, []store.Key{guichet}},
		"a branch that is named":     {"https://forge.example/dinum/guichet", "refs/heads/prod", Queued, []store.Key{prod}},
		"another branch":             {"https://forge.example/dinum/guichet", "refs/heads/wip", Ignored, nil},
		"a tag":                      {"https://forge.example/dinum/guichet", "refs/tags/v1", Queued, []store.Key{guichet, prod}},
		"an address of ssh":          {"https://forge.example/dinum/ssh", "refs/heads/main", Queued, []store.Key{ssh}},
		"a port of https":            {"https://forge.example:8443/dinum/ssh", "refs/heads/main", Queued, []store.Key{ssh}},
		"another repository":         {"https://forge.example/dinum/other", "refs/heads/main", Unlisted, nil},
		"another host":               {"https://evil.example/dinum/guichet", "refs/heads/main", Unlisted, nil},
	} {
		h := newHeard(secret)
		header, body := push(one.address, one.ref)
		if code, a := h.send(t, header, body); code != http.StatusAccepted || a.Answer != one.want || !slices.Equal(h.keys, one.keys) {
			t.Errorf("%s: %d %+v %v", name, code, a, h.keys)
		}
	}
}

// A repository that was renamed is found by its former name when it is told, by
// what the forge said of it later on.
func TestRenamed(t *testing.T) {
	guichet := store.Key{Challenge: "a", Repository: "https://forge.example/dinum/guichet"}
	h := newHeard(secret)
	s := Examples(forge.GitHub, repo(t, "https://forge.example/etalab/accueil"), secret, h.now)[2]
	s.Body = bytes.Replace(s.Body, []byte(`"archived",`),
		[]byte(`"renamed", "changes": {"repository": {"name": {"from": "guichet"}}, "owner": {"from": {"organization": {"login": "dinum"}}}},`), 1)
	sign(forge.GitHub, s.Header, s.Body, secret, h.now)
	if _, a := h.send(t, s.Header, s.Body); a.Answer != Queued || !slices.Contains(h.keys, guichet) {
		t.Errorf("GitHub: %+v %v", a, h.keys)
	}
	h = newHeard(secret)
	s = Examples(forge.GitLab, repo(t, "https://forge.example/etalab/accueil"), secret, h.now)[2]
	s.Body = bytes.Replace(s.Body, []byte("etalab/accueil-former"), []byte("dinum/guichet"), 1)
	sign(forge.GitLab, s.Header, s.Body, secret, h.now)
	if _, a := h.send(t, s.Header, s.Body); a.Answer != Queued || !slices.Contains(h.keys, guichet) {
		t.Errorf("GitLab: %+v %v", a, h.keys)
	}
	for name, known := range map[string][2]string{"by path": {"", "etalab/accueil"}, "by id": {"4217", "somewhere/else"}} {
		h = newHeard(secret)
		h.known[guichet.Repository] = known
		s = Examples(forge.Forgejo, repo(t, "https://forge.example/etalab/accueil"), secret, h.now)[0]
		if _, a := h.send(t, s.Header, s.Body); a.Answer != Queued || !slices.Contains(h.keys, guichet) {
			t.Errorf("%s: %+v %v", name, a, h.keys)
		}
	}
}

func TestOtherDeliveries(t *testing.T) {
	h := newHeard(secret)
	send := func(header http.Header, body string) (int, Answer) {
		sign(senderOf(header), header, []byte(body), secret, h.now)
		return h.send(t, header, []byte(body))
	}
	if code, a := send(http.Header{"X-Github-Event": {"ping"}}, `{"zen":"Design for failure."}`); code != http.StatusAccepted || a.Answer != Ignored {
		t.Errorf("ping: %d %+v", code, a)
	}
	if code, a := send(http.Header{"X-Gitlab-Event": {"System Hook"}}, `{"event_name":"key_create"}`); code != http.StatusAccepted || a.Answer != Ignored {
		t.Errorf("a key: %d %+v", code, a)
	}
	if code, a := send(http.Header{"X-Gitlab-Event": {"System Hook"}, "X-Gitlab-Instance": {"https://forge.example"}},
		`{"event_name":"user_add_to_team","project_path_with_namespace":"dinum/guichet","project_id":3}`); code != http.StatusAccepted || a.Answer != Queued {
		t.Errorf("a member, from the whole GitLab: %d %+v", code, a)
	}
	if code, a := send(http.Header{"X-Github-Event": {"organization"}},
		`{"action":"member_removed","organization":{"login":"dinum","url":"https://forge.example/api/v3/orgs/dinum"}}`); a.Answer != Queued || a.Repositories != 3 {
		t.Errorf("an organisation: %d %+v", code, a)
	}
	for _, body := range []string{"", "{", "null", "[]", `{"ref":7}`, `{"repository":{}}`} {
		if code, a := send(http.Header{"X-Github-Event": {"push"}}, body); code != http.StatusBadRequest && a.Answer != Replayed {
			t.Errorf("%q: %d %+v", body, code, a)
		}
	}
	s := Examples(forge.GitHub, repo(t, "https://forge.example/dinum/guichet"), secret, h.now)[0]
	s.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if code, a := send(s.Header, url.Values{"payload": {string(s.Body)}}.Encode()); a.Answer != Queued {
		t.Errorf("a form: %d %+v", code, a)
	}
	if code, _ := h.send(t, http.Header{}, nil); code != http.StatusBadRequest {
		t.Errorf("no forge: %d", code)
	}
	big := http.Header{"X-Github-Event": {"push"}}
	if code, _ := h.send(t, big, make([]byte, MaxBytes+1)); code != http.StatusRequestEntityTooLarge {
		t.Errorf("too large: %d", code)
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/hooks", nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != http.MethodPost {
		t.Errorf("GET: %d", w.Code)
	}
}

func TestSecrets(t *testing.T) {
	all := ParseSecrets([]string{secret + ", " + signed + "\n", ""})
	if len(all) != 2 || all.Check() != nil {
		t.Errorf("%d secrets, %v", len(all), all.Check())
	}
	for _, bad := range []string{"short", "whsec_", "whsec_not base64 at all!!"} {
		if err := (Secrets{secret, bad}).Check(); err == nil || strings.Contains(err.Error(), bad[len(bad)-4:]+" ") || !strings.Contains(err.Error(), "secret 2") {
			t.Errorf("%s: %v", bad, err)
		}
	}
}

// Whatever comes, signed or not, is answered with one of the known statuses, and
// names nothing but what the portfolio holds.
func FuzzHandler(f *testing.F) {
	for _, sender := range kinds {
		r, _ := forge.ParseRepo("https://forge.example/dinum/guichet")
		for _, s := range Examples(sender, r, secret, time.Now()) {
			f.Add(string(sender), s.Name, "https://forge.example", "application/json", s.Body, true)
		}
	}
	f.Add("github", "push", "", "application/x-www-form-urlencoded", []byte("payload=%7B%7D&payload"), true)
	f.Add("gitlab", "System Hook", "::", "", []byte(`{"event_name":"project_rename"}`), true)
	f.Fuzz(func(t *testing.T, sender, name, instance, contentType string, body []byte, signs bool) {
		h := newHeard(secret)
		header := http.Header{"Content-Type": {contentType}, "X-Gitlab-Instance": {instance}}
		kind := forge.Kind(sender)
		switch kind {
		case forge.GitHub:
			header.Set("X-Github-Event", name)
		case forge.GitLab:
			header.Set("X-Gitlab-Event", name)
		case forge.Forgejo:
			header.Set("X-Gitea-Event", name)
		}
		if signs {
			sign(kind, header, body, secret, h.now)
		}
		code, a := h.send(t, header, body)
		if want := statuses[a.Answer]; code != want && code != http.StatusRequestEntityTooLarge {
			t.Errorf("%d for %s", code, a.Answer)
		}
		if !signs && a.Answer != Refused && a.Answer != Malformed {
			t.Errorf("unsigned, and %s", a.Answer)
		}
		for _, key := range h.keys {
			if key.Challenge != "a" && key.Challenge != "b" {
				t.Errorf("told of %v", key)
			}
		}
	})
}

// A body that trickles in is cut off, and holds nothing up.
func TestSlowBody(t *testing.T) {
	h := newHeard(secret)
	server := httptest.NewServer(h)
	defer server.Close()
	reader, writer := io.Pipe()
	defer writer.Close()
	go func() { _, _ = writer.Write([]byte("{")) }()
	r, err := http.NewRequest(http.MethodPost, server.URL, reader)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("X-Github-Event", "push")
	began := time.Now()
	resp, err := http.DefaultClient.Do(r)
	if err == nil {
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusBadRequest {
			t.Errorf("answered %d", resp.StatusCode)
		}
	}
	if took := time.Since(began); took < bodyTime/2 || took > 4*bodyTime {
		t.Errorf("cut off after %s", took)
	}
}
