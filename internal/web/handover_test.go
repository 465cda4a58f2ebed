package web

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store/storetest"
)

// Readers without a role learn how much leaves and where, and never who. What is
// kept is not changed by showing it.
func TestHandoverWithoutNames(t *testing.T) {
	t.Parallel()
	kept := storetest.SampleHandover(time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC))
	kept.Unmatched, kept.WhatIf = []string{"Cid Exemple"}, []audit.WhatIf{{Name: "Dora Exemple"}}
	before, err := json.Marshal(kept)
	if err != nil {
		t.Fatal(err)
	}
	shown, err := json.Marshal(veil{someone: "somebody"}.handover(kept))
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(string(shown), "Exemple") || !strings.Contains(string(shown), `"knowledge_at_risk":0.25`) || !strings.Contains(string(shown), `"folder":"import"`) {
		t.Errorf("shown to anybody: %s", shown)
	}
	after, err := json.Marshal(veil{lifted: true}.handover(kept))
	if err != nil || string(after) != string(before) {
		t.Errorf("shown to a reader with a role: %s", after)
	}
}
