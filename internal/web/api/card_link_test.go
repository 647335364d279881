package api_test

import (
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
)

// TestGiftLinkByAPI: a certificate that is nobody's gets an address for a screen, once for a key, and the list tells no
// address; a member's own card goes to the member only.
func TestGiftLinkByAPI(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		at := "POST /cards/" + b.certificate().str("id") + "/link"
		q := request{do: at, key: b.unique("link"), body: m{"channel": "screen"}}
		made, again := b.ask(q).want(202), b.ask(q).want(202)
		if made.str("path") == "" || made.str("state") != "sent" || again.str("path") != made.str("path") || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("made %s, again %s", made.raw, again.raw)
		}
		text, ok := strings.CutPrefix(made.str("path"), member.LinkPath)
		if o, err := b.roll.OpenLink(b.ctx, text, b.clock()); !ok || err != nil || !o.Member.IsZero() || o.Card.String() != made.str("card_id") {
			t.Errorf("%s opens %+v, %v", made.raw, o, err)
		}
		list := b.ask(request{do: "GET /cards/" + made.str("card_id") + "/links"}).want(200)
		if list.str("items", 0, "channel") != "screen" || strings.Contains(list.raw, text) {
			t.Errorf("listed %s", list.raw)
		}
		b.ask(request{do: at, body: m{"channel": "sms", "to": "+79161234567"}}).want(409, "link_off")
		for pointer, body := range map[string]m{"/to": {"channel": "sms"}, "/channel": {"channel": "pigeon"}} {
			if r := b.ask(request{do: at, body: body}).want(422, "invalid_request"); r.str("errors", 0, "pointer") != pointer {
				t.Errorf("%v: %s", body, r.raw)
			}
		}
		own := "POST /cards/" + b.cardOf(b.member()) + "/link"
		if r := b.ask(request{do: own, body: m{"channel": "sms", "to": "+79161234567"}}).want(422, "invalid_request"); r.str("errors", 0, "code") != "link_to_member" {
			t.Errorf("a member's card: %s", r.raw)
		}
	})
}

// TestTillSendsWhatItSold: the till that sold a certificate brings it into a phone, within a day, while nothing is spent and no
// phone has it; no other till does, and no till sends another card.
func TestTillSendsWhatItSold(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		link := func(id, token string) request {
			return request{do: "POST /certificates/" + id + "/link", token: token, key: b.unique("link"), body: m{"channel": "screen"}}
		}
		gift := b.certificate()
		q := link(gift.str("id"), b.token)
		made := b.ask(q).want(202)
		b.ask(request{do: "POST /cards/" + gift.str("id") + "/link", token: b.token, body: m{"channel": "screen"}}).want(403, "permission_missing")
		other := b.ask(request{do: "POST /terminals", body: m{"store_id": b.made.Store.String(), "name": "Касса 2", "external_id": "t2"}}).want(201).str("id")
		code := b.ask(request{do: "POST /terminals/" + other + "/pairing_code"}).want(201).str("code")
		second := b.ask(request{do: "POST /terminals/pair", token: "none", body: m{"code": code}}).want(201).str("token")
		b.ask(link(gift.str("id"), second)).want(409, "certificate_not_here")
		b.ask(link(gift.str("id"), "")).want(409, "certificate_not_here") // The office has its own way.
		b.ask(link(b.cardOf(b.member()), b.token)).want(404, "not_found")
		b.ask(link(b.issue("club_pass", anyTime, card.Document{}).ID.String(), b.token)).want(404, "not_found")
		blank := b.ask(request{do: "POST /cards/stock", body: m{"count": 1, "template_id": b.templateOf("gift_certificate", `{"worth":10000}`)}}).want(201)
		b.ask(link(blank.str("items", 0, "id"), b.token)).want(409, "certificate_not_here")

		spent := b.certificate()
		b.pay(spent.str("machine_code"), 10_000).want(201)
		b.ask(link(spent.str("id"), b.token)).want(409, "certificate_not_here")
		blocked := b.certificate()
		b.ask(request{do: "POST /cards/" + blocked.str("id") + "/block", body: m{"reason": "lost"}}).want(200)
		b.ask(link(blocked.str("id"), b.token)).want(409, "card_state")
		back := b.certificate()
		b.ask(request{do: "POST /certificates/" + back.str("id") + "/return", token: b.token, key: b.unique("back"), body: m{}}).want(201)
		b.ask(link(back.str("id"), b.token)).want(409, "certificate_not_here")

		_, err := b.roll.UseLink(b.ctx, strings.TrimPrefix(made.str("path"), member.LinkPath), "a phone", b.clock())
		if err != nil {
			t.Fatal(err)
		}
		b.ask(link(gift.str("id"), b.token)).want(409, "certificate_not_here")
		if again := b.ask(q).want(202); again.str("path") != made.str("path") {
			t.Errorf("the same key: %s", again.raw)
		}
		late := b.certificate()
		b.later(25 * time.Hour)
		b.ask(link(late.str("id"), b.token)).want(409, "certificate_not_here")
	})
}
