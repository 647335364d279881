package api_test

import (
	"strings"
	"testing"
)

// TestOnlineStore: an online shop is a store with an address on the web. What is sold there is sold online, unless the sale
// says otherwise, and it has no place, whatever is asked for.
func TestOnlineStore(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		body := m{"programme_id": b.made.Programme.String(), "name": "Чайка в сети", "online": true, "web_address": "https://shop.example.com"}
		shop := b.ask(request{do: "POST /stores", body: body}).want(201)
		if shop.at("online") != true || shop.str("web_address") != "https://shop.example.com" {
			t.Errorf("the shop is %s", shop.raw)
		}
		path, tag := "/stores/"+shop.str("id"), shop.header.Get("ETag")
		for _, wrong := range []m{
			with(body, "latitude_e6", 55_751_000, "longitude_e6", 37_618_000), with(body, "greeting", m{"ru": "Мы рядом"}), with(body, "web_address", ""),
			with(body, "web_address", "javascript:alert(1)"), with(body, "web_address", "https://"+strings.Repeat("a", 10_000)+".example.com"), with(body, "online", false),
		} {
			b.ask(request{do: "PUT " + path, match: tag, body: wrong}).want(422, "invalid_request")
		}

		programme := "/programmes/" + b.made.Programme.String()
		b.ask(request{do: "POST " + programme + "/promotions", body: m{
			"name": "В сети дешевле", "type": "percent_discount", "active": true, "audience": m{"anonymous": true}, "condition": `channel == "online"`, "settings": m{"percent": "10"},
		}}).want(201)
		of := b.ask(request{do: "GET " + programme}).want(200)
		b.ask(request{do: "POST " + programme + "/publish", match: of.header.Get("ETag"), body: m{}}).want(200)
		sold := ""
		for channel, due := range map[string]int64{"": 9_000, "online": 9_000, "till": 10_000} {
			sale := with(basket(1), "store_id", shop.str("id"))
			if channel != "" {
				sale["channel"] = channel
			}
			if q := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200); q.num("totals", "payable", "amount") != due {
				t.Errorf("%q in the online shop: %s", channel, q.raw)
			} else {
				key := b.unique("online")
				sold = b.ask(request{do: "POST /checkouts/" + key + "/commit", key: key, body: b.commit(q, sale)}).want(201).str("id")
			}
		}
		if q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200); q.num("totals", "payable", "amount") != 10_000 {
			t.Errorf("at a till: %s", q.raw)
		}

		b.ask(request{do: "PUT " + path, match: tag, body: with(body, "closed", true)}).want(200)
		b.ask(request{do: "POST /checkouts/quote", body: with(basket(1), "store_id", shop.str("id"))}).want(422, "store_closed")
		b.ask(request{do: "POST /receipts/" + sold + "/returns", key: "back", body: m{}}).want(201)
	})
}

// TestClosedStoreSellsNothing: where a store is closed nothing new is sold, whatever it is; what was sold comes back, and what
// was answered before is answered so again.
func TestClosedStoreSellsNothing(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		member := b.rich()
		gift := b.giftOf("")
		certificate := request{do: "POST /certificates", token: b.token, key: "before", body: m{
			"template_id": b.templateOf("gift_certificate", `{"worth":10000,"valid_days":30}`), "tender": "cash",
		}}
		before := b.ask(certificate).want(201)
		sold := b.sell(b.unique("sale"), basket(1))
		selling := map[string]request{
			"certificate": {do: certificate.do, token: b.token, key: "after", body: certificate.body},
			"top-up":      b.paying("after"), "hold": b.holding(b.known(member), "points", 10), "gift": b.giving(gift, member),
			"quote": {do: "POST /checkouts/quote", token: b.token, body: basket(1)}, "commit": b.committing("after"),
			"open": {do: "PUT /checkouts/after", token: b.token, body: basket(1)},
		}
		shut := func(closed bool) {
			store := "/stores/" + b.made.Store.String()
			has := b.ask(request{do: "GET " + store}).want(200)
			b.ask(request{do: "PUT " + store, match: has.header.Get("ETag"), body: m{
				"programme_id": has.str("programme_id"), "issuer_id": has.str("issuer_id"), "name": has.str("name"), "time_zone": has.str("time_zone"), "closed": closed,
			}}).want(200)
		}
		for name, q := range selling {
			shut(true)
			if r := b.ask(q); r.status != 422 || r.str("code") != "store_closed" {
				t.Errorf("%s: %d %s", name, r.status, r.raw)
			}
			shut(false)
			b.ask(selling["quote"]).want(200)
		}
		shut(true)
		b.ask(selling["quote"]).want(422, "store_closed")
		shut(false)
		b.ask(selling["commit"]).want(201)
		shut(true)
		if again := b.ask(certificate).want(201); again.str("id") != before.str("id") {
			t.Errorf("sold before %s, now %s", before.raw, again.raw)
		}
		b.ask(request{do: "POST /receipts/" + sold.str("id") + "/returns", token: b.token, key: "back", body: m{}}).want(201)
		b.ask(request{do: "POST /certificates/" + before.str("id") + "/return", token: b.token, key: "back-2", body: m{}}).want(201)
	})
}
