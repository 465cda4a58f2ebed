package web

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

const (
	langCookie = "perenne_lang"
	langKept   = 365 * 24 * time.Hour
)

// langOf chooses the language of an answer: by ?lang=, then by the cookie that
// it left, then by what the browser asks for, then the default.
func (s *site) langOf(r *http.Request) audit.Lang {
	if lang, err := audit.ParseLang(r.URL.Query().Get("lang")); err == nil {
		return lang
	}
	if c, err := r.Cookie(langCookie); err == nil {
		if lang, err := audit.ParseLang(c.Value); err == nil {
			return lang
		}
	}
	return accepted(r.Header.Get("Accept-Language"), s.Lang)
}

// rememberLang keeps a choice made by ?lang=.
func (s *site) rememberLang(w http.ResponseWriter, r *http.Request) {
	if lang, err := audit.ParseLang(r.URL.Query().Get("lang")); err == nil {
		http.SetCookie(w, &http.Cookie{
			Name: langCookie, Value: string(lang), Path: "/", MaxAge: int(langKept.Seconds()),
			HttpOnly: true, SameSite: http.SameSiteLaxMode, Secure: s.door.encrypted(r),
		})
	}
}

// accepted returns the language of ours that the header wants most, the first of
// equals.
func accepted(header string, otherwise audit.Lang) audit.Lang {
	best, found := 0.0, otherwise
	for one := range strings.SplitSeq(header, ",") {
		tag, parameter, _ := strings.Cut(strings.TrimSpace(one), ";")
		quality := 1.0
		if q, ok := strings.CutPrefix(strings.TrimSpace(parameter), "q="); ok {
			var err error
			if quality, err = strconv.ParseFloat(q, 64); err != nil {
				continue
			}
		}
		primary, _, _ := strings.Cut(strings.ToLower(tag), "-")
		if lang, err := audit.ParseLang(primary); err == nil && quality > best {
			best, found = quality, lang
		}
	}
	return found
}

// in returns the same page in another language. What is not shown on a page is
// of no use in its links either, so only known keys are kept.
func in(r *http.Request, lang audit.Lang) string {
	query := r.URL.Query()
	kept := url.Values{}
	for _, key := range []string{"ministry", "search", "sort", "offset", "to"} {
		if value := query.Get(key); value != "" {
			kept.Set(key, value)
		}
	}
	kept.Set("lang", string(lang))
	target := url.URL{Path: "/", RawQuery: kept.Encode()}
	if r.Method == http.MethodGet {
		// Two slashes at the start would name a host.
		target.Path = "/" + strings.TrimLeft(r.URL.Path, "/")
	}
	return target.RequestURI()
}
