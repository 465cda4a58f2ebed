//go:build unix

package main

import (
	"bufio"
	"bytes"
	"encoding/base64"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// generate writes a bare repository of a web application with that many commits
// below dir, packed as forges pack theirs, and returns its path. The same number
// gives the same commits.
func generate(dir string, commits int) (string, error) {
	repo := filepath.Join(dir, fmt.Sprintf("generated-%d.git", commits))
	if err := runGit(nil, "init", "--quiet", "--bare", "--initial-branch=main", repo); err != nil {
		return "", err
	}
	stream, write := io.Pipe()
	go func() {
		w := bufio.NewWriter(write)
		newHistory(w).write(commits)
		_ = write.CloseWithError(w.Flush())
	}()
	// Deltas are left to repack, which finds better ones.
	if err := runGit(stream, "-C", repo, "-c", "pack.compression=1", "fast-import", "--quiet", "--depth=0"); err != nil {
		return "", err
	}
	return repo, runGit(nil, "-C", repo, "repack", "-adFq", "--window=5", "--write-bitmap-index")
}

// runGit runs git with its complaints on standard error.
func runGit(stdin io.Reader, args ...string) error {
	cmd := exec.Command("git", args...)
	cmd.Stdin, cmd.Stderr = stdin, os.Stderr
	if err := cmd.Run(); err != nil {
		return fmt.Errorf("git %s: %w", strings.Join(args, " "), err)
	}
	return nil
}

// history invents a repository commit by commit. Nothing in it is real; what
// matters is that sizes, compression and the shape of the changes are.
type history struct {
	out   *bufio.Writer
	r     *rand.Rand
	files []*file
}

// file is a file between two fixed ends, made of lines that change.
type file struct {
	path       string
	head, foot string
	line       string // a template: see history.fill
	lines      []string
	size       int // in lines
	// renewed is the share of lines that one change replaces, one in so many, as
	// when data are exported again; 0 means a few lines, as when people write.
	renewed int
}

// words make up names and prose.
var words = strings.Fields(`account address agent alert archive batch budget cache case city claim client code
	contract count date decision delay document domain entry export family field file form grant group health
	house import index invoice item label language letter list mail map member message month note number office
	order owner page parcel payment period person place plan price project query rate record region report request
	result role rule school score search sector service session signal site source stage state status street
	summary table target tax team ticket title token total town unit user value visit vote week worker year zone`)

// Templates: @ stands for a word, # for a number, $ for what does not compress.
const (
	jsLine     = "  const @@ = await @@s.find({ @: @.@, @: # }) // @ @ @\n"
	pyLine     = "    @_@ = @.@(@=#, @=\"@-@\")  # @ the @ of each @\n"
	mdLine     = "The @ of the @ is a @ that the @ keeps with its @ @ (#), see [@](@.md).\n"
	csvLine    = "#,@ @,#,$,@,#\n"
	lockLine   = "    \"node_modules/@-@-@\": {\"version\": \"#.#.#\", \"integrity\": \"sha512-$$$$\", \"license\": \"MIT\"},\n"
	assertLine = "  test('@ @ has a @', () => expect(@(#)).toEqual({ @: '@' }))\n"
)

func newHistory(out *bufio.Writer) *history {
	h := &history{out: out, r: rand.New(rand.NewPCG(1, 2))}
	h.files = []*file{
		{path: "README.md", head: "# Application\n\n## Installation\n\n    npm ci\n    npm start\n\n## Usage\n\n", line: mdLine, size: 60},
		{path: "LICENSE", head: "MIT License\n\nCopyright (c) 2026 The authors\n"},
		{path: "package.json", head: "{\n  \"name\": \"application\",\n  \"license\": \"MIT\",\n  \"scripts\": {\"start\": \"node src/index.js\", \"test\": \"jest\"},\n  \"dependencies\": {\n",
			line: "    \"@-@\": \"^#.#.#\",\n", foot: "    \"express\": \"^4.18.2\"\n  }\n}\n", size: 40},
		{path: "package-lock.json", head: "{\n  \"name\": \"application\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n", line: lockLine, foot: "    \"\": {}\n  }\n}\n", size: 1200},
		{path: "Dockerfile", head: "FROM node:20.11.1-alpine\nWORKDIR /app\nCOPY . .\nRUN npm ci\nUSER node\nCMD [\"npm\", \"start\"]\n"},
		{path: "docker-compose.yml", head: "services:\n  web:\n    build: .\n  db:\n    image: postgres:16.2\n"},
		{path: ".github/workflows/ci.yml", head: "on: push\njobs:\n  test:\n    runs-on: ubuntu-latest\n    steps:\n      - uses: actions/checkout@v4\n      - run: npm ci && npm test\n"},
	}
	for i := range 12 {
		h.files = append(h.files, &file{path: fmt.Sprintf("data/%s-%d.csv", words[i*7], i), line: csvLine, size: h.between(900, 5000), renewed: 10})
	}
	for i := range 10 {
		h.files = append(h.files, &file{path: fmt.Sprintf("public/%s-%d.png", words[i*9], i), head: "\x89PNG\r\n\x1a\n\x00", line: "$$$$\n", size: h.between(200, 900), renewed: 1})
	}
	for i := range 260 {
		name := fmt.Sprintf("%s/%s-%d", words[i%14*5], words[i*11%len(words)], i)
		f := &file{path: "src/" + name + ".js", head: "'use strict'\n", line: jsLine, size: h.between(20, 150)}
		switch i % 6 {
		case 0:
			f.path, f.head, f.line = "api/"+strings.ReplaceAll(name, "-", "_")+".py", "import json\n\n\ndef main():\n", pyLine
		case 1:
			f.path, f.line = "tests/"+name+".test.js", assertLine
		case 2:
			f.path, f.head, f.line = "docs/"+name+".md", "# Notes\n\n", mdLine
		}
		h.files = append(h.files, f)
	}
	return h
}

// write streams the commits in the format of git fast-import: first the project
// with its data, then one to five files at a time, six hours apart.
func (h *history) write(commits int) {
	const founding, data, start, apart = 7, 12 + 10, 1_600_000_000, 6 * 3600
	for n := range commits {
		who := words[min(h.r.IntN(9), h.r.IntN(9))]
		message := h.fill("@: change the @ of the @\n\n@ @ @ @\n")
		fmt.Fprintf(h.out, "commit refs/heads/main\ncommitter %s <%s@example.org> %d +0100\ndata %d\n%s", who, who, start+n*apart, len(message), message)
		if n == 0 {
			for _, f := range h.files[:founding+data] {
				h.change(f)
			}
			continue
		}
		for range min(h.between(1, 5), h.between(1, 5)) {
			// Some files change far more often than others.
			near := h.r.Float64()
			h.change(h.files[founding+data+int(near*near*float64(len(h.files)-founding-data))])
		}
		if h.r.IntN(6) == 0 {
			h.change(h.files[h.r.IntN(founding+data)])
		}
	}
}

// change gives a file its first lines, or other lines, and writes all of it.
func (h *history) change(f *file) {
	changed := min(h.between(1, 8), len(f.lines))
	if f.renewed > 0 {
		changed = len(f.lines) / f.renewed
	}
	first := h.r.IntN(len(f.lines) - changed + 1)
	for i := range changed {
		f.lines[first+i] = h.fill(f.line)
	}
	// Files grow. Packs rely on that: the newest, largest version is kept whole.
	if h.r.IntN(3) == 0 && f.size > 0 {
		f.size++
	}
	for len(f.lines) < f.size {
		f.lines = append(f.lines, h.fill(f.line))
	}
	content := f.head + strings.Join(f.lines, "") + f.foot
	fmt.Fprintf(h.out, "M 100644 inline %s\ndata %d\n%s\n", f.path, len(content), content)
}

// fill replaces the signs of a template.
func (h *history) fill(template string) string {
	var b bytes.Buffer
	for _, c := range []byte(template) {
		switch c {
		case '@':
			b.WriteString(words[h.r.IntN(len(words))])
		case '#':
			fmt.Fprint(&b, h.r.IntN(40*40))
		case '$':
			raw := make([]byte, 0, 16)
			for range 15 {
				raw = append(raw, byte(h.r.UintN(256)))
			}
			b.WriteString(base64.RawStdEncoding.EncodeToString(raw))
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func (h *history) between(low, high int) int { return low + h.r.IntN(high-low+1) }
