package delivery

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// maxTestBytes is past what a person writes into one file of tests.
const maxTestBytes = 256 << 10

// templateMarks are sentences of the tests that generators write: they pass
// before anybody has written a line. A short file that holds one is not the
// authors' own.
var templateMarks = []string{
	"learn react", "renders without crashing", // create-react-app
	"Create your tests here.",                                                                                                     // django-admin startapp
	"should create the app",                                                                                                       // ng new
	"renders props.msg when passed",                                                                                               // vue create
	"Visits the app root url",                                                                                                     // vue create, Cypress
	"function testBasicTest", "test_that_true_is_true", "test_the_application_returns_a_successful_response", "that true is true", // laravel new
	`toBe('Hello World!')`, `"Hello World!"`, `'Hello World!'`, // nest new
	"multiplication works",                       // usethis::use_test
	"Counter increments smoke test",              // flutter create
	"fn it_works()",                              // cargo new --lib
	"the truth",                                  // rails generate
	"add some examples", "connects with cookies", // rspec-rails, rails new
	"contextLoads",                                // Spring Initializr
	"https://on.cypress.io", "example.cypress.io", // cypress open
	"https://playwright.dev", // npm init playwright
	"addition_isCorrect",     // Android Studio
}

// maxTemplateBytes is longer than any of those files.
const maxTemplateBytes = 2500

// aloneMarks are titles of the tests that nest and ng generate beside each class.
// People keep them above their own tests, so only a file with no other test is
// the generator's.
var aloneMarks = []string{"should be defined", "should be created", "should create"}

// templated reports whether a generator wrote the file.
func templated(content []byte) bool {
	holds := func(mark string) bool { return bytes.Contains(content, []byte(mark)) }
	if len(content) > maxTemplateBytes {
		return false
	}
	return slices.ContainsFunc(templateMarks, holds) || bytes.Count(content, []byte("it(")) == 1 && slices.ContainsFunc(aloneMarks, holds)
}

// testMarks maps an extension to what a file of tests holds; a file with none of
// them tests nothing.
var testMarks = map[string][]string{
	".py":   {"def test", "unittest", "TestCase", ">>> ", "assert ", "async def test"},
	".js":   {"test(", "it(", "describe(", "test.", "suite(", "scenario(", "cy.", "expect(", "assert", "fixture", "Feature(", "Given(", "page.goto", "`should"},
	".R":    {"test_that", "expect_", "context(", "stopifnot", "describe(", "checkEquals", "test_", "AppDriver", "ShinyDriver"},
	".php":  {"function test", "@test", "#[Test", "#[DataProvider", "it(", "test(", "assert", "wantTo", "function it_", "amOnPage", "shouldReturn"},
	".rb":   {"test ", "def test_", "describe", "it ", "should", "specify", "scenario", "assert"},
	".rs":   {"#[test]", "#[tokio::test]", "::test]", "#[rstest]", "proptest!"},
	".java": {"@Test\n", "@Test\r", "@Test ", "@Test(", "@ParameterizedTest", "@RepeatedTest", "@TestFactory", "@Property", "@ArchTest", "@RunWith", "@Suite", "TestCase", "@Given", "@When"},
	".sql":  {"select", "SELECT", "{{"},
	".jl":   {"@test"},
}

// testsIn reports whether the content holds tests.
func testsIn(f audit.File, content []byte) bool {
	suffix := path.Ext(f.Path)
	if slices.Contains(jsSuffixes, suffix) {
		suffix = ".js"
	}
	marks, known := testMarks[suffix]
	if !known {
		marks, known = testMarks[strings.ToUpper(suffix)]
	}
	if !known {
		return true
	}
	if suffix == ".php" && inherits.Match(content) {
		return true
	}
	return slices.ContainsFunc(marks, func(mark string) bool { return holdsWord(content, mark) })
}

// inherits is a class whose tests stand in a base class of the project's own: it
// only says what they are run on.
var inherits = regexp.MustCompile(`(?m)^(?:final )?class \w+ extends \w*TestCase\b`)

// holdsWord reports whether the mark stands in the content and is not the end of
// a longer name: "it(" is not in "exit(".
func holdsWord(content []byte, mark string) bool {
	for start := 0; ; {
		i := bytes.Index(content[start:], []byte(mark))
		if i < 0 {
			return false
		}
		if start += i; start == 0 || !namePart(content[start-1]) || !namePart(mark[0]) {
			return true
		}
		start += len(mark)
	}
}

func namePart(c byte) bool {
	return c == '_' || c == '.' || c == '$' || '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z'
}

// wholeMarks and togetherMarks are what end-to-end and integration tests lean
// on: a browser, the application behind an HTTP client, real services.
var (
	wholeMarks = []string{
		"selenium", "Selenium", "playwright", "puppeteer", "WebDriver", "webdriver", "Capybara", "visit(", "cy.visit", "splinter",
		"LiveServerTestCase", "AppDriver", "ShinyDriver", "browser.url(", "createPantherClient", "testcafe",
	}
	togetherMarks = []string{
		"TestClient", "test_client(", "self.client.", "client.get(", "client.post(", "APIClient", "APITestCase", "supertest", "MockMvc", "mockMvc",
		"@SpringBootTest", "@DataJpaTest", "TestRestTemplate", "httptest.", "testcontainers", "Testcontainers", "WebTestCase", "KernelTestCase", "createClient(",
		"RefreshDatabase", "ActionDispatch::IntegrationTest", "type: :request", "type: :system", "type: :feature", "->get('/", "->getJson(",
		"WebApplicationFactory", "testServer(", "DjangoTestCase", "django_db", "TransactionTestCase", "create_engine", "psycopg", "MongoMemoryServer",
		"chai-http", "inject(", "Rack::Test", "+build integration", "go:build integration", "go:build e2e", "ConnTest", "ConnCase",
		"moto", "requests_mock", "CliRunner", "runner.invoke(", "exec.Command(", "subprocess.", "mount(", "MemoryRouter",
	}
)

// kindIn refines what the path said with what the content says.
func kindIn(t testFile, content []byte) testKind {
	if t.kind != unit {
		return t.kind
	}
	holds := func(marks []string) bool {
		return slices.ContainsFunc(marks, func(mark string) bool { return bytes.Contains(content, []byte(mark)) })
	}
	switch {
	case holds(wholeMarks):
		return endToEnd
	case holds(togetherMarks):
		return integration
	}
	return unit
}
