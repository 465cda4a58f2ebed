package judge

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

type files map[string]string

func (f files) Blob(file audit.File) ([]byte, error) {
	content, ok := f[file.Blob]
	if !ok {
		return nil, audit.ErrNotFound
	}
	return []byte(content), nil
}

// snapshot holds one file that can be read and one that cannot.
func snapshot(truncated bool) *audit.Snapshot {
	list := []audit.File{{Path: "here", Blob: "here"}, {Path: "lost", Blob: "lost", SizeBytes: -1}}
	return &audit.Snapshot{Tree: audit.NewTree(list, files{"here": "x"}, truncated)}
}

func check(needs audit.Need, run func(*audit.Snapshot) audit.Verdict) *audit.Check {
	return &audit.Check{ID: "a-check", Axis: audit.Deployment, Severity: audit.Major, Needs: needs, Run: run}
}

func reading(path string, v audit.Verdict) func(*audit.Snapshot) audit.Verdict {
	return func(s *audit.Snapshot) audit.Verdict {
		f, _ := s.File(path)
		_, _ = s.Read(f)
		return v
	}
}

// sharedKey keys evidence that two checks share.
type sharedKey struct{}

func TestRun(t *testing.T) {
	t.Parallel()
	shared := func(s *audit.Snapshot) audit.Verdict {
		audit.Once(s, sharedKey{}, func(s *audit.Snapshot) bool { f, _ := s.File("lost"); _, err := s.Read(f); return err == nil })
		return audit.NotMet("missing")
	}
	for name, tc := range map[string]struct {
		check     *audit.Check
		truncated bool
		answer    audit.Answer
		key       string
	}{
		"met":                            {check(audit.NeedTree, reading("here", audit.Met("fine"))), false, audit.AnswerMet, "fine"},
		"not met":                        {check(audit.NeedTree, reading("here", audit.NotMet("missing"))), false, audit.AnswerNotMet, "missing"},
		"met although something is lost": {check(audit.NeedTree, reading("lost", audit.Met("fine"))), false, audit.AnswerMet, "fine"},
		"not met, and something is lost": {check(audit.NeedTree, reading("lost", audit.NotMet("missing"))), false, audit.AnswerUnknown, "unread"},
		"partly, and something is lost":  {check(audit.NeedTree, reading("lost", audit.PartlyMet("half"))), false, audit.AnswerUnknown, "unread"},
		"lost in shared evidence":        {check(audit.NeedTree, shared), false, audit.AnswerUnknown, "unread"},
		"not met in a truncated tree":    {check(audit.NeedTree, reading("here", audit.NotMet("missing"))), true, audit.AnswerUnknown, "unread"},
		"evidence missing":               {check(audit.NeedTree|audit.NeedForge, reading("here", audit.Met("fine"))), false, audit.AnswerUnknown, "missing-evidence"},
		"panic":                          {check(audit.NeedTree, func(*audit.Snapshot) audit.Verdict { panic("boom") }), false, audit.AnswerUnknown, "panic"},
		"time-out": {check(audit.NeedTree, func(*audit.Snapshot) audit.Verdict {
			time.Sleep(time.Second)
			return audit.Met("fine")
		}), false, audit.AnswerUnknown, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			// The same question twice: shared evidence counts for both.
			judged, err := run(t.Context(), snapshot(tc.truncated), []*audit.Check{tc.check, tc.check}, 100*time.Millisecond)
			if err != nil {
				t.Fatal(err)
			}
			for _, j := range judged {
				if j.Verdict.Answer != tc.answer || j.Verdict.Reason.Key != tc.key {
					t.Errorf("got %s %v, want %s %s", j.Verdict.Answer, j.Verdict.Reason, tc.answer, tc.key)
				}
			}
		})
	}
}

func TestRunKinds(t *testing.T) {
	t.Parallel()
	c := check(audit.NeedTree, reading("here", audit.Met("fine")))
	c.Kinds = []audit.Kind{audit.ShinyApp}
	for name, tc := range map[string]struct {
		delivers []audit.Deliverable
		answer   audit.Answer
		key      string
	}{
		"nothing known": {nil, audit.AnswerNotApplicable, "no-kind"},
		"another kind":  {[]audit.Deliverable{{Kind: audit.Library}}, audit.AnswerNotApplicable, "other-kind"},
		"one of them":   {[]audit.Deliverable{{Kind: audit.Library}, {Kind: audit.ShinyApp}}, audit.AnswerMet, "fine"},
	} {
		s := snapshot(false)
		s.Deliverables = tc.delivers
		judged, err := Run(t.Context(), s, []*audit.Check{c})
		if err != nil || judged[0].Verdict.Answer != tc.answer || judged[0].Verdict.Reason.Key != tc.key {
			t.Errorf("%s: %+v, %v", name, judged, err)
		}
	}
}

func TestRunCancelled(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := Run(ctx, snapshot(false), []*audit.Check{check(audit.NeedTree, reading("here", audit.Met("fine")))}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
