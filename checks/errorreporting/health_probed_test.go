package errorreporting

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
	"github.com/perenne-audit/perenne/internal/audit"
)

func TestHealthProbed(t *testing.T) { checktest.Run(t, healthProbed) }

// The shapes that frameworks give to a route, and calls that only look like one.
func TestDeclared(t *testing.T) {
	for _, test := range []struct{ suffix, line, want string }{
		{".py", `@app.get("/healthz")`, "/healthz"},
		{".py", `    path("api/v1/health/", views.health),`, "/api/v1/health"},
		{".py", `    re_path(r"^ping/?$", ping),`, ""},
		{".py", `requests.get("/health")`, ""},
		{".py", `path = "/status"`, ""},
		{".js", `router.get('/_health', ok)`, "/_health"},
		{".js", `@Controller('health')`, "/health"},
		{".js", `axios.get('/health')`, ""},
		{".js", `<Route path="/status" />`, ""},
		{".go", `	r.Get("/-/ready", ready)`, "/-/ready"},
		{".go", `	mux.HandleFunc("GET /livez", ok)`, "/livez"},
		{".go", `	client.Get("/health")`, ""},
		{".rb", `  get "up" => "rails/health#show"`, "/up"},
		{".rb", `  status = "up"`, ""},
		{".php", `Route::get('/health', fn () => 'ok');`, "/health"},
		{".php", `#[Route('/status', name: 'status')]`, "/status"},
		{".java", `    @GetMapping("/actuator/health")`, "/actuator/health"},
		{".cs", `app.MapHealthChecks("/healthz");`, "/healthz"},
		{".ex", `    get "/health", HealthController, :show`, "/health"},
		{".rs", `    .route("/health", get(ok))`, "/health"},
		{".r", `#* @get /health`, "/health"},
	} {
		got := ""
		if found := declared("x"+test.suffix, []byte(test.line+"\n"), declarations()[test.suffix]); len(found) > 0 {
			got = found[0].path
		}
		if got != test.want {
			t.Errorf("%s: %s declares %q, want %q", test.suffix, test.line, got, test.want)
		}
	}
}

func FuzzDeclared(f *testing.F) {
	f.Add([]byte("@app.get('/health')\n"))
	f.Add([]byte("#* @get /ready"))
	f.Fuzz(func(_ *testing.T, content []byte) {
		for _, suffix := range []string{".py", ".js", ".r", ".go"} {
			declared("x"+suffix, content, declarations()[suffix])
		}
		files := []audit.File{{Path: "Dockerfile", SizeBytes: int64(len(content))}}
		s := &audit.Snapshot{Tree: audit.NewTree(files, same(content), false)}
		calledRoute(s.View(), audit.Place{Path: "Dockerfile", Line: 1}, 5)
	})
}

type same []byte

func (b same) Blob(audit.File) ([]byte, error) { return b, nil }
