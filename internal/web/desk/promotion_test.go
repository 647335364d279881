package desk_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// guestPhone is the phone of the first guest of a test's chain.
const guestPhone = "+79001000000"

// made is a promotion of each type as an owner makes it: what is typed into the form that comes filled in, and what the
// example beside it then says.
var made = []struct {
	kind, field, typed string
	says               string
}{
	{"points_by_amount", "settings/percent", "7,5", "Начислит 93 балла."},
	{"points_multiplier", "settings/times", "3", "Начислит 310 баллов."},
	{"cashback", "settings/percent", "2,5", "Кешбэк: 31 ₽."},
	{"stamps", "settings/needed", "5", "до покупки на карте 4 штампа"},
	{"welcome_bonus", "settings/points", "150", "Всего начислит +250 баллов"},
	{"birthday_bonus", "settings/points", "300", "Начислит 300 баллов."},
	{"percent_discount", "settings/percent", "25", "Скидка 310 ₽. Другие акции"},
	{"fixed_discount", "settings/amount", "150", "Скидка 150 ₽."},
	{"buy_n_get_cheapest", "settings/buy", "3", "Скидка 124,5"},
	{"card_discount", "settings/max", "10", "Скидка 10 ₽."},
	{"points_by_quantity", "settings/points", "10", "Начислит 30 баллов."},
	{"special_price", "settings/price", "200", "Скидка "},
}

// field is the selector of a field by its name, which may have slashes in it.
func field(name string) string { return `[name="` + name + `"]` }

// fill puts any text into a field, the empty one too.
func fill(t *testing.T, tab *webtest.Tab, name, text string) {
	t.Helper()
	value, err := json.Marshal(text)
	if err != nil {
		t.Fatal(err)
	}
	webtest.Eval[bool](tab, `document.querySelector('`+field(name)+`').value = `+string(value)+`, true`)
}

// TestPromotions makes one of each type by its form, with the example that comes alive beside it, looks the changes
// through, publishes them, and sells through the API: they apply. After the way back to the version before they do not.
func TestPromotions(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	tab := webtest.Open(t).Tab(1440, 900, "ru")
	site.Enter(tab)
	for _, m := range made {
		tab.Go(site.Base + "/desk/promotions/new")
		tab.Click(`a[href*="kind=` + m.kind + `"]`)
		tab.See("#example")
		if m.kind == "special_price" {
			tab.Type(field("goods/skus"), "9")
		}
		fill(t, tab, m.field, "")
		tab.Type(field(m.field), m.typed)
		tab.Until(`document.querySelector("#example").innerText.replace(/\s/g, " ").includes("` + m.says + `")`)
		tab.Click("[form=rules].button.main")
		tab.See(".notice.good")
	}
	save(t, tab, "promotion-saved")
	tab.Click(".notice.good a")
	tab.See("#changes")
	if n := webtest.Eval[int](tab, `document.querySelectorAll(".altered").length`); n != len(made) {
		t.Errorf("%d changes are to be published, not %d", n, len(made))
	}
	save(t, tab, "publish")
	if got := price(t, site); got != (priced{Discount: 0, Earn: 50}) {
		t.Errorf("before the publication: %+v", got)
	}
	tab.Type(field("note"), "Осенние акции")
	tab.Click("form .button.main")
	tab.See(".notice.good")
	save(t, tab, "published")
	if got := price(t, site); got.Discount != 25_000+15_000+40_000 || got.Earn < 50 {
		t.Errorf("after the publication: %+v", got)
	}
	tab.Go(strings.TrimSuffix(webtest.Eval[string](tab, "location.href.split('?')[0]"), "3") + "2")
	tab.Click("form[action$='/rollback'] .button.main")
	tab.See(".notice.good")
	save(t, tab, "rolled-back")
	if got := price(t, site); got != (priced{Discount: 0, Earn: 50}) {
		t.Errorf("after the way back: %+v", got)
	}
	tab.Go(site.Base + "/desk/promotions")
	if text := tab.Text("main"); !strings.Contains(text, "12 изменений ещё не опубликованы") || strings.Contains(text, "⟨") {
		t.Error(text)
	}
	save(t, tab, "promotions-drafts")
}

// priced is what a purchase of 1000 rubles comes to.
type priced struct{ Discount, Earn int64 }

// price asks the API, as a till, for a purchase of one article.
func price(t *testing.T, site *webtest.Site) priced {
	t.Helper()
	till := site.Chain.Tills[0]
	var who struct {
		Presence string `json:"presence"`
	}
	if err := till.Call(t.Context(), http.MethodPost, "/api/v1/identifications", "", map[string]any{"scan": guestPhone}, &who); err != nil {
		t.Fatal(err)
	}
	var q struct {
		Totals struct {
			Discount struct {
				Amount int64 `json:"amount"`
			} `json:"discount"`
			Earn int64 `json:"earn"`
		} `json:"totals"`
	}
	err := till.Call(t.Context(), http.MethodPost, "/api/v1/checkouts/quote", "", map[string]any{
		"presence": who.Presence, "currency": "RUB", "lines": []map[string]any{{
			"id": "1", "sku": "9", "name": "A", "quantity": "1", "price": map[string]any{"amount": 100_000, "currency": "RUB"}, "vat": "20",
		}},
	}, &q)
	if err != nil {
		t.Fatal(err)
	}
	return priced{q.Totals.Discount.Amount, q.Totals.Earn}
}

// TestPromotionFaults types nonsense: each fault is said at its field, in words, and nothing that was typed is lost.
func TestPromotionFaults(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	tab := webtest.Open(t).Tab(768, 1024, "en")
	tab.Allow("422")
	site.Enter(tab)
	long := strings.Repeat("<script>alert(1)</script>\u202e😀", 12)
	for _, c := range []struct{ kind, field, typed, fault string }{
		{"percent_discount", "settings/percent", "a lot", "Enter a number"},
		{"percent_discount", "settings/percent", "250", "from 0.01 to 100"},
		{"fixed_discount", "settings/max", "50", "This is less than Discount."},
		{"points_by_amount", "settings/percent", "", "This is needed."},
		{"percent_discount", "condition", "member.purchases >", "cannot be read"},
		{"percent_discount", "goods/categories", "coffee//hot", "Line 1: A step of the category's path is empty."},
		{"special_price", "goods/categories", "", "Choose categories or SKUs"},
		{"percent_discount", "name", long, "Too long, 200 at most."},
	} {
		tab.Go(site.Base + "/desk/promotions/new?kind=" + c.kind)
		tab.See("#example")
		webtest.Eval[bool](tab, `document.querySelectorAll("#rules details").forEach(d => d.open = true), document.querySelector('`+field(c.field)+`').removeAttribute("maxlength"), true`)
		fill(t, tab, c.field, c.typed)
		tab.Click("[form=rules].button.main")
		tab.See("#rules .notice.bad")
		tab.Until(`document.readyState === "complete"`)
		at := webtest.Eval[string](tab, `document.getElementById("`+c.field+`-fault")?.innerText ?? "nothing"`)
		if !strings.Contains(at, c.fault) {
			t.Errorf("%s of %s with %q: %q, not %q", c.field, c.kind, c.typed, at, c.fault)
		}
		if got := webtest.Eval[string](tab, `document.querySelector('`+field(c.field)+`').value`); got != c.typed {
			t.Errorf("%q was lost: %q", c.typed, got)
		}
	}
	save(t, tab, "promotion-fault")
}

// TestPromotionOvertaken: two people change a promotion. The second is told, loses nothing, and may go on.
func TestPromotionOvertaken(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{}, nil)
	browser := webtest.Open(t)
	one, two := browser.Tab(1440, 900, "ru"), browser.Tab(360, 800, "ru")
	two.Allow("422")
	site.Enter(one)
	one.Go(site.Base + "/desk/promotions")
	page := webtest.Eval[string](one, `document.querySelector(".offers a").href`)
	one.Go(page)
	two.Go(page)
	one.Fill(field("settings/percent"), "30")
	one.Click("[form=rules].button.main")
	one.See(".notice.good")
	two.Fill(field("settings/percent"), "15")
	two.Click("[form=rules].button.main")
	two.See(".notice.warn")
	two.Until(`document.readyState === "complete"`)
	save(t, two, "overtaken")
	if text := two.Text(".notice.warn"); !strings.Contains(text, "15") || !strings.Contains(text, "30") {
		t.Error(text)
	}
	if got := webtest.Eval[string](two, `document.querySelector('`+field("settings/percent")+`').value`); got != "15" {
		t.Errorf("what was typed is now %q", got)
	}
	two.Click("[form=rules].button.main")
	two.See(".notice.good")
	one.Go(site.Base + "/desk/promotions")
	if text := one.Text("main"); !strings.Contains(text, "Скидка 15 %") {
		t.Error(text)
	}
}
