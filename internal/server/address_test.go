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
