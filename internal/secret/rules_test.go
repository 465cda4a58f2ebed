package secret

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/pelletier/go-toml/v2"
)

// To take the rules of a newer betterleaks:
//
//	go test -run TestRules -from .../betterleaks/config/betterleaks.toml -version v1.6.0 ./internal/secret
var (
	from    = flag.String("from", "", "write the table again from this betterleaks.toml")
	version = flag.String("version", "", "the version that -from belongs to")
)

// left are rules that we do not take: for what is public by design (keys of a
// browser, identifiers, test keys), for what hashes and words look like too, and
// for what this package reads itself.
var left = regexp.MustCompile(`generic|^curl-|private-key$|jwt|pkcs12|gcp-api-key|client-id|-id$|pub|test|twilio-api-key|sourcegraph|facebook-access|nuget|sidekiq|octopus|gitlab-session|vault-service-token$|square-access|flutterwave|posthog-project|brave-search|mongodb|gcp-|slack-legacy-workspace|bedrock-api-key-short`)

// named are rules that only say "this service's name, then so many letters":
// assignments are read by this package in a stricter way.
const (
	named = `[\w.-]{0,50}?`
	near  = `(?:.|[\n\r])`
)

var entropyOf = regexp.MustCompile(`entropy\(finding\["secret"\]\) <=? ([0-9.]+)`)

func TestRules(t *testing.T) {
	if *from != "" {
		take(t)
		return
	}
	for _, r := range loadRules().services {
		if _, err := regexp.Compile(r.expression); err != nil {
			t.Errorf("%s: %v", r.kind, err)
		}
		if len(r.keywords) == 0 || slices.ContainsFunc(r.keywords, func(k string) bool { return len(k) < 2 || k != strings.ToLower(k) }) {
			t.Errorf("%s: keywords %q", r.kind, r.keywords)
		}
	}
}

func take(t *testing.T) {
	content, err := os.ReadFile(*from)
	if err != nil {
		t.Fatal(err)
	}
	var source struct {
		Rules []struct {
			ID, Regex, Filter, Path string
			Keywords                []string
			SkipReport              bool
			Required                []any
		}
	}
	if err := toml.Unmarshal(content, &source); err != nil {
		t.Fatal(err)
	}
	var table bytes.Buffer
	fmt.Fprintf(&table, "# Tokens of known services: kind, least entropy, keywords, expression; tabs between.\n"+
		"# Made by rules_test.go from betterleaks %s, config/betterleaks.toml: MIT licence,\n# Copyright (c) 2026 Zachary Rice, https://github.com/betterleaks/betterleaks\n", *version)
	for _, r := range source.Rules {
		if r.SkipReport || r.Path != "" || len(r.Required) > 0 || r.Regex == "" || left.MatchString(r.ID) || strings.Contains(r.Regex, named) || strings.Contains(r.Regex, near) {
			continue
		}
		if _, err := regexp.Compile(r.Regex); err != nil {
			t.Logf("left out: %s: %v", r.ID, err)
			continue
		}
		least := "0"
		if m := entropyOf.FindStringSubmatch(r.Filter); m != nil {
			least = m[1]
		}
		fmt.Fprintf(&table, "%s\t%s\t%s\t%s\n", r.ID, least, strings.ToLower(strings.Join(r.Keywords, " ")), r.Regex)
	}
	if err := os.WriteFile("services.tsv", table.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
}
