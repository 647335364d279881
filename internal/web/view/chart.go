package view

import (
	"context"
	"fmt"
	"html"
	"io"
	"strings"

	"github.com/a-h/templ"
)

// Bar is one bar of a chart.
type Bar struct {
	Label string // below it
	Value int64
	Text  string // the value as it is said
}

// Bars draws bars as SVG, with the values as a table below it for whoever does not see them. Values are not negative.
func Bars(p *Page, title, column string, bars []Bar) templ.Component {
	return templ.ComponentFunc(func(_ context.Context, w io.Writer) error {
		const width, height, left, bottom = 720, 220, 8, 24
		most := int64(1)
		for _, b := range bars {
			most = max(most, b.Value)
		}
		var s strings.Builder
		fmt.Fprintf(&s, `<figure><svg class="chart" viewBox="0 0 %d %d" role="img" aria-label="%s">`, width, height, html.EscapeString(title))
		for i := range 4 {
			y := 10 + i*(height-bottom-10)/3
			fmt.Fprintf(&s, `<line class="grid" x1="0" x2="%d" y1="%d" y2="%d"/>`, width, y, y)
		}
		n := max(len(bars), 1)
		step := (width - 2*left) / n
		every := max(1, len(bars)*52/width)
		for i, b := range bars {
			high := int(b.Value * (height - bottom - 10) / most)
			x := left + i*(width-2*left)/n // What does not divide is spread, so that nothing stays empty at the end.
			fmt.Fprintf(&s, `<rect class="bar" x="%d" y="%d" width="%d" height="%d" rx="2"><title>%s: %s</title></rect>`,
				x+step/8, height-bottom-high, max(1, step-step/4), high, html.EscapeString(b.Label), html.EscapeString(b.Text))
			if i%every == 0 {
				fmt.Fprintf(&s, `<text x="%d" y="%d" text-anchor="middle">%s</text>`, x+step/2, height-6, html.EscapeString(b.Label))
			}
		}
		s.WriteString(`</svg><details class="data"><summary>` + html.EscapeString(p.Say("common.as_table")) + `</summary><table><thead><tr><th scope="col"></th><th scope="col" class="number">`)
		s.WriteString(html.EscapeString(column) + `</th></tr></thead><tbody>`)
		for _, b := range bars {
			fmt.Fprintf(&s, `<tr><th scope="row">%s</th><td class="number">%s</td></tr>`, html.EscapeString(b.Label), html.EscapeString(b.Text))
		}
		s.WriteString(`</tbody></table></details></figure>`)
		_, err := io.WriteString(w, s.String())
		return err
	})
}
