package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/verno-loyalty/verno/internal/web"
)

// TestNotModified: who has an answer is not sent it again, in whatever way of RFC 9110 it is said, also after a proxy has
// made the tag a weak one.
func TestNotModified(t *testing.T) {
	t.Parallel()
	ask := func(tags ...string) *httptest.ResponseRecorder {
		w, r := httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, "/", http.NoBody)
		r.Header["If-None-Match"] = tags
		web.Serve(w, r, "text/plain", []byte("page"))
		return w
	}
	tag := ask().Header().Get("ETag")
	for _, had := range [][]string{{tag}, {"W/" + tag}, {`"x", ` + tag}, {`"x"`, `W/"y",W/` + tag}, {"*"}} {
		if w := ask(had...); w.Code != http.StatusNotModified || w.Body.Len() > 0 {
			t.Errorf("%v: %d", had, w.Code)
		}
	}
	for _, had := range [][]string{{}, {""}, {`"x"`}, {tag[1:]}, {`"W/` + tag[1:]}} {
		if w := ask(had...); w.Code != http.StatusOK || w.Body.String() != "page" {
			t.Errorf("%v: %d", had, w.Code)
		}
	}
}
