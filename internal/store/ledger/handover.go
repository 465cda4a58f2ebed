package ledger

import (
	"database/sql"
	"encoding/json"
	"fmt"

	"github.com/perenne-audit/perenne/internal/audit"
)

// handover is what leaves with people, as it is kept: null where nobody asked, and
// without numbers where nothing is known; orphaned is null where nobody who is said
// to leave was found.
type handover struct {
	known, orphaned sql.NullInt64
	content         []byte
}

func handoverOf(r *audit.Result) (h handover, err error) {
	if r.Handover == nil {
		return h, nil
	}
	h.known = sql.NullInt64{Int64: int64(r.Handover.KnownFiles), Valid: r.Handover.KnownFiles > 0}
	h.orphaned = sql.NullInt64{Int64: int64(r.Handover.OrphanedFiles), Valid: r.Handover.KnowledgeAtRisk != nil}
	content, err := json.Marshal(r.Handover)
	if err != nil {
		return h, fmt.Errorf("keep the handover: %w", err)
	}
	h.content, err = compress(content)
	return h, err
}

// readHandover is the way back; nil for nothing kept.
func readHandover(content []byte) (*audit.Handover, error) {
	if len(content) == 0 {
		return nil, nil
	}
	raw, err := decompress(content)
	if err != nil {
		return nil, err
	}
	h := &audit.Handover{}
	if err := json.Unmarshal(raw, h); err != nil {
		return nil, fmt.Errorf("kept handover: %w: %w", audit.ErrDamaged, err)
	}
	return h, nil
}
