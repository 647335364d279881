package desk_test

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestRulePictures takes pictures of all pages about rules where VERNO_PICTURES says so: both languages, three widths, light
// and dark.
func TestRulePictures(t *testing.T) {
	t.Parallel()
	dir := os.Getenv("VERNO_PICTURES")
	if dir == "" {
		t.Skip("VERNO_PICTURES names no folder")
	}
	for _, lang := range []string{"ru", "en"} {
		site := webtest.Serve(t, lang, webtest.Size{Guests: 2}, nil)
		b := webtest.Open(t)
		for _, width := range []int64{1440, 768, 360} {
			tab := b.Tab(width, 900, lang)
			if width == 1440 {
				site.Enter(tab)
			}
			c := camera{tab, dir, "-" + lang + "-" + strconv.FormatInt(width, 10)}
			c.promotions(t, site.Base)
			c.programme(t, site.Base)
		}
	}
}

// camera takes pictures of one tab.
type camera struct {
	*webtest.Tab

	dir, suffix string
}

func (c camera) shot(t *testing.T, name string) {
	t.Helper()
	for _, dark := range []bool{false, true} {
		c.Dark(dark)
		file := name + c.suffix
		if dark {
			file += "-dark"
		}
		if err := os.WriteFile(filepath.Join(c.dir, file+".png"), c.Picture(), 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

func (c camera) promotions(t *testing.T, base string) {
	t.Helper()
	c.Go(base + "/desk/promotions")
	c.See("main h1")
	c.shot(t, "promotions")
	first := webtest.Eval[string](c.Tab, `document.querySelector(".offers a").href`)
	c.Go(first)
	c.See("#example")
	c.shot(t, "promotion")
	c.Go(base + "/desk/promotions/new")
	c.shot(t, "promotion-kinds")
	for _, kind := range []string{"points_by_amount", "stamps", "birthday_bonus"} {
		c.Go(base + "/desk/promotions/new?kind=" + kind)
		c.See("#example")
		c.shot(t, "promotion-"+kind)
	}
	webtest.Eval[bool](c.Tab, `document.querySelectorAll("main details").forEach(d => d.open = true), true`)
	c.shot(t, "promotion-open")
}

func (c camera) programme(t *testing.T, base string) {
	t.Helper()
	c.Go(base + "/desk/programmes")
	c.See(".worked")
	c.shot(t, "programme")
	here := base + webtest.Eval[string](c.Tab, `location.pathname`)
	for _, name := range []string{"edit", "versions", "versions/2", "publish"} {
		c.Go(here + "/" + name)
		c.See("main h1")
		c.shot(t, "programme-"+strings.ReplaceAll(name, "/", "-"))
	}
}
