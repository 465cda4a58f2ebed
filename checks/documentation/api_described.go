package docs

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guide"
)

var apiDescribed = &audit.Check{
	ID: "api-described", Axis: audit.Transmission, Severity: audit.Moderate,
	Needs: audit.NeedTree, EffortHours: 7, Side: audit.Team, Kinds: callableKinds,
	Source: "https://spec.openapis.org/oas/latest.html",
	Texts:  texts, Run: runAPIDescribed,
}

// callableKinds may answer other programs.
var callableKinds = []audit.Kind{audit.WebApplication, audit.Service}

// runAPIDescribed asks only where an API shows: its description, its framework,
// or the files that serve it.
func runAPIDescribed(s *audit.Snapshot) audit.Verdict {
	if guide.Static(s, callableKinds) {
		return audit.NotApplicable("static")
	}
	if files := describedIn(s); len(files) > 0 {
		return audit.Met("file", "path", files[0].Path).At(files[:min(len(files), maxPlaces)]...)
	}
	libraries := apiLibraries(s)
	if i := slices.IndexFunc(libraries, func(l apiLibrary) bool { return l.describes }); i >= 0 {
		return audit.PartlyMet("generated", "library", libraries[i].name, "path", libraries[i].place.Path).At(libraries[i].place)
	}
	if viewers := viewersIn(s); len(viewers) > 0 {
		return audit.PartlyMet("viewer", "path", viewers[0].Path).At(viewers...)
	}
	served, at := servesAPI(s, libraries)
	if offered := offeredSections(s); !served && len(offered) > 0 {
		return audit.PartlyMet("prose", "path", offered[0].Path).At(offered...)
	}
	if !served {
		return audit.NotApplicable("no-api")
	}
	if collections := collectionsIn(s); len(collections) > 0 {
		return audit.PartlyMet("collection", "path", collections[0].Path).At(collections...)
	}
	if written := endpointSections(s); len(written) > 0 {
		return audit.PartlyMet("prose", "path", written[0].Path).At(written[:min(len(written), maxPlaces)]...)
	}
	if link, place, found := apiElsewhere(s); found {
		return audit.PartlyMet("outside", "url", link).At(place)
	}
	return audit.NotMet("absent", "path", at.Path).At(at)
}
