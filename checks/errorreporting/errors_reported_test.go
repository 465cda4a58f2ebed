package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestErrorsReported(t *testing.T) { checktest.Run(t, errorsReported) }

func FuzzStart(f *testing.F) {
	f.Add([]byte("import sentry_sdk\nsentry_sdk.init(dsn='https://00112233445566778899@a/1')\n"))
	f.Add([]byte("// Sentry.init("))
	f.Fuzz(func(_ *testing.T, content []byte) {
		for _, t := range tools {
			hardCoded(content, startLine(content, t))
		}
		adminsOf(content)
	})
}
