package container

import (
	"time"

	"github.com/perenne-audit/perenne/internal/audit"
)

type blobs map[string]string

func (b blobs) Blob(f audit.File) ([]byte, error) {
	content, ok := b[f.Blob]
	if !ok {
		return nil, audit.ErrNotFound
	}
	return []byte(content), nil
}

// tree returns a snapshot of files: path to content.
func tree(content map[string]string) *audit.Snapshot {
	var files []audit.File
	for name, text := range content {
		files = append(files, audit.File{Path: name, Blob: name, SizeBytes: int64(len(text))})
	}
	return &audit.Snapshot{TakenAt: time.Unix(0, 0), Tree: audit.NewTree(files, blobs(content), false)}
}
