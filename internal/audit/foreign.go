package audit

import (
	"path"
	"slices"
	"strings"
)

// foreignDirs are folders whose content is installed, built or generated,
// whatever their depth.
var foreignDirs = map[string]bool{
	"node_modules": true, "bower_components": true, "jspm_packages": true, "vendor": true, "third_party": true,
	"third-party": true, "thirdparty": true, "site-packages": true, ".venv": true, "venv": true, "virtualenv": true,
	"__pycache__": true, ".tox": true, ".eggs": true, "dist": true, "build": true, "_build": true, ".next": true,
	".nuxt": true, ".output": true, "target": true, "packrat": true, ".yarn": true, ".ipynb_checkpoints": true,
	// Quarto installs what others wrote into _extensions.
	"_extensions": true, "_site": true, "htmlcov": true, "coverage": true, "Pods": true, ".gradle": true, ".terraform": true,
}

// foreignSuffixes mark files that a program wrote.
var foreignSuffixes = []string{".min.js", ".min.css", "-min.js", ".bundle.js", ".chunk.js", ".map", ".pb.go", "_pb2.py", ".snap"}

// ownedInBuild are names that people write by hand even in a folder called
// build or dist, which many Go and .NET projects use for packaging.
var ownedInBuild = []string{"dockerfile", "containerfile", "makefile", "readme", "compose", "docker-compose"}

// Foreign reports whether the file was written by others or by a program:
// vendored, downloaded, installed, built or generated. It looks at the path only. Of renv,
// only the bootstrap script is foreign: R projects commit the rest by hand.
func (f File) Foreign() bool {
	name := strings.ToLower(f.Name())
	for _, suffix := range foreignSuffixes {
		if strings.HasSuffix(name, suffix) {
			return true
		}
	}
	dir := f.Dir()
	if dir == "" {
		return false
	}
	segments := strings.Split(dir, "/")
	if rendered(segments) || downloaded(segments) {
		return true
	}
	i := slices.IndexFunc(segments, func(s string) bool { return foreignDirs[s] })
	if i < 0 {
		return slices.Contains(segments, "renv") && name == "activate.r"
	}
	if segments[i] == "build" || segments[i] == "dist" {
		stem, _, _ := strings.Cut(name, ".")
		return !slices.Contains(ownedInBuild, stem) && path.Ext(name) != ".dockerfile"
	}
	return true
}

// downloaded reports whether a folder inside another is what a forge makes of a
// repository that somebody downloaded. At the top it may be all there is.
func downloaded(segments []string) bool {
	return slices.ContainsFunc(segments[1:], func(s string) bool { return strings.HasSuffix(s, "-master") || strings.HasSuffix(s, "-main") })
}

// rendered reports whether a folder is one that Quarto and R Markdown write beside
// a page: its pictures and the libraries that show it.
func rendered(segments []string) bool {
	for i, segment := range segments[:len(segments)-1] {
		next := segments[i+1]
		if strings.HasSuffix(segment, "_files") && (next == "libs" || strings.HasPrefix(next, "figure-")) {
			return true
		}
	}
	return false
}

// copiedSystems are systems that teams copy whole into their repository to build
// a site with them: a file that every copy holds, relative to the copy's top, and
// the folders that its makers wrote, their own tests included. What a team adds
// (themes, settings, its own plugins) lies elsewhere.
var copiedSystems = []struct {
	mark string
	dirs []string
}{
	{"wp-includes/version.php", []string{"wp-includes", "wp-admin"}},
	{"core/lib/Drupal.php", []string{"core"}},
	{"modules/cms/ServiceProvider.php", []string{
		"modules/backend", "modules/cms", "modules/system", "plugins/october", "plugins/rainlab", "plugins/winter",
		"tests/fixtures", "tests/functional/backend", "tests/functional/cms", "tests/unit/backend", "tests/unit/cms", "tests/unit/plugins", "tests/unit/system",
	}},
	{"ecrire/inc_version.php", []string{"ecrire", "prive", "plugins-dist", "squelettes-dist"}},
	{"typo3/sysext/core/composer.json", []string{"typo3"}},
	{"administrator/manifests/files/joomla.xml", []string{"administrator", "libraries", "installation"}},
}

type copiedKey struct{}

// Copied reports whether the file belongs to a content management system whose
// source was copied into the repository: others wrote it, whatever its path
// looks like.
func (s *Snapshot) Copied(f File) bool {
	dirs := Once(s, copiedKey{}, copiedDirs)
	return slices.ContainsFunc(dirs, func(dir string) bool { return strings.HasPrefix(f.Path, dir) })
}

// copiedDirs returns the folders of copied systems, each ending in a slash.
func copiedDirs(s *Snapshot) []string {
	var dirs []string
	for _, f := range s.Files() {
		for _, system := range copiedSystems {
			top, found := strings.CutSuffix(f.Path, system.mark)
			if !found || top != "" && !strings.HasSuffix(top, "/") {
				continue
			}
			for _, dir := range system.dirs {
				dirs = append(dirs, top+dir+"/")
			}
		}
	}
	return dirs
}
