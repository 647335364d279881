package member

import (
	"bytes"
	"encoding/json"
	"image/png"
	"net/http"
	"strconv"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/assets"
)

// appContent is the policy of the card's page: that of all pages, and its own worker and manifest.
const appContent = web.PageContent + "; worker-src 'self'; manifest-src 'self'"

// manifest says how the card looks as an installed app.
type manifest struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	ShortName  string         `json:"short_name"`
	Lang       string         `json:"lang"`
	Start      string         `json:"start_url"`
	Scope      string         `json:"scope"`
	Display    string         `json:"display"`
	Background string         `json:"background_color"`
	Theme      string         `json:"theme_color"`
	Icons      []manifestIcon `json:"icons"`
}

type manifestIcon struct {
	Source  string `json:"src"`
	Sizes   string `json:"sizes"`
	Type    string `json:"type"`
	Purpose string `json:"purpose"`
}

func (f *Face) manifest(s *seat) error {
	m := manifest{
		ID: CardBase, Name: s.Say("card.title") + " · " + s.Brand.Name, ShortName: s.Brand.Name, Lang: s.Code,
		Start: CardBase, Scope: CardBase, Display: "standalone", Background: "#ffffff", Theme: s.colour().String(),
	}
	for _, side := range iconSides {
		size := strconv.Itoa(side)
		m.Icons = append(m.Icons, manifestIcon{s.iconURL(side), size + "x" + size, "image/png", "any maskable"})
	}
	body, err := json.Marshal(m)
	if err == nil {
		web.Serve(s.w, s.r, "application/manifest+json", body)
	}
	return err
}

// workerFiles are what the card is made of beside its page.
var workerFiles = []string{
	"base.css", "card.css", "theme.js", "icon.svg",
	"card/app.js", "card/account.js", "card/asked.js", "card/bars.js", "card/keep.js", "card/qr.js", "card/totp.js",
}

// worker is the script that keeps the card for the time without a network. It says itself of which files, so that it
// changes with them.
func (f *Face) worker(c *call) error {
	files := make([]string, 0, len(workerFiles)+2)
	for _, name := range workerFiles {
		files = append(files, assets.URL(name))
	}
	version := assets.Version()
	if s, err := f.quietSeat(c); err == nil && s != nil {
		version += "-" + tail(s.Brand.Style) + "-" + tail(s.Brand.Picture)
		for _, address := range []string{s.Brand.Style, s.Brand.Picture} {
			if address != "" {
				files = append(files, address)
			}
		}
	}
	head, err := json.Marshal(files)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	b.WriteString("const version = " + strconv.Quote(version) + ", files = " + string(head) + ";\n")
	body, _ := assets.Body("card/sw.js")
	b.Write(body)
	c.w.Header().Set("Content-Security-Policy", appContent)
	web.Serve(c.w, c.r, "text/javascript; charset=utf-8", b.Bytes())
	return nil
}

// quietSeat is seat for what answers also where nobody has a card.
func (f *Face) quietSeat(c *call) (*seat, error) {
	held, err := c.r.Cookie(cookie)
	if err != nil {
		return nil, err
	}
	session, err := f.Members.Session(c.r.Context(), held.Value, c.now)
	if err != nil {
		return nil, err
	}
	return &seat{call: c, session: session}, f.brand(c, session.Tenant)
}

// tail is what tells two addresses of one file apart.
func tail(address string) string {
	from := strings.LastIndexAny(address, "-/") + 1
	name, _, _ := strings.Cut(address[from:], ".")
	return name
}

// icon is the picture of the installed card.
func (f *Face) icon(s *seat) error {
	size, _, _ := strings.Cut(s.r.PathValue("name"), "-")
	side, err := strconv.Atoi(size)
	known := false
	for _, n := range append(iconSides, touchSide) {
		known = known || n == side
	}
	if err != nil || !known {
		return verno.NotFound("route_not_found")
	}
	var b bytes.Buffer
	logo, err := f.logo(s)
	if err != nil {
		return err
	}
	if err := png.Encode(&b, drawIcon(side, s.colour(), logo)); err != nil {
		return err
	}
	h := s.w.Header()
	h.Set("Content-Type", "image/png")
	h.Set("Content-Length", strconv.Itoa(b.Len()))
	h.Set("Cache-Control", "private, max-age=604800")
	s.w.WriteHeader(http.StatusOK)
	_, err = s.w.Write(b.Bytes())
	return err
}

// iconURL is the address of an icon, which changes with how it looks.
func (s *seat) iconURL(side int) string {
	return CardBase + "icon/" + strconv.Itoa(side) + "-" + strings.TrimPrefix(s.colour().String(), "#") + tail(s.Brand.Picture) + ".png"
}
