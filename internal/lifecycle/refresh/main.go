// Refresh takes pages of endoflife.date, downloaded as JSON, into the dates that
// perenne ships:
//
//	go run ./internal/lifecycle/refresh --taken 2026-08-22 nodejs.json python.json
//
// Each file is named after its product there: https://endoflife.date/api/v1/products/nodejs
// is nodejs.json; one file of https://endoflife.date/api/v1/products/full holds
// all of them. The day taken is that of the download; a year later the dates are
// no longer used. Products for which no file is given keep theirs: look at them
// by hand, above all at R, which the site does not hold. Nothing is downloaded.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/lifecycle"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(2)
	}
}

func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("refresh", flag.ContinueOnError)
	taken := flags.String("taken", "", "the `day` on which the files were downloaded, 2026-08-22")
	table := flags.String("table", "internal/lifecycle/dates.txt", "the `file` to bring up to date")
	flags.Usage = func() {
		fmt.Fprintln(flags.Output(), "usage: go run ./internal/lifecycle/refresh --taken DAY FILE.json...")
		fmt.Fprintln(flags.Output(), "FILE.json is a product's page: https://endoflife.date/api/v1/products/nodejs, saved as nodejs.json")
		flags.PrintDefaults()
	}
	if err := flags.Parse(args); err != nil {
		return err
	}
	day, err := time.Parse(time.DateOnly, *taken)
	if err != nil || flags.NArg() == 0 {
		flags.Usage()
		return errors.New("refresh: give --taken DAY and at least one file")
	}
	content, err := os.ReadFile(*table)
	if err != nil {
		return fmt.Errorf("refresh: %w: run it at the top of the repository", err)
	}
	dates, err := lifecycle.Parse(string(content))
	if err != nil {
		return fmt.Errorf("refresh %s: %w", *table, err)
	}
	for _, name := range flags.Args() {
		page, err := os.ReadFile(name)
		if err != nil {
			return fmt.Errorf("refresh: %w", err)
		}
		products, err := dates.Merge(strings.TrimSuffix(filepath.Base(name), filepath.Ext(name)), page)
		if err != nil {
			return fmt.Errorf("refresh: %w", err)
		}
		fmt.Fprintf(out, "%s: %s\n", name, strings.Join(products, ", "))
	}
	dates.Renew(day)
	if err := os.WriteFile(*table, []byte(dates.String()), 0o644); err != nil {
		return fmt.Errorf("refresh: %w", err)
	}
	fmt.Fprintf(out, "%s: to be used before %s\n", *table, dates.BestBefore.Format(time.DateOnly))
	return nil
}
