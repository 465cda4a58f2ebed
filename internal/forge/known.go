package forge

// Known returns what the forge last said of the repository at an address: its id
// there, which it keeps for ever, and its path now. Both are "" where nothing is
// kept. Nobody is asked.
func (d *Desk) Known(address string) (id, path string) {
	r, ok := ParseRepo(address)
	if d == nil || !ok {
		return "", ""
	}
	if last := d.c.Cache.load(r, d.c.Now()); last != nil {
		return last.Facts.ID, last.Facts.Path
	}
	return "", ""
}

// Forget has the forge asked anew about the repository at an address: something
// happened that its own answer may not tell as a change.
func (d *Desk) Forget(address string) {
	if r, ok := ParseRepo(address); d != nil && ok {
		d.c.Cache.drop(r)
	}
}
