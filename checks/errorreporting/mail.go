package errorreporting

import (
	"bytes"
	"path"
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// mailMarks are the ways in which Python programs send an e-mail when they fail:
// Django's and the standard library's log handlers.
var (
	mailMarks = []string{"AdminEmailHandler", "SMTPHandler("}
	// admins is a list of Django's that names somebody.
	admins = regexp.MustCompile(`(?m)^ADMINS\s*(?::[^=\n]*)?=\s*[\[(]\s*[\[("']`)
	// never switches Airflow's mail off.
	never = regexp.MustCompile(`email_on_failure['"]?\s*[:=]\s*(False|0)`)
)

// mailsErrors finds a place where failures are sent by e-mail.
func mailsErrors(s *audit.Snapshot, d audit.Deliverable, manifests []*manifest.Manifest) (audit.Place, bool) {
	python := false
	for _, m := range manifests {
		python = python || m.Ecosystem == manifest.PyPI || m.Ecosystem == manifest.Conda
		for _, dependency := range m.Dependencies {
			if listed(dependency.Name, mailPackages) {
				return audit.Place{Path: m.Path, Line: dependency.Line}, true
			}
		}
	}
	if !python && d.Kind != audit.DataPipeline {
		return audit.Place{}, false
	}
	files := sources(s, d.Root, ".py")
	for _, f := range files[:min(len(files), maxSearched)] {
		content, err := s.Read(f)
		if err != nil {
			continue
		}
		if at := adminsOf(content); at != nil {
			return audit.Place{Path: f.Path, Line: 1 + bytes.Count(content[:at[0]], []byte("\n"))}, true
		}
		for _, mark := range mailMarks {
			if line := lineOf(content, mark); line > 0 {
				return audit.Place{Path: f.Path, Line: line}, true
			}
		}
	}
	return audit.Place{}, false
}

// adminsOf is a search that costs little where the word is absent.
func adminsOf(content []byte) []int {
	if !bytes.Contains(content, []byte("ADMINS")) {
		return nil
	}
	return admins.FindIndex(content)
}

// failureMarks are the ways in which orchestrators tell somebody that a run
// failed: settings of Airflow, hooks of Prefect, sensors of Dagster, events of
// Luigi, handlers of Snakemake, R's targets and Kestra, units of systemd.
var failureMarks = map[string][]string{
	".py": {
		"on_failure_callback", "email_on_failure", "sla_miss_callback", "on_failure=", "run_failure_sensor", "make_email_on_run_failure_sensor", "make_slack_on_run_failure_sensor",
		"Event.FAILURE", "send_slack_notification(", "on_crashed=", "TriggerRule.ONE_FAILED", `trigger_rule="one_failed"`, "trigger_rule='one_failed'",
	},
	".cfg": {"email_on_failure", "error_email", "error-email"}, ".toml": {"error_email"}, ".smk": {"onerror:"}, "": {"onerror:", "MAILTO="}, ".service": {"OnFailure="},
	".R": {"tar_cancel_notify(", "send.mail(", "blastula::smtp_send(", "smtp_send("}, ".yml": {"on_failure:", "when: on_failure", "if: failure()", "on-run-failure:"},
	".yaml": {"on_failure:", "when: on_failure", "if: failure()", "onExit:"}, ".cron": {"MAILTO="},
}

// notifiesFailures finds a place where somebody is told that a run failed, which
// is what a chain of processing needs more than a report of each error. Workflows
// of continuous integration count only where they run on a schedule.
func notifiesFailures(s *audit.Snapshot, d audit.Deliverable) (audit.Place, bool) {
	for _, f := range s.OwnFiles() {
		workflow := strings.HasPrefix(f.Path, ".github/workflows/") || f.Path == ".gitlab-ci.yml"
		if !audit.Within(f.Dir(), d.Root) && !workflow || secondary(f.Path) && !workflow || f.SizeBytes > maxSourceBytes || f.Mode == audit.Symlink || f.Mode == audit.Submodule {
			continue
		}
		marks := failureMarks[path.Ext(f.Path)]
		if path.Ext(f.Path) == "" && f.Name() != "Snakefile" && !strings.Contains(f.Name(), "cron") || len(marks) == 0 {
			continue
		}
		content, err := s.Read(f)
		if err != nil || workflow && !bytes.Contains(content, []byte("schedule:")) {
			continue
		}
		for _, mark := range marks {
			line := lineOf(content, mark)
			if line > 0 && !(strings.HasPrefix(mark, "email_on_failure") && never.Match(content)) {
				return audit.Place{Path: f.Path, Line: line}, true
			}
		}
	}
	return audit.Place{}, false
}
