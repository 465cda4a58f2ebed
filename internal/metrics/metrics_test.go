package metrics

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/testutil"
	dto "github.com/prometheus/client_model/go"
	"github.com/prometheus/common/expfmt"
	"github.com/prometheus/common/model"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
)

// fed is metrics of which each was counted at least once.
func fed(c Config) *Metrics {
	if c.QueueCounts == nil {
		c.QueueCounts = func(context.Context) (map[string]int, error) {
			return map[string]int{"available": 3, "running": 2, "completed": 0}, nil
		}
	}
	c.Version, c.Commit, c.Catalogue = "v1.2.3", "0123abc", "2026.11"
	m := New(c)
	m.Audited(Succeeded)
	m.Audited(OutcomeOf(fmt.Errorf("fetch: %w", audit.ErrUnreachable)))
	m.Took(Acquire, 1500*time.Millisecond)
	m.Took(Judge, 20*time.Millisecond)
	m.Took(Save, 3*time.Millisecond)
	m.Fetched(1 << 20)
	m.ForgeAsked("github.com", 200)
	m.ForgeAsked("github.com", 0)
	m.ForgeRemaining("github.com", 4999)
	m.Received("github", "queued")
	return m
}

// scrape returns what a client with these headers gets, decoded.
func scrape(t testing.TB, m *Metrics, header ...string) (status int, kind, body string) {
	t.Helper()
	server := httptest.NewServer(m.Handler())
	defer server.Close()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, server.URL, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	// Without an encoding of its own, Go's client asks for gzip and inflates.
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header.Get("Content-Type"), string(text)
}

// The client library is the reference: through its pedantic registry the board
// gives the same series as the text that is written here.
func TestTextIsWhatTheClientLibraryWrites(t *testing.T) {
	odd := sheet(1234, 3)
	odd.Challenge.ID = "a\"b\\c\nd\xffé"
	rows := append(sheets(1203, 5), odd, board.Row{Challenge: &audit.Challenge{ID: "never-audited"}})
	rows[7].Challenge.MissionEnd = time.Time{}
	m := New(Config{Board: &shelf{rows: rows}})
	registry := prometheus.NewPedanticRegistry()
	// The library refuses invalid UTF-8, which is replaced here.
	fixed := *odd.Challenge
	fixed.ID = strings.ToValidUTF8(fixed.ID, "\uFFFD")
	reference := slices.Clone(rows)
	reference[1203].Challenge = &fixed
	registry.MustRegister(New(Config{Board: &shelf{rows: reference}}).Collector())
	families, err := registry.Gather()
	if err != nil {
		t.Fatal(err)
	}
	_, _, body := scrape(t, m)
	parser := expfmt.NewTextParser(model.UTF8Validation)
	parsed, err := parser.TextToMetricFamilies(strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range ofChallenge {
		i := slices.IndexFunc(families, func(g *dto.MetricFamily) bool { return g.GetName() == f.name })
		if i < 0 || parsed[f.name] == nil {
			t.Errorf("%s is missing", f.name)
			continue
		}
		got, want := lines(t, parsed[f.name]), lines(t, families[i])
		if !slices.Equal(got, want) {
			t.Errorf("%s: %d lines, want %d: %.300q, want %.300q", f.name, len(got), len(want), got, want)
		}
	}
}

// lines is a family as the client library writes it, labels and series sorted.
func lines(t *testing.T, f *dto.MetricFamily) []string {
	t.Helper()
	for _, m := range f.Metric {
		slices.SortFunc(m.Label, func(a, b *dto.LabelPair) int { return strings.Compare(a.GetName(), b.GetName()) })
	}
	var b bytes.Buffer
	if _, err := expfmt.MetricFamilyToText(&b, f); err != nil {
		t.Fatal(err)
	}
	all := strings.Split(b.String(), "\n")
	slices.Sort(all)
	return all
}

func TestFormatsAndEncodingsAgree(t *testing.T) {
	m := fed(Config{Board: &shelf{rows: sheets(1100, 4)}, Keep: time.Hour})
	open := []string{"Accept", "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"}
	_, _, gzipped := scrape(t, m)
	_, kind, identity := scrape(t, m, "Accept-Encoding", "identity")
	if !strings.HasPrefix(kind, "text/plain; version=0.0.4") {
		t.Errorf("content type %q", kind)
	}
	first := func(s string) string { s, _, _ = strings.Cut(s, "# HELP go_"); return s }
	if first(gzipped) != first(identity) || len(first(identity)) < 100_000 {
		t.Errorf("compressed and plain differ: %d and %d bytes", len(first(gzipped)), len(first(identity)))
	}
	_, kind, openMetrics := scrape(t, m, open...)
	if !strings.HasPrefix(kind, "application/openmetrics-text") || !strings.HasSuffix(openMetrics, "# EOF\n") || strings.Count(openMetrics, "# EOF") != 1 {
		t.Errorf("OpenMetrics as %q, ending %q", kind, openMetrics[max(0, len(openMetrics)-20):])
	}
	if _, kind, _ := scrape(t, m, "Accept", "text/html,*/*;q=0.8"); !strings.HasPrefix(kind, "text/plain") {
		t.Errorf("a browser is given %q", kind)
	}
	// The binary format is never given.
	_, kind, _ = scrape(t, m, "Accept", "application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited")
	if !strings.HasPrefix(kind, "text/plain") {
		t.Errorf("content type %q", kind)
	}
}

func TestGzipIsOneMemberWithTheRightSum(t *testing.T) {
	program, err := exec.LookPath("gzip")
	if err != nil {
		t.Fatal("gzip was not found: install it (Debian: apt-get install gzip)")
	}
	m := fed(Config{Board: &shelf{rows: sheets(1600, 7)}})
	w := httptest.NewRecorder()
	r := httptest.NewRequest(http.MethodGet, "/metrics", nil)
	r.Header.Set("Accept-Encoding", "zstd, gzip;q=0.5")
	m.Handler().ServeHTTP(w, r)
	if w.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers %v", w.Header())
	}
	cmd := exec.CommandContext(t.Context(), program, "-t", "-v")
	cmd.Stdin = w.Body
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("gzip refuses it: %v\n%s", err, out)
	}
}

func TestEncodingIsAsAsked(t *testing.T) {
	for asked, want := range map[string]bool{
		"": false, "gzip": true, "br, GZIP": true, "gzip;q=0": false, "gzip; q=0.3": true, "deflate": false, "gzip;q=x": false,
	} {
		if got := takesGzip(http.Header{"Accept-Encoding": {asked}}); got != want {
			t.Errorf("%q: %t", asked, got)
		}
	}
}

func TestUnknownIsAbsent(t *testing.T) {
	row := sheet(1, 0)
	row.Challenge = &audit.Challenge{ID: "partly-known"}
	row.Continuity = nil
	row.Axes[1].Score = nil
	row.Axes[2].Coverage = math.NaN()
	row.AuditedAt = time.Time{}
	row.CheckMet = map[string]float64{"readme-useful": math.Inf(1), "licence-present": 0}
	m := New(Config{Board: &shelf{rows: []board.Row{row, {Challenge: &audit.Challenge{ID: "never-audited"}}}}})
	_, _, body := scrape(t, m)
	for _, absent := range []string{
		`perenne_continuity_score_ratio`, `perenne_axis_score_ratio{challenge="partly-known",axis="transmission"}`,
		`perenne_axis_coverage_ratio{challenge="partly-known",axis="reliability"}`, `perenne_audit_last_success`,
		`perenne_mission_end`, `readme-useful`, `never-audited`, `NaN`, `Inf"} +`, `perenne_queue_jobs`,
		`perenne_fetched_bytes_total`, `perenne_forge_`, `perenne_audit_duration`,
	} {
		for _, line := range strings.Split(body, "\n") {
			if strings.Contains(line, absent) && strings.Contains(line, "perenne") {
				t.Errorf("%s is there: %s", absent, line)
			}
		}
	}
	for _, present := range []string{
		`perenne_check_met_ratio{challenge="partly-known",check="licence-present"} 0`,
		`perenne_open_blockers{challenge="partly-known",axis="deployment"} 1`,
		`perenne_ready_for_production{challenge="partly-known"} 0`,
		`perenne_actions{challenge="partly-known",quadrant="undated"} 7`,
		`perenne_audits_total{outcome="failed"} 0`,
	} {
		if !strings.Contains(body, present+"\n") {
			t.Errorf("%s is missing", present)
		}
	}
}

// A portfolio that grows at its front between two pages shows a challenge twice.
func TestChallengeIsShownOnce(t *testing.T) {
	s := &shelf{rows: sheets(700, 1)}
	s.after = func(s *shelf) {
		if s.reads == 1 {
			s.rows = append([]board.Row{sheet(99_000, 1)}, s.rows...)
		}
	}
	_, _, body := scrape(t, New(Config{Board: s}))
	if n := strings.Count(body, `perenne_ready_for_production{challenge="challenge-00499"}`); n != 1 {
		t.Errorf("%d times", n)
	}
}

func TestReadingIsKept(t *testing.T) {
	var mu sync.Mutex
	now := noon
	s := &shelf{rows: sheets(600, 1)}
	m := New(Config{Board: s, Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now }})
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() { scrape(t, m) })
	}
	group.Wait()
	if s.reads != 2 {
		t.Errorf("%d pages read for 8 scrapes at a time, want 2", s.reads)
	}
	for _, step := range []time.Duration{DefaultKeep, -time.Hour} {
		mu.Lock()
		now = now.Add(step)
		mu.Unlock()
		before := s.reads
		if scrape(t, m); s.reads != before+2 {
			t.Errorf("after %s the reading is not made again", step)
		}
	}
}

func TestTrouble(t *testing.T) {
	s := &shelf{rows: sheets(3, 1)}
	broken := func(context.Context) (map[string]int, error) { return nil, errGone }
	m := New(Config{Board: s, QueueCounts: broken, Keep: time.Nanosecond})
	if status, _, body := scrape(t, m); status != http.StatusOK || strings.Contains(body, "perenne_queue_jobs") || !strings.Contains(body, "perenne_axis_score_ratio") {
		t.Errorf("without queue: status %d\n%s", status, body)
	}
	s.err = errGone
	if status, _, body := scrape(t, m); status != http.StatusServiceUnavailable || strings.Contains(body, "internal.example") {
		t.Errorf("without board: status %d\n%s", status, body)
	}
	s.err = nil
	if status, _, _ := scrape(t, m); status != http.StatusOK {
		t.Errorf("afterwards: status %d", status)
	}
	w := httptest.NewRecorder()
	m.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/metrics", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST: status %d", w.Code)
	}
	// A scraper that gave up does not wait for its turn.
	m.turn <- struct{}{}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := m.current(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("given up: %v", err)
	}
}

// A process that only works has neither board nor queue.
func TestWorkerAlone(t *testing.T) {
	status, _, body := scrape(t, New(Config{Version: "v1"}))
	if status != http.StatusOK || !strings.Contains(body, `perenne_build_info{`) || strings.Contains(body, "{challenge=") {
		t.Errorf("status %d\n%s", status, body)
	}
}

func TestLabelsAreBounded(t *testing.T) {
	m := New(Config{Board: &shelf{rows: sheets(1, maxChecks+50)}})
	for i := range 3 * maxForges {
		m.ForgeAsked(fmt.Sprintf("forge%d.example", i), i*7)
	}
	m.Audited("made up")
	m.Took("made up", time.Second)
	m.Took(Judge, -time.Second)
	m.Fetched(-1)
	_, _, body := scrape(t, m)
	if n := strings.Count(body, "\nperenne_check_met_ratio{"); n != maxChecks {
		t.Errorf("%d series of checks", n)
	}
	if !strings.Contains(body, `perenne_audits_total{outcome="failed"} 1`) || strings.Contains(body, "made up") {
		t.Error("an outcome that is none is not counted as failed")
	}
	if strings.Contains(body, "forge190.example") || !strings.Contains(body, `forge="other"`) || strings.Contains(body, "perenne_audit_duration") || strings.Contains(body, "perenne_fetched") {
		t.Error("a label is not bounded, or nonsense was counted")
	}
}

func TestNoPersonIsNamed(t *testing.T) {
	_, _, body := scrape(t, fed(Config{Board: &shelf{rows: sheets(2, 2)}}))
	if strings.Contains(body, "@") || strings.Contains(body, "Lovelace") {
		t.Error("a person is in the metrics")
	}
}

func TestOutcomeOf(t *testing.T) {
	for _, test := range []struct {
		err  error
		want Outcome
	}{
		{nil, Succeeded}, {errGone, Failed}, {fmt.Errorf("ask: %w", audit.ErrRateLimited), RateLimited},
		{fmt.Errorf("fetch: %w", context.Canceled), Interrupted}, {context.DeadlineExceeded, Failed},
	} {
		if got := OutcomeOf(test.err); got != test.want {
			t.Errorf("%v: %s", test.err, got)
		}
	}
}

// The linters of the client library and of Prometheus have nothing to say.
func TestNamesFollowTheConventions(t *testing.T) {
	m := fed(Config{Board: &shelf{rows: sheets(2, 2)}})
	registry := prometheus.NewRegistry()
	registry.MustRegister(m.Collector())
	for _, g := range []prometheus.Gatherer{registry, m.registry} {
		problems, err := testutil.GatherAndLint(g)
		if err != nil || len(problems) > 0 {
			t.Errorf("%v %v", problems, err)
		}
	}
	_, _, body := scrape(t, m)
	cmd := exec.CommandContext(t.Context(), tool(t, "promtool"), "check", "metrics")
	cmd.Stdin = strings.NewReader(body)
	if out, err := cmd.CombinedOutput(); err != nil || len(out) > 0 {
		t.Errorf("promtool check metrics: %v\n%s", err, out)
	}
}

// tool finds a program of Debian's package prometheus.
func tool(t testing.TB, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		t.Fatalf("%s was not found: install it (Debian: apt-get install --no-install-recommends prometheus)", name)
	}
	return path
}

func FuzzGzip(f *testing.F) {
	f.Add([]byte("one"), []byte(""), []byte("three\nfour"))
	f.Fuzz(func(t *testing.T, a, b, c []byte) {
		var joinedUp bytes.Buffer
		chunks := []chunk{press(a), press(b), press(c)}
		if err := writeGzip(&joinedUp, chunks); err != nil {
			t.Fatal(err)
		}
		checkGzip(t, joinedUp.Bytes(), slices.Concat(a, b, c))
		text, err := io.ReadAll(plain(chunks))
		if err != nil || !bytes.Equal(text, slices.Concat(a, b, c)) {
			t.Fatalf("plain: %q, %v", text, err)
		}
	})
}

// checkGzip reads one member, whose sum and size the reader compares.
func checkGzip(t *testing.T, zipped, want []byte) {
	t.Helper()
	in := bytes.NewReader(zipped)
	r, err := gzip.NewReader(in)
	if err != nil {
		t.Fatal(err)
	}
	r.Multistream(false)
	got, err := io.ReadAll(r)
	if err != nil || !bytes.Equal(got, want) || in.Len() != 0 {
		t.Fatalf("%q, %v, %d bytes left; want %q", got, err, in.Len(), want)
	}
}
