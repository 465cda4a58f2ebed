package web

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
)

// aboutPeople are the questions whose facts and extracts name people. Readers
// without a role are given their numbers only.
var aboutPeople = []string{"maintainer-staying", "several-people-know", "user-contact-lasting", "accounts-inventoried"}

// veil hides from readers without a role who somebody is. The answers, the
// reasons and the places stay: they are what an audit is for.
type veil struct {
	lifted bool
	// someone stands for a name.
	someone string
}

// person returns a name, or the word for somebody.
func (v veil) person(name string) string {
	if v.lifted || name == "" {
		return name
	}
	return v.someone
}

// text masks addresses in what somebody wrote.
func (v veil) text(s string) string {
	if v.lifted {
		return s
	}
	return audit.MaskEmails(s)
}

// verdict returns it as the reader may see it. The receiver's is not changed.
func (v veil) verdict(check string, verdict audit.Verdict) audit.Verdict {
	if v.lifted {
		return verdict
	}
	if _, ok := verdict.Reason.Args["author"]; ok {
		args := make(map[string]any, len(verdict.Reason.Args))
		for name, value := range verdict.Reason.Args {
			args[name] = value
		}
		args["author"] = v.someone
		if says, ok := args["says"].(string); ok {
			args["says"] = v.text(says)
		}
		verdict.Reason.Args = args
	}
	verdict.Places = slices.Clone(verdict.Places)
	named := slices.Contains(aboutPeople, check)
	for i := range verdict.Places {
		if verdict.Places[i].Text = v.text(verdict.Places[i].Text); named {
			verdict.Places[i].Text = ""
		}
	}
	if named {
		verdict.Facts = numbers(verdict.Facts)
	}
	return verdict
}

// numbers keeps the facts that are numbers or yes and no.
func numbers(facts map[string]any) map[string]any {
	kept := map[string]any{}
	for name, fact := range facts {
		switch fact.(type) {
		case bool, int, int64, float64:
			kept[name] = fact
		}
	}
	return kept
}

func (v veil) waiver(w *audit.Waiver) *audit.Waiver {
	if w == nil || v.lifted {
		return w
	}
	hidden := *w
	hidden.Author, hidden.Reason = v.person(w.Author), v.text(w.Reason)
	return &hidden
}

func (v veil) attestation(a *audit.Attestation) *audit.Attestation {
	if a == nil || v.lifted {
		return a
	}
	hidden := *a
	hidden.Author, hidden.Says = v.person(a.Author), v.text(a.Says)
	return &hidden
}

// result returns it as the reader may see it.
func (v veil) result(r *audit.Result) *audit.Result {
	if r == nil || v.lifted {
		return r
	}
	hidden := *r
	hidden.Judged = slices.Clone(r.Judged)
	for i, j := range hidden.Judged {
		j.Verdict = v.verdict(j.Check.ID, j.Verdict)
		j.Waiver, j.Requested, j.Attestation = v.waiver(j.Waiver), v.waiver(j.Requested), v.attestation(j.Attestation)
		hidden.Judged[i] = j
	}
	return &hidden
}
