package delivery

import (
	"encoding/json"
	"path"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/container"
	"github.com/perenne-audit/perenne/internal/manifest"
)

// maxSources is how many files are searched for a package that is not declared,
// maxSourceBytes how large each may be.
const (
	maxSources     = 60
	maxSourceBytes = 1 << 20
)

// undeclared looks for code in R or Python that uses packages which nothing
// declares. Beside declarations of another language it asks that only of the
// kinds whose code is mostly R or Python: a helper script is no deliverable.
func (own *rootInventory) undeclared(s *audit.Snapshot, d audit.Deliverable, nothingElse bool) (lockedRoot, bool) {
	asks := map[manifest.Ecosystem]bool{
		manifest.CRAN: nothingElse || d.Kind == audit.ShinyApp,
		manifest.PyPI: nothingElse || own.servesInPython(),
	}
	for _, ecosystem := range []manifest.Ecosystem{manifest.CRAN, manifest.PyPI} {
		if !asks[ecosystem] || own.declares(ecosystem) {
			continue
		}
		name, place, found := own.thirdParty(ecosystem)
		if !found {
			continue
		}
		if script, ok := own.installs(ecosystem); ok {
			return lockedRoot{root: own.root, state: installed, place: audit.Place{Path: script}}, true
		}
		return lockedRoot{root: own.root, state: undeclared, place: place, what: name}, true
	}
	return lockedRoot{}, false
}

// servesInPython reports whether a program at the top of the folder starts a server
// in Python, beside what is declared for its pages.
func (own *rootInventory) servesInPython() bool {
	return slices.ContainsFunc([]string{"app.py", "main.py", "server.py", "wsgi.py", "api.py", "run.py"}, func(name string) bool {
		f, found := own.s.File(path.Join(own.root, name))
		if !found || f.SizeBytes > maxSourceBytes {
			return false
		}
		text, ok := own.s.ReadText(f)
		for line := range strings.Lines(text) {
			if ok && slices.Contains([]string{"flask", "fastapi", "django", "bottle", "tornado", "aiohttp", "starlette", "quart", "sanic"}, pythonImport(strings.TrimSpace(line))) {
				return true
			}
		}
		return false
	})
}

func (own *rootInventory) declares(ecosystem manifest.Ecosystem) bool {
	return slices.ContainsFunc(own.manifests, func(m *manifest.Manifest) bool { return family(m.Ecosystem) == ecosystem }) ||
		slices.ContainsFunc(own.locks, func(l manifest.Lock) bool { return family(l.Ecosystem) == ecosystem })
}

// thirdParty finds the first use of a package that does not come with the
// language, in the order of the paths.
func (own *rootInventory) thirdParty(ecosystem manifest.Ecosystem) (string, audit.Place, bool) {
	read := 0
	local := own.localModules()
	for _, f := range own.s.OwnFiles() {
		if !audit.Within(f.Dir(), own.root) || f.SizeBytes > maxSourceBytes || read >= maxSources || f.Mode == audit.Symlink {
			continue
		}
		suffix := strings.ToLower(path.Ext(f.Path))
		importsOf := pythonImport
		switch {
		case ecosystem == manifest.CRAN && (suffix == ".r" || suffix == ".rmd" || suffix == ".qmd"):
			importsOf = rImport
		case ecosystem == manifest.PyPI && suffix == ".py":
		case ecosystem == manifest.PyPI && suffix == ".ipynb":
		default:
			continue
		}
		read++
		text, ok := own.s.ReadText(f)
		if !ok {
			continue
		}
		if suffix == ".ipynb" {
			text = notebookCode(text)
		}
		line := 0
		for one := range strings.Lines(text) {
			line++
			if name := importsOf(strings.TrimSpace(one)); name != "" && !local[name] {
				place := audit.Place{Path: f.Path, Line: line}
				if suffix == ".ipynb" {
					place.Line = 0
				}
				return name, place, true
			}
		}
	}
	return "", audit.Place{}, false
}

// localModules are the names of the repository's own files and folders, which
// Python imports as it does packages.
func (own *rootInventory) localModules() map[string]bool {
	local := map[string]bool{}
	for _, f := range own.s.Files() {
		if strings.HasSuffix(f.Path, ".py") {
			local[strings.TrimSuffix(f.Name(), ".py")] = true
			for segment := range strings.SplitSeq(f.Dir(), "/") {
				local[segment] = true
			}
		}
	}
	return local
}

// notebookCode joins the code cells of a notebook; "" when it is none.
func notebookCode(text string) string {
	var notebook struct {
		Cells []struct {
			CellType string          `json:"cell_type"`
			Source   json.RawMessage `json:"source"`
		} `json:"cells"`
	}
	if json.Unmarshal([]byte(text), &notebook) != nil {
		return ""
	}
	var code strings.Builder
	for _, cell := range notebook.Cells {
		if cell.CellType != "code" {
			continue
		}
		var lines []string
		var whole string
		if json.Unmarshal(cell.Source, &lines) == nil {
			whole = strings.Join(lines, "")
		} else if json.Unmarshal(cell.Source, &whole) != nil {
			continue
		}
		code.WriteString(whole)
		code.WriteByte('\n')
	}
	return code.String()
}

// basePackages come with R.
var basePackages = []string{"R", "base", "stats", "utils", "methods", "graphics", "grDevices", "datasets", "tools", "parallel", "splines", "stats4", "tcltk", "grid", "compiler"}

// rImport returns the package that a line of R attaches, "" for none.
func rImport(line string) string {
	for _, call := range []string{"library(", "require(", "p_load(", "requireNamespace(", "suppressPackageStartupMessages(library("} {
		rest, found := strings.CutPrefix(line, call)
		if !found {
			continue
		}
		end := strings.IndexAny(rest, "),")
		if end < 0 {
			return ""
		}
		name := strings.Trim(rest[:end], `"' `)
		if name == "" || slices.Contains(basePackages, name) || strings.ContainsAny(name, " ($[=") {
			return ""
		}
		return name
	}
	return ""
}

// pythonImport returns the top module that a line of Python imports, "" for none
// or one that comes with Python.
func pythonImport(line string) string {
	rest, found := strings.CutPrefix(line, "import ")
	if !found {
		if rest, found = strings.CutPrefix(line, "from "); !found || !strings.Contains(rest, " import ") {
			return ""
		}
	}
	end := strings.IndexFunc(rest, func(r rune) bool {
		return r != '_' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if end < 0 {
		end = len(rest)
	}
	name := rest[:end]
	// English prose begins with "from" and "import" too.
	if name == "" || end < len(rest) && !strings.ContainsRune(". ,;\t#", rune(rest[end])) || slices.Contains(standardModules, name) {
		return ""
	}
	if words := strings.Fields(rest); strings.HasPrefix(line, "from ") && words[1] != "import" {
		return ""
	}
	if after := strings.Fields(rest[end:]); strings.HasPrefix(line, "import ") && len(after) > 0 && after[0] != "as" && !strings.ContainsAny(after[0][:1], ".,;#") {
		return ""
	}
	return name
}

// standardModules come with Python 2 or 3.
var standardModules = strings.Fields(`__future__ __main__ _thread abc aifc argparse array ast asynchat asyncio asyncore atexit audioop
base64 bdb binascii binhex bisect builtins bz2 calendar cgi cgitb chunk cmath cmd code codecs codeop collections colorsys compileall
concurrent configparser contextlib contextvars copy copyreg crypt csv ctypes curses dataclasses datetime dbm decimal difflib dis
distutils doctest email encodings ensurepip enum errno faulthandler fcntl filecmp fileinput fnmatch formatter fractions ftplib
functools gc getopt getpass gettext glob graphlib grp gzip hashlib heapq hmac html http idlelib imaplib imghdr imp importlib inspect
io ipaddress itertools json keyword lib2to3 linecache locale logging lzma mailbox mailcap marshal math mimetypes mmap modulefinder
msilib msvcrt multiprocessing netrc nis nntplib ntpath numbers operator optparse os ossaudiodev parser pathlib pdb pickle pickletools
pipes pkgutil platform plistlib poplib posix posixpath pprint profile pstats pty pwd py_compile pyclbr pydoc queue quopri random re
readline reprlib resource rlcompleter runpy sched secrets select selectors shelve shlex shutil signal site smtpd smtplib sndhdr socket
socketserver spwd sqlite3 sre_compile sre_constants sre_parse ssl stat statistics string stringprep struct subprocess sunau symbol
symtable sys sysconfig syslog tabnanny tarfile telnetlib tempfile termios test textwrap threading time timeit tkinter token tokenize
tomllib trace traceback tracemalloc tty turtle turtledemo types typing unicodedata unittest urllib uu uuid venv warnings wave weakref
webbrowser winreg winsound wsgiref xdrlib xml xmlrpc zipapp zipfile zipimport zlib zoneinfo
ConfigParser Cookie HTMLParser Queue SocketServer StringIO Tkinter UserDict cPickle cStringIO commands cookielib exceptions httplib
md5 sets sha urllib2 urlparse itertools __builtin__ thread dummy_threading this antigravity dataiku`)

// installs finds a script or an image that installs packages by name: that is
// less than a declaration and more than nothing.
func (own *rootInventory) installs(ecosystem manifest.Ecosystem) (string, bool) {
	marks := []string{"pip install ", "pip3 install ", "conda install "}
	if ecosystem == manifest.CRAN {
		marks = []string{"install.packages(", "install2.r", "installr", "install_version(", "pak::", "remotes::install", "p_load("}
	}
	holds := func(f audit.File) bool {
		text, ok := own.s.ReadText(f)
		if !ok || f.SizeBytes > maxSourceBytes {
			return false
		}
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			if !strings.HasPrefix(line, "#") && slices.ContainsFunc(marks, func(mark string) bool { return strings.Contains(line, mark) }) {
				return true
			}
		}
		return false
	}
	for _, d := range container.Dockerfiles(own.s) {
		if f, found := own.s.File(d.Path); found && audit.Within(f.Dir(), own.root) && holds(f) {
			return d.Path, true
		}
	}
	for _, f := range own.s.OwnFiles() {
		stem, _, _ := strings.Cut(strings.ToLower(f.Name()), ".")
		named := slices.ContainsFunc([]string{"install", "requirement", "dependenc", "package", "setup", "librar", "global"}, func(word string) bool { return strings.Contains(stem, word) })
		if named && audit.Within(f.Dir(), own.root) && hasSuffix(f.Path, ".R", ".r", ".sh") && holds(f) {
			return f.Path, true
		}
	}
	return "", false
}
