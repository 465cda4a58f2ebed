package metrics

import (
	"maps"
	"math"
	"slices"
	"time"

	"github.com/prometheus/client_golang/prometheus"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
)

// family is one metric: what the page in docs says about it, and for a metric
// read from the board how its series are found.
type family struct {
	name, kind, help string
	labels           []string
	// series says how many there are at most: of one challenge for those read
	// from the board, of one process for the others.
	series string
	// of yields the series of one challenge; nil for all but those.
	of func(r *board.Row, yield yield)
}

// yield takes one series: its value, and the values of the labels that follow the
// challenge, "" where there is none. Not a list: that would be one allocation for
// each of a million series.
type yield func(value float64, first, second string)

func (f family) opts() prometheus.Opts { return prometheus.Opts{Name: f.name, Help: f.help} }

// maxChecks bounds the series of one challenge, whatever a policy adds.
const maxChecks = 256

// ofChallenge are the families read from the board. The first label of each is
// the challenge.
var ofChallenge = []family{
	{
		name: "perenne_axis_score_ratio", kind: "gauge", labels: []string{"challenge", "axis"}, series: "4",
		help: "Score of the axis, 0 to 1: weight earned over weight judged. Absent while nothing is judged.",
		of:   axisScores,
	}, {
		name: "perenne_axis_coverage_ratio", kind: "gauge", labels: []string{"challenge", "axis"}, series: "4",
		help: "Coverage of the axis, 0 to 1: weight judged over weight applicable.",
		of: func(r *board.Row, yield yield) {
			for _, a := range r.Axes {
				yield(a.Coverage, string(a.Axis), "")
			}
		},
	}, {
		name: "perenne_continuity_score_ratio", kind: "gauge", labels: []string{"challenge"}, series: "1",
		help: "Lowest score of the three axes that decide, 0 to 1. Absent while one of them has none.",
		of: func(r *board.Row, yield yield) {
			if r.Continuity != nil {
				yield(*r.Continuity, "", "")
			}
		},
	}, {
		name: "perenne_open_blockers", kind: "gauge", labels: []string{"challenge", "axis"}, series: "4",
		help: "Blockers that are not met and have no accepted exception.",
		of: func(r *board.Row, yield yield) {
			for _, a := range r.Axes {
				yield(float64(len(a.OpenBlockers)), string(a.Axis), "")
			}
		},
	}, {
		name: "perenne_ready_for_production", kind: "gauge", labels: []string{"challenge"}, series: "1",
		help: "1 when the gate to production is open, 0 when not. Absent before the first audit.",
		of: func(r *board.Row, yield yield) {
			if audited(r) {
				yield(oneIf(r.Ready), "", "")
			}
		},
	}, {
		name: "perenne_checks", kind: "gauge", labels: []string{"challenge", "axis", "answer"}, series: "20",
		help: "Checks by axis and answer.",
		of:   answers,
	}, {
		name: "perenne_check_met_ratio", kind: "gauge", labels: []string{"challenge", "check"}, series: "K",
		help: "Share of the good state that was reached, 0 to 1. Absent when nothing was judged.",
		of:   checksMet,
	}, {
		name: "perenne_actions", kind: "gauge", labels: []string{"challenge", "quadrant"}, series: "5",
		help: "Gaps to close, by Eisenhower quadrant: do, plan, delegate, drop, or undated while no date is known.",
		of: func(r *board.Row, yield yield) {
			if !audited(r) {
				return
			}
			for _, q := range audit.Quadrants {
				yield(float64(r.Actions[q]), string(q), "")
			}
		},
	}, {
		name: "perenne_knowledge_at_risk_ratio", kind: "gauge", labels: []string{"challenge"}, series: "1",
		help: "Share of the known source files that nobody who stays knows, 0 to 1. Absent while nobody is said to leave.",
		of: func(r *board.Row, yield yield) {
			if r.KnowledgeAtRisk != nil {
				yield(*r.KnowledgeAtRisk, "", "")
			}
		},
	}, {
		name: "perenne_mission_end_timestamp_seconds", kind: "gauge", labels: []string{"challenge"}, series: "1",
		help: "Unix time of the day on which the mission ends. Absent when the portfolio does not say.",
		of:   func(r *board.Row, yield yield) { moment(r.Challenge.MissionEnd, yield) },
	}, {
		name: "perenne_audit_last_success_timestamp_seconds", kind: "gauge", labels: []string{"challenge"}, series: "1",
		help: "Unix time of the oldest last success among the repositories. Absent when one was never audited.",
		of:   func(r *board.Row, yield yield) { moment(r.AuditedAt, yield) },
	}, {
		name: "perenne_discovery_last_success_timestamp_seconds", kind: "gauge", labels: []string{"challenge"}, series: "1",
		help: "Unix time of the oldest last answer among the forges that are searched for repositories. Absent where nothing is searched, or one never answered.",
		of:   func(r *board.Row, yield yield) { moment(r.Challenge.ListedAt(), yield) },
	},
}

// queueJobs is read with the board.
var queueJobs = family{
	name: "perenne_queue_jobs", kind: "gauge", labels: []string{"state"}, series: "8",
	help: "Jobs in the queue of all processes, by state.",
}

// What this process counts itself.
var (
	auditsTotal = family{
		name: "perenne_audits_total", kind: "counter", labels: []string{"outcome"}, series: "5",
		help: "Attempts of this process to audit a repository, by outcome.",
	}
	auditDuration = family{
		name: "perenne_audit_duration_seconds", kind: "histogram", labels: []string{"stage"}, series: "48",
		help: "Time that one stage of one audit took.",
	}
	fetchedBytes = family{
		name: "perenne_fetched_bytes_total", kind: "counter", series: "1",
		help: "Bytes that this process received from git hosts.",
	}
	forgeRequests = family{
		name: "perenne_forge_requests_total", kind: "counter", labels: []string{"forge", "code"}, series: "F × status codes seen",
		help: "Requests of this process to the API of a forge, by host and status; none for no answer.",
	}
	forgeLimit = family{
		name: "perenne_forge_rate_limit_remaining", kind: "gauge", labels: []string{"forge"}, series: "F",
		help: "Requests that the forge still allows.",
	}
	webhooksTotal = family{
		name: "perenne_webhooks_total", kind: "counter", labels: []string{"sender", "outcome"}, series: "28",
		help: "Deliveries of forges to this process, by kind of forge, git for none that is known, and outcome.",
	}
	buildInfo = family{
		name: "perenne_build_info", kind: "gauge", labels: []string{"version", "commit", "catalogue", "goversion"}, series: "1",
		help: "Always 1; the labels say what runs.",
	}
)

// ofProcess are the families that are not one challenge's.
var ofProcess = []family{queueJobs, auditsTotal, auditDuration, fetchedBytes, forgeRequests, forgeLimit, webhooksTotal, buildInfo}

// audited reports whether anything is known of the challenge: before, a zero
// would be a guess.
func audited(r *board.Row) bool { return len(r.Axes) > 0 }

func axisScores(r *board.Row, yield yield) {
	for _, a := range r.Axes {
		if a.Score != nil {
			yield(*a.Score, string(a.Axis), "")
		}
	}
}

// answers gives all five of an axis that has any: none of a kind is a count too.
func answers(r *board.Row, yield yield) {
	for _, axis := range audit.Axes {
		counts, any := r.Answers[axis]
		if !any {
			continue
		}
		for _, a := range audit.Answers {
			yield(float64(counts[a]), string(axis), string(a))
		}
	}
}

func checksMet(r *board.Row, yield yield) {
	ids := slices.Sorted(maps.Keys(r.CheckMet))
	for _, id := range ids[:min(len(ids), maxChecks)] {
		yield(r.CheckMet[id], id, "")
	}
}

func moment(t time.Time, yield yield) {
	if !t.IsZero() {
		yield(float64(t.Unix()), "", "")
	}
}

func oneIf(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

// known reports whether the number may be shown.
func known(v float64) bool { return !math.IsNaN(v) && !math.IsInf(v, 0) }
