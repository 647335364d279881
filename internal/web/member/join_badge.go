package member

import (
	"fmt"
	"html"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/site"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// badge is the form's button as a picture, for a link on somebody's own page. It follows the look of the form.
func (f *Face) badge(c *call) error {
	channel, err := f.Members.Open(c.r.Context(), c.r.PathValue("code"))
	if err != nil {
		return err
	}
	lang, isSVG := strings.CutSuffix(c.r.PathValue("file"), ".svg")
	if !isSVG || !slices.Contains(words.Languages, lang) {
		return verno.NotFound("route_not_found")
	}
	if err := f.dress(c, channel); err != nil {
		return err
	}
	c.Lang = words.In(lang)
	accent, ok := brand.Parse(c.Brand.Colour)
	if !ok {
		accent = brand.Own
	}
	shade := brand.ShadesOf(accent).Light
	c.w.Header().Set("Cross-Origin-Resource-Policy", "cross-origin") // It stands on other people's pages.
	web.ServeKept(c.w, c.r, "image/svg+xml", "public, max-age=3600", []byte(badgeOf(site.WordsOf(&channel.Look, c.Lang).Button, shade)))
	return nil
}

// badgeOf draws a button with a card on it, as wide as its words need.
func badgeOf(text string, s brand.Shade) string {
	const letter, left, right = 10, 62, 24
	room := letter * utf8.RuneCountInString(text)
	wide := left + room + right
	return fmt.Sprintf(`<svg xmlns="http://www.w3.org/2000/svg" width="%[1]d" height="56" viewBox="0 0 %[1]d 56" role="img" aria-label="%[2]s">`+
		`<rect width="%[1]d" height="56" rx="12" fill="%[3]s"/>`+
		`<g fill="none" stroke="%[4]s" stroke-width="2.4" stroke-linecap="round" stroke-linejoin="round"><rect x="20" y="18" width="30" height="20" rx="4"/><path d="M20 25h30M26 32l3 3 6-7"/></g>`+
		`<text x="%[5]d" y="34" fill="%[4]s" font-family="system-ui, 'Segoe UI', Roboto, Arial, sans-serif" font-size="17" font-weight="600" text-anchor="middle">%[2]s</text></svg>`,
		wide, html.EscapeString(text), s.Accent, s.On, left+room/2)
}
