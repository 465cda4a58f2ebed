package docs

import (
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/guide"
	"github.com/perenne-audit/perenne/internal/script"
)

// setUpStems begin the names of scripts that put a project in place.
var setUpStems = []string{"install", "setup", "set-up", "set_up", "init", "bootstrap", "deploy", "provision"}

// setUpDirs hold such scripts, beside the top and the folders of documents.
var setUpDirs = wordSet("bin scripts script")

// fewestCommands is how many make a script that somebody can follow.
const fewestCommands = 3

// setUpScripts returns the shell scripts that install or start something and of
// which wanted accepts the text: where nobody wrote a guide, the commands can still
// be read there.
func setUpScripts(s *audit.Snapshot, wanted func(string) bool) []audit.Place {
	var found []audit.Place
	for _, f := range s.OwnFiles() {
		name := strings.ToLower(f.Name())
		if ext := path.Ext(name); ext != ".sh" && ext != ".bash" || !slices.ContainsFunc(setUpStems, func(stem string) bool { return strings.HasPrefix(name, stem) }) {
			continue
		}
		if f.Dir() != "" && !setUpDirs[strings.ToLower(f.Dir())] && !guide.InDocumentDir(f.Path) {
			continue
		}
		text, ok := s.ReadText(f)
		if !ok || !installsBySteps(text) || !wanted(text) {
			continue
		}
		found = append(found, audit.Place{Path: f.Path})
	}
	return found[:min(len(found), maxPlaces)]
}

// installsBySteps reports whether a script installs something, in several commands.
func installsBySteps(text string) bool {
	commands := script.Commands(text)
	installs := slices.ContainsFunc(commands, func(c script.Command) bool {
		return len(c.Words) > 0 && (command{words: c.Words}).installs()
	})
	return installs && len(commands) >= fewestCommands
}

var serverWord = regexp.MustCompile(`(?i)\b(?:serveurs?|servers?|machine virtuelle|virtual machine|vm|nginx|apache2?|systemctl|production)\b`)

// preparesServer reports whether a script speaks of a machine that serves.
func preparesServer(text string) bool {
	return serverWord.MatchString(text)
}
