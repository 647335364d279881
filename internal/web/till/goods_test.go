package till_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// lines are what the newest receipt of the till sold.
func (s *shop) lines() []line {
	s.tb.Helper()
	var found struct {
		Items []struct {
			Lines []line `json:"lines"`
		} `json:"items"`
	}
	s.call("POST", "/receipts/search", map[string]any{"terminal_id": s.terminal}, &found)
	if len(found.Items) == 0 {
		return nil
	}
	return found.Items[0].Lines
}

type line struct {
	Name     string `json:"name"`
	SKU      string `json:"sku"`
	Quantity string `json:"quantity"`
	Sum      struct {
		Amount int64 `json:"amount"`
	} `json:"sum"`
}

// TestGoods: goods are typed with name, price and quantity beside a plain sum, are mended and taken out again, and stand on
// the receipt as they were typed.
func TestGoods(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 768, 1024)
	s.open()
	s.Click("#add-item")
	s.Type("#item-name", "Сыр «Голландский»")
	s.Click("#item-do")
	s.Until(`document.querySelector("#item-wrong").textContent !== "" && document.activeElement.id === "item-price"`)
	s.Type("#item-price", "899,90")
	s.put("#item-count", "0,35")
	s.Until(`document.querySelector("#item-do").textContent.includes("314,97")`)
	s.Click("#item-do")
	s.See("#line-0")
	s.Click("#edit")
	s.enter("120")
	s.See("#line-1")
	s.See("#pay-cash:not(:disabled)") // The answer to the quote draws the lines anew.
	s.Click("#line-0")
	s.See("#item-out")
	if got := webtest.Eval[string](s.Tab, `["name", "price", "count"].map((id) => document.getElementById("item-" + id).value).join("|")`); got != "Сыр «Голландский»|899,90|0,35" {
		t.Errorf("the line is shown as %q", got)
	}
	s.put("#item-count", "0,5")
	s.Click("#item-do")
	s.Until(`document.querySelector("#line-0").textContent.includes("0.5") || document.querySelector("#line-0").textContent.includes("0,5")`)
	s.Click("#pay-cash:not(:disabled)")
	s.See(".done")
	got := s.lines()
	if len(got) != 2 || got[0].Name != "Сыр «Голландский»" || got[0].Quantity != "0.5" || got[0].Sum.Amount != 44995 || got[1].Sum.Amount != 12000 {
		t.Errorf("sold %+v", got)
	}
}

// TestGivenBasket: a POS hands its basket over in the address; what cannot be sold is no basket, and nothing of it is read
// as a page.
func TestGivenBasket(t *testing.T) {
	t.Parallel()
	s := newShop(t, "en", 1024, 768)
	s.open()
	give := func(basket string) {
		s.Go(s.Base + "/till/#basket=" + url.PathEscape(basket))
	}
	for _, bad := range []string{`{"lines":[]}`, `{"lines":[{"name":"x","price":"-1"}]}`, `{"lines":[{"price":"1","quantity":"many"}]}`, `nothing`} {
		give(bad)
		s.See("#scan")
	}
	if n := webtest.Eval[int](s.Tab, `document.querySelectorAll("#line-0").length`); n != 0 {
		t.Error("a basket that cannot be sold is shown")
	}
	give(`{"lines":[{"sku":"1001","name":"<b>Flat</b> white","category":"coffee","quantity":"2","price":"4.50"},{"name":"Cookie","price":2}]}`)
	s.See("#line-1")
	if said := s.Text("#line-0"); !strings.Contains(said, "<b>Flat</b> white") {
		t.Errorf("the line says %q", said)
	}
	if at := webtest.Eval[string](s.Tab, `location.hash`); at != "" {
		t.Errorf("the address keeps %q", at)
	}
	s.Click("#pay-card:not(:disabled)")
	s.See(".done")
	if got := s.lines(); len(got) != 2 || got[0].SKU != "1001" || got[0].Sum.Amount != 900 || got[1].Sum.Amount != 200 {
		t.Errorf("sold %+v", got)
	}
}

// TestBirthday: who shows a card has the day marked; who only says a phone number is not known well enough for that.
func TestBirthday(t *testing.T) {
	t.Parallel()
	s := newShop(t, "ru", 360, 740)
	moscow, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		t.Fatal(err)
	}
	var made struct {
		Cards []struct {
			ID string `json:"id"`
		} `json:"cards"`
	}
	soon := time.Now().In(moscow).AddDate(0, 0, 2)
	s.call("POST", "/members", map[string]any{
		"phone": "+79165550007", "first_name": "Анна", "birthday": "1990" + soon.Format("-01-02"), "issue_card": true,
	}, &made)
	s.open()
	s.enter("+79165550007")
	s.See(".guest .name")
	if n := webtest.Eval[int](s.Tab, `document.querySelectorAll(".birthday").length`); n != 0 {
		t.Error("a phone number tells a birthday")
	}
	s.enter(s.live(made.Cards[0].ID))
	s.See(".guest .birthday")
	if said := s.Text(".birthday"); !strings.Contains(said, "День рождения") {
		t.Errorf("the mark says %q", said)
	}
	s.enter("100")
	s.See(".earn strong")
	if n := webtest.Eval[int](s.Tab, `document.querySelectorAll(".birthday").length`); n != 1 {
		t.Error("the mark is gone after a quote")
	}
}
