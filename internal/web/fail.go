package web

import (
	"encoding/json"
	"errors"
	"net/http"
	"strconv"

	"github.com/danielgtaylor/huma/v2"

	"github.com/perenne-audit/perenne/internal/audit"
)

// fail answers with an error: a page for people, RFC 9457 for programs. What went
// wrong inside is logged and not told.
func (s *site) fail(w http.ResponseWriter, r *http.Request, err error) {
	code := statusOf(err)
	if code == http.StatusInternalServerError || code == http.StatusServiceUnavailable {
		var told failure
		if !errors.As(err, &told) {
			s.Logger.Error("answer", "path", audit.MaskEmails(r.URL.Path), "error", audit.MaskEmails(err.Error()))
		}
	}
	w.Header().Set("Cache-Control", "no-store")
	var often tooMany
	if errors.As(err, &often) {
		w.Header().Set("Retry-After", strconv.Itoa(int(often.wait.Seconds())+1))
	}
	message := s.explain(r, err, code)
	if forPrograms(r) {
		w.Header().Set("Content-Type", "application/problem+json")
		w.WriteHeader(code)
		// A reader who left is nobody's error.
		_ = json.NewEncoder(w).Encode(huma.ErrorModel{Title: http.StatusText(code), Status: code, Detail: message})
		return
	}
	if s.pages == nil {
		// A reader who left is nobody's error.
		_ = plain(w, code, message)
		return
	}
	if broken := s.show(w, r, code, "error", message, errorView{code, message}); broken != nil {
		s.Logger.Error("answer", "error", broken)
		_ = plain(w, code, http.StatusText(code))
	}
}

// explain puts an error into the reader's words.
func (s *site) explain(r *http.Request, err error, code int) string {
	m := s.messages(r)
	var f failure
	if errors.As(err, &f) && f.message != "" {
		return m.Say(f.message)
	}
	switch code {
	case http.StatusBadRequest:
		return m.Say("web.error-bad-request")
	case http.StatusUnauthorized:
		return m.Say("web.error-unauthorized")
	case http.StatusForbidden:
		return m.Say("web.error-forbidden")
	case http.StatusNotFound:
		return m.Say("web.error-not-found")
	case http.StatusRequestEntityTooLarge:
		return m.Say("web.error-too-large")
	case http.StatusTooManyRequests:
		return m.Say("web.error-too-many")
	case http.StatusServiceUnavailable:
		return m.Say("web.error-unavailable")
	}
	return m.Say("web.error-internal")
}

// errorView is the page about an error.
type errorView struct {
	Status  int
	Message string
}
