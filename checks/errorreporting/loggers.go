package errorreporting

import "github.com/perenne-audit/perenne/internal/manifest"

// logging is how the programs of one ecosystem write application logs.
type logging struct {
	// libraries are packages that write structured lines, or lines to the console
	// unless they are told otherwise; "*" at the end stands for any rest.
	libraries string
	// own maps the mark of the logger that the language or a framework brings to
	// its name in the facts; it writes to the console by itself when console is
	// true, and nowhere until it is set up otherwise.
	own     []ownLogger
	console bool
	// toConsole and toFile are calls and settings that send logs somewhere.
	toConsole, toFile []string
	// carriers are frameworks that send what the language's logger writes to the
	// console, or to where their operator reads it.
	carriers string
	// prints are calls that write to the console and are no logs.
	prints []string
	// off are calls and settings that drop everything.
	off []string
}

type ownLogger struct{ mark, name string }

// loggings are those of DOMAIN §6.
var loggings = map[manifest.Ecosystem]*logging{
	manifest.PyPI: {
		libraries: "structlog python-json-logger loguru logbook eliot json-logging django-structlog ecs-logging asgi-correlation-id coloredlogs google-cloud-logging",
		own:       []ownLogger{{"import logging", "logging"}, {"from logging", "logging"}, {"get_run_logger", "prefect"}, {"app.logger", "flask"}, {"current_app.logger", "flask"}, {"flask_app.logger", "flask"}},
		toConsole: []string{"StreamHandler", "basicConfig(", "app.logger", "current_app.logger", "flask_app.logger", "get_run_logger", "RichHandler", "coloredlogs.install", "wsgi_errors_stream", "ext://sys.std", "handler_console"},
		toFile:    []string{"FileHandler", "RotatingFileHandler", "TimedRotatingFileHandler", "WatchedFileHandler"},
		carriers:  "apache-airflow* prefect dagster scrapy celery luigi streamlit odoo uvicorn-worker kedro",
		prints:    []string{"print("}, off: []string{"logging.disable(logging.CRITICAL)", "logging.disable(50)"},
	},
	manifest.NPM: {
		libraries: "pino pino-* nestjs-pino winston nest-winston express-winston bunyan log4js tslog roarr consola signale loglevel morgan @nestjs/core @strapi/strapi @adonisjs/core @adonisjs/logger @google-cloud/logging electron-log fancy-log",
		own:       []ownLogger{{"logger: true", "fastify"}, {"fastify.log.", "fastify"}}, console: true,
		toConsole: []string{"transports.Console", "new Console(", "ConsoleTransport", "process.stdout"}, toFile: []string{"transports.File", "DailyRotateFile"},
		prints: []string{"console.log(", "console.error(", "console.info(", "console.warn("}, off: []string{"logger: false"},
	},
	manifest.Composer: {
		libraries: "monolog/monolog symfony/monolog-bundle laravel/framework laravel/lumen-framework analog/analog apache/log4php",
		own:       []ownLogger{{"error_log(", "error_log"}},
		console:   true,
		toConsole: []string{"php://stderr", "php://stdout", "ErrorLogHandler"},
		toFile:    []string{"%kernel.logs_dir%", "RotatingFileHandler", "rotating_file", "storage_path('logs", `storage_path("logs`},
		prints:    []string{"echo "},
	},
	manifest.RubyGems: {
		libraries: "lograge semantic_logger rails_semantic_logger amazing_logger ougai logstash-logger logstash-event rails_stdout_logging rails_12factor logging log4r yell",
		own:       []ownLogger{{"Rails.logger", "rails"}, {"Logger.new(", "logger"}},
		toConsole: []string{"Logger.new(STDOUT", "Logger.new($stdout", "Logger.new STDOUT", "RAILS_LOG_TO_STDOUT", "logger(STDOUT", "logger($stdout", "Logger.new(STDERR"},
		toFile:    []string{"Logger.new(Rails.root", `Logger.new("log/`, "Logger.new('log/"}, prints: []string{"puts "}, off: []string{`Logger.new("/dev/null")`, "Logger.new(nil)"},
	},
	manifest.Go: {
		libraries: "go.uber.org/zap* github.com/rs/zerolog* github.com/sirupsen/logrus* github.com/hashicorp/go-hclog github.com/go-kit/log github.com/apex/log github.com/charmbracelet/log k8s.io/klog* github.com/golang/glog github.com/go-logr/* golang.org/x/exp",
		own:       []ownLogger{{`"log/slog"`, "log/slog"}, {`"log"`, "log"}}, console: true, toFile: []string{"lumberjack."}, toConsole: []string{"os.Stdout", "os.Stderr"},
		prints: []string{"fmt.Print"}, off: []string{"log.SetOutput(io.Discard)", "log.SetOutput(ioutil.Discard)"},
	},
	manifest.Maven: {
		libraries: "net.logstash.logback:* ch.qos.logback:* org.apache.logging.log4j:* org.slf4j:* io.github.oshai:* io.github.microutils:* org.springframework.boot:spring-boot-starter* io.quarkus:* io.micronaut:* io.dropwizard:* org.playframework:play co.elastic.logging:* log4j:log4j org.jboss.logging:*",
		own:       []ownLogger{{"java.util.logging", "java.util.logging"}}, console: true,
		toConsole: []string{"ConsoleAppender", "<Console", "LogstashEncoder", "StructuredLogEncoder"}, toFile: []string{"FileAppender", "RollingFileAppender", "RollingFile", "<File "},
		prints: []string{"System.out.print", "println("}, off: []string{"logging.level.root=OFF", `<root level="OFF"`},
	},
	manifest.CRAN: {
		libraries: "logger log4r futile.logger lgr loggit rlog logging",
		own:       []ownLogger{{"library(logger)", "logger"}, {"logger::", "logger"}, {"futile.logger", "futile.logger"}, {"log4r", "log4r"}, {"lgr::", "lgr"}, {"flog.info(", "futile.logger"}}, console: true,
		toConsole: []string{"appender_console", "appender_stdout", "appender.console", "console_appender"}, toFile: []string{"appender_file(", "appender.file(", "file_appender("},
		prints: []string{"message(", "cat(", "print("},
	},
	manifest.NuGet: {
		libraries: "Serilog* NLog* log4net Microsoft.Extensions.Logging* ZLogger", own: []ownLogger{{"ILogger<", "Microsoft.Extensions.Logging"}}, console: true,
		toConsole: []string{"WriteTo.Console(", "AddConsole(", "AddJsonConsole("}, toFile: []string{"WriteTo.File(", "RollingFileAppender"}, prints: []string{"Console.Write"}, off: []string{"ClearProviders();"},
	},
	manifest.Hex: {
		libraries: "logger_json logster timber", own: []ownLogger{{"require Logger", "Logger"}}, console: true, toConsole: []string{":console", "Logger.Backends.Console"}, toFile: []string{"LoggerFileBackend"}, prints: []string{"IO.puts"},
	},
	manifest.Cargo: {
		libraries: "tracing-subscriber env_logger pretty_env_logger slog slog-* fern flexi_logger simple_logger log4rs stderrlog tracing-bunyan-formatter simplelog tracing",
		own:       []ownLogger{{"log::info!", "log"}, {"use log", "log"}}, toConsole: []string{"env_logger", "tracing_subscriber"}, toFile: []string{"tracing_appender"}, prints: []string{"println!"},
	},
	manifest.Clojure: {
		libraries: "com.taoensso/timbre org.clojure/tools.logging com.brunobonacci/mulog cambium/* io.pedestal/pedestal.log", own: []ownLogger{{"clojure.tools.logging", "tools.logging"}, {"taoensso.timbre", "timbre"}}, console: true,
		prints: []string{"(println"},
	},
}

// tellByThemselves are carriers that write what they do without being asked.
const tellByThemselves = "scrapy celery prefect dagster"

// builtInToFile are frameworks that write to a file until they are told otherwise.
const builtInToFile = "rails railties laravel/framework laravel/lumen-framework"

// consoleVariables are settings, outside the code, that send a framework's logs
// to the console.
var consoleVariables = []string{"RAILS_LOG_TO_STDOUT", "LOG_CHANNEL=stderr", "LOG_CHANNEL=stdout", "LOG_CHANNEL: stderr", "LOG_CHANNEL=errorlog", "LOG_CHANNEL: errorlog"}
