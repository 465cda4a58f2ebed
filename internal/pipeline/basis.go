package pipeline

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// basis is a digest of everything that a result of this snapshot follows from:
// what lies in its commit and beside it, by which rules it is judged, what people
// said about it, and the day, since ages are counted in days. Two results of the
// same basis are the same. It is "" where that cannot be told.
func (r *keeping) basis(s *audit.Snapshot) string {
	o := r.options
	var forge *audit.Forge
	if s.Forge != nil {
		told := *s.Forge
		told.AskedAt = time.Time{} // the same answer, asked again
		forge = &told
	}
	var advisories time.Time
	if o.Advisories != nil {
		advisories = o.Advisories.UpTo
	}
	ids := make([]string, 0, len(o.Checks))
	for _, c := range o.Questions() {
		ids = append(ids, c.ID)
	}
	content, err := json.Marshal([]any{
		s.Repository.Commit, s.Repository.Branch, s.Tags, forge, s.ForgeReason, r.scope(),
		o.Catalogue, o.Policy.String(), ids, o.Criticality, advisories,
		o.People, o.Waivers, o.Attestations, o.Dates, o.Handover != nil,
		s.TakenAt.UTC().Format(time.DateOnly),
	})
	if err != nil {
		return ""
	}
	sum := sha256.Sum256(content)
	return hex.EncodeToString(sum[:])
}
