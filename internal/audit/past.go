package audit

// Past is what the newest commits took away: the versions of files that one of
// them held before and the audited commit holds no more. What only a merge took
// away is not in it.
type Past struct {
	// Commits is how many were looked at.
	Commits int
	tree    *Tree
	// by maps a blob to the commit that took it away last.
	by map[string]string
}

// NewPast returns what commits took away: files, a path once for each version,
// and for the blob of each the full name of the commit that took it away.
func NewPast(commits int, files []File, by map[string]string, blobs Blobs) *Past {
	return &Past{Commits: commits, tree: NewTree(files, blobs, false), by: by}
}

// View returns the versions as the files of a snapshot of their own, which holds
// nothing else.
func (p *Past) View() *Snapshot { return (&Snapshot{Tree: p.tree}).View() }

// TakenAwayBy returns the full name of the commit that took the version away.
func (p *Past) TakenAwayBy(f File) string { return p.by[f.Blob] }
