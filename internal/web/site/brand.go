package site

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// brands is where merchants' colours and logos lie.
const brands = "/brand/"

// Brand is how pages of a tenant look: its name, its logo, and the sheet with its colours.
func Brand(ctx context.Context, r *store.Reader, tenant verno.TenantID) (view.Brand, error) {
	t, err := r.Tenant(ctx, tenant)
	if err != nil {
		return view.Brand{}, err
	}
	row, err := r.Brand(ctx, tenant)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return view.Brand{}, err
	}
	b := view.Brand{Name: t.Name, Colour: brand.ShadesOf(brand.Own).Light.Accent.String()}
	if c, ok := brand.Parse(row.Accent); ok {
		b.Style = brands + tenant.String() + "-" + tag(sheet(c)) + ".css"
		b.Colour = brand.ShadesOf(c).Light.Accent.String()
	}
	if row.LogoHash != "" {
		b.Picture = brands + tenant.String() + "-" + row.LogoHash + ".png"
	}
	return b, nil
}

// Tint is the address of a sheet that gives whatever has the class .tint a colour, for previews of one that was not
// chosen yet, and each swatch of others its own. Colours are #rrggbb.
func Tint(colours ...string) string {
	plain := make([]string, len(colours))
	for i, c := range colours {
		plain[i] = strings.TrimPrefix(c, "#")
	}
	return brands + "tint/" + strings.Join(plain, "-") + ".css"
}

func sheet(c brand.Colour) string { return brand.ShadesOf(c).CSS(":root") }

func tag(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:6])
}

// BrandRoutes registers the sheets and logos. Their addresses change with their content, so that nobody asks twice.
func BrandRoutes(mux *http.ServeMux, r *store.Reader) {
	mux.HandleFunc("GET "+brands+"tint/{colours}", serveTint)
	mux.HandleFunc("GET "+brands+"{name}", func(w http.ResponseWriter, req *http.Request) {
		name, kind, _ := strings.Cut(req.PathValue("name"), ".")
		id, hash, _ := strings.Cut(name, "-")
		tenant, err := verno.ParseID[verno.TenantID](id)
		if err != nil {
			http.NotFound(w, req)
			return
		}
		body, current, err := brandFile(req.Context(), r, tenant, kind)
		if err != nil || body == nil {
			http.NotFound(w, req)
			return
		}
		send(w, kind, body, hash == current)
	})
}

// brandFile is the sheet or the logo as it is now, and the hash that its address should have.
func brandFile(ctx context.Context, r *store.Reader, tenant verno.TenantID, kind string) (body []byte, hash string, err error) {
	row, err := r.Brand(ctx, tenant)
	if err != nil {
		return nil, "", err
	}
	switch kind {
	case "css":
		c, ok := brand.Parse(row.Accent)
		if !ok {
			return nil, "", nil
		}
		return []byte(sheet(c)), tag(sheet(c)), nil
	case "png":
		body, err = r.Logo(ctx, tenant)
		return body, row.LogoHash, err
	}
	return nil, "", nil
}

// maxTints is how many colours one sheet has.
const maxTints = 8

func serveTint(w http.ResponseWriter, r *http.Request) {
	text, kind, _ := strings.Cut(r.PathValue("colours"), ".")
	colours := strings.Split(text, "-")
	var b strings.Builder
	for i, one := range colours {
		c, ok := brand.Parse(one)
		if !ok || kind != "css" || i >= maxTints {
			http.NotFound(w, r)
			return
		}
		if i == 0 {
			b.WriteString(brand.ShadesOf(c).CSS(".tint"))
		}
		b.WriteString("@layer brand { .swatch.c" + c.String()[1:] + " { background: " + c.String() + "; } }\n")
	}
	send(w, kind, []byte(b.String()), true)
}

// send answers a file. One that was asked for by an older address is the present one, for a minute only.
func send(w http.ResponseWriter, kind string, body []byte, fixed bool) {
	h := w.Header()
	h.Set("Content-Type", map[string]string{"css": "text/css; charset=utf-8", "png": "image/png"}[kind])
	h.Set("Content-Length", strconv.Itoa(len(body)))
	h.Set("Cache-Control", "public, max-age=60")
	if fixed {
		h.Set("Cache-Control", "public, max-age=31536000, immutable")
	}
	_, _ = w.Write(body)
}
