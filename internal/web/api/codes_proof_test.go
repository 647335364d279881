package api_test

import (
	"github.com/verno-loyalty/verno"
)

// proofCauses are about what proves that a member is there.
var proofCauses = map[string]cause{
	"pin_digits": {422, func(b *bundle) request { return b.typing(b.shown(b.owing()), "73904a") }},
	"pin_unset":  {409, func(b *bundle) request { return b.typing(b.shown(b.owing()), "7390") }},
	"pin_wrong": {403, func(b *bundle) request {
		id, number := b.owing()
		b.holds(id)
		b.must(b.roll.SetPIN(b.ctx, b.herself(id), b.clock(), b.memberID(id), "7390"))
		return b.typing(b.shown(id, number), "7391")
	}},
	"pin_locked": {403, func(b *bundle) request {
		id, number := b.owing()
		b.holds(id)
		b.must(b.roll.SetPIN(b.ctx, b.herself(id), b.clock(), b.memberID(id), "7390"))
		q := b.typing(b.shown(id, number), "7391")
		for range 5 {
			b.ask(q).want(403)
		}
		return q
	}},
	"confirmation_no_phone": {409, func(b *bundle) request { return b.wondering(b.shown(b.owing()), b.unique("sale")) }},
	"confirmation_waits": {409, func(b *bundle) request {
		id, number := b.owing()
		b.holds(id)
		b.ask(b.wondering(b.shown(id, number), b.unique("sale"))).want(201)
		q := request{do: "POST /confirmations", body: with(basket(1), "presence", b.known(id), "terminal_id", b.till.String(), "checkout_id", b.unique("sale"), "spend_points", 10)}
		return q
	}},
	"nothing_to_spend": {409, func(b *bundle) request {
		id, number := b.enrol(b.phone())
		b.holds(id)
		return b.wondering(b.shown(id, number), b.unique("sale"))
	}},
	"confirmation_over": {403, func(b *bundle) request {
		id, number := b.owing()
		q := b.agreed(id, number)
		b.ask(request{do: "POST /confirmations/" + q.confirmation + "/withdraw", token: b.token}).want(200)
		return q.request
	}},
	"confirmation_differs": {409, func(b *bundle) request {
		id, number := b.owing()
		q := b.agreed(id, number).request
		q.do = "POST /checkouts/" + b.unique("another") + "/commit"
		return q
	}},
}

// owing is a member with points, and the number of the card.
func (b *bundle) owing() (id, number string) {
	b.t.Helper()
	id, number = b.enrol(b.phone())
	b.give(id, 500)
	return id, number
}

// shown is the presence of a card whose number was typed.
func (b *bundle) shown(_, number string) string {
	b.t.Helper()
	return b.ask(b.scanning(number)).want(201).str("presence")
}

func (b *bundle) memberID(text string) (id verno.MemberID) {
	b.t.Helper()
	b.must(id.UnmarshalText([]byte(text)))
	return id
}

// holds puts a member's card into a phone.
func (b *bundle) holds(id string) {
	b.t.Helper()
	var card verno.CardID
	b.must(card.UnmarshalText([]byte(b.cardOf(id))))
	_, err := b.roll.OpenSession(b.ctx, b.tenant, b.memberID(id), card, "phone", b.clock())
	b.must(err)
}

// herself is a member who acts by her own card.
func (b *bundle) herself(id string) verno.Actor {
	return verno.Actor{Tenant: b.tenant, Member: b.memberID(id), May: verno.MayReadMembers | verno.MayWriteMembers, Live: true}
}

func (b *bundle) typing(presence, pin string) request {
	return request{do: "POST /identifications/pin", token: b.token, body: m{"presence": presence, "pin": pin}}
}

// wondering asks a member for ten points of the till's sale.
func (b *bundle) wondering(presence, sale string) request {
	return request{do: "POST /confirmations", token: b.token, body: with(basket(1), "presence", presence, "checkout_id", sale, "spend_points", 10)}
}

// agreement is the commit of what a member has said yes to.
type agreement struct {
	request
	confirmation string
}

func (b *bundle) agreed(id, number string) agreement {
	b.t.Helper()
	b.holds(id)
	name := b.unique("sale")
	asked := b.ask(b.wondering(b.shown(id, number), name)).want(201)
	var question verno.ConfirmationID
	b.must(question.UnmarshalText([]byte(asked.str("id"))))
	b.must(b.counter.Answer(b.ctx, b.herself(id), question, true))
	c := b.ask(request{do: "GET /confirmations/" + asked.str("id"), token: b.token}).want(200)
	sale := with(basket(1), "presence", c.str("identification", "presence"), "spend_points", c.at("totals", "points"))
	quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(200)
	return agreement{request{do: "POST /checkouts/" + name + "/commit", token: b.token, key: b.unique("key"), body: b.commit(quote, sale)}, asked.str("id")}
}
