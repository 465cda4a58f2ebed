package web

import (
	"bytes"
	"context"
	"html/template"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/plan"
	"github.com/perenne-audit/perenne/internal/roadmap"
)

// roadmapView is the page of a challenge's twelve months.
type roadmapView struct {
	C       *audit.Challenge
	Audited bool
	Drawing template.HTML
	// Hours are those in force, by side, and First the first hours that are asked
	// about; 0 for none.
	Hours     roadmap.Hours
	First     float64
	Prospects []plan.Prospect
	Score     audit.Score
	Unfit     []roadmap.Action
	Downloads []download
}

// download is one form in which the plan can be taken away.
type download struct{ Name, URL string }

// exports are the forms of a plan by the end of a file's name.
var exports = []struct{ end, format, media string }{
	{"svg", "svg", "image/svg+xml"}, {"html", "html", "text/html; charset=utf-8"}, {"ics", "ics", "text/calendar; charset=utf-8"},
	{"csv", "csv", "text/csv; charset=utf-8"}, {"md", "markdown", "text/markdown; charset=utf-8"}, {"json", "json", "application/json"},
}

// sheet lays out a challenge's plan as the reader may see it.
func (s *site) sheet(c *board.Challenge, v veil, in capacity) (*roadmap.Sheet, error) {
	hours, err := roadmap.ParseHours(s.Hours, in.words())
	if err != nil {
		return nil, failure{http.StatusUnprocessableEntity, "web.error-hours"}
	}
	names := ministryNames(s.Board.Portfolio())
	return roadmap.Of(c.Row.Challenge, names[c.Row.Challenge.Ministry], c.Planned, v.items(c.Plan), hours, in.First), nil
}

// capacity is how many hours a week a reader asks to count with; what is absent is
// as configured.
type capacity struct {
	Sides map[audit.Side]string
	First float64
}

func (c capacity) words() []string {
	var all []string
	for _, side := range audit.Sides {
		if c.Sides[side] != "" {
			all = append(all, string(side)+"="+c.Sides[side])
		}
	}
	return all
}

// mostHours is the most that can be asked about; beyond it everything fits.
const mostHours = 100_000

func capacityIn(query url.Values) (capacity, error) {
	c := capacity{Sides: map[audit.Side]string{}}
	for _, side := range audit.Sides {
		c.Sides[side] = query.Get(string(side))
	}
	var err error
	if first := query.Get("first"); first != "" {
		c.First, err = strconv.ParseFloat(first, 64)
	}
	if err != nil || !(c.First >= 0 && c.First <= mostHours) {
		return c, failure{http.StatusUnprocessableEntity, "web.error-hours"}
	}
	return c, nil
}

// items returns actions as the reader may see them.
func (v veil) items(items []plan.Item) []plan.Item {
	if v.lifted {
		return items
	}
	items = slices.Clone(items)
	for i := range items {
		items[i].Verdict = v.verdict(items[i].Check.ID, items[i].Verdict)
		if p := items[i].Placement; p != nil {
			hidden := v.placement(*p)
			items[i].Placement = &hidden
		}
	}
	return items
}

// placement hides who decided and who is to act.
func (v veil) placement(p audit.Placement) audit.Placement {
	p.Assignee, p.Author, p.Reason = v.person(p.Assignee), v.person(p.Author), v.text(p.Reason)
	return p
}

func (s *site) roadmapPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Board.Challenge(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	asked, err := capacityIn(r.URL.Query())
	if err != nil {
		return err
	}
	view := roadmapView{C: c.Row.Challenge, Audited: c.Result != nil, First: asked.First, Hours: s.Hours}
	if view.Audited {
		lang := s.langOf(r)
		sheet, err := s.sheet(c, s.veil(r), asked)
		if err != nil {
			return err
		}
		if view.Drawing, err = roadmap.Drawing(sheet, lang); err != nil {
			return err
		}
		view.Hours, view.Prospects, view.Score, view.Unfit = sheet.Hours, sheet.Prospects, sheet.Score, sheet.Unfit()
		query := r.URL.Query()
		query.Set("lang", string(lang))
		for _, e := range exports {
			view.Downloads = append(view.Downloads, download{e.end, "/challenges/" + url.PathEscape(c.Row.Challenge.ID) + "/roadmap/plan." + e.end + "?" + query.Encode()})
		}
	}
	return s.show(w, r, http.StatusOK, "roadmap", view.C.Name, view)
}

// roadmapFile serves the plan in one of its forms, to be kept.
func (s *site) roadmapFile(w http.ResponseWriter, r *http.Request) error {
	i := slices.IndexFunc(exports, func(e struct{ end, format, media string }) bool { return "plan."+e.end == r.PathValue("file") })
	if i < 0 {
		return audit.ErrNotFound
	}
	c, err := s.Board.Challenge(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	asked, err := capacityIn(r.URL.Query())
	if err != nil {
		return err
	}
	sheet, err := s.sheet(c, s.veil(r), asked)
	if err != nil {
		return err
	}
	write, err := roadmap.ByName(exports[i].format)
	if err != nil {
		return err
	}
	var out bytes.Buffer
	if err := write(&out, []*roadmap.Sheet{sheet}, s.langOf(r)); err != nil {
		return err
	}
	w.Header().Set("Content-Type", exports[i].media)
	w.Header().Set("Content-Disposition", `attachment; filename="`+c.Row.Challenge.ID+`-plan.`+exports[i].end+`"`)
	// A reader who left is nobody's error.
	_, _ = w.Write(out.Bytes())
	return nil
}

// ofRoadmap is what a program may ask of a roadmap.
type ofRoadmap struct {
	Languages
	ID     string  `path:"id" maxLength:"200" doc:"Id of the challenge."`
	Team   string  `query:"team" maxLength:"20" doc:"Hours a week of the team; those of the configuration without it."`
	DSI    string  `query:"dsi" maxLength:"20" doc:"Hours a week of the IT department."`
	Mentor string  `query:"mentor" maxLength:"20" doc:"Hours a week of the mentor."`
	First  float64 `query:"first" minimum:"0" maximum:"100000" doc:"Tell what the scores become after so many hours of work, too."`
}

func (s *site) getRoadmap(ctx context.Context, in *ofRoadmap) (*answer[roadmap.PlanDocument], error) {
	c, err := s.Board.Challenge(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	lang := s.langIn(in.Languages)
	asked := capacity{map[audit.Side]string{audit.Team: in.Team, audit.DSI: in.DSI, audit.Mentor: in.Mentor}, in.First}
	sheet, err := s.sheet(c, s.veilFor(ctx, lang), asked)
	if err != nil {
		return nil, err
	}
	d, err := roadmap.DocumentOf(sheet, lang)
	return of(d), err
}
