package api_test

import (
	"slices"
	"strings"
	"testing"
)

// TestConfirmation: a till that knows a member by a number alone spends much of the points with a yes in the member's
// phone, or with the PIN, and is told before by what it could.
func TestConfirmation(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, number := b.owing()
		b.holds(id)
		b.must(b.roll.SetPIN(b.ctx, b.herself(id), b.clock(), b.memberID(id), "739041"))
		b.give(id, 2000)
		weak := with(basket(40), "presence", b.shown(id, number), "spend_most", true)
		q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: weak}).want(200)
		needs, _ := q.at("needs").([]any)
		if !slices.Equal(needs, []any{"live_code", "nfc", "pin", "confirmation"}) {
			t.Errorf("needs %v", needs)
		}
		done := b.ask(b.agreed(id, number).request).want(201)
		if done.str("method") != "confirmed" {
			t.Errorf("receipt %s", done.raw)
		}
		proved := b.ask(b.typing(b.shown(id, number), "739041")).want(201)
		if proved.str("method") != "pin" || proved.at("strong") != true || proved.at("member", "points_balance") == nil {
			t.Errorf("proved %s", proved.raw)
		}
		if strings.Contains(b.logged(), "739041") {
			t.Error("the PIN stands in the log")
		}
		asked := b.ask(b.wondering(b.shown(id, number), b.unique("sale"))).want(201)
		if asked.str("state") != "waiting" || asked.at("totals") != nil {
			t.Errorf("before the answer the till hears %s", asked.raw)
		}
		b.ask(request{do: "GET /confirmations/" + asked.str("id")}).want(404, "not_found") // Another credential did not ask.
		both := b.wondering(b.shown(id, number), b.unique("sale"))
		both.body = with(both.body.(m), "stored_money", rub(1), "stored_money_most", true)
		b.ask(both).want(422, "invalid_request")
	})
}
