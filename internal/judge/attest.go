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
// expired answers nothing, and says so.
func Attest(judged []audit.Judged, facts []audit.Attestation, at time.Time) []audit.Judged {
	all := make([]audit.Judged, len(judged))
	for i, j := range judged {
		if fact := newest(facts, j.Check.ID, at); fact != nil && j.Verdict.Answer != audit.AnswerNotApplicable {
			j = attest(j, fact, at)
		}
		all[i] = j
	}
	return all
}

// newest returns the attestation that speaks to a check: the last declared of
// those that count, or else of those that have expired.
func newest(facts []audit.Attestation, check string, at time.Time) *audit.Attestation {
	var found *audit.Attestation
	for i, f := range facts {
		if f.Check != check || at.Before(f.Date) {
			continue
		}
		if found == nil || f.Counts(at) && !found.Counts(at) || f.Counts(at) == found.Counts(at) && f.Date.After(found.Date) {
			found = &facts[i]
		}
	}
	return found
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
	j.Contradicted = counts && j.Verdict.Answer.Gap()
	return j
}
