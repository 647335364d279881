package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"strings"
	"testing"

	"golang.org/x/mod/sumdb/tlog"
)

// TestChanges reads the log in small pages: numbered without gaps, each event once; and proves one of them.
func TestChanges(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, _ := b.enrol("+79161234567")
		b.sell("s1", basket(1)).want(201)
		_, err := b.sealer.Seal(b.ctx, b.clock)
		b.must(err)
		var kinds []string
		next, seq := int64(0), int64(0)
		for more := true; more; {
			r := b.ask(request{do: fmt.Sprintf("GET /changes?since=%d&limit=2", next)}).want(200)
			for i := range r.at("items").([]any) {
				if r.num("items", i, "seq") != seq {
					t.Fatalf("event %d is missing: %s", seq, r.raw)
				}
				seq++
				kinds = append(kinds, r.str("items", i, "type"))
			}
			next, more = r.num("next"), r.at("has_more").(bool)
		}
		if !strings.Contains(strings.Join(kinds, " "), "member.created card.issued checkout.committed") {
			t.Errorf("the log has %v", kinds)
		}
		r := b.ask(request{do: "GET /changes?types=checkout.*,member.created&limit=200"}).want(200)
		if len(r.at("items").([]any)) != 2 || r.str("items", 0, "subject") != id || r.num("next") != seq {
			t.Errorf("by type: %s", r.raw)
		}
		if audit := b.ask(request{do: "GET /audit?limit=200"}).want(200); strings.Contains(audit.raw, "checkout.committed") || !strings.Contains(audit.raw, "key.created") {
			t.Errorf("audit: %s", audit.raw)
		}
		b.ask(request{do: "GET /changes?since=-1"}).want(422, "invalid_request")
		b.proves(seq - 1)
		b.ask(request{do: fmt.Sprintf("GET /changes/%d/proof", seq)}).want(404, "not_found")
		if list := b.ask(request{do: "GET /checkpoints"}).want(200); list.num("items", 0, "size") != seq {
			t.Errorf("checkpoints: %s", list.raw)
		}
	})
}

// proves checks a proof as a member's auditor would: by the event's bytes, the path and the signed root.
func (b *bundle) proves(seq int64) {
	b.t.Helper()
	r := b.ask(request{do: fmt.Sprintf("GET /changes/%d/proof", seq)}).want(200)
	leaf := sha256.Sum256([]byte("\x00" + r.str("event")))
	if base64.StdEncoding.EncodeToString(leaf[:]) != r.str("leaf") {
		b.t.Fatalf("the event's bytes do not give the leaf: %s", r.raw)
	}
	var path tlog.RecordProof
	for i := range r.at("path").([]any) {
		path = append(path, hashOf(b.t, r.str("path", i)))
	}
	if err := tlog.CheckRecord(path, r.num("checkpoint", "size"), hashOf(b.t, r.str("checkpoint", "root")), seq, tlog.Hash(leaf)); err != nil {
		b.t.Errorf("the proof proves nothing: %v", err)
	}
	if !strings.Contains(r.str("checkpoint", "note"), r.str("checkpoint", "root")) {
		b.t.Errorf("the note does not sign for the root: %s", r.raw)
	}
}

func hashOf(tb testing.TB, text string) (h tlog.Hash) {
	tb.Helper()
	raw, err := base64.StdEncoding.DecodeString(text)
	if err != nil || copy(h[:], raw) != tlog.HashSize {
		tb.Fatalf("%s is no hash", text)
	}
	return h
}

// TestStoredDebt: stored money that was not there and was spent offline is shown as what it is, below zero.
func TestStoredDebt(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		id, card := b.enrol("+79161234567")
		off := with(basket(1), "key", "off-1", "checkout_id", "off-1", "tenders", []m{{"kind": "stored_money", "amount": rub(10_000)}},
			"charged", rub(10_000), "occurred_at", "2026-11-22T09:00:00Z", "member", m{"scan": card})
		b.ask(request{do: "POST /receipts:batch", token: b.token, body: m{"receipts": []m{off}}}).want(200)
		if p := b.ask(request{do: "GET /members/" + id + "/points"}).want(200); p.num("stored_money", 0, "amount", "amount") != -10_000 {
			t.Errorf("the member has %s", p.raw)
		}
		up := m{"member_id": id, "amount": rub(4_000), "tender": "cash", "terminal_id": b.till.String()}
		if r := b.ask(request{do: "POST /top_ups", key: "up", body: up}).want(201); r.num("balance", "amount") != -6_000 {
			t.Errorf("after a top-up: %s", r.raw)
		}
	})
}

// TestTasks: a debt that an offline sale left is looked at once.
func TestTasks(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, card := b.enrol("+79161234567")
		off := with(basket(1), "key", "off-1", "checkout_id", "off-1", "tenders", []m{{"kind": "cash", "amount": rub(5_000)}},
			"charged", rub(5_000), "occurred_at", "2026-11-22T09:00:00Z", "member", m{"scan": card}, "spend_points", 50)
		r := b.ask(request{do: "POST /receipts:batch", token: b.token, body: m{"receipts": []m{off}}}).want(200)
		if r.str("items", 0, "state") != "applied" || r.num("items", 0, "points_debt") == 0 {
			t.Fatalf("handed in: %s", r.raw)
		}
		list := b.ask(request{do: "GET /tasks"}).want(200)
		id := list.str("items", 0, "id")
		if list.str("items", 0, "ref") != r.str("items", 0, "receipt", "id") {
			t.Errorf("tasks: %s", list.raw)
		}
		b.ask(request{do: "POST /tasks/" + id + "/done"}).want(200)
		b.ask(request{do: "POST /tasks/" + id + "/done"}).want(409, "task_done")
	})
}
