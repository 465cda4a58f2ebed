package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestMigrationsVersioned(t *testing.T) { t.Parallel(); checktest.Run(t, migrationsVersioned) }

func FuzzMigratingLine(f *testing.F) {
	for _, seed := range []string{"python manage.py migrate", "alembic upgrade head && a", "bundle exec rails db:migrate", "make:migration a"} {
		f.Add(seed)
	}
	f.Fuzz(func(_ *testing.T, text string) { migratingLine(text) })
}
