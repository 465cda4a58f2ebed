package pipeline

import (
	"context"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/judge"
)

// stands reports whether an earlier result of the same commit was found by the
// same rules, so that what lies in the commit alone would be found again. The
// places of an audit that was limited to a folder are written otherwise than
// checks give them: it is made again.
func (o Options) stands(before *audit.Result) bool {
	return before != nil && before.Catalogue == o.Catalogue && before.Policy == o.Policy.String() && o.Acquire.Folder == ""
}

// ask puts the questions to the snapshot, in their order, but for those that an
// earlier result has answered for good.
func (o Options) ask(ctx context.Context, s *audit.Snapshot, before *audit.Result) ([]audit.Judged, error) {
	questions := o.Questions()
	settled := map[string]audit.Verdict{}
	if o.stands(before) {
		settled = o.settled(before)
	}
	var open []*audit.Check
	for _, c := range questions {
		if _, found := settled[c.ID]; !found {
			open = append(open, c)
		}
	}
	asked, err := judge.Run(ctx, s, open)
	if err != nil {
		return nil, err
	}
	all := make([]audit.Judged, len(questions))
	for i, c := range questions {
		if verdict, found := settled[c.ID]; found {
			all[i] = audit.Judged{Check: c, Verdict: verdict}
			continue
		}
		all[i], asked = asked[0], asked[1:]
	}
	return all, nil
}

// passing are reasons that have to do with the machine of that moment.
var passing = []string{"timeout", "panic", "missing-evidence"}

func passed(j audit.Judged) bool { return slices.Contains(passing, j.Verdict.Reason.Key) }

// settled returns the verdicts that hold as long as the commit does. Those on
// what people declare are asked again when somebody has declared something, or
// had.
func (o Options) settled(before *audit.Result) map[string]audit.Verdict {
	declared := map[string]bool{}
	for _, a := range o.Attestations {
		declared[a.Check] = true
	}
	verdicts := make(map[string]audit.Verdict, len(before.Judged))
	for _, j := range before.Judged {
		moving := j.Check.Dated || (j.Check.Needs|j.Check.Uses)&(audit.NeedForge|audit.NeedTags) != 0
		if moving || j.Attestation != nil || declared[j.Check.ID] || passed(j) {
			continue
		}
		verdicts[j.Check.ID] = j.Verdict
	}
	return verdicts
}
