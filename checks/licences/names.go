package licences

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// textExtensions are those of files that hold a licence; the last ones say in
// which language.
var textExtensions = []string{".md", ".markdown", ".txt", ".rst", ".adoc", ".org", ".html", ".pdf", ".fr", ".en"}

// codeExtensions are those of files that are about licences and hold none:
// license.py, licence.png.
var codeExtensions = []string{
	".js", ".mjs", ".ts", ".jsx", ".tsx", ".vue", ".py", ".rb", ".erb", ".haml", ".go", ".java", ".php", ".rs", ".r", ".rmd", ".sh", ".css", ".scss",
	".json", ".yml", ".yaml", ".toml", ".xml", ".csv", ".sql", ".png", ".jpg", ".jpeg", ".gif", ".svg", ".ico", ".doc", ".docx", ".odt", ".license",
}

// othersWords stand in the names of files that list the licences of what others
// wrote.
var othersWords = []string{"third", "3rd", "thirdparty", "dependenc", "vendor", "bundled", "header", "template", "report"}

// holdsLicence reports whether a file is named as a licence: LICENSE, LICENCE.md,
// COPYING.LESSER, MIT-LICENSE, Licence_CeCILL_V2.1-fr.txt, in any letter case.
func holdsLicence(f audit.File) bool {
	name := strings.ToLower(f.Name())
	for _, word := range othersWords {
		if strings.Contains(name, word) {
			return false
		}
	}
	if slices.Contains(codeExtensions, path.Ext(name)) {
		return false
	}
	for slices.Contains(textExtensions, path.Ext(name)) {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	for _, word := range []string{"license", "licence", "copying"} {
		rest, ok := strings.CutPrefix(name, word)
		if ok && (rest == "" || rest == "s" || strings.ContainsAny(rest[:1], "-_. ")) {
			return true
		}
		before, ok := strings.CutSuffix(name, word)
		if ok && (before == "un" || strings.ContainsAny(before[len(before)-1:], "-_. ") && strings.Count(before, " ") < 3) {
			return true
		}
	}
	return false
}

// inLicencesFolder reports whether a file lies in the folder that reuse.software
// asks for: one text a licence, at the top.
func inLicencesFolder(f audit.File) bool {
	switch strings.ToLower(f.Dir()) {
	case "licenses", "licences", "license", "licence":
		return !slices.Contains(codeExtensions, strings.ToLower(path.Ext(f.Name())))
	}
	return false
}

// choiceNamed reports whether the file's name says which of several licences it
// holds, as in LICENSE-MIT beside LICENSE-APACHE: the user may then choose.
func choiceNamed(name string) bool {
	name = strings.ToLower(path.Base(name))
	for slices.Contains(textExtensions, path.Ext(name)) {
		name = strings.TrimSuffix(name, path.Ext(name))
	}
	for _, id := range []string{"mit", "apache", "gpl", "bsd", "cecill", "eupl", "mpl", "isc"} {
		if strings.Contains(name, id) {
			return true
		}
	}
	return false
}
