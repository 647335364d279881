package api_test

import (
	"time"

	"github.com/verno-loyalty/verno"
)

// placeCauses are about who stands at which till.
var placeCauses = map[string]cause{
	"presence_invalid": {422, func(b *bundle) request { return b.quoting("prs_x") }},
	"presence_stale": {409, func(b *bundle) request {
		id := b.member()
		presence := b.known(id)
		b.ask(request{do: "POST /members/" + id + "/freeze"}).want(200)
		return b.quoting(presence)
	}},
	"card_not_usable": {404, func(b *bundle) request {
		id, number := b.enrol(b.phone())
		b.ask(request{do: "POST /cards/" + b.cardOf(id) + "/block", body: m{"reason": "lost"}}).want(200)
		return b.scanning(number)
	}},
	"code_unreadable": {422, func(b *bundle) request { // its check digits are another's
		live := []byte(b.liveCode(b.member()))
		live[41] = '0' + (live[41]-'0'+1)%10
		return b.scanning(string(live))
	}},
	"code_used": {403, func(b *bundle) request {
		q := b.scanning(b.liveCode(b.member()))
		b.ask(q).want(201)
		return q
	}},
	"code_expired": {422, func(b *bundle) request {
		q := b.scanning(b.liveCode(b.member()))
		b.later(2 * time.Minute)
		return q
	}},
	"store_closed": {422, func(b *bundle) request {
		shop := b.ask(request{do: "POST /stores", body: m{"programme_id": b.made.Programme.String(), "name": "Чайка на углу", "closed": true}}).want(201)
		return request{do: "POST /checkouts/quote", body: with(basket(1), "store_id", shop.str("id"))}
	}},
	"store_unknown": {404, func(b *bundle) request {
		return request{do: "POST /identifications", body: m{"member_id": b.member(), "terminal_id": verno.TerminalID{1}.String()}}
	}},
	"store_missing": {422, func(b *bundle) request { return request{do: "POST /identifications", body: m{"member_id": b.member()}} }},
	"programme_unpublished": {409, func(b *bundle) request {
		shop := b.ask(request{do: "POST /stores", body: m{
			"name": b.unique("Чайка"), "programme_id": b.programme(), "issuer_id": b.made.Issuer.String(), "time_zone": "Europe/Moscow",
		}}).want(201)
		return request{do: "POST /checkouts/quote", body: with(basket(1), "store_id", shop.str("id"))}
	}},
}

// quoting is a quote for whoever was identified with the key that may do all.
func (b *bundle) quoting(presence string) request {
	return request{do: "POST /checkouts/quote", body: with(basket(1), "presence", presence, "terminal_id", b.till.String())}
}

func (b *bundle) scanning(code string) request {
	return request{do: "POST /identifications", token: b.token, body: m{"scan": code}}
}

func (b *bundle) cardOf(id string) string {
	b.t.Helper()
	return b.ask(request{do: "GET /members/" + id + "/cards"}).want(200).str("items", 0, "id")
}

// liveCode is what the member's card shows now.
func (b *bundle) liveCode(id string) string {
	b.t.Helper()
	return b.ask(request{do: "POST /cards/" + b.cardOf(id) + "/code"}).want(200).str("codes", 0, "code")
}

// saleCauses are about checkouts, receipts and returns.
var saleCauses = map[string]cause{
	"totals_changed": {409, func(b *bundle) request {
		q := b.committing(b.unique("sale"))
		q.body = with(q.body.(m), "totals", with(q.body.(m)["totals"].(m), "payable", rub(9_999)))
		return q
	}},
	"tenders_mismatch": {422, func(b *bundle) request {
		return b.committing(b.unique("sale"), "tenders", []m{{"kind": "cash", "amount": rub(1)}})
	}},
	"spend_needs_member": {422, func(b *bundle) request {
		return request{do: "POST /checkouts/quote", token: b.token, body: with(basket(1), "spend_points", 5)}
	}},
	"checkout_committed": {422, func(b *bundle) request {
		name := b.unique("sale")
		b.ask(b.committing(name)).want(201)
		return b.committing(name)
	}},
	"checkout_cancelled": {422, func(b *bundle) request {
		name := b.unique("sale")
		b.ask(request{do: "POST /checkouts/" + name + "/cancel", token: b.token, key: b.unique("key")}).want(200)
		return b.committing(name)
	}},
	"receipt_exists": {422, func(b *bundle) request {
		number := b.unique("number")
		b.ask(b.committing(b.unique("sale"), "number", number, "business_date", "2026-11-22")).want(201)
		return b.committing(b.unique("sale"), "number", number, "business_date", "2026-11-22")
	}},
	"return_too_much":     {422, func(b *bundle) request { return b.returning("/checkouts/"+b.sold()+"/returns", "1", "2") }},
	"return_unknown_line": {422, func(b *bundle) request { return b.returning("/checkouts/"+b.sold()+"/returns", "7", "1") }},
	"return_not_a_sale": {422, func(b *bundle) request {
		back := b.ask(b.returning("/checkouts/"+b.sold()+"/returns", "1", "1")).want(201)
		return b.returning("/receipts/"+back.str("id")+"/returns", "1", "1")
	}},
	"time_out_of_range": {200, func(b *bundle) request {
		old := offline(b.unique("off"), "occurred_at", "2030-01-01T00:00:00Z")
		return request{do: "POST /receipts:batch", token: b.token, body: m{"receipts": []m{old}}}
	}},
}

// sold is the name of a checkout that was committed.
func (b *bundle) sold() string {
	b.t.Helper()
	name := b.unique("sale")
	b.ask(b.committing(name)).want(201)
	return name
}

func (b *bundle) returning(path, line, quantity string) request {
	return request{do: "POST " + path, token: b.token, key: b.unique("back"), body: m{"lines": []m{{"line_id": line, "quantity": quantity}}}}
}

// valueCauses are about points and money, held and spent.
var valueCauses = map[string]cause{
	"insufficient_points": {422, func(b *bundle) request { return b.holding(b.known(b.member()), "points", 5) }},
	"insufficient_money":  {422, func(b *bundle) request { return b.holding(b.known(b.member()), "money", 5) }},
	"strength_needed": {403, func(b *bundle) request {
		_, number := b.enrol(b.phone())
		q := b.holding(b.ask(b.scanning(number)).want(201).str("presence"), "money", 5)
		q.token = b.token
		return q
	}},
	"account_frozen": {403, func(b *bundle) request {
		id := b.member()
		b.give(id, 10)
		b.ask(request{do: "POST /members/" + id + "/freeze"}).want(200)
		return b.holding(b.known(id), "points", 5)
	}},
	"account_cooling": {403, func(b *bundle) request {
		id := b.member()
		b.give(id, 10)
		tag := b.ask(request{do: "GET /members/" + id}).want(200).header.Get("ETag")
		b.ask(request{do: "PATCH /members/" + id, match: tag, body: m{"phone": b.phone()}}).want(200)
		return b.holding(b.known(id), "points", 5)
	}},
	"hold_too_much": {422, func(b *bundle) request { _, hold := b.held(); return b.capturing(hold, 11) }},
	"hold_ended": {422, func(b *bundle) request {
		_, hold := b.held()
		b.ask(b.capturing(hold, 10)).want(200)
		return b.capturing(hold, 10)
	}},
	"hold_short": {422, func(b *bundle) request {
		presence := b.known(b.member())
		sale := with(basket(1), "presence", presence, "terminal_id", b.till.String())
		quote := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
		name := b.unique("sale")
		b.ask(request{do: "POST /checkouts/" + name + "/commit", key: name, body: b.commit(quote, sale)}).want(201)
		hold := b.ask(b.holding(presence, "points", 5)).want(201).str("id")
		b.ask(b.returning("/checkouts/"+name+"/returns", "1", "1")).want(201)
		return b.capturing(hold, 5)
	}},
	"adjust_limit": {422, func(b *bundle) request {
		return request{
			do: "POST /members/" + b.member() + "/points/adjustments", token: b.newKey(verno.MayAdjust), key: b.unique("key"),
			body: m{"points": 501, "reason": "goodwill"},
		}
	}},
	"adjust_daily": {422, func(b *bundle) request {
		q := request{token: b.newKey(verno.MayAdjust), body: m{"points": 500, "reason": "goodwill"}}
		for range adjustedDaily/500 + 1 {
			q.do, q.key = "POST /members/"+b.member()+"/points/adjustments", b.unique("key")
			if r := b.ask(q); r.status != 201 {
				break
			}
		}
		return q
	}},
}

// held is a member of whose points ten are held.
func (b *bundle) held() (id, hold string) {
	b.t.Helper()
	id = b.member()
	b.give(id, 10)
	return id, b.ask(b.holding(b.known(id), "points", 10)).want(201).str("id")
}

func (b *bundle) capturing(hold string, amount int) request {
	return request{do: "POST /holds/" + hold + "/capture", key: b.unique("end"), body: m{"amount": amount}}
}
