package store

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Summary is a [State] with the latest audit in numbers.
type Summary struct {
	Key
	// Audit is the latest audit's ID, 0 before the first; then all that follows is
	// empty, down to TriedAt.
	Audit                     int64
	Commit, Catalogue, Policy string
	TakenAt, SeenAt           time.Time
	Continuity                *float64
	// Axes are in the order of [audit.Axes]; an axis without any check is left out.
	Axes    []AxisSummary
	Answers Answers
	// Files says how many source files nobody who stays knows; nil where nobody
	// leaves, or nothing is known.
	Files *FilesKnown
	// Actions counts what there is to do.
	Actions int
	// TriedAt, SucceededAt and Failure are those of [State].
	TriedAt, SucceededAt time.Time
	Failure              string
}

// FilesKnown counts source files that have an author today, and those of them that
// would have none; Untold when nobody who is said to leave was found.
type FilesKnown struct {
	Known, Orphaned int
	Untold          bool
}

// AxisSummary is the score of one axis with the number of checks per answer.
type AxisSummary struct {
	audit.AxisScore
	// Counts are in the order of [audit.Answers].
	Counts [5]int
}

// Count returns how many checks of the axis were answered so.
func (a AxisSummary) Count(answer audit.Answer) int {
	if i := slices.Index(audit.Answers, answer); i >= 0 {
		return a.Counts[i]
	}
	return 0
}

// Answers holds the answer to each check of one audit in little room: summaries
// of the same catalogue share the ids.
type Answers struct {
	ids     []string // sorted
	letters string   // one for each id, see letters
}

// letters stand for the answers, in the order of [audit.Answers]; a capital
// marks a gap with an accepted exception.
const letters = "mpnau"

// AnswersOf sums up what was judged. The error wraps [audit.ErrUnsupported] and
// names what is not an id or not an answer.
func AnswersOf(judged []audit.Judged) (Answers, error) {
	sorted := slices.SortedFunc(slices.Values(judged), func(a, b audit.Judged) int { return strings.Compare(a.Check.ID, b.Check.ID) })
	var a Answers
	var text strings.Builder
	for _, j := range sorted {
		i := slices.Index(audit.Answers, j.Verdict.Answer)
		if i < 0 {
			return a, fmt.Errorf("check %s: answer %q: %w", j.Check.ID, j.Verdict.Answer, audit.ErrUnsupported)
		}
		if j.Check.ID == "" || strings.ContainsAny(j.Check.ID, " \n\x00") {
			return a, fmt.Errorf("check %q: not an id: %w", j.Check.ID, audit.ErrUnsupported)
		}
		letter := letters[i]
		if j.Waived() {
			letter &^= 0x20
		}
		text.WriteByte(letter)
		a.ids = append(a.ids, j.Check.ID)
	}
	a.letters = text.String()
	return a, nil
}

// ParseAnswers reads the two halves that [Answers.Checks] and [Answers.Letters]
// give. The error wraps [audit.ErrDamaged].
func ParseAnswers(checks []string, text string) (Answers, error) {
	if len(checks) != len(text) || strings.Trim(strings.ToLower(text), letters) != "" {
		return Answers{}, fmt.Errorf("answers %q to %d checks: %w", text, len(checks), audit.ErrDamaged)
	}
	return Answers{checks, text}, nil
}

// Checks returns the ids of the checks, sorted. It must not be changed.
func (a Answers) Checks() []string { return a.ids }

// Letters returns one letter per check: m, p, n, a or u, in the order of
// [audit.Answers]; a capital for a gap with an accepted exception.
func (a Answers) Letters() string { return a.letters }

// Of returns the answer to one check, "" when it was not asked.
func (a Answers) Of(check string) audit.Answer {
	if i, found := slices.BinarySearch(a.ids, check); found {
		return a.at(i)
	}
	return ""
}

// Waived reports whether the check has a gap with an accepted exception.
func (a Answers) Waived(check string) bool {
	i, found := slices.BinarySearch(a.ids, check)
	return found && a.letters[i]&0x20 == 0
}

// All yields each check with its answer, by id.
func (a Answers) All(yield func(check string, answer audit.Answer) bool) {
	for i, id := range a.ids {
		if !yield(id, a.at(i)) {
			return
		}
	}
}

func (a Answers) at(i int) audit.Answer {
	return audit.Answers[strings.IndexByte(letters, a.letters[i]|0x20)]
}

// ChangesBetween lists the checks that both were asked and that they answer
// differently, by id: only Check, From and To are set.
func ChangesBetween(from, to Answers) []Change {
	var changes []Change
	for check, answer := range to.All {
		if before := from.Of(check); before != "" && before != answer {
			changes = append(changes, Change{Check: check, From: before, To: answer})
		}
	}
	return changes
}

// SummarizeAxes joins the scores of a result with the number of checks per
// answer.
func SummarizeAxes(r *audit.Result) []AxisSummary {
	axes := make([]AxisSummary, len(r.Score.Axes))
	for i, score := range r.Score.Axes {
		axes[i].AxisScore = score
		for _, j := range r.Judged {
			if n := slices.Index(audit.Answers, j.Verdict.Answer); j.Check.Axis == score.Axis && n >= 0 {
				axes[i].Counts[n]++
			}
		}
	}
	return axes
}

// FormatAxes writes axes as lines of words, which are read twenty times faster
// than JSON: axis, score, score without waivers, coverage, "provisional" or
// "-", band, the five counts, open blockers joined by commas; "-" for none.
func FormatAxes(axes []AxisSummary) string {
	var b strings.Builder
	for _, a := range axes {
		provisional := "-"
		if a.Provisional {
			provisional = "provisional"
		}
		band, blockers := string(a.Band), strings.Join(a.OpenBlockers, ",")
		if band == "" {
			band = "-"
		}
		if blockers == "" {
			blockers = "-"
		}
		fmt.Fprintf(&b, "%s %s %s %s %s %s", a.Axis, formatRatio(a.Score), formatRatio(a.WithoutWaivers), formatRatio(&a.Coverage), provisional, band)
		for _, n := range a.Counts {
			fmt.Fprintf(&b, " %d", n)
		}
		fmt.Fprintf(&b, " %s\n", blockers)
	}
	return b.String()
}

// ParseAxes reads what [FormatAxes] wrote. The error wraps [audit.ErrDamaged].
func ParseAxes(written string) ([]AxisSummary, error) {
	axes := make([]AxisSummary, 0, len(audit.Axes))
	for line := range strings.Lines(written) {
		axis, err := parseAxis(line)
		if err != nil {
			return nil, fmt.Errorf("kept scores %q: %w: %w", line, audit.ErrDamaged, err)
		}
		axes = append(axes, axis)
	}
	return axes, nil
}

func parseAxis(line string) (AxisSummary, error) {
	const words = 12
	var a AxisSummary
	var buffer [words]string
	fields := buffer[:0]
	for word := range strings.FieldsSeq(line) {
		fields = append(fields, word)
	}
	if len(fields) != words {
		return a, fmt.Errorf("%d words instead of %d", len(fields), words)
	}
	a.Axis, a.Provisional = audit.Axis(fields[0]), fields[4] != "-"
	var err error
	if a.Score, err = parseRatio(fields[1]); err != nil {
		return a, err
	}
	if a.WithoutWaivers, err = parseRatio(fields[2]); err != nil {
		return a, err
	}
	if a.Coverage, err = strconv.ParseFloat(fields[3], 64); err != nil {
		return a, err
	}
	if fields[5] != "-" {
		a.Band = audit.Band(fields[5])
	}
	for i := range a.Counts {
		if a.Counts[i], err = strconv.Atoi(fields[6+i]); err != nil {
			return a, err
		}
	}
	if fields[11] != "-" {
		a.OpenBlockers = strings.Split(fields[11], ",")
	}
	return a, nil
}

func formatRatio(x *float64) string {
	if x == nil {
		return "-"
	}
	return strconv.FormatFloat(*x, 'g', -1, 64)
}

func parseRatio(word string) (*float64, error) {
	if word == "-" {
		return nil, nil
	}
	x, err := strconv.ParseFloat(word, 64)
	return &x, err
}
