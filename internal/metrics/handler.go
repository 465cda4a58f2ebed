package metrics

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/common/expfmt"
)

func (m *Metrics) serve(w http.ResponseWriter, r *http.Request) {
	if r.Method != http.MethodGet && r.Method != http.MethodHead {
		w.Header().Set("Allow", "GET, HEAD")
		http.Error(w, "metrics are only read: use GET", http.StatusMethodNotAllowed)
		return
	}
	read, err := m.current(r.Context())
	if err != nil {
		if r.Context().Err() == nil {
			m.c.Logger.ErrorContext(r.Context(), "the metrics cannot be shown", "error", err)
		}
		// The cause may name machines; the log has it.
		http.Error(w, "the portfolio cannot be read at the moment: look at /readyz and the log", http.StatusServiceUnavailable)
		return
	}
	format := formatFor(r.Header)
	own, err := m.own(format)
	if err != nil {
		m.c.Logger.ErrorContext(r.Context(), "the metrics cannot be shown", "error", err)
		http.Error(w, "the metrics of the process cannot be read: look at the log", http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", string(format))
	w.Header().Set("Cache-Control", "no-store")
	w.Header().Add("Vary", "Accept-Encoding")
	if takesGzip(r.Header) {
		w.Header().Set("Content-Encoding", "gzip")
		all := append(read.chunks[:len(read.chunks):len(read.chunks)], press(own))
		// An error is the scraper's going away.
		_ = writeGzip(w, all)
		return
	}
	if _, err := io.Copy(w, plain(read.chunks)); err == nil {
		_, _ = w.Write(own)
	}
}

// own returns the text of what this process counts, and the end of the document.
func (m *Metrics) own(format expfmt.Format) ([]byte, error) {
	families, err := m.registry.Gather()
	if err != nil {
		return nil, fmt.Errorf("gather the metrics: %w", err)
	}
	var b bytes.Buffer
	e := expfmt.NewEncoder(&b, format)
	for _, f := range families {
		if err := e.Encode(f); err != nil {
			return nil, fmt.Errorf("write %s: %w", f.GetName(), err)
		}
	}
	if c, ok := e.(expfmt.Closer); ok {
		if err := c.Close(); err != nil {
			return nil, fmt.Errorf("end the metrics: %w", err)
		}
	}
	return b.Bytes(), nil
}

// formatFor chooses OpenMetrics for who prefers it, else the text format, which
// comes first for who takes anything. The binary one is not among them: the text
// of the portfolio cannot be joined to it.
func formatFor(h http.Header) expfmt.Format {
	return expfmt.NegotiateAccept(h, expfmt.FmtText, expfmt.FmtOpenMetrics_1_0_0, expfmt.FmtOpenMetrics_0_0_1)
}

// takesGzip reports whether the client accepts gzip (RFC 9110, 12.5.3).
func takesGzip(h http.Header) bool {
	for _, field := range h.Values("Accept-Encoding") {
		for _, one := range strings.Split(field, ",") {
			name, weight, weighed := strings.Cut(strings.ToLower(one), ";")
			if strings.TrimSpace(name) != "gzip" {
				continue
			}
			q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
			return !weighed || err == nil && q > 0
		}
	}
	return false
}
