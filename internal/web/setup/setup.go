// Package setup is the beginning: five steps by which somebody who has just started Verno gets from nothing to a card in
// a guest's phone. It opens by an address that is printed once; every step is saved when it is left, can be put off, and
// can be come back to. What it asks is little; all of it is changed at the desk afterwards.
package setup

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"sync"
	"time"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/money"
)

// Base is where the beginning stands.
const Base = "/setup"

// cookie holds the session that the printed address was exchanged for.
const cookie = "verno_setup"

// Opening is what the first step tells of a new tenant.
type Opening struct {
	Name     string
	Language string
	Issuer   string
	TaxID    string
	TimeZone string
	Currency money.Currency
}

// Deps is what the beginning works with.
type Deps struct {
	Office  *campaign.Office
	Gate    *auth.Gate
	Members *member.Roll
	Till    *checkout.Till
	Reader  *store.Reader
	Frame   *web.Frame
	Clock   func() time.Time
	// Establish makes a tenant and its test twin, each with a programme and a store.
	Establish func(ctx context.Context, o Opening) (verno.TenantID, error)
	// Changed is told of a tenant whose rules are others now.
	Changed func(verno.TenantID)
}

// Wizard shows the steps.
type Wizard struct {
	Deps
	tries *web.Buckets
	one   sync.Mutex // keeps a second click from making a second tenant
}

// New makes the handler of everything under Base.
func New(d Deps) http.Handler {
	z := &Wizard{Deps: d, tries: web.NewBuckets(web.Rate{PerSecond: 1, Burst: 20}, 1<<12)}
	mux := http.NewServeMux()
	for route, do := range map[string]func(*Wizard, *call) error{
		"GET /{$}":            (*Wizard).resume,
		"GET /at/{step}":      (*Wizard).show,
		"POST /at/{step}":     (*Wizard).save,
		"POST /later/{step}":  (*Wizard).later,
		"GET /preview":        (*Wizard).preview,
		"POST /till":          (*Wizard).pairing,
		"POST /purchase":      (*Wizard).purchase,
		"GET /poster/{paper}": (*Wizard).poster,
		"POST /done":          (*Wizard).done,
	} {
		method, path, _ := cutRoute(route)
		mux.HandleFunc(method+" "+Base+path, func(w http.ResponseWriter, r *http.Request) { z.serve(w, r, do) })
	}
	mux.HandleFunc("GET "+Base+"/{token}", z.welcome)
	mux.HandleFunc("POST "+Base+"/{token}", z.begin)
	return site.Pages(mux)
}

func cutRoute(route string) (method, path string, ok bool) {
	for i := range route {
		if route[i] == ' ' {
			return route[:i], route[i+1:], true
		}
	}
	return route, "", false
}

// call is one request of who sets up.
type call struct {
	*view.Page
	w        http.ResponseWriter
	r        *http.Request
	now      time.Time
	session  string
	actor    verno.Actor // of the zero tenant before the first step
	progress campaign.Progress
	form     *view.Form
}

// serve finds out who asks and answers with a page.
func (z *Wizard) serve(w http.ResponseWriter, r *http.Request, do func(*Wizard, *call) error) {
	c := &call{Page: page(r), w: w, r: r, now: z.Clock(), form: &view.Form{}}
	err := z.enter(c)
	if err == nil && r.Method == http.MethodPost {
		c.form, err = view.ReadForm(w, r)
	}
	if err == nil {
		err = do(z, c)
	}
	if err != nil {
		z.fail(c, err)
	}
}

func page(r *http.Request) *view.Page {
	p := view.NewPage(r, "setup.title")
	p.Styles, p.Scripts = []string{"brand.css", "setup.css"}, []string{"vendor/htmx@2.0.11/htmx.min.js"}
	p.Body = "setup"
	return p
}

// enter reads the session and what it has set up.
func (z *Wizard) enter(c *call) error {
	held, err := c.r.Cookie(cookie)
	if err != nil {
		return verno.Unauthorised("setup_over")
	}
	c.session = held.Value
	tenant, err := z.Office.Setup(c.r.Context(), c.session, c.now)
	if err != nil {
		return err
	}
	c.progress.Steps = map[string]string{}
	if tenant.IsZero() {
		return nil
	}
	c.actor = auth.Operator(tenant)
	if c.progress, err = z.Office.Progress(c.r.Context(), c.actor); err != nil {
		return err
	}
	c.Brand, err = site.Brand(c.r.Context(), z.Reader, tenant)
	return err
}

// welcome shows what awaits whoever has opened the printed address. Opening it does not use it up: programs that look
// into links open it too.
func (z *Wizard) welcome(w http.ResponseWriter, r *http.Request) {
	c := &call{Page: page(r), w: w, r: r, now: z.Clock()}
	err := z.tries.Take(w.Header(), z.Frame.Address(r), c.now)
	if err == nil {
		err = z.Office.SetupWaits(r.Context(), r.PathValue("token"), c.now)
	}
	if err != nil {
		z.fail(c, err)
		return
	}
	c.show(http.StatusOK, welcome(c, r.PathValue("token")))
}

// begin exchanges the printed address for a session.
func (z *Wizard) begin(w http.ResponseWriter, r *http.Request) {
	c := &call{Page: page(r), w: w, r: r, now: z.Clock()}
	err := z.tries.Take(w.Header(), z.Frame.Address(r), c.now)
	session := ""
	if err == nil {
		session, err = z.Office.BeginSetup(r.Context(), r.PathValue("token"), c.now)
	}
	if err != nil {
		z.fail(c, err)
		return
	}
	z.keep(c, session, int(campaign.SetupLife.Seconds()))
	http.Redirect(w, r, Base+"/", http.StatusSeeOther)
}

func (z *Wizard) keep(c *call, session string, seconds int) {
	site.SetCookie(c.w, site.Cookie{Name: cookie, Value: session, Path: Base, Seconds: seconds, Encrypted: z.Frame.Encrypted(c.r)})
}

// resume goes on where somebody has left off.
func (z *Wizard) resume(c *call) error {
	next := c.progress.Next()
	if c.actor.Tenant.IsZero() {
		next = campaign.Steps[0]
	}
	c.to(next)
	return nil
}

// to goes on to a step.
func (c *call) to(step string) { http.Redirect(c.w, c.r, Base+"/at/"+step, http.StatusSeeOther) }

// later puts a step off.
func (z *Wizard) later(c *call) error {
	step := c.r.PathValue("step")
	if c.actor.Tenant.IsZero() {
		c.to(campaign.Steps[0])
		return nil
	}
	if err := z.Office.SetStep(c.r.Context(), c.actor, c.now, step, false); err != nil {
		return err
	}
	c.to(after(step))
	return nil
}

// after is the step that follows.
func after(step string) string {
	i := slices.Index(campaign.Steps, step)
	return campaign.Steps[min(i+1, len(campaign.Steps)-1)]
}

// done ends the beginning.
func (z *Wizard) done(c *call) error {
	if err := z.Office.SetStep(c.r.Context(), c.actor, c.now, "launch", true); err != nil {
		return err
	}
	if c.progress.Steps["team"] != "done" {
		c.to("team")
		return nil
	}
	if err := z.Office.EndSetup(c.r.Context(), c.actor, c.now, c.session); err != nil {
		return err
	}
	z.keep(c, "", -1)
	http.Redirect(c.w, c.r, "/desk/", http.StatusSeeOther)
	return nil
}

func (c *call) show(status int, content templ.Component) {
	_ = view.Answer(c.w, c.r, status, c.Code, view.Around(view.Document(c.Page), content))
}

// fail shows what went wrong as a page.
func (z *Wizard) fail(c *call, err error) {
	e := web.Explain(c.r, err)
	web.Report(c.r.Context(), e)
	c.show(web.Status(e), problem(c, e))
}

// wrong puts an error at the fields of the form where it is about them; anything else it returns.
func (c *call) wrong(err error, rename map[string]string) error {
	e := verno.AsError(err)
	if e.Kind == verno.Internal || errors.Is(err, verno.Unauthorised("setup_over")) {
		return err
	}
	c.form.Fail(c.r, c.Page, err, rename)
	return nil
}
