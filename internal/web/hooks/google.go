package hooks

import (
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/web"
)

// Base is below which providers call.
const Base = "/hooks/"

// Deps is what the calls are about.
type Deps struct {
	Passes *pass.Passes
	Frame  *web.Frame
	Clock  func() time.Time
}

// callRate is how often one address may call. Providers call again later where it was too often.
var callRate = web.Rate{PerSecond: 50, Burst: 500}

// New makes the handler of everything under Base.
func New(d Deps) http.Handler {
	callers := web.NewBuckets(callRate, 1<<12)
	mux := http.NewServeMux()
	mux.HandleFunc("POST "+Base+"google/{tenant}", func(w http.ResponseWriter, r *http.Request) {
		err := callers.Take(w.Header(), d.Frame.Address(r), d.Clock())
		if err == nil {
			err = d.google(w, r)
		}
		if err != nil {
			web.Fail(w, r, err)
		}
	})
	return mux
}

// google takes in that a card was saved in Google Wallet or taken out. One that was told before is answered like a new
// one, so that Google does not tell it again.
func (d *Deps) google(w http.ResponseWriter, r *http.Request) error {
	tenant, err := verno.ParseID[verno.TenantID](r.PathValue("tenant"))
	if err != nil {
		return verno.NotFound("not_found")
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, pass.MaxGoogleCallback))
	switch {
	case web.BodyTooLarge(r.Body, err):
		return verno.TooLarge("body_too_large").With("limit", strconv.Itoa(pass.MaxGoogleCallback))
	case err != nil:
		return verno.Malformed("malformed_json").With("reason", "the body ended too early").Because(err)
	}
	if err := d.Passes.GoogleCalls(r.Context(), tenant, body); err != nil {
		return err
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(http.StatusOK)
	return nil
}
