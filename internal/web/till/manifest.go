package till

import (
	"net/http"

	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/assets"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// Manifest says how the till looks as an installed app.
type Manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Lang       string         `json:"lang"`
	StartURL   string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []ManifestIcon `json:"icons"`
}

// ManifestIcon is a picture of an installed app.
type ManifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

func (t *Till) manifest(w http.ResponseWriter, r *http.Request) {
	lang := words.Of(r)
	m := Manifest{
		ID: Base + "/", Name: lang.Say("till.title"), ShortName: lang.Say("till.title"), Lang: lang.Code,
		StartURL: Base + "/", Scope: Base + "/", Display: "standalone", Background: "#ffffff", Theme: "#0b6b4f",
		Icons: []ManifestIcon{{Source: assets.URL("icon.svg"), Sizes: "any", Type: "image/svg+xml", Purpose: "any"}},
	}
	if a, err := t.who(r); err == nil {
		if tenant, err := t.Reader.Tenant(r.Context(), a.Tenant); err == nil {
			m.Name += " · " + tenant.Name
		}
	}
	web.Serve(w, r, "application/manifest+json", web.Append(nil, &m))
}
