package handover

import (
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/history"
)

// touched says of each area who of those who stay could take it over.
type touched map[*area]map[*history.Person]bool

// touches finds who has changed a file of an area or, when nobody has, of a
// neighbouring one.
func (v *view) touches(areas []area) touched {
	own := touched{}
	for i := range areas {
		own[&areas[i]] = map[*history.Person]bool{}
		for k := range areas[i].files {
			for _, e := range areas[i].files[k].Experts {
				if !v.gone[e.Person] {
					own[&areas[i]][e.Person] = true
				}
			}
		}
	}
	all := touched{}
	for i := range areas {
		a := &areas[i]
		if all[a] = own[a]; len(own[a]) == 0 {
			all[a] = v.near(a, own)
		}
	}
	return all
}

// near returns those who could take over a neighbour of an area. The top of the
// repository, and settings, lie beside everything.
func (v *view) near(a *area, own touched) map[*history.Person]bool {
	people := map[*history.Person]bool{}
	for other, who := range own {
		if a.folder == "" || a.concern != "" || neighbours(a.folder, other.folder) {
			for p := range who {
				people[p] = true
			}
		}
	}
	return people
}

// neighbours reports whether two folders lie below the same first folder.
func neighbours(a, b string) bool {
	first, _, _ := strings.Cut(a, "/")
	second, _, _ := strings.Cut(b, "/")
	return first == second
}

// exactMost is up to how many people the smallest set is looked for among all;
// more are chosen one by one.
const exactMost = 3

// fewest returns the smallest set of people of whom each area that anybody could
// take over has one; of several such sets, one of those who could take the most.
// Sets of more than a few people are not always the smallest: each next one is who
// could take the most of what is left.
func fewest(areas []*area, who touched) []*history.Person {
	areas = slices.DeleteFunc(slices.Clone(areas), func(a *area) bool { return len(who[a]) == 0 })
	for size := range exactMost + 1 {
		if people, found := cover(areas, who, size); found {
			return people
		}
	}
	var people []*history.Person
	for len(areas) > 0 {
		p := ranked(takes(areas, who))[0]
		people = append(people, p)
		areas = without(areas, who, p)
	}
	return people
}

// cover finds so many people or fewer.
func cover(areas []*area, who touched, size int) ([]*history.Person, bool) {
	if len(areas) == 0 {
		return nil, true
	}
	if size == 0 {
		return nil, false
	}
	// Somebody has to take the first: whoever of them could take the most besides.
	for _, p := range ranked(takes(areas, who)) {
		if !who[areas[0]][p] {
			continue
		}
		if others, found := cover(without(areas, who, p), who, size-1); found {
			return append([]*history.Person{p}, others...), true
		}
	}
	return nil, false
}

func without(areas []*area, who touched, p *history.Person) []*area {
	return slices.DeleteFunc(slices.Clone(areas), func(a *area) bool { return who[a][p] })
}

// takes counts the orphaned bytes of the areas that each could take over.
func takes(areas []*area, who touched) map[*history.Person]int {
	bytes := map[*history.Person]int{}
	for _, a := range areas {
		for p := range who[a] {
			bytes[p] += max(int(a.shown.OrphanedBytes), 1)
		}
	}
	return bytes
}
