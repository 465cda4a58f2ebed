package errorreporting

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/manifest"
)

// tool is one error reporting product, or several that share their libraries:
// GlitchTip takes Sentry's.
type tool struct {
	name string
	// packages maps an ecosystem to names of libraries; "*" at the end stands for
	// any rest.
	packages map[manifest.Ecosystem]string
	// starts are calls and settings that start the library.
	starts []string
	// imports are what a file that uses the library mentions; together with a
	// bare init( they count as a start.
	imports []string
	// files are names, or ends of paths, of configurations that start it.
	files []string
	// variable begins the names of its environment variables.
	variable string
	// tracing marks a tool made for traces, which shows errors to those who look.
	tracing bool
}

// tools are those of DOMAIN §6. Measuring the audience (Matomo and the like) is
// not reporting errors.
var tools = []tool{
	{
		name: "Sentry",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "@sentry/* raven raven-js", manifest.PyPI: "sentry-sdk raven", manifest.Composer: "sentry/sentry sentry/sentry-symfony sentry/sentry-laravel sentry/sdk",
			manifest.RubyGems: "sentry-ruby sentry-rails sentry-sidekiq sentry-raven sentry-delayed_job sentry-resque", manifest.Go: "github.com/getsentry/sentry-go* github.com/getsentry/raven-go",
			manifest.Maven: "io.sentry:*", manifest.CRAN: "sentryR", manifest.NuGet: "Sentry Sentry.*", manifest.Hex: "sentry", manifest.Cargo: "sentry sentry-*",
			manifest.Clojure: "io.sentry/sentry-clj sentry-clj/sentry-clj io.sentry/sentry io.sentry:*",
		},
		starts: []string{
			"Sentry.init(", "Sentry.init ", "Sentry.init{", "sentry_sdk.init(", `Sentry\init(`, "sentry.Init(", "sentry::init(", "SentrySdk.Init(", "UseSentry(", "AddSentry(", "Raven.config(",
			"Raven.configure", "raven.Client(", "new Raven", "Sentry(app", "raven.contrib.", "RAVEN_CONFIG", "withSentryConfig(", "configure_sentry(", "raven.SetDSN(",
			"SentryAppender", "app('sentry')", "Integration::handles", "sentry/init!", "config :sentry", "sentry.dsn", "@sentry/nuxt/module", "SentryModule.forRoot(", "sentryVitePlugin(", "SentryAutoConfiguration",
		},
		imports: []string{"@sentry/", "sentry_sdk", "getsentry/sentry-go", "io.sentry", "use Sentry", "raven"},
		files: []string{
			"sentry.client.config.js", "sentry.client.config.ts", "sentry.server.config.js", "sentry.server.config.ts", "config/sentry.php",
			"config/packages/sentry.yaml", "prod/sentry.yaml", "sentry.properties", "config/sentry.yml",
		},
		variable: "SENTRY_",
	},
	{
		name: "Bugsnag",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "@bugsnag/* bugsnag bugsnag-js", manifest.PyPI: "bugsnag", manifest.Composer: "bugsnag/bugsnag bugsnag/bugsnag-laravel bugsnag/bugsnag-symfony",
			manifest.RubyGems: "bugsnag", manifest.Go: "github.com/bugsnag/bugsnag-go*", manifest.Maven: "com.bugsnag:*", manifest.NuGet: "Bugsnag Bugsnag.*",
		},
		starts:  []string{"Bugsnag.start(", "Bugsnag.configure", "bugsnag.configure(", "bugsnag.Configure(", `Bugsnag\Client::make(`, "bugsnag("},
		imports: []string{"@bugsnag/", "bugsnag"}, files: []string{"config/bugsnag.php", "packages/bugsnag.yaml"}, variable: "BUGSNAG_",
	},
	{
		name: "Rollbar",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "rollbar @rollbar/react", manifest.PyPI: "rollbar", manifest.Composer: "rollbar/rollbar rollbar/rollbar-laravel", manifest.RubyGems: "rollbar",
			manifest.Go: "github.com/rollbar/rollbar-go*", manifest.Maven: "com.rollbar:*", manifest.NuGet: "Rollbar Rollbar.*",
		},
		starts:  []string{"Rollbar.init(", "new Rollbar(", "rollbar.init(", "Rollbar::init(", "Rollbar.configure", "rollbar.SetToken(", "rollbar.contrib."},
		imports: []string{"rollbar"}, variable: "ROLLBAR_",
	},
	{
		name: "Honeybadger",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "@honeybadger-io/*", manifest.PyPI: "honeybadger", manifest.Composer: "honeybadger-io/*", manifest.RubyGems: "honeybadger",
			manifest.Go: "github.com/honeybadger-io/honeybadger-go", manifest.Hex: "honeybadger",
		},
		starts: []string{"Honeybadger.configure", "honeybadger.configure(", "honeybadger.Configure(", "Honeybadger::new(", "config :honeybadger"},
		files:  []string{"honeybadger.yml", "config/honeybadger.php"}, variable: "HONEYBADGER_",
	},
	{
		name: "Airbrake",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "@airbrake/browser @airbrake/node", manifest.PyPI: "airbrake pybrake", manifest.Composer: "airbrake/phpbrake", manifest.RubyGems: "airbrake airbrake-ruby",
			manifest.Go: "github.com/airbrake/gobrake*", manifest.Maven: "io.airbrake:*",
		},
		starts: []string{"Airbrake.configure", "new Notifier(", "gobrake.NewNotifier", `Airbrake\Notifier(`, "pybrake.Notifier("}, variable: "AIRBRAKE_",
	},
	{
		name: "Raygun",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "raygun raygun4js", manifest.PyPI: "raygun4py", manifest.Composer: "mindscape/raygun4php", manifest.RubyGems: "raygun4ruby",
			manifest.Go: "github.com/MindscapeHQ/raygun4go", manifest.Maven: "com.mindscapehq:*",
		},
		starts: []string{"raygun.Client", "rg4js(", "raygun4go.New(", "Raygun.setup", "RaygunClient", "raygunprovider"}, variable: "RAYGUN_",
	},
	{
		name: "AppSignal",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "@appsignal/*", manifest.PyPI: "appsignal", manifest.RubyGems: "appsignal", manifest.Hex: "appsignal appsignal_phoenix",
		},
		starts: []string{"new Appsignal(", "Appsignal(", "Appsignal.configure", "config :appsignal"}, files: []string{"config/appsignal.yml"}, variable: "APPSIGNAL_",
	},
	{
		name: "Datadog",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "dd-trace @datadog/browser-logs @datadog/browser-rum", manifest.PyPI: "ddtrace", manifest.Composer: "datadog/dd-trace", manifest.RubyGems: "ddtrace datadog",
			manifest.Go: "gopkg.in/DataDog/dd-trace-go.v1* github.com/DataDog/dd-trace-go/v2*", manifest.Maven: "com.datadoghq:dd-java-agent",
		},
		starts: []string{"datadogRum.init(", "datadogLogs.init(", "tracer.init(", "tracer.Start(", "Datadog.configure", "patch_all(", "ddtrace.auto", "dd-trace/init"}, variable: "DD_",
	},
	{
		name: "Elastic APM",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "elastic-apm-node @elastic/apm-rum*", manifest.PyPI: "elastic-apm", manifest.RubyGems: "elastic-apm", manifest.Go: "go.elastic.co/apm*", manifest.Maven: "co.elastic.apm:*",
		},
		starts: []string{"elastic-apm-node/start", "apm.start(", "initApm(", "ElasticAPM(", "elasticapm.contrib", "apm.DefaultTracer", "apmhttp.", "ElasticApmAttacher"},
		files:  []string{"config/elastic_apm.yml"}, imports: []string{"elastic-apm-node"}, variable: "ELASTIC_APM_",
	},
	{
		name: "New Relic",
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "newrelic", manifest.PyPI: "newrelic", manifest.RubyGems: "newrelic_rpm", manifest.Go: "github.com/newrelic/go-agent*", manifest.Maven: "com.newrelic.agent.java:*",
		},
		starts: []string{"require('newrelic')", `require("newrelic")`, "import 'newrelic'", `import "newrelic"`, "newrelic.agent.initialize(", "newrelic.NewApplication("},
		files:  []string{"newrelic.ini", "config/newrelic.yml", "newrelic.js"}, variable: "NEW_RELIC_",
	},
	{
		name: "OpenTelemetry", tracing: true,
		packages: map[manifest.Ecosystem]string{
			manifest.NPM: "@opentelemetry/*", manifest.PyPI: "opentelemetry-*", manifest.Composer: "open-telemetry/*", manifest.RubyGems: "opentelemetry-*",
			manifest.Go: "go.opentelemetry.io/otel*", manifest.Maven: "io.opentelemetry:* io.opentelemetry.instrumentation:*",
		},
		starts: []string{"NodeSDK(", "TracerProvider(", "set_tracer_provider(", "SetTracerProvider(", "OpenTelemetry::SDK.configure", "AutoConfiguredOpenTelemetrySdk"}, variable: "OTEL_",
	},
}

// frontPackages run in a browser only.
const frontPackages = `@sentry/browser @sentry/react @sentry/vue @sentry/angular* @sentry/svelte @sentry/ember @sentry/gatsby @sentry/react-native @sentry/tracing
raven-js bugsnag-js @bugsnag/browser @bugsnag/web-worker @rollbar/react @datadog/browser-* @elastic/apm-rum* @airbrake/browser raygun4js @appsignal/javascript
@honeybadger-io/react @honeybadger-io/vue @sentry/wasm @sentry/replay`

// helperPackages come with a library and report nothing by themselves.
const helperPackages = `@sentry/cli @sentry/webpack-plugin @sentry/vite-plugin @sentry/types @sentry/utils @sentry/integrations @sentry/esbuild-plugin @sentry/rollup-plugin
@sentry/core @bugsnag/source-maps @bugsnag/cli io.sentry:sentry-bom @opentelemetry/api opentelemetry-api go.opentelemetry.io/otel/trace`

// startThemselves need their address in the environment and no line of code.
const startThemselves = `sentry/sentry-laravel sentry/sentry-symfony sentry-raven io.sentry:sentry-spring-boot-starter* io.sentry:sentry-logback bugsnag/bugsnag-laravel rollbar/rollbar-laravel
honeybadger newrelic_rpm appsignal honeybadger-io/honeybadger-laravel co.elastic.apm:* com.newrelic.agent.java:* com.datadoghq:dd-java-agent elastic-apm`

// mailPackages send an e-mail on each error.
const mailPackages = `exception_notification exception_notifier django-mail-admins`

// listed reports whether a name is in a list, where "*" at the end of an entry
// stands for any rest.
func listed(name, list string) bool { return listIndex(name, list) >= 0 }

// listIndex returns the place of a name in a list, -1 for none.
func listIndex(name, list string) int {
	i := 0
	for entry := range strings.FieldsSeq(list) {
		if prefix, found := strings.CutSuffix(entry, "*"); entry == name || found && strings.HasPrefix(name, prefix) {
			return i
		}
		i++
	}
	return -1
}
