package delivery

import (
	"testing"

	"github.com/perenne-audit/perenne/checks/checktest"
)

func TestDependenciesLocked(t *testing.T) { checktest.Run(t, dependenciesLocked) }

func TestPythonImport(t *testing.T) {
	for line, want := range map[string]string{
		"import pandas as pd": "pandas", "import os, sys": "", "from sklearn.svm import SVC": "sklearn", "import numpy": "numpy",
		"from the first import of goods": "", "import duties are due": "", "from . import a": "", "import json": "", "from os import path": "",
	} {
		if got := pythonImport(line); got != want {
			t.Errorf("pythonImport(%q) = %q, want %q", line, got, want)
		}
	}
}

func FuzzNotebookCode(f *testing.F) {
	f.Add(`{"cells":[{"cell_type":"code","source":["import a\n"]}]}`)
	f.Add(`{"cells":[{"cell_type":"code","source":"library(x)"}]}`)
	f.Fuzz(func(_ *testing.T, text string) {
		for _, line := range []string{notebookCode(text), text} {
			pythonImport(line)
			rImport(line)
		}
	})
}
