package desk_test

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web/webtest"
	"github.com/verno-loyalty/verno/money"
)

// TestReceiptsTellOfCashback: the list of receipts says what cashback a purchase gave and a return took, apart from points, and
// calls a return by the number of its purchase; the file says the same.
func TestReceiptsTellOfCashback(t *testing.T) {
	t.Parallel()
	site := webtest.Serve(t, "ru", webtest.Size{Guests: 1}, nil)
	s, boss, ctx := site.Server, auth.Operator(site.Made.Live.Tenant), t.Context()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	_, err := s.Office.CreatePromotion(ctx, boss, s.Now(), site.Made.Live.Programme, verno.Promotion{
		Name: "Кешбэк", Type: "cashback", Active: true, Settings: json.RawMessage(`{"percent":"5"}`),
	})
	must(err)
	_, err = s.Office.Publish(ctx, boss, s.Now(), site.Made.Live.Programme, 0, "")
	must(err)
	const price money.Amount = 200_00
	done, err := s.Till.Replay(ctx, boss, []checkout.Replay{{
		Key: "sold", OccurredAt: s.Now(), Number: "X-7", Member: checkout.Identify{Scan: "+79001000000"},
		Sale: checkout.Sale{Store: site.Made.Live.Store, Basket: verno.Basket{Currency: "RUB", Lines: []verno.Line{
			{ID: "1", SKU: "1", Name: "Обед", Quantity: money.One, Price: price, Sum: price},
		}}},
		Tenders: []verno.Tender{{Kind: verno.TenderCard, Amount: price}}, Charged: new(price),
	}})
	must(err)
	if done[0].State != "applied" {
		t.Fatal(done[0].State, done[0].Err)
	}
	_, _, err = s.Till.Return(ctx, boss, checkout.Return{Key: "back", Receipt: done[0].Receipt.ID})
	must(err)
	w := enter(t, site, "ru")
	got := w.get("/desk/receipts")
	page := plain(got.body)
	if got.status != http.StatusOK {
		t.Fatal(got.status)
	}
	for _, part := range []string{"+10 ₽ кешбэка", "−10 ₽ кешбэка", "Возврат к № X-7", "№ X-7"} {
		if !strings.Contains(page, part) {
			t.Errorf("the list does not say %q", part)
		}
	}
	rows := table(t, w.get("/desk/receipts.csv").body, ';')
	if len(rows) != 3 || rows[0][13] != "Кешбэка начислено" || rows[1][14] != "10,00" || rows[2][13] != "10,00" {
		t.Errorf("the file says %q", rows)
	}
	pictures(t, site, map[string]string{"receipts-cashback": "/receipts"})
}
