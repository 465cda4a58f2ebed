package config

import (
	"embed"
	"io/fs"
)

//go:embed policies/*.yaml
var policyFiles embed.FS

// Policies are the policies that come with the program, NAME.yaml each.
func Policies() fs.FS {
	folder, err := fs.Sub(policyFiles, "policies")
	if err != nil {
		panic(err) // the folder is part of the program
	}
	return folder
}
