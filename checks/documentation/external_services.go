package docs

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// externalService is a service of others that the deliverable cannot do without an
// account for.
type externalService struct {
	name  string
	place audit.Place
}

// serviceSigns tell a service by the package that calls it or by the words of a
// setting. Packages end in "*" for any rest.
var serviceSigns = []struct {
	name, packages, settings string
}{
	{"Sentry", "@sentry/* sentry-sdk sentry/* sentry-ruby sentry-rails sentry-raven raven raven-js github.com/getsentry/sentry-go io.sentry:* sentryR sentry", "SENTRY"},
	{"Rollbar", "rollbar rollbar/* github.com/rollbar/rollbar-go com.rollbar:*", "ROLLBAR"},
	{"Brevo", "sib-api-v3-sdk @getbrevo/brevo brevo-python getbrevo/brevo-php sendinblue/* sib-api-v3-typescript", "BREVO SENDINBLUE SIB"},
	{"Mailjet", "node-mailjet mailjet-rest mailjet mailjet/mailjet-apiv3-php", "MAILJET"},
	{"Mailgun", "mailgun-js mailgun.js mailgun/mailgun-php", "MAILGUN"},
	{"Sendgrid", "@sendgrid/mail sendgrid sendgrid/sendgrid sendgrid-ruby", "SENDGRID"},
	{"Tipimail", "", "TIPIMAIL"},
	{objectStorage, "@aws-sdk/client-s3 aws-sdk aws-sdk-s3 aws/aws-sdk-php league/flysystem-aws-s3-v3 django-storages", "AWS S3"},
	{"Algolia", "algoliasearch algolia/* algoliasearch-rails", "ALGOLIA"},
	{"Mapbox", "mapbox-gl mapbox mapbox-sdk", "MAPBOX"},
	{"Google", "googleapis google-api-python-client @react-google-maps/api gspread", "GOOGLE GOOGLEMAPS"},
	{"Stripe", "stripe @stripe/stripe-js stripe/stripe-php", "STRIPE"},
	{"Twilio", "twilio twilio-ruby twilio/sdk", "TWILIO"},
	{"Slack", "@slack/web-api @slack/bolt slack-sdk slackclient slack-ruby-client", "SLACK"},
	{"Crisp", "crisp-sdk-web crisp-api", "CRISP"},
	{"FranceConnect", "", "FRANCECONNECT FC"},
	{"ProConnect", "", "PROCONNECT AGENTCONNECT INCLUSIONCONNECT"},
	{"OpenAI", "openai openai-php/client ruby-openai", "OPENAI"},
	{"Mistral", "mistralai @mistralai/mistralai", "MISTRAL ALBERT"},
	{"Matomo", "", "MATOMO PIWIK"},
	{"Azure", "@azure/* azure-storage-blob azure-identity", "AZURE"},
	{"Cloudinary", "cloudinary", "CLOUDINARY"},
	{"Airtable", "airtable pyairtable airtable-python-wrapper", "AIRTABLE"},
	{"Datadog", "dd-trace ddtrace @datadog/*", "DATADOG"},
	{"New Relic", "newrelic newrelic_rpm", "NEWRELIC"},
	{"Notion", "@notionhq/client notion-client", "NOTION"},
	{"API Entreprise", "", "APIENTREPRISE"},
}

// externalServices returns the services that packages used in production, and
// settings that have to be given, show.
func externalServices(s *audit.Snapshot) []externalService {
	var found []externalService
	for _, m := range manifest.Of(s).Manifests {
		if m.Sample() {
			continue
		}
		for _, d := range m.Dependencies {
			if d.Dev {
				continue
			}
			for _, sign := range serviceSigns {
				if packageListed(d.Name, sign.packages) {
					found = append(found, externalService{sign.name, audit.Place{Path: m.Path, Line: d.Line}})
				}
			}
		}
	}
	for _, setting := range settings(s) {
		for _, sign := range serviceSigns {
			if setsUp(setting.name, sign.settings) {
				found = append(found, externalService{sign.name, setting.place})
			}
		}
	}
	if ownStorage(s) {
		found = slices.DeleteFunc(found, func(e externalService) bool { return e.name == objectStorage })
	}
	return found
}

// objectStorage is a service that a team may as well run itself.
const objectStorage = "Amazon S3"

func ownStorage(s *audit.Snapshot) bool {
	for _, file := range container.ComposeFiles(s) {
		for _, service := range file.Services {
			if image := path.Base(container.ParseImage(service.Image).Name); image == "minio" || image == "garage" || image == "localstack" || image == "rustfs" {
				return true
			}
		}
	}
	return false
}

func packageListed(name, list string) bool {
	for entry := range strings.FieldsSeq(list) {
		if prefix, open := strings.CutSuffix(entry, "*"); name == entry || open && strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

// secretEnds are what the name of a setting ends in when it opens an account.
var secretEnds = wordSet("KEY TOKEN SECRET DSN PASSWORD ID USER USERNAME LOGIN URL HOST SITE")

// setsUp reports whether a setting gives access to a service: its name holds one
// of the words, and ends like an access.
func setsUp(name, words string) bool {
	parts := strings.Split(strings.ToUpper(name), "_")
	joined := strings.Join(parts, "")
	if !secretEnds[parts[len(parts)-1]] {
		return false
	}
	for word := range strings.FieldsSeq(words) {
		// A long word may be written in two: API_ENTREPRISE.
		if slices.Contains(parts, word) || len(word) >= 9 && strings.Contains(joined, word) {
			return true
		}
	}
	return false
}

// setting is one variable that a deployment gives.
type setting struct {
	name  string
	place audit.Place
}

// settings returns the variables that compose files take from outside and those
// that a sample of an environment file lists, values left out.
func settings(s *audit.Snapshot) []setting {
	var all []setting
	for _, file := range container.ComposeFiles(s) {
		for _, v := range file.Variables {
			all = append(all, setting{v.Name, audit.Place{Path: file.Path, Line: v.Line}})
		}
	}
	for _, f := range s.OwnFiles() {
		if f.SizeBytes > maxEnvironmentBytes || !environmentSample(f.Name()) || misplaced(f.Path) {
			continue
		}
		text, ok := s.ReadText(f)
		if !ok {
			continue
		}
		for i, line := range strings.Split(text, "\n") {
			name, _, found := strings.Cut(strings.TrimPrefix(strings.TrimLeft(line, "# \t"), "export "), "=")
			if name = strings.TrimSpace(name); found && name != "" && strings.Trim(name, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_") == "" {
				all = append(all, setting{name, audit.Place{Path: f.Path, Line: i + 1}})
			}
		}
	}
	return all
}

// maxEnvironmentBytes is more than a person writes into such a file.
const maxEnvironmentBytes = 64 << 10

// environmentSample reports whether a file shows the variables of an environment.
func environmentSample(name string) bool {
	name = strings.ToLower(name)
	if !strings.HasPrefix(name, ".env") && !strings.HasPrefix(name, "env.") && !strings.HasSuffix(name, ".env") && path.Ext(name) != ".envrc" {
		return false
	}
	for _, word := range []string{"example", "exemple", "sample", "dist", "template", "default", "model"} {
		if strings.Contains(name, word) {
			return true
		}
	}
	return name == ".env" || name == ".env.development" || name == ".env.dev"
}
