package api_test

import (
	"fmt"
	"maps"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/web"
)

// causes are how codes come about, in a world that is already full of members, tills and checkouts.
var causes = func() map[string]cause {
	all := map[string]cause{}
	for _, some := range []map[string]cause{askCauses, fieldCauses, accessCauses, placeCauses, saleCauses, bearerCauses, admissionCauses, valueCauses, proofCauses, paymentCauses, giftCauses, memberCauses, configCauses} {
		maps.Copy(all, some)
	}
	return all
}()

// asking is a request that needs no scene.
func asking(q request) func(*bundle) request { return func(*bundle) request { return q } }

// askCauses are what is wrong with a request as such.
var askCauses = map[string]cause{
	"invalid_request":    {422, asking(request{do: "POST /members", body: m{"phone": 5}})},
	"malformed_json":     {400, asking(request{do: "POST /members", body: "{"})},
	"malformed_cursor":   {422, asking(request{do: "GET /stores?cursor=~"})},
	"not_found":          {404, asking(request{do: "GET /stores/" + verno.StoreID{1}.String()})},
	"route_not_found":    {404, asking(request{do: "GET /nowhere"})},
	"method_not_allowed": {405, asking(request{do: "DELETE /members"})},
	"media_type":         {415, asking(request{do: "POST /members", body: "{}", media: "text/plain"})},
	"not_acceptable":     {406, asking(request{do: "GET /stores", accept: "text/html"})},
	"body_too_large":     {413, asking(request{do: "POST /members", body: `{"first_name":"` + strings.Repeat("А", 1<<20) + `"}`})},
	"line_too_large": {200, func(b *bundle) request {
		return request{do: "POST /receipts:batch", token: b.token, media: web.LinesMedia, body: `"` + strings.Repeat("x", 1<<20) + `"`}
	}},
	"malformed_header": {400, func(b *bundle) request {
		return request{do: "PATCH /members/" + b.member(), match: "x", body: m{"first_name": "Вера"}}
	}},
	"etag_missing": {428, func(b *bundle) request {
		return request{do: "PATCH /members/" + b.member(), body: m{"first_name": "Вера"}}
	}},
	"etag_mismatch": {412, func(b *bundle) request {
		return request{do: "PATCH /members/" + b.member(), match: `"99"`, body: m{"first_name": "Вера"}}
	}},
	"idempotency_key_missing": {400, func(b *bundle) request { return b.paying("") }},
	"idempotency_key_invalid": {422, func(b *bundle) request { return b.paying("a b") }},
	"idempotency_key_reused": {422, func(b *bundle) request {
		first := b.paying(b.unique("up"))
		b.ask(first).want(201)
		return b.paying(first.key)
	}},
	"external_id_taken": {409, func(b *bundle) request {
		q := request{do: "POST /terminals", body: m{"store_id": b.made.Store.String(), "name": "Касса", "external_id": b.unique("till")}}
		b.ask(q).want(201)
		return q
	}},
}

// fieldCauses are what is wrong with fields.
var fieldCauses = map[string]cause{
	"required":         {422, asking(request{do: "POST /terminals", body: m{}})},
	"type":             {422, asking(request{do: "POST /members", body: m{"first_name": 5}})},
	"number_invalid":   {422, priced("price", m{"amount": 1.5, "currency": "RUB"})},
	"number_range":     {422, priced("price", rub(-1))},
	"quantity_invalid": {422, priced("quantity", "0")},
	"currency_invalid": {422, priced("price", m{"amount": 1, "currency": "USD"})},
	"text_invalid":     {422, priced("name", "\a")},
	"text_too_long":    {422, asking(request{do: "POST /members", body: m{"first_name": strings.Repeat("А", 1000)}})},
	"text_too_short":   {422, asking(request{do: "POST /terminals/pair", body: m{"code": "1"}})},
	"too_many": {422, func(b *bundle) request {
		return request{do: "POST /checkouts/quote", token: b.token, body: basket(2001)}
	}},
	"duplicate": {422, func(b *bundle) request {
		sale := basket(2)
		sale["lines"].([]m)[1]["id"] = "1"
		return request{do: "POST /checkouts/quote", token: b.token, body: sale}
	}},
	"unknown_field": {422, asking(request{do: "POST /members", body: m{"nose": "long"}})},
	"unknown_value": {422, asking(request{do: "POST /staff", body: m{"name": "Пётр", "role": "boss"}})},
	"date_invalid":  {422, asking(request{do: "POST /members", body: m{"birthday": "yesterday"}})},
	"date_far":      {422, func(b *bundle) request { return b.committing(b.unique("far"), "business_date", "2020-01-01") }},
	"id_invalid":    {422, asking(request{do: "POST /terminals", body: m{"store_id": "x", "name": "Касса"}})},
	"phone_invalid": {422, asking(request{do: "POST /members", body: m{"phone": "12"}})},
	"email_invalid": {422, asking(request{do: "POST /members", body: m{"email": "x"}})},
	"not_known":     {422, asking(request{do: "POST /terminals", body: m{"store_id": verno.StoreID{1}.String(), "name": "Касса"}})},
	"tag_invalid":   {422, asking(request{do: "POST /members", body: m{"tags": []string{"a b"}}})},
	"card_number_invalid": {422, func(b *bundle) request {
		return request{do: "POST /cards", body: m{"member_id": b.member(), "number": "1234"}}
	}},
	"time_zone_invalid": {422, func(b *bundle) request {
		return request{do: "POST /stores", body: m{"name": "Чайка", "programme_id": b.made.Programme.String(), "time_zone": "Moon/Sea"}}
	}},
	"consent_no_text": {422, func(b *bundle) request {
		return request{do: "POST /members/" + b.member() + "/consents", body: m{"purpose": "terms", "granted": true}}
	}},
	"time_past": {422, asking(request{do: "POST /api_keys", body: m{"name": "k", "permissions": []string{"sell"}, "expires_at": "2020-01-01T00:00:00Z"}})},
}

// priced is a quote of a line of which one member is other than it should be.
func priced(name string, value any) func(*bundle) request {
	return func(b *bundle) request {
		sale := basket(1)
		sale["lines"].([]m)[0][name] = value
		return request{do: "POST /checkouts/quote", token: b.token, body: sale}
	}
}

// member makes a member of whom nothing is like another's, and tells who that is.
func (b *bundle) member() string {
	b.t.Helper()
	id, _ := b.enrol(b.phone())
	return id
}

// phone is a phone that nobody has.
func (b *bundle) phone() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.n++
	return fmt.Sprintf("+7916%07d", b.n)
}

// paying puts money on a new member's account.
func (b *bundle) paying(key string) request {
	b.t.Helper()
	return request{do: "POST /top_ups", token: b.token, key: key, body: m{"member_id": b.member(), "amount": rub(500), "tender": "cash"}}
}

// committing quotes a sale to nobody and is its commit, with more members.
func (b *bundle) committing(name string, more ...any) request {
	b.t.Helper()
	quote := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
	body := with(b.commit(quote, basket(1)), more...)
	return request{do: "POST /checkouts/" + name + "/commit", token: b.token, key: b.unique("key"), body: body}
}

// known identifies a member by the key that may do all, which is strong.
func (b *bundle) known(id string) string {
	b.t.Helper()
	return b.ask(request{do: "POST /identifications", body: m{"member_id": id, "terminal_id": b.till.String()}}).want(201).str("presence")
}

// holding holds something of whoever was identified.
func (b *bundle) holding(presence, kind string, amount int) request {
	return request{do: "POST /holds", key: b.unique("hold"), body: m{
		"presence": presence, "kind": kind, "amount": amount, "seconds": 600, "terminal_id": b.till.String(),
	}}
}

// give gives a member points.
func (b *bundle) give(id string, points int) {
	b.t.Helper()
	b.ask(request{do: "POST /members/" + id + "/points/adjustments", key: b.unique("give"), body: m{"points": points, "reason": "goodwill"}}).want(201)
}
