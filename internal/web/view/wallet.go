package view

import (
	"fmt"
	"hash/fnv"
	"html"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/verno-loyalty/verno/internal/brand"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/words"
	"github.com/verno-loyalty/verno/money"
)

// Wallet draws a card as a phone shows it: a picture of the face, true to the layout of each wallet, in one language.
type Wallet struct {
	*words.Lang

	Face *card.Face
	// Picture is where a picture is, and how large; an empty address for one that there is not.
	Picture func(hash string) (address string, width, height int)
	// Mark is where the house's own logo is, which stands on the page of every card; empty where there is none.
	Mark string
}

// Drawn is a card that was drawn, and what did not fit into it.
type Drawn struct {
	SVG string
	Cut []string // texts that a phone cuts off
}

// Back are the fields of the back that say something, and the names of those that wait until there is something to say.
func (w Wallet) Back() (told []card.Field, waiting []card.Text) {
	for _, f := range w.Face.Back {
		if ValueText(w.Lang, &f.Value) == card.Nothing {
			waiting = append(waiting, f.Label)
			continue
		}
		told = append(told, f)
	}
	return told, waiting
}

// ValueText is what a field says.
func ValueText(l *words.Lang, v *card.Value) string {
	switch {
	case v.Points != nil:
		return l.Points(*v.Points, v.Scale)
	case v.Money != nil:
		return l.Money(*v.Money, v.Currency)
	case v.Percent != nil:
		return l.Percent(money.Percent(*v.Percent))
	case v.Number != nil:
		return l.Number(*v.Number)
	case !v.Date.IsZero() && v.WithTime:
		return l.Day(v.Date) + ", " + v.Date.Format("15:04")
	case !v.Date.IsZero():
		return l.Date(v.Date)
	case v.Text.Empty():
		return v.Link
	default:
		return v.Text.In(l.Code)
	}
}

// Sizes of what is drawn, in the points of a phone.
const (
	cardWide = 340
	cardSide = 16 // between the edge and a text
)

// pen draws a card and remembers what did not fit.
type pen struct {
	*Wallet
	strings.Builder

	name string // of the picture, so that no two pictures of a page name a part of themselves alike
	cut  []string
}

func (p *pen) put(form string, args ...any) { fmt.Fprintf(p, form, args...) }

// line is a text that stands in a room, and how.
type line struct {
	x, y, size int
	bold       bool
	fill       string
	end        bool // x is where it ends
	middle     bool // x is its middle
	least      int  // the smallest size that it may shrink to; its own where zero
	room       int
	wraps      bool // what is too long goes on in a line of its own, so that nothing is lost
}

// write draws a text. One that is too long is drawn smaller, and then cut off and marked, as phones do.
func (p *pen) write(at line, text string) {
	text = strings.TrimSpace(strings.ReplaceAll(text, "\n", " "))
	if text == "" {
		return
	}
	least := at.least
	if least == 0 {
		least = at.size
	}
	for at.size > least && advance(text, at.size) > at.room {
		at.size--
	}
	shown, whole := text, advance(text, at.size) <= at.room
	if !whole {
		shown = shorten(text, at.size, at.room)
	}
	anchor := ""
	switch {
	case at.end:
		anchor = ` text-anchor="end"`
	case at.middle:
		anchor = ` text-anchor="middle"`
	}
	// Where there is little room to spare, the text is as wide as was reckoned, whatever letters the reader's machine has.
	fit := ""
	if reckoned := advance(shown, at.size); reckoned*5 > at.room*4 && utf8.RuneCountInString(shown) > 1 {
		fit = fmt.Sprintf(` textLength="%d" lengthAdjust="spacingAndGlyphs"`, min(reckoned, at.room))
	}
	weight := ""
	if at.bold {
		weight = ` font-weight="600"`
	}
	p.put(`<text x="%d" y="%d" font-size="%d"%s%s fill="%s"%s>%s</text>`, at.x, at.y, at.size, weight, anchor, at.fill, fit, html.EscapeString(shown))
	if !whole && !at.wraps {
		p.cut = append(p.cut, text)
		p.mark(at)
	}
}

// mark is the sign at a text that was cut off.
func (p *pen) mark(at line) {
	x := at.x
	switch {
	case at.end:
		x -= at.room
	case at.middle:
		x -= at.room / 2
	}
	p.put(`<path class="cut" d="M%d %dh%d" stroke="#f59e0b" stroke-width="2" stroke-dasharray="4 3"/>`, x, at.y+4, at.room)
}

// image draws a picture into a place; fit is how SVG says how it fills it.
func (p *pen) image(hash string, x, y, w, h int, fit string) bool {
	address, _, _ := p.Picture(hash)
	if address == "" {
		return false
	}
	p.imageAt(address, x, y, w, h, fit)
	return true
}

func (p *pen) imageAt(address string, x, y, w, h int, fit string) {
	p.put(`<image href="%s" x="%d" y="%d" width="%d" height="%d" preserveAspectRatio="%s"/>`, html.EscapeString(address), x, y, w, h, fit)
}

// done ends the picture, which is described by what it says.
func (p *pen) done(height int) Drawn {
	var says []string
	for _, f := range p.front() {
		says = append(says, f.Label.In(p.Code)+" "+ValueText(p.Lang, &f.Value))
	}
	label := p.name + ": " + p.Face.Title.In(p.Code) + ". " + strings.Join(says, "; ")
	svg := ownIDs(fmt.Sprintf(`<svg class="wallet" xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="system-ui, Roboto, 'Noto Sans', Arial, sans-serif">%s</svg>`,
		cardWide, height, html.EscapeString(label), p.String()))
	return Drawn{svg, slices.Compact(slices.Sorted(slices.Values(p.cut)))}
}

// ownIDs tells the shapes of this drawing from those of others on the same page: their names begin with what the drawing is.
func ownIDs(svg string) string {
	sum := fnv.New32a()
	_, _ = sum.Write([]byte(svg))
	own := fmt.Sprintf("w%08x-", sum.Sum32())
	return strings.NewReplacer(`clipPath id="`, `clipPath id="`+own, `url(#`, `url(#`+own).Replace(svg)
}

// front are all fields of the front, in the order in which they are read.
func (p *pen) front() []card.Field {
	f := p.Face
	return slices.Concat(f.Header, f.Primary, f.Secondary, f.Auxiliary)
}

// column draws a field: its label, and its value below it.
func (p *pen) column(f *card.Field, at line, label string) {
	small := at
	small.size, small.bold, small.fill, small.least = 10, false, label, 9
	p.write(small, strings.ToUpper(f.Label.In(p.Code)))
	at.y += at.size + 3
	p.write(at, ValueText(p.Lang, &f.Value))
}

// columns share the width among fields. The last one stands at the right edge, as on a phone.
func (p *pen) columns(fields []card.Field, x, y, width int, at line, label string) {
	const gap = 10
	n := len(fields)
	for i := range fields {
		room := (width - gap*(n-1)) / n
		at.x, at.y, at.room, at.end = x+i*(room+gap), y, room, false
		if i == n-1 && n > 1 {
			at.x, at.end = x+width, true
		}
		p.column(&fields[i], at, label)
	}
}

// ReadableOn is black or white, whichever is read better on a colour.
func ReadableOn(colour string) string {
	ground, ok := brand.Parse(colour)
	if !ok || brand.Contrast(ground, brand.Colour{R: 255, G: 255, B: 255}) >= brand.Contrast(ground, brand.Colour{R: 32, G: 33, B: 36}) {
		return "#ffffff"
	}
	return "#202124"
}

// advance is how wide a text is, by the letters of an ordinary sans-serif.
func advance(text string, size int) int {
	sum := 0
	for _, r := range text {
		sum += wide(r)
	}
	return sum * size / 1000
}

// wide is the width of a letter in thousandths of its size.
func wide(r rune) int {
	switch {
	case r == ' ' || r == '\u00a0':
		return 280
	case strings.ContainsRune("il.,:;'!|jftrI()[]·", r):
		return 350
	case strings.ContainsRune("mwMWШЩЖЮФшщжюфЫыМ@—%", r):
		return 880
	case r >= '0' && r <= '9':
		return 580
	case r > 0x2190:
		return 1000
	case unicode.IsUpper(r):
		return 690
	default:
		return 580
	}
}

// shorten cuts a text so that it fits with three dots.
func shorten(text string, size, room int) string {
	runes := []rune(text)
	for len(runes) > 1 && advance(string(runes)+"…", size) > room {
		runes = runes[:len(runes)-1]
	}
	return strings.TrimRight(string(runes), " ") + "…"
}

func number(n int) string { return strconv.Itoa(n) }
