package manifest

import (
	"fmt"
	"strings"
)

// readDotNet reads .NET project files: csproj, fsproj, vbproj, and the older
// packages.config. https://learn.microsoft.com/nuget/consume-packages/package-references-in-project-files
func readDotNet(m *Manifest, content []byte) error {
	root, err := parseXML(content)
	if err != nil {
		return err
	}
	if root.key == "packages" {
		for _, d := range root.each("package") {
			m.Dependencies = append(m.Dependencies, Dependency{
				Name: d.get("@id").str(), Version: d.get("@version").str(), Dev: d.get("@developmentDependency").str() == "true", Line: d.line,
			})
		}
		return nil
	}
	if root.key != "Project" {
		return fmt.Errorf("root element %q: %w", root.key, errOther)
	}
	m.Packaging = root.get("@Sdk").str()
	test := false
	for _, group := range root.each("PropertyGroup") {
		for key, value := range dotNetProperties(group) {
			switch key {
			case "TargetFramework", "TargetFrameworks", "TargetFrameworkVersion":
				m.setRuntime("dotnet", value)
			case "PackageId", "AssemblyName":
				if m.Name == "" || key == "PackageId" {
					m.Name = value
				}
			case "Description":
				m.Description = value
			case "PackageLicenseExpression":
				m.addLicence(value)
			case "IsPackable", "GeneratePackageOnBuild":
				m.Library = m.Library || value == "true"
			case "IsTestProject":
				test = value == "true"
			case "UseWPF", "UseWindowsForms", "UseMaui":
				if value == "true" {
					m.Packaging = key
				}
			}
		}
	}
	for _, group := range root.each("ItemGroup") {
		for _, d := range append(group.each("PackageReference"), group.each("PackageVersion")...) {
			version := d.get("@Version").str() + d.get("Version").str()
			m.Dependencies = append(m.Dependencies, Dependency{Name: d.get("@Include").str(), Version: version, Dev: test, Line: d.line})
		}
	}
	return nil
}

// dotNetProperties are the elements of a PropertyGroup with their text; of one
// that is repeated, the last counts, as for MSBuild.
func dotNetProperties(group *node) map[string]string {
	properties := map[string]string{}
	for _, property := range group.members() {
		properties[property.key] = strings.TrimSpace(property.text)
	}
	return properties
}
