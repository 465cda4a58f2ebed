package web

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

type waiverView struct {
	audit.Waiver
	State      string // "accepted", "expired" or "requested"
	Repository string
}

type attestationView struct {
	audit.Attestation
	State string // "accepted", "expired" or "contradicted"
}

// exceptions lists the waivers and attestations with what they count for today.
func (view *challengeView) exceptions(v veil, now time.Time) {
	for _, w := range view.C.Waivers {
		state := "accepted"
		if !w.Counts(now) {
			state = "expired"
		}
		view.addWaiver(*v.waiver(&w), state, w.Repository)
	}
	for _, r := range view.Repositories {
		if r.State.Latest == nil {
			continue
		}
		for _, j := range r.State.Latest.Result.Judged {
			if j.Requested != nil {
				view.addWaiver(*v.waiver(j.Requested), "requested", r.Source.URL)
			}
		}
	}
	for _, a := range view.C.Attestations {
		state := "accepted"
		if !a.Counts(now) {
			state = "expired"
		} else if view.contradicted(a) {
			state = "contradicted"
		}
		view.Attestations = append(view.Attestations, attestationView{*v.attestation(&a), state})
	}
}

func (view *challengeView) addWaiver(w audit.Waiver, state, repository string) {
	name := ""
	if repository != "" {
		name, _ = view.repository(repository)
	}
	view.Waivers = append(view.Waivers, waiverView{w, state, name})
}

func (view *challengeView) contradicted(a audit.Attestation) bool {
	for _, r := range view.Repositories {
		if r.State.Latest == nil {
			continue
		}
		for _, j := range r.State.Latest.Result.Judged {
			if j.Contradicted && j.Attestation != nil && j.Attestation.Check == a.Check && j.Attestation.Date.Equal(a.Date) {
				return true
			}
		}
	}
	return false
}
