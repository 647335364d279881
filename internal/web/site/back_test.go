package site_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/site"
)

// TestBackStaysHere goes back to what a stranger's link may have put into a form.
func TestBackStaysHere(t *testing.T) {
	t.Parallel()
	for to, want := range map[string]string{
		"/desk/members?q=a":    "/desk/members?q=a",
		"/j/code?utm=b":        "/j/code?utm=b",
		"":                     "/other",
		"desk":                 "/other",
		"//host.example":       "/other",
		`/\host.example`:       "/other",
		"/\t/host.example":     "/other",
		"/\n/host.example":     "/other",
		"/\x00/":               "/other",
		"https://host.example": "/other",
	} {
		w := httptest.NewRecorder()
		site.Back(w, httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/language", nil), to, "/other")
		if got := w.Header().Get("Location"); got != want {
			t.Errorf("%q leads to %q, want %q", to, got, want)
		}
	}
}
