// Package member is the face for those who have a card, or come to get one: the page of a poster's address, where people
// join, and the card that they carry in their phone from then on. It reads and writes through the use cases only, knows
// its reader by a cookie or not at all, and works without a script wherever a script is not what it is about.
package member

import (
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// Where the pages stand: those by which people join, and the card.
const (
	JoinBase = "/j/"
	CardBase = "/c/"
)

// Deps is what the face works with.
type Deps struct {
	Till    *checkout.Till
	Members *member.Roll
	Reader  *store.Reader
	Passes  *pass.Passes // brings cards into the wallets of phones; nil where none is offered
	Frame   *web.Frame
	Clock   func() time.Time
	Rate    web.Rate // of requests from one address; 20 a second where it is zero, no limit below that
}

// Face shows the pages.
type Face struct {
	Deps
	comers  *web.Buckets // requests, by address; nil limits nobody
	holders *web.Buckets // requests of those who have a card, by phone: many phones may share the address of a shop
	drawn   drawn        // previews
}

// page is a route and what it answers.
type page struct {
	route string // method and path
	do    func(*Face, *call) error
}

// New makes the handler of everything under JoinBase and CardBase.
func New(d Deps) http.Handler {
	f := &Face{Deps: d}
	if d.Rate == (web.Rate{}) {
		d.Rate = web.Rate{PerSecond: 20, Burst: 100}
	}
	if d.Rate.PerSecond > 0 {
		f.comers = web.NewBuckets(d.Rate, 1<<16)
		f.holders = web.NewBuckets(d.Rate, 1<<16)
	}
	mux := http.NewServeMux()
	for _, pages := range [][]page{joinPages, cardPages, walletPages, linkPages, heldPages, movePages, aimPages} {
		for _, p := range pages {
			mux.HandleFunc(p.route, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, p) })
		}
	}
	nothing := page{do: func(*Face, *call) error { return verno.NotFound("route_not_found") }}
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, nothing) })
	return site.Pages(mux)
}

// call is one request.
type call struct {
	*view.Page
	w    http.ResponseWriter
	r    *http.Request
	now  time.Time
	form *view.Form // of a POST
}

func (f *Face) serve(w http.ResponseWriter, r *http.Request, p page) {
	c := &call{Page: view.NewPage(r, ""), w: w, r: r, now: f.Clock()}
	c.Styles, c.Body = []string{"join.css"}, "member"
	err := f.admit(c)
	if err == nil && r.Method == http.MethodPost {
		c.form, err = view.ReadForm(w, r)
	}
	if err == nil {
		err = p.do(f, c)
	}
	if err != nil {
		f.fail(c, err)
	}
}

// admit counts a request against its address, unless it says that it is a phone's with a card: that is looked at later.
func (f *Face) admit(c *call) error {
	if _, err := c.r.Cookie(cookie); err == nil && strings.HasPrefix(c.Path, CardBase) && c.Path != doorPath && !strings.HasPrefix(c.Path, phonePath) &&
		!strings.HasPrefix(c.Path, member.LinkPath) && !strings.HasPrefix(c.Path, heldBase) {
		return nil
	}
	return f.come(c)
}

func (f *Face) come(c *call) error { return f.comers.Take(c.w.Header(), f.Frame.Address(c.r), c.now) }

// show answers with a page.
func (c *call) show(title string, content templ.Component) error {
	return c.showAs(http.StatusOK, title, content)
}

// again shows a form once more, with what was typed and what is wrong with it.
func (c *call) again(title string, content templ.Component) error {
	return c.showAs(http.StatusUnprocessableEntity, title, content)
}

func (c *call) showAs(status int, title string, content templ.Component) error {
	c.Title = title
	return view.Answer(c.w, c.r, status, c.Code, view.Around(view.Document(c.Page), content))
}

// to goes on to another page, after something was done.
func (c *call) to(path string) { http.Redirect(c.w, c.r, path, http.StatusSeeOther) }

// fail shows what went wrong as a page.
func (f *Face) fail(c *call, err error) {
	e := web.Explain(c.r, err)
	web.Report(c.r.Context(), e)
	_ = c.showAs(web.Status(e), c.Say("member.problem"), problem(c, e))
}

// brand makes the page the merchant's.
func (f *Face) brand(c *call, tenant verno.TenantID) (err error) {
	c.Brand, err = site.Brand(c.r.Context(), f.Reader, tenant)
	return err
}

// cookie holds the session of whoever has a card in this browser.
const cookie = "verno_card"

// lasts is how many seconds a browser keeps the cookie; the session itself may end before.
const lasts = 365 * 24 * 3600

// setCard gives the browser the session of a card.
func (f *Face) setCard(c *call, token string) {
	site.SetCookie(c.w, site.Cookie{Name: cookie, Value: token, Path: strings.TrimSuffix(CardBase, "/"), Seconds: lasts, Encrypted: f.Frame.Encrypted(c.r)})
}

// dropCard takes the session from the browser.
func (f *Face) dropCard(c *call) {
	site.SetCookie(c.w, site.Cookie{Name: cookie, Path: strings.TrimSuffix(CardBase, "/"), Seconds: -1, Encrypted: f.Frame.Encrypted(c.r)})
}
