package card

import (
	"strconv"

	"github.com/verno-loyalty/verno/internal/brand"
)

// What can be read: WCAG 2.2 wants 4.5 of a text; below 3 nobody reads a card in the sun.
const (
	contrastWanted = 4.5
	contrastLeast  = 3.0
)

// colours sees that what stands on a card can be read.
func (c *check) colours(at string, of *Colours) {
	parse := func(name, text string) (brand.Colour, bool) {
		colour, ok := brand.Parse(text)
		if ok = ok && len(text) == len("#rrggbb"); !ok {
			c.Say(at+"/"+name, "colour_invalid")
		}
		return colour, ok
	}
	ground, ok := parse("background", of.Background)
	for _, part := range []struct{ name, text string }{{"foreground", of.Foreground}, {"label", of.Label}} {
		colour, fine := parse(part.name, part.text)
		if !ok || !fine {
			continue
		}
		ratio := brand.Contrast(ground, colour)
		if ratio < contrastLeast {
			c.Say(at+"/"+part.name, "card_contrast_refused", "ratio", strconv.FormatFloat(ratio, 'f', 1, 64))
		} else if ratio < contrastWanted {
			c.warn(at+"/"+part.name, "card_contrast_low", "ratio", strconv.FormatFloat(ratio, 'f', 1, 64))
		}
	}
}
