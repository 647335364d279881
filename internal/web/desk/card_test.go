package desk_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestCardDesigner makes a template of points, moves a field with its button, publishes it as version 1, changes a
// colour, looks at what that changes, and goes back.
func TestCardDesigner(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 2}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	tab.Go(site.Base + "/desk/cards")
	tab.See(".card-list .wallet")
	savePages(t, tab, "cards")
	tab.Go(site.Base + "/desk/cards/new")
	tab.See(".card-kinds .wallet")
	savePages(t, tab, "cards-new")
	tab.Type("#name", "Осенняя карта")
	tab.Click("main form .button.main")
	tab.See("#previews .wallet")
	if n := webtest.Eval[int](tab, `document.querySelectorAll("#previews .wallet").length`); n != 3 {
		t.Errorf("%d pictures of the card, not three", n)
	}
	savePages(t, tab, "card")
	tab.Click("#up-worth")
	tab.Until(`document.getElementById("said").textContent.includes("Крупно")`)
	tab.Click("#down-worth")
	tab.Until(`document.getElementById("said").textContent.includes("Ниже")`)
	tab.Until(`JSON.parse(sessionStorage.getItem(Object.keys(sessionStorage).find((k) => k.startsWith("verno.card")))).past.length === 3`)
	tab.Click("[data-undo]")
	tab.Until(`document.getElementById("up-worth").closest(".card-area").dataset.area === "primary"`)
	tab.Click("#down-worth")
	tab.Until(`document.getElementById("up-worth").closest(".card-area").dataset.area === "secondary"`)
	webtest.Eval[bool](tab, `(() => { const s = document.getElementById("sample"); s.value = "long"; s.dispatchEvent(new Event("change", { bubbles: true })); return true })()`)
	tab.Until(`document.querySelector("#previews .wallet").textContent.includes("1 234 567".replaceAll(" ", "\u00a0"))`)
	save(t, tab, "card-long")
	tab.Click("#design .button.main")
	tab.See(".notice.good")
	tab.Click(`.head [value="publish"]`)
	tab.See("form .button.main")
	savePages(t, tab, "card-publish")
	tab.Type("#note", "Первая")
	tab.Click("main form .button.main")
	tab.See("#progress")
	if head := tab.Text("main h1"); !strings.Contains(head, "Версия 1") {
		t.Error(head)
	}
	savePages(t, tab, "card-version")
	if strings.Contains(tab.Text("main"), "⟨") {
		t.Error("a message is missing")
	}
}

// TestPreviewBeginsAsCardsDo: the card that the designer draws lasts as long, and lets in as often, as its template says of a
// new one.
func TestPreviewBeginsAsCardsDo(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	w := enter(t, site, "ru")
	for kind, want := range map[string]string{"gift_certificate": "Действует до", "club_pass": "5 из 8"} {
		page := strings.ReplaceAll(string(w.get("/desk/cards/"+published(t, site, kind).String()).body), "\u00a0", " ")
		if _, drawn, _ := strings.Cut(page, `id="previews"`); !strings.Contains(drawn, want) {
			t.Errorf("%s: the preview does not say %q", kind, want)
		}
	}
}
