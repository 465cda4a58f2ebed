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
	"_site": true, "htmlcov": true, "coverage": true, "Pods": true, ".gradle": true, ".terraform": true,
}

// foreignSuffixes mark files that a program wrote.
var foreignSuffixes = []string{".min.js", ".min.css", "-min.js", ".bundle.js", ".chunk.js", ".map", ".pb.go", "_pb2.py", ".snap"}

// ownedInBuild are names that people write by hand even in a folder called
// build or dist, which many Go and .NET projects use for packaging.
var ownedInBuild = []string{"dockerfile", "containerfile", "makefile", "readme", "compose", "docker-compose"}

// Foreign reports whether the file was written by others or by a program:
// vendored, installed, built or generated. It looks at the path only. Of renv,
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
