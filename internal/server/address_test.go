package server_test

import (
	"net/http"
	"net/http/httptest"
	"testing"
)

// TestAddressesThatAreNoText asks on both engines for addresses that no database keeps: nothing is there, which is no fault
// of ours to be alarmed by.
func TestAddressesThatAreNoText(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		handler := d.server.Handler()
		for address, want := range map[string]int{
			"/j/%00":                                 http.StatusNotFound,
			"/j/a%FFb":                               http.StatusNotFound,
			"/w/%00.pkpass?until=9999999999&token=x": http.StatusUnauthorized,
			"/w/a.pkpass?until=%00&token=%FF":        http.StatusUnauthorized,
			"/wallet/v1/passes/%00/%FF":              http.StatusUnauthorized,
			"/wallet/v1/devices/%FF/registrations/pass.org.example.card":                          http.StatusNoContent,
			"/wallet/v1/devices/abc/registrations/%00?passesUpdatedSince=%FF%00":                  http.StatusNoContent,
			"/wallet//v1/devices/a%00/registrations/pass.org.example.card?passesUpdatedSince=%00": http.StatusNoContent,
		} {
			r := httptest.NewRequestWithContext(d.ctx, http.MethodGet, address, nil)
			r.Header.Set("Authorization", "ApplePass 01234567890123456789")
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != want {
				t.Errorf("%s is answered %d, want %d: %s", address, w.Code, want, w.Body)
			}
		}
	})
}

// TestFront: a browser that asks for nothing but the machine gets to the desk; a program is told that nothing is there.
func TestFront(t *testing.T) {
	t.Parallel()
	eachDesk(t, func(d *desk) {
		handler := d.server.Handler()
		for _, want := range []struct {
			method, address, accept string
			status                  int
		}{
			{http.MethodGet, "/", "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", http.StatusSeeOther},
			{http.MethodHead, "/", "text/html", http.StatusSeeOther},
			{http.MethodGet, "/", "application/json", http.StatusNotFound},
			{http.MethodGet, "/", "*/*", http.StatusNotFound},
			{http.MethodGet, "/", "", http.StatusNotFound},
			{http.MethodGet, "/nowhere", "text/html", http.StatusNotFound},
			{http.MethodPost, "/", "text/html", http.StatusNotFound},
		} {
			r := httptest.NewRequestWithContext(d.ctx, want.method, want.address, nil)
			if want.accept != "" {
				r.Header.Set("Accept", want.accept)
			}
			w := httptest.NewRecorder()
			handler.ServeHTTP(w, r)
			if w.Code != want.status || w.Code == http.StatusSeeOther && w.Header().Get("Location") != "/desk/" {
				t.Errorf("%s %s for %q is answered %d to %s", want.method, want.address, want.accept, w.Code, w.Header().Get("Location"))
			}
		}
	})
}
