package web_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"github.com/verno-loyalty/verno/internal/web"
)

// TestWhoLeftIsNoFailure: where whoever asked has gone, as a browser does that wants a newer preview, nothing is logged as ours
// to mend, and no second answer is begun; what fails while somebody waits is logged.
func TestWhoLeftIsNoFailure(t *testing.T) {
	t.Parallel()
	for name, one := range map[string]struct {
		gone, begun bool
		err         error
		logged      bool
	}{
		"gone": {gone: true, err: errors.New("boom")}, "write": {begun: true, err: syscall.EPIPE},
		"waits": {err: errors.New("boom"), logged: true}, "pipe of our own": {err: syscall.EPIPE, logged: true},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t)
			b.frame.Quiet = true
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			w := b.ask(func(w http.ResponseWriter, r *http.Request) {
				if one.begun {
					w.WriteHeader(http.StatusOK)
				}
				if one.gone {
					leave()
				}
				web.Fail(w, r, one.err)
			}, get().WithContext(ctx))
			if got := strings.Contains(b.log.String(), "level=ERROR"); got != one.logged {
				t.Errorf("logged %v: %s", got, b.log)
			}
			if one.begun && w.Body.Len() > 0 {
				t.Errorf("a second answer: %s", w.Body)
			}
		})
	}
}
