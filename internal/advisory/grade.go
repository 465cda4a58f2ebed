package advisory

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// graded is where an advisory says how grave it is: a CVSS vector, or the word of
// whoever published it.
type graded struct {
	Severity []struct {
		Type  string `json:"type"`
		Score string `json:"score"`
	} `json:"severity"`
	Specific json.RawMessage `json:"database_specific"`
}

// words are those that databases use.
var words = map[string]audit.Grade{
	"LOW": audit.GradeLow, "MODERATE": audit.GradeMedium, "MEDIUM": audit.GradeMedium, "HIGH": audit.GradeHigh, "CRITICAL": audit.GradeCritical,
}

// grade prefers the word: whoever published it has seen vectors that are not
// read here, those of CVSS 2 and 4.
func (g graded) grade() audit.Grade {
	var specific struct {
		Severity string `json:"severity"`
	}
	// Other databases keep other things there.
	_ = json.Unmarshal(g.Specific, &specific)
	if grade, ok := words[strings.ToUpper(specific.Severity)]; ok {
		return grade
	}
	grade := audit.Grade("")
	for _, s := range g.Severity {
		if s.Type == "CVSS_V3" {
			grade = worst(grade, gradeOf(cvss3(s.Score)))
		}
	}
	return grade
}

func worst(a, b audit.Grade) audit.Grade {
	if slices.Index(audit.Grades, b) > slices.Index(audit.Grades, a) {
		return b
	}
	return a
}

func gradeOf(score float64) audit.Grade {
	switch {
	case score >= 9:
		return audit.GradeCritical
	case score >= 7:
		return audit.GradeHigh
	case score >= 4:
		return audit.GradeMedium
	case score > 0:
		return audit.GradeLow
	}
	return ""
}

// weights are those of CVSS 3.1, section 7.4; PR/C is PR where the scope changes.
var weights = map[string]map[string]float64{
	"AV": {"N": 0.85, "A": 0.62, "L": 0.55, "P": 0.2}, "AC": {"L": 0.77, "H": 0.44}, "UI": {"N": 0.85, "R": 0.62},
	"PR": {"N": 0.85, "L": 0.62, "H": 0.27}, "PR/C": {"N": 0.85, "L": 0.68, "H": 0.5},
	"C": {"H": 0.56, "L": 0.22, "N": 0}, "I": {"H": 0.56, "L": 0.22, "N": 0}, "A": {"H": 0.56, "L": 0.22, "N": 0},
}

// cvss3 returns the base score of a vector, CVSS 3.1 section 7.1; 0 for what is
// none.
func cvss3(vector string) float64 {
	given := map[string]string{}
	for part := range strings.SplitSeq(vector, "/") {
		name, value, _ := strings.Cut(part, ":")
		given[name] = value
	}
	changed := given["S"] == "C"
	weight := map[string]float64{}
	for _, name := range []string{"AV", "AC", "PR", "UI", "C", "I", "A"} {
		table := weights[name]
		if name == "PR" && changed {
			table = weights["PR/C"]
		}
		w, ok := table[given[name]]
		if !ok {
			return 0
		}
		weight[name] = w
	}
	base := 1 - (1-weight["C"])*(1-weight["I"])*(1-weight["A"])
	impact := 6.42 * base
	if changed {
		impact = 7.52*(base-0.029) - 3.25*math.Pow(base-0.02, 15)
	}
	if impact <= 0 {
		return 0
	}
	score := impact + 8.22*weight["AV"]*weight["AC"]*weight["PR"]*weight["UI"]
	if changed {
		score *= 1.08
	}
	return math.Ceil(math.Min(score, 10)*10-1e-9) / 10
}
