package wallet

import (
	"errors"
	"net/http"

	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
)

// errBody says that what was posted cannot be read.
var errBody = errors.New("wallet: not the body that Apple describes")

// errLarge says that more was posted than anybody reads.
var errLarge = errors.New("wallet: the body is too large")

// fail answers an error. Phones read the status and nothing else; what is ours to mend is answered and logged as
// everywhere.
func fail(w http.ResponseWriter, r *http.Request, err error) {
	var status int
	switch {
	case errors.Is(err, pass.ErrToken):
		status = http.StatusUnauthorized
		w.Header().Set("WWW-Authenticate", pass.SchemeApple)
	case errors.Is(err, pass.ErrRegistration), errors.Is(err, errBody), errors.Is(err, pass.ErrPersonalisation):
		status = http.StatusBadRequest
	case errors.Is(err, errLarge):
		status = http.StatusRequestEntityTooLarge
	case errors.Is(err, pass.ErrTooMany):
		status = http.StatusTooManyRequests
		w.Header().Set("Retry-After", "86400")
	case errors.Is(err, store.ErrNotFound):
		status = http.StatusNotFound
	default:
		web.Fail(w, r, err)
		return
	}
	w.Header().Set("Content-Length", "0")
	w.WriteHeader(status)
}
