package api_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
)

// couponOf makes a template of coupons, and the promotion that they open: ten roubles off a basket of fifty or more. It
// returns the template and the word.
func (b *bundle) couponOf(settings string) (template, word string) {
	b.t.Helper()
	word = b.unique("WORD")
	_, err := b.office.CreatePromotion(b.ctx, b.boss, b.clock(), b.made.Programme, verno.Promotion{
		Name: word, Type: "fixed_discount", Active: true, Settings: json.RawMessage(`{"amount":1000,"on":"basket"}`),
		Condition: `coupon("` + word + `")`, MinBasket: 50_00, Audience: verno.Audience{Anonymous: true},
	})
	b.must(err)
	_, err = b.office.Publish(b.ctx, b.boss, b.clock(), b.made.Programme, 0, "")
	b.must(err)
	return b.templateOf("coupon", `{"offer":{"en":"10 off","ru":"Минус 10"},"coupon":"`+word+`"`+settings+`}`), word
}

// templateOf publishes a template of a kind.
func (b *bundle) templateOf(kind, settings string) string {
	b.t.Helper()
	k, _ := card.Find(kind)
	draft := k.Template(b.unique(kind))
	draft.Settings = json.RawMessage(settings)
	made, err := b.office.CreateTemplate(b.ctx, b.boss, b.clock(), b.made.Programme, draft)
	b.must(err)
	_, err = b.office.PublishTemplate(b.ctx, b.boss, b.clock(), made.ID, 0, "")
	b.must(err)
	return made.ID.String()
}

// coupon makes a coupon, with more members in the body.
func (b *bundle) coupon(more ...any) *reply {
	b.t.Helper()
	template, _ := b.couponOf("")
	return b.ask(request{do: "POST /coupons", key: b.unique("coupon"), body: with(m{"template_id": template}, more...)}).want(201)
}

// certificate makes a certificate of a hundred roubles at the till.
func (b *bundle) certificate() *reply {
	b.t.Helper()
	template := b.templateOf("gift_certificate", `{"worth":10000,"valid_days":30}`)
	return b.ask(request{do: "POST /certificates", token: b.token, key: b.unique("gift"), body: m{"template_id": template, "tender": "cash"}}).want(201)
}

// couponing is a quote with coupons.
func (b *bundle) couponing(codes ...string) request {
	return request{do: "POST /checkouts/quote", body: with(basket(1), "coupons", codes, "terminal_id", b.till.String())}
}

// TestCouponByAPI makes a coupon, shows it with a basket and uses it up.
func TestCouponByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.coupon()
		sale := with(basket(1), "coupons", []string{c.str("machine_code")})
		q := b.ask(request{do: "POST /checkouts/quote", token: b.token, lang: "ru", body: sale}).want(200)
		if q.num("totals", "discount", "amount") != 1000 || q.at("coupons", 0, "applied") != true || q.str("coupons", 0, "offer") != "Минус 10" {
			b.t.Fatal(q.raw)
		}
		if r := b.sell(b.unique("sale"), sale); r.str("coupons_used", 0) != c.str("id") || r.num("totals", "discount", "amount") != 1000 {
			b.t.Error(r.raw)
		}
		q = b.ask(request{do: "POST /checkouts/quote", token: b.token, lang: "ru", body: sale}).want(200)
		if q.num("totals", "discount", "amount") != 0 || q.str("coupons", 0, "code") != "coupon_used" || q.str("coupons", 0, "message") != "Купон уже использован." {
			b.t.Error(q.raw)
		}
		little := b.ask(b.couponing(b.coupon().str("number"))).want(200)
		if little.str("coupons", 0, "code") != "" {
			b.t.Error(little.raw)
		}
	})
}

// TestCertificateByAPI makes a certificate, pays with it in part, returns, blocks it and reads what is left.
func TestCertificateByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.certificate()
		id, scan := c.str("id"), c.str("machine_code")
		if c.num("balance", "amount") != 10_000 || c.str("number") == "" || c.str("ends_at") == "" {
			b.t.Fatal(c.raw)
		}
		sale := with(basket(1), "certificates", []string{scan, "nothing"})
		q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(200)
		if q.num("certificates", 0, "usable", "amount") != 10_000 || q.str("certificates", 1, "code") != "card_not_usable" {
			b.t.Fatal(q.raw)
		}
		body := with(b.commit(q, basket(1)), "tenders", []m{{"kind": "certificate", "amount": rub(4_000), "scan": scan}, {"kind": "cash", "amount": rub(6_000)}})
		r := b.ask(request{do: "POST /checkouts/paid-1/commit", token: b.token, key: "paid-1", body: body}).want(201)
		if r.str("tenders", 0, "card_id") != id || r.num("tenders", 0, "amount", "amount") != 4_000 {
			b.t.Error(r.raw)
		}
		left := func(want int64) {
			b.t.Helper()
			if c := b.ask(request{do: "GET /certificates/" + id, token: b.token}).want(200); c.num("balance", "amount") != want || c.at("machine_code") != nil {
				b.t.Error(c.raw)
			}
		}
		left(6_000)
		back := b.ask(request{do: "POST /checkouts/paid-1/returns", token: b.token, key: "paid-back", body: m{}}).want(201)
		if back.num("return", "refund", "amount") != 6_000 || back.str("tenders", 0, "kind") != "certificate" {
			b.t.Error(back.raw)
		}
		left(10_000)
		b.ask(request{do: "POST /cards/" + id + "/block", body: m{"reason": "lost"}}).want(200)
		if c := b.ask(request{do: "GET /certificates/" + id}).want(200); c.str("state") != "blocked" {
			b.t.Error(c.raw)
		}
		again := b.ask(request{do: "POST /checkouts/paid-2/commit", token: b.token, key: "paid-2", body: body})
		again.want(404, "card_not_usable")
	})
}

// TestCertificateBackByAPI returns a certificate at the till, replaces a lost one at the office and shows who is told what opens one.
func TestCertificateBackByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.certificate()
		lost := "POST /cards/" + c.str("id") + "/replace"
		b.ask(request{do: lost, token: b.token, body: m{"reason": "lost"}}).want(403, "permission_missing")
		b.ask(request{do: lost, body: m{}}).want(422, "invalid_request")
		made := b.ask(request{do: lost, body: m{"reason": "lost"}}).want(201)
		if made.str("number") == c.str("number") || made.str("kind") != "gift_certificate" || made.at("member_id") != nil {
			b.t.Error(made.raw)
		}
		b.pay(c.str("machine_code"), 10_000).want(404, "card_not_usable")
		b.ask(request{do: "POST /certificates/" + c.str("id") + "/return", token: b.token, key: "old", body: m{}}).want(409, "card_state")
		back := b.ask(request{do: "POST /certificates/" + made.str("id") + "/return", token: b.token, key: "back", body: m{}}).want(201)
		if back.num("refund", "amount") != 10_000 || back.str("tender") != "cash" || back.str("state") != "returned" || back.num("balance", "amount") != 0 {
			b.t.Error(back.raw)
		}
		b.pay(made.str("number"), 10_000).want(404, "card_not_usable")
		sold := b.ask(request{do: "POST /certificates", token: b.token, key: "mine", body: m{"template_id": c.str("template_id")}}).want(201)
		if seen := b.ask(request{do: "GET /operations/mine", token: b.token}).want(200); seen.str("result", "machine_code") != sold.str("machine_code") {
			b.t.Error(seen.raw)
		}
		if seen := b.ask(request{do: "GET /operations/mine"}).want(200); seen.at("result", "machine_code") != nil || seen.num("result", "balance", "amount") != 10_000 {
			b.t.Error(seen.raw)
		}
	})
}

// told is a quote with a coupon that says why it does not apply.
func told(ask func(b *bundle) request) cause { return cause{200, ask} }

// bearerCauses are about coupons and certificates.
var bearerCauses = map[string]cause{
	"certificate_returned": {409, func(b *bundle) request {
		back := request{do: "POST /certificates/" + b.certificate().str("id") + "/return", token: b.token, key: b.unique("back"), body: m{}}
		b.ask(back).want(201)
		back.key = b.unique("back")
		return back
	}},
	"certificate_touched": {409, func(b *bundle) request {
		c := b.certificate()
		b.pay(c.str("number"), 10_000).want(201)
		return request{do: "POST /certificates/" + c.str("id") + "/return", token: b.token, key: b.unique("back"), body: m{}}
	}},
	"coupon_unknown": told(func(b *bundle) request { return b.couponing(b.certificate().str("number")) }),
	"coupon_card_needed": told(func(b *bundle) request {
		_, word := b.couponOf("")
		return b.couponing(word)
	}),
	"coupon_early": told(func(b *bundle) request {
		return b.couponing(b.coupon("starts_at", b.clock().Add(time.Hour)).str("number"))
	}),
	"coupon_expired": told(func(b *bundle) request {
		template, _ := b.couponOf(`,"from":"2020-01-01","until":"2020-01-31"`)
		c := b.ask(request{do: "POST /coupons", key: b.unique("coupon"), body: m{"template_id": template}}).want(201)
		return b.couponing(c.str("number"))
	}),
	"coupon_blocked": told(func(b *bundle) request {
		c := b.coupon()
		b.ask(request{do: "POST /cards/" + c.str("id") + "/block", body: m{"reason": "lost"}}).want(200)
		return b.couponing(c.str("number"))
	}),
	"coupon_used": {409, func(b *bundle) request {
		sale := with(basket(1), "coupons", []string{b.coupon().str("number")})
		q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: sale}).want(200)
		b.sell(b.unique("sale"), sale)
		name := b.unique("sale")
		return request{do: "POST /checkouts/" + name + "/commit", token: b.token, key: name, body: b.commit(q, sale)}
	}},
	"coupon_needs_member": told(func(b *bundle) request { return b.couponing(b.coupon("member_id", b.member()).str("number")) }),
	"coupon_foreign": told(func(b *bundle) request {
		q := b.couponing(b.coupon("member_id", b.member()).str("number"))
		q.body = with(q.body.(m), "presence", b.known(b.member()))
		return q
	}),
	"coupon_second": told(func(b *bundle) request {
		template, _ := b.couponOf("")
		one, two := m{"template_id": template}, request{do: "POST /coupons", key: b.unique("coupon"), body: m{"template_id": template}}
		first := b.ask(request{do: "POST /coupons", key: b.unique("coupon"), body: one}).want(201)
		return b.couponing(first.str("number"), b.ask(two).want(201).str("number"))
	}),
	"coupon_not_for_basket": told(func(b *bundle) request {
		q := b.couponing(b.coupon().str("number"))
		q.body.(m)["lines"] = []m{{"id": "1", "quantity": "1", "price": rub(100)}}
		return q
	}),
	"coupon_no_offer": told(func(b *bundle) request {
		template := b.templateOf("coupon", `{"offer":{"en":"x"},"coupon":"`+b.unique("NONE")+`"}`)
		c := b.ask(request{do: "POST /coupons", key: b.unique("coupon"), body: m{"template_id": template}}).want(201)
		return b.couponing(c.str("number"))
	}),
	"certificate_short": {422, func(b *bundle) request {
		scan := b.certificate().str("number")
		b.pay(scan, 10_000).want(201)
		q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
		name := b.unique("sale")
		return request{do: "POST /checkouts/" + name + "/commit", token: b.token, key: name, body: with(b.commit(q, basket(1)), "tenders", certified(scan, 10_000))}
	}},
	"certificate_empty": told(func(b *bundle) request {
		scan := b.certificate().str("number")
		b.pay(scan, 10_000).want(201)
		return request{do: "POST /checkouts/quote", token: b.token, body: with(basket(1), "certificates", []string{scan})}
	}),
	"certificate_unfilled": told(func(b *bundle) request {
		return request{do: "POST /checkouts/quote", token: b.token, body: with(basket(1), "certificates", []string{b.blankGift("")})}
	}),
	"certificate_sold": {409, func(b *bundle) request {
		body := m{"scan": b.blankGift(""), "tender": "cash"}
		b.ask(request{do: "POST /certificates", token: b.token, key: b.unique("gift"), body: body}).want(201)
		return request{do: "POST /certificates", token: b.token, key: b.unique("gift"), body: body}
	}},
	"certificate_not_for_points": {409, func(b *bundle) request {
		body := m{"scan": b.blankGift(""), "tender": "points", "presence": b.known(b.member())}
		return request{do: "POST /certificates", token: b.token, key: b.unique("gift"), body: body}
	}},
	"certificate_too_large": {422, func(b *bundle) request {
		body := m{"scan": b.blankGift(""), "tender": "cash", "amount": rub(15_000_01)}
		return request{do: "POST /certificates", token: b.token, key: b.unique("gift"), body: body}
	}},
	"top_up_too_large": {422, func(b *bundle) request {
		q := b.paying(b.unique("up"))
		q.body = with(q.body.(m), "amount", rub(100_000_01))
		return q
	}},
	"certificate_foreign": told(func(b *bundle) request {
		other := b.ask(request{do: "POST /issuers", body: m{"name": b.unique("Другое")}}).want(201).str("id")
		template := b.templateOf("gift_certificate", `{"worth":10000,"valid_days":30}`)
		c := b.ask(request{do: "POST /certificates", key: b.unique("gift"), body: m{"template_id": template, "issuer_id": other}}).want(201)
		return request{do: "POST /checkouts/quote", token: b.token, body: with(basket(1), "certificates", []string{c.str("number")})}
	}),
}

// blankGift is the number of a gift card that nobody has bought yet; its template has further settings.
func (b *bundle) blankGift(settings string) string {
	b.t.Helper()
	template := b.templateOf("gift_certificate", `{"worth":10000,"valid_days":30`+settings+`}`)
	return b.ask(request{do: "POST /cards/stock", body: m{"count": 1, "template_id": template}}).want(201).str("items", 0, "number")
}

// TestPlasticGiftCard: cards that were made without worth are seen as such, and sold once: for money, or for points.
func TestPlasticGiftCard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		scan := b.blankGift(`,"for_points":true`)
		seen := b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": scan}}).want(201)
		if seen.at("card", "unfilled") != true || seen.num("card", "offered", "amount") != 10_000 || seen.at("card", "for_points") != true {
			b.t.Error(seen.raw)
		}
		b.pay(scan, 10_000).want(409, "certificate_unfilled")
		id := b.member()
		b.ask(request{do: "POST /members/" + id + "/points/adjustments", key: b.unique("give"), body: m{"points": 150, "reason": "goodwill"}}).want(201)
		body := m{"scan": scan, "tender": "points", "presence": b.known(id)}
		sold := b.ask(request{do: "POST /certificates", key: b.unique("gift"), body: with(body, "terminal_id", b.till.String())}).want(201)
		if sold.num("balance", "amount") != 10_000 || sold.at("ends_at") == nil {
			b.t.Error(sold.raw)
		}
		b.pay(scan, 10_000).want(201)
		b.ask(request{do: "POST /certificates", token: b.token, key: b.unique("gift"), body: m{"scan": scan, "tender": "cash"}}).want(409, "certificate_sold")
	})
}

func certified(scan string, n int64) []m {
	return []m{{"kind": "certificate", "amount": rub(n), "scan": scan}}
}

// pay buys for a hundred roubles with a certificate.
func (b *bundle) pay(scan string, n int64) *reply {
	b.t.Helper()
	q := b.ask(request{do: "POST /checkouts/quote", token: b.token, body: basket(1)}).want(200)
	name := b.unique("sale")
	return b.ask(request{do: "POST /checkouts/" + name + "/commit", token: b.token, key: name, body: with(b.commit(q, basket(1)), "tenders", certified(scan, n))})
}
