package secret

// automaton finds many words in one pass, whatever their case, as Aho and
// Corasick do; ASCII only.
type automaton struct {
	// class maps a byte to its column; bytes that no word holds share column 0.
	class [256]uint8
	// columns is how many there are, next the table of states by columns.
	columns int
	next    []uint16
	// out lists, for each state, the words that end there.
	out [][]uint16
}

// newAutomaton builds the table; the words are in lower case, and their letters
// together fewer than 65,536.
func newAutomaton(words []string) *automaton {
	a := &automaton{columns: 1}
	for _, word := range words {
		for i := range len(word) {
			if c := word[i]; a.class[c] == 0 {
				a.class[c] = uint8(a.columns)
				a.columns++
			}
		}
	}
	for c := byte('a'); c <= 'z'; c++ {
		a.class[c-'a'+'A'] = a.class[c]
	}
	a.grow()
	for n, word := range words {
		state := 0
		for i := range len(word) {
			at := state*a.columns + int(a.class[word[i]])
			if a.next[at] == 0 {
				a.next[at] = uint16(a.grow())
			}
			state = int(a.next[at])
		}
		a.out[state] = append(a.out[state], uint16(n))
	}
	a.link()
	return a
}

func (a *automaton) grow() (state int) {
	a.next = append(a.next, make([]uint16, a.columns)...)
	a.out = append(a.out, nil)
	return len(a.out) - 1
}

// link fills what is missing in each state with the moves of the longest suffix
// that is a state too, nearest to the start first.
func (a *automaton) link() {
	fail := make([]uint16, len(a.out))
	var queue []uint16
	for _, state := range a.next[:a.columns] {
		if state != 0 {
			queue = append(queue, state)
		}
	}
	for len(queue) > 0 {
		state := queue[0]
		queue = queue[1:]
		a.out[state] = append(a.out[state], a.out[fail[state]]...)
		for column := range a.columns {
			at := int(state)*a.columns + column
			suffix := a.next[int(fail[state])*a.columns+column]
			if a.next[at] == 0 {
				a.next[at] = suffix
				continue
			}
			fail[a.next[at]] = suffix
			queue = append(queue, a.next[at])
		}
	}
}

// find calls yield with each word found and the offset after it, in the order of
// the text, until it returns false.
func (a *automaton) find(text []byte, yield func(word, end int) bool) {
	state := 0
	for i, c := range text {
		state = int(a.next[state*a.columns+int(a.class[c])])
		if len(a.out[state]) == 0 {
			continue
		}
		for _, word := range a.out[state] {
			if !yield(int(word), i+1) {
				return
			}
		}
	}
}
