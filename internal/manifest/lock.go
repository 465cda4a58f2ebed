package manifest

import (
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// lockNames are the files in which a package manager writes exact versions.
var lockNames = map[string]Ecosystem{
	"package-lock.json": NPM, "npm-shrinkwrap.json": NPM, "yarn.lock": NPM, "pnpm-lock.yaml": NPM,
	"bun.lock": NPM, "bun.lockb": NPM, "deno.lock": NPM,
	"poetry.lock": PyPI, "uv.lock": PyPI, "pdm.lock": PyPI, "Pipfile.lock": PyPI, "pylock.toml": PyPI,
	"conda-lock.yml": Conda, "conda-lock.yaml": Conda, "pixi.lock": Conda,
	"composer.lock": Composer, "Gemfile.lock": RubyGems, "gems.locked": RubyGems,
	"go.sum": Go, "Cargo.lock": Cargo, "renv.lock": CRAN, "packrat.lock": CRAN, "mix.lock": Hex,
	"gradle.lockfile": Maven, "buildscript-gradle.lockfile": Maven, "packages.lock.json": NuGet,
	".terraform.lock.hcl": Terraform, "flake.lock": Nix,
}

// lockEcosystem tells a lock file by its name. Packrat keeps its own in a folder
// whose other files are installed packages.
func lockEcosystem(f audit.File) (Ecosystem, bool) {
	name := f.Name()
	ecosystem, ok := lockNames[name]
	if !ok || f.Mode == audit.Submodule || f.SizeBytes == 0 {
		return "", false
	}
	if name == "packrat.lock" {
		f.Path = strings.TrimSuffix(f.Path, "packrat/"+name) + name
	}
	return ecosystem, !f.Foreign()
}
