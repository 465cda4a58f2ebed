package checktest

import (
	"cmp"
	"fmt"
	"maps"
	"net/mail"
	"slices"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
	"golang.org/x/tools/txtar"

	"github.com/perenne-audit/perenne/internal/audit"
)

// facts is the @facts member of a case, in YAML: everything that a snapshot
// holds beside the files. All of it may be absent.
type facts struct {
	// TakenAt defaults to 2026-10-01.
	TakenAt string `yaml:"taken_at"`
	// Kinds states deliverables at the top of the repository.
	Kinds []audit.Kind `yaml:"kinds"`
	// Deliverables states them with their folders.
	Deliverables []struct {
		Kind   audit.Kind `yaml:"kind"`
		Root   string     `yaml:"root"`
		Static bool       `yaml:"static"`
	} `yaml:"deliverables"`
	// History, oldest or newest first; without it there is no history.
	History []struct {
		// By is "Name <e-mail>".
		By string `yaml:"by"`
		// On is the day of the last of the commits; the others lie a day apart
		// before it.
		On      string   `yaml:"on"`
		Commits int      `yaml:"commits"`
		With    []string `yaml:"with"`
	} `yaml:"history"`
	Shallow bool `yaml:"shallow"`
	People  []struct {
		Name    string   `yaml:"name"`
		Emails  []string `yaml:"emails"`
		Leaves  string   `yaml:"leaves"`
		Leaving bool     `yaml:"leaving"`
		Staying bool     `yaml:"staying"`
	} `yaml:"people"`
	Forge *struct {
		Archived  bool   `yaml:"archived"`
		Fork      bool   `yaml:"fork"`
		Parent    string `yaml:"parent"`
		OwnerType string `yaml:"owner_type"`
		Releases  int    `yaml:"releases"`
		// LatestRelease is a day. Untold lists what the forge would not say.
		LatestRelease  string            `yaml:"latest_release"`
		Homepage       string            `yaml:"homepage"`
		PrivateReports bool              `yaml:"private_reports"`
		TakesIssues    bool              `yaml:"takes_issues"`
		Admins         int               `yaml:"admins"`
		Untold         []audit.ForgeFact `yaml:"untold"`
	} `yaml:"forge"`
	// Attestations are what people declared.
	Attestations []struct {
		Check   string `yaml:"check"`
		Says    string `yaml:"says"`
		Author  string `yaml:"author"`
		Date    string `yaml:"date"`
		Expires string `yaml:"expires"`
	} `yaml:"attestations"`
	// Policy is the rules to judge by.
	Policy *policy `yaml:"policy"`
	// Advisories are a database of known vulnerabilities; without any there is no
	// database.
	Advisories []struct {
		ID        string      `yaml:"id"`
		Aliases   []string    `yaml:"aliases"`
		Ecosystem string      `yaml:"ecosystem"`
		Package   string      `yaml:"package"`
		Grade     audit.Grade `yaml:"grade"`
		// Introduced defaults to "0"; without Fixed, no version is.
		Introduced string `yaml:"introduced"`
		Fixed      string `yaml:"fixed"`
	} `yaml:"advisories"`
	// AdvisoriesUpTo defaults to the day the snapshot was taken.
	AdvisoriesUpTo string `yaml:"advisories_up_to"`
	// Tags maps the name of a tag to the number of its commit in the history,
	// newest first; -1 is a commit that the history does not hold.
	Tags map[string]int `yaml:"tags"`
	// Past says who took away the members below "@past/": the full name of a commit,
	// and how many commits were looked at. Without it, nobody looked.
	Past *struct {
		By      string `yaml:"by"`
		Commits int    `yaml:"commits"`
	} `yaml:"past"`
	// Links maps the path of a symbolic link to its target.
	Links map[string]string `yaml:"links"`
	// Submodules lists paths.
	Submodules []string `yaml:"submodules"`
	// Missing lists files whose content cannot be had.
	Missing []string `yaml:"missing"`
}

// read turns a case into the snapshot it describes and what it wants.
func read(archive *txtar.Archive) (*audit.Snapshot, want, error) {
	var (
		f       facts
		w       want
		err     error
		wanting = true
		files   []audit.File
		gone    []audit.File
		blobs   = caseBlobs{}
	)
	for _, member := range archive.Files {
		switch member.Name {
		case "@want":
			wanting = false
			if w, err = parseWant(string(member.Data)); err != nil {
				return nil, w, err
			}
		case "@facts":
			decoder := yaml.NewDecoder(strings.NewReader(string(member.Data)))
			decoder.KnownFields(true)
			if err := decoder.Decode(&f); err != nil {
				return nil, w, fmt.Errorf("@facts: %w", err)
			}
		default:
			if name, found := strings.CutPrefix(member.Name, "@past/"); found {
				blobs[member.Name] = member.Data
				gone = append(gone, audit.File{Path: name, Blob: member.Name, SizeBytes: int64(len(member.Data))})
				continue
			}
			blobs[member.Name] = member.Data
			files = append(files, audit.File{Path: member.Name, Blob: member.Name, SizeBytes: int64(len(member.Data))})
		}
	}
	if wanting {
		return nil, w, fmt.Errorf("no @want")
	}
	for link, target := range f.Links {
		blobs[link] = []byte(target)
		files = append(files, audit.File{Path: link, Blob: link, SizeBytes: int64(len(target)), Mode: audit.Symlink})
	}
	for _, path := range f.Submodules {
		files = append(files, audit.File{Path: path, Blob: path, Mode: audit.Submodule})
	}
	for _, path := range f.Missing {
		delete(blobs, path)
		if !slices.ContainsFunc(files, func(f audit.File) bool { return f.Path == path }) {
			files = append(files, audit.File{Path: path, Blob: path, SizeBytes: -1})
		}
	}
	s, err := f.snapshot()
	if err != nil {
		return nil, w, fmt.Errorf("@facts: %w", err)
	}
	s.Tree = audit.NewTree(files, blobs, false)
	if f.Past != nil {
		by := map[string]string{}
		for _, file := range gone {
			by[file.Blob] = f.Past.By
		}
		s.Past = audit.NewPast(f.Past.Commits, gone, by, blobs)
	}
	return s, w, nil
}

type caseBlobs map[string][]byte

func (b caseBlobs) Blob(f audit.File) ([]byte, error) {
	content, ok := b[f.Blob]
	if !ok {
		return nil, audit.ErrNotFound
	}
	return content, nil
}

func (f facts) snapshot() (*audit.Snapshot, error) {
	taken, err := day(f.TakenAt, "2026-10-01")
	if err != nil {
		return nil, err
	}
	s := &audit.Snapshot{TakenAt: taken, Repository: audit.Repository{Branch: "main", Commit: strings.Repeat("0", 40)}}
	for _, kind := range f.Kinds {
		s.Deliverables = append(s.Deliverables, audit.Deliverable{Kind: kind})
	}
	for _, d := range f.Deliverables {
		s.Deliverables = append(s.Deliverables, audit.Deliverable{Kind: d.Kind, Root: d.Root, Static: d.Static})
	}
	for _, p := range f.People {
		leaves, err := day(p.Leaves, "")
		if err != nil {
			return nil, err
		}
		s.People = append(s.People, audit.Person{
			Name: p.Name, Emails: p.Emails, Leaves: leaves, Leaving: p.Leaving || p.Leaves != "", Staying: p.Staying,
		})
	}
	if f.Forge != nil {
		s.Forge = &audit.Forge{
			Archived: f.Forge.Archived, Fork: f.Forge.Fork, Parent: f.Forge.Parent,
			OwnerType: f.Forge.OwnerType, Releases: f.Forge.Releases, Homepage: f.Forge.Homepage,
			PrivateReports: f.Forge.PrivateReports, TakesIssues: f.Forge.TakesIssues, Admins: f.Forge.Admins,
		}
		if s.Forge.LatestRelease, err = day(f.Forge.LatestRelease, ""); err != nil {
			return nil, err
		}
		for _, fact := range f.Forge.Untold {
			s.Forge.Withhold(fact, audit.UntoldForbidden)
		}
	}
	if s.Advisories, err = f.advisories(taken); err != nil {
		return nil, err
	}
	if s.Attestations, err = f.attestations(); err != nil {
		return nil, err
	}
	if s.History, err = f.history(); err != nil {
		return nil, err
	}
	s.Tags = f.tags(s.History)
	s.Policy = f.Policy.value()
	return s, nil
}

func (f facts) attestations() ([]audit.Attestation, error) {
	var all []audit.Attestation
	for _, a := range f.Attestations {
		date, err := day(a.Date, "2026-09-01")
		if err != nil {
			return nil, err
		}
		expires, err := day(a.Expires, "")
		if err != nil {
			return nil, err
		}
		all = append(all, audit.Attestation{Check: a.Check, Says: a.Says, Author: a.Author, Date: date, Expires: expires})
	}
	return all, nil
}

func (f facts) advisories(taken time.Time) (*audit.Advisories, error) {
	upTo, err := day(f.AdvisoriesUpTo, taken.Format(time.DateOnly))
	if err != nil || f.Advisories == nil {
		return nil, err
	}
	var all []audit.Advisory
	for _, a := range f.Advisories {
		events := audit.AdvisoryRange{{Introduced: cmp.Or(a.Introduced, "0")}}
		if a.Fixed != "" {
			events = append(events, audit.AdvisoryEvent{Fixed: a.Fixed})
		}
		all = append(all, audit.Advisory{
			ID: a.ID, Aliases: a.Aliases, Ecosystem: a.Ecosystem, Package: a.Package, Grade: a.Grade, Ranges: []audit.AdvisoryRange{events},
		})
	}
	return audit.NewAdvisories(all, upTo), nil
}

func (f facts) tags(h *audit.History) []audit.Tag {
	if f.Tags == nil {
		return nil
	}
	all := []audit.Tag{}
	for _, name := range slices.Sorted(maps.Keys(f.Tags)) {
		tag := audit.Tag{Name: name, Commit: strings.Repeat("f", 40)}
		if n := f.Tags[name]; n >= 0 {
			tag.Commit = h.Commits[n].ID
		}
		all = append(all, tag)
	}
	return all
}

func (f facts) history() (*audit.History, error) {
	if f.History == nil {
		return nil, nil
	}
	h := &audit.History{Truncated: f.Shallow}
	for _, entry := range f.History {
		last, err := day(entry.On, "")
		if err != nil {
			return nil, err
		}
		author, err := signature(entry.By)
		if err != nil {
			return nil, err
		}
		var with []audit.Signature
		for _, other := range entry.With {
			coAuthor, err := signature(other)
			if err != nil {
				return nil, err
			}
			with = append(with, coAuthor)
		}
		for i := range max(entry.Commits, 1) {
			h.Commits = append(h.Commits, audit.Commit{Author: author, When: last.AddDate(0, 0, -i), CoAuthors: with})
		}
	}
	slices.SortStableFunc(h.Commits, func(a, b audit.Commit) int { return b.When.Compare(a.When) })
	for i := range h.Commits {
		h.Commits[i].ID = fmt.Sprintf("%040x", i+1)
	}
	return h, nil
}

func signature(s string) (audit.Signature, error) {
	address, err := mail.ParseAddress(s)
	if err != nil {
		return audit.Signature{}, fmt.Errorf("%q is not \"Name <e-mail>\": %w", s, err)
	}
	return audit.Signature{Name: address.Name, Email: address.Address}, nil
}

func day(s, fallback string) (time.Time, error) {
	if s == "" {
		s = fallback
	}
	if s == "" {
		return time.Time{}, nil
	}
	return time.Parse(time.DateOnly, s)
}
