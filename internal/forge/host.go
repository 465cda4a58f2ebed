package forge

import (
	"net/http"
	"net/url"
	"time"
)

// Host is what a client needs to ask one forge.
type Host struct {
	// Name is the host as repositories' addresses write it.
	Name string
	Kind Kind
	// URL is the top of the forge: "https://forge.example/", with a slash at the
	// end. Where its API lies below is known by the client.
	URL *url.URL
	// HTTP sends requests: with a token, within the budgets, to no private address.
	// Its errors wrap audit's meanings.
	HTTP *http.Client
	// Accounts name those who may ask, one for each token; they are no secrets.
	Accounts []string
	// Refresh is how long facts count that the forge does not say have changed.
	Refresh time.Duration
	// Now is the clock.
	Now func() time.Time
	// Named reports whether there is a token: without one a forge answers less.
	Named bool
}
