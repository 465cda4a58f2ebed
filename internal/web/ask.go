package web

import (
	"context"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/perenne-audit/perenne/internal/audit"
	"github.com/perenne-audit/perenne/internal/store"
)

// askPage asks for an audit of a challenge and shows it again.
func (s *site) askPage(w http.ResponseWriter, r *http.Request) error {
	queued, err := s.ask(r.Context(), r.PathValue("id"), "")
	if err != nil {
		return err
	}
	http.Redirect(w, r, "/challenges/"+url.PathEscape(r.PathValue("id"))+"?asked="+strconv.Itoa(queued), http.StatusSeeOther)
	return nil
}

// ask queues the repositories of a challenge, or one of them. The error is
// [audit.ErrNotFound] for what the portfolio does not name.
func (s *site) ask(ctx context.Context, challenge, repository string) (int, error) {
	if s.Ask == nil {
		return 0, status(http.StatusNotImplemented)
	}
	p := s.Board.Portfolio()
	i := slices.IndexFunc(p.Challenges, func(c audit.Challenge) bool { return c.ID == challenge })
	if i < 0 {
		return 0, audit.ErrNotFound
	}
	var keys []store.Key
	for _, source := range p.Challenges[i].Repositories {
		if repository == "" || repository == source.URL {
			keys = append(keys, store.Key{Challenge: challenge, Repository: source.URL})
		}
	}
	if len(keys) == 0 && repository != "" {
		return 0, audit.ErrNotFound
	}
	queued, err := s.Ask(ctx, keys)
	if err == nil {
		s.Logger.Info("audit asked for", "challenge", challenge, "queued", queued, "by", readerOf(ctx).Role)
	}
	return queued, err
}
