// Package hook receives what forges say happened to repositories, so that one is
// audited soon after it changed and not at its next turn.
//
// One address takes the deliveries of GitHub, GitLab, Gitea and Forgejo, which say
// in a header who they are. In this order: the size is bounded, the signature is
// checked over the bytes that came, a delivery that came before is refused, and
// only then anything is parsed. What is left is a list of repositories of the
// portfolio, which the queue takes; nothing else that a delivery says is used.
//
// Nothing here keeps a delivery across processes or restarts, and nothing has to:
// the most that a replayed one can do is to have an unchanged repository asked for
// its newest commit, once for as long as the queue waits.
package hook

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/store"
)

// Config says whom to believe and whom to tell.
type Config struct {
	// Secrets are what deliveries may be signed with: several while one is replaced
	// by another. Nothing is received without one; see [Secrets.Check].
	Secrets Secrets
	// Portfolio holds the repositories that are audited; others are passed over.
	Portfolio func() *audit.Portfolio
	// Address writes a target of the portfolio as an address: "github:owner/name" as
	// https://github.com/owner/name.
	Address func(target string) string
	// Known returns what the forge last said of a repository, its id there and its
	// path now, "" where that is not known: a repository that was renamed still has
	// its former address in the portfolio. May be nil.
	Known func(address string) (id, path string)
	// Notice is told of repositories that something happened to, and returns how many
	// were not told of already.
	Notice func(ctx context.Context, repositories []store.Key, kind Kind) (int, error)
	// Count is told how each delivery ended; may be nil.
	Count  func(sender forge.Kind, outcome Outcome)
	Now    func() time.Time
	Logger *slog.Logger
}

// Outcome is how a delivery ended.
type Outcome string

// The outcomes.
const (
	// Queued: at least one repository will be audited because of it.
	Queued Outcome = "queued"
	// Coalesced: all its repositories wait already.
	Coalesced Outcome = "coalesced"
	// Ignored: it changes nothing that is audited.
	Ignored Outcome = "ignored"
	// Unlisted: no repository of the portfolio is meant.
	Unlisted Outcome = "unlisted"
	// Replayed: it came before.
	Replayed Outcome = "replayed"
	// Refused: its signature does not hold.
	Refused Outcome = "refused"
	// Malformed: it cannot be read, or says no forge.
	Malformed Outcome = "malformed"
	// Limited: too much at a time.
	Limited Outcome = "limited"
	// Failed: it could not be queued.
	Failed Outcome = "failed"
)

// Outcomes lists every outcome.
var Outcomes = []Outcome{Queued, Coalesced, Ignored, Unlisted, Replayed, Refused, Malformed, Limited, Failed}

// statuses are what the forge is answered.
var statuses = map[Outcome]int{
	Queued: http.StatusAccepted, Coalesced: http.StatusAccepted, Ignored: http.StatusAccepted, Unlisted: http.StatusAccepted,
	Replayed: http.StatusConflict, Refused: http.StatusUnauthorized, Malformed: http.StatusBadRequest,
	Limited: http.StatusServiceUnavailable, Failed: http.StatusServiceUnavailable,
}

// Bounds of what is received.
const (
	// MaxBytes is the largest delivery. A push of a few commits weighs 10 kB; one of
	// thousands may be too large, and is seen at the repository's next turn.
	MaxBytes = 4 << 20
	// atOnce is how many are received at a time, so that they hold 64 MB at most.
	atOnce = 16
	// bodyTime is how long one may take to arrive.
	bodyTime = 5 * time.Second
)

// Handler receives deliveries. It is safe for concurrent use.
type Handler struct {
	c     Config
	seen  *seen
	index index
	slots chan struct{}
}

// New returns a handler.
func New(c Config) *Handler {
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Known == nil {
		c.Known = func(string) (string, string) { return "", "" }
	}
	return &Handler{c: c, seen: newSeen(), slots: make(chan struct{}, atOnce)}
}

// Answer is what a forge, and whoever reads its list of deliveries, is told.
type Answer struct {
	Answer Outcome `json:"answer"`
	// Event is what the delivery was understood as.
	Event Kind `json:"event,omitempty"`
	// Repositories is how many of the portfolio are meant.
	Repositories int `json:"repositories"`
	// Detail says what to do, in English: forges show it as it is.
	Detail string `json:"detail,omitempty"`
}

// ServeHTTP implements [http.Handler].
func (h *Handler) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", http.MethodPost)
		http.Error(w, "Webhooks of forges are received here, by POST. See docs/webhooks.md.", http.StatusMethodNotAllowed)
		return
	}
	sender := senderOf(r.Header)
	answer, status := h.receive(w, r, sender)
	if status == 0 {
		status = statuses[answer.Answer]
	}
	if h.c.Count != nil {
		h.c.Count(sender, answer.Answer)
	}
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	// A forge that left is nobody's error.
	_ = json.NewEncoder(w).Encode(answer)
}

// receive takes one delivery. The status is 0 where the outcome decides it.
func (h *Handler) receive(w http.ResponseWriter, r *http.Request, sender forge.Kind) (a Answer, status int) {
	if sender == forge.Plain {
		return Answer{Answer: Malformed, Detail: "no header says which forge sends this, such as X-GitHub-Event"}, 0
	}
	select {
	case h.slots <- struct{}{}:
		defer func() { <-h.slots }()
	default:
		w.Header().Set("Retry-After", "5")
		return Answer{Answer: Limited, Detail: "too many deliveries at a time; send it again"}, 0
	}
	body, err := read(w, r)
	var large *http.MaxBytesError
	switch {
	case errors.As(err, &large):
		return Answer{Answer: Malformed, Detail: "larger than 4 MiB; the repository is audited at its next turn"}, http.StatusRequestEntityTooLarge
	case err != nil:
		return Answer{Answer: Malformed, Detail: "it did not arrive whole"}, 0
	}
	if !h.c.Secrets.verify(sender, r.Header, body, h.c.Now()) {
		return Answer{Answer: Refused, Detail: "the signature does not hold: type one of the configured secrets into the webhook"}, 0
	}
	mark := markOf(sender, r.Header, body)
	if !h.seen.first(mark, h.c.Now()) {
		return Answer{Answer: Replayed, Detail: "this delivery was received before"}, 0
	}
	if a = h.take(r, sender, payload(r.Header, body)); a.Answer == Failed {
		// Sent again, it is not a replay.
		h.seen.forget(mark)
	}
	return a, 0
}

// read takes the body, which may neither be large nor trickle in.
func read(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	// What cannot set a deadline of its own, as in tests, has the server's.
	connection := http.NewResponseController(w)
	_ = connection.SetReadDeadline(time.Now().Add(bodyTime))
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, MaxBytes))
	if err == nil {
		// A deadline that passes while the delivery is queued would cut that off.
		_ = connection.SetReadDeadline(time.Time{})
	}
	return body, err
}

// payload is the JSON of a delivery: GitHub and Gitea can also send it as a form,
// which GitHub does unless told otherwise.
func payload(header http.Header, body []byte) []byte {
	if !strings.HasPrefix(header.Get("Content-Type"), "application/x-www-form-urlencoded") {
		return body
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		return nil
	}
	return []byte(form.Get("payload"))
}

// take acts on what was signed.
func (h *Handler) take(r *http.Request, sender forge.Kind, payload []byte) Answer {
	event, err := parse(sender, r.Header, payload)
	switch {
	case err != nil:
		// The library's error may quote the delivery.
		h.c.Logger.Warn("webhook", "sender", string(sender), "error", "cannot be read")
		return Answer{Answer: Malformed, Detail: "the delivery cannot be read as the event that its header names"}
	case event.Kind == Other:
		return Answer{Answer: Ignored, Event: Other}
	}
	found, listed := h.index.find(h.c, event)
	a := Answer{Event: event.Kind, Repositories: len(found)}
	switch {
	case len(found) == 0 && listed:
		a.Answer, a.Detail = Ignored, "no audited branch changed"
		return a
	case len(found) == 0:
		a.Answer, a.Detail = Unlisted, "no repository of the portfolio is meant"
		return a
	}
	added, err := h.c.Notice(r.Context(), found, event.Kind)
	switch {
	case err != nil:
		h.c.Logger.Error("webhook", "sender", string(sender), "error", audit.MaskEmails(err.Error()))
		a.Answer, a.Detail = Failed, "it could not be queued; send it again"
	case added == 0:
		a.Answer = Coalesced
	default:
		a.Answer = Queued
	}
	return a
}
