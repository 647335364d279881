package api_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/web/api"
	"github.com/verno-loyalty/verno/money"
)

// TestQuoteSpeaks reads what a quote says in both languages, in the forms that go with the numbers.
func TestQuoteSpeaks(t *testing.T) {
	t.Parallel()
	balance := money.Points(2_150)
	moscow := time.FixedZone("Moscow", 3*60*60)
	now := time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)
	q := &checkout.Quote{
		Currency: "RUB", Scale: 2, ExpiresAt: now, Zone: moscow,
		Member: &checkout.MemberView{
			Balance: &balance, NextLevel: "gold", Missing: 50_000,
			Expiring: []checkout.ExpiringPoints{{At: time.Date(2026, time.November, 30, 21, 0, 0, 0, time.UTC), Points: 2_100}},
		},
		Outcome: verno.Outcome{
			Totals: verno.Totals{Discount: 1_050, Points: 100, Redeemed: 100, Earn: 550}, MaxPoints: 1_200,
			Awards: []verno.Award{{Unit: verno.UnitStamps, Points: 2}, {Unit: verno.UnitPoints, Points: 550}},
		},
	}
	for lang, want := range map[string]string{
		"en": "{[Can be spent here: 12 points.] [Discount: 10.50 ₽. Paid with 1 point (1.00 ₽). To be earned: 5.5 points. " +
			"On your card: 2 new stamps. After this purchase you have 26 points to spend. 500.00 ₽ more to the next level. " +
			"21 points can be spent until 30 November 2026.]}",
		"ru": "{[Можно списать: 12 баллов.] [Скидка 10,50 ₽. Оплачено: 1 балл (1,00 ₽). Будет начислено 5,5 балла. " +
			"На карте: 2 новых штампа. После покупки у вас 26 баллов. 500,00 ₽ до следующего уровня. " +
			"21 балл можно потратить до 30.11.2026.]}",
	} {
		if got := fmt.Sprint(api.QuoteMessages(q, lang)); got != want {
			t.Errorf("in %s it says\n%s, want\n%s", lang, got, want)
		}
	}
}

// TestPlurals: the word goes with the number.
func TestPlurals(t *testing.T) {
	t.Parallel()
	for n, want := range map[money.Points]string{
		1: "1 балл", 2: "2 балла", 5: "5 баллов", 11: "11 баллов", 12: "12 баллов", 14: "14 баллов", 21: "21 балл", 22: "22 балла",
		100: "100 баллов", 101: "101 балл", 111: "111 баллов", 112: "112 баллов", 1_003: "1003 балла",
	} {
		r := &verno.Receipt{Currency: "RUB", Return: &verno.ReturnOutcome{PointsBack: n}}
		if got := api.ReceiptMessages(r, 0, "ru").Receipt[0]; got != "Возвращено: "+want+"." {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// TestReceiptSpeaks: the slip says what was earned in the till's language, and the quote says what is left, but only of
// whoever has proved to be there.
func TestReceiptSpeaks(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, card := b.enrol("+79161234567")
		presence := func(who m) string {
			return b.ask(request{do: "POST /identifications", body: with(who, "terminal_id", b.till.String())}).want(201).str("presence")
		}
		said := func(r *reply) string { return fmt.Sprint(r.at("messages", "receipt")) }
		sell := func(name, presence, lang, quoted, slip string) {
			t.Helper()
			sale := with(basket(1), "presence", presence, "terminal_id", b.till.String())
			q := b.ask(request{do: "POST /checkouts/quote", lang: lang, body: sale}).want(200)
			r := b.ask(request{do: "POST /checkouts/" + name + "/commit", key: name, lang: lang, body: b.commit(q, sale)}).want(201)
			if said(q) != quoted || said(r) != slip {
				t.Errorf("the quote says %s, the slip %s", said(q), said(r))
			}
		}
		sell("a", presence(m{"scan": card}), "ru", "[Будет начислено 5 баллов.]", "[Начислено 5 баллов.]")
		sell("b", presence(m{"member_id": id}), "", "[To be earned: 5 points. After this purchase you have 10 points to spend.]", "[Earned: 5 points.]")
		if r := b.ask(request{do: "GET /operations/b", lang: "ru"}).want(200); r.str("receipt", "messages", "receipt", 0) != "Начислено 5 баллов." {
			t.Errorf("asked again the slip says %v", r.at("receipt"))
		}
		back := b.ask(request{do: "POST /checkouts/a/returns", token: b.token, key: "r", lang: "ru", body: m{}}).want(201)
		if said(back) != "[Списано обратно: 5 баллов.]" || back.str("messages", "cashier", 0) != "К выплате 100,00 ₽." {
			t.Errorf("the return says %v", back.at("messages"))
		}
	})
}
