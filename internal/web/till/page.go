package till

import (
	"net/http"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// setup is what the scripts are told by the page.
type setup struct {
	Lang      string `json:"lang"`
	Other     string `json:"other"` // the language that the page is not in
	OtherName string `json:"other_name"`
}

// content is the policy of the till's page: that of all pages, and its own worker, manifest and compiled scanner.
var content = strings.Replace(web.PageContent, "script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'", 1) +
	"; worker-src 'self'; manifest-src 'self'"

func (t *Till) page(w http.ResponseWriter, r *http.Request) {
	p := view.NewPage(r, "till.title")
	p.Styles, p.Scripts, p.Body = []string{"till.css", "till/offline.css", "till/camera.css"}, []string{"till/app.js"}, "till"
	if a, err := t.who(r); err == nil {
		if b, err := site.Brand(r.Context(), t.Reader, a.Tenant); err == nil {
			p.Brand = b
		}
	}
	w.Header().Set("Content-Security-Policy", content)
	_ = view.Answer(w, r, http.StatusOK, p.Code, shell(p))
}

// code draws what stands on a slip: the receipt's identifier, by which a return finds it.
func (t *Till) code(w http.ResponseWriter, r *http.Request) {
	var id verno.ReceiptID
	if err := id.UnmarshalText([]byte(r.PathValue("id"))); err != nil {
		web.Fail(w, r, verno.NotFound("not_found").With("thing", "receipt"))
		return
	}
	svg, err := view.QRCode(id.String(), id.String())
	if err != nil {
		web.Fail(w, r, err)
		return
	}
	h := w.Header()
	h.Set("Content-Type", "image/svg+xml")
	h.Set("Cache-Control", "private, max-age=86400")
	_, _ = w.Write([]byte(svg))
}
