// Package forgejo is the client of a forge of that kind; see the package forge.
package forgejo

import (
	_ "code.gitea.io/sdk/gitea"
)
