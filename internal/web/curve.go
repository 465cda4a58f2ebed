package web

import (
	"fmt"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// curve is the history of one axis as a drawing of curveWidth by curveHeight.
type curve struct {
	Axis audit.Axis
	// Lines are the points of each unbroken stretch.
	Lines []string
	// X and Y are the last point; First and Last the scores at either end.
	X, Y        float64
	First, Last float64
	From, To    time.Time
}

const (
	curveWidth  = 300.0
	curveHeight = 60.0
	curveMargin = 4.0
)

// curvesOf draws each axis that had a score twice or more.
func curvesOf(points []store.Point) []curve {
	var all []curve
	for _, axis := range audit.Axes {
		if c, ok := curveOf(axis, points); ok {
			all = append(all, c)
		}
	}
	return all
}

func curveOf(axis audit.Axis, points []store.Point) (curve, bool) {
	c := curve{Axis: axis}
	if len(points) < 2 {
		return c, false
	}
	c.From, c.To = points[0].At, points[len(points)-1].At
	span := max(c.To.Sub(c.From).Seconds(), 1)
	drawn := 0
	var line strings.Builder
	end := func() {
		if line.Len() > 0 {
			c.Lines = append(c.Lines, strings.TrimSpace(line.String()))
		}
		line.Reset()
	}
	for _, p := range points {
		score, ok := p.Scores[axis]
		if !ok {
			end()
			continue
		}
		if c.Last = score; drawn == 0 {
			c.First = score
		}
		drawn++
		c.X = curveMargin + (curveWidth-2*curveMargin)*p.At.Sub(c.From).Seconds()/span
		c.Y = curveHeight - curveMargin - (curveHeight-2*curveMargin)*score
		fmt.Fprintf(&line, "%.1f,%.1f ", c.X, c.Y)
	}
	end()
	return c, drawn > 1
}
