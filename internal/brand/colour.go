package brand

import (
	"fmt"
	"math"
	"regexp"
)

// Colour is a colour as screens have it.
type Colour struct{ R, G, B uint8 }

var written = regexp.MustCompile(`^#?([0-9a-fA-F]{6})$`)

// Parse reads #rrggbb. It returns false for anything else.
func Parse(text string) (c Colour, ok bool) {
	m := written.FindStringSubmatch(text)
	if m == nil {
		return c, false
	}
	_, err := fmt.Sscanf(m[1], "%02x%02x%02x", &c.R, &c.G, &c.B)
	return c, err == nil
}

// String is #rrggbb.
func (c Colour) String() string { return fmt.Sprintf("#%02x%02x%02x", c.R, c.G, c.B) }

// RGBA makes it a color.Color.
func (c Colour) RGBA() (r, g, b, a uint32) {
	return uint32(c.R) * 0x101, uint32(c.G) * 0x101, uint32(c.B) * 0x101, 0xffff
}

// Contrast is how well two colours part, from 1 to 21, as WCAG 2.2 counts it.
func Contrast(a, b Colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c Colour) luminance() float64 {
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func linear(v uint8) float64 {
	f := float64(v) / 255
	if f <= 0.04045 {
		return f / 12.92
	}
	return math.Pow((f+0.055)/1.055, 2.4)
}

func gamma(f float64) uint8 {
	f = min(max(f, 0), 1)
	if f <= 0.0031308 {
		return uint8(math.Round(f * 12.92 * 255))
	}
	return uint8(math.Round((1.055*math.Pow(f, 1/2.4) - 0.055) * 255))
}

// lab is a colour as eyes see it: lightness from 0 to 1, and two axes of hue (OKLab, by Björn Ottosson).
type lab struct{ l, a, b float64 }

func (c Colour) lab() lab {
	r, g, b := linear(c.R), linear(c.G), linear(c.B)
	l := math.Cbrt(0.4122214708*r + 0.5363325363*g + 0.0514459929*b)
	m := math.Cbrt(0.2119034982*r + 0.6806995451*g + 0.1073969566*b)
	s := math.Cbrt(0.0883024619*r + 0.2817188376*g + 0.6299787005*b)
	return lab{
		0.2104542553*l + 0.7936177850*m - 0.0040720468*s,
		1.9779984951*l - 2.4285922050*m + 0.4505937099*s,
		0.0259040371*l + 0.7827717662*m - 0.8086757660*s,
	}
}

// chroma is how far a colour is from grey: 0 for grey, about 0.3 for the most vivid.
func (o lab) chroma() float64 { return math.Hypot(o.a, o.b) }

// distance is how differently two colours look.
func (o lab) distance(p lab) float64 { return math.Hypot(o.l-p.l, math.Hypot(o.a-p.a, o.b-p.b)) }

func (o lab) colour() Colour {
	l := cube(o.l + 0.3963377774*o.a + 0.2158037573*o.b)
	m := cube(o.l - 0.1055613458*o.a - 0.0638541728*o.b)
	s := cube(o.l - 0.0894841775*o.a - 1.2914855480*o.b)
	return Colour{
		gamma(4.0767416621*l - 3.3077115913*m + 0.2309699292*s),
		gamma(-1.2684380046*l + 2.6097574011*m - 0.3413193965*s),
		gamma(-0.0041960863*l - 0.7034186147*m + 1.7076147010*s),
	}
}

func cube(f float64) float64 { return f * f * f }

// mixed is so much of a colour on another one, as color-mix does it in sRGB.
func (c Colour) mixed(share float64, on Colour) Colour {
	part := func(a, b uint8) uint8 { return uint8(math.Round(float64(a)*share + float64(b)*(1-share))) }
	return Colour{part(c.R, on.R), part(c.G, on.G), part(c.B, on.B)}
}
