package deliverable

import (
	"slices"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/publiccode"
)

// stated maps publiccode.yml's softwareType to the kinds that agree with it, the
// first being the one to take when what was found does not.
// https://yml.publiccode.tools/schema.core.html#key-softwaretype
var stated = map[string][]audit.Kind{
	"standalone/web": {audit.WebApplication, audit.ShinyApp, audit.Service}, "standalone/backend": {audit.Service, audit.WebApplication, audit.DataPipeline},
	"standalone/desktop": {audit.DesktopApplication}, "standalone/mobile": {audit.DesktopApplication}, "library": {audit.Library}, "addon": {audit.Library},
	"configurationFiles": {audit.Infrastructure},
}

// state lets what the repository says of itself replace what was found at its
// top, unless the two agree. Values that name no kind, and files that cannot be
// read, change nothing.
func (v *survey) state(found []audit.Deliverable) []audit.Deliverable {
	code := publiccode.Of(v.s)
	if code == nil {
		return found
	}
	kinds := stated[code.SoftwareType.Text]
	if len(kinds) == 0 || slices.ContainsFunc(found, func(d audit.Deliverable) bool { return slices.Contains(kinds, d.Kind) }) {
		return found
	}
	found = slices.DeleteFunc(found, func(d audit.Deliverable) bool { return d.Root == "" && strength[d.Kind] > 0 })
	return append(found, audit.Deliverable{Kind: kinds[0], Because: code.Path})
}
