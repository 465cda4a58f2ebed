package docs

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/perenne-audit/perenne/internal/document"
)

func TestParseCode(t *testing.T) {
	for _, test := range []struct {
		name, lang, code string
		want             []string
	}{
		{"prompts and answers", "console", "$ npm ci\nadded 3 packages\n$ make run", []string{"npm ci", "make run"}},
		{"a chain", "", "cd front && npm ci; npm run dev", []string{"cd front", "npm ci", "npm run dev"}},
		{"continued lines", "sh", "docker run \\\n  -p 80:80 \\\n  ports", []string{"docker run  -p 80:80  ports"}},
		{"comments and assignments", "bash", "# npm ci\nPORT=3 npm start # now", []string{"PORT=3 npm start"}},
		{"a document inside", "bash", "cat > .env <<EOF\nnpm run x\nEOF\nnpm ci", []string{"cat > .env <<EOF", "npm ci"}},
		{"quotes", "", `git commit -m "make && run"`, []string{`git commit -m "make && run"`}},
		{"a program", "python", "make = 1", nil},
		{"a sentence", "", "Nothing to type here", nil},
		{"a placeholder is no redirection", "", "git clone <adresse du dépôt> && npm ci", []string{"git clone <adresse du dépôt>", "npm ci"}},
		{"Windows", "powershell", "PS C:\\> npm ci\nnpm start", []string{"npm start"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			var got []string
			for _, c := range parseCode(document.CodeBlock{Lang: test.lang, Text: test.code, Line: 1}) {
				got = append(got, c.text)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func FuzzParseCode(f *testing.F) {
	for _, seed := range []string{"$ npm ci && make x | tee a > b", "cat <<EOF\nx\nEOF", "a 'b \" c", "<x> < y >& z", "cd \\\n"} {
		f.Add("", seed)
		f.Add("r", seed)
	}
	f.Fuzz(func(t *testing.T, lang, code string) {
		for _, c := range parseCode(document.CodeBlock{Lang: lang, Text: code, Line: 1}) {
			if len(c.words) == 0 || c.line < 1 || c.line > strings.Count(code, "\n")+1 {
				t.Fatalf("command %+v", c)
			}
		}
	})
}
