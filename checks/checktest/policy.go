package checktest

import "github.com/perenne-audit/perenne/internal/audit"

// policy is what a case says about the rules to judge by. All of it may be absent.
type policy struct {
	// List, Also and Except choose the licences.
	List         string   `yaml:"list"`
	Also, Except []string `yaml:",omitempty"`
	Languages    []string `yaml:"languages"`
	// SecondPerson and EndingDays are thresholds; 0 is the default.
	SecondPerson float64 `yaml:"second_person"`
	EndingDays   int     `yaml:"ending_days"`
	// Requirements maps a number to the answers of the checks that it names, in
	// the order of the case: such a check is called answers-met, answers-unknown
	// and so on.
	Requirements []struct {
		ID      string         `yaml:"id"`
		Kinds   []audit.Kind   `yaml:"kinds"`
		Answers []audit.Answer `yaml:"answers"`
	} `yaml:"requirements"`
}

func (p *policy) value() *audit.Policy {
	if p == nil {
		return nil
	}
	made := &audit.Policy{
		Name: "case", Thresholds: audit.DefaultThresholds, Languages: p.Languages,
		Licences: audit.LicenceList{List: p.List, Also: p.Also, Except: p.Except},
	}
	if p.SecondPerson != 0 {
		made.Thresholds.SecondPerson = p.SecondPerson
	}
	if p.EndingDays != 0 {
		made.Thresholds.EndingDays = p.EndingDays
	}
	for _, r := range p.Requirements {
		one := audit.Requirement{ID: r.ID, Kinds: r.Kinds}
		for _, answer := range r.Answers {
			one.Checks = append(one.Checks, &audit.Check{
				ID: "answers-" + string(answer), Needs: audit.NeedTree,
				Run: func(*audit.Snapshot) audit.Verdict {
					return audit.Verdict{Answer: answer, Places: []audit.Place{{Path: string(answer)}}}
				},
			})
		}
		made.Requirements = append(made.Requirements, one)
	}
	return made
}
