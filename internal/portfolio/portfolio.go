// Package portfolio reads the file in which somebody writes down what they
// answer for: ministries, challenges, people, dates, repositories, exceptions
// and declarations. config/portfolio.example.yaml shows the form, and
// config/portfolio.schema.json describes it for editors.
//
// A file is read whole before anything is said about it: [Load] reports every
// fault at once, each with its file, its line and what to write instead.
package portfolio

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/form"
)

const (
	// DefaultMaxBytes is how large a portfolio may be, included files together:
	// some forty thousand challenges.
	DefaultMaxBytes = 8 << 20
	// maxFiles is how many files one portfolio may include.
	maxFiles = 1000
)

// Options say how to read a portfolio.
type Options struct {
	// Checks are the ids that waivers and attestations may name. With none, ids
	// are not looked at.
	Checks []string
	// Policy reads the rules that a challenge names: by a name that is known, or by
	// a file that is relative to the folder. Without it, names are not looked at.
	Policy func(name, folder string) (*audit.Policy, error)
	// Rules are those of a challenge that names none.
	Rules *audit.Policy
	// MaxBytes bounds the file and those it includes; 0 is [DefaultMaxBytes].
	MaxBytes int64
	// Opened, when set, is told of each file before it is read, so that a caller
	// can watch them all.
	Opened func(file string)
}

// Load reads the portfolio at path and the files that it includes. Addresses of
// repositories that are relative paths are relative to the file that holds them
// and come back joined to its folder; whether a repository is there is not
// looked at, since one that vanished must not keep the others from being
// audited. The error is [Faults], all of them, or wraps [audit.ErrNotFound] or
// [audit.ErrTooLarge] for the file itself.
func Load(path string, o Options) (*audit.Portfolio, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	l := newLoader(o)
	content, err := l.read(path)
	if err != nil {
		return nil, fmt.Errorf("read portfolio %w", err)
	}
	l.parse(path, content)
	return l.finish()
}

// Parse reads a portfolio that is already in memory. The name stands for the
// file in faults, and relative addresses are relative to its folder; files that
// it includes are refused.
func Parse(name string, content []byte, o Options) (*audit.Portfolio, error) {
	if o.MaxBytes <= 0 {
		o.MaxBytes = DefaultMaxBytes
	}
	if int64(len(content)) > o.MaxBytes {
		return nil, fmt.Errorf("read portfolio %w", tooLarge(name, o.MaxBytes))
	}
	l := newLoader(o)
	l.inMemory = true
	l.parse(name, content)
	return l.finish()
}

// loader gathers one portfolio and its faults.
type loader struct {
	Options
	portfolio audit.Portfolio
	form.Reader
	left      int64 // bytes that may still be read
	inMemory  bool
	including bool // within a file that another one names
	loaded    map[string]bool
	// ministries and challenges map an id to where it was first given.
	ministries, challenges map[string]place
	// policies are those that were read, by folder and name; nil for a faulty one.
	policies map[[2]string]*audit.Policy
	// references are questions that can only be answered once all is read.
	references []func()
}

func newLoader(o Options) *loader {
	return &loader{
		Options: o, Reader: form.Reader{Example: "config/portfolio.example.yaml", Second: ", and list the others under include"}, left: o.MaxBytes, loaded: map[string]bool{},
		ministries: map[string]place{}, challenges: map[string]place{}, policies: map[[2]string]*audit.Policy{},
	}
}

func (l *loader) finish() (*audit.Portfolio, error) {
	for _, ask := range l.references {
		ask()
	}
	if !l.Sound() {
		return nil, l.Faults()
	}
	return &l.portfolio, nil
}

// read returns the content of a file. The error says what to do.
func (l *loader) read(name string) ([]byte, error) {
	l.loaded[filepath.Clean(name)] = true
	if l.Opened != nil {
		l.Opened(name)
	}
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("%s: %w: no such file; check the spelling", name, audit.ErrNotFound)
	case err != nil:
		return nil, fmt.Errorf("%s: %w", name, err)
	case !info.Mode().IsRegular():
		// Opening a pipe would wait for somebody to write into it.
		return nil, fmt.Errorf("%s: %w: not a file; name the YAML file itself", name, audit.ErrUnsupported)
	case info.Size() > l.left:
		return nil, tooLarge(name, l.MaxBytes)
	}
	file, err := os.Open(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	defer file.Close()
	content, err := io.ReadAll(io.LimitReader(file, l.left+1))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	if int64(len(content)) > l.left {
		return nil, tooLarge(name, l.MaxBytes)
	}
	l.left -= int64(len(content))
	return content, nil
}

func tooLarge(name string, limit int64) error {
	return fmt.Errorf("%s: %w: a portfolio may hold %d bytes, included files together; split it into several", name, audit.ErrTooLarge, limit)
}

// include reads another file into the same portfolio.
func (l *loader) include(v value) {
	name := v.Text()
	if name == "" {
		return
	}
	if !filepath.IsAbs(name) {
		name = filepath.Join(filepath.Dir(v.File), filepath.FromSlash(name))
	}
	switch {
	case l.inMemory:
		v.Fault("no file can be included here", "write its challenges out")
		return
	case l.loaded[filepath.Clean(name)]:
		v.Fault(fmt.Sprintf("%s is read already", name), "include each file once, and none that includes this one")
		return
	case len(l.loaded) >= maxFiles:
		v.Fault(fmt.Sprintf("more than %d files", maxFiles), "put several challenges into each file")
		return
	}
	content, err := l.read(name)
	if err != nil {
		v.Fault("cannot include "+err.Error(), "")
		return
	}
	outer := l.including
	l.including = true
	l.parse(name, content)
	l.including = outer
}
