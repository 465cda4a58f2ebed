// Package gitlab is the client of a forge of that kind; see the package forge.
package gitlab

import (
	_ "gitlab.com/gitlab-org/api/client-go"
)
