// Package desk is the owner's face: who the members are, what was sold, what is promised to whom, and who may do what.
// It reads through the store's reader and the use cases, and writes through the use cases only. Each route says in the
// table below what the reader must be allowed; pages work without a script.
package desk

import (
	"cmp"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// Base is where the desk stands.
const Base = "/desk"

// Deps is what the desk works with.
type Deps struct {
	Till    *checkout.Till
	Members *member.Roll
	Office  *campaign.Office
	Gate    *auth.Gate
	Passes  *pass.Passes
	Reader  *store.Reader
	Frame   *web.Frame
	Clock   func() time.Time
}

// Desk shows the pages.
type Desk struct {
	Deps
	entries *web.Buckets                // tries to log in, by address
	ways    map[string]verno.Permission // of the pages that can be gone to, by path
}

// page is a route: what it answers, and what its reader must be allowed. Everybody else is shown that they may not.
type page struct {
	route string // method and path below Base
	may   verno.Permission
	do    func(*Desk, *call) error
}

var pages = []page{
	{"GET /{$}", 0, (*Desk).overview},
	{"GET /members", verno.MayFindMembers, (*Desk).members},
	{"GET /members/{id}", verno.MayReadMembers, (*Desk).member},
	{"GET /receipts", verno.MayReadReceipts, (*Desk).receipts},
	{"GET /receipts/{id}", verno.MayReadReceipts, (*Desk).receipt},
	{"GET /audit", verno.MayReadAudit, (*Desk).audit},

	{"GET /brand", verno.MayReadConfig, (*Desk).brand},
	{"GET /brand/preview", verno.MayReadConfig, (*Desk).brandPreview},
	{"POST /brand", verno.MayWriteConfig, (*Desk).changeBrand},

	{"GET /promotions", verno.MayReadConfig, (*Desk).promotions},
	{"GET /promotions/new", verno.MayWriteConfig, (*Desk).promotionNew},
	{"POST /promotions/new", verno.MayWriteConfig, (*Desk).promotionCreate},
	{"POST /promotions/new/example", verno.MayReadConfig, (*Desk).promotionExample},
	{"GET /promotions/{id}", verno.MayReadConfig, (*Desk).promotion},
	{"POST /promotions/{id}", verno.MayWriteConfig, (*Desk).promotionSave},
	{"POST /promotions/{id}/example", verno.MayReadConfig, (*Desk).promotionExample},
	{"POST /promotions/{id}/act/{act}", verno.MayWriteConfig, (*Desk).promotionAct},
	{"GET /programmes", verno.MayReadConfig, (*Desk).programmes},
	{"GET /programmes/new", verno.MayWriteConfig, (*Desk).programmeNew},
	{"POST /programmes/new", verno.MayWriteConfig, (*Desk).programmeCreate},
	{"GET /programmes/{id}", verno.MayReadConfig, (*Desk).programme},
	{"GET /programmes/{id}/edit", verno.MayWriteConfig, (*Desk).programmeEdit},
	{"POST /programmes/{id}/edit", verno.MayWriteConfig, (*Desk).programmeSave},
	{"GET /programmes/{id}/publish", verno.MayReadConfig, (*Desk).publishing},
	{"POST /programmes/{id}/publish", verno.MayPublish, (*Desk).publish},
	{"GET /programmes/{id}/versions", verno.MayReadConfig, (*Desk).versions},
	{"GET /programmes/{id}/versions/{number}", verno.MayReadConfig, (*Desk).version},
	{"POST /programmes/{id}/versions/{number}/rollback", verno.MayPublish, (*Desk).rollback},
}

// New makes the desk's handler.
func New(d Deps) http.Handler {
	desk := &Desk{Deps: d, entries: web.NewBuckets(web.Rate{PerSecond: 1, Burst: 10}, 1<<16), ways: map[string]verno.Permission{}}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Base+"/login", desk.showLogin)
	mux.HandleFunc("POST "+Base+"/login", desk.login)
	mux.HandleFunc("POST "+Base+"/logout", desk.logout)
	for _, p := range slices.Concat(exportPages(), pages, memberActs, taskPages, staffPages, mePages, placePages, terminalPages, channelPages, legalPages, cardPages, issuePages, walletPages, linkPages, newsPages, madePages, bearerLinkPages, paperPages, certificatePages) {
		method, path, _ := strings.Cut(p.route, " ")
		if method == http.MethodGet {
			desk.ways[path] = p.may
		}
		mux.HandleFunc(method+" "+Base+path, func(w http.ResponseWriter, r *http.Request) { desk.serve(w, r, p) })
	}
	mux.HandleFunc("GET "+Base, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, Base+"/", http.StatusSeeOther) })
	mux.HandleFunc(Base+"/", desk.nothing)
	return site.Pages(mux)
}

// call is one request of somebody who has logged in.
type call struct {
	*view.Page
	w     http.ResponseWriter
	r     *http.Request
	now   time.Time
	actor verno.Actor
	name  string         // of who has logged in
	zone  *time.Location // in which times are told
	form  *view.Form
}

// serve finds out who asks and answers with a page.
func (d *Desk) serve(w http.ResponseWriter, r *http.Request, p page) {
	c := &call{Page: d.page(r, ""), w: w, r: r, now: d.Clock()}
	actor, err := d.who(r, c.now)
	if verno.AsError(err) != nil && verno.AsError(err).Kind == verno.KindUnauthorised {
		d.toLogin(w, r)
		return
	}
	if err == nil {
		c.actor = actor
		web.Attribute(r.Context(), actor.Name())
		err = d.fill(c)
	}
	if err == nil {
		err = actor.Require(p.may)
	}
	if err == nil && r.Method == http.MethodPost {
		c.form, err = view.ReadForm(w, r)
	}
	if err == nil {
		err = p.do(d, c)
	}
	if err != nil {
		d.fail(c, err)
	}
}

// fill finds what every page of the desk shows: whose it is and who has logged in.
func (d *Desk) fill(c *call) error {
	var err error
	if c.zone, err = d.zone(c); err != nil {
		return err
	}
	if c.Brand, err = site.Brand(c.r.Context(), d.Reader, c.actor.Tenant); err != nil {
		return err
	}
	if c.actor.Staff.IsZero() {
		return nil
	}
	s, err := d.Gate.StaffMember(c.r.Context(), c.actor, c.actor.Staff)
	c.name = s.Name
	return err
}

// page begins a page of the desk.
func (d *Desk) page(r *http.Request, title string) *view.Page {
	p := view.NewPage(r, title)
	p.Styles = []string{"desk.css", "desk_rules.css"}
	p.Scripts = []string{"vendor/htmx@2.0.11/htmx.min.js"}
	return p
}

// show answers a page within the desk's frame.
func (c *call) show(title string, content templ.Component) error {
	return c.showAs(http.StatusOK, title, content)
}

func (c *call) showAs(status int, title string, content templ.Component) error {
	c.Title = title
	return view.Answer(c.w, c.r, status, c.Code, view.Around(frame(c), content))
}

// again shows a form once more, with what was typed and what is wrong with it.
func (c *call) again(title string, content templ.Component) error {
	return c.showAs(http.StatusUnprocessableEntity, title, content)
}

// to goes on to another page, after something was done.
func (c *call) to(path string) { http.Redirect(c.w, c.r, path, http.StatusSeeOther) }

// fail shows what went wrong as a page.
func (d *Desk) fail(c *call, err error) {
	e := c.explain(err)
	web.Report(c.r.Context(), e)
	c.Brand.Name = cmp.Or(c.Brand.Name, "Verno") // Whose it is may be what could not be read.
	_ = c.showAs(web.Status(e), problemTitle(c, e), problem(c, e))
}

// calm says that nothing is wrong: whoever asks may not see it, or there is no such thing.
func calm(e *verno.Error) bool { return e.Kind == verno.KindForbidden || e.Kind == verno.KindNotFound }

// ours says that the trouble is ours, so that whoever asks for help needs the request's number.
func ours(e *verno.Error) bool { return web.Status(e) >= http.StatusInternalServerError }

// problemTitle is what a page is headed that cannot be shown.
func problemTitle(c *call, e *verno.Error) string {
	switch e.Kind {
	case verno.KindForbidden:
		return c.Say("desk.no_access")
	case verno.KindNotFound:
		return c.Say("desk.nowhere")
	}
	return c.Say("desk.problem")
}

func (c *call) explain(err error) *verno.Error { return web.Explain(c.r, err) }

func (d *Desk) nothing(w http.ResponseWriter, r *http.Request) {
	d.serve(w, r, page{do: func(*Desk, *call) error { return verno.NotFound("route_not_found") }})
}
