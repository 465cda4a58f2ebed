package policy

import (
	"fmt"
	"slices"
	"strings"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/database"
	"github.com/perenne-audit/perenne/internal/deliverable"
	"github.com/perenne-audit/perenne/internal/form"
	"github.com/perenne-audit/perenne/internal/licence"
	"github.com/perenne-audit/perenne/internal/lifecycle"
	"github.com/perenne-audit/perenne/internal/rule"
)

// maxItems is how long a list of a policy may be.
const maxItems = 300

// items reads a list whose items are each read by a function; those that are not
// ok are left out.
func items[T any](v form.Value, what string, read func(form.Value) (T, bool)) []T {
	var all []T
	v.List(what, func(v form.Value) {
		one, ok := read(v)
		if ok {
			all = append(all, one)
		}
		if len(all) == maxItems+1 {
			v.Fault(fmt.Sprintf("more than %d items", maxItems), "keep the ones that matter")
		}
	})
	return all[:min(len(all), maxItems)]
}

// known reads one of many words, in any letter case, as it is written in the list.
func known(v form.Value, what string, among []string) (string, bool) {
	s := v.Text()
	if i := slices.IndexFunc(among, func(w string) bool { return strings.EqualFold(w, s) }); i >= 0 {
		return among[i], true
	}
	if s != "" {
		v.Fault(fmt.Sprintf("no %s is called %s", what, form.Quote(s)), form.Suggest(s, among))
	}
	return "", false
}

func licences(v form.Value) audit.LicenceList {
	var l audit.LicenceList
	ids := func(into *[]string, what string) func(form.Value) {
		return func(v form.Value) { *into = items(v, what, licenceID) }
	}
	v.Object("licences",
		form.Field{Name: "list", Read: func(v form.Value) { l.List, _ = known(v, "list of licences", licence.ListNames) }},
		form.Field{Name: "also", Read: ids(&l.Also, "also")},
		form.Field{Name: "except", Read: ids(&l.Except, "except")},
	)
	return l
}

// licenceID reads one SPDX id.
func licenceID(v form.Value) (string, bool) {
	s := v.Text()
	if s == "" {
		return "", false
	}
	expression, ok := licence.ParseExpression(s)
	if ids := expression.IDs(); ok && len(ids) == 1 {
		if ids[0] == s {
			return s, true
		}
		v.Fault(form.Quote(s)+" is not an SPDX id", "write "+ids[0])
		return "", false
	}
	v.Fault(form.Quote(s)+" is not an SPDX id", "see https://spdx.org/licenses/")
	return "", false
}

func languages(v form.Value) []string {
	return items(v, "languages", func(v form.Value) (string, bool) { return known(v, "language", deliverable.LanguageNames()) })
}

func databases(v form.Value) []string {
	return items(v, "databases", func(v form.Value) (string, bool) { return known(v, "database", database.Products()) })
}

func runtimes(v form.Value) map[string][]string {
	all := map[string][]string{}
	mapping(v, "runtimes", "name: [version, version]", func(key, v form.Value) {
		name, ok := known(key, "runtime", rule.Runtimes)
		versions := items(v, "the versions", func(v form.Value) (string, bool) { return version(v, name) })
		if ok {
			all[name] = versions
		}
	})
	return all
}

func version(v form.Value, name string) (string, bool) {
	s := v.Text()
	if _, readable := lifecycle.Satisfies(name, s, s); s != "" && !readable {
		v.Fault(form.Quote(s)+" is not a version", `write the numbers only, between quotes: "3.12"`)
		return "", false
	}
	return s, s != ""
}

func images(v form.Value) []rule.ImagePattern {
	return items(v, "the images", func(v form.Value) (rule.ImagePattern, bool) {
		s := v.Text()
		p, err := rule.ParseImagePattern(s)
		if err != nil && s != "" {
			v.Fault(err.Error(), "write an image as FROM does, without digest; * stands for any text")
		}
		return p, err == nil
	})
}

func written[T fmt.Stringer](all []T) []string {
	texts := make([]string, len(all))
	for i, one := range all {
		texts[i] = one.String()
	}
	return texts
}
