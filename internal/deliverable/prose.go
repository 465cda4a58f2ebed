package deliverable

import (
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// communityNames begin the names of files that every repository has about
// itself: they are not what it delivers.
var communityNames = []string{
	"readme", "lisezmoi", "lisez-moi", "licen", "copying", "changelog", "contribut", "code_of_conduct", "security", "governance", "authors",
	"maintainers", "claude", "agents", "support", "todo", "release", "history", "news", "notice", "pull_request", "issue_template",
}

func isCommunity(f audit.File) bool {
	name := strings.ToLower(f.Name())
	return slices.ContainsFunc(communityNames, func(start string) bool { return strings.HasPrefix(name, start) })
}

// minDocuments is how many texts make a repository of documentation, when no
// generator says so.
const minDocuments = 3

// siteFiles are settings of generators of documentation.
var siteFiles = map[string]bool{
	"mkdocs.yml": true, "mkdocs.yaml": true, "docusaurus.config.js": true, "docusaurus.config.ts": true, "book.toml": true, "_bookdown.yml": true,
	"_quarto.yml": true, "antora.yml": true, "antora-playbook.yml": true, "hugo.toml": true, "hugo.yaml": true, "_config.yml": true, ".gitbook.yaml": true,
	"_sidebar.md": true, "_mkdocs.yml": true, "SUMMARY.md": true, "_quarto.yaml": true, "_toc.yml": true, "myst.yml": true,
}

// documentation recognises a repository whose texts are 70 % of its files, or
// that builds a site of documentation and nothing else. One that teaches
// throughout is training alone.
func (v *survey) documentation(found []audit.Deliverable) []audit.Deliverable {
	texts, sources, first, site := 0, 0, "", ""
	for i, f := range v.files {
		if name := f.Name(); site == "" && (siteFiles[name] && depth(f.Dir()) <= 1 || isSiteFolder(f)) {
			site = f.Path
		}
		switch {
		case v.sorts[i] == codeFile:
			sources++
		case (v.sorts[i] == proseFile || v.sorts[i] == notebookFile && v.isBook(f)) && !isCommunity(f) && !accompanies(f):
			texts++
			if first == "" {
				first = f.Path
			}
		}
	}
	if slices.ContainsFunc(found, func(d audit.Deliverable) bool { return d.Kind == audit.Training && d.Root == "" }) {
		return nil
	}
	code := slices.ContainsFunc(found, func(d audit.Deliverable) bool { return strength[d.Kind] > 0 || d.Kind == audit.Training })
	switch {
	case site != "" && !code && texts > 0:
		first = site
	case texts < minDocuments || 10*texts < 7*(texts+sources):
		return nil
	}
	return []audit.Deliverable{{Kind: audit.Documentation, Because: first}}
}

// accompanies reports whether a text belongs to something else: an R package's
// vignettes, and what forges read.
func accompanies(f audit.File) bool {
	return path.Base(f.Dir()) == "vignettes" || strings.HasPrefix(f.Path, ".")
}

// isSiteFolder recognises generators that keep their settings in a folder.
func isSiteFolder(f audit.File) bool {
	dir := path.Base(f.Dir())
	return (dir == ".vuepress" || dir == ".vitepress") && strings.HasPrefix(f.Name(), "config.")
}

// playsRoles reports whether the repository is laid out as Ansible wants its roles:
// the scripts beside them are modules, filters and inventories.
func (v *survey) playsRoles() bool {
	return slices.ContainsFunc(v.files, func(f audit.File) bool {
		parts := strings.Split(f.Path, "/")
		return len(parts) == 4 && parts[0] == "roles" && parts[2] == "tasks" && (parts[3] == "main.yml" || parts[3] == "main.yaml")
	})
}

// infrastructure recognises a repository that configures machines and holds no
// program of its own.
func (v *survey) infrastructure(found []audit.Deliverable) []audit.Deliverable {
	if slices.ContainsFunc(found, func(d audit.Deliverable) bool { return strength[d.Kind] > 0 }) {
		return nil
	}
	for _, f := range v.files {
		name, dir := f.Name(), f.Dir()
		switch {
		case strings.HasSuffix(name, ".tf"), name == "ansible.cfg", name == "Chart.yaml", name == "kustomization.yaml", name == "helmfile.yaml", name == "galaxy.yml",
			name == "main.yml" && path.Base(dir) == "tasks", strings.HasPrefix(name, "playbook") && strings.HasSuffix(name, ".yml"), name == "Vagrantfile":
			return []audit.Deliverable{{Kind: audit.Infrastructure, Because: f.Path}}
		}
	}
	return nil
}
