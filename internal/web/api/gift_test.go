package api_test

import "testing"

// giftOf is a gift of the catalogue for 150 points.
func (b *bundle) giftOf(settings string) string {
	b.t.Helper()
	template, _ := b.couponOf(`,"points":150` + settings)
	return template
}

// rich is a new member with 200 points.
func (b *bundle) rich() string {
	b.t.Helper()
	id := b.member()
	b.ask(request{do: "POST /members/" + id + "/points/adjustments", key: b.unique("give"), body: m{"points": 200, "reason": "goodwill"}}).want(201)
	return id
}

// giving asks for a gift with what an integration knows of a member.
func (b *bundle) giving(gift, member string) request {
	b.t.Helper()
	return request{do: "POST /gifts", key: b.unique("gift"), body: m{"template_id": gift, "presence": b.known(member), "terminal_id": b.till.String()}}
}

// takenGift is a gift that somebody has taken.
func (b *bundle) takenGift() *reply {
	b.t.Helper()
	return b.ask(b.giving(b.giftOf(""), b.rich())).want(201)
}

// TestGiftByAPI follows a wish through the API: what the points are for is said, the catalogue names the gift, a quote
// proposes it, it is given, used in the same sale, and one that is not used comes back.
func TestGiftByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		gift, id := b.giftOf(`,"valid_days":14`), b.rich()
		list := b.ask(request{do: "GET /gifts?programme_id=" + b.made.Programme.String(), lang: "ru"}).want(200)
		if list.str("items", 0, "template_id") != gift || list.num("items", 0, "points") != 150 || list.str("items", 0, "offer") != "Минус 10" ||
			list.num("items", 0, "valid_days") != 14 || list.num("points_scale") != 0 {
			b.t.Error(list.raw)
		}
		b.ask(request{do: "GET /gifts", token: b.token}).want(200)
		presence := b.known(id)
		set := b.ask(request{do: "PUT /members/" + id + "/aim", body: m{"for": "gift", "template_id": gift}}).want(200)
		if set.str("for") != "gift" || set.str("template_id") != gift {
			b.t.Error(set.raw)
		}
		if read := b.ask(request{do: "GET /members/" + id}).want(200); read.str("aim", "template_id") != gift {
			b.t.Error(read.raw)
		}
		sale := with(basket(1), "presence", presence, "terminal_id", b.till.String())
		q := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
		if q.str("member", "aim", "gift", "template_id") != gift || q.at("proposal", "gift", "reached") != true || q.num("proposal", "points") != 0 {
			b.t.Error(q.raw)
		}
		ask := b.giving(gift, id)
		got := b.ask(ask).want(201)
		op := b.ask(request{do: "GET /operations/" + ask.key}).want(200)
		if got.num("points") != 150 || op.str("result", "id") != got.str("id") || op.str("result", "machine_code") != got.str("machine_code") {
			b.t.Error(got.raw, op.raw)
		}
		q = b.ask(request{do: "POST /checkouts/quote", body: with(sale, "coupons", []string{got.str("machine_code")})}).want(200)
		if q.at("coupons", 0, "applied") != true || q.num("proposal", "points") != 0 || q.at("proposal", "gift") != nil ||
			q.num("member", "aim", "gift", "points_missing") != 100 {
			b.t.Error(q.raw)
		}
		back := b.ask(request{do: "POST /gifts/" + got.str("id") + "/return", token: b.token, key: "back", body: m{}}).want(201)
		if op := b.ask(request{do: "GET /operations/back", token: b.token}).want(200); back.str("state") != "returned" || op.str("result", "id") != got.str("id") {
			b.t.Error(back.raw, op.raw)
		}
		b.ask(request{do: "PUT /members/" + id + "/aim", body: m{"for": "discount"}}).want(200)
		q = b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
		if most := q.num("points_max"); most == 0 || q.num("proposal", "points") != most {
			b.t.Error(q.raw)
		}
		b.ask(request{do: "PUT /members/" + id + "/aim", body: m{}}).want(200)
		if read := b.ask(request{do: "GET /members/" + id}).want(200); read.at("aim") != nil {
			b.t.Error(read.raw)
		}
		b.ask(request{do: "PUT /members/" + id + "/aim", token: b.token, body: m{"for": "save"}}).want(403, "permission_missing")
	})
}

// giftCauses are about gifts.
var giftCauses = map[string]cause{
	"gift_unknown": {404, func(b *bundle) request {
		template, _ := b.couponOf("")
		return b.giving(template, b.rich())
	}},
	"gift_over": {409, func(b *bundle) request {
		return b.giving(b.giftOf(`,"until":"2020-01-31"`), b.rich())
	}},
	"gift_used": {409, func(b *bundle) request {
		id := b.rich()
		got := b.ask(b.giving(b.giftOf(""), id)).want(201)
		sale := with(basket(1), "presence", b.known(id), "terminal_id", b.till.String(), "coupons", []string{got.str("machine_code")})
		q := b.ask(request{do: "POST /checkouts/quote", body: sale}).want(200)
		name := b.unique("sale")
		b.ask(request{do: "POST /checkouts/" + name + "/commit", key: name, body: b.commit(q, sale)}).want(201)
		return request{do: "POST /gifts/" + got.str("id") + "/return", token: b.token, key: b.unique("back"), body: m{}}
	}},
	"gift_returned": {409, func(b *bundle) request {
		back := request{do: "POST /gifts/" + b.takenGift().str("id") + "/return", token: b.token, key: b.unique("back"), body: m{}}
		b.ask(back).want(201)
		back.key = b.unique("back")
		return back
	}},
}
