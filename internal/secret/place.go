package secret

import (
	"bytes"
	"path"
	"regexp"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
)

// place says which evidence counts in a file.
type place int

const (
	// nowhere: data, pictures, tests, samples; the file is not even read.
	nowhere place = iota
	// known: documents, continuous integration and settings for development. What
	// has the form of a real key or token counts, values that only look random do
	// not.
	known
	// anywhere: everything counts.
	anywhere
)

// ignoredExtensions are those of data, pictures, styles and translations.
var ignoredExtensions = map[string]bool{
	".png": true, ".jpg": true, ".jpeg": true, ".gif": true, ".ico": true, ".webp": true, ".svg": true, ".pdf": true, ".woff": true,
	".woff2": true, ".ttf": true, ".otf": true, ".eot": true, ".zip": true, ".gz": true, ".tgz": true, ".bz2": true, ".xz": true, ".7z": true,
	".jar": true, ".mp4": true, ".mp3": true, ".webm": true, ".csv": true, ".tsv": true, ".geojson": true, ".parquet": true,
	".xls": true, ".xlsx": true, ".ods": true, ".odt": true, ".doc": true, ".docx": true, ".ppt": true, ".pptx": true, ".odp": true,
	".css": true, ".scss": true, ".sass": true, ".less": true, ".po": true, ".pot": true, ".mo": true, ".xlf": true, ".xliff": true,
	".lock": true, ".sum": true, ".snap": true, ".enc": true, ".gpg": true, ".asc": true, ".age": true, ".bib": true, ".rdata": true, ".rds": true,
	".shp": true, ".dbf": true, ".xsd": true, ".wsdl": true, ".ttl": true, ".rdf": true, ".log": true, ".pub": true, ".crt": true, ".cer": true,
}

var ignoredNames = map[string]bool{
	"package-lock.json": true, "npm-shrinkwrap.json": true, "pnpm-lock.yaml": true, "renv.lock": true, "manifest.json": true,
	".gitleaks.toml": true, ".gitleaksignore": true, ".secrets.baseline": true, "conda-lock.yml": true, "packages.lock.json": true,
	".betterleaks.toml": true, "verification-metadata.xml": true,
}

var documentExtensions = []string{".md", ".mdx", ".rst", ".adoc", ".asciidoc", ".org", ".txt", ".html", ".htm", ".tex", ".rmd", ".qmd", ".ipynb"}

// sampleWords are words of a path that say that the file shows or tests.
var sampleWords = words("test tests unittest unittests testing spec specs fixture fixtures mock mocks testdata cassette cassettes vcr e2e cypress playwright" +
	" stories storybook sample samples example examples exemple exemples demo demos tutorial tutorials tutoriel tutoriels formation formations" +
	" exercice exercices exercise exercises seed seeds dist template templates tpl tmpl sandbox bench benchmark benchmarks i18n locale locales" +
	" translation translations snapshot snapshots swagger openapi factory factories dummy fake stub stubs puppeteer")

// localWords are words of a path that say that the settings are those of a
// developer's machine or of a robot, or that the text explains something.
var localWords = words("dev develop development local compose vagrant vagrantfile devcontainer doc docs documentation ci github circleci travis" +
	" review preview jenkinsfile pipelines debug")

func words(list string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(list) {
		set[w] = true
	}
	return set
}

// mentions reports whether a path holds one of the words; "/", ".", "_" and "-"
// separate them, and so does a capital.
func mentions(file string, set map[string]bool) bool {
	begin := 0
	for i := 0; i <= len(file); i++ {
		capital := i > 0 && i < len(file) && file[i] >= 'A' && file[i] <= 'Z' && (file[i-1] < 'A' || file[i-1] > 'Z')
		if i < len(file) && !capital && strings.IndexByte("/._-", file[i]) < 0 {
			continue
		}
		if i > begin && set[strings.ToLower(file[begin:i])] {
			return true
		}
		begin = i
		if i < len(file) && !capital {
			begin++
		}
	}
	return false
}

func placeOf(file string) place {
	name := strings.ToLower(path.Base(file))
	ext := path.Ext(name)
	switch {
	case ignoredExtensions[ext] || ignoredNames[name]:
		return nowhere
	case mentions(file, sampleWords):
		return nowhere
	case slices.Contains(documentExtensions, ext) || mentions(file, localWords):
		return known
	}
	return anywhere
}

// keyNames are files that hold a private key whatever they contain.
var keyNames = map[string]bool{"id_rsa": true, "id_dsa": true, "id_ecdsa": true, "id_ed25519": true}

// storeExtensions are those of containers for private keys.
var storeExtensions = []string{".p12", ".pfx", ".jks", ".keystore", ".kdbx", ".ppk"}

// railsKey is the content of a key that opens Rails' encrypted settings.
var railsKey = regexp.MustCompile(`^\s*[0-9a-f]{32,64}\s*$`)

// passwordLine is a line of a password file.
var passwordLine = regexp.MustCompile(`(?m)^[^:#\s]+:(?:\$(?:apr1|2[aby]|5|6)\$|\{SHA\}|[./A-Za-z0-9]{13}\s*$)`)

// keyFile reports whether a file's name says that the whole of it is a secret.
func keyFile(s *audit.Snapshot, f audit.File) (kind string, ok bool) {
	name := strings.ToLower(f.Name())
	switch {
	case slices.Contains(storeExtensions, path.Ext(name)):
		return "key-file", f.SizeBytes != 0 && !strings.Contains(name, "trust") && !strings.Contains(name, "cacert") &&
			!forLocalhost(s, f) && !mentions(f.Path, localWords) && !mentions(f.Path, sampleWords)
	case !keyNames[name] && path.Ext(name) != ".key" && path.Ext(name) != ".htpasswd" || mentions(f.Path, sampleWords):
		return "", false
	case keyNames[name]:
		content, err := s.Skim(f)
		return "key-file", err == nil && bytes.Contains(content, []byte("PRIVATE KEY"))
	case path.Ext(name) == ".key" && (name == "master.key" || path.Base(f.Dir()) == "credentials"):
		content, err := s.Skim(f)
		return "key-file", err == nil && railsKey.Match(content) && entropy(strings.TrimSpace(string(content))) > 3
	case path.Ext(name) == ".htpasswd":
		content, err := s.Skim(f)
		return "password-file", err == nil && passwordLine.Match(content)
	}
	return "", false
}
