package api_test

import (
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// accessCauses are about who may do what.
var accessCauses = map[string]cause{
	"permission_missing": {403, func(b *bundle) request { return request{do: "GET /staff", token: b.token} }},
	"credential_missing": {401, asking(request{do: "GET /me", token: "none"})},
	"credential_invalid": {401, asking(request{do: "GET /me", token: "sk_live_nothing"})},
	"till_token_missing": {401, func(b *bundle) request {
		open := m{"staff_id": b.cashier(), "pin": "4711"}
		return request{do: "GET /me", token: b.ask(request{do: "POST /cashier_sessions", token: b.token, body: open}).want(201).str("token")}
	}},
	"pin_failed": {401, func(b *bundle) request {
		return request{do: "POST /cashier_sessions", token: b.token, body: m{"staff_id": b.cashier(), "pin": "4712"}}
	}},
	"login_failed": {401, func(b *bundle) request {
		return request{do: "POST /sessions", token: "none", body: m{"login": b.unique("nobody"), "password": "?"}}
	}},
	"second_factor_needed": {401, func(b *bundle) request {
		p := b.person("support")
		p.factor(b)
		return request{do: "POST /sessions", token: "none", body: m{"login": p.login, "password": password}}
	}},
	"second_factor_active": {409, func(b *bundle) request {
		p := b.person("support")
		p.factor(b)
		return p.begin()
	}},
	"second_factor_missing": {422, func(b *bundle) request {
		return request{do: "POST /me/second_factor/confirm", token: b.person("support").session, body: m{"code": "000000"}}
	}},
	"code_wrong": {422, func(b *bundle) request {
		p := b.person("support")
		secret := b.ask(p.begin()).want(201).str("secret")
		code, err := totp.GenerateCode(secret, b.clock().Add(-time.Hour))
		b.must(err)
		return request{do: "POST /me/second_factor/confirm", token: p.session, body: m{"code": code}}
	}},
	"password_wrong": {422, func(b *bundle) request {
		return request{do: "PUT /me/password", token: b.person("support").session, body: m{"old_password": "?", "password": "другие тысячи обезьян"}}
	}},
	"password_common":    {422, asking(request{do: "POST /staff", body: m{"name": "П", "role": "support", "login": "petr", "password": "1234567890"}})},
	"password_has_login": {422, asking(request{do: "POST /staff", body: m{"name": "П", "role": "support", "login": "petrovich", "password": "petrovich и обезьяны"}})},
	"pin_invalid":        {422, asking(request{do: "POST /staff", body: m{"name": "П", "role": "cashier", "pin": "12a4"}})},
	"pin_trivial":        {422, asking(request{do: "POST /staff", body: m{"name": "П", "role": "cashier", "pin": "1234"}})},
	"login_taken": {409, func(b *bundle) request {
		p := b.person("support")
		return request{do: "POST /staff", body: m{"name": "П", "role": "support", "login": p.login, "password": password}}
	}},
	"role_above": {403, func(b *bundle) request {
		return request{do: "POST /staff", token: b.person("admin").session, body: m{"name": "П", "role": "owner", "login": "paul", "password": password}}
	}},
	"scopes_above": {403, func(b *bundle) request {
		return request{do: "POST /api_keys", token: b.newKey(verno.MayManageStaff), body: m{"name": "k", "permissions": []string{"sell"}}}
	}},
	"person_needed":  {403, asking(request{do: "GET /sessions"})},
	"till_needed":    {403, asking(request{do: "GET /cashiers"})},
	"pairing_failed": {401, asking(request{do: "POST /terminals/pair", token: "none", body: m{"code": "0000000x"}})},
	"store_foreign": {403, func(b *bundle) request {
		_, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "k", Scopes: verno.MayManageStores, Store: b.made.Store}, b.clock())
		b.must(err)
		other := b.ask(request{do: "POST /stores", body: m{
			"name": b.unique("Чайка"), "programme_id": b.made.Programme.String(), "time_zone": "Europe/Moscow",
		}}).want(201)
		return request{do: "POST /terminals", token: secret, body: m{"store_id": other.str("id"), "name": "Касса"}}
	}},
	"last_owner": {422, func(b *bundle) request {
		session := b.login()
		id := b.ask(request{do: "GET /me", token: session}).want(200).str("staff_id")
		tag := b.ask(request{do: "GET /staff/" + id, token: session}).want(200).header.Get("ETag")
		return request{do: "PATCH /staff/" + id, token: session, match: tag, body: m{"disabled": true}}
	}},
}

// cashier makes a cashier, who has the PIN 4711.
func (b *bundle) cashier() string {
	b.t.Helper()
	return b.ask(request{do: "POST /staff", body: m{"name": b.unique("Пётр"), "role": "cashier", "pin": "4711"}}).want(201).str("id")
}

// person is somebody of the staff who has logged in.
type person struct{ id, login, session string }

func (b *bundle) person(role string) person {
	b.t.Helper()
	p := person{login: b.unique("somebody") + "@example.com"}
	p.id = b.ask(request{do: "POST /staff", body: m{"name": "Пётр", "role": role, "login": p.login, "password": password}}).want(201).str("id")
	p.session = b.ask(request{do: "POST /sessions", token: "none", body: m{"login": p.login, "password": password}}).want(201).str("token")
	return p
}

// begin sets up a second factor.
func (p person) begin() request {
	return request{do: "POST /me/second_factor", token: p.session, body: m{"password": password}}
}

// factor turns a second factor on.
func (p person) factor(b *bundle) {
	b.t.Helper()
	code, err := totp.GenerateCode(b.ask(p.begin()).want(201).str("secret"), b.clock())
	b.must(err)
	b.ask(request{do: "POST /me/second_factor/confirm", token: p.session, body: m{"code": code}}).want(200)
}
