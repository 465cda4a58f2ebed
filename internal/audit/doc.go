// Package audit holds the words of perenne, and nothing that acts on them.
//
// A portfolio names challenges and their repositories; acquire turns each
// repository into a [Snapshot]; a [Check] puts one question to the snapshot and
// answers with a [Verdict]; verdicts become a score and a list of [Action];
// all of it together is a [Result], which reports print.
//
// The package imports the standard library only, so every other package may
// import it and none can drag another in. To write a check, read [Check] and
// [Snapshot]; nothing else is needed:
//
//	var licencePresent = &audit.Check{
//		ID: "licence-present", Axis: audit.Transmission, Severity: audit.Blocker,
//		Needs: audit.NeedTree, EffortHours: 1, Side: audit.Team,
//		Source: "https://www.data.gouv.fr/pages/legal/licences/",
//		Texts: texts, Run: runLicencePresent,
//	}
//
//	func runLicencePresent(s *audit.Snapshot) audit.Verdict {
//		f, found := s.File("LICENSE")
//		if !found {
//			return audit.NotMet("missing")
//		}
//		return audit.Met("recognised", "path", f.Path).At(audit.Place{Path: f.Path})
//	}
package audit
