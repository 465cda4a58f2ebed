package history

import (
	"regexp"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// isBot reports whether a program committed under that identity. A person's
// name never suffices where a person may have it: Claude and Travis need the
// program's address.
func isBot(s audit.Signature) bool {
	who, email := strings.ToLower(s.Name), strings.ToLower(s.Email)
	if strings.Contains(who, "[bot]") || strings.Contains(who, "(bot)") || strings.Contains(email, "[bot]@") {
		return true
	}
	if botEmails()[email] || projectBot.MatchString(who) {
		return true
	}
	local, domain, _ := strings.Cut(email, "@")
	if botDomains()[domain] || projectBot.MatchString(local) {
		return true
	}
	if a, ok := parseNoreply(local, domain); ok && (botNames()[letters(a.login)] || endsInBot(a.account)) {
		return true
	}
	return botNames()[letters(fold(s.Name))] || endsInBot(s.Name)
}

// projectBot is a GitLab access token: "project_123_bot_3f0c", "group_7_bot".
var projectBot = regexp.MustCompile(`^(project|group)_?\d+_bot(_?[0-9a-f]*)$`)

// endsInBot recognises "Renovate Bot", "styleci-bot", "SocialGroovyBot". It
// leaves out the Breton family name Le Bot, and plain words such as "Talbot".
func endsInBot(text string) bool {
	text = strings.TrimSpace(text)
	if len(text) < 5 || !strings.EqualFold(text[len(text)-3:], "bot") {
		return false
	}
	before, bot := strings.TrimSpace(text[:len(text)-3]), text[len(text)-3:]
	if lower := strings.ToLower(before); lower == "le" || strings.HasSuffix(lower, " le") || strings.HasSuffix(lower, "-le") || strings.HasSuffix(lower, ".le") {
		return false
	}
	last := before[len(before)-1]
	separated := last == '-' || last == '_' || len(before) < len(text)-3
	return separated && !firstNames()[fold(before)] || bot == "Bot" && isLower(last) && last < 0x80 && !strings.Contains(before, " ")
}

// botNames are names and accounts of programs, letters and digits only.
var botNames = wordSet(`
	dependabot dependabotpreview renovate renovatebot mendrenovate greenkeeper greenkeeperio snykbot snyk githubactions
	githubaction semanticreleasebot allcontributors allcontributorsbot pyupbot pyup pyupio imgbot imgbotapp codecov
	codecovio webflow weblate hostedweblate weblatebot transifex transifexintegration crowdin crowdinbot precommitci
	precommitcibot mergify mergifyio netlify netlifycms vercel gitlabbot gitlabci gitlabrunner travisci circleci
	circlecibot jenkinsci scalasteward whitesource whitesourcebolt lgtmcom depfu fossabot codacybadger thegitterbadger
	gitterbadger readmebot stalebot probotstale semanticbot releasebot releaseplease kodiakhq kodiak bors homu
	borshomu hubot sonarcloud sonatypelift deepsource deepsourceautofix deepsourceio restyled restyledio stickler
	sticklerci houndci coveralls appveyor bitrise azurepipelines githubclassroom githubpages ghpages githubmergequeue
	copilot copilotsweagent githubcopilot cursoragent devinaiintegration googlelabsjules sweepai gitbook gitbookbot
	gitpodio prettierci autofixci argocd fluxcdbot flux forestadmin sentryio dependabotbot l10nbot zanata k8scirobot
	swissarmybot syncbot actionsuser publishbot releasebotapp tagbot juliatagbot requiresio changesetbot pull
	typescriptbot botfrancetravail sourceryai imgbotio lockthreads conventionalcommitlint nextbot`)

// botEmails are addresses of programs whose names people may have too.
var botEmails = wordSet(`
	noreply@anthropic.com cursoragent@cursor.com support@dependabot.com bot@renovateapp.com renovate@whitesourcesoftware.com
	action@github.com actions@github.com github-actions@github.com support@greenkeeper.io snyk-bot@snyk.io
	bot@styleci.io github-bot@pyup.io hosted@weblate.org noreply@weblate.org builds@travis-ci.org builds@travis-ci.com
	deploy@travis-ci.org semantic-release-bot@martynus.net noreply@github.com.web-flow badger@gitter.im
	bot@stepsecurity.io bot@gitbook.com noreply@transifex.com support+bot@crowdin.com bot@codacy.com
	noreply@aider.chat aider@aider.chat codex@openai.com noreply@openai.com`)

// botDomains send no person's commits.
var botDomains = wordSet(`noreply.weblate.org bots.noreply.github.com users.noreply.renovate`)
