package remedy

import (
	"embed"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/document"
	"github.com/perenne-audit/perenne/internal/licence"
)

//go:embed text
var texts embed.FS

// text returns a text of ours in the repository's language, its {names} filled in.
func (s *site) text(name string, pairs ...string) string {
	lang := s.lang
	if lang != audit.French {
		lang = audit.English
	}
	content, err := texts.ReadFile("text/" + name + "." + string(lang) + ".md")
	if err != nil {
		panic(err)
	}
	return strings.NewReplacer(pairs...).Replace(string(content))
}

// Licences lists the identifiers of the licences whose text can be written.
func Licences() []string { return licence.Given() }

// HasLicence reports whether the text of a licence can be written.
func HasLicence(id string) bool {
	_, found := licence.Text(id)
	return found
}

// licenceText writes the text of the licence that was chosen or is declared.
func licenceText(s *site, j audit.Judged) (Patch, string) {
	id := s.Licence
	if declared, _ := j.Verdict.Reason.Args["licence"].(string); id == "" && j.Verdict.Reason.Key == "declared-only" {
		id = declared
	}
	switch j.Verdict.Reason.Key {
	case "changed", "unrecognised", "pdf":
		return Patch{}, "licence-there"
	}
	if id == "" {
		return Patch{}, "licence"
	}
	text, found := licence.Text(id)
	if !found {
		return Patch{}, "licence-text"
	}
	if strings.Contains(text, licence.HolderBlank) {
		if s.Holder == "" {
			return Patch{}, "holder"
		}
		text = strings.NewReplacer(licence.HolderBlank, s.Holder, licence.YearBlank, strconv.Itoa(s.TakenAt.Year())).Replace(text)
	}
	p, why := s.create("LICENSE", text)
	p.Note = "licence"
	return p, why
}

// security says where to report vulnerabilities, at the address that was given.
func security(s *site, _ audit.Judged) (Patch, string) {
	if s.Contact == "" {
		return Patch{}, "contact"
	}
	p, why := s.create("SECURITY.md", s.text("security", "{contact}", s.Contact))
	p.Note = "contact"
	return p, why
}

// codeowners names who was said to stay.
func codeowners(s *site, j audit.Judged) (Patch, string) {
	switch key := j.Verdict.Reason.Key; {
	case key != "none" && key != "contact-only" && key != "authors-only" && key != "all-leaving":
		return Patch{}, "person"
	case s.Maintainer == "":
		return Patch{}, "maintainer"
	}
	for _, name := range []string{".github/CODEOWNERS", ".gitlab/CODEOWNERS", "docs/CODEOWNERS", ".forgejo/CODEOWNERS", ".gitea/CODEOWNERS"} {
		if _, there := s.File(name); there {
			return Patch{}, "exists"
		}
	}
	p, why := s.create("CODEOWNERS", "* "+s.Maintainer+"\n")
	p.Note = "maintainer"
	return p, why
}

// contributing says how to take part. Who decides is the team's to write.
func contributing(s *site, j audit.Judged) (Patch, string) {
	if j.Verdict.Reason.Key == "guide-only" {
		return Patch{}, "governance"
	}
	test := ""
	if t, found := testsOf(s); found {
		test = s.text("contributing-tests", "{command}", indented(t.command()))
	}
	p, why := s.create("CONTRIBUTING.md", s.text("contributing", "{tests}", test))
	p.Note = "governance"
	return p, why
}

// readme adds what it lacks as headings, with prompts that no reader sees.
func readme(s *site, j audit.Judged) (Patch, string) {
	doc := document.Readme(s.Snapshot)
	missing, lacks := strings.CutPrefix(j.Verdict.Reason.Key, "lacks-")
	if !lacks {
		missing = "purpose-run-contact-licence"
	}
	there := ""
	if doc != nil {
		f, _ := s.File(doc.Path)
		there, _ = s.ReadText(f)
	}
	var added strings.Builder
	for _, part := range strings.Split(missing, "-") {
		if text := s.text("readme-" + part); !strings.Contains(strings.ReplaceAll(there, "\r\n", "\n"), text) {
			added.WriteString("\n" + text)
		}
	}
	if added.Len() == 0 {
		return Patch{}, "prompted"
	}
	if doc == nil {
		p, why := s.create("README.md", "# "+nameOf(s.Repository.URL)+"\n"+added.String())
		p.Prompts, p.Note = true, "prompts"
		return p, why
	}
	if path.Ext(strings.ToLower(doc.Path)) != ".md" {
		return Patch{}, "readme-format"
	}
	before, why := s.content(doc.Path)
	if why != "" {
		return Patch{}, why
	}
	return Patch{Changes: []Change{{doc.Path, before, appended(before, added.String())}}, Prompts: true, Note: "prompts"}, ""
}

// publiccodeFile writes what is known of publiccode.yml. What is not stands as a
// remark, and the check goes on asking for it.
func publiccodeFile(s *site, j audit.Judged) (Patch, string) {
	if j.Verdict.Reason.Key != "absent" {
		return Patch{}, "publiccode-there"
	}
	if s.Repository.URL == "" {
		return Patch{}, "address"
	}
	known := "# license: AGPL-3.0-or-later"
	if id := s.licence(); id != "" {
		known = "license: " + id
	}
	languages := "[" + map[bool]string{true: "fr", false: "en"}[s.lang == audit.French] + "]"
	p, why := s.create("publiccode.yml", s.text("publiccode", "{name}", strconv.Quote(nameOf(s.Repository.URL)),
		"{url}", strconv.Quote(s.Repository.URL), "{licence}", known, "{languages}", languages))
	p.Note = "publiccode"
	return p, why
}

// licence is the one that was chosen, or that the repository holds whole.
func (s *site) licence() string {
	if s.Licence != "" {
		return s.Licence
	}
	for _, name := range []string{"LICENSE", "LICENCE", "LICENSE.md", "LICENSE.txt", "COPYING"} {
		f, there := s.File(name)
		if !there {
			continue
		}
		if text, ok := s.ReadText(f); ok {
			if ids := licence.Recognise([]byte(text)).IDs(licence.Full); len(ids) == 1 {
				return ids[0]
			}
		}
	}
	return ""
}

// content is what a file holds, with the reason why it cannot be changed.
func (s *site) content(name string) ([]byte, string) {
	f, there := s.File(name)
	if !there || f.Mode == audit.Symlink || f.Mode == audit.Submodule {
		return nil, "link"
	}
	content, err := s.Read(f)
	if err != nil || audit.IsBinary(content) {
		return nil, "unreadable"
	}
	return slices.Clone(content), ""
}

// appended adds text after a content, in its own line endings.
func appended(before []byte, text string) []byte {
	after := string(before)
	if strings.Contains(after, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if after != "" && !strings.HasSuffix(after, "\n") {
		after += "\n"
	}
	return []byte(after + text)
}

func hostOf(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return strings.ToLower(u.Hostname())
}

// nameOf is what a repository is called by its address.
func nameOf(address string) string {
	u, err := url.Parse(address)
	if err != nil || u.Path == "" {
		return "…"
	}
	return strings.TrimSuffix(path.Base(u.Path), ".git")
}

// indented puts lines below an item of a list.
func indented(lines string) string { return "  " + strings.ReplaceAll(lines, "\n", "\n  ") }
