package datascience

import (
	"encoding/json"
	"path"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/yamlfile"
)

// tableSchema is what is read of a Table Schema, or of a Data Package, which
// holds several.
// https://specs.frictionlessdata.io/table-schema/
type tableSchema struct {
	Fields    []struct{ Name, Description, Title string }
	Sources   []struct{ Title, Path string }
	Resources []struct {
		Schema  json.RawMessage
		Sources []struct{ Title, Path string }
	}
}

// schemaSigns reads a schema: one that explains at least half of its columns is a
// dictionary.
func schemaSigns(s *audit.Snapshot, f audit.File) []sign {
	content, err := s.Read(f)
	if err != nil {
		return nil
	}
	var top tableSchema
	if json.Unmarshal(content, &top) != nil {
		return nil
	}
	at := audit.Place{Path: f.Path}
	explained, from := top.explains(), len(top.Sources) > 0
	for _, resource := range top.Resources {
		from = from || len(resource.Sources) > 0
		var inner tableSchema
		if json.Unmarshal(resource.Schema, &inner) == nil {
			explained = explained || inner.explains()
		}
	}
	var found []sign
	if explained {
		found = append(found, sign{aspect: dictionary, place: at})
	}
	if from {
		found = append(found, sign{aspect: sources, place: at})
	}
	return found
}

func (t *tableSchema) explains() bool {
	described := 0
	for _, field := range t.Fields {
		if field.Description != "" || field.Title != "" {
			described++
		}
	}
	return described > 0 && 2*described >= len(t.Fields)
}

// belowModels reports whether a file lies in a project of dbt.
func belowModels(s *audit.Snapshot, f audit.File) bool {
	for dir := f.Dir(); ; dir = parent(dir) {
		if _, found := s.File(path.Join(dir, "dbt_project.yml")); found {
			return true
		}
		if dir == "" {
			return false
		}
	}
}

// maxColumns is how many columns of a model are looked at.
const maxColumns = 500

// dbtSigns reads the descriptions that dbt prints as documentation.
// https://docs.getdbt.com/reference/resource-properties/description
func dbtSigns(s *audit.Snapshot, f audit.File) []sign {
	content, err := s.Read(f)
	if err != nil {
		return nil
	}
	documents, err := yamlfile.Parse(content)
	if err != nil {
		return nil
	}
	var found []sign
	for _, top := range documents {
		for _, source := range yamlfile.Sequence(yamlfile.Field(top, "sources")) {
			if yamlfile.Text(yamlfile.Field(source, "name")) != "" {
				found = append(found, sign{aspect: sources, place: audit.Place{Path: f.Path, Line: source.Line}})
			}
		}
		for _, model := range yamlfile.Sequence(yamlfile.Field(top, "models")) {
			if yamlfile.Text(yamlfile.Field(model, "description")) != "" {
				found = append(found, sign{aspect: order, place: audit.Place{Path: f.Path, Line: model.Line}})
			}
			columns := yamlfile.Sequence(yamlfile.Field(model, "columns"))
			for _, column := range columns[:min(len(columns), maxColumns)] {
				if yamlfile.Text(yamlfile.Field(column, "description")) != "" {
					found = append(found, sign{aspect: dictionary, place: audit.Place{Path: f.Path, Line: column.Line}})
					break
				}
			}
		}
	}
	return found
}
