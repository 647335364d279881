package view

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/a-h/templ"
)

// Bar is one bar of a chart.
type Bar struct {
	Label string // below it
	Value int64
	Text  string // the value as it is said
}

// Bars draws bars as SVG, with the values as a table below it for whoever does not see them. Values are not negative; say
// writes one at the side. It is drawn twice, for a screen and for a phone, on which the letters of the first would be
// too small to read.
func Bars(p *Page, title, column string, bars []Bar, say func(int64) string) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		var s strings.Builder
		s.WriteString(`<figure>`)
		plot(&s, "chart broad", title, 860, bars, say)
		plot(&s, "chart slim", title, 320, bars, say)
		s.WriteString(`<details class="data"><summary>` + html.EscapeString(p.Say("common.as_table")) + `</summary><table><thead><tr><th scope="col"></th><th scope="col" class="number">`)
		s.WriteString(html.EscapeString(column) + `</th></tr></thead><tbody>`)
		for _, b := range bars {
			fmt.Fprintf(&s, `<tr><th scope="row">%s</th><td class="number">%s</td></tr>`, html.EscapeString(b.Label), html.EscapeString(b.Text))
		}
		s.WriteString(`</tbody></table></details></figure>`)
		_, err := io.WriteString(w, s.String())
		return err
	})
}

// letter is how wide a digit is at the most, in the units of a drawing.
const letter = 7

// plot draws the bars over a scale of round values, with as many labels below as have room.
func plot(s *strings.Builder, class, title string, width int, bars []Bar, say func(int64) string) {
	const height, top, bottom = 220, 10, 24
	most, longest := int64(0), 1
	for _, b := range bars {
		most = max(most, b.Value)
		longest = max(longest, utf8.RuneCountInString(b.Label))
	}
	by := stride(most)
	steps := max((most+by-1)/by, 1)
	left := 0
	for i := range steps + 1 {
		left = max(left, utf8.RuneCountInString(say(i*by))*letter+letter)
	}
	fmt.Fprintf(s, `<svg class="%s" viewBox="0 0 %d %d" role="img" aria-label="%s">`, class, width, height, html.EscapeString(title))
	for i := range steps + 1 {
		y := height - bottom - i*(height-bottom-top)/steps
		fmt.Fprintf(s, `<line class="grid" x1="%d" x2="%d" y1="%d" y2="%d"/><text x="%d" y="%d" text-anchor="end">%s</text>`,
			left, width, y, y, left-letter, y+4, html.EscapeString(say(i*by)))
	}
	n, room := max(len(bars), 1), width-left
	step := room / n
	every := max(1, (n*(longest*3/2+1)*letter+room-1)/room) // The half is for the last one, which moves inwards.
	for i, b := range bars {
		high := b.Value * (height - bottom - top) / (by * steps)
		x := left + i*room/n // What does not divide is spread, so that nothing stays empty at the end.
		fmt.Fprintf(s, `<rect class="bar" x="%d" y="%d" width="%d" height="%d" rx="2"><title>%s: %s</title></rect>`,
			x+step/8, height-bottom-high, max(1, step-step/4), high, html.EscapeString(b.Label), html.EscapeString(b.Text))
		if (n-1-i)%every == 0 && x+step/2-longest*letter/2 >= 0 { // The last bar is always named: it is today.
			middle := min(x+step/2, width-longest*letter/2)
			fmt.Fprintf(s, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, middle, height-6, html.EscapeString(b.Label))
		}
	}
	s.WriteString(`</svg>`)
}

// stride is a round number of which four or fewer reach the greatest value: 1, 2 or 5 with zeros after it.
func stride(most int64) int64 {
	for base := int64(1); ; base *= 10 {
		for _, n := range []int64{base, 2 * base, 5 * base} {
			if n >= (most+3)/4 {
				return n
			}
		}
	}
}
