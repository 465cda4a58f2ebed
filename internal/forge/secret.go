package forge

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"

	"github.com/bradleyfalzon/ghinstallation/v2"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Secret is one way to show who asks.
type Secret struct {
	// Name tells secrets apart and reveals nothing.
	Name string
	// Token returns what to show; nil for somebody without a name.
	Token func(context.Context) (string, error)
	// Renewed is true when Token changes with time, as that of an App does.
	Renewed bool
}

// fixed is a token that stays.
func fixed(token string) Secret {
	return Secret{Name: fingerprint(token), Token: func(context.Context) (string, error) { return token, nil }}
}

// fingerprint names a token: enough to tell it from another, nothing to guess by.
func fingerprint(token string) string {
	sum := sha256.Sum256([]byte("perenne account\x00" + token))
	return hex.EncodeToString(sum[:4])
}

// maxTokens bounds how many tokens one host has.
const maxTokens = 32

// Tokens reads the tokens of a host from the environment. Variable is the name of
// the first, PERENNE_GIT_TOKEN_FORGE_EXAMPLE: it may hold several with commas
// between them, and more may follow in variables that end in _2, _3 and so on (_1
// is the first too).
func Tokens(getenv func(string) string, variable string) []string {
	var all []string
	add := func(value string) {
		for _, one := range strings.Split(value, ",") {
			if one = strings.TrimSpace(one); one != "" && len(all) < maxTokens {
				all = append(all, one)
			}
		}
	}
	add(getenv(variable))
	for i := 1; i <= maxTokens; i++ {
		add(getenv(variable + "_" + strconv.Itoa(i)))
	}
	return all
}

// secrets are the accounts for a list of tokens; without any, the one without a
// name.
func secrets(tokens []string) []Secret {
	var all []Secret
	for _, token := range tokens {
		if _, bare, found := strings.Cut(token, ":"); found {
			// "user:token", as git is told.
			token = bare
		}
		all = append(all, fixed(token))
	}
	return all
}

// App is a GitHub App that somebody installed.
type App struct {
	ID, Installation int64
	// Key is its private key, in PEM.
	Key []byte
}

// ParseApp reads what the environment says of an App: its id and that of its
// installation, in numbers, and its key. It returns nil without an id.
func ParseApp(id, installation, key string) (*App, error) {
	if id == "" {
		return nil, nil
	}
	var a App
	var err1, err2 error
	a.ID, err1 = strconv.ParseInt(strings.TrimSpace(id), 10, 64)
	a.Installation, err2 = strconv.ParseInt(strings.TrimSpace(installation), 10, 64)
	if err1 != nil || err2 != nil || a.ID <= 0 || a.Installation <= 0 {
		return nil, fmt.Errorf("a GitHub App needs its id and the id of its installation, both numbers: %w", audit.ErrUnsupported)
	}
	a.Key = []byte(key)
	if _, err := ghinstallation.New(http.DefaultTransport, a.ID, a.Installation, a.Key); err != nil {
		// What the library says could quote the key.
		return nil, fmt.Errorf("the key of the GitHub App is not a private key in PEM: %w", audit.ErrUnsupported)
	}
	return &a, nil
}

// secret returns the App's account on a forge whose API is at api. Tokens are
// fetched over next, kept and renewed before they end.
func (a *App) secret(api string, next http.RoundTripper) (Secret, error) {
	t, err := ghinstallation.New(next, a.ID, a.Installation, a.Key)
	if err != nil {
		return Secret{}, fmt.Errorf("the key of the GitHub App is not a private key in PEM: %w", audit.ErrUnsupported)
	}
	t.BaseURL = strings.TrimSuffix(api, "/")
	token := func(ctx context.Context) (string, error) {
		token, err := t.Token(ctx)
		if err != nil {
			return "", fmt.Errorf("get a token for the GitHub App %d: %w", a.ID, Meaning(ctx, statusOf(err), err))
		}
		return token, nil
	}
	return Secret{Name: "app-" + strconv.FormatInt(a.Installation, 10), Token: token, Renewed: true}, nil
}

// statusOf finds the status of the answer in an error of the App's library.
func statusOf(err error) int {
	var failed *ghinstallation.HTTPError
	if errors.As(err, &failed) && failed.Response != nil {
		return failed.Response.StatusCode
	}
	return 0
}
