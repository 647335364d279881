package desk_test

import (
	"encoding/json"
	"html"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/web/webtest"
)

// TestCardNeedsPromotion: the designer warns while nobody gives what a card promises, leads to where that is mended, and is
// quiet as soon as such a promotion is in force.
func TestCardNeedsPromotion(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "en", webtest.Size{}, nil)
	w, s, actor := enter(t, site, "en"), site.Server, auth.Operator(site.Made.Live.Tenant)
	at := map[string]string{}
	for _, kind := range []string{"discount", "coupon", "gift_certificate"} {
		k, _ := card.Find(kind)
		draft := k.Template(kind)
		if kind == "coupon" {
			draft.Settings = json.RawMessage(`{"offer":{"en":"A coffee"},"coupon":"COFFEE","uses":1}`)
		}
		made, err := s.Office.CreateTemplate(t.Context(), actor, s.Now(), site.Made.Live.Programme, draft)
		if err != nil {
			t.Fatal(err)
		}
		at[kind] = "/desk/cards/" + made.ID.String()
	}
	warned := regexp.MustCompile(`nobody gets what this card promises|so this coupon gives nothing yet`)
	says := func(path string) bool { return warned.Match(w.get(path).body) }
	if !says(at["discount"]) || !says(at["discount"]+"/publish") || !says(at["coupon"]) || says(at["gift_certificate"]) {
		t.Error("what nobody gives is not told of")
	}
	page := html.UnescapeString(string(w.get(at["discount"]).body))
	link := regexp.MustCompile(`/desk/promotions/new\?kind=card_discount&programme=prg_[0-9a-z]+`).FindString(page)
	if got := w.get(link); link == "" || got.status != http.StatusOK || !strings.Contains(string(got.body), "<form") {
		t.Errorf("%q leads to %d", link, got.status)
	}
	for _, p := range []verno.Promotion{
		{Name: "Card", Type: "card_discount", Active: true, Settings: json.RawMessage(`{}`)},
		{Name: "Coffee", Type: "percent_discount", Active: true, Condition: `coupon("COFFEE")`, Settings: json.RawMessage(`{"percent":"10"}`)},
	} {
		if _, err := s.Office.CreatePromotion(t.Context(), actor, s.Now(), site.Made.Live.Programme, p); err != nil {
			t.Fatal(err)
		}
	}
	if !says(at["discount"]) {
		t.Error("a draft is taken for what is in force")
	}
	if _, err := s.Office.Publish(t.Context(), actor, s.Now(), site.Made.Live.Programme, 0, ""); err != nil {
		t.Fatal(err)
	}
	if says(at["discount"]) || says(at["coupon"]) {
		t.Error("what is in force is missed")
	}
}
