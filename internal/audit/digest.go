package audit

import (
	"encoding/json"
	"maps"
	"sync"
)

// Digests are what was computed from all the files of a commit, as JSON by name.
// They are kept as evidence in place of the files.
type Digests struct {
	mu   sync.Mutex
	made map[string][]byte
}

// NewDigests returns digests that were made before; nil for none.
func NewDigests(made map[string][]byte) *Digests {
	d := &Digests{made: map[string][]byte{}}
	maps.Copy(d.made, made)
	return d
}

// All returns a copy of every digest.
func (d *Digests) All() map[string][]byte {
	d.mu.Lock()
	defer d.mu.Unlock()
	return maps.Clone(d.made)
}

// Digest is [Once] for what follows from the files alone: not from the date, nor
// from what people declared. Whoever must look into every file reads them with
// [Snapshot.Skim], so that neither their size nor the secrets in them end up in
// what is kept; the digest is kept instead. The name changes whenever the answer
// may. T must survive a round trip through JSON.
func Digest[T any](s *Snapshot, name string, compute func(*Snapshot) T) T {
	return Once(s, digestKey(name), func(s *Snapshot) T {
		if s.Digests == nil {
			return compute(s)
		}
		var value T
		if made, found := s.Digests.All()[name]; found && json.Unmarshal(made, &value) == nil {
			return value
		}
		value = compute(s)
		if made, err := json.Marshal(value); err == nil {
			s.Digests.mu.Lock()
			s.Digests.made[name] = made
			s.Digests.mu.Unlock()
		}
		return value
	})
}

type digestKey string
