package webtest

import (
	"fmt"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/page"
)

// Point is a place of what a screen shows, from its upper left corner.
type Point struct{ X, Y float64 }

// Middle brings an element onto the screen, unless it is there already, and says where its middle is.
func (tab *Tab) Middle(css string) Point {
	tab.tb.Helper()
	tab.See(css)
	at := Eval[[]float64](tab, fmt.Sprintf(`(() => {
		const e = document.querySelector(%q);
		let r = e.getBoundingClientRect();
		if (r.top < 80 || r.bottom > innerHeight - 80) e.scrollIntoView({ block: "center", behavior: "instant" });
		r = e.getBoundingClientRect();
		return [r.left + r.width / 2, r.top + r.height / 2];
	})()`, css))
	return Point{at[0], at[1]}
}

// Drag presses the mouse at a point, moves it on in steps, as a hand does, and lets it go at another one.
func (tab *Tab) Drag(from, to Point) {
	tab.tb.Helper()
	tab.mouse("mouseMoved", from, 0)
	tab.mouse("mousePressed", from, 1)
	tab.slide(from, to)
	tab.mouse("mouseReleased", to, 0)
}

// Carry is Drag for what the page lets be dragged: it takes it up at a point and lets it fall at another one.
func (tab *Tab) Carry(from, to Point) {
	tab.tb.Helper()
	Send(tab, input.SetInterceptDrags, input.SetInterceptDragsParams{Enabled: true})
	tab.mouse("mouseMoved", from, 0)
	tab.mouse("mousePressed", from, 1)
	tab.slide(from, Point{from.X + 12, from.Y + 12})
	data := &input.DragData{Items: []*input.DragDataItem{{MimeType: "text/plain", Data: "carried"}}, DragOperationsMask: 16}
	for _, kind := range []input.DispatchDragEventType{"dragEnter", "dragOver", "drop"} {
		Send(tab, input.DispatchDragEvent, input.DispatchDragEventParams{Type: kind, X: to.X, Y: to.Y, Data: data})
	}
	tab.mouse("mouseReleased", to, 0)
	Send(tab, input.SetInterceptDrags, input.SetInterceptDragsParams{})
}

func (tab *Tab) slide(from, to Point) {
	const steps = 6
	for i := range steps {
		part := float64(i+1) / steps
		tab.mouse("mouseMoved", Point{from.X + (to.X-from.X)*part, from.Y + (to.Y-from.Y)*part}, 1)
	}
}

func (tab *Tab) mouse(kind input.DispatchMouseEventType, at Point, held int64) {
	tab.tb.Helper()
	Send(tab, input.DispatchMouseEvent, input.DispatchMouseEventParams{Type: kind, X: at.X, Y: at.Y, Button: input.MouseButtonLeft, Buttons: held, ClickCount: 1})
}

// Part takes a picture of one part of the page, however long it is.
func (tab *Tab) Part(css string) []byte {
	tab.tb.Helper()
	box := Eval[[]float64](tab, fmt.Sprintf(`(() => { const r = document.querySelector(%q).getBoundingClientRect(); return [r.left + scrollX, r.top + scrollY, r.width, r.height]; })()`, css))
	beyond := true
	return Send(tab, page.CaptureScreenshot, page.CaptureScreenshotParams{
		Clip: &page.Viewport{X: box[0], Y: box[1], Width: box[2], Height: box[3], Scale: 1}, CaptureBeyondViewport: &beyond,
	}).Data
}
