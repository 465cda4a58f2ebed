package errorreporting

import (
	"bytes"
	"regexp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// mailMarks are the ways in which Python programs send an e-mail when they fail:
// Django's and the standard library's log handlers, Airflow's settings.
var (
	mailMarks = []string{"AdminEmailHandler", "SMTPHandler(", "on_failure_callback", "email_on_failure", "sla_miss_callback", "EmailOperator("}
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
			line := lineOf(content, mark)
			if line > 0 && !(mark == "email_on_failure" && never.Match(content)) {
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
