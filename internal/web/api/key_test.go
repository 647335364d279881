package api_test

import (
	"reflect"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/card"
)

// scene is a request that a key names, and one that is good too but not the same.
type scene struct{ one, other request }

// keyed sets the scene for each route that takes an Idempotency-Key.
var keyed = map[string]func(b *bundle) scene{
	"POST /checkouts/{id}/commit": func(b *bundle) scene {
		quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
		body := b.commit(quote, basket(1))
		return scene{
			request{do: "POST /checkouts/a/commit", token: b.token, body: body},
			request{do: "POST /checkouts/a/commit", token: b.token, body: with(body, "shift", "2")},
		}
	},
	"POST /checkouts/{id}/cancel": func(b *bundle) scene {
		b.ask(request{do: "PUT /checkouts/a", token: b.token, body: basket(1)}).want(200)
		return scene{request{do: "POST /checkouts/a/cancel", token: b.token}, request{do: "POST /checkouts/b/cancel", token: b.token}}
	},
	"POST /checkouts/{id}/returns": func(b *bundle) scene {
		b.sell("a", basket(2)).want(201)
		return returning("POST /checkouts/a/returns")
	},
	"POST /receipts/{id}/returns": func(b *bundle) scene {
		return returning("POST /receipts/" + b.sell("a", basket(2)).want(201).str("id") + "/returns")
	},
	"POST /top_ups": func(b *bundle) scene {
		id, _ := b.enrol("+79161234567")
		body := m{"member_id": id, "amount": rub(50_000), "tender": "cash", "terminal_id": b.till.String()}
		return scene{request{do: "POST /top_ups", body: body}, request{do: "POST /top_ups", body: with(body, "amount", rub(1))}}
	},
	"POST /admissions": func(b *bundle) scene {
		body := m{"scan": string(b.issue("club_pass", anyTime, card.Document{}).Number), "terminal_id": b.till.String()}
		return scene{request{do: "POST /admissions", body: body}, request{do: "POST /admissions", body: with(body, "again", true)}}
	},
	"POST /admissions/{id}/undo": func(b *bundle) scene {
		c := b.issue("club_pass", anyTime, card.Document{})
		one, other := b.ask(b.entering(c)).want(201).str("id"), b.ask(b.entering(c, "again", true)).want(201).str("id")
		return scene{request{do: "POST /admissions/" + one + "/undo"}, request{do: "POST /admissions/" + other + "/undo"}}
	},
	"POST /cards/{id}/uses": func(b *bundle) scene {
		fill := "POST /cards/" + b.issue("club_pass", anyTime, card.Document{}).ID.String() + "/uses"
		return scene{request{do: fill, body: m{"count": 8}}, request{do: fill, body: m{"count": 9}}}
	},
	"POST /coupons": func(b *bundle) scene {
		template, _ := b.couponOf("")
		body := m{"template_id": template}
		return scene{request{do: "POST /coupons", body: body}, request{do: "POST /coupons", body: with(body, "ends_at", "2031-01-01T00:00:00Z")}}
	},
	"POST /card_templates/{id}/cards": func(b *bundle) scene {
		at := "POST /card_templates/" + b.templateOf("business_card", `{"company":"Чайка"}`) + "/cards"
		return scene{request{do: at, body: m{"values": m{"name": "Анна"}}}, request{do: at, body: m{"values": m{"name": "Борис"}}}}
	},
	"POST /gifts": func(b *bundle) scene {
		gift := b.giftOf("")
		body := m{"template_id": gift, "presence": b.known(b.rich()), "terminal_id": b.till.String()}
		return scene{request{do: "POST /gifts", body: body}, request{do: "POST /gifts", body: with(body, "template_id", b.giftOf(""))}}
	},
	"POST /gifts/{id}/return": func(b *bundle) scene {
		back := "POST /gifts/" + b.takenGift().str("id") + "/return"
		return scene{request{do: back, token: b.token, body: m{}}, request{do: back, token: b.token, body: m{"terminal_id": b.till.String()}}}
	},
	"POST /certificates": func(b *bundle) scene {
		body := m{"template_id": b.templateOf("gift_certificate", `{"worth":10000}`), "amount": rub(5_000)}
		return scene{request{do: "POST /certificates", body: body}, request{do: "POST /certificates", body: with(body, "amount", rub(5_001))}}
	},
	"POST /certificates/{id}/return": func(b *bundle) scene {
		back := "POST /certificates/" + b.certificate().str("id") + "/return"
		return scene{request{do: back, token: b.token, body: m{}}, request{do: back, token: b.token, body: m{"reference": "7"}}}
	},
	"POST /certificates/{id}/link": func(b *bundle) scene {
		b.roll.Courier.Aloud = true
		link := "POST /certificates/" + b.certificate().str("id") + "/link"
		return scene{request{do: link, token: b.token, body: m{"channel": "screen"}}, request{do: link, token: b.token, body: m{"channel": "sms", "to": "+79161234567"}}}
	},
	"POST /holds": func(b *bundle) scene {
		body := b.reserve()
		return scene{request{do: "POST /holds", body: body}, request{do: "POST /holds", body: with(body, "amount", 1)}}
	},
	"POST /holds/{id}/capture": func(b *bundle) scene {
		capture := "POST /holds/" + b.ask(request{do: "POST /holds", key: "h", body: b.reserve()}).want(201).str("id") + "/capture"
		return scene{request{do: capture, body: m{"amount": 100}}, request{do: capture, body: m{"amount": 99}}}
	},
	"POST /holds/{id}/release": func(b *bundle) scene {
		body := b.reserve()
		one := b.ask(request{do: "POST /holds", key: "h1", body: body}).want(201).str("id")
		other := b.ask(request{do: "POST /holds", key: "h2", body: body}).want(201).str("id")
		return scene{request{do: "POST /holds/" + one + "/release"}, request{do: "POST /holds/" + other + "/release"}}
	},
	"POST /members": func(*bundle) scene {
		body := m{"phone": "+79161234567", "first_name": "Анна", "issue_card": true}
		return scene{request{do: "POST /members", body: body}, request{do: "POST /members", body: with(body, "phone", "+79161234568")}}
	},
	"POST /members/{id}/merge": func(b *bundle) scene {
		into, _ := b.enrol("+79161234567")
		from, _ := b.enrol("+79161234568")
		third, _ := b.enrol("+79161234569")
		merge := "POST /members/" + into + "/merge"
		return scene{request{do: merge, body: m{"from_member_id": from}}, request{do: merge, body: m{"from_member_id": third}}}
	},
	"POST /members/{id}/points/adjustments": func(b *bundle) scene {
		id, _ := b.enrol("+79161234567")
		adjust := "POST /members/" + id + "/points/adjustments"
		return scene{
			request{do: adjust, body: m{"points": 5, "reason": "goodwill"}}, request{do: adjust, body: m{"points": 6, "reason": "goodwill"}},
		}
	},
	"POST /cards": func(b *bundle) scene {
		id, _ := b.enrol("+79161234567")
		other, _ := b.enrol("+79161234568")
		return scene{request{do: "POST /cards", body: m{"member_id": id}}, request{do: "POST /cards", body: m{"member_id": other}}}
	},
	"POST /cards/{id}/replace": func(b *bundle) scene {
		id, _ := b.enrol("+79161234567")
		replace := "POST /cards/" + b.ask(request{do: "GET /members/" + id + "/cards"}).want(200).str("items", 0, "id") + "/replace"
		return scene{request{do: replace, body: m{"reason": "lost"}}, request{do: replace, body: m{"reason": "worn"}}}
	},
	"POST /cards/{id}/link": func(b *bundle) scene {
		b.roll.Courier.Aloud = true
		id, _ := b.enrol("+79161234567")
		link := "POST /cards/" + b.cardOf(id) + "/link"
		return scene{request{do: link, body: m{"channel": "sms"}}, request{do: link, body: m{"channel": "email"}}}
	},
	"POST /members/{id}/cards/move": func(b *bundle) scene {
		id, _ := b.enrol("+79161234567")
		made := b.ask(request{do: "POST /cards/stock", body: m{"count": 2}}).want(201)
		move := "POST /members/" + id + "/cards/move"
		return scene{
			request{do: move, body: m{"number": made.str("items", 0, "number")}}, request{do: move, body: m{"number": made.str("items", 1, "number")}},
		}
	},
}

func returning(do string) scene {
	return scene{
		request{do: do, body: m{"lines": []m{{"line_id": "1", "quantity": "1"}}}}, request{do: do, body: m{"lines": []m{{"line_id": "2", "quantity": "1"}}}},
	}
}

// reserve makes a member with money and is the body that holds some of it.
func (b *bundle) reserve() m {
	b.t.Helper()
	id, _ := b.enrol("+79161234567")
	up := m{"member_id": id, "amount": rub(50_000), "tender": "cash", "terminal_id": b.till.String()}
	b.ask(request{do: "POST /top_ups", key: b.unique("up"), body: up}).want(201)
	who := b.ask(request{do: "POST /identifications", body: m{"member_id": id, "terminal_id": b.till.String()}}).want(201)
	return m{"presence": who.str("presence"), "kind": "money", "amount": 100, "seconds": 600, "terminal_id": b.till.String()}
}

// badKeys are no keys: too long, or with what a header cannot carry unharmed.
var badKeys = map[string]string{"long": strings.Repeat("k", 256), "Cyrillic": "два", "spaced": "a b", "empty": ""}

// TestEveryKey runs every route that takes a key through the promises of a key: the same request gets the same answer,
// said to be one; another request gets 422; what is no key is refused.
func TestEveryKey(t *testing.T) {
	t.Parallel()
	for _, op := range operations(t) {
		if !takesKey(op) {
			continue
		}
		t.Run(op.op.OperationID, func(t *testing.T) {
			t.Parallel()
			set := keyed[op.route]
			if set == nil {
				t.Fatalf("%s takes a key, and no scene shows what becomes of it", op.route)
			}
			each(t, func(b *bundle) { b.keeps(set(b)) })
		})
	}
}

func takesKey(op operation) bool {
	for _, p := range op.op.Parameters {
		if p.Value.Name == "Idempotency-Key" {
			return true
		}
	}
	return false
}

// brief are the kinds of operation of which only names are kept: the rest of the answer is read with them, or tells of a person.
var brief = map[string]bool{"cancel": true, "card_link": true, "card_move": true}

func (b *bundle) keeps(s scene) {
	b.t.Helper()
	for what, key := range badKeys {
		bad := s.one
		bad.key, bad.emptyKey = key, key == ""
		if r := b.ask(bad); r.status != 422 || r.body["code"] != "idempotency_key_invalid" {
			b.t.Errorf("%s with a key that is %s: %d %s", s.one.do, what, r.status, r.raw)
		}
	}
	s.one.key, s.other.key = "the-key", "the-key"
	first := b.ask(s.one)
	if first.status >= 300 || first.header.Get("Idempotent-Replayed") != "" {
		b.t.Fatalf("%s: %d %v %s", s.one.do, first.status, first.header, first.raw)
	}
	for range 2 {
		again := b.ask(s.one)
		if again.status != first.status || again.raw != first.raw || again.header.Get("Idempotent-Replayed") != "true" {
			b.t.Errorf("%s again: %d %q %s, first %d %s", s.one.do, again.status, again.header.Get("Idempotent-Replayed"), again.raw, first.status, first.raw)
		}
	}
	if r := b.ask(request{do: "GET /operations/the-key", token: s.one.token}).want(200); r.body["result"] != nil && !brief[r.str("kind")] && !reflect.DeepEqual(r.body["result"], any(first.body)) {
		b.t.Errorf("the operation says %s, the call had said %s", r.raw, first.raw)
	}
	if r := b.ask(s.other).want(422, "idempotency_key_reused"); r.header.Get("Idempotent-Replayed") != "" {
		b.t.Errorf("a reused key is said to be a replay: %v", r.header)
	}
	b.ask(s.one).want(first.status)
}

// TestRefusalIsReplayed: a refusal that a key keeps is given again as what it is, even where the balance has grown.
func TestRefusalIsReplayed(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		body := with(b.reserve(), "amount", 60_000)
		hold := request{do: "POST /holds", key: "much", body: body}
		first := b.ask(hold).want(422, "insufficient_money")
		if first.header.Get("Idempotent-Replayed") != "" {
			t.Errorf("the first refusal is said to be a replay")
		}
		again := b.ask(hold).want(422, "insufficient_money")
		if again.header.Get("Idempotent-Replayed") != "true" || again.at("detail") != first.at("detail") {
			t.Errorf("refused again: %v %s", again.header, again.raw)
		}
		b.ask(request{do: "POST /holds", key: "much", body: with(body, "amount", 1)}).want(422, "idempotency_key_reused")
		if seen := b.ask(request{do: "GET /operations/much"}).want(200); seen.str("state") != "rejected" || seen.str("error", "code") != "insufficient_money" {
			t.Errorf("the operation says %s", seen.raw)
		}
	})
}

// TestHoldShort: a program reads from the refusal how much of a hold is left, also where the refusal is repeated.
func TestHoldShort(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, _ := b.enrol("+79161234567")
		who := b.ask(request{do: "POST /identifications", body: m{"member_id": id, "terminal_id": b.till.String()}}).want(201).str("presence")
		sale := with(basket(4), "presence", who, "terminal_id", b.till.String())
		quote := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
		b.ask(request{do: "POST /checkouts/s/commit", key: "s", body: b.commit(quote, sale)}).want(201)
		hold := m{"presence": who, "kind": "points", "amount": 20, "seconds": 600, "terminal_id": b.till.String()}
		held := b.ask(request{do: "POST /holds", key: "h", body: hold}).want(201).str("id")
		b.ask(request{do: "POST /checkouts/s/returns", key: "r", body: m{"lines": []m{{"line_id": "1", "quantity": "1"}}}}).want(201)
		for range 2 {
			r := b.ask(request{do: "POST /holds/" + held + "/capture", key: "c", body: m{"amount": 20}}).want(422, "hold_short")
			if r.num("capturable") != 15 {
				t.Errorf("refused with %s", r.raw)
			}
		}
		b.ask(request{do: "POST /holds/" + held + "/capture", key: "d", body: m{"amount": 15}}).want(200)
	})
}
