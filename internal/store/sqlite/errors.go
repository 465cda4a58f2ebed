package sqlite

import (
	"errors"
	"fmt"
	"io/fs"
	"syscall"

	driver "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"

	"github.com/perenne-audit/perenne/internal/audit"
)

// primary masks the part of a result code that says what kind it is of.
const primary = 0xff

// explain gives an error one of audit's meanings and says what to do next.
func explain(err error) error {
	if errors.Is(err, fs.ErrPermission) || errors.Is(err, syscall.EROFS) {
		return fmt.Errorf("%w: %w; let this user write the file and its folder, or name another", audit.ErrForbidden, err)
	}
	if errors.Is(err, syscall.ENOSPC) {
		return fmt.Errorf("%w: %w; free some disk space", audit.ErrTooLarge, err)
	}
	var failure *driver.Error
	if !errors.As(err, &failure) {
		return err
	}
	switch failure.Code() & primary {
	case codes.SQLITE_NOTADB, codes.SQLITE_CORRUPT:
		return fmt.Errorf("%w: %w; restore a backup, or name another file", audit.ErrDamaged, err)
	case codes.SQLITE_READONLY, codes.SQLITE_PERM, codes.SQLITE_CANTOPEN:
		return fmt.Errorf("%w: %w; let this user write the file and its folder, or name another", audit.ErrForbidden, err)
	case codes.SQLITE_FULL:
		return fmt.Errorf("%w: %w; free some disk space: nothing was lost", audit.ErrTooLarge, err)
	case codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_IOERR:
		return fmt.Errorf("%w: %w", audit.ErrUnreachable, err)
	}
	return err
}
