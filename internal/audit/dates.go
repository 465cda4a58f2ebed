package audit

import "time"

// Dates are what a plan counts back from; each is zero when nobody said.
type Dates struct {
	// MissionEnd is when the team leaves.
	MissionEnd time.Time
	// Production is when the service is meant to run for its users.
	Production time.Time
}

// Dates returns the challenge's.
func (c *Challenge) Dates() Dates {
	return Dates{MissionEnd: c.MissionEnd, Production: c.PlannedProduction}
}

// Quadrant is where an action stands between what matters and what presses, by
// Eisenhower's matrix.
type Quadrant string

// The quadrants.
const (
	// Do is important and urgent.
	Do Quadrant = "do"
	// Plan is important, and there is time.
	Plan Quadrant = "plan"
	// Delegate is urgent, and matters less: for somebody else than the team.
	Delegate Quadrant = "delegate"
	// Drop is neither.
	Drop Quadrant = "drop"
	// Undated is for what no date is known for. It does not mean that it can wait.
	Undated Quadrant = "undated"
)

// Quadrants lists them, the most pressing first.
var Quadrants = []Quadrant{Do, Plan, Delegate, Drop, Undated}
