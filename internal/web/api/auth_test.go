package api_test

import (
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/api"
)

// login opens a session of the owner.
func (b *bundle) login() string {
	b.t.Helper()
	return b.ask(request{do: "POST /sessions", token: "none", body: m{"login": "olga@example.com", "password": password}}).want(201).str("token")
}

// TestSessions logs in and out, by password and by second factor.
func TestSessions(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.ask(request{do: "POST /sessions", token: "none", body: m{"login": "olga@example.com", "password": "?"}}).want(401, "login_failed")
		session := b.login()
		me := b.ask(request{do: "GET /me", token: session}).want(200)
		if me.str("role") != "owner" || me.at("livemode") != true {
			t.Errorf("me: %s", me.raw)
		}
		if list := b.ask(request{do: "GET /sessions", token: session}).want(200); list.at("items", 0, "current") != true {
			t.Errorf("sessions: %s", list.raw)
		}
		b.ask(request{do: "POST /me/second_factor", token: session, body: m{"password": "?"}}).want(422, "invalid_request")
		factor := b.ask(request{do: "POST /me/second_factor", token: session, body: m{"password": password}}).want(201)
		b.ask(request{do: "POST /me/second_factor/confirm", token: session, body: m{"code": "000000"}}).want(422, "invalid_request")
		code, err := totp.GenerateCode(factor.str("secret"), b.clock())
		b.must(err)
		b.ask(request{do: "POST /me/second_factor/confirm", token: session, body: m{"code": code}}).want(200)
		b.ask(request{do: "POST /sessions", token: "none", body: m{"login": "olga@example.com", "password": password}}).want(401, "second_factor_needed")
		b.mu.Lock()
		b.now = b.now.Add(time.Minute)
		b.mu.Unlock()
		code, err = totp.GenerateCode(factor.str("secret"), b.clock())
		b.must(err)
		second := b.ask(request{do: "POST /sessions", token: "none", body: m{"login": "olga@example.com", "password": password, "code": code}}).want(201).str("token")
		b.ask(request{do: "DELETE /sessions/current", token: second}).want(204)
		b.ask(request{do: "GET /me", token: second}).want(401, "credential_invalid")
		b.ask(request{do: "GET /me", token: session}).want(200)
		b.ask(request{do: "PUT /me/password", token: session, body: m{"old_password": "?", "password": "другие тысячи обезьян"}}).want(422, "invalid_request")
		b.ask(request{do: "PUT /me/password", token: session, body: m{"old_password": password, "password": "другие тысячи обезьян"}}).want(204)
		b.ask(request{do: "GET /me", token: session}).want(401, "credential_invalid")
		b.ask(request{do: "GET /sessions"}).want(403, "person_needed")
		b.ask(request{do: "DELETE /sessions"}).want(403, "person_needed")
		b.ask(request{do: "GET /me", token: "none"}).want(401, "credential_missing")
	})
}

// TestStaff adds a cashier, who begins a shift at the till and is disabled in the middle of it.
func TestStaff(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		made := b.ask(request{do: "POST /staff", body: m{"name": "Пётр", "role": "cashier", "pin": "4711"}}).want(201)
		id := made.str("id")
		b.ask(request{do: "POST /staff", body: m{"name": "Пётр", "role": "boss"}}).want(422, "invalid_request")
		if list := b.ask(request{do: "GET /cashiers", token: b.token}).want(200); list.str("items", 0, "id") != id {
			t.Errorf("cashiers: %s", list.raw)
		}
		b.ask(request{do: "POST /cashier_sessions", token: b.token, body: m{"staff_id": id, "pin": "4712"}}).want(401, "pin_failed")
		shift := b.ask(request{do: "POST /cashier_sessions", token: b.token, body: m{"staff_id": id, "pin": "4711", "shift": "1"}}).want(201).str("token")
		me := b.ask(request{do: "GET /me", token: b.token, session: shift}).want(200)
		if me.str("staff_id") != id || me.str("terminal_id") != b.till.String() {
			t.Errorf("at the till: %s", me.raw)
		}
		b.ask(request{do: "GET /me", token: shift}).want(401, "till_token_missing")
		b.ask(request{do: "GET /staff", token: b.token, session: shift}).want(403, "permission_missing")
		b.ask(request{do: "DELETE /cashier_sessions/current", token: b.token, session: shift}).want(204)
		b.ask(request{do: "GET /me", token: b.token, session: shift}).want(401, "credential_invalid")
		shift = b.ask(request{do: "POST /cashier_sessions", token: b.token, body: m{"staff_id": id, "pin": "4711"}}).want(201).str("token")
		b.ask(request{do: "PATCH /staff/" + id, match: `"9"`, body: m{"disabled": true}}).want(412, "etag_mismatch")
		gone := b.ask(request{do: "PATCH /staff/" + id, match: made.header.Get("ETag"), body: m{"disabled": true}}).want(200)
		if gone.str("disabled_at") == "" {
			t.Errorf("disabled: %s", gone.raw)
		}
		b.ask(request{do: "GET /me", token: b.token, session: shift}).want(401, "credential_invalid")
		if list := b.ask(request{do: "GET /staff?limit=1"}).want(200); list.at("has_more") != true {
			t.Errorf("staff: %s", list.raw)
		}
		b.ask(request{do: "POST /staff/" + id + "/end_sessions"}).want(204)
		b.ask(request{do: "POST /staff/" + id + "/reset_second_factor"}).want(204)
		b.ask(request{do: "GET /staff/" + id}).want(200)
	})
}

// TestTerminals adds a till, pairs it, hears it and revokes it.
func TestTerminals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		made := b.ask(request{do: "POST /terminals", body: m{"store_id": b.made.Store.String(), "name": "Касса 2", "external_id": "t2"}}).want(201)
		at := "/terminals/" + made.str("id")
		b.ask(request{do: "POST /terminals", body: m{"store_id": b.made.Store.String(), "name": "Касса 3", "external_id": "t2"}}).want(409, "external_id_taken")
		code := b.ask(request{do: "POST " + at + "/pairing_code"}).want(201).str("code")
		b.ask(request{do: "POST /terminals/pair", token: "none", body: m{"code": "0000000x"}}).want(401, "pairing_failed")
		paired := b.ask(request{do: "POST /terminals/pair", token: "none", body: m{"code": code}}).want(201)
		token := paired.str("token")
		beat := b.ask(request{do: "POST " + at + "/heartbeat", token: token, body: m{"queue_depth": 3, "clock": "2026-11-22T12:00:10Z"}}).want(200)
		if beat.num("skew_ms") < 9_000 {
			t.Errorf("heartbeat: %s", beat.raw)
		}
		b.ask(request{do: "POST " + at + "/heartbeat", token: b.token, body: m{"queue_depth": 3}}).want(403, "till_needed")
		seen := b.ask(request{do: "GET " + at, token: token}).want(200)
		if seen.num("queue_depth") != 3 || seen.at("paired") != true {
			t.Errorf("seen: %s", seen.raw)
		}
		b.ask(request{do: "GET /terminals/" + b.till.String(), token: token}).want(403, "permission_missing")
		renamed := b.ask(request{do: "PATCH " + at, match: seen.header.Get("ETag"), body: m{"name": "Касса два"}}).want(200)
		if renamed.str("name") != "Касса два" || renamed.str("external_id") != "t2" {
			t.Errorf("renamed: %s", renamed.raw)
		}
		b.ask(request{do: "POST " + at + "/revoke"}).want(204)
		b.ask(request{do: "GET /me", token: token}).want(401, "credential_invalid")
		if list := b.ask(request{do: "GET /terminals"}).want(200); len(list.at("items").([]any)) != 2 {
			t.Errorf("terminals: %s", list.raw)
		}
	})
}

// TestAPIKeys makes a key, uses it and revokes it.
func TestAPIKeys(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		made := b.ask(request{do: "POST /api_keys", body: m{"name": "сайт", "permissions": []string{"sell", "identify"}, "store_id": b.made.Store.String()}}).want(201)
		secret := made.str("secret")
		if me := b.ask(request{do: "GET /me", token: secret}).want(200); me.str("store_id") != b.made.Store.String() || len(me.at("permissions").([]any)) != 2 {
			t.Errorf("me: %s", me.raw)
		}
		b.ask(request{do: "POST /checkouts/quote", token: secret, body: basket(1)}).want(200)
		b.ask(request{do: "POST /api_keys", token: secret, body: m{"name": "x", "permissions": []string{"sell"}}}).want(403, "permission_missing")
		b.ask(request{do: "POST /api_keys", body: m{"name": "x", "permissions": []string{"everything"}}}).want(422, "invalid_request")
		if list := b.ask(request{do: "GET /api_keys?limit=1"}).want(200); list.at("has_more") != true {
			t.Errorf("keys: %s", list.raw)
		}
		b.ask(request{do: "GET /api_keys/" + made.str("id")}).want(200)
		b.ask(request{do: "DELETE /api_keys/" + made.str("id")}).want(204)
		b.ask(request{do: "GET /me", token: secret}).want(401, "credential_invalid")
		test := b.ask(request{do: "POST /api_keys", body: m{"name": "проба", "permissions": []string{"sell"}, "test": true}}).want(201)
		if me := b.ask(request{do: "GET /me", token: test.str("secret")}).want(200); me.at("livemode") != false {
			t.Errorf("a test key: %s", me.raw)
		}
	})
}

// TestRates empties each class's bucket: the next request is told when to come back, and another caller is not.
func TestRates(t *testing.T) {
	t.Parallel()
	few := web.Rate{PerSecond: 1, Burst: 3}
	b := setup(t, storetest.Open(t, storetest.DSN(t, storetest.Engines(t)[0])), api.Limits{Till: few, Server: few, Staff: few, Public: few, Login: few})
	other := b.newKey(verno.MaySell)
	for name, q := range map[string]request{
		"a key":      {do: "GET /me"},
		"a till":     {do: "GET /me", token: b.token},
		"a stranger": {do: "GET /me", token: "sk_live_x"},
		"a log-in":   {do: "POST /sessions", token: "none", body: m{"login": "nobody", "password": "?"}},
	} {
		var last *reply
		for range 4 {
			last = b.ask(q)
		}
		if last.status != 429 || last.header.Get("Retry-After") != "1" || last.header.Get("Ratelimit-Remaining") != "0" || last.header.Get("Ratelimit-Limit") != "3" {
			t.Errorf("%s: %d %v %s", name, last.status, last.header, last.raw)
		}
	}
	b.ask(request{do: "GET /me", token: other}).want(200)
}
