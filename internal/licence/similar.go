package licence

// likeness is how much a part of a text is like a reference.
type likeness struct {
	reference int
	// first and last delimit the part, in shingles.
	first, last int
	// kept is the share of the reference that is in the part, own the share of
	// the part that is in the reference; 0 to 1.
	kept, own float64
}

// score is the harmonic mean of the two shares.
func (l likeness) score() float64 {
	if l.kept+l.own == 0 {
		return 0
	}
	return 2 * l.kept * l.own / (l.kept + l.own)
}

const (
	// keptEnough and ownEnough: a text with this much of the licence, and this
	// little of anything else in between, is the licence. Copies that somebody
	// retyped or reformatted stay well above, summaries well below.
	keptEnough = 0.80
	ownEnough  = 0.72
	// keptShort is for a text of few words, in which one changed sentence is
	// much of the licence: "permission is restricted" for "granted".
	keptShort, shortWords = 0.90, 200
	// keptSome is where a text begins to look like a changed licence.
	keptSome = 0.35
	// mostLicences is how many are looked for in one file.
	mostLicences = 12
)

// alike finds the references that the text holds, one after the other, each
// with the part that it covers. The second result is the best that was found
// besides, and not enough.
func (t *tables) alike(all []uint32, w *words) ([]likeness, likeness) {
	hits := t.hits(all)
	taken := make([]bool, len(all))
	var found []likeness
	var nearest likeness
	for range mostLicences {
		best := likeness{}
		for reference, positions := range hits {
			if len(positions) == 0 {
				continue
			}
			l := t.measure(reference, positions, all, taken)
			if l.score() > best.score() && mayBe(t.references[reference].id, w.part(l)) {
				best = l
			}
		}
		if !t.enough(best) || w.changed {
			nearest = best
			break
		}
		found = append(found, best)
		for i := best.first; i <= best.last; i++ {
			taken[i] = true
		}
	}
	return found, nearest
}

func (t *tables) enough(l likeness) bool {
	least := keptEnough
	if t.references[l.reference].words < shortWords {
		least = keptShort
	}
	return l.kept >= least && l.own >= ownEnough
}

// hits lists, for each reference, where its shingles lie in the text, in order.
// References with few are left out.
func (t *tables) hits(all []uint32) [][]int32 {
	hits := make([][]int32, len(t.references))
	for i, s := range all {
		t.find(s, func(_ int, reference uint16) {
			hits[reference] = append(hits[reference], int32(i))
		})
	}
	for i, positions := range hits {
		if float64(len(positions)) < keptSome*float64(t.references[i].sampled) {
			hits[i] = nil
		}
	}
	return hits
}

// measure finds the part of the text that is most like the reference, among
// what is not taken.
func (t *tables) measure(number int, positions []int32, all []uint32, taken []bool) likeness {
	r := t.references[number]
	free := positions[:0:0]
	for _, p := range positions {
		if !taken[p] {
			free = append(free, p)
		}
	}
	if float64(len(free)) < keptSome*float64(r.sampled) {
		return likeness{}
	}
	first, last := window(free, r.words+r.words/4+40)
	first, last = trim(free, first, last, looseWords+4*int32(r.step))
	l := likeness{reference: number, first: int(free[first]), last: int(free[last])}
	distinct := map[uint32]bool{}
	for _, p := range free[first : last+1] {
		distinct[all[p]] = true
	}
	total := 0
	for i := l.first; i <= l.last; i++ {
		if all[i]&(r.step-1) == 0 && !taken[i] {
			total++
		}
	}
	l.kept = float64(len(distinct)) / float64(r.sampled)
	l.own = float64(last-first+1) / float64(max(total, 1))
	return l
}

// looseWords is the gap past which a few shingles at the end of a part are
// phrases that licences share, and not the licence itself.
const looseWords = 16

// trim takes small groups that stand off from both ends of a run.
func trim(positions []int32, first, last int, gap int32) (int, int) {
	most := (last - first + 1) / 6
	for i := first; i < first+most; i++ {
		if positions[i+1]-positions[i] > gap {
			first = i + 1
			break
		}
	}
	for i := last; i > last-most && i > first; i-- {
		if positions[i]-positions[i-1] > gap {
			last = i - 1
			break
		}
	}
	return first, last
}

// window returns the first and last index of the run of positions that holds
// the most of them within so many words.
func window(positions []int32, width int) (int, int) {
	bestFirst, bestLast, first := 0, 0, 0
	for last := range positions {
		for int(positions[last]-positions[first]) > width {
			first++
		}
		if last-first > bestLast-bestFirst {
			bestFirst, bestLast = first, last
		}
	}
	return bestFirst, bestLast
}
