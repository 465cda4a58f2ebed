// Package policy reads the rules of a ministry (cadre de cohérence technique) from
// YAML and makes them what the rest of perenne judges by: an [audit.Policy]. The
// policies that come with the program lie in config/policies, and
// config/policy.schema.json describes the form for editors.
//
// A policy is read whole, with all that it extends, before anything is said about
// it: [Load] reports every fault at once, each with its file, its line and what to
// write instead.
package policy

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

// Default is the policy of whoever chooses none.
const Default = "france-state"

const (
	// DefaultMaxBytes is how large a policy may be, what it extends included.
	DefaultMaxBytes = 1 << 20
	// maxChain is how many policies may extend each other.
	maxChain = 8
	// maxRules and maxRequirements bound what one audit is asked.
	maxRules, maxRequirements = 200, 300
)

// Options say how to read a policy.
type Options struct {
	// Catalogue are the checks that a policy may name.
	Catalogue []*audit.Check
	// Library holds the policies that come with the program, NAME.yaml each.
	Library fs.FS
	// MaxBytes bounds all files together; 0 is [DefaultMaxBytes].
	MaxBytes int64
	// Opened, when set, is told of each file before it is read, so that a caller
	// can watch them all. Policies of the library are no files.
	Opened func(file string)
}

// Names lists the policies of the library, sorted.
func (o Options) Names() []string {
	var names []string
	if o.Library == nil {
		return nil
	}
	files, err := fs.Glob(o.Library, "*.yaml")
	if err != nil {
		return nil
	}
	for _, f := range files {
		names = append(names, strings.TrimSuffix(f, ".yaml"))
	}
	slices.Sort(names)
	return names
}

// Load reads a policy by its name in the library, or by the path of its file. A
// name that the library does not hold is looked for in the folder, as NAME.yaml
// or NAME.yml; a relative path is relative to the folder too. The error is
// [form.Faults], all of them, or wraps [audit.ErrNotFound], [audit.ErrTooLarge]
// or [audit.ErrUnsupported] for the policy itself.
func Load(name, folder string, o Options) (*audit.Policy, error) {
	l := newLoader(o)
	from, err := l.find(name, folder)
	if err != nil {
		return nil, fmt.Errorf("read policy %w", err)
	}
	d, err := l.open(from)
	if err != nil {
		return nil, fmt.Errorf("read policy %w", err)
	}
	return l.finish(d)
}

// loader reads one policy and what it extends.
type loader struct {
	Options
	form.Reader
	left   int64
	chain  []origin
	digest hash.Hash
	// references can only be followed once all rules are known.
	references []func(known map[string]*audit.Check)
}

func newLoader(o Options) *loader {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	return &loader{Options: o, left: o.MaxBytes, digest: sha256.New(), Reader: form.Reader{Example: "config/policies/interior-cloud-pi-native.yaml"}}
}

// origin is where a policy is read from: the library, or a file.
type origin struct {
	library bool
	// path is the file's, or the name in the library.
	path string
}

// shown names the origin in faults.
func (o origin) shown() string {
	if o.library {
		return o.path + ".yaml"
	}
	return o.path
}

// isPath reports whether the word names a file and not a policy.
func isPath(s string) bool {
	ext := strings.ToLower(path.Ext(s))
	return ext == ".yaml" || ext == ".yml" || strings.ContainsAny(s, `/\`)
}

// find says where a policy is.
func (l *loader) find(name, folder string) (origin, error) {
	if isPath(name) {
		file := filepath.FromSlash(name)
		if !filepath.IsAbs(file) {
			file = filepath.Join(folder, file)
		}
		return origin{path: file}, nil
	}
	if slices.Contains(l.Names(), name) {
		return origin{library: true, path: name}, nil
	}
	for _, ext := range []string{".yaml", ".yml"} {
		file := filepath.Join(folder, name+ext)
		if info, err := os.Stat(file); err == nil && info.Mode().IsRegular() {
			return origin{path: file}, nil
		}
	}
	return origin{}, fmt.Errorf("%s: no policy has that name; %s, or name a file that ends in .yaml: %w",
		form.Quote(name), form.Suggest(name, l.Names()), audit.ErrNotFound)
}

// open reads one policy; its faults are the loader's.
func (l *loader) open(from origin) (*document, error) {
	content, err := l.read(from)
	if err != nil {
		return nil, err
	}
	l.chain = append(l.chain, from)
	defer func() { l.chain = l.chain[:len(l.chain)-1] }()
	return l.parse(from, content), nil
}

// read returns the content of a policy. The error says what to do.
func (l *loader) read(from origin) ([]byte, error) {
	if from.library {
		return fs.ReadFile(l.Library, from.path+".yaml")
	}
	if l.Opened != nil {
		l.Opened(from.path)
	}
	info, err := os.Stat(from.path)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: %w: no such file; check the spelling", from.path, audit.ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", from.path, err)
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("%s: %w: not a file; name the YAML file itself", from.path, audit.ErrUnsupported)
	}
	file, err := os.Open(from.path)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.path, err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, l.left+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", from.path, err)
	}
	if l.left -= int64(len(content)); l.left < 0 {
		return nil, fmt.Errorf("%s: a policy may hold %d bytes, what it extends included; is it one? %w", from.path, l.MaxBytes, audit.ErrTooLarge)
	}
	return content, nil
}

// finish follows the references and makes the policy, or returns the faults.
func (l *loader) finish(d *document) (*audit.Policy, error) {
	p := d.policy()
	known := map[string]*audit.Check{}
	for _, c := range slices.Concat(l.Catalogue, p.Rules) {
		known[c.ID] = c
	}
	for _, follow := range l.references {
		follow(known)
	}
	if !l.Sound() {
		return nil, l.Faults()
	}
	for i, r := range d.requirements {
		for _, id := range r.checks {
			p.Requirements[i].Checks = append(p.Requirements[i].Checks, known[id])
		}
	}
	const shown = 6 // bytes: more would only fill the pages
	p.Version = hex.EncodeToString(l.digest.Sum(nil)[:shown])
	return p, nil
}
