// Package demo makes the demonstration portfolio: eight invented challenges
// whose repositories are written to disk with histories that look alive, so that
// every page has something true to show without a network.
//
// What the repositories hold is in content/*.txtar, one file a repository, and
// what is known about the challenges in content/portfolio.yaml. Every day in
// them is counted from today, so that the demonstration never grows old. Names
// of people, ministries and hosts are invented; hosts end in .example, which
// nobody can own.
package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"sync"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// markerName is the file that says what Generate wrote into its folder.
const markerName = "demonstration.json"

// marker makes a second call find what the first one did.
type marker struct {
	Version string `json:"version"`
	// Day is the midnight, UTC, that every other day is counted from.
	Day time.Time `json:"day"`
	// Repositories are the folders that may be replaced.
	Repositories []string `json:"repositories"`
}

// Generate writes the repositories below dir, as bare git repositories, and
// returns the portfolio that names them. Days are counted from the day of now,
// in UTC; the same day gives the same commits.
//
// Called again on a folder of the same version, it keeps what is there, and the
// days that were counted from the first call's; what is missing is written. A
// folder of another version is written anew. It touches nothing outside dir,
// and refuses to replace a repository that it did not write.
func Generate(ctx context.Context, dir string, now time.Time) (*audit.Portfolio, error) {
	all, err := stories()
	if err != nil {
		return nil, err
	}
	dir, err = filepath.Abs(dir)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, fmt.Errorf("make the demonstration's folder: %w", err)
	}
	m, err := claim(dir, all, now)
	if err != nil {
		return nil, err
	}
	if err := writeAll(ctx, dir, all, m.Day); err != nil {
		return nil, err
	}
	return portfolio(dir, m.Day)
}

// claim returns the marker of the folder, after writing it when the folder is
// new or of another version. It is written before any repository, so that
// whatever stops the program, the next call knows what it may replace.
func claim(dir string, all []*story, now time.Time) (marker, error) {
	old, err := readMarker(dir)
	if err != nil {
		return marker{}, err
	}
	m := marker{Version: version(), Day: now.UTC().Truncate(24 * time.Hour)}
	if old.Version == m.Version {
		return old, nil
	}
	for _, s := range all {
		m.Repositories = append(m.Repositories, s.name+".git")
	}
	for _, name := range m.Repositories {
		if _, err := os.Lstat(filepath.Join(dir, name)); err == nil && !slices.Contains(old.Repositories, name) {
			return marker{}, fmt.Errorf("write the demonstration: %s is there and is not the demonstration's; name an empty folder", filepath.Join(dir, name))
		}
	}
	if old.Version == "" {
		return m, m.write(dir)
	}
	for _, name := range append(slices.Clone(old.Repositories), milestonesName) {
		if name != filepath.Base(name) || filepath.Ext(name) != ".git" && name != milestonesName {
			return marker{}, fmt.Errorf("replace the demonstration: %s names %q, which it cannot have written; delete it", filepath.Join(dir, markerName), name)
		}
		if err := os.RemoveAll(filepath.Join(dir, name)); err != nil {
			return marker{}, fmt.Errorf("replace the demonstration: %w", err)
		}
	}
	return m, m.write(dir)
}

// readMarker returns the zero marker where there is none.
func readMarker(dir string) (marker, error) {
	var m marker
	data, err := os.ReadFile(filepath.Join(dir, markerName))
	if errors.Is(err, fs.ErrNotExist) {
		return m, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &m)
	}
	if err != nil {
		return m, fmt.Errorf("read %s: %w; delete it to write the demonstration anew", filepath.Join(dir, markerName), err)
	}
	return m, nil
}

func (m marker) write(dir string) error {
	data, err := json.MarshalIndent(m, "", "  ")
	if err != nil {
		return err
	}
	return replaceFile(filepath.Join(dir, markerName), append(data, '\n'))
}

// replaceFile writes a file so that a reader sees the old or the new content.
func replaceFile(name string, data []byte) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), name)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// writeAll writes the repositories that are missing, as many at a time as there
// are cores.
func writeAll(ctx context.Context, dir string, all []*story, day time.Time) error {
	faults := make([]error, len(all))
	slots := make(chan struct{}, runtime.GOMAXPROCS(0))
	var wg sync.WaitGroup
	for i, s := range all {
		wg.Go(func() {
			slots <- struct{}{}
			defer func() { <-slots }()
			if faults[i] = ctx.Err(); faults[i] == nil {
				faults[i] = writeOne(ctx, dir, s, day)
			}
		})
	}
	wg.Wait()
	return errors.Join(faults...)
}

// writeOne writes a repository beside its place and moves it there, so that
// what has the name is whole. Somebody may have been faster; theirs is the same.
func writeOne(ctx context.Context, dir string, s *story, day time.Time) error {
	place := filepath.Join(dir, s.name+".git")
	if exists(place) {
		return nil
	}
	draft, err := os.MkdirTemp(dir, ".new-*")
	if err != nil {
		return fmt.Errorf("write %s: %w", s.name, err)
	}
	defer os.RemoveAll(draft)
	if err := writeBare(ctx, draft, s, s.tell(day)); err != nil {
		return fmt.Errorf("write %s: %w", s.name, err)
	}
	// What os.MkdirTemp makes is closed to others, who may run the workers.
	if err := os.Chmod(draft, 0o755); err != nil {
		return fmt.Errorf("write %s: %w", s.name, err)
	}
	if err := os.Rename(draft, place); err != nil && !exists(place) {
		return fmt.Errorf("write %s: %w", s.name, err)
	}
	return nil
}

func exists(name string) bool {
	_, err := os.Stat(name)
	return err == nil
}
