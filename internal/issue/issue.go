// Package issue writes the plan of a challenge, or of one of its repositories, as an
// issue of a forge: a list to tick, in the team's language.
//
// An issue belongs to people, and perenne writes into one part of it only, between
// two marks that nobody sees. What stands before and after that part, the title, the
// labels and the comments are never touched; a box that somebody ticked stays ticked,
// and an issue that somebody closed stays closed until somebody opens it again. The
// first mark names the challenge, so that the issue is found again by whoever looks
// for it, without a database; the second says when the part was last written.
//
// Whoever may read an issue is not known, so nothing is in it that is not as public
// as the repository itself: no name and no address of a person, the findings of
// checks that are [audit.Check.Sensitive] as a number only, and details only of the
// repository in which the issue lies.
package issue

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/plan"
)

// Subject is what one issue is about.
type Subject struct {
	Challenge *audit.Challenge
	// Repository is the address of the only one that it is about; "" for all of the
	// challenge. In is the address of the one in which the issue lies.
	Repository, In string
	// Items are the actions, in the order of the plan.
	Items []plan.Item
	// Answers says what was answered to each question, by the key of the action that a
	// gap would be.
	Answers map[plan.Key]Answer
	Score   audit.Score
	// Gate says whether the challenge is ready; nil for an issue on one repository.
	Gate *audit.Gate
	// Whole is false when a repository could not be audited, or a forge did not say yet
	// which ones there are: then nothing is said to be finished.
	Whole bool
	// Page is where to read more; "" for nowhere.
	Page string
	Now  time.Time
}

// DefaultLabel is set when the portfolio names none.
const DefaultLabel = "perenne"

// Of returns what there is to write for a challenge whose portfolio asks for issues:
// one subject, or one for each repository that was audited. Page may be "".
func Of(c *audit.Challenge, made *plan.Challenge, items []plan.Item, page string) []*Subject {
	if c.Issues == nil || len(c.Repositories) == 0 {
		return nil
	}
	result := made.Roll(made.Repositories)
	answers := answersOf(result, made.Whole)
	whole := Subject{Challenge: c, In: c.Issues.Repository, Items: items, Answers: answers, Score: result.Score, Gate: &result.Gate,
		Whole: len(result.Unaudited) == 0 && (len(c.Searches) == 0 || !c.ListedAt().IsZero()), Page: page, Now: made.Now}
	if !c.Issues.Each {
		if len(result.Unaudited) == len(c.Repositories) {
			return nil
		}
		if whole.In == "" {
			whole.In = c.Repositories[0].URL
		}
		return []*Subject{&whole}
	}
	var all []*Subject
	for _, r := range made.Repositories {
		if r.Result == nil {
			continue
		}
		one := whole
		one.Repository, one.In, one.Score, one.Gate, one.Whole = r.Source.URL, r.Source.URL, r.Result.Score, nil, true
		one.Items = slices.DeleteFunc(slices.Clone(items), func(i plan.Item) bool { return i.Repository != r.Source.URL })
		all = append(all, &one)
	}
	return all
}

// Answer is what was answered to a check.
type Answer struct {
	Check  *audit.Check
	Answer audit.Answer
}

func answersOf(result audit.ChallengeResult, whole func(string) bool) map[plan.Key]Answer {
	answers := map[plan.Key]Answer{}
	for _, rolled := range result.Checks {
		if whole(rolled.Check.ID) {
			answers[plan.Key{Check: rolled.Check.ID}] = Answer{rolled.Check, rolled.Verdict.Answer}
			continue
		}
		for _, a := range rolled.Answers {
			answers[plan.Key{Repository: a.Repository, Check: rolled.Check.ID}] = Answer{rolled.Check, a.Answer}
		}
	}
	return answers
}

// Lang is the team's language.
func (s *Subject) Lang() audit.Lang {
	if s.Challenge.Issues.Lang == "" {
		return audit.French
	}
	return s.Challenge.Issues.Lang
}

// Labels are those that the issue gets when it is opened.
func (s *Subject) Labels() []string {
	if len(s.Challenge.Issues.Labels) == 0 {
		return []string{DefaultLabel}
	}
	return s.Challenge.Issues.Labels
}

// Marker finds the issue again: no other holds it.
func (s *Subject) Marker() string {
	if s.Repository == "" {
		return "<!-- perenne:plan " + s.Challenge.ID + " -->"
	}
	return "<!-- perenne:plan " + s.Challenge.ID + " " + s.short(s.Repository) + " -->"
}

// short stands for an address where it must not be read. That of a repository that was
// found stays the same whatever it is called.
func (s *Subject) short(address string) string {
	if address == "" {
		return "0"
	}
	name := address
	for _, r := range s.Challenge.Repositories {
		if r.URL == address && r.ForgeID != "" {
			name = r.ForgeID
		}
	}
	sum := sha256.Sum256([]byte(name))
	return hex.EncodeToString(sum[:4])
}

// Open reports whether there is something to do.
func (s *Subject) Open() bool {
	return slices.ContainsFunc(s.Items, func(i plan.Item) bool { return i.ToDo() })
}

// Step is what happens to an issue.
type Step string

// The steps.
const (
	// Create opens a new one, Update writes its part again, Close and Reopen do that
	// too and change its state.
	Create Step = "create"
	Update Step = "update"
	Close  Step = "close"
	Reopen Step = "reopen"
	// Same is nothing, because nothing changed; Early because it was written too short
	// a while ago; Rest because there is nothing to do and no issue; Respect because
	// somebody closed it.
	Same    Step = "same"
	Early   Step = "early"
	Rest    Step = "rest"
	Respect Step = "respect"
)

// Writes reports whether a step changes anything on the forge.
func (s Step) Writes() bool { return s == Create || s == Update || s == Close || s == Reopen }

// Change is what is to be written.
type Change struct {
	Step Step
	// Title is that of a new issue. Body is whole, with what people wrote.
	Title, Body string
	// After is when it may be written, for Early.
	After time.Time
}

// First returns what to do where there is no issue yet.
func (s *Subject) First() (Change, error) {
	if !s.Open() {
		return Change{Step: Rest}, nil
	}
	part, err := s.write(part{}, open)
	return Change{Step: Create, Title: s.title(), Body: part + "\n"}, err
}

// Next returns what to do to an issue with that body, which holds the marker. Every
// is the least time between two changes.
func (s *Subject) Next(body string, closed bool, every time.Duration) (Change, error) {
	before, old, after := s.cut(body)
	if closed && old.state != done {
		return Change{Step: Respect}, nil
	}
	step, state := Update, open
	if !s.Open() {
		state = old.state
	}
	switch finished := !s.Open() && s.Whole && !s.doubtful(old); {
	case finished && !closed && old.state == open:
		step, state = Close, done
	case finished:
		// What somebody opened again although nothing is left stays as it is.
		return Change{Step: Same}, nil
	case closed && !s.Open():
		return Change{Step: Same}, nil
	case closed:
		step = Reopen
	}
	same := *s
	same.Now = old.at
	part, err := same.write(old, state)
	if err != nil {
		return Change{}, err
	}
	if step == Update && part == old.text {
		return Change{Step: Same}, nil
	}
	if next := old.at.Add(every); !old.at.IsZero() && s.Now.Before(next) {
		return Change{Step: Early, After: next}, nil
	}
	part, err = s.write(old, state)
	return Change{Step: step, Body: before + part + after}, err
}

// doubtful reports whether something that was to be done cannot be judged now:
// unknown is no pass.
func (s *Subject) doubtful(old part) bool {
	for key, b := range old.boxes {
		if b.mark != markDone && s.answer(key).Answer == audit.AnswerUnknown {
			return true
		}
	}
	return false
}

// answer is what was answered to the question behind a box; without a check where
// nobody asks it any more.
func (s *Subject) answer(key boxKey) Answer {
	for k, answer := range s.Answers {
		if k.Check == key.check && s.short(k.Repository) == key.repository {
			return answer
		}
	}
	return Answer{}
}

// Digest is the same for what would be written alike.
func (s *Subject) Digest() (string, error) {
	undated := *s
	undated.Now = time.Time{}
	text, err := undated.write(part{}, open)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%s\x00%t\x00%t", strings.TrimSpace(text), s.Open(), s.Whole))
	return hex.EncodeToString(sum[:]), nil
}
