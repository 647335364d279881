package desk_test

import (
	"fmt"
	"os"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// pictures takes pictures of pages where VERNO_PICTURES says so: in two languages, on a phone, a tablet and a screen, light
// and dark. The pages are addresses below the desk by the names of their pictures.
func pictures(t *testing.T, site *webtest.Site, pages map[string]string) {
	t.Helper()
	if os.Getenv("VERNO_PICTURES") == "" {
		return
	}
	for _, lang := range []string{"ru", "en"} {
		browser := webtest.Open(t)
		for _, width := range []int64{360, 768, 1440} {
			tab := browser.Tab(width, 900, lang)
			if width == 360 {
				site.Enter(tab)
			}
			for name, path := range pages {
				tab.Go(site.Base + "/desk" + path)
				for _, dark := range []bool{false, true} {
					tab.Dark(dark)
					save(t, tab, fmt.Sprintf("%s-%s-%d-%s", name, lang, width, map[bool]string{false: "light", true: "dark"}[dark]))
				}
				tab.Dark(false)
			}
		}
	}
}
