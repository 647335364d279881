package api_test

import (
	"strconv"
	"time"
)

// paymentCauses are about bank cards.
var paymentCauses = map[string]cause{
	"bank_card_shown": {422, func(b *bundle) request { return b.scanning(";4111111111111111=29122010000?") }},
	"payment_card_number": {422, func(b *bundle) request {
		return request{do: "POST /identifications", token: b.token, body: m{"payment_token": "4111 1111 1111 1111"}}
	}},
	"payment_token_invalid": {422, func(b *bundle) request {
		return request{do: "POST /identifications", token: b.token, body: m{"payment_token": "short"}}
	}},
	"payment_card_taken": {409, func(b *bundle) request {
		token := b.reference()
		b.ask(b.registering(b.member(), token)).want(201)
		return b.registering(b.member(), token)
	}},
	"payment_card_limit": {409, func(b *bundle) request {
		id := b.member()
		for range 10 {
			b.ask(b.registering(id, b.reference())).want(201)
		}
		return b.registering(id, b.reference())
	}},
	"payment_proof_needed": {403, func(b *bundle) request {
		id, number := b.enrol(b.phone())
		q := b.registering(id, b.reference())
		q.token, q.body.(m)["presence"] = b.token, b.shown(id, number)
		return q
	}},
	"payment_consent_missing": {409, func(b *bundle) request {
		return request{do: "POST /members/" + b.member() + "/payment_cards", body: m{"token": b.reference()}}
	}},
}

// reference is what stands for a bank card like no other.
func (b *bundle) reference() string {
	b.later(time.Millisecond)
	return "V0010013" + strconv.FormatInt(b.clock().UnixMicro()*1000, 10)[:16] + "70080"
}

func (b *bundle) registering(id, token string) request {
	return request{do: "POST /members/" + id + "/payment_cards", body: m{
		"token": token, "scheme": "mir", "last_four": "0042", "name": "зарплатная", "consent": m{"text": "Узнавайте меня по этой карте."},
	}}
}
