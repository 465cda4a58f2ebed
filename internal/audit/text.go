package audit

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// Text is what is written about a check in one language. Its file is Markdown,
// so that it reads well where it lies:
//
//	# The title, as the good state
//
//	Why it matters: the paragraphs before the first second-level heading.
//
//	## Fix
//
//	What one person does about it.
//
//	## Reasons
//
//	- missing: There is no README.
//	- stub: {path} holds only {words} words.
type Text struct {
	Title string
	Why   string
	Fix   string
	// Reasons maps the key of a [Reason] to a sentence with {placeholders}.
	Reasons map[string]string
}

// ParseText reads the file format described at [Text]. It returns an error that
// names what is missing.
func ParseText(content string) (*Text, error) {
	t := &Text{Reasons: map[string]string{}}
	section := ""
	var why, fix []string
	for line := range strings.Lines(content) {
		line = strings.TrimSpace(line)
		switch {
		case strings.HasPrefix(line, "# "):
			t.Title = strings.TrimPrefix(line, "# ")
			section = "why"
		case strings.HasPrefix(line, "## "):
			section = strings.ToLower(strings.TrimPrefix(line, "## "))
		case section == "why":
			why = append(why, line)
		case section == "fix":
			fix = append(fix, line)
		case section == "reasons" && strings.HasPrefix(line, "- "):
			key, sentence, found := strings.Cut(strings.TrimPrefix(line, "- "), ": ")
			if !found {
				return nil, fmt.Errorf("reason without a sentence: %q", line)
			}
			t.Reasons[key] = sentence
		case line != "":
			return nil, fmt.Errorf("line outside title, Fix and Reasons: %q", line)
		}
	}
	t.Why, t.Fix = joinParagraphs(why), joinParagraphs(fix)
	for name, value := range map[string]string{"title": t.Title, "why": t.Why, "fix": t.Fix} {
		if value == "" {
			return nil, fmt.Errorf("no %s", name)
		}
	}
	return t, nil
}

// joinParagraphs unwraps lines; an empty line separates two paragraphs.
func joinParagraphs(lines []string) string {
	var paragraphs []string
	current := ""
	for _, line := range append(lines, "") {
		switch {
		case line != "" && current != "":
			current += " " + line
		case line != "":
			current = line
		case current != "":
			paragraphs = append(paragraphs, current)
			current = ""
		}
	}
	return strings.Join(paragraphs, "\n\n")
}

// differences lists the reasons, and the placeholders in them, that only one of
// two languages has.
func (t *Text) differences(other *Text) []error {
	var faults []error
	for key, sentence := range t.Reasons {
		twin, ok := other.Reasons[key]
		if !ok {
			faults = append(faults, fmt.Errorf("reason %q is in one language only", key))
			continue
		}
		if a, b := placeholders(sentence), placeholders(twin); !slices.Equal(a, b) {
			faults = append(faults, fmt.Errorf("reason %q: placeholders %v in one language, %v in the other", key, a, b))
		}
	}
	for key := range other.Reasons {
		if _, ok := t.Reasons[key]; !ok {
			faults = append(faults, fmt.Errorf("reason %q is in one language only", key))
		}
	}
	return faults
}

func placeholders(sentence string) []string {
	var names []string
	for {
		_, rest, found := strings.Cut(sentence, "{")
		if !found {
			slices.Sort(names)
			return slices.Compact(names)
		}
		name, after, _ := strings.Cut(rest, "}")
		names = append(names, name)
		sentence = after
	}
}

//go:embed text/*.md
var commonTexts embed.FS

// CommonText returns the reasons that any verdict may carry, whichever check it
// belongs to: missing evidence, a time-out, a part that could not be read.
func CommonText(lang Lang) *Text {
	content, err := commonTexts.ReadFile("text/common." + string(lang) + ".md")
	if err != nil {
		panic(err)
	}
	t, err := ParseText(string(content))
	if err != nil {
		panic(err)
	}
	return t
}

// Explain puts a reason into words. A key that the text does not have is looked
// up among the common ones; failing that, the key itself is returned, so that a
// verdict stored by another version stays readable.
func (t *Text) Explain(r Reason, lang Lang) string {
	sentence, ok := t.Reasons[r.Key]
	if !ok {
		sentence, ok = CommonText(lang).Reasons[r.Key]
	}
	if !ok {
		return r.Key
	}
	return Fill(sentence, r.Args, lang)
}

// Fill replaces each {name} by args[name], written as the language writes it.
// Inner reasons are not looked up. A name without a value stays as it is. The
// {folder} "" is the top of the repository, and is called so; {kinds} of
// deliverable are named as the language does.
func Fill(sentence string, args map[string]any, lang Lang) string {
	pairs := make([]string, 0, 2*len(args))
	for name, value := range args {
		if name == "folder" && value == "" {
			value = CommonText(lang).Reasons["top-folder"]
		}
		if name == "kinds" {
			value = kindNames(value, lang)
		}
		pairs = append(pairs, "{"+name+"}", Format(value, lang))
	}
	return strings.NewReplacer(pairs...).Replace(sentence)
}

// kindNames replaces the kinds in a list by their names; what is none stays.
func kindNames(value any, lang Lang) string {
	names := CommonText(lang).Reasons
	parts := strings.Split(Format(value, lang), ", ")
	for i, kind := range parts {
		if name := names["kind-"+kind]; name != "" {
			parts[i] = name
		}
	}
	return strings.Join(parts, ", ")
}

// Format writes a value as a reader of the language expects it: decimal comma
// and day/month/year in French, ISO dates in English.
func Format(value any, lang Lang) string {
	switch v := value.(type) {
	case string:
		return v
	case []string:
		return strings.Join(v, ", ")
	case []any:
		parts := make([]string, len(v))
		for i, one := range v {
			parts[i] = Format(one, lang)
		}
		return strings.Join(parts, ", ")
	case time.Time:
		if lang == French {
			return v.Format("02/01/2006")
		}
		return v.Format(time.DateOnly)
	case float64:
		text := strconv.FormatFloat(v, 'f', -1, 64)
		if lang == French {
			text = strings.Replace(text, ".", ",", 1)
		}
		return text
	}
	return fmt.Sprint(value)
}
