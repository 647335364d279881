package api_test

import (
	"strings"
	"testing"

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
