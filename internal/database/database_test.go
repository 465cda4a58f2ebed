package database_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/database"
)

type blobs map[string]string

func (b blobs) Blob(f audit.File) ([]byte, error) { return []byte(b[f.Path]), nil }

func snapshot(content blobs) *audit.Snapshot {
	var files []audit.File
	for name, text := range content {
		files = append(files, audit.File{Path: name, Blob: name, SizeBytes: int64(len(text))})
	}
	return &audit.Snapshot{Tree: audit.NewTree(files, content, false)}
}

func TestOf(t *testing.T) {
	s := snapshot(blobs{
		"compose.yaml":               "services:\n  db:\n    image: docker.io/postgis/postgis:16-3.4\n  cache:\n    image: redis:7\n",
		"compose.test.yaml":          "services:\n  db:\n    image: mysql:8\n",
		"requirements.txt":           "django==5.1\npsycopg[binary]==3.2\n",
		"web/package.json":           `{"dependencies": {"react": "18"}, "devDependencies": {"pg": "8"}}`,
		"go.mod":                     "module x\n\ngo 1.22\n\nrequire github.com/jackc/pgx/v5 v5.5.0\n",
		"tests/package.json":         `{"dependencies": {"mysql2": "3"}}`,
		"node_modules/pg/x.js":       "",
		"app/migrations/__init__.py": "", "app/migrations/0001_initial.py": "", "app/migrations/0002_more.py": "",
		"web/prisma/migrations/20240101_init/migration.sql": "",
		"docs/migrations/v2.md":                             "",
	})
	want := []database.Use{
		{Name: "postgresql", Through: "postgis/postgis", Started: true, Place: audit.Place{Path: "compose.yaml", Line: 2}},
		{Name: "postgresql", Through: "github.com/jackc/pgx/v5", Place: audit.Place{Path: "go.mod", Line: 5}},
		{Name: "postgresql", Through: "psycopg", Place: audit.Place{Path: "requirements.txt", Line: 2}},
		{Name: "sql", Through: "app/migrations", Mapper: true, Place: audit.Place{Path: "app/migrations/0001_initial.py"}},
		{Name: "sql", Through: "web/prisma/migrations/20240101_init", Mapper: true, Place: audit.Place{Path: "web/prisma/migrations/20240101_init/migration.sql"}},
	}
	if diff := cmp.Diff(want, database.Of(s)); diff != "" {
		t.Error(diff)
	}
	s.Deliverables = []audit.Deliverable{{Kind: audit.Service}, {Kind: audit.WebApplication, Root: "web"}}
	if got := database.For(s, "web"); len(got) != 2 || !got[0].Started || got[1].Through != "web/prisma/migrations/20240101_init" {
		t.Errorf("web: %+v", got)
	}
}
