package web

import (
	"fmt"
	"io/fs"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/text"
)

// walk calls visit for each element below n.
func walk(n *html.Node, visit func(*html.Node)) {
	if n.Type == html.ElementNode {
		visit(n)
	}
	for c := n.FirstChild; c != nil; c = c.NextSibling {
		walk(c, visit)
	}
}

func attr(n *html.Node, name string) string {
	for _, a := range n.Attr {
		if a.Key == name {
			return a.Val
		}
	}
	return ""
}

func words(n *html.Node) string {
	var b strings.Builder
	var add func(*html.Node)
	add = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := n.FirstChild; c != nil; c = c.NextSibling {
			add(c)
		}
	}
	add(n)
	return strings.TrimSpace(b.String())
}

// faultsIn lists what keeps a page from being read by everybody, or what the
// content security policy would block.
func faultsIn(page string) []string {
	tree, err := html.Parse(strings.NewReader(page))
	if err != nil {
		return []string{err.Error()}
	}
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, fmt.Sprintf(format, args...)) }
	count, ids, labels, lastHeading := map[string]int{}, map[string]bool{}, map[string]bool{}, 0
	walk(tree, func(n *html.Node) {
		count[n.Data]++
		if id := attr(n, "id"); id != "" {
			if ids[id] {
				fault("id %q twice", id)
			}
			ids[id] = true
		}
		if n.Data == "label" {
			labels[attr(n, "for")] = true
		}
		for _, a := range n.Attr {
			if a.Key == "style" || strings.HasPrefix(a.Key, "on") || strings.HasPrefix(strings.ToLower(a.Val), "javascript:") {
				fault("%s %s=%q", n.Data, a.Key, a.Val)
			}
		}
		if len(n.Data) == 2 && n.Data[0] == 'h' && n.Data[1] >= '1' && n.Data[1] <= '6' {
			level := int(n.Data[1] - '0')
			if level > lastHeading+1 {
				fault("%s after h%d", n.Data, lastHeading)
			}
			lastHeading = level
		}
	})
	for _, one := range []string{"h1", "main", "header", "footer", "title"} {
		if n := count[one]; n != 1 && !(one == "title" && n > 0) {
			fault("%d <%s>", n, one)
		}
	}
	if count["script"]+count["style"]+count["iframe"] > 0 {
		fault("script, style or frame")
	}
	walk(tree, func(n *html.Node) {
		switch n.Data {
		case "html":
			if attr(n, "lang") == "" {
				fault("no language")
			}
		case "input", "select":
			if attr(n, "type") != "hidden" && !labels[attr(n, "id")] {
				fault("%s %q without label", n.Data, attr(n, "id"))
			}
		case "th":
			if attr(n, "scope") == "" {
				fault("th %q without scope", words(n))
			}
		case "a", "button":
			if words(n) == "" {
				fault("%s without words", n.Data)
			}
		case "svg":
			if attr(n, "aria-hidden") != "true" && attr(n, "aria-label") == "" && attr(n, "aria-labelledby") == "" {
				fault("picture without words")
			}
		}
		for _, ref := range strings.Fields(attr(n, "aria-labelledby") + " " + attr(n, "aria-describedby")) {
			if !ids[ref] {
				fault("%s refers to %q, which is not there", n.Data, ref)
			}
		}
		if target, ok := strings.CutPrefix(attr(n, "href"), "#"); ok && !ids[target] {
			fault("link to #%s, which is not there", target)
		}
	})
	return faults
}

// Every page that can be reached from the first one, in both languages and by
// every kind of reader, is sound, and every link of ours leads to a page.
func TestEveryPageIsSound(t *testing.T) {
	h := newSite(t, settings())
	for _, role := range []Role{Nobody, Admin} {
		for _, lang := range []string{"fr", "en"} {
			headers := append(bearer(role), "Accept-Language", lang)
			seen, queue := map[string]bool{}, []string{"/", "/login?to=/checks", "/nowhere"}
			for len(queue) > 0 {
				path := queue[0]
				queue = queue[1:]
				if seen[path] {
					continue
				}
				seen[path] = true
				w := get(t, h, path, headers...)
				if want := http.StatusOK; w.Code != want && path != "/nowhere" {
					t.Errorf("%s %s: %d", role, path, w.Code)
				}
				if !strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
					continue
				}
				for _, fault := range faultsIn(w.Body.String()) {
					t.Errorf("%s %s %s: %s", role, lang, path, fault)
				}
				queue = append(queue, linksIn(w.Body.String())...)
			}
			if len(seen) < 30 {
				t.Errorf("only %d pages were reached", len(seen))
			}
		}
	}
}

// linksIn lists the paths of ours that a page leads to.
func linksIn(page string) []string {
	tree, _ := html.Parse(strings.NewReader(page))
	var found []string
	walk(tree, func(n *html.Node) {
		for _, name := range []string{"href", "src"} {
			link, _, _ := strings.Cut(attr(n, name), "#")
			// The language goes round in circles.
			if strings.HasPrefix(link, "/") && !strings.Contains(link, "lang=") {
				found = append(found, link)
			}
		}
	})
	return found
}

// What others named shows as it is written and does nothing.
func TestHostileNames(t *testing.T) {
	const script = `"><script>alert(1)</script><b onload='x'>`
	const turned = "photo\u202egpj.exe\nsecond line\x1b[2J\xff"
	f := cohort()
	f.portfolio.Ministries[0].Name = script
	c := &f.portfolio.Challenges[0]
	c.Ministry, c.Cohort, c.Host = "culture", script, turned
	c.Name = turned + script
	c.Repositories[0].Folder = script
	c.People[0].Name, c.People[0].Emails = script, []string{`x"onclick=alert(1)@x.fr`}
	c.Attestations[0].Link, c.Attestations[0].Says = "javascript:alert(1)", script
	c.Waivers[0].Reason, c.Waivers[0].Paths = script, []string{turned}
	r := f.results[c.ID][0]
	r.Repository.Branch, r.Repository.Commit = script, "<i>"
	r.Limits = []audit.Limit{{Name: script, What: turned}}
	for i := range r.Judged {
		r.Judged[i].Verdict.Places = []audit.Place{{Path: turned + script, Line: 3, Text: script + turned}}
		r.Judged[i].Verdict.Reason.Args = map[string]any{"path": turned + script, "paths": []string{script}, "images": []string{"`" + script}}
	}
	f.failures[c.Repositories[0].URL] = script + turned
	s := settings()
	s.Board = f
	h := newSite(t, s)
	for _, path := range []string{"/", "/?search=" + "%22%3E%3Cscript%3E", "/challenges/carte-des-aides", "/challenges/carte-des-aides/repositories/1",
		"/login?to=%22%3E%3Cscript%3E", "/%22%3E%3Cscript%3E?lang=en"} {
		body := get(t, h, path, bearer(Admin)...).Body.String()
		for _, fault := range faultsIn(body) {
			t.Errorf("%s: %s", path, fault)
		}
		for _, bad := range []string{"\u202e", "\x1b", "<b onload", "javascript:"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s: holds %q", path, bad)
			}
		}
	}
}

var spoken = regexp.MustCompile(`\bsay "([^"]+)"`)

// Templates are not Go, so that the test of package text does not see which
// sentences they need.
func TestTemplatesSayWhatExists(t *testing.T) {
	m := text.In(audit.English)
	names, err := fs.Glob(files, "templates/*.html")
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		content, err := fs.ReadFile(files, name)
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range spoken.FindAllStringSubmatch(string(content), -1) {
			func() {
				defer func() {
					if recover() != nil {
						t.Errorf("%s: no message web.%s", name, found[1])
					}
				}()
				m.Say("web." + found[1])
			}()
		}
	}
	for _, s := range audit.Scenarios {
		m.Say("web.scenario-" + string(s))
	}
	for _, r := range audit.Roles {
		m.Say("web.role-" + string(r))
	}
	for _, c := range audit.Criticalities {
		m.Say("web.criticality-" + string(c))
	}
}
