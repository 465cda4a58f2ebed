package evidence_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/evidence"
)

type memory map[string]string

func (m memory) Blob(f audit.File) ([]byte, error) {
	content, ok := m[f.Blob]
	if !ok {
		return nil, fmt.Errorf("%d bytes: %w", f.SizeBytes, audit.ErrTooLarge)
	}
	return []byte(content), nil
}

func snapshot() *audit.Snapshot {
	files := []audit.File{{Path: "a", Blob: "\x01"}, {Path: "b", Blob: "\x02"}, {Path: "large", Blob: "\x03", SizeBytes: 1 << 40}}
	return &audit.Snapshot{
		Repository: audit.Repository{URL: "https://forge.example/a", Commit: "c0ffee"},
		Tree:       audit.NewTree(files, memory{"\x01": "one", "\x02": "two"}, true),
		History:    &audit.History{Commits: []audit.Commit{{ID: "1", Author: audit.Signature{Name: "Ada"}, When: time.Unix(1, 0).UTC()}}},
		Tags:       []audit.Tag{{Name: "v1", Commit: "c0ffee"}},
		Limits:     []audit.Limit{{Name: "files", Value: 3, What: "c"}},
		// What is not so, and what was not told, are two things.
		Forge: &audit.Forge{
			OwnerType: "user", Topics: []string{"eig"}, Answers: audit.IssueAnswers{Asked: 3}, AskedAt: time.Unix(2, 0).UTC(),
			Untold: map[audit.ForgeFact]audit.Untold{audit.FactAdmins: audit.UntoldForbidden},
		},
	}
}

func read(s *audit.Snapshot, path string) (string, error) {
	f, _ := s.File(path)
	content, err := s.Read(f)
	return string(content), err
}

func TestReplay(t *testing.T) {
	s := snapshot()
	recorder := evidence.Record(s)
	_, _ = read(s, "a")
	_, _ = read(s, "large")
	data, err := recorder.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	at := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	again, err := evidence.Replay(data, at)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(s.Files(), again.Files()); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s.Forge, again.Forge); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s.History, again.History); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff(s.Tags, again.Tags); diff != "" {
		t.Error(diff)
	}
	if again.Repository != s.Repository || !again.TakenAt.Equal(at) || !again.Truncated() || len(again.Limits) != 1 {
		t.Errorf("%+v", again.Snapshot)
	}
	if content, err := read(again.Snapshot, "a"); content != "one" || err != nil {
		t.Errorf("%q, %v", content, err)
	}
	if _, err := read(again.Snapshot, "large"); !errors.Is(err, audit.ErrTooLarge) {
		t.Errorf("what was too large then is %v now", err)
	}
	if !again.Whole() {
		t.Error("everything was there, and it says not")
	}
	if _, err := read(again.Snapshot, "b"); err == nil || again.Whole() {
		t.Errorf("a file nobody read then: %v, whole %t", err, again.Whole())
	}
}

// No tags, and tags that nobody asked for, stay apart.
func TestReplayWithoutTags(t *testing.T) {
	for _, tags := range [][]audit.Tag{nil, {}} {
		s := snapshot()
		s.Tags = tags
		data, err := evidence.Record(s).Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := evidence.Replay(data, time.Time{})
		if err != nil || len(again.Tags) > 0 || (again.Tags == nil) != (tags == nil) {
			t.Errorf("%#v became %#v, %v", tags, again.Tags, err)
		}
	}
}

func TestReplayDamaged(t *testing.T) {
	recorder := evidence.Record(snapshot())
	data, err := recorder.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	for _, bad := range [][]byte{nil, []byte("garbage"), data[:len(data)/2]} {
		if _, err := evidence.Replay(bad, time.Time{}); !errors.Is(err, audit.ErrDamaged) {
			t.Errorf("%v", err)
		}
	}
}

func FuzzReplay(f *testing.F) {
	data, err := evidence.Record(snapshot()).Bytes()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) { _, _ = evidence.Replay(data, time.Time{}) })
}

// Who must look into every file leaves a digest behind, and not the files: they
// may hold secrets.
func TestReplayOfADigest(t *testing.T) {
	s := snapshot()
	recorder := evidence.Record(s)
	length := func(s *audit.Snapshot) int {
		total := 0
		for _, f := range s.Files() {
			content, _ := s.Skim(f)
			total += len(content)
		}
		return total
	}
	if got := audit.Digest(s.View(), "length/1", length); got != 6 {
		t.Fatalf("length %d", got)
	}
	_, _ = read(s, "a")
	data, err := recorder.Bytes()
	if err != nil {
		t.Fatal(err)
	}
	again, err := evidence.Replay(data, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if got := audit.Digest(again.View(), "length/1", length); got != 6 || !again.Whole() {
		t.Errorf("length %d, whole %t", got, again.Whole())
	}
	if content, err := read(again.Snapshot, "a"); content != "one" || err != nil || !again.Whole() {
		t.Errorf("what was read after it was skimmed: %q, %v", content, err)
	}
	if _, err := read(again.Snapshot, "b"); err == nil || again.Whole() {
		t.Error("what was only skimmed was kept")
	}
	renewed, err := evidence.Replay(data, time.Unix(0, 0))
	if err != nil {
		t.Fatal(err)
	}
	if audit.Digest(renewed.View(), "length/2", length); renewed.Whole() {
		t.Error("a digest that is not there was made from nothing")
	}
}
