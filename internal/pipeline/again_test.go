package pipeline_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/pipeline"
)

// However much time has passed, a turn in which nothing was fetched ends with
// what an audit from nothing says on that day.
func TestUnchangedIsAsFresh(t *testing.T) {
	k := keep(t)
	k.push("publiccode.yml", underContract)
	k.audited()
	for _, years := range []int{0, 1, 3} {
		k.now = k.now.AddDate(years, 0, 1)
		state, posts := k.audited()
		if posts != 0 {
			t.Errorf("%d requests for objects", posts)
		}
		o := k.Options
		o.Acquire.TakenAt = k.now
		fresh, err := pipeline.Audit(t.Context(), k.job.Repository, o)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(outline(fresh), outline(state.Latest.Result)); diff != "" {
			t.Errorf("%s (-fresh +again):\n%s", k.now, diff)
		}
		if diff := cmp.Diff(fresh.Score, state.Latest.Result.Score, cmpopts.EquateApprox(0, 1e-9)); diff != "" {
			t.Errorf("%s (-fresh +again):\n%s", k.now, diff)
		}
	}
}

// outline is each check's answer with its reason.
func outline(r *audit.Result) map[string]string {
	all := map[string]string{}
	for _, j := range r.Judged {
		all[j.Check.ID] = string(j.Verdict.Answer) + " " + j.Verdict.Reason.Key
	}
	return all
}
