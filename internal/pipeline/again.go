package pipeline

import (
	"context"
	"slices"

	"github.com/perenne-audit/perenne/internal/acquire"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/evidence"
	"github.com/perenne-audit/perenne/internal/judge"
)

// unchanged does the job of a repository whose commit is the one that was audited
// last, and returns false for any other. When nothing else has changed either,
// the day included, it is only noted; else it is judged again from the kept
// evidence, but for what lies in the commit alone.
func (r *keeping) unchanged(ctx context.Context) (done bool, err error) {
	state, err := r.Store.Latest(ctx, r.key)
	if err != nil || state.Commit == "" {
		return false, nil
	}
	now := &audit.Snapshot{TakenAt: r.options.Acquire.TakenAt}
	if err := r.timed("acquire", func() error { return r.look(ctx, now) }); err != nil || now.Repository.Commit != state.Commit {
		return false, nil
	}
	basis := r.basis(now)
	if basis == state.Basis {
		err := r.timed("save", func() (err error) {
			done, err = r.Store.Seen(ctx, r.key, basis, r.options.Acquire.TakenAt)
			return notKept(err)
		})
		if done || err != nil {
			return true, err
		}
	}
	result, again := r.again(ctx, now)
	if !again {
		return false, nil
	}
	return true, r.save(ctx, result, basis)
}

// look asks the server and the forge what there is now.
func (r *keeping) look(ctx context.Context, now *audit.Snapshot) error {
	heads, err := acquire.Head(ctx, r.target, r.options.Acquire)
	if err != nil {
		return err
	}
	now.Repository.Commit, now.Repository.Branch = heads.Commit, heads.Branch
	heads.Refresh(now)
	r.forge(now)
	return ctx.Err()
}

// again judges from kept evidence what the server and the forge say now.
func (r *keeping) again(ctx context.Context, now *audit.Snapshot) (*audit.Result, bool) {
	state, err := r.Store.State(ctx, r.key)
	if err != nil || state.Latest == nil || state.Latest.Result.Repository.Commit != now.Repository.Commit {
		return nil, false
	}
	content, err := r.Store.Evidence(ctx, r.key, now.Repository.Commit, r.scope())
	if err != nil {
		return nil, false
	}
	replayed, err := evidence.Replay(content, now.TakenAt)
	if err != nil {
		r.Logger.Warn("kept evidence cannot be read", "challenge", r.key.Challenge, "error", err)
		return nil, false
	}
	acquire.Heads{Commit: now.Repository.Commit, Tags: now.Tags, Limits: now.Limits}.Refresh(replayed.Snapshot)
	replayed.Repository.Branch, replayed.Forge, replayed.ForgeReason = now.Repository.Branch, now.Forge, now.ForgeReason
	var result *audit.Result
	err = r.timed("judge", func() (err error) {
		result, err = r.options.judge(ctx, r.target, replayed.Snapshot, state.Latest.Result)
		return err
	})
	return result, err == nil && replayed.Whole()
}

// stands reports whether an earlier result of the same commit was found by the
// same rules, so that what lies in the commit alone would be found again. What
// runs on a branch follows from its name. The places of an audit that was limited
// to a folder are written otherwise than checks give them: it is made again.
func (o Options) stands(before *audit.Result, s *audit.Snapshot) bool {
	return before != nil && before.Repository.Branch == s.Repository.Branch && before.Catalogue == o.Catalogue && before.Policy == o.Policy.String() && o.Acquire.Folder == ""
}

// ask puts the questions to the snapshot, in their order, but for those that an
// earlier result has answered for good.
func (o Options) ask(ctx context.Context, s *audit.Snapshot, before *audit.Result) ([]audit.Judged, error) {
	questions := o.Questions()
	settled := map[string]audit.Verdict{}
	if o.stands(before, s) {
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
