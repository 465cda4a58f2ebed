package maintainers

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestUserContactLasting(t *testing.T) { t.Parallel(); checktest.Run(t, userContactLasting) }

func FuzzEmailsIn(f *testing.F) {
	f.Add("Écrivez à contact [at] mer.gouv.fr, [ici](mailto:ada@mer.gouv.fr?subject=a)")
	f.Fuzz(func(t *testing.T, line string) { _ = emailsIn([]string{line}, "README.md", 1) })
}
