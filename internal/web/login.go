package web

import (
	"errors"
	"net/http"
)

// loginView is the page to log in.
type loginView struct {
	// OIDC and Tokens say which ways in there are.
	OIDC, Tokens bool
	To           string
	Wrong        bool
}

func (s *site) loginPage(w http.ResponseWriter, r *http.Request) error {
	return s.showLogin(w, r, http.StatusOK, local(r.URL.Query().Get("to")))
}

func (s *site) showLogin(w http.ResponseWriter, r *http.Request, code int, to string) error {
	w.Header().Set("Cache-Control", "no-store")
	m := s.messages(r)
	return s.show(w, r, code, "login", m.Say("web.login"), loginView{
		OIDC: s.door.provider != nil, Tokens: len(s.door.tokens) > 0, To: to, Wrong: code != http.StatusOK,
	})
}

// loginByToken lets somebody in who has a token and no identity provider.
func (s *site) loginByToken(w http.ResponseWriter, r *http.Request) error {
	if err := r.ParseForm(); err != nil {
		return err
	}
	to := local(r.PostForm.Get("to"))
	who, err := s.door.byToken(r, r.PostForm.Get("token"))
	if errors.Is(err, errToken) {
		return s.showLogin(w, r, http.StatusUnauthorized, to)
	}
	if err != nil {
		return err
	}
	if err := s.door.welcome(r, who); err != nil {
		return err
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
	return nil
}

func (s *site) logout(w http.ResponseWriter, r *http.Request) error {
	if err := s.door.session(r).Destroy(r.Context()); err != nil {
		return err
	}
	http.Redirect(w, r, "/", http.StatusSeeOther)
	return nil
}
