package desk_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// collisions are the texts of the pictures that stand on one another or leave their picture.
const collisions = `[...document.querySelectorAll("#previews svg.wallet")].flatMap((svg) => {
	const texts = [...svg.querySelectorAll("text")].map((t) => ({ says: t.textContent, box: t.getBBox() })), wide = svg.viewBox.baseVal.width;
	const bad = [];
	texts.forEach((a, i) => {
		if (a.box.x < 0 || a.box.x + a.box.width > wide) bad.push(svg.ariaLabel.slice(0, 20) + ": " + a.says + " leaves the card");
		for (const b of texts.slice(i + 1)) {
			const across = Math.min(a.box.x + a.box.width, b.box.x + b.box.width) - Math.max(a.box.x, b.box.x);
			const down = Math.min(a.box.y + a.box.height, b.box.y + b.box.height) - Math.max(a.box.y, b.box.y);
			if (across > 2 && down > Math.min(a.box.height, b.box.height) * 0.45) bad.push(svg.ariaLabel.slice(0, 20) + ": " + a.says + " over " + b.says);
		}
	});
	return bad;
})`

// TestEveryKindIsDrawn looks at every kind of card in all three pictures, in both languages, with the longest texts of the
// samples: nothing stands on anything else, nothing leaves the card, and what a phone would cut off is said.
func TestEveryKindIsDrawn(t *testing.T) {
	t.Parallel()
	for _, lang := range []string{"ru", "en"} {
		t.Run(lang, func(t *testing.T) {
			t.Parallel()
			site := webtest.Serve(t, lang, webtest.Size{}, nil)
			tab := webtest.Open(t).Tab(1440, 900, lang)
			site.Enter(tab)
			for _, kind := range card.Kinds() {
				made, err := site.Server.Office.CreateTemplate(t.Context(), auth.Operator(site.Made.Live.Tenant), site.Server.Now(), site.Made.Live.Programme,
					card.Template{Kind: kind.Name, Name: kind.Title.In(lang)})
				if err != nil {
					t.Fatal(err)
				}
				for _, sample := range []string{"usual", "new", "gold", "expiring", "long"} {
					tab.Go(site.Base + "/desk/cards/" + made.ID.String() + "?show/lang=" + lang + "&show/sample=" + sample)
					tab.See("#previews .wallet")
					for _, fault := range webtest.Eval[[]string](tab, collisions) {
						t.Errorf("%s, %s: %s", kind.Name, sample, fault)
					}
					if strings.Contains(tab.Text("main"), "⟨") {
						t.Errorf("%s: a message is missing", kind.Name)
					}
					if dir := os.Getenv("VERNO_PICTURES"); dir != "" && (sample == "usual" || sample == "long") {
						file := filepath.Join(dir, fmt.Sprintf("kind-%s-%s-%s.png", kind.Name, lang, sample))
						if err := os.WriteFile(file, tab.Part("#previews"), 0o600); err != nil {
							t.Fatal(err)
						}
					}
				}
			}
		})
	}
}
