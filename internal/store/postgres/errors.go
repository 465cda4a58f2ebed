package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"io"
	"net"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/perenne-audit/perenne/internal/audit"
)

// explain gives an error one of audit's meanings and says what to do next.
func explain(err error) error {
	if err == nil || errors.Is(err, context.Canceled) {
		return err
	}
	var refused *pgconn.PgError
	if errors.As(err, &refused) {
		return meaning(refused.Code, err)
	}
	var connecting *pgconn.ConnectError
	var network net.Error
	if errors.As(err, &connecting) || errors.As(err, &network) || errors.Is(err, driver.ErrBadConn) ||
		errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) || errors.Is(err, net.ErrClosed) {
		return fmt.Errorf("%w: %w; see that PostgreSQL runs and can be reached from here", audit.ErrUnreachable, err)
	}
	return err
}

// meaning reads a code of the server; see "PostgreSQL Error Codes" in its manual.
func meaning(code string, err error) error {
	switch {
	case strings.HasPrefix(code, "28"), code == "42501":
		return fmt.Errorf("%w: %w; see the user's password and rights", audit.ErrForbidden, err)
	case code == "3D000":
		return fmt.Errorf("%w: %w; create it with: createdb", audit.ErrNotFound, err)
	case code == "53100":
		return fmt.Errorf("%w: %w; free some disk space on the server: nothing was lost", audit.ErrTooLarge, err)
	case code == "25006":
		return fmt.Errorf("%w: %w; this server is a copy: name the one that takes writes", audit.ErrForbidden, err)
	case strings.HasPrefix(code, "08"), strings.HasPrefix(code, "53"), strings.HasPrefix(code, "57P"):
		return fmt.Errorf("%w: %w; it is tried again", audit.ErrUnreachable, err)
	case strings.HasPrefix(code, "XX00"):
		return fmt.Errorf("%w: %w; restore a backup", audit.ErrDamaged, err)
	}
	return err
}
