// Package till is the cashier's face: one page that sells, returns and enrols, on a tablet, with a thumb, a scanner or a
// keyboard. It is a client of the public API and has no rule of its own. What it asks goes through this package, which
// keeps the tokens of the till and of the cashier in cookies that no script can read, and lets through only the routes
// that a till needs.
package till

import (
	"net/http"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
)

// Base is where the till stands.
const Base = "/till"

// Deps is what the till works with.
type Deps struct {
	API    http.Handler // answers what the page asks, as it answers anybody
	Till   *checkout.Till
	Gate   *auth.Gate
	Reader *store.Reader
	Frame  *web.Frame
	Clock  func() time.Time
	Sends  func() []string // the ways by which links to cards are sent
}

// Till shows the page and passes on what it asks.
type Till struct{ Deps }

// New makes the till's handler.
func New(d Deps) http.Handler {
	t := &Till{d}
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+Base+"/{$}", t.page)
	mux.HandleFunc("GET "+Base+"/state", t.state)
	mux.HandleFunc("GET "+Base+"/totals", t.totals)
	mux.HandleFunc("GET "+Base+"/texts", t.texts)
	mux.HandleFunc("GET "+Base+"/code/{id}", t.code)
	mux.HandleFunc("POST "+Base+"/link_code", t.linkCode)
	t.offlineRoutes(mux)
	for _, route := range passed {
		method, path, _ := strings.Cut(route, " ")
		mux.HandleFunc(method+" "+passBase+path, t.pass)
	}
	mux.HandleFunc("POST "+passBase+"/terminals/pair", t.pair)
	mux.HandleFunc("POST "+passBase+"/cashier_sessions", t.openShift)
	mux.HandleFunc("DELETE "+passBase+"/cashier_sessions/current", t.closeShift)
	return site.Pages(mux)
}
