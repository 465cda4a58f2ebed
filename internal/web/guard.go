package web

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime/debug"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// guard puts around every route what every route needs, outermost last.
func (s *site) guard(next http.Handler) http.Handler {
	crossOrigin := http.NewCrossOriginProtection()
	crossOrigin.SetDenyHandler(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.fail(w, r, status(http.StatusForbidden))
	}))
	h := s.identified(next)
	h = s.withSession(h)
	h = crossOrigin.Handler(h)
	h = s.limited(h)
	h = s.withHooks(h)
	h = secured(h)
	return s.watched(h)
}

// The content security policy of our own pages: nothing but our own style sheet
// and pictures, no script at all. River's pages are an application and need
// their own scripts and styles, some of these inline.
const (
	policy      = "default-src 'none'; style-src 'self'; img-src 'self' data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
	adminPolicy = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)

func secured(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		if strings.HasPrefix(r.URL.Path, "/admin/queue/") {
			h.Set("Content-Security-Policy", adminPolicy)
		}
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("X-Frame-Options", "DENY")
		h.Set("Referrer-Policy", "same-origin")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Permissions-Policy", "camera=(), geolocation=(), microphone=()")
		next.ServeHTTP(w, r)
	})
}

// limited bounds what one request may send and how long it may take.
func (s *site) limited(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		r.Body = http.MaxBytesReader(w, r.Body, maxBodyBytes)
		ctx, cancel := context.WithTimeout(r.Context(), s.Timeout)
		defer cancel()
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// withSession reads and writes the session cookie, save where none is wanted: a
// probe must answer while the sessions' database does not.
func (s *site) withSession(next http.Handler) http.Handler {
	fail := func(w http.ResponseWriter, r *http.Request, err error) { s.fail(w, r, fmt.Errorf("session: %w", err)) }
	s.door.secure.ErrorFunc, s.door.insecure.ErrorFunc = fail, fail
	secure, insecure := s.door.secure.LoadAndSave(next), s.door.insecure.LoadAndSave(next)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case sessionless(r):
			next.ServeHTTP(w, r)
		case s.door.encrypted(r):
			secure.ServeHTTP(w, r)
		default:
			insecure.ServeHTTP(w, r)
		}
	})
}

func sessionless(r *http.Request) bool {
	return r.URL.Path == "/healthz" || r.URL.Path == "/readyz" || strings.HasPrefix(r.URL.Path, "/static/")
}

// identified notes who asks. A token that nobody has is an error even where
// reading is open: whoever sends one should learn that it does not work.
func (s *site) identified(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if sessionless(r) {
			next.ServeHTTP(w, r)
			return
		}
		who, err := s.door.identify(r)
		if err != nil && !errors.Is(err, errToken) {
			s.fail(w, r, err)
			return
		}
		if err != nil {
			w.Header().Set("WWW-Authenticate", `Bearer realm="perenne", error="invalid_token"`)
			s.fail(w, r, status(http.StatusUnauthorized))
			return
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), readerKey{}, who)))
	})
}

// watched logs each request and turns a panic into a page that tells nothing.
// The query is left out: it may hold anything.
func (s *site) watched(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		began := time.Now()
		seen := &recorder{ResponseWriter: w}
		defer func() {
			if p := recover(); p != nil && p != http.ErrAbortHandler {
				s.Logger.Error("request failed", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
				if seen.status != 0 {
					panic(http.ErrAbortHandler) // half an answer must not look whole
				}
				s.fail(seen, r, status(http.StatusInternalServerError))
			}
			level := slog.LevelInfo
			if sessionless(r) || r.URL.Path == "/metrics" {
				level = slog.LevelDebug
			}
			s.Logger.Log(r.Context(), level, "request", "method", r.Method, "path", audit.MaskEmails(r.URL.Path),
				"status", seen.status, "duration", time.Since(began))
		}()
		next.ServeHTTP(seen, r)
	})
}

// recorder remembers the status of an answer.
type recorder struct {
	http.ResponseWriter
	status int
}

func (r *recorder) WriteHeader(status int) {
	if r.status == 0 && status >= http.StatusOK {
		r.status = status
	}
	r.ResponseWriter.WriteHeader(status)
}

func (r *recorder) Write(b []byte) (int, error) {
	if r.status == 0 {
		r.status = http.StatusOK
	}
	return r.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (r *recorder) Unwrap() http.ResponseWriter { return r.ResponseWriter }

// conditional gives each answer to a GET an ETag, and leaves its body out when
// the reader has it already.
func (s *site) conditional(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodGet && r.Method != http.MethodHead || strings.HasPrefix(r.URL.Path, "/static/") {
			next.ServeHTTP(w, r)
			return
		}
		held := &held{ResponseWriter: w}
		next.ServeHTTP(held, r)
		held.release(r)
	})
}

// held keeps an answer back until it is complete.
type held struct {
	http.ResponseWriter
	status int
	body   bytes.Buffer
}

func (h *held) WriteHeader(status int) {
	if h.status == 0 {
		h.status = status
	}
}

func (h *held) Write(b []byte) (int, error) {
	h.WriteHeader(http.StatusOK)
	return h.body.Write(b)
}

func (h *held) release(r *http.Request) {
	header := h.Header()
	h.WriteHeader(http.StatusOK)
	if h.status == http.StatusOK {
		sum := sha256.Sum256(h.body.Bytes())
		tag := `"` + hex.EncodeToString(sum[:16]) + `"`
		header.Set("ETag", tag)
		if header.Get("Cache-Control") == "" {
			// Kept by the reader alone, and asked for again each time.
			header.Set("Cache-Control", "private, no-cache")
		}
		header.Add("Vary", "Accept-Language, Authorization, Cookie")
		if matches(r.Header.Get("If-None-Match"), tag) {
			header.Del("Content-Type")
			h.ResponseWriter.WriteHeader(http.StatusNotModified)
			return
		}
	}
	h.ResponseWriter.WriteHeader(h.status)
	// A reader who left is nobody's error.
	_, _ = h.ResponseWriter.Write(h.body.Bytes())
}

// matches compares as RFC 9110 says for If-None-Match: weakly.
func matches(wanted, tag string) bool {
	for one := range strings.SplitSeq(wanted, ",") {
		one = strings.TrimPrefix(strings.TrimSpace(one), "W/")
		if one == "*" || one == tag {
			return true
		}
	}
	return false
}

// failure is an error with a status of its own. Its message is for the reader.
type failure struct {
	status  int
	message string
}

func (f failure) Error() string { return fmt.Sprintf("%d %s", f.status, f.message) }

func status(code int) error { return failure{status: code} }

// statusOf says what an error means to a reader.
func statusOf(err error) int {
	var f failure
	var large *http.MaxBytesError
	var often tooMany
	switch {
	case errors.As(err, &f):
		return f.status
	case errors.As(err, &large):
		return http.StatusRequestEntityTooLarge
	case errors.As(err, &often):
		return http.StatusTooManyRequests
	case errors.Is(err, audit.ErrNotFound):
		return http.StatusNotFound
	case errors.Is(err, audit.ErrForbidden):
		return http.StatusForbidden
	case errors.Is(err, context.DeadlineExceeded), errors.Is(err, audit.ErrUnreachable):
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}
