package metrics

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)

// 50,000 repositories are about 20,000 challenges. Each turn reads the board
// anew, which the five seconds of keeping usually spare.
func BenchmarkScrape(b *testing.B) {
	for _, size := range []struct{ challenges, checks int }{{100, 60}, {20_000, 18}, {20_000, 60}} {
		rows := sheets(size.challenges, size.checks)
		for _, encoding := range []string{"gzip", "identity"} {
			b.Run(fmt.Sprintf("challenges=%d/checks=%d/%s", size.challenges, size.checks, encoding), func(b *testing.B) {
				now := noon
				m := New(Config{Board: &shelf{rows: rows}, Now: func() time.Time { now = now.Add(time.Hour); return now }})
				r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
				r.Header.Set("Accept-Encoding", encoding)
				b.ReportAllocs()
				for b.Loop() {
					w := &counting{header: http.Header{}}
					m.Handler().ServeHTTP(w, r)
					b.ReportMetric(float64(w.size)/1e6, "MB/scrape")
				}
			})
		}
	}
}

// counting is a response of which only the size is kept.
type counting struct {
	header http.Header
	size   int
}

func (w *counting) Header() http.Header         { return w.header }
func (w *counting) WriteHeader(int)             {}
func (w *counting) Write(b []byte) (int, error) { w.size += len(b); return len(b), nil }

// BenchmarkClientLibrary is the way that was not taken.
func BenchmarkClientLibrary(b *testing.B) {
	m := New(Config{Board: &shelf{rows: sheets(20_000, 60)}})
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.Collector())
	handler := promhttp.HandlerFor(registry, promhttp.HandlerOpts{})
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept-Encoding", "gzip")
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(&counting{header: http.Header{}}, r)
	}
}
