package web

import (
	"cmp"
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/report"
)

// verdictGroup holds the questions of one axis, gaps first.
type verdictGroup struct {
	audit.AxisScore
	Verdicts []verdictView
}

// verdictView is one question with its answer in words.
type verdictView struct {
	Check        *audit.Check
	Title        string
	Answer       audit.Answer
	Reason, Fix  string
	Places       []placeView
	Waiver       *audit.Waiver
	Requested    *audit.Waiver
	Attestation  *audit.Attestation
	Contradicted bool
	// Answers are what the single repositories said, when there are several.
	Answers []answerView
}

type answerView struct {
	Repository string
	URL        string
	Answer     audit.Answer
	Waived     bool
}

// placeView is where something was seen. URL is "" where no forge shows it.
type placeView struct {
	Where, Text, URL, Repository string
}

func (view *challengeView) verdict(rolled audit.Rolled, v veil, lang audit.Lang) (verdictView, error) {
	verdict := v.verdict(rolled.Check.ID, rolled.Verdict)
	one, err := verdictOf(rolled.Check, verdict, lang)
	if err != nil {
		return one, err
	}
	one.Waiver = v.waiver(rolled.Waiver)
	for _, p := range verdict.Places {
		address := cmp.Or(p.Repository, rolled.Repository)
		name, _ := view.repository(address)
		if len(view.Repositories) == 1 {
			name = ""
		}
		one.Places = append(one.Places, placeView{report.Where(p), report.Clean(p.Text), view.blob(address, p), name})
	}
	for _, repository := range view.Repositories {
		i := slices.IndexFunc(rolled.Answers, func(a audit.RepositoryAnswer) bool { return a.Repository == repository.Source.URL })
		if i >= 0 && len(view.Repositories) > 1 {
			a := rolled.Answers[i]
			one.Answers = append(one.Answers, answerView{repository.Name, repository.URL + "#" + rolled.Check.ID, a.Answer, a.Waived})
		}
	}
	for _, repository := range view.Repositories {
		if repository.State.Latest == nil {
			continue
		}
		for _, j := range repository.State.Latest.Result.Judged {
			if j.Check.ID == rolled.Check.ID {
				one.Requested = cmp.Or(one.Requested, v.waiver(j.Requested))
				one.Attestation = cmp.Or(one.Attestation, v.attestation(j.Attestation))
				one.Contradicted = one.Contradicted || j.Contradicted
			}
		}
	}
	return one, nil
}

func verdictOf(c *audit.Check, verdict audit.Verdict, lang audit.Lang) (verdictView, error) {
	t, err := c.Text(lang)
	if err != nil {
		return verdictView{}, err
	}
	one := verdictView{Check: c, Title: t.Title, Answer: verdict.Answer, Reason: report.Explain(t, verdict.Reason, lang)}
	if verdict.Answer.Gap() {
		one.Fix = t.Fix
	}
	return one, nil
}

// gapsFirst orders by what a reader has to see: gaps, gravest first, what nobody
// could judge, then what is in order.
func gapsFirst(all []verdictView) {
	rank := []audit.Answer{audit.AnswerNotMet, audit.AnswerPartlyMet, audit.AnswerUnknown, audit.AnswerMet, audit.AnswerNotApplicable}
	slices.SortStableFunc(all, func(a, b verdictView) int {
		return cmp.Or(
			cmp.Compare(slices.Index(rank, a.Answer), slices.Index(rank, b.Answer)),
			cmp.Compare(b.Check.Severity.Weight(), a.Check.Severity.Weight()))
	})
}
