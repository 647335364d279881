package api_test

import (
	"strings"
	"testing"
)

// TestProgramme drafts, checks, publishes and rolls back.
func TestProgramme(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id := b.made.Programme.String()
		read := b.ask(request{do: "GET /programmes/" + id}).want(200)
		draft := with(read.at("draft").(m), "name", "Чайка плюс")
		b.ask(request{do: "PUT /programmes/" + id, body: draft}).want(428, "etag_missing")
		put := b.ask(request{do: "PUT /programmes/" + id, match: read.header.Get("ETag"), body: draft}).want(200)
		b.ask(request{do: "PUT /programmes/" + id, match: read.header.Get("ETag"), body: draft}).want(412, "etag_mismatch")
		r := b.ask(request{do: "PUT /programmes/" + id, match: put.header.Get("ETag"), body: with(draft, "currency", "USD")}).want(422, "invalid_request")
		if r.str("errors", 0, "pointer") != "/currency" {
			t.Errorf("another currency: %s", r.raw)
		}
		next := b.ask(request{do: "POST /programmes/" + id + "/publish", match: put.header.Get("ETag"), body: m{"note": "плюс"}}).want(200)
		if next.num("number") != 2 || next.str("programme", "name") != "Чайка плюс" || len(next.at("promotions").([]any)) != 1 {
			t.Errorf("published: %s", next.raw)
		}
		back := b.ask(request{do: "POST /programmes/" + id + "/rollback", body: m{"version": 1}}).want(200)
		if back.num("number") != 3 || back.str("programme", "name") != "Чайка" {
			t.Errorf("rolled back: %s", back.raw)
		}
		list := b.ask(request{do: "GET /programmes/" + id + "/versions?limit=2"}).want(200)
		rest := b.ask(request{do: "GET /programmes/" + id + "/versions?limit=2&cursor=" + list.str("next_cursor")}).want(200)
		if list.num("items", 0, "number") != 3 || rest.num("items", 0, "number") != 1 || rest.at("has_more") != false {
			t.Errorf("versions: %s, %s", list.raw, rest.raw)
		}
		b.ask(request{do: "GET /programmes/" + id + "/versions/9"}).want(404, "not_found")
		b.ask(request{do: "GET /programmes/" + id + "/versions/2"}).want(200)
		other := b.ask(request{do: "POST /programmes", body: draft}).want(201)
		if all := b.ask(request{do: "GET /programmes"}).want(200); len(all.at("items").([]any)) != 2 || other.num("published_version") != 0 {
			t.Errorf("programmes: %s", all.raw)
		}
	})
}

// TestPromotion drafts one with faults, which are told in the words of the rules, and one without.
func TestPromotion(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		programme := "/programmes/" + b.made.Programme.String()
		bad := m{"name": "Счастливые часы", "type": "percent_discount", "active": true, "settings": m{"percent": "101", "colour": "red"}}
		r := b.ask(request{do: "POST " + programme + "/promotions", lang: "ru", body: bad}).want(422, "invalid_request")
		if !strings.HasPrefix(r.str("errors", 0, "pointer"), "/settings/") || strings.Contains(r.raw, "{min}") || r.str("errors", 0, "message") == r.str("errors", 0, "code") {
			t.Errorf("a bad promotion: %s", r.raw)
		}
		b.ask(request{do: "POST " + programme + "/promotions", body: with(bad, "settings", `{"a":1`)}).want(422, "invalid_request")
		all := m{"name": "По одной цене", "type": "special_price", "active": true, "settings": m{"price": 100}}
		r = b.ask(request{do: "POST " + programme + "/promotions", lang: "ru", body: all}).want(422, "invalid_request")
		if r.str("errors", 0, "pointer") != "/goods/categories" || r.str("errors", 0, "code") != "goods_needed" || !strings.Contains(r.str("errors", 0, "message"), "продавалось бы всё") {
			t.Errorf("a special price for everything: %s", r.raw)
		}
		good := with(bad, "settings", m{"percent": "10"}, "audience", m{"anonymous": true}, "schedule", m{"weekdays": []int{1, 2}, "hours": []m{{"from": "16:00", "until": "18:00"}}})
		made := b.ask(request{do: "POST " + programme + "/promotions", body: good}).want(201)
		id := "/promotions/" + made.str("id")
		put := b.ask(request{do: "PUT " + id, match: made.header.Get("ETag"), body: with(good, "priority", 5)}).want(200)
		if put.num("draft", "priority") != 5 || put.str("draft", "settings", "percent") != "10" {
			t.Errorf("changed: %s", put.raw)
		}
		b.ask(request{do: "PUT " + id, match: put.header.Get("ETag"), body: with(good, "type", "stamps")}).want(422, "invalid_request")
		if valid := b.ask(request{do: "POST " + programme + "/validate"}).want(200); valid.at("valid") != true {
			t.Errorf("valid: %s", valid.raw)
		}
		sale := with(basket(1), "options", m{"explain": true, "include_drafts": true, "now": "2026-11-23T16:30:00+03:00"}, "store_id", b.made.Store.String())
		quote := b.ask(request{do: "POST /checkouts/quote", lang: "ru", body: sale}).want(200)
		if quote.num("totals", "discount", "amount") != 1_000 || !strings.Contains(quote.raw, "Скидка 100") && !strings.Contains(quote.raw, "Скидка 10") {
			t.Errorf("with drafts: %s", quote.raw)
		}
		archived := b.ask(request{do: "POST " + id + "/archive", match: put.header.Get("ETag")}).want(200)
		if list := b.ask(request{do: "GET " + programme + "/promotions"}).want(200); len(list.at("items").([]any)) != 1 {
			t.Errorf("promotions: %s", list.raw)
		}
		b.ask(request{do: "POST " + id + "/restore", match: archived.header.Get("ETag")}).want(200)
		if list := b.ask(request{do: "GET " + programme + "/promotions?archived=true&limit=1"}).want(200); list.at("has_more") != true {
			t.Errorf("promotions: %s", list.raw)
		}
		types := b.ask(request{do: "GET /promotion_types"}).want(200)
		if len(types.at("items").([]any)) < 8 || types.str("items", 0, "settings", 0, "doc") == "" {
			t.Errorf("types: %s", types.raw)
		}
	})
}

// TestStores opens and changes a store, its legal entity and a partner.
func TestStores(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		issuer := b.ask(request{do: "POST /issuers", body: m{"name": "ИП Чайкин"}}).want(201)
		b.ask(request{do: "PUT /issuers/" + issuer.str("id"), body: m{"name": "ИП Чайкина", "tax_id": "77"}}).want(200)
		partner := b.ask(request{do: "POST /partners", body: m{"name": "Аптека", "external_id": "p1"}}).want(201)
		b.ask(request{do: "POST /partners", body: m{"name": "Аптека", "external_id": "p1"}}).want(409, "external_id_taken")
		body := m{
			"programme_id": b.made.Programme.String(), "issuer_id": issuer.str("id"), "partner_id": partner.str("id"), "name": "Вторая",
			"latitude_e6": 55_751_000, "longitude_e6": 37_618_000,
		}
		made := b.ask(request{do: "POST /stores", body: body}).want(201)
		closed := b.ask(request{do: "PUT /stores/" + made.str("id"), match: made.header.Get("ETag"), body: with(body, "closed", true)}).want(200)
		if closed.at("closed") != true || closed.num("latitude_e6") != 55_751_000 {
			t.Errorf("closed: %s", closed.raw)
		}
		b.ask(request{do: "POST /stores", body: with(body, "latitude_e6", 90_000_001)}).want(422, "invalid_request")
		if list := b.ask(request{do: "GET /stores?limit=1"}).want(200); list.at("has_more") != true {
			t.Errorf("stores: %s", list.raw)
		}
		b.ask(request{do: "GET /issuers"}).want(200)
		b.ask(request{do: "GET /partners"}).want(200)
		b.ask(request{do: "GET /stores/" + made.str("id")}).want(200)
	})
}
