package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"github.com/getsentry/sentry-go"
	sentryslog "github.com/getsentry/sentry-go/slog"
)

// flushTime is how long leaving waits for reported errors to be sent.
const flushTime = 2 * time.Second

// newLogger writes to standard error. With SENTRY_DSN in the environment, errors
// are also reported there, to Sentry or GlitchTip: the message and its
// attributes, which name challenges and repositories and never a person. Call
// flush before leaving.
func newLogger(w io.Writer, getenv func(string) string) (logger *slog.Logger, flush func(), err error) {
	lines := slog.NewTextHandler(w, nil)
	dsn := getenv("SENTRY_DSN")
	if dsn == "" {
		return slog.New(lines), func() {}, nil
	}
	v, _ := build()
	if err := sentry.Init(sentry.ClientOptions{Dsn: dsn, Release: "perenne@" + v, ServerName: "perenne"}); err != nil {
		// The error repeats the address, which is a secret.
		return nil, nil, errors.New("SENTRY_DSN is not the address of an error reporting project")
	}
	reports := sentryslog.Option{EventLevel: []slog.Level{slog.LevelError}, LogLevel: []slog.Level{}}.NewSentryHandler(context.Background())
	return slog.New(both{lines, reports}), func() { sentry.Flush(flushTime) }, nil
}

// both passes records to the log, and errors to the reports too.
type both struct{ log, reports slog.Handler }

func (b both) Enabled(ctx context.Context, level slog.Level) bool { return b.log.Enabled(ctx, level) }

func (b both) Handle(ctx context.Context, r slog.Record) error {
	err := b.log.Handle(ctx, r)
	if r.Level >= slog.LevelError {
		if reported := b.reports.Handle(ctx, r.Clone()); reported != nil {
			err = errors.Join(err, fmt.Errorf("report an error: %w", reported))
		}
	}
	return err
}

func (b both) WithAttrs(attrs []slog.Attr) slog.Handler {
	return both{b.log.WithAttrs(attrs), b.reports.WithAttrs(attrs)}
}

func (b both) WithGroup(name string) slog.Handler {
	return both{b.log.WithGroup(name), b.reports.WithGroup(name)}
}
