package member

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/poster"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/view"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// dress makes a page of joining the merchant's, in the colour of the channel where it has one. Whoever says nothing of
// languages, as machines do that draw previews, is answered in the merchant's.
func (f *Face) dress(c *call, channel store.Channel) error {
	if c.r.Header.Get("Accept-Language") == "" {
		if _, err := c.r.Cookie(words.Cookie); err != nil {
			t, err := f.Reader.Tenant(c.r.Context(), channel.Tenant)
			if err != nil {
				return err
			}
			c.Lang = words.In(t.Language)
		}
	}
	if err := f.brand(c, channel.Tenant); err != nil {
		return err
	}
	if accent, ok := brand.Parse(channel.Look.Accent); ok {
		c.Brand.Style, c.Brand.Colour = site.Tint(accent.String()), brand.ShadesOf(accent).Light.Accent.String()
		c.Body += " tint"
	}
	return nil
}

// says is what stands on the form.
func (j *joining) says(c *call) site.FormWords { return site.WordsOf(&j.Look, c.Lang) }

// promise is what whoever joins is given; empty for nothing.
func (j *joining) promise(c *call) string {
	if j.gift <= 0 {
		return ""
	}
	return "+" + c.PointsNamed(j.gift, j.scale) + " " + c.Say("join.gift")
}

// photo is the address of the channel's picture; empty for none.
func (j *joining) photo() string {
	if j.Look.Picture == "" {
		return ""
	}
	return j.address("/preview/" + photoName(j.Look.Picture))
}

// photoName is what a picture's preview is called.
func photoName(hash string) string { return cut(hash) + ".jpg" }

func cut(hash string) string { return hash[:min(len(hash), 16)] }

// preview is what is shown of an address: the channel's picture, or one that is drawn.
type preview struct {
	file string // its name, which changes with what it shows
	kind string
	draw func() ([]byte, error)
}

// seenAs is what is shown of a channel's address in the language of the page.
func (f *Face) seenAs(c *call, j *joining) preview {
	if hash := j.Look.Picture; hash != "" {
		return preview{photoName(hash), "image/jpeg", func() ([]byte, error) {
			p, err := f.Reader.Picture(c.r.Context(), j.Tenant, hash)
			if err != nil {
				return nil, err
			}
			return poster.Photo(p.PNG)
		}}
	}
	p := poster.Preview{Name: c.Brand.Name, Title: j.says(c).Title, Gain: j.promise(c)}
	p.Accent, _ = brand.Parse(c.Brand.Colour)
	sum := sha256.Sum256(fmt.Appendf(nil, "%q", []any{p, c.Brand.Picture})) // The logo's address changes with it.
	return preview{c.Code + "-" + cut(hex.EncodeToString(sum[:])) + ".png", "image/png", func() (_ []byte, err error) {
		if c.Brand.Picture != "" {
			p.Logo, err = f.Reader.Logo(c.r.Context(), j.Tenant)
		}
		if err != nil {
			return nil, err
		}
		return poster.DrawPreview(p)
	}}
}

// share says what is shown of the page where its address is sent on. The address keeps what is counted by: networks that
// take it from here would lose it.
func (f *Face) share(c *call, j *joining) {
	seen, outside := f.seenAs(c, j), f.Frame.Outside(c.r)
	about := strings.Join(strings.Fields(j.says(c).Lead), " ")
	if promise := j.promise(c); promise != "" {
		about = promise + ". " + about
	}
	c.Shared = &view.Shared{
		Title: j.says(c).Title, Description: about, Address: outside + j.address(counted(c.Query)),
		Picture: outside + j.address("/preview/"+seen.file), Kind: seen.kind, Width: poster.PreviewShape.Width, Height: poster.PreviewShape.Height,
	}
}

// counted is what of an address is counted by, as it stands behind one.
func counted(q url.Values) string {
	kept := url.Values{}
	for name, value := range member.SourceOf(sources(q)) {
		kept.Set(name, value)
	}
	if len(kept) == 0 {
		return ""
	}
	return "?" + kept.Encode()
}

// preview answers what is shown of a channel's address. One that is asked for by an older name is the present one, for a
// minute only.
func (f *Face) preview(c *call) error {
	channel, err := f.Members.Open(c.r.Context(), c.r.PathValue("code"))
	if err != nil {
		return err
	}
	if err := f.dress(c, channel); err != nil {
		return err
	}
	file := c.r.PathValue("file")
	if lang, _, ok := strings.Cut(file, "-"); ok && slices.Contains(words.Languages, lang) {
		c.Lang = words.In(lang)
	}
	j := &joining{Channel: channel}
	if j.gift, j.scale, err = f.Members.Greeting(c.r.Context(), channel, c.now); err != nil && !unready(err) {
		return err
	}
	seen := f.seenAs(c, j)
	body, err := f.drawn.get(channel.Tenant.String()+seen.file, seen.draw)
	if err != nil {
		return err
	}
	keep := "public, max-age=60"
	if file == seen.file {
		keep = "public, max-age=31536000, immutable"
	}
	c.w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin") // Pages of networks show it.
	web.ServeKept(c.w, c.r, seen.kind, keep, body)
	return nil
}

// drawn are the previews that were drawn last. One is drawn at a time, however many ask.
type drawn struct {
	mu   sync.Mutex
	kept map[string][]byte
}

const mostDrawn = 64

func (d *drawn) get(name string, draw func() ([]byte, error)) ([]byte, error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if body := d.kept[name]; body != nil {
		return body, nil
	}
	body, err := draw()
	if err != nil {
		return nil, err
	}
	if d.kept == nil || len(d.kept) >= mostDrawn {
		d.kept = map[string][]byte{}
	}
	d.kept[name] = body
	return body, nil
}

// machines are what draws previews of addresses, and what looks for pages, by a part of the name that it gives itself. In
// the names of browsers inside apps none of them stands.
var machines = []string{
	"bot", "preview", "crawl", "spider", "facebookexternalhit", "facebookcatalog", "meta-external", "whatsapp", "vkshare",
	"embedly", "iframely", "slack-imgproxy",
}

// counts says whether a request is somebody who looks at the page, and not a machine that draws a preview of the link.
func counts(r *http.Request) bool {
	agent := strings.ToLower(r.UserAgent())
	for _, machine := range machines {
		if strings.Contains(agent, machine) {
			return false
		}
	}
	return r.Method == http.MethodGet && agent != "" && r.Header.Get("Sec-Purpose") == ""
}
