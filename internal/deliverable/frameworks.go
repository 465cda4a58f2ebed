package deliverable

import "github.com/perenne-audit/perenne/internal/manifest"

// framework is a group of packages of which one is enough.
type framework struct {
	ecosystem manifest.Ecosystem
	names     []string
}

var serverFrameworks = []framework{
	{manifest.RubyGems, []string{"rails", "sinatra", "hanami", "railties"}},
	{manifest.Composer, []string{
		"laravel/framework", "laravel/lumen-framework", "symfony/framework-bundle", "symfony/symfony", "slim/slim", "cakephp/cakephp",
		"codeigniter4/framework", "drupal/core", "drupal/core-recommended", "yiisoft/yii2", "october/rain", "october/system",
		"roots/wordpress", "johnpbloch/wordpress", "silverstripe/framework", "api-platform/core", "laminas/laminas-mvc",
	}},
	{manifest.PyPI, pythonServers}, {manifest.Conda, pythonServers},
	{manifest.NPM, []string{
		"next", "nuxt", "nuxt3", "express", "fastify", "koa", "@nestjs/core", "@hapi/hapi", "hapi", "@adonisjs/core", "@strapi/strapi",
		"strapi", "keystone", "@keystone-6/core", "sails", "restify", "hono", "@remix-run/node", "@remix-run/react", "@sveltejs/adapter-node",
		"apollo-server", "@apollo/server", "graphql-yoga", "meteor-node-stubs", "@feathersjs/feathers", "payload", "directus", "polka",
	}},
	{manifest.Maven, []string{
		"org.springframework.boot:spring-boot-starter-web", "org.springframework.boot:spring-boot-starter-webflux",
		"org.springframework:spring-webmvc", "io.quarkus:quarkus-resteasy", "io.quarkus:quarkus-rest", "io.quarkus:quarkus-resteasy-reactive",
		"io.micronaut:micronaut-http-server-netty", "io.dropwizard:dropwizard-core", "io.javalin:javalin", "io.ktor:ktor-server-core",
		"io.ktor:ktor-server-netty", "com.sparkjava:spark-core", "io.vertx:vertx-web", "org.playframework:play", "org.http4s:http4s-dsl",
		"com.typesafe.akka:akka-http", "org.apache.pekko:pekko-http", "jakarta.servlet:jakarta.servlet-api", "javax.servlet:javax.servlet-api",
	}},
	{manifest.Cargo, []string{"actix-web", "axum", "rocket", "warp", "tide", "poem", "salvo"}},
	{manifest.Hex, []string{"phoenix", "plug_cowboy", "bandit"}},
	{manifest.Clojure, []string{"ring/ring-core", "ring", "ring/ring-jetty-adapter", "compojure", "compojure/compojure", "metosin/reitit", "http-kit", "http-kit/http-kit", "io.pedestal/pedestal.service"}},
	{manifest.CRAN, []string{"plumber"}},
}

var pythonServers = []string{
	"django", "flask", "fastapi", "tornado", "aiohttp", "starlette", "sanic", "falcon", "bottle", "pyramid", "cherrypy", "quart", "litestar",
	"streamlit", "dash", "gradio", "panel", "voila", "wagtail", "flask-restplus", "flask-restx", "connexion", "odoo", "ckan", "nicegui", "shiny",
}

// pythonModules are packages whose module has another name.
var pythonModules = map[string]string{"flask-restplus": "flask_restplus", "pyqt5": "PyQt5", "pyqt6": "PyQt6"}

var frontFrameworks = []string{
	"vue", "react", "react-dom", "preact", "svelte", "@angular/core", "angular", "solid-js", "ember-source", "@sveltejs/kit", "gatsby",
	"astro", "@observablehq/framework", "@11ty/eleventy", "lit", "alpinejs", "backbone", "elm", "react-scripts", "@vue/cli-service", "@vue/compat",
	"@gouvfr/dsfr", "@codegouvfr/react-dsfr", "@gouvminint/vue-dsfr",
}

var siteGenerators = []string{
	"vuepress", "vitepress", "@vuepress/cli", "@docusaurus/core", "docusaurus", "docsify", "docsify-cli", "gitbook-cli", "honkit", "@antora/cli",
	"reveal.js", "@marp-team/marp-cli", "@slidev/cli", "nextra", "@astrojs/starlight",
}

var electronPackers = []string{
	"electron-builder", "electron-packager", "@electron/packager", "@electron-forge/cli", "electron-forge", "electron-vite", "electron-webpack",
	"electron-updater", "nw-builder",
}

var desktopFrameworks = []framework{
	{manifest.Cargo, []string{"tauri", "iced", "eframe", "egui", "gtk4", "gtk", "slint", "druid", "fltk"}},
	{manifest.NPM, []string{"@tauri-apps/api", "react-native", "expo", "@ionic/core", "@ionic/angular", "@ionic/vue", "@ionic/react", "@capacitor/core", "nativescript"}},
	{manifest.PyPI, []string{"pyqt5", "pyqt6", "pyside2", "pyside6", "kivy", "wxpython", "toga", "pywebview", "customtkinter", "pygobject"}},
	{manifest.Maven, []string{"org.openjfx:javafx-controls", "org.openjfx.javafxplugin", "com.android.application", "org.eclipse.platform:org.eclipse.swt"}},
	{manifest.Go, []string{"fyne.io/fyne/v2", "github.com/wailsapp/wails/v2", "github.com/therecipe/qt", "gioui.org"}},
	{manifest.NuGet, []string{"Avalonia", "Avalonia.Desktop"}},
}

// pipelineTools schedule or chain data processing: using one is enough.
var pipelineTools = []framework{
	{manifest.PyPI, orchestrators}, {manifest.Conda, orchestrators},
	{manifest.CRAN, []string{"targets", "drake"}},
	{manifest.Maven, []string{"org.springframework.boot:spring-boot-starter-batch", "org.apache.spark:spark-core_2.12", "org.apache.spark:spark-sql_2.12", "org.apache.beam:beam-sdks-java-core", "org.apache.flink:flink-java"}},
}

var orchestrators = []string{
	"apache-airflow", "prefect", "luigi", "dagster", "kedro", "dbt-core", "dbt-postgres", "dbt-duckdb", "snakemake", "snakemake-minimal",
	"meltano", "mage-ai", "apache-beam", "pyspark", "scrapy", "bonobo", "petl", "singer-python", "great-expectations", "dlt", "zenml", "metaflow", "dvc",
}

// dataLibraries make a pipeline of scripts that no web framework serves and that
// are not offered to others.
var dataLibraries = []string{
	"pandas", "polars", "numpy", "scikit-learn", "geopandas", "sqlalchemy", "psycopg2", "psycopg2-binary", "psycopg", "pymongo", "elasticsearch",
	"duckdb", "dask", "beautifulsoup4", "lxml", "openpyxl", "xlrd", "tensorflow", "torch", "keras", "xgboost", "lightgbm", "transformers", "spacy",
	"nltk", "gensim", "opencv-python", "fiona", "shapely", "rasterio", "pyarrow", "agate", "selenium", "requests-html", "boto3", "minio",
}

// databaseDrivers make a pipeline of a compiled program that serves nobody.
var databaseDrivers = []string{
	"github.com/jackc/pgx/v5", "github.com/jackc/pgx/v4", "github.com/jackc/pgx", "github.com/lib/pq", "github.com/go-sql-driver/mysql",
	"go.mongodb.org/mongo-driver", "github.com/globalsign/mgo", "gopkg.in/mgo.v2", "github.com/ClickHouse/clickhouse-go/v2",
	"sqlx", "tokio-postgres", "postgres", "diesel", "mongodb", "polars", "datafusion",
	"org.postgresql:postgresql", "mysql:mysql-connector-java", "com.oracle.database.jdbc:ojdbc8", "org.mongodb:mongodb-driver-sync", "Npgsql", "Dapper",
	"ecto_sql", "postgrex", "com.github.seancorfield/next.jdbc", "seancorfield/next.jdbc",
}
