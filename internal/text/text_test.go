package text

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/perenne-audit/perenne/internal/audit"
)

var placeholder = regexp.MustCompile(`\{[^}]*\}`)

func TestLanguagesSayTheSame(t *testing.T) {
	fr, en := In(audit.French), In(audit.English)
	for key, sentence := range en.sentence {
		twin, ok := fr.sentence[key]
		if !ok {
			t.Errorf("messages.fr.txt lacks %s", key)
			continue
		}
		a, b := placeholder.FindAllString(sentence, -1), placeholder.FindAllString(twin, -1)
		slices.Sort(a)
		slices.Sort(b)
		if !slices.Equal(a, b) {
			t.Errorf("%s: placeholders %v in English, %v in French", key, a, b)
		}
	}
	for key := range fr.sentence {
		if _, ok := en.sentence[key]; !ok {
			t.Errorf("messages.en.txt lacks %s", key)
		}
	}
}

// A second line with the same key would silently win over the first.
func TestNoKeyIsGivenTwice(t *testing.T) {
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		content, err := files.ReadFile("messages." + string(lang) + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		seen := map[string]bool{}
		for line := range strings.Lines(string(content)) {
			key, _, found := strings.Cut(line, ": ")
			if found && !strings.HasPrefix(line, "#") && seen[key] {
				t.Errorf("messages.%s.txt: %s twice", lang, key)
			}
			seen[key] = true
		}
	}
}

func TestEveryWordOfTheAuditHasAName(t *testing.T) {
	var words []string
	for _, a := range audit.Axes {
		words = append(words, string(a))
	}
	for _, a := range audit.Answers {
		words = append(words, string(a))
	}
	for _, k := range audit.Kinds {
		words = append(words, string(k))
	}
	for _, n := range audit.Needs {
		words = append(words, n.String())
	}
	for _, s := range []audit.Severity{audit.Blocker, audit.Major, audit.Moderate, audit.Minor, audit.Bonus} {
		words = append(words, string(s))
	}
	for _, b := range []audit.Band{audit.Ready, audit.ToComplete, audit.NotReady} {
		words = append(words, string(b))
	}
	for _, s := range []audit.Side{audit.Team, audit.DSI, audit.Mentor} {
		words = append(words, string(s))
	}
	for _, lang := range []audit.Lang{audit.French, audit.English} {
		for _, word := range append(words, "fr", "en", "continuity") {
			if _, ok := In(lang).sentence["word."+word]; !ok {
				t.Errorf("messages.%s.txt lacks word.%s", lang, word)
			}
		}
	}
}

// Say panics on a key that does not exist, and a sentence that nothing says is
// never read by anybody again.
func TestKeysInTheSourceExistAndAreUsed(t *testing.T) {
	sentences := In(audit.English).sentence
	literals := map[string]bool{}
	for _, s := range said(t, literals) {
		if _, ok := sentences[s.key]; !ok && !s.partial {
			t.Errorf("%s: no message %q", s.where, s.key)
		}
		if s.partial && !slices.ContainsFunc(slices.Collect(maps.Keys(sentences)), func(k string) bool { return strings.HasPrefix(k, s.key) }) {
			t.Errorf("%s: no message begins with %q", s.where, s.key)
		}
	}
	for key := range sentences {
		if family, _, _ := strings.Cut(key, "."); !literals[key] && !literals[family+"."] {
			t.Errorf("nothing in the source says %q", key)
		}
	}
}

// saying is one use of a key. A partial one is the first half of a sum.
type saying struct {
	key, where string
	partial    bool
}

// said finds the literals given to Say and say in the whole module, and adds
// every string literal to the set.
func said(t *testing.T, literals map[string]bool) []saying {
	t.Helper()
	var all []saying
	fset := token.NewFileSet()
	err := filepath.WalkDir(filepath.Join("..", ".."), func(name string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "testdata" || d.Name() == ".git") {
			return fs.SkipDir
		}
		if filepath.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		file, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
				text, _ := strconv.Unquote(lit.Value)
				literals[text] = true
			}
			if s, ok := sayingOf(n); ok {
				s.where = fset.Position(n.Pos()).String()
				all = append(all, s)
			}
			return true
		})
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func sayingOf(n ast.Node) (saying, bool) {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) == 0 {
		return saying{}, false
	}
	function, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !strings.EqualFold(function.Sel.Name, "say") {
		return saying{}, false
	}
	argument, partial := call.Args[0], false
	if sum, ok := argument.(*ast.BinaryExpr); ok {
		argument, partial = sum.X, true
	}
	lit, ok := argument.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return saying{}, false
	}
	key, err := strconv.Unquote(lit.Value)
	return saying{key: key, partial: partial}, err == nil
}

func TestDetect(t *testing.T) {
	for _, c := range []struct {
		env  map[string]string
		want audit.Lang
	}{
		{nil, audit.English},
		{map[string]string{"LANG": "fr_FR.UTF-8"}, audit.French},
		{map[string]string{"LANG": "fr_FR.UTF-8", "LC_ALL": "C"}, audit.English},
		{map[string]string{"LANG": "de_DE.UTF-8", "LC_MESSAGES": "fr_CA"}, audit.French},
	} {
		if got := Detect(func(name string) string { return c.env[name] }); got != c.want {
			t.Errorf("%v: got %s, want %s", c.env, got, c.want)
		}
	}
}
