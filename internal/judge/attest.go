package judge

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Attest returns the verdicts with what people declared about the questions;
// what it was given is not changed. An attestation that counts at that time
// answers met where the evidence leaves the question unknown, and its reason
// says who declared it and when. It never changes what the evidence shows: a gap
// stays a gap, and the verdict is marked as contradicting it. One that has
// expired answers nothing, and says so. A check that needs what people declared
// has weighed it already: its gap contradicts nothing.
func Attest(judged []audit.Judged, facts []audit.Attestation, at time.Time) []audit.Judged {
	all := make([]audit.Judged, len(judged))
	for i, j := range judged {
		if fact := audit.NewestAttestation(facts, j.Check.ID, at); fact != nil && j.Verdict.Answer != audit.AnswerNotApplicable {
			j = attest(j, fact, at)
		}
		all[i] = j
	}
	return all
}

func attest(j audit.Judged, fact *audit.Attestation, at time.Time) audit.Judged {
	copied := *fact
	j.Attestation = &copied
	counts, unknown := fact.Counts(at), j.Verdict.Answer == audit.AnswerUnknown
	switch {
	case counts && unknown:
		j.Verdict.Answer = audit.AnswerMet
		j.Verdict.Reason = audit.Because("attested", "says", fact.Says, "author", fact.Author, "date", fact.Date)
	case unknown:
		j.Verdict.Reason = audit.Because("attestation-expired", "says", fact.Says, "date", fact.Expires)
	}
	j.Contradicted = counts && j.Verdict.Answer.Gap() && !j.Check.Needs.Has(audit.NeedPortfolio)
	return j
}
