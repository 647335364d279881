// Package wallet answers the wallets of phones as Apple describes it: what registers for news of a pass, asks which passes
// are new, fetches them and complains. Other wallets speak the same with a word of their own before the token. It knows
// requests and answers; which pass is whose, and what is new, package pass knows.
package wallet

import (
	"context"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// Base is below which the web service answers.
const Base = pass.ServicePath + "/"

// Deps is what the face shows and does things with.
type Deps struct {
	Passes *pass.Passes
	// Build makes the file of a pass, which wallets open.
	Build func(ctx context.Context, p store.Pass, now time.Time) ([]byte, error)
	// Bundle makes the file of several.
	Bundle func(passes [][]byte) ([]byte, error)
	// Join makes a member of whoever has filled in the form of a pass, and says whether the phone was known.
	Join  func(ctx context.Context, s store.SignUp, f Form, now time.Time) (known bool, err error)
	Frame *web.Frame
	Clock func() time.Time
	Rate  web.Rate // of an address
}

// Face answers wallets.
type Face struct {
	Deps
	callers *web.Buckets // by address
	talkers *web.Buckets // by address: what complains
	joiners *web.Buckets // by address: who fills in forms
	shaped  shaped
}

// The rates of an address where nothing is said. Behind one address there may be all phones of a network.
var (
	defaultRate = web.Rate{PerSecond: 200, Burst: 2_000}
	talkRate    = web.Rate{PerSecond: 1, Burst: 20}
	joinRate    = web.Rate{PerSecond: 1, Burst: 60}
)

// New makes the handler of everything under Base, pass.DownloadPath and pass.PicturePath.
func New(d Deps) http.Handler {
	f := &Face{Deps: d, talkers: web.NewBuckets(talkRate, 1<<12), joiners: web.NewBuckets(joinRate, 1<<12)}
	if d.Rate.PerSecond == 0 {
		d.Rate = defaultRate
	}
	if d.Rate.PerSecond > 0 {
		f.callers = web.NewBuckets(d.Rate, 1<<16)
	}
	mux := http.NewServeMux()
	for route, do := range map[string]func(http.ResponseWriter, *http.Request) error{
		"POST " + Base + "v1/devices/{device}/registrations/{type}/{serial}":   f.register,
		"DELETE " + Base + "v1/devices/{device}/registrations/{type}/{serial}": f.unregister,
		"GET " + Base + "v1/devices/{device}/registrations/{type}":             f.updated,
		"GET " + Base + "v1/passes/{type}/{serial}":                            f.fetch,
		"POST " + Base + "v1/passes/{type}/{serial}/personalize":               f.personalise,
		"POST " + Base + "v1/log":                                              f.log,
		"GET " + pass.DownloadPath + "{file}":                                  f.download,
		"GET " + pass.PicturePath + "{tenant}/{file}":                          f.picture,
	} {
		mux.HandleFunc(route, func(w http.ResponseWriter, r *http.Request) { f.serve(w, r, do) })
	}
	return mux
}

// serve answers one request within the rate of its address.
func (f *Face) serve(w http.ResponseWriter, r *http.Request, do func(http.ResponseWriter, *http.Request) error) {
	err := f.callers.Take(w.Header(), f.Frame.Address(r), f.Clock())
	if err == nil {
		err = do(w, r)
	}
	if err != nil {
		fail(w, r, err)
	}
}

// Clean is around all routes: some wallets put a second slash before v1, and what would lead them to the right address
// loses what they post and their token.
func Clean(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, Base+"/") {
			clean := *r.URL
			clean.Path, clean.RawPath = Base+strings.TrimLeft(r.URL.Path[len(Base):], "/"), ""
			bare := *r
			bare.URL = &clean
			r = &bare
		}
		next.ServeHTTP(w, r)
	})
}

// answer sends a body whole, with its length said: phones take no file that comes in pieces.
func answer(w http.ResponseWriter, media string, body []byte) {
	h := w.Header()
	h.Set("Content-Type", media)
	h.Set("Content-Length", strconv.Itoa(len(body)))
	_, _ = w.Write(body) // Whoever has gone away is not told.
}
