package desk

import (
	"net/http"
	"net/url"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// cookie holds the session of whoever has logged in at the desk.
const cookie = "verno_desk"

// who finds out who asks, by the session of the cookie.
func (d *Desk) who(r *http.Request, now time.Time) (verno.Actor, error) {
	c, err := r.Cookie(cookie)
	if err != nil {
		return verno.Actor{}, verno.Unauthorised("credential_missing")
	}
	return d.Gate.Authenticate(r.Context(), auth.Credential{Session: c.Value}, now)
}

// toLogin sends somebody to the door, who comes back to a page that only looks.
func (d *Desk) toLogin(w http.ResponseWriter, r *http.Request) {
	to := Base + "/login"
	if r.Method == http.MethodGet && r.URL.Path != Base+"/" {
		to += "?" + url.Values{"back": {r.URL.RequestURI()}}.Encode()
	}
	http.Redirect(w, r, to, http.StatusSeeOther)
}

func (d *Desk) showLogin(w http.ResponseWriter, r *http.Request) {
	if _, err := d.who(r, d.Clock()); err == nil {
		http.Redirect(w, r, Base+"/", http.StatusSeeOther)
		return
	}
	p := d.page(r, "desk.login")
	d.door(w, r, p, http.StatusOK, &view.Form{Values: url.Values{"back": {r.URL.Query().Get("back")}}}, false)
}

// login opens a session. Whatever is wrong, the sentence is the same; a second factor is asked for in a second step.
func (d *Desk) login(w http.ResponseWriter, r *http.Request) {
	p := d.page(r, "desk.login")
	form, err := view.ReadForm(w, r)
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	from := d.Frame.Address(r)
	opened, err := auth.Opened{}, d.entries.Take(w.Header(), from, d.Clock())
	if err == nil {
		opened, err = d.Gate.Login(r.Context(), auth.Login{
			Login: form.Value("login"), Password: form.Value("password"), Code: form.Value("code"), Address: from,
		}, d.Clock())
	}
	if err != nil {
		e := web.Explain(r, err)
		web.Report(r.Context(), e)
		second := e.Code == "second_factor_needed" || form.Value("code") != ""
		if e.Code != "second_factor_needed" {
			form.Wrong = p.Error(e)
		}
		d.door(w, r, p, web.Status(e), form, second)
		return
	}
	d.setSession(w, r, opened.Token, int(opened.ExpiresAt.Sub(d.Clock()).Seconds()))
	site.Back(w, r, form.Value("back"), Base+"/")
}

func (d *Desk) logout(w http.ResponseWriter, r *http.Request) {
	if c, err := r.Cookie(cookie); err == nil {
		if err := d.Gate.Logout(r.Context(), c.Value, d.Clock()); err != nil {
			web.Fail(w, r, err)
			return
		}
	}
	d.setSession(w, r, "", -1)
	http.Redirect(w, r, Base+"/login", http.StatusSeeOther)
}

func (d *Desk) setSession(w http.ResponseWriter, r *http.Request, token string, seconds int) {
	site.SetCookie(w, site.Cookie{Name: cookie, Value: token, Path: Base, Seconds: seconds, Encrypted: d.Frame.Encrypted(r)})
}

func (d *Desk) door(w http.ResponseWriter, r *http.Request, p *view.Page, status int, form *view.Form, second bool) {
	p.Body = "door"
	_ = view.Answer(w, r, status, p.Code, view.Around(view.Document(p), entrance(p, form, second)))
}
