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
			t.Errorf("shown: %s", look.raw)
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
			b.ask(b.making(b.templateOf(kind, settings[kind]))).want(409, "template_other_kind")
		}
		card := m{"template_id": contact, "amount": rub(100)}
		b.ask(request{do: "POST /coupons", key: b.unique("made"), body: m{"template_id": contact}}).want(409, "template_other_kind")
		b.ask(request{do: "POST /certificates", key: b.unique("made"), body: card}).want(409, "template_other_kind")
	})
}

// TestCardDocument: what stands on one card alone is read and replaced, by whoever has read what stands there now.
func TestCardDocument(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		made := b.ask(b.making(b.templateOf("business_card", `{"company":"Чайка"}`), "values", m{"name": "Ольга", "post": "Бариста"})).want(201)
		at := "/cards/" + made.str("id") + "/document"
		read := b.ask(request{do: "GET " + at}).want(200)
		if read.str("values", "post") != "Бариста" || read.str("template_id") != made.str("template_id") {
			t.Errorf("read: %s", read.raw)
		}
		put := func(match string, values m) *reply {
			return b.ask(request{do: "PUT " + at, match: match, body: m{"values": values}})
		}
		was := read.header.Get("ETag")
		changed := put(was, m{"name": "Ольга", "phone": "+74950000000"}).want(200)
		if changed.str("values", "phone") != "+74950000000" || changed.str("values", "post") != "" || changed.header.Get("ETag") == was {
			t.Errorf("changed: %s", changed.raw)
		}
		put(was, m{"name": "Анна"}).want(412, "etag_mismatch")
		if got := put(changed.header.Get("ETag"), m{"post": "Бариста"}).want(422).str("errors", 0, "pointer"); got != "/values/name" {
			t.Errorf("at %s", got)
		}
		look := b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": made.str("machine_code")}}).want(201)
		if look.str("card", "contact", "phone") != "+74950000000" {
			t.Errorf("shown: %s", look.raw)
		}
		id, _ := b.enrol("+79161234567")
		of := b.ask(request{do: "GET /members/" + id + "/cards"}).want(200).str("items", 0, "id")
		plain := b.ask(request{do: "GET /cards/" + of + "/document"}).want(200)
		b.ask(request{do: "PUT /cards/" + of + "/document", match: plain.header.Get("ETag"), body: m{"values": m{"name": "x"}}}).want(409, "card_state")
	})
}
