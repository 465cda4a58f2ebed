package history

import (
	"math"
	"slices"
	"time"
)

// Share is how the commits of a time are spread over people. Merges are left
// out.
type Share struct {
	// Commits counts commits by at least one person.
	Commits int
	// BusFactor is the fewest people who together made at least half of them,
	// taken from the most active on; 0 without commits.
	BusFactor int
	// Top and Second are the two most active people's shares of the commits, 0 to
	// 1, to four digits. With co-authors they may add up to more than 1.
	Top, Second float64
}

// Share counts from a day on; the zero time counts everything.
func (p *People) Share(from time.Time) Share {
	counts := make([]int, len(p.Persons)) // by rank
	total := 0
	for _, m := range p.made {
		if m.merge || m.when.Before(from) {
			continue
		}
		total++
		for _, person := range m.by {
			counts[person.rank]++
		}
	}
	var ranked []int
	for rank, n := range counts {
		if n > 0 {
			ranked = append(ranked, rank)
		}
	}
	slices.SortStableFunc(ranked, func(a, b int) int { return counts[b] - counts[a] })
	share := Share{Commits: total}
	if len(ranked) > 0 {
		share.Top = ratio(counts[ranked[0]], total)
	}
	if len(ranked) > 1 {
		share.Second = ratio(counts[ranked[1]], total)
	}
	share.BusFactor = p.busFactor(from, ranked, total)
	return share
}

// busFactor counts a commit once, for the first of its authors in the ranking.
func (p *People) busFactor(from time.Time, ranked []int, total int) int {
	place := make([]int, len(p.Persons))
	for i, rank := range ranked {
		place[rank] = i
	}
	first := make([]int, len(ranked))
	for _, m := range p.made {
		if m.merge || m.when.Before(from) {
			continue
		}
		best := len(ranked)
		for _, person := range m.by {
			best = min(best, place[person.rank])
		}
		first[best]++
	}
	covered := 0
	for i, n := range first {
		if covered += n; 2*covered >= total {
			return i + 1
		}
	}
	return 0
}

// Active counts the people with a commit from one time to another, merges
// included: reviewing and merging is being there.
func (p *People) Active(from, to time.Time) int {
	active, n := make([]bool, len(p.Persons)), 0
	for _, m := range p.made {
		if !m.when.Before(from) && !m.when.After(to) {
			for _, person := range m.by {
				if !active[person.rank] {
					active[person.rank] = true
					n++
				}
			}
		}
	}
	return n
}

func ratio(n, total int) float64 {
	return math.Round(float64(n)/float64(total)*1e4) / 1e4
}
