// Package form reads YAML that people write by hand, a portfolio or a policy, and
// tells them everything that is wrong with it at once: each fault with its file,
// its line and what to write instead.
package form

// Reader collects the faults of one file and those that it names.
type Reader struct {
	// Example is the file that shows the form, for whoever has to begin anew.
	Example string
	// Second says, after a comma, where a second document of a file belongs; may
	// be empty.
	Second string

	faults   Faults
	expanded int // nodes seen through aliases
}

// Faults returns what was found so far, by file and line, each once.
func (r *Reader) Faults() Faults { return r.faults.sorted() }

// Sound reports whether nothing was found so far.
func (r *Reader) Sound() bool { return len(r.faults) == 0 }

// Add takes the faults of another file.
func (r *Reader) Add(faults Faults) { r.faults = append(r.faults, faults...) }
