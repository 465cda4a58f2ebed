package handover

import (
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/history"
)

// progress counts what those who stay did in the folders at risk since then.
func (v *view) progress(areas []area) *audit.HandoverProgress {
	p := &audit.HandoverProgress{Folders: []audit.FolderProgress{}}
	past := make(map[string]*audit.FileHistory, len(v.s.History.Files))
	for i := range v.s.History.Files {
		past[v.s.History.Files[i].Path] = &v.s.History.Files[i]
	}
	all := map[int32]bool{}
	for _, a := range areas {
		if a.shown.OrphanedFiles == 0 {
			continue
		}
		commits, people := map[int32]bool{}, map[*history.Person]bool{}
		for i := range a.files {
			for _, n := range past[a.files[i].Path].Commits {
				if who := v.staying(&v.s.History.Commits[n]); len(who) > 0 {
					commits[n], all[n] = true, true
					for _, one := range who {
						people[one] = true
					}
				}
			}
		}
		p.Folders = append(p.Folders, audit.FolderProgress{Folder: clean(a.folder), Commits: len(commits), People: len(people)})
	}
	p.Commits = len(all)
	for i := range v.s.History.Commits {
		if c := &v.s.History.Commits[i]; c.Merge && len(v.staying(c)) > 0 {
			p.Merges++
		}
	}
	return p
}

// staying returns the authors of a commit who stay; nobody for one from before.
func (v *view) staying(c *audit.Commit) []*history.Person {
	if c.When.Before(v.Since) {
		return nil
	}
	var who []*history.Person
	for _, s := range append([]audit.Signature{c.Author}, c.CoAuthors...) {
		if p := v.Map.People.Who(s); p != nil && !v.gone[p] {
			who = with(who, p)
		}
	}
	return who
}
