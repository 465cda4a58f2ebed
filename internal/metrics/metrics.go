// Package metrics shows a portfolio to Prometheus: what the board knows about
// each challenge, what waits in the queue, and what this process did.
//
// A portfolio of 20,000 challenges is over a million series. Taking each through
// the client library costs seconds and gigabytes, so the series that are read
// from the board are written as text here, from one table of families, and kept
// compressed for a few seconds. All else is the client library's. The names are
// a contract; docs/metrics.md lists them.
package metrics

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
)

// Config says what is shown.
type Config struct {
	// Board is where the portfolio is read; nil for a process that only works.
	Board board.Reader
	// QueueCounts returns how many jobs are in which state; nil without a queue.
	QueueCounts func(context.Context) (map[string]int, error)
	// Version, Commit and Catalogue name the program and its list of checks.
	Version, Commit, Catalogue string
	// Keep is how long what was read answers further scrapes; 0 means DefaultKeep.
	Keep time.Duration
	// Logger hears of what could not be read; nil for nobody.
	Logger *slog.Logger
	// Now is the clock; nil for the real one.
	Now func() time.Time
}

// DefaultKeep lets several scrapers share one reading, and is far below any
// sensible scrape interval.
const DefaultKeep = 5 * time.Second

// Outcome is how one attempt to audit a repository ended.
type Outcome string

// The outcomes.
const (
	// Succeeded: audited, and kept.
	Succeeded Outcome = "succeeded"
	// Unchanged: the newest commit was known already; only what depends on dates
	// was judged again.
	Unchanged Outcome = "unchanged"
	// RateLimited: the host asked to come back later.
	RateLimited Outcome = "rate-limited"
	// Interrupted: the process was stopping; the audit goes on elsewhere.
	Interrupted Outcome = "interrupted"
	// Failed: anything else.
	Failed Outcome = "failed"
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Succeeded, Unchanged, RateLimited, Interrupted, Failed}

// OutcomeOf names the outcome of an audit that ended with this error: Succeeded
// for nil.
func OutcomeOf(err error) Outcome {
	switch {
	case err == nil:
		return Succeeded
	case errors.Is(err, audit.ErrRateLimited):
		return RateLimited
	case errors.Is(err, context.Canceled):
		return Interrupted
	}
	return Failed
}

// Stage is a part of an audit that is timed.
type Stage string

// The stages.
const (
	Acquire Stage = "acquire"
	Judge   Stage = "judge"
	Save    Stage = "save"
)

// Stages lists every stage, in the order in which they happen.
var Stages = []Stage{Acquire, Judge, Save}

// Metrics counts what this process does and shows it with the portfolio. Its
// methods are safe for concurrent use.
type Metrics struct {
	c        Config
	registry *prometheus.Registry

	audits        *prometheus.CounterVec
	duration      *prometheus.HistogramVec
	fetched       *prometheus.CounterVec
	forgeRequests *prometheus.CounterVec
	forgeLimit    *prometheus.GaugeVec
	webhooks      *prometheus.CounterVec

	// turn holds one token: one reading at a time, the others wait for it.
	turn chan struct{}
	kept *reading

	forgesMu sync.Mutex
	forges   map[string]bool
}

// buckets fit an audit: checks take milliseconds, a small fetch a second, and
// the time limit is minutes.
var buckets = []float64{.01, .05, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300}

// New prepares the metrics in a registry of their own.
func New(c Config) *Metrics {
	if c.Keep == 0 {
		c.Keep = DefaultKeep
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	m := &Metrics{c: c, registry: prometheus.NewRegistry(), turn: make(chan struct{}, 1), forges: map[string]bool{}}
	m.audits = prometheus.NewCounterVec(prometheus.CounterOpts(auditsTotal.opts()), auditsTotal.labels)
	m.duration = prometheus.NewHistogramVec(prometheus.HistogramOpts{
		Name: auditDuration.name, Help: auditDuration.help, Buckets: buckets,
	}, auditDuration.labels)
	m.fetched = prometheus.NewCounterVec(prometheus.CounterOpts(fetchedBytes.opts()), fetchedBytes.labels)
	m.forgeRequests = prometheus.NewCounterVec(prometheus.CounterOpts(forgeRequests.opts()), forgeRequests.labels)
	m.forgeLimit = prometheus.NewGaugeVec(prometheus.GaugeOpts(forgeLimit.opts()), forgeLimit.labels)
	m.webhooks = prometheus.NewCounterVec(prometheus.CounterOpts(webhooksTotal.opts()), webhooksTotal.labels)
	build := prometheus.NewGaugeVec(prometheus.GaugeOpts(buildInfo.opts()), buildInfo.labels)
	build.WithLabelValues(c.Version, c.Commit, c.Catalogue, runtime.Version()).Set(1)
	m.registry.MustRegister(
		m.audits, m.duration, m.fetched, m.forgeRequests, m.forgeLimit, m.webhooks, build,
		collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}),
	)
	// From zero, so that the first failure is an increase.
	for _, o := range Outcomes {
		m.audits.WithLabelValues(string(o))
	}
	return m
}

// Audited counts one attempt to audit a repository. What is not one of
// [Outcomes] counts as Failed.
func (m *Metrics) Audited(o Outcome) {
	if !slices.Contains(Outcomes, o) {
		o = Failed
	}
	m.audits.WithLabelValues(string(o)).Inc()
}

// Took notes how long one stage of one audit took; a stage that is not one of
// [Stages] is ignored.
func (m *Metrics) Took(s Stage, d time.Duration) {
	if slices.Contains(Stages, s) && d >= 0 {
		m.duration.WithLabelValues(string(s)).Observe(d.Seconds())
	}
}

// Fetched adds to the bytes received from git hosts. Until the first call there
// is no such metric: zero would claim that somebody had counted.
func (m *Metrics) Fetched(bytes int64) {
	if bytes >= 0 {
		m.fetched.WithLabelValues().Add(float64(bytes))
	}
}

// maxForges bounds the label; what more there is counts as "other".
const maxForges = 64

// ForgeAsked counts one request to a forge's API, by host name and by the status
// of the answer, 0 for none.
func (m *Metrics) ForgeAsked(forge string, status int) {
	code := "none"
	if status >= 100 && status <= 599 {
		code = strconv.Itoa(status)
	}
	m.forgeRequests.WithLabelValues(m.forge(forge), code).Inc()
}

// ForgeRemaining notes how many requests a forge still allows.
func (m *Metrics) ForgeRemaining(forge string, requests int) {
	m.forgeLimit.WithLabelValues(m.forge(forge)).Set(float64(requests))
}

// Received counts one delivery of a forge: the kind of its sender, and how it
// ended. Both are from closed lists of the caller's.
func (m *Metrics) Received(sender, outcome string) {
	m.webhooks.WithLabelValues(sender, outcome).Inc()
}

func (m *Metrics) forge(host string) string {
	m.forgesMu.Lock()
	defer m.forgesMu.Unlock()
	if !m.forges[host] && len(m.forges) >= maxForges {
		return "other"
	}
	m.forges[host] = true
	return host
}

// Handler answers scrapes: the Prometheus text format or OpenMetrics, as the
// scraper prefers. While the board cannot be read it answers 503, so that what
// was true a while ago is not taken for the present.
func (m *Metrics) Handler() http.Handler { return http.HandlerFunc(m.serve) }
