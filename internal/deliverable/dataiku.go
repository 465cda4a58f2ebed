package deliverable

import (
	"bytes"
	"path"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// dataikuProjects recognises exports of Dataiku DSS, projects under git, the
// libraries of one, and plugins.
func (v *survey) dataikuProjects() []audit.Deliverable {
	var found []audit.Deliverable
	for _, f := range v.files {
		if root, is := v.dataikuRoot(f); is {
			found = append(found, audit.Deliverable{Kind: audit.DataikuProject, Root: root, Because: f.Path})
		}
	}
	return found
}

// dataikuRoot returns the folder of the project that a file gives away.
func (v *survey) dataikuRoot(f audit.File) (root string, is bool) {
	dir := f.Dir()
	has := func(name string) bool { return v.s.HasDir(path.Join(dir, name)) }
	switch f.Name() {
	case "export-manifest.json":
		return dir, has("project_config")
	case "params.json":
		if path.Base(dir) == "project_config" {
			return parent(dir), has("recipes") || has("datasets")
		}
		// Models keep their settings in params.json too, beside their data sets.
		return dir, (has("recipes") || has("datasets")) && (v.dataikuSettings(f) || v.recipes(dir))
	case "plugin.json":
		return dir, has("custom-recipes") || has("python-lib") || has("code-env") || has("python-connectors")
	case "external-libraries.json":
		if path.Base(dir) == "lib" {
			dir = parent(dir)
		}
		return dir, v.s.HasDir(path.Join(dir, "lib/python")) || has("python")
	}
	return "", false
}

// dataikuKeys stand in the params.json of a project.
var dataikuKeys = [][]byte{
	[]byte(`"projectType"`), []byte(`"projectStatus"`), []byte(`"projectKey"`), []byte(`"versionTag"`), []byte(`"creationTag"`), []byte(`"exposedObjects"`),
	[]byte(`"bundleExporterSettings"`), []byte(`"flowBuildSettings"`),
}

func (v *survey) dataikuSettings(f audit.File) bool {
	if f.SizeBytes > maxImportsBytes {
		return false
	}
	content, err := v.s.Read(f)
	if err != nil {
		return false
	}
	for _, key := range dataikuKeys {
		if bytes.Contains(content, key) {
			return true
		}
	}
	return false
}

// recipes reports whether a folder holds recipes as DSS keeps them: a program
// beside the JSON that says what goes in and out.
func (v *survey) recipes(dir string) bool {
	for _, f := range v.files {
		stem, isJSON := strings.CutSuffix(f.Path, ".json")
		if !isJSON || f.Dir() != path.Join(dir, "recipes") {
			continue
		}
		for _, extension := range []string{".py", ".sql", ".r", ".R", ".shaker", ".ipynb", ".sh"} {
			if _, found := v.s.File(stem + extension); found {
				return true
			}
		}
	}
	return false
}
