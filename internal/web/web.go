// Package web serves the pages, the API, the probes and the way in: who may
// read, ask for an audit and administer.
package web

import (
	"context"
	"embed"
	"errors"
	"io/fs"
	"log/slog"
	"net/http"
	"sync/atomic"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/roadmap"
	"github.com/perenne-audit/perenne/internal/store"
)

// Config is what is shown, and to whom.
type Config struct {
	Board board.Reader
	// Checks is the catalogue, in its order, and Catalogue its version.
	Checks    []*audit.Check
	Catalogue string
	// Ask queues repositories before the scheduled ones and returns how many were
	// added. Nil means that no audit can be asked for.
	Ask func(ctx context.Context, repositories []store.Key) (int, error)
	// Place keeps what somebody decided about an action. Nil means that nothing can be
	// decided.
	Place func(ctx context.Context, p audit.Placement) (audit.Placement, error)
	// Hours is how many hours a week each side has for the plan.
	Hours roadmap.Hours
	// Hooks takes what forges send to HooksPath, signed; nil leaves it out. It is
	// reached by whoever can sign, whatever Access says.
	Hooks     http.Handler
	HooksPath string
	// Metrics serves /metrics; nil leaves it out.
	Metrics http.Handler
	// Admin serves what lies below /admin/queue/, for administrators; nil leaves
	// it out.
	Admin  http.Handler
	Access Access
	// Lang is for readers who ask for no language that perenne speaks; French
	// when empty.
	Lang audit.Lang
	// Version is the program's.
	Version string
	// Now is the clock; nil is the machine's.
	Now    func() time.Time
	Logger *slog.Logger
	// Timeout ends a request that takes longer; 0 means 15 seconds.
	Timeout time.Duration
}

// Sizes and times that keep one client from holding the server.
const (
	maxBodyBytes   = 64 << 10
	maxHeaderBytes = 32 << 10
	defaultTimeout = 15 * time.Second
	headerTimeout  = 5 * time.Second
	readTimeout    = 15 * time.Second
	// The answer may take the whole time of a request and then be sent slowly.
	writeTimeout = 60 * time.Second
	idleTimeout  = 2 * time.Minute
)

// Server returns a server with every time-out set.
func Server(addr string, handler http.Handler) *http.Server {
	return &http.Server{
		Addr: addr, Handler: handler, ReadHeaderTimeout: headerTimeout, ReadTimeout: readTimeout,
		WriteTimeout: writeTimeout, IdleTimeout: idleTimeout, MaxHeaderBytes: maxHeaderBytes,
	}
}

//go:embed static templates
var files embed.FS

// site answers every request.
type site struct {
	Config
	pages   map[audit.Lang]pageSet
	door    *door
	known   map[string]*audit.Check
	added   atomic.Pointer[added]
	summary summary
	static  fs.FS
	openAPI []byte
	// readiness is what /readyz asks.
	readiness func(context.Context) error
	told      told
	// deliveries counts what each address sends as a webhook.
	deliveries *attempts
}

// New returns the handler of the whole service. The error names what is wrong
// with the configuration.
func New(c Config) (http.Handler, error) {
	if c.Board == nil {
		return nil, errors.New("prepare the pages: no board")
	}
	s, err := prepare(c)
	if err != nil {
		return nil, err
	}
	s.readiness = c.Board.Ready
	if s.pages, err = s.loadPages(); err != nil {
		return nil, err
	}
	if s.static, err = fs.Sub(files, "static"); err != nil {
		return nil, err
	}
	mux := http.NewServeMux()
	s.routes(mux)
	if err := s.api(mux); err != nil {
		return nil, err
	}
	return s.guard(mux), nil
}

// prepare fills in what a configuration leaves out.
func prepare(c Config) (*site, error) {
	if c.Lang == "" {
		c.Lang = audit.French
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Timeout == 0 {
		c.Timeout = defaultTimeout
	}
	s := &site{Config: c, known: map[string]*audit.Check{}, deliveries: newAttempts(deliveriesSent, deliverySentEvery, c.Now)}
	for _, check := range c.Checks {
		s.known[check.ID] = check
	}
	var err error
	s.door, err = newDoor(c.Access, c.Now)
	return s, err
}

// page adds one page for who has the role that it needs.
func (s *site) page(mux *http.ServeMux, pattern string, need need, h func(http.ResponseWriter, *http.Request) error) {
	mux.Handle(pattern, s.allow(need, s.conditional(s.failing(h))))
}

// routes names every page. The API adds its own.
func (s *site) routes(mux *http.ServeMux) {
	page := func(pattern string, need need, h func(http.ResponseWriter, *http.Request) error) {
		s.page(mux, pattern, need, h)
	}
	page("GET /{$}", toRead, s.portfolioPage)
	page("GET /challenges/{id}", toRead, s.challengePage)
	page("GET /challenges/{id}/repositories/{n}", toRead, s.repositoryPage)
	page("GET /challenges/{id}/roadmap", toRead, s.roadmapPage)
	page("GET /challenges/{id}/roadmap/{file}", toRead, s.roadmapFile)
	page("POST /challenges/{id}/actions", toEdit, s.decidePage)
	page("GET /checks", toRead, s.checksPage)
	page("GET /checks/{id}", toRead, s.checkPage)
	page("POST /challenges/{id}/audit", toEdit, s.askPage)
	page("GET /login", open, s.loginPage)
	page("POST /login", open, s.loginByToken)
	page("GET /login/oidc", open, s.loginByOIDC)
	page("GET /login/callback", open, s.loginCallback)
	page("POST /logout", open, s.logout)
	page("GET /healthz", open, s.healthy)
	page("GET /readyz", open, s.ready)
	page("GET /static/{file}", open, s.staticFile)
	page("GET /favicon.ico", open, func(w http.ResponseWriter, r *http.Request) error {
		r.SetPathValue("file", "icon.svg")
		return s.staticFile(w, r)
	})
	page("/", toRead, func(http.ResponseWriter, *http.Request) error { return audit.ErrNotFound })
	if s.Metrics != nil {
		mux.Handle("GET /metrics", s.allow(toRead, s.Metrics))
	}
	if s.Admin != nil {
		mux.Handle("/admin/queue/", s.allow(toAdminister, s.Admin))
		mux.Handle("GET /admin/queue", s.allow(toAdminister, http.RedirectHandler("/admin/queue/", http.StatusSeeOther)))
	}
}

// staticFile serves one embedded file. Pages name it with the version, so that
// it can be kept until the next one.
func (s *site) staticFile(w http.ResponseWriter, r *http.Request) error {
	name := r.PathValue("file")
	if _, err := fs.Stat(s.static, name); err != nil {
		return audit.ErrNotFound
	}
	if r.URL.Query().Has("v") {
		w.Header().Set("Cache-Control", "public, max-age=31536000, immutable")
	} else {
		w.Header().Set("Cache-Control", "public, max-age=3600")
	}
	http.ServeFileFS(w, r, s.static, name)
	return nil
}
