package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"testing"
	"time"
)

// digest is what a till computes of the digits that it has scanned, as the reference tells it.
func (b *bundle) digest(digits string) string {
	sum := sha256.Sum256([]byte("verno card\n" + b.tenant.String() + "\n" + digits))
	return hex.EncodeToString(sum[:16])
}

// later lets the test's clock go on.
func (b *bundle) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// TestSnapshot: a till learns what it needs offline: first all cards that are out of use, page by page, then what has
// changed; what has not changed is not sent again.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		snapshot := "GET /terminals/" + b.till.String() + "/snapshot"
		var blocked []string
		for i := range 3 {
			id, number := b.enrol("+7916123456" + string(rune('0'+i)))
			card := b.ask(request{do: "GET /members/" + id + "/cards"}).want(200).str("items", 0, "id")
			b.ask(request{do: "POST /cards/" + card + "/block", body: m{"reason": "lost"}}).want(200)
			blocked = append(blocked, number+" "+card)
		}
		b.later(2 * time.Minute)
		first := b.ask(request{do: snapshot + "?limit=2", token: b.token}).want(200)
		if first.at("has_more") != true || first.num("rules_version") != 1 || first.num("offline", "replay_days") <= 0 || len(first.at("keys").([]any)) == 0 {
			t.Errorf("the first page: %s", first.raw)
		}
		rest := b.ask(request{do: snapshot + "?limit=2&since=" + first.str("next_cursor"), token: b.token}).want(200)
		if rest.at("has_more") != false || len(rest.at("cards").([]any)) != 1 {
			t.Errorf("the rest: %s", rest.raw)
		}
		number, card := blocked[0][:len(blocked[0])-31], blocked[0][len(blocked[0])-30:]
		if first.str("cards", 0, "card_id") != card || first.str("cards", 0, "state") != "blocked" || first.str("cards", 0, "number_digest") != b.digest(plain(number)) {
			t.Errorf("the card %s %s is %v", number, card, first.at("cards", 0))
		}
		next := request{do: snapshot + "?since=" + rest.str("next_cursor"), token: b.token}
		still := b.ask(next).want(200)
		if len(still.at("cards").([]any)) != 0 {
			t.Errorf("nothing has changed, and yet: %s", still.raw)
		}
		again := next
		again.tag = still.header.Get("ETag")
		if r := b.ask(again); r.status != 304 || r.raw != "" {
			t.Errorf("what the till has: %d %s", r.status, r.raw)
		}
		b.ask(request{do: "POST /cards/" + card + "/unblock"}).want(200)
		if r := b.ask(again).want(200); len(r.at("cards").([]any)) != 1 || r.str("cards", 0, "state") != "active" || r.str("cards", 0, "card_id") != card {
			t.Errorf("the card is in use again: %s", r.raw)
		}
		b.ask(request{do: snapshot + "?since=" + rest.str("next_cursor")[1:], token: b.token}).want(422, "malformed_cursor")
		b.ask(request{do: snapshot, token: b.newKey(sellOnly)}).want(403, "permission_missing")
		b.ask(request{do: "GET /terminals/" + sampleTerminal + "/snapshot"}).want(404, "not_found")
	})
}

// plain is a card number without the spaces that people see.
func plain(number string) string {
	digits := make([]byte, 0, len(number))
	for _, c := range []byte(number) {
		if c >= '0' && c <= '9' {
			digits = append(digits, c)
		}
	}
	return string(digits)
}

// TestLiveCode: the merchant's app shows what the till takes; each look stands in the audit, and no code in it or in
// the log.
func TestLiveCode(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, _ := b.enrol("+79161234567")
		card := b.ask(request{do: "GET /members/" + id + "/cards"}).want(200).str("items", 0, "id")
		shown := b.ask(request{do: "POST /cards/" + card + "/code?steps=20"}).want(200)
		if len(shown.at("codes").([]any)) != 20 {
			t.Fatalf("shown: %s", shown.raw)
		}
		code := shown.str("codes", 0, "code")
		found := b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": code}}).want(201)
		if found.at("strong") != true || found.str("member", "id") != id || found.str("method") != "live_code" {
			t.Errorf("scanned: %s", found.raw)
		}
		b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": shown.str("codes", 1, "code")}}).want(422, "code_expired")
		b.later(15 * time.Second)
		b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": shown.str("codes", 1, "code")}}).want(201)
		_, err := b.sealer.Seal(b.ctx, b.clock)
		b.must(err)
		audit := b.ask(request{do: "GET /audit?types=card.shown"}).want(200)
		if audit.str("items", 0, "subject") != card || audit.str("items", 0, "actor") == "" || audit.at("cards") != nil {
			t.Errorf("the audit: %s", audit.raw)
		}
		for i := range 20 {
			secret := shown.str("codes", i, "code")
			if contains(audit.raw, secret) || contains(b.logged(), secret) {
				t.Errorf("a code is written down")
			}
		}
		b.ask(request{do: "POST /cards/" + card + "/code?steps=21"}).want(422, "invalid_request")
		b.ask(request{do: "POST /cards/" + card + "/code", token: b.token}).want(403, "permission_missing")
		b.ask(request{do: "POST /cards/" + card + "/block", body: m{"reason": "lost"}}).want(200)
		b.ask(request{do: "POST /cards/" + card + "/code"}).want(409, "card_state")
	})
}
