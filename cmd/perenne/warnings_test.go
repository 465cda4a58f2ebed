package main

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"
)

// The queue could not write on a full disk and tried no audit, so that none
// failed, and the service said that it was ready.
func TestTheQueuesErrorsCastDoubt(t *testing.T) {
	var log bytes.Buffer
	failed := 0
	logger := slog.New(onlyWarnings{slog.NewTextHandler(&log, nil), func() { failed++ }}).With("a", 1).WithGroup("g")
	logger.Info("all is well")
	logger.Warn("slow")
	if failed != 0 || strings.Contains(log.String(), "all is well") || !strings.Contains(log.String(), "slow") {
		t.Errorf("%d failures after:\n%s", failed, &log)
	}
	if logger.Error("disk is full"); failed != 1 || !strings.Contains(log.String(), "disk is full") {
		t.Errorf("%d failures after:\n%s", failed, &log)
	}
}
