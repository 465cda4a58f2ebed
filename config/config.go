// Package config holds perenne's settings. default.yaml is the only place where
// a default stands; a file, the environment and flags override it, in that
// order.
package config

import (
	"bytes"
	_ "embed"
	"errors"
	"fmt"
	"maps"
	"net/url"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/go-viper/mapstructure/v2"
	"github.com/spf13/viper"
	"go.yaml.in/yaml/v3"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
)

//go:embed default.yaml
var defaults []byte

// Config is every setting; default.yaml says what each one means.
type Config struct {
	Lang       string         `mapstructure:"lang"`
	Jobs       int            `mapstructure:"jobs"`
	Limits     acquire.Limits `mapstructure:"limits"`
	Advisories Advisories     `mapstructure:"advisories"`
	Forges     Forges         `mapstructure:"forges"`
	Network    Network        `mapstructure:"network"`
	Portfolio  string         `mapstructure:"portfolio"`
	Policy     string         `mapstructure:"policy"`
	Plan       Plan           `mapstructure:"plan"`
	Publish    Publish        `mapstructure:"publish"`
	Data       string         `mapstructure:"data"`
	Listen     string         `mapstructure:"listen"`
	Work       Work           `mapstructure:"work"`
	Database   Database       `mapstructure:"database"`
	Queue      Queue          `mapstructure:"queue"`
	Access     Access         `mapstructure:"access"`
	Webhooks   Webhooks       `mapstructure:"webhooks"`
}

// Work is what concerns 'perenne work' alone.
type Work struct {
	Listen string `mapstructure:"listen"`
}

// Plan says how many hours a week each side has for what is to be done.
type Plan struct {
	Team   float64 `mapstructure:"team_hours"`
	DSI    float64 `mapstructure:"dsi_hours"`
	Mentor float64 `mapstructure:"mentor_hours"`
}

// Hours returns them by side.
func (p Plan) Hours() map[audit.Side]float64 {
	return map[audit.Side]float64{audit.Team: p.Team, audit.DSI: p.DSI, audit.Mentor: p.Mentor}
}

// Publish says whether and how to write where teams work.
type Publish struct {
	Send  bool          `mapstructure:"send"`
	URL   string        `mapstructure:"url"`
	Every time.Duration `mapstructure:"every"`
}

// check returns every fault.
func (p Publish) check() (faults []error) {
	const leastTime = time.Minute
	if p.Every < leastTime {
		faults = append(faults, fmt.Errorf("publish.every must be %s or more, and is %s", leastTime, p.Every))
	}
	if p.URL != "" && !isAddress(p.URL) {
		faults = append(faults, fmt.Errorf("publish.url is %q: write the address of the service's pages, such as https://perenne.example/, or leave it out", p.URL))
	}
	return faults
}

// isAddress reports whether a setting is an address of the web, without credentials.
func isAddress(s string) bool {
	u, err := url.Parse(s)
	return err == nil && u.Host != "" && u.User == nil && (u.Scheme == "https" || u.Scheme == "http")
}

// Page is where people find the page of a challenge, "" when nobody said where the
// service is.
func (p Publish) Page(challenge string) string {
	if p.URL == "" {
		return ""
	}
	return strings.TrimSuffix(p.URL, "/") + "/challenges/" + url.PathEscape(challenge)
}

// Advisories says where known vulnerabilities are listed.
type Advisories struct {
	Folder string `mapstructure:"folder"`
}

// Forges says whom to ask what git alone cannot say.
type Forges struct {
	Ask        string          `mapstructure:"ask"`
	Refresh    time.Duration   `mapstructure:"refresh"`
	Timeout    time.Duration   `mapstructure:"timeout"`
	CacheBytes int64           `mapstructure:"cache_bytes"`
	Hosts      []forge.Setting `mapstructure:"hosts"`
	// DiscoverEvery is how often a forge is asked what it lists.
	DiscoverEvery time.Duration `mapstructure:"discover_every"`
}

// The values of Forges.Ask.
const (
	AskAuto   = "auto"
	AskAlways = "always"
	AskNever  = "never"
)

// check returns every fault.
func (f Forges) check() (faults []error) {
	if !slices.Contains([]string{AskAuto, AskAlways, AskNever}, f.Ask) {
		faults = append(faults, fmt.Errorf("forges.ask is %q: write auto, always or never", f.Ask))
	}
	for i, h := range f.Hosts {
		where := fmt.Sprintf("forges.hosts, entry %d", i+1)
		switch {
		case h.Host == "" || strings.ContainsAny(h.Host, "/@ "):
			faults = append(faults, fmt.Errorf("%s: host is %q: write a host as addresses do, such as forge.example", where, h.Host))
		case h.Kind != "" && !slices.Contains(forge.Kinds, h.Kind):
			faults = append(faults, fmt.Errorf("%s: kind is %q: write github, gitlab, forgejo or git", where, h.Kind))
		case h.URL != "" && !isAddress(h.URL):
			faults = append(faults, fmt.Errorf("%s: url: write https://forge.example/ or leave it out", where))
		}
	}
	return faults
}

// Network says which private addresses may be connected to.
type Network struct {
	Allow []string `mapstructure:"allow"`
}

// check returns every fault.
func (n Network) check() (faults []error) {
	for _, host := range n.Allow {
		if host == "" || strings.ContainsAny(host, "/@* ") {
			faults = append(faults, fmt.Errorf("network.allow: %q: write a host such as forge.example or 10.0.0.5:8080", host))
		}
	}
	return faults
}

// Database says where audits are kept.
type Database struct {
	URL string `mapstructure:"url"`
}

// Queue says how much is audited at a time, and how often.
type Queue struct {
	Workers int           `mapstructure:"workers"`
	PerHost int           `mapstructure:"per_host"`
	Timeout time.Duration `mapstructure:"timeout"`
	Grace   time.Duration `mapstructure:"grace"`
	Every   time.Duration `mapstructure:"every"`
}

// Access says who may read and write.
type Access struct {
	Reading        string  `mapstructure:"reading"`
	TrustForwarded bool    `mapstructure:"trust_forwarded"`
	Tokens         []Token `mapstructure:"tokens"`
	OIDC           OIDC    `mapstructure:"oidc"`
}

// Token is the hash of a secret that stands for a role.
type Token struct {
	Name   string `mapstructure:"name"`
	SHA256 string `mapstructure:"sha256"`
	Role   string `mapstructure:"role"`
}

// OIDC is an identity provider; without an issuer there is none.
type OIDC struct {
	Issuer       string   `mapstructure:"issuer"`
	ClientID     string   `mapstructure:"client_id"`
	ClientSecret string   `mapstructure:"client_secret"`
	RedirectURL  string   `mapstructure:"redirect_url"`
	Scopes       []string `mapstructure:"scopes"`
	Claim        string   `mapstructure:"claim"`
	Roles        []Grant  `mapstructure:"roles"`
	DefaultRole  string   `mapstructure:"default_role"`
}

// Grant gives the members of a group a role.
type Grant struct {
	Group string `mapstructure:"group"`
	Role  string `mapstructure:"role"`
}

// Webhooks says where forges tell what happened, and how they sign it.
type Webhooks struct {
	// Secrets may each hold several with commas between them.
	Secrets []string      `mapstructure:"secrets"`
	Path    string        `mapstructure:"path"`
	URL     string        `mapstructure:"url"`
	Wait    time.Duration `mapstructure:"wait"`
}

// check returns every fault.
func (w Webhooks) check() (faults []error) {
	if !strings.HasPrefix(w.Path, "/") || path.Clean(w.Path) != w.Path || w.Path == "/" {
		faults = append(faults, fmt.Errorf("webhooks.path is %q: write a path such as /hooks", w.Path))
	}
	if w.URL != "" && !isAddress(w.URL) {
		faults = append(faults, errors.New("webhooks.url: write https://perenne.example/hooks or leave it out"))
	}
	if w.Wait < 0 {
		faults = append(faults, fmt.Errorf("webhooks.wait must be 0 or more, and is %s", w.Wait))
	}
	return faults
}

// secrets are the settings that are never shown.
var secrets = []string{"database.url", "access.oidc.client_secret", "access.tokens", "webhooks.secrets"}

// Load reads the defaults, then the file when it is named, then the
// environment: PERENNE_LIMITS_TIMEOUT overrides limits.timeout. The error lists
// every fault.
func Load(file string) (Config, error) {
	var c Config
	v, err := read(file)
	if err != nil {
		return c, err
	}
	strict := func(d *mapstructure.DecoderConfig) { d.ErrorUnused = true }
	if err := v.Unmarshal(&c, strict); err != nil {
		return c, fmt.Errorf("configuration %s: %w", file, err)
	}
	return c, c.validate()
}

// read merges the sources of settings. The names that the environment may set
// are those of the defaults.
func read(path string) (*viper.Viper, error) {
	v := viper.New()
	v.SetConfigType("yaml")
	v.SetEnvPrefix("PERENNE")
	v.SetEnvKeyReplacer(strings.NewReplacer(".", "_"))
	v.AutomaticEnv()
	if err := v.ReadConfig(bytes.NewReader(defaults)); err != nil {
		return nil, fmt.Errorf("read the built-in configuration: %w", err)
	}
	if path != "" {
		v.SetConfigFile(path)
		if err := v.MergeInConfig(); err != nil {
			return nil, fmt.Errorf("read configuration %s: %w", path, err)
		}
	}
	return v, nil
}

// Show returns the settings in force as YAML, secrets as "(set)".
func Show(path string) (string, error) {
	v, err := read(path)
	if err != nil {
		return "", err
	}
	for _, key := range secrets {
		if s := v.Get(key); s != nil && fmt.Sprint(s) != "" && fmt.Sprint(s) != "[]" {
			v.Set(key, "(set)")
		}
	}
	// AllSettings leaves out what only the environment sets below a map.
	all := v.AllSettings()
	out, err := yaml.Marshal(all)
	return string(out), err
}

func (c Config) validate() error {
	var faults []error
	positive := map[string]int64{
		"limits.fetch_bytes": c.Limits.FetchBytes, "limits.blob_bytes": c.Limits.BlobBytes,
		"limits.memory_bytes": c.Limits.MemoryBytes, "limits.disk_bytes": c.Limits.DiskBytes,
		"limits.files": int64(c.Limits.Files), "limits.commits": int64(c.Limits.Commits),
		"limits.unfiltered_commits": int64(c.Limits.UnfilteredCommits), "limits.timeout": int64(c.Limits.Timeout),
		"limits.tags": int64(c.Limits.Tags), "forges.cache_bytes": c.Forges.CacheBytes,
		"forges.refresh": int64(c.Forges.Refresh), "forges.timeout": int64(c.Forges.Timeout), "forges.discover_every": int64(c.Forges.DiscoverEvery),
		"queue.timeout": int64(c.Queue.Timeout), "queue.grace": int64(c.Queue.Grace), "queue.every": int64(c.Queue.Every),
	}
	if c.Limits.PastCommits < 0 {
		faults = append(faults, errors.New("limits.past_commits is negative: write 0 to leave the past out"))
	}
	for _, name := range slices.Sorted(maps.Keys(positive)) {
		if positive[name] <= 0 {
			faults = append(faults, fmt.Errorf("%s must be above 0, and is %d", name, positive[name]))
		}
	}
	for name, value := range map[string]int{"jobs": c.Jobs, "queue.workers": c.Queue.Workers, "queue.per_host": c.Queue.PerHost} {
		if value < 0 {
			faults = append(faults, fmt.Errorf("%s must be 0 or more, and is %d", name, value))
		}
	}
	const hoursInAWeek = 20 * 35
	for _, side := range audit.Sides {
		if hours := c.Plan.Hours()[side]; !(hours >= 0 && hours <= hoursInAWeek) {
			faults = append(faults, fmt.Errorf("plan.%s_hours must be from 0 to %d, and is %g", side, hoursInAWeek, hours))
		}
	}
	if c.Lang != "" {
		if _, err := audit.ParseLang(c.Lang); err != nil {
			faults = append(faults, fmt.Errorf("lang: %w", err))
		}
	}
	if !slices.Contains([]string{"auto", "open", "restricted"}, c.Access.Reading) {
		faults = append(faults, fmt.Errorf("access.reading is %q: write auto, open or restricted", c.Access.Reading))
	}
	faults = append(faults, c.Forges.check()...)
	faults = append(faults, c.Network.check()...)
	faults = append(faults, c.Publish.check()...)
	faults = append(faults, c.Webhooks.check()...)
	if err := c.Database.check(); err != nil {
		faults = append(faults, err)
	}
	return errors.Join(faults...)
}

// check accepts nothing, for SQLite in the data folder, and PostgreSQL's
// addresses. It never repeats the address, which may hold a password.
func (d Database) check() error {
	if d.URL == "" {
		return nil
	}
	u, err := url.Parse(d.URL)
	if err != nil || (u.Scheme != "postgres" && u.Scheme != "postgresql") {
		return errors.New("database.url: write postgres://user:password@host/name, or leave it empty for SQLite in the data folder")
	}
	return nil
}
