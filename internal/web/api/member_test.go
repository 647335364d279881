package api_test

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno"
)

// TestMembers enrols, reads, changes, finds, freezes, merges and erases.
func TestMembers(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		body := m{
			"first_name": "Анна", "last_name": "Каренина", "phone": "8 (916) 123-45-67", "email": "Anna@Example.com", "birthday": "--05-17",
			"external_id": "crm-1", "tags": []string{"vip"}, "metadata": m{"utm": "x"}, "issue_card": true,
			"consents": []m{{"purpose": "advertising", "granted": true, "text": "Согласна", "text_version": "1"}},
		}
		made := b.ask(request{do: "POST /members", key: "e1", body: body}).want(201)
		id := made.str("member", "id")
		if made.str("member", "phone") != "+79161234567" || made.str("member", "email") != "anna@example.com" || len(made.str("cards", 0, "number")) != 16 {
			t.Errorf("enrolled: %s", made.raw)
		}
		if again := b.ask(request{do: "POST /members", key: "e1", body: body}).want(201); again.str("member", "id") != id || again.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("enrolled again: %s", again.raw)
		}
		b.ask(request{do: "POST /members", body: with(body, "external_id", "crm-2")}).want(409, "phone_taken")
		r := b.ask(request{do: "POST /members", lang: "ru", body: m{"phone": "12", "birthday": "2026-02-30", "gender": "?"}}).want(422, "invalid_request")
		if r.str("errors", 0, "pointer") != "/gender" || r.str("errors", 0, "code") != "unknown_value" {
			t.Errorf("a bad enrolment: %s", r.raw)
		}
		r = b.ask(request{do: "POST /members", lang: "ru", body: m{"phone": "12", "birthday": "2026-02-30"}}).want(422, "invalid_request")
		if r.str("errors", 0, "message") != "Это не номер телефона." || r.str("errors", 1, "pointer") != "/birthday" {
			t.Errorf("a bad enrolment: %s", r.raw)
		}

		read := b.ask(request{do: "GET /members/" + id}).want(200)
		etag := read.header.Get("ETag")
		b.ask(request{do: "PATCH /members/" + id, body: m{"last_name": ""}}).want(428, "etag_missing")
		b.ask(request{do: "PATCH /members/" + id, match: `"99"`, body: m{"last_name": ""}}).want(412, "etag_mismatch")
		b.ask(request{do: "PATCH /members/" + id, match: `W/"1"`, body: m{"last_name": ""}}).want(400, "malformed_header")
		changed := b.ask(request{do: "PATCH /members/" + id, match: etag, body: m{"last_name": "", "tags": []string{}}}).want(200)
		if changed.str("last_name") != "" || changed.str("first_name") != "Анна" || changed.header.Get("ETag") == etag {
			t.Errorf("changed: %s", changed.raw)
		}

		for name, value := range map[string]string{"phone": "+7 916 123 45 67", "email": "anna@example.com", "external_id": "crm-1", "name": "анн"} {
			if found := b.ask(request{do: "POST /members/search", body: m{name: value}}).want(200); found.str("items", 0, "id") != id {
				t.Errorf("by %s: %s", name, found.raw)
			}
		}
		b.ask(request{do: "POST /members/search", body: m{}}).want(422, "search_empty")
		if looked := b.ask(request{do: "POST /members/lookup", token: b.token, body: m{"scan": "+79161234567"}}).want(200); looked.at("found") != true || strings.Contains(looked.raw, "916123") {
			t.Errorf("looked up at the till: %s", looked.raw)
		}
		if looked := b.ask(request{do: "POST /members/lookup", token: b.token, body: m{"scan": "+79990000000"}}).want(200); looked.at("found") != false {
			t.Errorf("looked up nobody: %s", looked.raw)
		}

		hash := sha256.Sum256([]byte("Текст"))
		b.ask(request{do: "POST /members/" + id + "/consents", body: m{"purpose": "terms", "granted": true, "text_hash": hex.EncodeToString(hash[:])}}).want(201)
		b.ask(request{do: "POST /members/" + id + "/consents", body: m{"purpose": "terms", "granted": true, "text_hash": "zz"}}).want(422)
		b.ask(request{do: "POST /members/" + id + "/consents", body: m{"purpose": "advertising", "granted": false}}).want(201)
		if list := b.ask(request{do: "GET /members/" + id + "/consents"}).want(200); len(list.at("items").([]any)) != 3 {
			t.Errorf("consents: %s", list.raw)
		}

		b.ask(request{do: "POST /members/" + id + "/freeze"}).want(200)
		if thawed := b.ask(request{do: "POST /members/" + id + "/unfreeze"}).want(200); thawed.at("frozen") != false {
			t.Errorf("thawed: %s", thawed.raw)
		}
		other, _ := b.enrol("+79167654321")
		merge := request{do: "POST /members/" + id + "/merge", key: "m1", body: m{"from_member_id": other}}
		b.ask(merge).want(200)
		b.ask(merge).want(200)
		if alias := b.ask(request{do: "GET /members/" + other}).want(200); alias.str("id") != id {
			t.Errorf("the alias is %s", alias.raw)
		}
		if out := b.ask(request{do: "POST /members/" + id + "/data_export"}).want(200); out.str("data", "member_id") != id {
			t.Errorf("exported: %s", out.raw)
		}
		b.ask(request{do: "DELETE /members/" + id}).want(204)
		b.ask(request{do: "DELETE /members/" + id}).want(204)
		if gone := b.ask(request{do: "GET /members/" + id}).want(200); gone.str("phone") != "" || gone.str("erased_at") == "" {
			t.Errorf("erased: %s", gone.raw)
		}
		if log := b.logged(); strings.Contains(log, "123-45-67") || strings.Contains(log, "9161234567") || strings.Contains(log, "Анна") || strings.Contains(log, b.key) {
			t.Error("the log tells who somebody is")
		}
		b.ask(request{do: "GET /members/" + verno.MemberID{1}.String()}).want(404, "not_found")
		b.ask(request{do: "GET /members/nobody"}).want(422, "invalid_request")
	})
}

// TestTillSeesNoPerson: a till enrols, and gets back what it needs and no more.
func TestTillSeesNoPerson(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		made := b.ask(request{do: "POST /members", token: b.token, body: m{"phone": "+79161234567", "first_name": "Анна", "issue_card": true}}).want(201)
		if strings.Contains(made.raw, "9161234567") || strings.Contains(made.raw, `"phone"`) || strings.Contains(made.raw, "Анна") || made.str("cards", 0, "number") == "" {
			t.Errorf("the till got %s", made.raw)
		}
		b.ask(request{do: "POST /members", token: b.token, body: m{"tags": []string{"vip"}}}).want(403, "permission_missing")
	})
}

// TestManyMembers writes a batch in which one row is bad, twice.
func TestManyMembers(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		batch := m{"members": []m{
			{"external_id": "a", "first_name": "Анна"},
			{"first_name": "Нет"},
			{"external_id": "b", "phone": "1"},
			{"external_id": "c", "consents": []m{{"purpose": "terms", "granted": true, "text_hash": "zz"}}},
		}}
		r := b.ask(request{do: "POST /members:bulk_upsert", body: batch}).want(200)
		for i, want := range []string{"created", "rejected", "rejected", "rejected"} {
			if r.str("items", i, "state") != want {
				t.Errorf("row %d: %v, want %s", i, r.at("items", i), want)
			}
		}
		if r = b.ask(request{do: "POST /members:bulk_upsert", body: batch}).want(200); r.str("items", 0, "state") != "unchanged" {
			t.Errorf("the second time: %s", r.raw)
		}
	})
}

// TestPoints adjusts points, within and beyond what somebody may.
func TestPoints(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, _ := b.enrol("+79161234567")
		give := request{do: "POST /members/" + id + "/points/adjustments", key: "a1", body: m{"points": 700, "reason": "goodwill"}}
		first := b.ask(give).want(201)
		if second := b.ask(give).want(201); second.raw != first.raw || second.header.Get("Idempotent-Replayed") != "true" {
			t.Errorf("adjusted: %s, then %s", first.raw, second.raw)
		}
		support := b.newKey(verno.RoleSupport.Permissions())
		b.ask(request{do: give.do, token: support, key: "a2", body: m{"points": 501, "reason": "goodwill"}}).want(422, "adjust_limit")
		b.ask(request{do: give.do, token: support, key: "a3", body: m{"points": -100, "reason": "correction"}}).want(201)
		b.ask(request{do: give.do, key: "a4", body: m{"points": -601, "reason": "correction"}}).want(422, "insufficient_points")
		b.ask(request{do: give.do, key: "a5", body: m{"points": 0, "reason": "correction"}}).want(422, "invalid_request")
		b.ask(request{do: give.do, key: "a6", body: m{"points": 1, "reason": "because"}}).want(422, "invalid_request")
		if p := b.ask(request{do: "GET /members/" + id + "/points"}).want(200); p.num("available") != 600 {
			t.Errorf("points: %s", p.raw)
		}
		if seen := b.ask(request{do: "GET /operations/a2"}).want(200); seen.str("state") != "rejected" || seen.str("error", "code") != "adjust_limit" {
			t.Logf("a refusal before the books is not stored: %s", seen.raw)
		}
	})
}

// TestCards issues, blocks, replaces and links.
func TestCards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, number := b.enrol("+79161234567")
		list := b.ask(request{do: "GET /members/" + id + "/cards"}).want(200)
		card := list.str("items", 0, "id")
		b.ask(request{do: "POST /cards/" + card + "/block", body: m{}}).want(422, "invalid_request")
		b.ask(request{do: "POST /cards/" + card + "/block", body: m{"reason": "lost"}}).want(200)
		b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": number}}).want(404, "card_not_usable")
		b.ask(request{do: "POST /cards/" + card + "/unblock"}).want(200)
		b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": number}}).want(201)
		fresh := b.ask(request{do: "POST /cards/" + card + "/replace", key: "r1", body: m{"reason": "worn"}}).want(201)
		if again := b.ask(request{do: "POST /cards/" + card + "/replace", key: "r1", body: m{"reason": "worn"}}).want(201); again.str("id") != fresh.str("id") {
			t.Errorf("replaced twice: %s", again.raw)
		}
		b.ask(request{do: "POST /cards/" + card + "/unblock"}).want(409, "card_state")
		if old := b.ask(request{do: "GET /cards/" + card}).want(200); old.str("state") != "replaced" || old.str("replaced_by") != fresh.str("id") {
			t.Errorf("the old card: %s", old.raw)
		}
		blank := b.ask(request{do: "POST /cards/stock", body: m{"count": 2}}).want(201)
		linked := b.ask(request{do: "POST /cards", body: m{"member_id": id, "number": blank.str("items", 0, "number")}}).want(201)
		if linked.str("kind") != "plastic" || linked.str("member_id") != id {
			t.Errorf("linked: %s", linked.raw)
		}
		b.ask(request{do: "POST /cards", body: m{"member_id": id, "number": "1234"}}).want(422, "invalid_request")
		b.ask(request{do: "POST /cards", body: m{"member_id": id}}).want(201)
	})
}
