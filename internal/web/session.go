package web

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/alexedwards/scs/v2"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// Sessions end after a working day, or after two hours of nothing. A login that
// was begun has ten minutes.
const (
	sessionLifetime = 12 * time.Hour
	sessionIdle     = 2 * time.Hour
	loginLifetime   = 10 * time.Minute
	// sessionStep is how much later a session has to end before that is written
	// down: a reader's every page would be a write otherwise.
	sessionStep = 5 * time.Minute
)

// sessionCodec writes the same session in the same bytes each time, so that one
// in which nothing changed is recognised. All values are words.
type sessionCodec struct{}

type sessionContent struct {
	Deadline time.Time         `json:"deadline"`
	Values   map[string]string `json:"values"`
}

// Encode implements [scs.Codec].
func (sessionCodec) Encode(deadline time.Time, values map[string]any) ([]byte, error) {
	content := sessionContent{deadline.UTC(), map[string]string{}}
	for name, value := range values {
		word, ok := value.(string)
		if !ok {
			return nil, fmt.Errorf("write a session: %s is a %T", name, value)
		}
		content.Values[name] = word
	}
	return json.Marshal(content)
}

// Decode implements [scs.Codec].
func (sessionCodec) Decode(written []byte) (time.Time, map[string]any, error) {
	var content sessionContent
	if err := json.Unmarshal(written, &content); err != nil {
		return time.Time{}, nil, fmt.Errorf("read a session: %w", err)
	}
	values := map[string]any{}
	for name, word := range content.Values {
		values[name] = word
	}
	return content.Deadline, values, nil
}

// sessions keeps who is logged in where every process of the service finds it.
type sessions struct{ in store.Sessions }

var _ scs.CtxStore = sessions{}

// FindCtx implements [scs.CtxStore].
func (s sessions) FindCtx(ctx context.Context, token string) ([]byte, bool, error) {
	found, err := s.in.Session(ctx, token, time.Now())
	if errors.Is(err, audit.ErrNotFound) {
		return nil, false, nil
	}
	return found.Content, err == nil, err
}

// CommitCtx implements [scs.CtxStore].
func (s sessions) CommitCtx(ctx context.Context, token string, content []byte, expires time.Time) error {
	kept, err := s.in.Session(ctx, token, time.Now())
	if err == nil && bytes.Equal(kept.Content, content) && expires.Sub(kept.Expires).Abs() < sessionStep {
		return nil
	}
	return s.in.KeepSession(ctx, store.Session{Token: token, Content: content, Expires: expires})
}

// DeleteCtx implements [scs.CtxStore].
func (s sessions) DeleteCtx(ctx context.Context, token string) error {
	return s.in.EndSession(ctx, token)
}

// Find, Commit and Delete are what scs asks of a store that knows no context.
func (s sessions) Find(token string) ([]byte, bool, error) {
	return s.FindCtx(context.Background(), token)
}

// Commit implements [scs.Store].
func (s sessions) Commit(token string, content []byte, expires time.Time) error {
	return s.CommitCtx(context.Background(), token, content, expires)
}

// Delete implements [scs.Store].
func (s sessions) Delete(token string) error { return s.DeleteCtx(context.Background(), token) }
