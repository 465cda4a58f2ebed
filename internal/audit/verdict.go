package audit

import "fmt"

// Answer is what a check concludes.
type Answer string

// The answers. AnswerUnknown and AnswerNotApplicable are neither good nor bad:
// the first lowers coverage, the second lowers nothing.
const (
	AnswerMet           Answer = "met"
	AnswerPartlyMet     Answer = "partly-met"
	AnswerNotMet        Answer = "not-met"
	AnswerNotApplicable Answer = "not-applicable"
	AnswerUnknown       Answer = "unknown"
)

// Answers lists the answers from best to least known.
var Answers = []Answer{AnswerMet, AnswerPartlyMet, AnswerNotMet, AnswerNotApplicable, AnswerUnknown}

// Gap reports whether the answer leaves something to do.
func (a Answer) Gap() bool { return a == AnswerNotMet || a == AnswerPartlyMet }

// Judged reports whether the answer counts in a score.
func (a Answer) Judged() bool { return a == AnswerMet || a.Gap() }

// Place is where something was seen.
type Place struct {
	// Path is relative to the top of the repository, with slashes. It may hold
	// any byte that git allows: escape it before showing it.
	Path string `json:"path"`
	// Line counts from 1; 0 stands for the whole file.
	Line int `json:"line,omitempty"`
	// Text is a short extract, never a secret and never an e-mail address.
	Text string `json:"text,omitempty"`
	// Repository is the address of the repository that the path lies in, where
	// that is not the audited one: a challenge has several.
	Repository string `json:"repository,omitempty"`
}

// Reason is one sentence in no particular language: the key of a sentence in
// the check's texts, and the values to put in its {braces}.
type Reason struct {
	Key string `json:"key"`
	// Args maps a placeholder to a string, an int, a float64, a []string or a
	// time.Time. The one called folder is "" for the top of the repository.
	Args map[string]any `json:"args,omitempty"`
}

// Because returns a reason from a key and alternating placeholders and values:
// Because("stub", "path", "README.md", "words", 12). It panics when a
// placeholder has no value.
func Because(key string, args ...any) Reason {
	if len(args)%2 != 0 {
		panic(fmt.Sprintf("audit.Because(%q): placeholder without value", key))
	}
	r := Reason{Key: key}
	if len(args) > 0 {
		r.Args = make(map[string]any, len(args)/2)
	}
	for i := 0; i < len(args); i += 2 {
		r.Args[args[i].(string)] = args[i+1]
	}
	return r
}

// Verdict is a check's answer with what it rests on. It holds no score: what an
// answer is worth is decided elsewhere.
type Verdict struct {
	Answer Answer
	Reason Reason
	// Places are in the order in which a reader should look; may be empty.
	Places []Place
	// Facts are the measured values that the catalogue promises for the check,
	// by name. Values must survive a round trip through JSON.
	Facts map[string]any
}

// Met says that the good state holds. The arguments are those of [Because].
func Met(key string, args ...any) Verdict {
	return Verdict{Answer: AnswerMet, Reason: Because(key, args...)}
}

// PartlyMet says that half of it holds.
func PartlyMet(key string, args ...any) Verdict {
	return Verdict{Answer: AnswerPartlyMet, Reason: Because(key, args...)}
}

// NotMet says that it does not hold. Use it only on evidence that was read.
func NotMet(key string, args ...any) Verdict {
	return Verdict{Answer: AnswerNotMet, Reason: Because(key, args...)}
}

// NotApplicable says that the question makes no sense for this repository.
func NotApplicable(key string, args ...any) Verdict {
	return Verdict{Answer: AnswerNotApplicable, Reason: Because(key, args...)}
}

// Unknown says that the evidence does not allow an answer.
func Unknown(key string, args ...any) Verdict {
	return Verdict{Answer: AnswerUnknown, Reason: Because(key, args...)}
}

// At adds places to look at.
func (v Verdict) At(places ...Place) Verdict {
	v.Places = append(v.Places[:len(v.Places):len(v.Places)], places...)
	return v
}

// Fact adds one measured value. The receiver is not changed.
func (v Verdict) Fact(name string, value any) Verdict {
	facts := make(map[string]any, len(v.Facts)+1)
	for k, old := range v.Facts {
		facts[k] = old
	}
	facts[name] = value
	v.Facts = facts
	return v
}
