package forge

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"time"
)

// Cache keeps what forges answered last in a folder, one small file for each
// repository and each page of a list, and never more than so many bytes: what was not
// used for longest goes first. Losing it costs requests and nothing else, so what
// cannot be read or written is passed over. The folder may be shared by processes.
type Cache struct {
	folder string
	most   int64

	mu sync.Mutex
	// held is how much lies in the folder, as far as this process knows; -1 before
	// it has looked.
	held int64
}

// NewCache keeps at most that many bytes in a folder, which is made when there is
// something to keep. Facts of private repositories are in it: only its owner may
// read it.
func NewCache(folder string, maxBytes int64) *Cache {
	return &Cache{folder: folder, most: maxBytes, held: -1}
}

// kept is the content of a file.
type kept struct {
	// Version changes with what an answer holds: one that lacks a fact of today is
	// asked for anew.
	Version int
	// Repo names what was asked about: a repository, or a page of a list.
	Repo   string
	Answer *Answer `json:",omitempty"`
	Page   *Page   `json:",omitempty"`
}

const keptVersion = 1

// maxKept bounds one file.
const maxKept = 256 << 10

func (c *Cache) file(about string) string {
	sum := sha256.Sum256([]byte(about))
	name := hex.EncodeToString(sum[:])
	return filepath.Join(c.folder, name[:2], name[2:40])
}

// load returns what was answered last, nil when that is not known.
func (c *Cache) load(r Repo, now time.Time) *Answer { return c.read(r.String(), now).Answer }

// loadPage returns the page that was answered last, nil when that is not known.
func (c *Cache) loadPage(name string, now time.Time) *Page { return c.read(name, now).Page }

func (c *Cache) read(about string, now time.Time) (k kept) {
	if c == nil {
		return kept{}
	}
	name := c.file(about)
	info, err := os.Stat(name)
	if err != nil || info.Size() > maxKept {
		return kept{}
	}
	content, err := os.ReadFile(name)
	if err != nil || json.Unmarshal(content, &k) != nil || k.Version != keptVersion || k.Repo != about {
		return kept{}
	}
	// A day's precision is enough to know what was not used.
	if now.Sub(info.ModTime()) > 24*time.Hour {
		_ = os.Chtimes(name, now, now)
	}
	return k
}

// drop takes out what was answered about a repository.
func (c *Cache) drop(r Repo) {
	if c == nil {
		return
	}
	// What cannot be taken out stays, and is as old as it was.
	if name := c.file(r.String()); os.Remove(name) == nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.held = -1
	}
}

// save keeps an answer.
func (c *Cache) save(r Repo, a *Answer) { c.write(kept{keptVersion, r.String(), a, nil}) }

// savePage keeps a page.
func (c *Cache) savePage(name string, p *Page) { c.write(kept{keptVersion, name, nil, p}) }

func (c *Cache) write(k kept) {
	if c == nil {
		return
	}
	content, err := json.Marshal(k)
	if err != nil || len(content) > maxKept {
		return
	}
	name := c.file(k.Repo)
	if os.MkdirAll(filepath.Dir(name), 0o700) != nil {
		return
	}
	old, _ := os.Stat(name)
	if !replace(name, content) {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.held >= 0 {
		c.held += int64(len(content))
		if old != nil {
			c.held -= old.Size()
		}
	}
	if c.held < 0 || c.held > c.most {
		c.thin()
	}
}

// replace writes a file whole or not at all.
func replace(name string, content []byte) bool {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*")
	if err != nil {
		return false
	}
	_, err = f.Write(content)
	if closed := f.Close(); err != nil || closed != nil || os.Rename(f.Name(), name) != nil {
		_ = os.Remove(f.Name())
		return false
	}
	return true
}

// thin measures the folder and, when it holds too much, takes out what was not
// used for longest, until a tenth is free.
func (c *Cache) thin() {
	type file struct {
		name string
		size int64
		used time.Time
	}
	var files []file
	c.held = 0
	_ = filepath.WalkDir(c.folder, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return nil
		}
		if info, err := d.Info(); err == nil {
			files = append(files, file{name, info.Size(), info.ModTime()})
			c.held += info.Size()
		}
		return nil
	})
	if c.held <= c.most {
		return
	}
	slices.SortFunc(files, func(a, b file) int { return cmp.Or(a.used.Compare(b.used), cmp.Compare(a.name, b.name)) })
	for _, f := range files {
		if c.held <= c.most/10*9 {
			break
		}
		if os.Remove(f.name) == nil {
			c.held -= f.size
		}
	}
}
