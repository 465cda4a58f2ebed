//go:build unix

package main

import (
	"io"

	"github.com/go-git/go-git/v5"
	"github.com/go-git/go-git/v5/plumbing/object"
)

// plainCloneRole makes this program the audit that most programs would write
// with go-git.
const plainCloneRole = "audit-with-plain-clone"

// plainCloneAudit clones a repository bare into a folder, as go-git's examples
// do, then reads what any audit needs: each file of HEAD and each commit's
// author. It asks no question about them.
func plainCloneAudit(args []string) error {
	repo, err := git.PlainClone(args[1], true, &git.CloneOptions{URL: args[0]})
	if err != nil {
		return err
	}
	head, err := repo.Head()
	if err != nil {
		return err
	}
	commit, err := repo.CommitObject(head.Hash())
	if err != nil {
		return err
	}
	files, err := commit.Files()
	if err != nil {
		return err
	}
	if err := files.ForEach(readFile); err != nil {
		return err
	}
	commits, err := repo.Log(&git.LogOptions{From: head.Hash()})
	if err != nil {
		return err
	}
	authors := map[string]int{}
	return commits.ForEach(func(c *object.Commit) error {
		authors[c.Author.Email]++
		return nil
	})
}

func readFile(f *object.File) error {
	r, err := f.Reader()
	if err != nil {
		return err
	}
	defer r.Close()
	_, err = io.Copy(io.Discard, r)
	return err
}
