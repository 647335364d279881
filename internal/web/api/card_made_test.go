package api_test

import "testing"

// making asks for a card of a template.
func (b *bundle) making(template string, more ...any) request {
	return request{do: "POST /card_templates/" + template + "/cards", key: b.unique("made"), body: with(m{}, more...)}
}

// TestMadeCards: a pass, a ticket and a business card are made by the API, and do at a till what their kind says.
func TestMadeCards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		ticket := b.templateOf("event_ticket", evening)
		seat := b.ask(b.making(ticket, "values", m{"row": "3", "seat": "12"})).want(201)
		let := request{do: "POST /admissions", token: b.token, key: "in", body: m{"scan": seat.str("machine_code")}}
		if in := b.ask(let).want(201); in.str("card", "event", "seat") != "12" {
			t.Errorf("let in: %s", in.body)
		}
		id, _ := b.enrol("+79161234567")
		pass := b.ask(b.making(b.templateOf("club_pass", anyTime), "member_id", id)).want(201)
		let = request{do: "POST /admissions", token: b.token, key: "lesson", body: m{"scan": pass.str("number")}}
		if in := b.ask(let).want(201); in.num("uses_left") != 7 || pass.str("member_id") != id {
			t.Errorf("let in: %s", in.body)
		}
		contact := b.templateOf("business_card", `{"company":"Чайка"}`)
		shown := b.ask(b.making(contact, "values", m{"name": "Ольга"})).want(201)
		look := b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": shown.str("machine_code")}}).want(201)
		if look.str("card", "contact", "name") != "Ольга" {
			t.Errorf("shown: %s", look.body)
		}
		for at, wrong := range map[string]request{
			"/values/name": b.making(contact), "/values/car": b.making(ticket, "values", m{"car": "red"}),
			"/starts_at": b.making(ticket, "starts_at", "9999-12-31T00:00:00Z"),
		} {
			if got := b.ask(wrong).want(422).str("errors", 0, "pointer"); got != at {
				t.Errorf("at %s, not %s", got, at)
			}
		}
		for _, kind := range []string{"coupon", "gift_certificate", "discount"} {
			settings := map[string]string{"coupon": `{"offer":{"en":"Tea","ru":"Чай"}}`, "gift_certificate": `{"worth":10000}`, "discount": `{"percent":"5"}`}
			b.ask(b.making(b.templateOf(kind, settings[kind]))).want(404)
		}
	})
}
