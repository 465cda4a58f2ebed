package hook

import (
	"crypto/sha256"
	"net/http"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/forge"
)

// How long a delivery is remembered, and how many are.
const (
	rememberFor  = 24 * time.Hour
	rememberMost = 20_000
)

// mark names one delivery.
type mark [sha256.Size]byte

// markOf is made of the body and of what else was signed: whoever replays a delivery
// can add or change any other header. GitLab signs an id where it signs at all; its
// plain token signs nothing, and two of its events may be alike: there, the id that
// it sends counts too. The sender itself does not: it is told by a header.
func markOf(sender forge.Kind, header http.Header, body []byte) mark {
	id := ""
	switch {
	case sender == forge.GitLab && header.Get("Webhook-Signature") != "":
		id = header.Get("Webhook-Id")
	case sender == forge.GitLab:
		id = header.Get("X-Gitlab-Event-Uuid")
	}
	h := sha256.New()
	_, _ = h.Write([]byte(id + "\x00"))
	_, _ = h.Write(body)
	return mark(h.Sum(nil))
}

// seen remembers deliveries of this process, the newest of them.
type seen struct {
	mu sync.Mutex
	at map[mark]time.Time
	// order are the marks by age; those before next are the newest.
	order []mark
	next  int
}

func newSeen() *seen { return &seen{at: map[mark]time.Time{}} }

// first reports whether a delivery is new, and remembers it.
func (s *seen) first(m mark, now time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if at, known := s.at[m]; known {
		if now.Sub(at) < rememberFor {
			return false
		}
		s.at[m] = now
		return true
	}
	if len(s.order) < rememberMost {
		s.order = append(s.order, m)
	} else {
		delete(s.at, s.order[s.next])
		s.order[s.next] = m
		s.next = (s.next + 1) % rememberMost
	}
	s.at[m] = now
	return true
}

// forget lets a delivery come again.
func (s *seen) forget(m mark) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.at[m]; known {
		// Its place in the order stays, and is the next one's in its turn.
		s.at[m] = time.Time{}
	}
}
