package brand

import "fmt"

// Readable is the contrast that text needs (WCAG 2.2, AA).
const Readable = 4.5

// Own is Verno's colour, for merchants that have chosen none.
var Own = Colour{0x0b, 0x6b, 0x4f}

// Shade is a colour as it is used on one ground: for links and buttons, and for the text on a button.
type Shade struct{ Accent, On Colour }

// Shades are a merchant's colour on paper and in the dark.
type Shades struct{ Light, Dark Shade }

// The grounds that a page has, the hardest to read on of each kind: they are those of base.css.
var (
	white     = Colour{0xff, 0xff, 0xff}
	lightest  = Colour{0xff, 0xff, 0xff}
	lightLow  = Colour{0xf5, 0xf6, 0xf7}
	darkest   = Colour{0x15, 0x18, 0x1b}
	darkHigh  = Colour{0x22, 0x27, 0x2c}
	darkInk   = Colour{0x10, 0x14, 0x18}
	softShare = 0.12
)

// ShadesOf keeps the hue of a colour and moves its lightness until it can be read: against the page, its sheets, and the
// soft ground that is tinted with the colour itself. The text on it is white or nearly black, whichever parts better.
func ShadesOf(c Colour) Shades {
	return Shades{
		Light: shade(c, -0.01, lightest, lightLow),
		Dark:  shade(c, 0.01, darkest, darkHigh),
	}
}

func shade(c Colour, step float64, ground, sheet Colour) Shade {
	o := c.lab()
	for range 100 {
		now := o.colour()
		soft := now.mixed(softShare, ground)
		if min(Contrast(now, ground), Contrast(now, sheet), Contrast(now, soft)) >= Readable {
			c = now
			break
		}
		o.l += step
		o.a, o.b = o.a*0.995, o.b*0.995 // Near white and black there is less room for hue.
		c = o.colour()
	}
	on := white
	if Contrast(c, darkInk) > Contrast(c, white) {
		on = darkInk
	}
	return Shade{c, on}
}

// Altered says whether a colour had to be changed to be read on paper, so that a merchant can be told.
func (s Shades) Altered(c Colour) bool { return s.Light.Accent != c }

// CSS sets the colours of pages, for the elements that a selector names.
func (s Shades) CSS(selector string) string {
	return fmt.Sprintf("@layer brand { %s { --accent: light-dark(%s, %s); --on-accent: light-dark(%s, %s); --soft: color-mix(in srgb, var(--accent) 12%%, var(--paper)); } }\n",
		selector, s.Light.Accent, s.Dark.Accent, s.Light.On, s.Dark.On)
}
