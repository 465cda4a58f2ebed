package web

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/score"
	"github.com/perenne-audit/perenne/internal/text"
)

// facet is one of the four triangles of the pyramid, as the seminar drew it: the
// three axes at the corners, pérennisation in the inverted centre.
type facet struct {
	Name        string
	Score       *float64
	Band        audit.Band
	Provisional bool
	// Points is the outline; X and Y are where its words begin.
	Points string
	X, Y   int
}

// bandIn returns the band of the continuity: that of the axis it is the score of,
// since a policy may draw bands elsewhere.
func bandIn(axes []audit.AxisScore, continuity *float64) audit.Band {
	for _, a := range deciding(axes) {
		if a.Score != nil && *a.Score == *continuity {
			return a.Band
		}
	}
	return score.BandOf(*continuity)
}

// pyramid lays the facets out in a drawing of 400 by 346.
func (s *site) pyramid(axes []audit.AxisScore, continuity *float64, lang audit.Lang) []facet {
	m := text.In(lang)
	shape := []facet{
		{Name: "1. " + m.Word(string(audit.Deployment)), Points: "0,346 100,173 200,346", X: 100, Y: 291},
		{Name: "2. " + m.Word(string(audit.Transmission)), Points: "200,346 300,173 400,346", X: 300, Y: 291},
		{Name: "3. " + m.Word(string(audit.Reliability)), Points: "100,173 200,0 300,173", X: 200, Y: 118},
	}
	for i, a := range deciding(axes) {
		shape[i].Score, shape[i].Band, shape[i].Provisional = a.Score, a.Band, a.Provisional
	}
	centre := facet{Name: m.Word("continuity"), Points: "100,173 300,173 200,346", X: 200, Y: 198, Score: continuity}
	if continuity != nil {
		centre.Band = bandIn(axes, continuity)
	}
	return append(shape, centre)
}
