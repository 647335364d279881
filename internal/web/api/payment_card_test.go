package api_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestPaymentCardByAPI: a bank card is registered by its token, identifies at the till and in a receipt that was made offline,
// is listed without its token, and is removed.
func TestPaymentCardByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, token := b.member(), b.reference()
		made := b.ask(b.registering(id, token)).want(201)
		again := b.ask(b.registering(id, token)).want(201)
		if made.str("id") != again.str("id") || made.str("last_four") != "0042" || strings.Contains(again.raw, token) {
			b.t.Errorf("registered %s, then %s", made.raw, again.raw)
		}
		found := b.ask(request{do: "POST /identifications", token: b.token, body: m{"payment_token": token}}).want(201)
		if found.str("method") != "payment_card" || found.str("member", "id") != id || found.at("strong") != false {
			b.t.Errorf("identified %s", found.raw)
		}
		sold := b.sell(b.unique("sale"), with(basket(2), "presence", found.str("presence")))
		if sold.str("method") != "payment_card" || sold.str("member_id") != id {
			b.t.Errorf("sold %s", sold.raw)
		}
		list := b.ask(request{do: "GET /members/" + id + "/payment_cards"}).want(200)
		if list.str("items", 0, "id") != made.str("id") || strings.Contains(list.raw, token) {
			b.t.Errorf("listed %s", list.raw)
		}
		b.ask(request{do: "POST /identifications", token: b.token, body: m{"payment_token": token, "scan": "x"}}).want(422)
		remove := request{do: "DELETE /members/" + id + "/payment_cards/" + made.str("id")}
		b.ask(remove).want(204)
		b.ask(remove).want(404, "not_found")
		b.ask(request{do: "POST /identifications", token: b.token, body: m{"payment_token": token}}).want(404, "card_not_usable")
	})
}

// TestNumberOfBankCardIsNowhere: whichever field the number of a bank card is put into, it stands neither in the answer nor
// in the log nor in the database; nor does the token of a card that is registered stand there.
func TestNumberOfBankCardIsNowhere(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			const number = "4111111111111111"
			dsn := storetest.DSN(t, engine)
			s := storetest.Open(t, dsn)
			b := setup(t, s, unlimited)
			id, token := b.member(), b.reference()
			b.ask(b.registering(id, token)).want(201)
			spaced := number[:4] + " " + number[4:8] + " " + number[8:12] + " " + number[12:]
			for _, field := range []string{"token", "name", "last_four", "scheme"} {
				for _, value := range []string{number, spaced} {
					q := b.registering(id, b.reference())
					q.body.(m)[field] = value
					if r := b.ask(q).want(422); strings.Contains(r.raw, value) {
						t.Errorf("%s: the answer tells %s", field, r.raw)
					}
				}
			}
			for _, body := range []m{
				{"payment_token": number},
				{"payment_token": "pan:" + number},
				{"scan": ";" + number + "=29122010000?"},
				{"scan": "%B" + number + "^IVANOV/IVAN^2912201?"},
				{"scan": "%B" + number + "^IVANOV/IVAN^2912201?;" + number + "=2912201?"},
			} {
				if r := b.ask(request{do: "POST /identifications", token: b.token, body: body}).want(422); strings.Contains(r.raw, number) {
					t.Errorf("%v: the answer tells %s", body, r.raw)
				}
			}
			move := b.ask(request{do: "POST /members/" + id + "/cards/move", body: m{"number": ";" + number + "=2912201?", "receipt": m{"date": "2026-11-20", "paid": 100}}}).want(422)
			if !strings.Contains(move.raw, "bank_card_shown") {
				t.Errorf("moved: %s", move.raw)
			}
			raw := everything(b.ctx, t, s, dsn)
			for _, secret := range []string{number, spaced, token} {
				if bytes.Contains(raw, []byte(secret)) || strings.Contains(b.logged(), secret) {
					t.Errorf("%s stands in the database or the log", secret)
				}
			}
		})
	}
}

// TestTillRegistersBankCard: at a till a bank card is registered for whoever has proved to be there, and for nobody else; a
// till without that proof may not at all.
func TestTillRegistersBankCard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, number := b.enrol(b.phone())
		token := b.reference()
		at := func(id, presence string) request {
			q := b.registering(id, token)
			q.token = b.token
			if presence != "" {
				q.body.(m)["presence"] = presence
			}
			return q
		}
		b.ask(at(id, "")).want(403, "permission_missing")
		b.ask(at(id, b.shown(id, number))).want(403, "payment_proof_needed")
		live := b.ask(b.scanning(b.liveCode(id))).want(201).str("presence")
		b.ask(at(b.member(), live)).want(409, "presence_stale")
		bare := at(id, live)
		delete(bare.body.(m), "consent")
		b.ask(bare).want(409, "payment_consent_missing")
		made := b.ask(at(id, live)).want(201)
		if made.str("member_id") != id || made.at("used_at") != nil {
			b.t.Errorf("registered %s", made.raw)
		}
		found := b.ask(b.scanning("pay:" + token + ";mir;0042")).want(201)
		if found.str("method") != "payment_card" || found.str("member", "id") != id {
			b.t.Errorf("found %s", found.raw)
		}
		list := b.ask(request{do: "GET /members/" + id + "/payment_cards"}).want(200)
		if list.str("items", 0, "used_at") == "" {
			b.t.Errorf("listed %s", list.raw)
		}
		said := b.ask(request{do: "GET /members/" + id + "/consents"}).want(200)
		if !strings.Contains(said.raw, `"channel":"till"`) || !strings.Contains(said.raw, `"payment_card"`) {
			b.t.Errorf("consents %s", said.raw)
		}
	})
}
