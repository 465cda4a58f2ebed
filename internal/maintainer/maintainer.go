// Package maintainer reads whom a repository names: who owns its code, who
// maintains it, whom to write to, and who made it.
package maintainer

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Declared is one person, team or mailbox that a file of the repository names.
type Declared struct {
	Entry
	Place audit.Place
	Role  Role
	// Until is when a contract ends; zero for none or not said.
	Until time.Time
}

// Role is in what capacity somebody is named.
type Role string

// The roles.
const (
	CodeOwner  Role = "codeowner"
	Maintainer Role = "maintainer"
	Contact    Role = "contact"
	Contractor Role = "contractor"
	// Author says who made the deliverable, which is not who keeps it: it counts
	// for half.
	Author Role = "author"
)

// MaxDeclared bounds a list of them; nobody reads further.
const MaxDeclared = 300

// Office reports whether no single person's departure matters.
func (d Declared) Office() bool {
	return d.Team || d.Name == "" && d.Email != "" && IsMailbox(d.Email)
}
