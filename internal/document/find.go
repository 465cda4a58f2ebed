package document

import (
	"cmp"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// Limits on how much prose is parsed for one repository; documents past them
// are not listed.
const (
	maxDocuments = 2000
	maxAllBytes  = 32 << 20
)

type (
	readmeKey struct{}
	allKey    struct{}
	filesKey  struct{}
	// oneKey is of one document.
	oneKey struct{ path string }
)

// Readme returns the README that a visitor of the forge sees first, or nil: at
// the top, else in .github or docs. LISEZMOI counts, in any letter case.
func Readme(s *audit.Snapshot) *Document {
	return audit.Once(s, readmeKey{}, func(s *audit.Snapshot) *Document {
		for _, dir := range []string{"", ".github", "docs", "doc"} {
			if doc := ReadmeIn(s, dir); doc != nil {
				return doc
			}
		}
		return nil
	})
}

// ReadmeIn returns the README that lies in one folder ("" for the top), or nil.
func ReadmeIn(s *audit.Snapshot, dir string) *Document {
	var found []audit.File
	for _, f := range s.Files() {
		if f.Dir() == dir && readmeRank(f.Name()) >= 0 && f.Mode != audit.Submodule {
			found = append(found, f)
		}
	}
	slices.SortStableFunc(found, func(a, b audit.File) int { return cmp.Compare(readmeRank(a.Name()), readmeRank(b.Name())) })
	for _, f := range found {
		if doc := Open(s, f); doc != nil {
			return doc
		}
	}
	return nil
}

// All returns every document that the authors wrote, READMEs included, sorted
// by path. It parses them all: where a name tells enough, use [Files] and
// [Open].
func All(s *audit.Snapshot) []*Document {
	return audit.Once(s, allKey{}, func(s *audit.Snapshot) []*Document {
		var all []*Document
		for _, f := range Files(s) {
			if doc := Open(s, f); doc != nil {
				all = append(all, doc)
			}
		}
		return all
	})
}

// Files returns the files that hold a document which the authors wrote, sorted
// by path. Nothing is read.
func Files(s *audit.Snapshot) []audit.File {
	return audit.Once(s, filesKey{}, func(s *audit.Snapshot) []audit.File {
		var files []audit.File
		bytes := int64(0)
		for _, f := range s.OwnFiles() {
			if f.Mode == audit.Submodule || f.Mode == audit.Symlink || !isDocument(f.Path) {
				continue
			}
			bytes += min(max(f.SizeBytes, 0), maxBytes)
			if len(files) >= maxDocuments || bytes > maxAllBytes {
				break
			}
			files = append(files, f)
		}
		return files
	})
}

// Open parses one file, once for all who ask; nil when it cannot be read or is
// binary.
func Open(s *audit.Snapshot, f audit.File) *Document {
	return audit.Once(s, oneKey{f.Path}, func(s *audit.Snapshot) *Document {
		content, err := s.Read(f)
		utf16 := len(content) > 1 && (content[0] == 0xff && content[1] == 0xfe || content[0] == 0xfe && content[1] == 0xff)
		if err != nil || audit.IsBinary(content) && !utf16 {
			return nil
		}
		return Parse(f.Path, content)
	})
}

// readmeStems are what a README is called, in the order in which one is chosen.
var readmeStems = []string{"readme", "lisezmoi", "lisez-moi", "lisez_moi", "lisez moi"}

// readmeExtensions are in the order in which a forge chooses.
var readmeExtensions = []string{".md", ".markdown", ".mdown", ".mkd", ".mdx", ".rst", ".rest", ".adoc", ".asciidoc", ".asc", ".org", ".textile", ".rdoc", ".txt", ".text", "", ".rmd", ".qmd"}

// readmeRank is the place of a name among those of a README, lower is better;
// -1 for any other name. README.fr.md and README_FR.md come after README.
func readmeRank(name string) int {
	name = strings.ToLower(name)
	// Of most names the first letters tell.
	if !strings.HasPrefix(name, "readme") && !strings.HasPrefix(name, "lisez") {
		return -1
	}
	ext := path.Ext(name)
	kind := slices.Index(readmeExtensions, ext)
	if kind < 0 {
		return -1
	}
	stem := strings.TrimSuffix(name, ext)
	for i, wanted := range readmeStems {
		rest, found := strings.CutPrefix(stem, wanted)
		if !found {
			continue
		}
		switch {
		case rest == "":
			return i*100 + kind
		case len(rest) <= 6 && strings.ContainsRune(".-_", rune(rest[0])):
			return 1000 + i*100 + kind
		}
	}
	return -1
}

// plainNames are the stems of documents that need no extension, or have .txt:
// most other .txt files are data.
var plainNames = map[string]bool{
	"readme": true, "lisezmoi": true, "lisez-moi": true, "install": true, "installation": true, "authors": true, "auteurs": true,
	"maintainers": true, "contributors": true, "contributing": true, "changelog": true, "changes": true, "news": true,
	"history": true, "support": true, "security": true, "todo": true, "usage": true, "deploy": true, "deployment": true,
	"deploiement": true, "exploitation": true, "runbook": true, "architecture": true, "faq": true, "hacking": true,
	"contribuer": true, "governance": true, "notes": true,
}

func isDocument(name string) bool {
	lower := strings.ToLower(path.Base(name))
	ext := path.Ext(lower)
	if _, known := formats[ext]; !known {
		return false
	}
	switch ext {
	case "", ".txt", ".text":
		return plainNames[strings.TrimSuffix(lower, ext)]
	}
	return true
}
