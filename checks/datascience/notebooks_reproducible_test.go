package datascience

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestNotebooksReproducible(t *testing.T) {
	t.Parallel()
	checktest.Run(t, notebooksReproducible)
}

// FuzzNotebook holds that no content makes the reader hang or crash.
func FuzzNotebook(f *testing.F) {
	f.Add([]byte(`{"cells":[{"cell_type":"code","source":["import a\n","b"],"outputs":[{"data":"\\\""}]}],"metadata":{"kernelspec":{"language":"R"}}}`))
	f.Add([]byte(`{"worksheets":[{"cells":[{"cell_type":"code","input":"a","outputs":[]}]}]}`))
	f.Add([]byte(`{"cells":[[[[[{"a":`))
	f.Add([]byte("\"\\"))
	f.Fuzz(func(_ *testing.T, content []byte) { parseJupyter(content) })
}
