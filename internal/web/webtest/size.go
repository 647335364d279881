package webtest

import "github.com/chromedp/cdproto/emulation"

// Size makes the page as large as another screen.
func (tab *Tab) Size(width, height int64) {
	tab.tb.Helper()
	Send(tab, emulation.SetDeviceMetricsOverride, emulation.SetDeviceMetricsOverrideParams{
		Width: width, Height: height, DeviceScaleFactor: 1, Mobile: width < 700,
	})
}
