package api_test

import (
	"strings"
	"testing"
)

// TestSale walks the main job through the API: identify, quote, commit, again with the same key, read, return.
func TestSale(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, card := b.enrol("+79161234567")
		found := b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": card}}).want(201)
		if found.str("member", "id") != id || found.str("method") != "card_number" {
			t.Fatalf("identified %s", found.raw)
		}
		sale := with(basket(8), "presence", found.str("presence"))
		quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(200)
		if quote.num("totals", "payable", "amount") != 80_000 || quote.num("totals", "earn") != 40 {
			t.Fatalf("quoted %s", quote.raw)
		}
		commit := request{do: "POST /checkouts/till1-1/commit", token: b.token, key: "k1", body: b.commit(quote, sale)}
		first := b.ask(commit).want(201)
		second := b.ask(commit).want(201)
		if first.raw != second.raw {
			t.Errorf("a repeated commit got other bytes:\n%s\n%s", first.raw, second.raw)
		}
		if first.header.Get("Idempotent-Replayed") != "" || second.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("replayed: %q, %q", first.header, second.header)
		}
		read := b.ask(request{do: "GET /receipts/" + first.str("id"), token: b.token}).want(200)
		if !strings.HasPrefix(read.raw, first.raw[:len(first.raw)-1]) {
			t.Errorf("the stored receipt is\n%s\nbut the answer was\n%s", read.raw, first.raw)
		}
		back := b.ask(request{
			do: "POST /receipts/" + first.str("id") + "/returns?dry_run=true", token: b.token, key: "k2",
			body: m{"lines": []m{{"line_id": "1", "quantity": "1"}}},
		}).want(200)
		if back.num("return", "refund", "amount") != 10_000 || back.num("return", "points_taken") != 5 {
			t.Errorf("a dry return gives %s", back.raw)
		}
		done := b.ask(request{
			do: "POST /checkouts/till1-1/returns", token: b.token, key: "k2", body: m{"lines": []m{{"line_id": "1", "quantity": "1"}}},
		}).want(201)
		again := b.ask(request{
			do: "POST /checkouts/till1-1/returns", token: b.token, key: "k2", body: m{"lines": []m{{"line_id": "1", "quantity": "1"}}},
		}).want(201)
		if done.raw != again.raw {
			t.Errorf("a repeated return got other bytes:\n%s\n%s", done.raw, again.raw)
		}
		if third := b.ask(commit).want(201); third.raw != first.raw {
			t.Error("a commit repeated after a return got other bytes")
		}
		read = b.ask(request{do: "GET /receipts/" + first.str("id")}).want(200)
		if read.str("returned", 0, "quantity") != "1" {
			t.Errorf("returned: %s", read.raw)
		}
		if same := b.ask(request{do: "GET /receipts/" + first.str("id") + "/recompute"}).want(200); same.at("same") != true {
			t.Errorf("recomputed: %s", same.raw)
		}
		points := b.ask(request{do: "GET /members/" + id + "/points"}).want(200)
		if points.num("balance") != 35 {
			t.Errorf("points: %s", points.raw)
		}
		steps := b.ask(request{do: "GET /members/" + id + "/timeline?limit=1"}).want(200)
		more := b.ask(request{do: "GET /members/" + id + "/timeline?limit=1&cursor=" + steps.str("next_cursor")}).want(200)
		if steps.str("items", 0, "kind") != "return" || more.str("items", 0, "kind") != "sale" || more.at("has_more") != false {
			t.Errorf("timeline: %s %s", steps.raw, more.raw)
		}
	})
}

// TestKeys shows what a key stands for: the request, however it is written, and no other.
func TestKeys(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
		body := b.commit(quote, basket(1))
		b.ask(request{do: "POST /checkouts/a/commit", token: b.token, body: body}).want(400, "idempotency_key_missing")
		b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "два", body: body}).want(422, "idempotency_key_invalid")
		b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: strings.Repeat("k", 256), body: body}).want(422, "idempotency_key_invalid")
		b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "has space", body: body}).want(422, "idempotency_key_invalid")

		spaced := `{ "tenders": [ {"amount":{"currency":"RUB","amount":10000},"kind":"cash"} ],` +
			`"totals":{"earn":0,"payable":{"amount":10000,"currency":"RUB"},"redeemed":{"amount":0,"currency":"RUB"},"points":0,` +
			`"discount":{"amount":0,"currency":"RUB"},"gross":{"amount":10000,"currency":"RUB"}},` +
			`"lines":[{"id":"1","sku":"4600000000017","name":"\u041c\u043e\u043b\u043e\u043a\u043e","quantity":"1.000",` +
			`"price":{"amount":10000,"currency":"RUB"},"vat":"10.00","fixed":false}], "currency":"RUB" }`
		first := b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "k", body: body}).want(201)
		second := b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "k", body: spaced}).want(201)
		if first.raw != second.raw || second.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("the same request, written otherwise, was another one: %s", second.raw)
		}
		b.ask(request{do: "POST /checkouts/b/commit", token: b.token, key: "k", body: body}).want(422, "idempotency_key_reused")
		b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "k", body: with(body, "shift", "2")}).want(422, "idempotency_key_reused")

		seen := b.ask(request{do: "GET /operations/k", token: b.token}).want(200)
		if seen.str("state") != "applied" || seen.str("receipt", "id") != first.str("id") {
			t.Errorf("operation: %s", seen.raw)
		}
		if never := b.ask(request{do: "GET /operations/a%2Fb", token: b.token}).want(200); never.str("state") != "never_seen" || never.str("key") != "a/b" {
			t.Errorf("operation: %s", never.raw)
		}
	})
}

// TestTotalsChanged gets the new quote with the refusal, and the key stays free.
func TestTotalsChanged(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
		body := b.commit(quote, basket(1))
		totals := with(quote.at("totals").(m), "payable", rub(9_999))
		r := b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "k", lang: "ru", body: with(body, "totals", totals)}).want(409, "totals_changed")
		if r.num("quote", "totals", "payable", "amount") != 10_000 || r.str("cashier_message") != "Итог изменился" {
			t.Errorf("the refusal says %s", r.raw)
		}
		b.ask(request{do: "POST /checkouts/a/commit", token: b.token, key: "k", body: body}).want(201)
	})
}

// TestOpenCheckout keeps a basket open, replaces it, cancels it.
func TestOpenCheckout(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.ask(request{do: "GET /checkouts/none", token: b.token}).want(404, "not_found")
		put := b.ask(request{do: "PUT /checkouts/open-1", token: b.token, body: basket(1)}).want(200)
		if put.str("state") != "open" || put.num("quote", "totals", "payable", "amount") != 10_000 {
			t.Errorf("opened: %s", put.raw)
		}
		if again := b.ask(request{do: "PUT /checkouts/open-1", token: b.token, body: basket(2)}).want(200); again.num("revision") <= put.num("revision") {
			t.Errorf("replaced: %s", again.raw)
		}
		b.ask(request{do: "GET /checkouts/open-1", token: b.token}).want(200)
		b.ask(request{do: "POST /checkouts/open-1/cancel", token: b.token, key: "c"}).want(200)
		quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(2)}).want(200)
		b.ask(request{do: "POST /checkouts/open-1/commit", token: b.token, key: "k", body: b.commit(quote, basket(2))}).want(422, "checkout_cancelled")
		b.ask(request{do: "PUT /checkouts/a%2Fb", token: b.token, body: basket(1)}).want(422, "invalid_request")
	})
}

// TestOfflineReceipts hands in a batch in which one receipt cannot be read: the others are taken all the same.
func TestOfflineReceipts(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, card := b.enrol("+79161234567")
		one := with(basket(1), "key", "off-1", "checkout_id", "off-1", "tenders", []m{{"kind": "cash", "amount": rub(10_000)}},
			"charged", rub(10_000), "occurred_at", "2026-11-22T09:00:00Z", "member", m{"scan": card}, "number", "77")
		batch := m{"receipts": []m{
			one, with(one, "key", "off-2", "quantity", "1"), with(one, "key", "off-3", "checkout_id", "off-3"),
			with(one, "key", "off-4", "checkout_id", "off-4", "number", "78", "charged", m{"amount": 1, "currency": "EUR"}),
		}}
		r := b.ask(request{do: "POST /receipts:batch", token: b.token, body: batch}).want(200)
		states := []string{r.str("items", 0, "state"), r.str("items", 1, "state"), r.str("items", 2, "state"), r.str("items", 3, "state")}
		if strings.Join(states, " ") != "applied rejected conflict rejected" {
			t.Errorf("the batch became %v: %s", states, r.raw)
		}
		if r.str("items", 1, "error", "errors", 0, "pointer") != "/quantity" || r.str("items", 3, "error", "errors", 0, "pointer") != "/charged/currency" {
			t.Errorf("errors: %s", r.raw)
		}
		again := b.ask(request{do: "POST /receipts:batch", token: b.token, body: batch}).want(200)
		if again.str("items", 0, "state") != "duplicate" || again.str("items", 0, "receipt", "id") != r.str("items", 0, "receipt", "id") {
			t.Errorf("the second time: %s", again.raw)
		}
		b.ask(request{do: "POST /receipts:batch", token: b.token, body: `{"receipts":[{]}`}).want(400, "malformed_json")
	})
}

// TestFindReceipts searches by number, by place and page by page.
func TestFindReceipts(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for i := range 3 {
			key := b.unique("sale")
			b.sell(key, basket(i+1), "number", key, "business_date", "2026-11-22").want(201)
		}
		where := m{"terminal_id": b.till.String(), "business_date": "2026-11-22", "number": "sale-2"}
		if r := b.ask(request{do: "POST /receipts/search", body: where}).want(200); r.num("items", 0, "totals", "gross", "amount") != 20_000 {
			t.Errorf("by number: %s", r.raw)
		}
		var found []string
		cursor := ""
		for range 3 {
			q := m{"store_id": b.made.Store.String(), "limit": 1}
			if cursor != "" {
				q["cursor"] = cursor
			}
			r := b.ask(request{do: "POST /receipts/search", body: q}).want(200)
			found = append(found, r.str("items", 0, "number"))
			cursor = r.str("next_cursor")
		}
		if strings.Join(found, " ") != "sale-3 sale-2 sale-1" || cursor != "" {
			t.Errorf("page by page: %v, then %q", found, cursor)
		}
		b.ask(request{do: "POST /receipts/search", body: m{"cursor": "AAAA"}}).want(422, "malformed_cursor")
		b.ask(request{do: "POST /receipts/search", body: m{"cursor": "~"}}).want(422, "malformed_cursor")
	})
}

// TestWallet pays money in, holds it and takes a part.
func TestWallet(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, _ := b.enrol("+79161234567")
		up := request{do: "POST /top_ups", token: b.token, key: "up", body: m{"member_id": id, "amount": rub(50_000), "tender": "cash"}}
		first := b.ask(up).want(201)
		if second := b.ask(up).want(201); second.raw != first.raw || first.num("balance", "amount") != 50_000 {
			t.Errorf("topped up: %s, then %s", first.raw, second.raw)
		}
		strong := b.ask(request{do: "POST /identifications", body: m{"member_id": id, "terminal_id": b.till.String()}}).want(201)
		q := m{"presence": strong.str("presence"), "kind": "money", "amount": 30_000, "seconds": 600, "terminal_id": b.till.String()}
		hold := b.ask(request{do: "POST /holds", key: "h", body: q}).want(201)
		if again := b.ask(request{do: "POST /holds", key: "h", body: q}).want(201); again.raw != hold.raw {
			t.Errorf("held: %s, then %s", hold.raw, again.raw)
		}
		b.ask(request{do: "POST /holds/" + hold.str("id") + "/capture", key: "c1", body: m{"amount": 30_001}}).want(422, "hold_too_much")
		done := b.ask(request{do: "POST /holds/" + hold.str("id") + "/capture", key: "c2", body: m{"amount": 20_000}}).want(200)
		if done.str("state") != "captured" || done.num("captured") != 20_000 {
			t.Errorf("captured: %s", done.raw)
		}
		b.ask(request{do: "POST /holds/" + hold.str("id") + "/release", key: "c3"}).want(422, "hold_ended")
		b.ask(request{do: "GET /holds/" + hold.str("id")}).want(200)
		points := b.ask(request{do: "GET /members/" + id + "/points"}).want(200)
		if points.num("stored_money", 0, "amount", "amount") != 30_000 {
			t.Errorf("money: %s", points.raw)
		}
	})
}
