package score

import (
	"cmp"
	"slices"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// forChallenge are the questions about a challenge and not about each of its
// repositories: what one repository holds serves its siblings too.
var forChallenge = []string{
	"architecture-described", "deployment-guide", "operations-guide", "user-manual", "training-reusable",
	"accounts-inventoried", "incident-procedure", "user-contact-lasting", "maintainer-staying",
}

// OfChallenge reports whether a check asks about a challenge as a whole.
func OfChallenge(check string) bool { return slices.Contains(forChallenge, check) }

// RoleWeight is how much a repository of a role counts among its siblings, 0.5
// to 1. A role that nobody stated counts as an application does.
func RoleWeight(r audit.Role) float64 {
	const data, besides = 0.75, 0.5
	switch r {
	case audit.RoleData:
		return data
	case audit.RoleInfrastructure, audit.RoleDocumentation, audit.RoleTraining:
		return besides
	}
	return 1
}

// Roll adds the repositories of a challenge up, exceptions already applied to
// their verdicts.
//
//   - A question about the challenge as a whole (guides, contact, maintainer,
//     training, accounts) is answered by the best answer: met in one repository
//     is met.
//   - Another blocker is answered by the weakest.
//   - Every other check earns the share of the repositories that meet it,
//     weighted by [RoleWeight]; what is unknown in some of them takes its share of
//     the weight out of the score and of the coverage.
//
// A repository without a result answers unknown to whatever its siblings were
// asked. Gaps with an accepted exception are left out, unless what is met of them
// does the axis more good, and a second score counts them. Bands and the gate follow the thresholds of the challenge's rules. The
// order of the repositories does not matter. The time decides which
// attestations count for the gate.
func Roll(challenge *audit.Challenge, repositories []audit.Audited, at time.Time) audit.ChallengeResult {
	repositories = sorted(repositories)
	result := audit.ChallengeResult{Challenge: challenge.ID}
	for _, r := range repositories {
		result.Repositories = append(result.Repositories, r.Source.URL)
		if r.Result == nil {
			result.Unaudited = append(result.Unaudited, r.Source.URL)
		}
	}
	questions := asked(repositories, "")
	result.Checks = make([]audit.Rolled, len(questions))
	for _, axis := range audit.Axes {
		var without sum
		var choices []choice
		for i, q := range questions {
			if q.check.Axis == axis {
				c := choose(q.check, q.answers)
				c.at = i
				without.add(c.check, c.all)
				choices = append(choices, c)
			}
		}
		if len(choices) == 0 {
			continue
		}
		with, chosen := best(choices)
		result.Score.Axes = append(result.Score.Axes, axisScore(challenge.Rules.Limits(), axis, &with, &without))
		for i, c := range choices {
			result.Checks[c.at] = rolled(c.check, c.answers, chosen[i], c.all)
		}
	}
	result.Score = withContinuity(result.Score)
	result.Gate = gate(challenge.Rules.Limits(), result, challenge.Attestations, at)
	return result
}

// RollAxis is the score that Roll gives one axis, 0 for none.
func RollAxis(challenge *audit.Challenge, repositories []audit.Audited, axis audit.Axis) float64 {
	var choices []choice
	for _, q := range asked(sorted(repositories), axis) {
		choices = append(choices, choose(q.check, q.answers))
	}
	with, _ := best(choices)
	if score := with.score(challenge.Rules.Limits()); score != nil {
		return *score
	}
	return 0
}

// sorted orders the repositories so that neither sums of floating point nor
// ties depend on the order in which they were given.
func sorted(repositories []audit.Audited) []audit.Audited {
	repositories = slices.Clone(repositories)
	slices.SortStableFunc(repositories, func(a, b audit.Audited) int {
		return cmp.Or(cmp.Compare(a.Source.URL, b.Source.URL), cmp.Compare(a.Source.Folder, b.Source.Folder),
			cmp.Compare(a.Source.Branch, b.Source.Branch))
	})
	return repositories
}

// question is a check with what the repositories answered, in their order.
type question struct {
	check   *audit.Check
	answers []answer
	// last is the number of the repository that answered last, from 1 on.
	last int
}

// answer is what one repository says to one check.
type answer struct {
	*audit.Judged
	repository string
	weight     float64
}

// asked lists the checks of all repositories, of one axis or of all where it is
// empty, each once, in catalogue order. A plan adds up once for each of its
// actions, so everything is looked up once.
func asked(repositories []audit.Audited, axis audit.Axis) []*question {
	var all []*question
	byID := map[string]*question{}
	for _, r := range repositories {
		if r.Result == nil {
			continue
		}
		for i := range r.Result.Judged {
			if check := r.Result.Judged[i].Check; (axis == "" || check.Axis == axis) && byID[check.ID] == nil {
				q := &question{check: check, answers: make([]answer, 0, len(repositories))}
				byID[check.ID], all = q, append(all, q)
			}
		}
	}
	for n, r := range repositories {
		a := answer{repository: r.Source.URL, weight: RoleWeight(r.Source.Role)}
		if r.Result == nil {
			for _, q := range all {
				a.Judged = &audit.Judged{Check: q.check, Verdict: audit.Unknown("not-audited", "repository", r.Source.URL)}
				q.answers = append(q.answers, a)
			}
			continue
		}
		for i := range r.Result.Judged {
			a.Judged = &r.Result.Judged[i]
			if q := byID[a.Check.ID]; q != nil && q.last <= n {
				q.answers, q.last = append(q.answers, a), n+1
			}
		}
	}
	return all
}

// From the answer that decides to the one that does not. A gap that was seen is
// certain whatever else may be unknown; what may be met in a repository that
// nobody could read is not missing from the challenge.
var (
	weakestFirst = []audit.Answer{audit.AnswerNotMet, audit.AnswerPartlyMet, audit.AnswerUnknown, audit.AnswerMet}
	bestFirst    = []audit.Answer{audit.AnswerMet, audit.AnswerPartlyMet, audit.AnswerUnknown, audit.AnswerNotMet}
)

func decide(check *audit.Check, answers []answer) share {
	answers = without(answers, func(a answer) bool { return a.Verdict.Answer == audit.AnswerNotApplicable })
	switch {
	case len(answers) == 0:
		return share{answer: audit.AnswerNotApplicable}
	case OfChallenge(check.ID):
		return single(first(answers, bestFirst))
	case check.Severity == audit.Blocker:
		return single(first(answers, weakestFirst))
	}
	return weighted(answers)
}

// first returns the first answer of the first rank that any has.
func first(answers []answer, ranks []audit.Answer) *answer {
	for _, rank := range ranks {
		for i := range answers {
			if answers[i].Verdict.Answer == rank {
				return &answers[i]
			}
		}
	}
	return nil
}

// single lets one answer stand for all.
func single(a *answer) share {
	s := shareOf(a.Verdict.Answer)
	s.by = a
	return s
}

// weighted takes the mean by role. All met but for what is unknown is unknown:
// it is never a pass.
func weighted(answers []answer) share {
	var all, judged, earned float64
	met, unknown, gaps := 0, 0, 0
	for _, a := range answers {
		all += a.weight
		switch a.Verdict.Answer {
		case audit.AnswerMet:
			met++
		case audit.AnswerUnknown:
			unknown++
		case audit.AnswerNotMet:
			gaps++
		}
		if a.Verdict.Answer.Judged() {
			judged += a.weight
			earned += a.weight * worth(a.Verdict.Answer)
		}
	}
	s := share{answer: audit.AnswerPartlyMet, known: judged / all, by: first(answers, weakestFirst)}
	if judged > 0 {
		s.met = earned / judged
	}
	switch len(answers) {
	case met:
		s.answer = audit.AnswerMet
	case met + unknown:
		s.answer = audit.AnswerUnknown
	case gaps + unknown:
		s.answer = audit.AnswerNotMet
	}
	return s
}

func rolled(check *audit.Check, answers []answer, with, without share) audit.Rolled {
	r := audit.Rolled{Check: check}
	r.Answers = make([]audit.RepositoryAnswer, 0, len(answers))
	gapLeft := false
	for _, a := range answers {
		r.Answers = append(r.Answers, audit.RepositoryAnswer{Repository: a.repository, Answer: a.Verdict.Answer, Waived: a.Waived()})
		gapLeft = gapLeft || a.Verdict.Answer.Gap() && !a.Waived()
	}
	if i := slices.IndexFunc(answers, func(a answer) bool { return a.Waived() }); i >= 0 && !gapLeft {
		r.Waiver = answers[i].Waiver
	}
	part := with
	if with.answer == audit.AnswerNotApplicable {
		// Nothing but waived gaps: they are shown as the gaps that they are.
		part = without
	}
	r.Known = part.known
	if part.known > 0 {
		r.Met = &part.met
	}
	r.Verdict = verdict(check, answers, part)
	if part.by != nil {
		r.Repository = part.by.repository
	}
	return r
}

// verdict words the answer for the challenge with the reason and the places of
// the repository that decided.
func verdict(check *audit.Check, answers []answer, part share) audit.Verdict {
	if part.by == nil {
		// Not applicable anywhere: the first repository says why.
		v := answers[0].Verdict
		v.Places = nil
		return v
	}
	v := part.by.Verdict
	v.Answer = part.answer
	v.Places = slices.Clone(v.Places)
	for i := range v.Places {
		v.Places[i].Repository = part.by.repository
	}
	lacking := func(a answer) bool {
		return a.Verdict.Answer != audit.AnswerMet && a.Verdict.Answer != audit.AnswerNotApplicable
	}
	if v.Answer == audit.AnswerMet && OfChallenge(check.ID) && slices.ContainsFunc(answers, lacking) {
		v.Reason = audit.Because("sibling", "repository", part.by.repository)
	}
	return v
}
