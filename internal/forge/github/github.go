// Package github is the client of a forge of that kind; see the package forge.
package github

import (
	_ "github.com/google/go-github/v62/github"
)
