//go:build unix

package main

import (
	"context"
	"errors"

	"github.com/perenne-audit/perenne/internal/audit"
)

// walkRole makes this program find out which commits changed each file of a
// repository on the disk.
const walkRole = "walk-the-history-of-each-file"

func walk(args []string) error {
	s, err := hold(context.Background(), args[0], audit.NeedTree|audit.NeedAuthors|audit.NeedFileHistory)
	if err != nil {
		return err
	}
	if s.History.Files == nil {
		err = errors.New("the history of the files did not come")
	}
	return errors.Join(err, s.Close())
}
