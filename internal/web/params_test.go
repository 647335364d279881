package web_test

import (
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// TestReadParams reads parameters from paths and queries, good ones and others.
func TestReadParams(t *testing.T) {
	t.Parallel()
	type search struct {
		ID    verno.MemberID `path:"id"`
		Limit int            `query:"limit" minimum:"1" maximum:"200"`
		Dry   bool           `query:"dry_run"`
		Kind  string         `query:"kind" enum:"sale,return"`
		Types []string       `query:"types" maxItems:"2" maxLength:"4"`
		Body  struct{}
	}
	id := memberID.String()
	for target, want := range map[string]string{
		"/" + id: "accepted",
		"/" + id + "?limit=200&dry_run=true&kind=sale&types=a,b": "accepted",
		"/mem_x":                        "invalid id:id_invalid",
		"/" + id + "?limit=0":           "invalid limit:number_range",
		"/" + id + "?limit=1.5":         "invalid limit:number_invalid",
		"/" + id + "?limit=1e2":         "invalid limit:number_invalid",
		"/" + id + "?limit=%D9%A1":      "invalid limit:number_invalid",
		"/" + id + "?limit=x":           "invalid limit:number_invalid",
		"/" + id + "?limit=1%202":       "invalid limit:number_invalid",
		"/" + id + "?limit=1&limit=2":   "invalid limit:duplicate",
		"/" + id + "?Limit=1&page=2":    "invalid Limit:unknown_field page:unknown_field",
		"/" + id + "?dry_run=1":         "invalid dry_run:type",
		"/" + id + "?dry_run=":          "invalid dry_run:type",
		"/" + id + "?dry_run":           "invalid dry_run:type",
		"/" + id + "?limit=":            "invalid limit:number_invalid",
		"/" + id + "?kind=&types=":      "accepted",
		"/" + id + "?kind=gift":         "invalid kind:unknown_value",
		"/" + id + "?kind=%00":          "invalid kind:text_invalid",
		"/" + id + "?kind=%ff":          "invalid kind:text_invalid",
		"/" + id + "?types=abcde":       "invalid types:text_too_long",
		"/" + id + "?types=a,b,c":       "invalid types:too_many",
		"/" + id + "?a=1;b=2":           "invalid query:text_invalid",
		"/" + id + "?limit=0&kind=gift": "invalid kind:unknown_value limit:number_range",
	} {
		var err error
		var got search
		mux := http.NewServeMux()
		mux.HandleFunc("/{id}", func(_ http.ResponseWriter, r *http.Request) { err = web.ReadParams(r, &got) })
		mux.ServeHTTP(httptest.NewRecorder(), httptest.NewRequest(http.MethodGet, target, nil))
		if v := verdict(err); v != want {
			t.Errorf("%s: got %s, want %s", target, v, want)
		}
		if len(got.Types) == 2 && want == "accepted" {
			if d := cmp.Diff(search{ID: memberID, Limit: 200, Dry: true, Kind: "sale", Types: []string{"a", "b"}}, got); d != "" {
				t.Error(d)
			}
		}
	}
}
