package main

import (
	"bytes"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// Errors reach the project that SENTRY_DSN names, and only errors do.
func TestErrorsAreReported(t *testing.T) {
	sent := make(chan string, 10)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		sent <- string(body)
	}))
	defer server.Close()
	dsn := strings.Replace(server.URL, "http://", "http://key@", 1) + "/1"
	var log bytes.Buffer
	logger, flush, err := newLogger(&log, func(name string) string {
		if name == "SENTRY_DSN" {
			return dsn
		}
		return ""
	})
	if err != nil {
		t.Fatal(err)
	}
	logger.Info("nothing to see")
	logger.With("challenge", "gobelins").Error("the disk is full")
	flush()
	close(sent)
	all := ""
	for body := range sent {
		all += body
	}
	if !strings.Contains(all, "the disk is full") || strings.Contains(all, "nothing to see") {
		t.Errorf("sent %q", all)
	}
	if !strings.Contains(log.String(), "nothing to see") || !strings.Contains(log.String(), "the disk is full") {
		t.Errorf("logged %q", log.String())
	}
}

func TestWrongErrorAddress(t *testing.T) {
	_, _, err := newLogger(io.Discard, func(string) string { return "https://s3cret@" })
	if err == nil || strings.Contains(err.Error(), "s3cret") {
		t.Errorf("got %v", err)
	}
}
