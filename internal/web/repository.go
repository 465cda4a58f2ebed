package web

import (
	"net/http"
	"strconv"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/board"
	"github.com/perenne-audit/perenne/internal/report"
)

// singleView is the page of one repository.
type singleView struct {
	repositoryView
	C      *audit.Challenge
	Result *audit.Result
	Groups []verdictGroup
}

func (s *site) repositoryPage(w http.ResponseWriter, r *http.Request) error {
	c, err := s.Board.Challenge(r.Context(), r.PathValue("id"))
	if err != nil {
		return err
	}
	n, err := strconv.Atoi(r.PathValue("n"))
	if err != nil || n < 1 || n > len(c.Repositories) {
		return audit.ErrNotFound
	}
	v := s.veil(r)
	view, err := singleOf(c.Repositories[n-1], v, s.langOf(r))
	if err != nil {
		return err
	}
	view.C, view.URL = c.Row.Challenge, repositoryPath(c.Row.Challenge.ID, n-1)
	return s.show(w, r, http.StatusOK, "repository", view.Name, view)
}

func singleOf(one board.Repository, v veil, lang audit.Lang) (singleView, error) {
	one.State.Failure = v.text(one.State.Failure)
	view := singleView{repositoryView: repositoryView{Repository: one, Name: repositoryName(one.Source)}}
	if one.State.Latest == nil {
		return view, nil
	}
	view.Result = v.result(one.State.Latest.Result)
	for _, a := range view.Result.Score.Axes {
		group := verdictGroup{AxisScore: a}
		for _, j := range view.Result.Judged {
			if j.Check.Axis != a.Axis {
				continue
			}
			verdict, err := verdictOf(j.Check, j.Verdict, lang)
			if err != nil {
				return view, err
			}
			verdict.Waiver, verdict.Requested = j.Waiver, j.Requested
			verdict.Attestation, verdict.Contradicted = j.Attestation, j.Contradicted
			for _, p := range j.Verdict.Places {
				verdict.Places = append(verdict.Places, placeView{report.Where(p), report.Clean(p.Text), blobURL(view.Result.Repository, p), ""})
			}
			group.Verdicts = append(group.Verdicts, verdict)
		}
		gapsFirst(group.Verdicts)
		view.Groups = append(view.Groups, group)
	}
	return view, nil
}
