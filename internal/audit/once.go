package audit

import "sync"

// shared is what all views of a snapshot have in common.
type shared struct {
	mu    sync.Mutex
	facts map[any]*sharedFact
}

type sharedFact struct {
	once   func() any
	unread *unread
}

// Once computes something from the snapshot the first time that it is asked for
// and returns the same value ever after, so that checks share the work of
// reading: parsed manifests, sections of a README. The key is a type of the
// caller's own, which keeps packages from meeting:
//
//	type manifestsKey struct{}
//	all := audit.Once(s, manifestsKey{}, parseManifests)
//
// The value must not be changed afterwards. A panic in compute is repeated for
// every caller; what compute could not read counts as unread for each of them.
func Once[T any](s *Snapshot, key any, compute func(*Snapshot) T) T {
	fact := s.fact(key, func(view *Snapshot) any { return compute(view) })
	value := fact.once()
	if s.unread != nil {
		s.unread.add(fact.unread.files...)
	}
	return value.(T)
}

func (s *Snapshot) fact(key any, compute func(*Snapshot) any) *sharedFact {
	if s.shared == nil {
		s.shared = &shared{}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if fact, ok := s.facts[key]; ok {
		return fact
	}
	view := s.View()
	fact := &sharedFact{once: sync.OnceValue(func() any { return compute(view) }), unread: view.unread}
	if s.facts == nil {
		s.facts = map[any]*sharedFact{}
	}
	s.facts[key] = fact
	return fact
}
