package pipeline

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/handover"
)

// handover answers what leaves with people; nil when nobody asked. What the
// repository does not write down is the open gaps of transmission.
func (o Options) handover(s *audit.Snapshot, actions []audit.Action) *audit.Handover {
	if o.Handover == nil {
		return nil
	}
	question := *o.Handover
	question.People = o.People
	h := handover.Of(s, question)
	if h.Transfer == nil {
		return h
	}
	for _, a := range actions {
		if a.Check.Axis == audit.Transmission {
			h.Transfer.Documents = append(h.Transfer.Documents, audit.MissingDocument{Check: a.Check.ID, Hours: a.Check.EffortHours})
		}
	}
	return h
}
