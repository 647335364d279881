package api_test

import (
	"fmt"
	"strings"
	"testing"
)

// TestCashbackByAPI: an owner publishes cashback, a purchase gives it, the next one is paid with it, and what goes back says
// what became of it: in sums of money, and in the sentences of the slip. A quote's totals are sent back as they came.
func TestCashbackByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		programme := "/programmes/" + b.made.Programme.String()
		b.ask(request{do: "POST " + programme + "/promotions", body: m{
			"name": "Кешбэк", "type": "cashback", "active": true, "settings": m{"percent": "5", "expires_days": 30},
		}}).want(201)
		tag := b.ask(request{do: "GET " + programme}).want(200).header.Get("ETag")
		b.ask(request{do: "POST " + programme + "/publish", match: tag, body: m{}}).want(200)
		id, _ := b.enrol("+79161234567")
		sell := func(key string, tenders ...m) *reply {
			t.Helper()
			sale := with(basket(1), "presence", b.known(id), "terminal_id", b.till.String())
			q := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
			body := b.commit(q, sale)
			if tenders != nil {
				body = with(body, "tenders", tenders)
			}
			commit := request{do: "POST /checkouts/" + key + "/commit", key: key, lang: "ru", body: body}
			first := b.ask(commit).want(201)
			if again := b.ask(commit).want(201); again.raw != first.raw {
				t.Errorf("asked again: %s, then %s", first.raw, again.raw)
			}
			return first
		}
		first := sell("a")
		if first.num("totals", "cashback", "amount") != 500 || !strings.Contains(fmt.Sprint(first.at("messages", "receipt")), "Кешбэк на карту: 5,00 ₽.") {
			t.Errorf("the first purchase: %s", first.raw)
		}
		second := sell("b", m{"kind": "stored_money", "amount": rub(300)}, m{"kind": "cash", "amount": rub(9_700)})
		if second.num("cashback_used", "amount") != 300 || second.num("totals", "cashback", "amount") != 485 {
			t.Errorf("the second: %s", second.raw)
		}
		has := b.ask(request{do: "GET /members/" + id + "/points"}).want(200)
		if has.num("cashback", "available") != 685 || has.num("cashback", "expiring", 0, "amount") != 685 || has.str("cashback", "currency") != "RUB" {
			t.Errorf("has %s", has.raw)
		}
		back := b.ask(request{do: "POST /checkouts/b/returns", key: "r", lang: "ru", body: m{}}).want(201)
		if back.num("return", "cashback_back", "amount") != 300 || back.num("return", "cashback_taken", "amount") != 485 || back.num("return", "refund", "amount") != 9_700 {
			t.Errorf("the return: %s", back.raw)
		}
		line := b.ask(request{do: "GET /members/" + id + "/timeline?limit=1"}).want(200)
		if !strings.Contains(line.raw, `"kind":"cashback"`) || !strings.Contains(line.raw, `"currency":"RUB"`) {
			t.Errorf("the timeline: %s", line.raw)
		}
		if q := b.ask(request{do: "GET /promotion_types"}).want(200); !strings.Contains(q.raw, `"cashback"`) {
			t.Errorf("the types: %s", q.raw)
		}
	})
}
