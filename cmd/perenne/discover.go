package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/perenne-audit/perenne/config"
	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/forge"
	"github.com/perenne-audit/perenne/internal/pipeline"
	"github.com/perenne-audit/perenne/internal/policy"
	"github.com/perenne-audit/perenne/internal/portfolio"
	"github.com/perenne-audit/perenne/internal/report"
)

// discover returns a portfolio with what forges list for its searches, and whether
// each of them was listed; what could not be is said on standard error. Challenge,
// when not empty, is the one for which it is done.
func (p *program) discover(ctx context.Context, found *audit.Portfolio, desk *forge.Desk, challenge string) (_ *audit.Portfolio, whole bool) {
	var searches []audit.Search
	for _, c := range found.Challenges {
		for _, s := range c.Searches {
			same := func(other audit.Search) bool { return other.Key() == s.Key() }
			if (challenge == "" || c.ID == challenge) && !slices.ContainsFunc(searches, same) {
				searches = append(searches, s)
			}
		}
	}
	listings := map[string]*audit.Listing{}
	progress := newProgress(p.stderr, len(searches))
	whole = true
	var failures []string
	for _, s := range searches {
		line := progress.start(s.Key())
		l, why, err := desk.Discover(ctx, s, func(n int) { line.stage(p.say("progress.listing", "count", n)) })
		if err != nil {
			whole = false
			l = &audit.Listing{Search: s.Key(), Failure: &why}
			failures = append(failures, p.say("discover.failed", "search", report.Clean(s.Key()), "reason", p.because(why)))
		} else {
			pipeline.Alias(ctx, desk, found, s, nil, l)
		}
		listings[s.Key()] = l
		line.done()
	}
	progress.wait()
	for _, f := range failures {
		fmt.Fprintf(p.stderr, "perenne: %s\n", f)
	}
	return portfolio.Expand(found, listings), whole
}

// because puts a forge's reason into words.
func (p *program) because(why audit.Reason) string {
	return report.Explain(audit.CommonText(p.lang), why, p.lang)
}

func (p *program) discoverCommand() *cobra.Command {
	var path, format, output string
	cmd := &cobra.Command{Use: "discover FILE", Short: p.say("help.discover.short"), Long: p.say("help.discover.long"), Args: cobra.ExactArgs(1),
		Example: "  perenne portfolio discover portfolio.yaml\n  perenne portfolio discover portfolio.yaml --format json",
		RunE: func(cmd *cobra.Command, args []string) error {
			write := map[string]func(io.Writer, *audit.Portfolio) error{"text": p.discoveredText, "json": p.discoveredJSON}[format]
			if write == nil {
				return fmt.Errorf("--format %q: write text or json", format)
			}
			settings, err := config.Load(path)
			if err != nil {
				return err
			}
			found, _, err := loadBoth(args[0], policy.Default)
			if err != nil {
				return err
			}
			n := p.network(settings, p.userCache(), nil)
			found, whole := p.discover(cmd.Context(), found, n.forges, "")
			if err := p.place(output, func(w io.Writer) error { return write(w, found) }); err != nil {
				return &exit{code: exitNotAudited, message: err.Error()}
			}
			if !whole {
				return &exit{code: exitNotAudited}
			}
			return nil
		}}
	f := cmd.Flags()
	f.StringVar(&path, "config", p.getenv("PERENNE_CONFIG"), p.say("help.audit.config"))
	f.StringVar(&format, "format", "text", p.say("help.discover.format"))
	f.StringVarP(&output, "output", "o", "", p.say("help.audit.output"))
	return cmd
}

// discoveredText prints each search with its candidates: first what would be audited.
func (p *program) discoveredText(w io.Writer, found *audit.Portfolio) error {
	searches := 0
	for _, c := range found.Challenges {
		for _, f := range c.Findings {
			searches++
			fmt.Fprintf(w, "%s: %s\n", report.Clean(c.Name), p.searchLine(f))
			for _, taken := range []bool{true, false} {
				for _, one := range f.Candidates {
					if taken != (one.Left == "") {
						continue
					}
					mark, why := "+", ""
					if !taken {
						mark, why = "-", "  "+p.say("discover."+leftWords[one.Left])
					}
					fmt.Fprintf(w, "  %s %s%s\n", mark, report.Clean(one.Path), why)
				}
			}
		}
	}
	if searches == 0 {
		fmt.Fprintln(w, p.say("discover.none"))
	}
	return nil
}

// leftWords name the sentences that say why a repository is left out.
var leftWords = map[audit.Left]string{
	audit.LeftArchived: "archived", audit.LeftFork: "fork", audit.LeftTopic: "topic-lacking", audit.LeftPattern: "pattern",
	audit.LeftMost: "maximum", audit.LeftNamed: "named",
}

func (p *program) searchLine(f audit.Finding) string {
	line := report.Clean(f.Search.In)
	if f.Search.Topic != "" {
		line += " " + p.say("discover.topic", "topic", report.Clean(f.Search.Topic))
	}
	switch {
	case f.Listing == nil || f.Listing.At.IsZero():
		return line + " " + p.say("discover.unlisted")
	case f.Listing.More:
		line += " " + p.say("discover.more")
	}
	return line + " " + p.say("discover.taken", "taken", f.Taken(), "listed", len(f.Candidates))
}

// discoveredSearch is one search in JSON. Fields are only ever added.
type discoveredSearch struct {
	Challenge    string                 `json:"challenge"`
	In           string                 `json:"in"`
	Topic        string                 `json:"topic,omitempty"`
	ListedAt     *time.Time             `json:"listed_at,omitempty"`
	Failure      string                 `json:"failure,omitempty"`
	More         bool                   `json:"more"`
	Taken        int                    `json:"taken"`
	Repositories []discoveredRepository `json:"repositories"`
}

type discoveredRepository struct {
	ID    string     `json:"id"`
	Path  string     `json:"path"`
	URL   string     `json:"url"`
	Taken bool       `json:"taken"`
	Left  audit.Left `json:"left,omitempty"`
}

func (p *program) discoveredJSON(w io.Writer, found *audit.Portfolio) error {
	document := struct {
		Schema   string             `json:"schema"`
		Searches []discoveredSearch `json:"searches"`
	}{"perenne.discovery/v1", []discoveredSearch{}}
	for _, c := range found.Challenges {
		for _, f := range c.Findings {
			one := discoveredSearch{Challenge: c.ID, In: f.Search.In, Topic: f.Search.Topic, Taken: f.Taken(), Repositories: []discoveredRepository{}}
			if l := f.Listing; l != nil {
				one.More = l.More
				if !l.At.IsZero() {
					one.ListedAt = &l.At
				}
				if l.Failure != nil {
					one.Failure = p.because(*l.Failure)
				}
			}
			for _, r := range f.Candidates {
				one.Repositories = append(one.Repositories, discoveredRepository{r.ID, r.Path, r.URL, r.Left == "", r.Left})
			}
			document.Searches = append(document.Searches, one)
		}
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(document)
}
