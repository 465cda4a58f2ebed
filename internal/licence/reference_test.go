package licence

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write table.bin from the reference texts")

// sourceText is one text that the table is made from.
type sourceText struct {
	name, id string
	content  []byte
}

// TestTable keeps table.bin equal to what the reference texts give: those in
// texts, then the samples that licensecheck is tested with.
func TestTable(t *testing.T) {
	built := buildTable(t, append(ownTexts(t), checkedTexts(t)...))
	if *update {
		if err := os.WriteFile("table.bin", built, 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if !bytes.Equal(built, []byte(table)) {
		t.Error("table.bin is stale: go generate ./internal/licence")
	}
}

func ownTexts(t testing.TB) []sourceText {
	files, err := filepath.Glob("texts/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("no texts", err)
	}
	var texts []sourceText
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		id := strings.TrimSuffix(filepath.Base(file), ".txt")
		texts = append(texts, sourceText{file, id, content})
	}
	return texts
}

// checkedTexts reads the samples of licensecheck that are one licence from end
// to end. A sample begins with its expected outcome, then an empty line.
func checkedTexts(t testing.TB) []sourceText {
	var texts []sourceText
	for _, s := range samples(t) {
		if id, ok := spdxNames[s.id]; ok {
			s.id = id
		}
		if s.whole && !notText.MatchString(s.name) && !notText.MatchString(s.id) {
			texts = append(texts, s.sourceText)
		}
	}
	return texts
}

// spdxNames gives SPDX ids to texts for which licensecheck has names of its own.
var spdxNames = map[string]string{"MIT-NoAd": "X11", "CAL-1.0-Combined-Work-Exception": "CAL-1.0"}

// notText are samples whose answer the text alone does not give.
var notText = regexp.MustCompile(`Header|Only|Or-|or-later|-only|^GPL[23]?\.|no-copyleft|Broken|fallback|^(BSD|MIT)-Style`)

// checkedSample is one file of licensecheck's testdata.
type checkedSample struct {
	sourceText
	// whole says that the text is one licence from end to end; ids are all that
	// is expected in it.
	whole bool
	ids   []string
}

func samples(t testing.TB) []checkedSample {
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "github.com/google/licensecheck").Output()
	if err != nil {
		t.Fatal("find the texts in the module cache: ", err)
	}
	files, err := filepath.Glob(filepath.Join(strings.TrimSpace(string(out)), "testdata", "*.t[0-9]*"))
	if err != nil || len(files) == 0 {
		t.Fatal("no samples", err)
	}
	var all []checkedSample
	for _, file := range files {
		content, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		head, body, _ := bytes.Cut(content, []byte("\n\n"))
		s := checkedSample{sourceText: sourceText{name: filepath.Base(file), content: body}}
		var lines []string
		for line := range strings.Lines(string(head)) {
			if !strings.HasPrefix(line, "#") {
				lines = append(lines, strings.TrimSpace(line))
			}
		}
		for _, line := range lines[1:] {
			if id, _, ok := strings.Cut(line, " "); ok && !strings.HasSuffix(line, "URL") {
				s.ids = append(s.ids, id)
			}
		}
		s.whole = len(lines) == 2 && len(s.ids) == 1 && (lines[0] == "100%" || strings.HasPrefix(lines[0], "9"))
		if len(s.ids) > 0 {
			s.id = s.ids[0]
		}
		all = append(all, s)
	}
	return all
}

func buildTable(t testing.TB, texts []sourceText) []byte {
	type entry struct {
		shingle   uint32
		reference uint16
	}
	type hashed struct {
		sum       [hashSize]byte
		reference uint16
	}
	var (
		names   bytes.Buffer
		entries []entry
		hashes  []hashed
		seen    = map[[hashSize]byte]bool{}
		kept    = map[string][][]uint32{}
		count   uint16
	)
	for _, text := range texts {
		w := reduce(decode(text.content))
		full := sha256.Sum256(w.text)
		sum := [hashSize]byte(full[:hashSize])
		if seen[sum] {
			continue
		}
		seen[sum] = true
		hashes = append(hashes, hashed{sum, count})
		shingles, step := sample(shingles(w))
		if len(shingles) < 8 || slices.ContainsFunc(kept[text.id], func(old []uint32) bool { return overlap(old, shingles) > 0.9 }) {
			shingles = nil
		}
		kept[text.id] = append(kept[text.id], shingles)
		for _, s := range shingles {
			entries = append(entries, entry{s, count})
		}
		fmt.Fprintf(&names, "%s %d %d %d\n", text.id, len(w.list), step, len(shingles))
		count++
	}
	slices.SortFunc(hashes, func(a, b hashed) int { return bytes.Compare(a.sum[:], b.sum[:]) })
	slices.SortFunc(entries, func(a, b entry) int {
		return cmp.Or(cmp.Compare(a.shingle, b.shingle), cmp.Compare(a.reference, b.reference))
	})
	var hashPart, bucketPart, entryPart []byte
	for _, h := range hashes {
		hashPart = binary.BigEndian.AppendUint16(append(hashPart, h.sum[:]...), h.reference)
	}
	for bucket, i := 0, 0; bucket <= 1<<bucketBits; bucket++ {
		for i < len(entries) && int(entries[i].shingle>>(32-bucketBits)) < bucket {
			i++
		}
		bucketPart = binary.BigEndian.AppendUint32(bucketPart, uint32(i))
	}
	for _, e := range entries {
		entryPart = binary.BigEndian.AppendUint16(binary.BigEndian.AppendUint32(entryPart, e.shingle), e.reference)
	}
	t.Logf("%d texts, %d shingles", count, len(entries))
	var all []byte
	for _, part := range [][]byte{names.Bytes(), hashPart, bucketPart, entryPart} {
		all = appendPart(all, part)
	}
	return all
}

// overlap is the share of common values of two sorted lists.
func overlap(a, b []uint32) float64 {
	common := 0
	for _, v := range a {
		if _, ok := slices.BinarySearch(b, v); ok {
			common++
		}
	}
	return float64(common) / float64(max(len(a), len(b), 1))
}
