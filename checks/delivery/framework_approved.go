package delivery

import "github.com/perenne-audit/perenne/internal/audit"

var frameworkApproved = &audit.Check{
	ID: "framework-approved", Axis: audit.Deployment, Severity: audit.Major,
	Needs: audit.NeedPortfolio, EffortHours: 7, LeadDays: 120, Side: audit.DSI,
	Kinds:  []audit.Kind{audit.WebApplication, audit.Service, audit.ShinyApp, audit.DataPipeline, audit.DataikuProject},
	Source: "https://cyber.gouv.fr/le-referentiel-general-de-securite-rgs",
	Texts:  texts, Run: runFrameworkApproved,
}

// runFrameworkApproved: an accreditation is decided and signed outside of any
// repository, so what nobody declared is unknown.
func runFrameworkApproved(s *audit.Snapshot) audit.Verdict {
	if fact := s.Attested("framework-approved"); fact != nil {
		return audit.Met("approved", "says", audit.MaskEmails(fact.Says), "author", audit.MaskEmails(fact.Author), "date", fact.Date)
	}
	return audit.Unknown("not-declared")
}
