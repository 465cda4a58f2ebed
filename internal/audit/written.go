package audit

import (
	"io/fs"
	"maps"
	"slices"
	"strings"
	"time"
)

// WriteTexts returns the files of a check's texts as [Check.Texts] wants them,
// for a check that is made from data. Every field of a text must be of one line
// and must not begin as a heading or an item of a list does.
func WriteTexts(id string, texts map[Lang]*Text) fs.FS {
	files := written{}
	for lang, t := range texts {
		var b strings.Builder
		b.WriteString("# " + t.Title + "\n\n" + t.Why + "\n\n## Fix\n\n" + t.Fix + "\n\n## Reasons\n\n")
		for _, key := range slices.Sorted(maps.Keys(t.Reasons)) {
			b.WriteString("- " + key + ": " + t.Reasons[key] + "\n")
		}
		files["text/"+id+"."+string(lang)+".md"] = b.String()
	}
	return files
}

// written are a few files in memory, by path.
type written map[string]string

// ReadFile implements [fs.ReadFileFS].
func (w written) ReadFile(name string) ([]byte, error) {
	content, found := w[name]
	if !found {
		return nil, &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
	}
	return []byte(content), nil
}

// Open implements [fs.FS].
func (w written) Open(name string) (fs.File, error) {
	content, err := w.ReadFile(name)
	if err != nil {
		return nil, err
	}
	return &writtenFile{name: name, Reader: strings.NewReader(string(content))}, nil
}

type writtenFile struct {
	name string
	*strings.Reader
}

func (f *writtenFile) Stat() (fs.FileInfo, error) { return writtenInfo{f.name, f.Reader.Size()}, nil }
func (f *writtenFile) Close() error               { return nil }

type writtenInfo struct {
	name string
	size int64
}

func (i writtenInfo) Name() string       { return i.name[strings.LastIndexByte(i.name, '/')+1:] }
func (i writtenInfo) Size() int64        { return i.size }
func (i writtenInfo) Mode() fs.FileMode  { return 0o444 }
func (i writtenInfo) ModTime() time.Time { return time.Time{} }
func (i writtenInfo) IsDir() bool        { return false }
func (i writtenInfo) Sys() any           { return nil }
