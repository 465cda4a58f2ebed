// Package advisory reads a local database of known vulnerabilities in the Open
// Source Vulnerability format (https://ossf.github.io/osv-schema/): a folder with
// the archives that osv.dev publishes for each ecosystem, with their files, or
// with both. Nothing is fetched.
package advisory

import (
	"archive/zip"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

// What a database may hold; past it, it is not one.
const (
	maxEntries    = 1_000_000
	maxEntryBytes = 4 << 20
	maxKept       = 500_000
)

// ErrEmpty: the folder holds no advisory.
var ErrEmpty = errors.New("no advisory is there: put in it the archives that https://osv.dev publishes")

// Load reads every *.json and *.zip below a folder, or one archive. Advisories
// that were withdrawn are left out, and so are reports of malicious packages
// ("MAL-…"): they are a hundred times as many, about packages that nobody meant
// to use. Nothing is opened outside the folder. The error wraps [ErrEmpty], or
// [audit.ErrTooLarge] past a million files.
func Load(folder string) (*audit.Advisories, error) {
	d := &database{}
	err := filepath.WalkDir(folder, func(name string, entry fs.DirEntry, err error) error {
		if err != nil || !entry.Type().IsRegular() {
			return err
		}
		switch filepath.Ext(name) {
		case ".json":
			f, err := os.Open(name)
			if err != nil {
				return err
			}
			defer f.Close()
			return d.add(name, f)
		case ".zip":
			return d.addArchive(name)
		}
		return nil
	})
	if err == nil && len(d.all) == 0 {
		err = ErrEmpty
	}
	if err != nil {
		return nil, fmt.Errorf("read advisories of %s: %w", folder, err)
	}
	return audit.NewAdvisories(d.all, d.upTo), nil
}

// database is what was read so far.
type database struct {
	all     []audit.Advisory
	upTo    time.Time
	entries int
}

func (d *database) addArchive(name string) error {
	archive, err := zip.OpenReader(name)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	defer archive.Close()
	for _, entry := range archive.File {
		if path.Ext(entry.Name) != ".json" || malicious(entry.Name) {
			continue
		}
		content, err := entry.Open()
		if err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		err = d.add(name+"/"+entry.Name, content)
		if closed := content.Close(); err == nil {
			err = closed
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func malicious(name string) bool { return strings.HasPrefix(path.Base(filepath.ToSlash(name)), "MAL-") }

// add reads one advisory. A file that is too big or is no advisory is left out.
func (d *database) add(name string, content io.Reader) error {
	if d.entries++; d.entries > maxEntries || len(d.all) > maxKept {
		return fmt.Errorf("%s: %w", name, audit.ErrTooLarge)
	}
	if malicious(name) {
		return nil
	}
	data, err := io.ReadAll(io.LimitReader(content, maxEntryBytes+1))
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if len(data) > maxEntryBytes {
		return nil
	}
	advisories, modified := Parse(data)
	d.all = append(d.all, advisories...)
	if len(advisories) > 0 && modified.After(d.upTo) {
		d.upTo = modified
	}
	return nil
}

// entry is the part of the format that is read.
type entry struct {
	ID        string    `json:"id"`
	Modified  time.Time `json:"modified"`
	Withdrawn string    `json:"withdrawn"`
	Aliases   []string  `json:"aliases"`
	graded
	Affected []struct {
		Package struct {
			Ecosystem string `json:"ecosystem"`
			Name      string `json:"name"`
		} `json:"package"`
		graded
		Ranges []struct {
			Type   string `json:"type"`
			Events []struct {
				Introduced   string `json:"introduced"`
				Fixed        string `json:"fixed"`
				LastAffected string `json:"last_affected"`
			} `json:"events"`
		} `json:"ranges"`
		Versions []string `json:"versions"`
	} `json:"affected"`
}

// Parse reads one file: an advisory for each package that it is about. What does
// not follow the format, or was withdrawn, gives none.
func Parse(data []byte) ([]audit.Advisory, time.Time) {
	var e entry
	if json.Unmarshal(data, &e) != nil || e.ID == "" || e.Withdrawn != "" {
		return nil, time.Time{}
	}
	var all []audit.Advisory
	for _, affected := range e.Affected {
		one := audit.Advisory{
			ID: e.ID, Aliases: e.Aliases, Ecosystem: affected.Package.Ecosystem, Package: affected.Package.Name,
			Grade: worst(e.grade(), affected.grade()),
		}
		for _, r := range affected.Ranges {
			if r.Type == "GIT" {
				continue
			}
			events := audit.AdvisoryRange{}
			for _, event := range r.Events {
				events = append(events, audit.AdvisoryEvent(event))
			}
			one.Ranges = append(one.Ranges, events)
		}
		if len(one.Ranges) == 0 {
			one.Versions = affected.Versions
		}
		if one.Package != "" && len(one.Ranges)+len(one.Versions) > 0 {
			all = append(all, one)
		}
	}
	return all, e.Modified
}
