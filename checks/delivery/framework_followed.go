package delivery

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

var frameworkFollowed = &audit.Check{
	ID: "framework-followed", Axis: audit.Deployment, Severity: audit.Major,
	Dated: true,
	Needs: audit.NeedTree | audit.NeedPortfolio, Uses: audit.NeedAuthors | audit.NeedTags | audit.NeedForge,
	EffortHours: 14, LeadDays: 15, Side: audit.Team,
	Source: "https://github.com/perenne-audit/perenne/blob/main/docs/policies.md",
	Texts:  texts, Run: runFrameworkFollowed,
}

// requirementAnswer is one numbered requirement with what its checks come to.
type requirementAnswer struct {
	ID     string       `json:"id"`
	Answer audit.Answer `json:"answer"`
}

// runFrameworkFollowed answers each requirement that the policy numbers by the
// checks that it names. Some met is partly met; what nobody could judge leaves the
// whole unknown only where nothing else is open.
func runFrameworkFollowed(s *audit.Snapshot) audit.Verdict {
	answers := []requirementAnswer{}
	byAnswer := map[audit.Answer][]string{}
	var at []audit.Place
	if s.Policy != nil {
		for _, r := range s.Policy.Requirements {
			answer, places := answerTo(s, r)
			answers = append(answers, requirementAnswer{r.ID, answer})
			byAnswer[answer] = append(byAnswer[answer], r.ID)
			at = append(at, places...)
		}
	}
	return framework(len(answers), byAnswer).At(withoutTwins(at)...).Fact("requirements", answers)
}

func framework(all int, byAnswer map[audit.Answer][]string) audit.Verdict {
	met, unknown := byAnswer[audit.AnswerMet], byAnswer[audit.AnswerUnknown]
	open := slices.Concat(byAnswer[audit.AnswerNotMet], byAnswer[audit.AnswerPartlyMet])
	slices.Sort(open)
	asked := all - len(byAnswer[audit.AnswerNotApplicable])
	switch {
	case all == 0:
		return audit.NotApplicable("none-numbered")
	case asked == 0:
		return audit.NotApplicable("none-applies")
	case len(open) == 0 && len(unknown) > 0:
		return audit.Unknown("not-judged", "requirements", unknown, "met", len(met), "all", asked)
	case len(open) == 0:
		return audit.Met("all-met", "all", asked)
	case len(byAnswer[audit.AnswerNotMet]) == asked:
		return audit.NotMet("none-met", "requirements", open)
	}
	return audit.PartlyMet("some-met", "requirements", open, "met", len(met), "all", asked)
}

// answerTo returns the weakest answer of a requirement's checks, and where a gap
// was seen.
func answerTo(s *audit.Snapshot, r audit.Requirement) (audit.Answer, []audit.Place) {
	weakest := []audit.Answer{audit.AnswerNotMet, audit.AnswerPartlyMet, audit.AnswerUnknown, audit.AnswerMet}
	answer := audit.AnswerNotApplicable
	concerned := audit.Check{Kinds: r.Kinds}
	if !concerned.AppliesTo(s.Deliverables) {
		return answer, nil
	}
	var places []audit.Place
	for _, c := range r.Checks {
		v := put(s, c)
		if v.Answer.Gap() && len(v.Places) > 0 {
			places = append(places, v.Places[0])
		}
		if i := slices.Index(weakest, v.Answer); i >= 0 && (answer == audit.AnswerNotApplicable || i < slices.Index(weakest, answer)) {
			answer = v.Answer
		}
	}
	return answer, places
}

// put asks one check as an audit does: not what makes no sense here, not without
// its evidence, and with what people declared about it.
func put(s *audit.Snapshot, c *audit.Check) audit.Verdict {
	if !c.AppliesTo(s.Deliverables) {
		return audit.Verdict{Answer: audit.AnswerNotApplicable}
	}
	v := audit.Verdict{Answer: audit.AnswerUnknown}
	if len(s.Missing(c.Needs)) == 0 {
		v = c.Run(s)
	}
	if v.Answer == audit.AnswerUnknown && s.Attested(c.ID) != nil {
		v.Answer = audit.AnswerMet
	}
	return v
}

// mostFrameworkPlaces bounds the places of all requirements together.
const mostFrameworkPlaces = 20

func withoutTwins(places []audit.Place) []audit.Place {
	var all []audit.Place
	for _, p := range places {
		if len(all) < mostFrameworkPlaces && !slices.ContainsFunc(all, func(q audit.Place) bool { return p.Path == q.Path && p.Line == q.Line }) {
			all = append(all, p)
		}
	}
	return all
}
