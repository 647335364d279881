package api_test

import (
	"reflect"
	"strings"
	"testing"
	"time"
)

// TestKeysLastForEver: what a key once gave it gives years later, and also after the members have been erased, but for what
// is read of them as it is now.
func TestKeysLastForEver(t *testing.T) {
	t.Parallel()
	for _, op := range operations(t) {
		if !takesKey(op) {
			continue
		}
		t.Run(op.op.OperationID, func(t *testing.T) {
			t.Parallel()
			each(t, func(b *bundle) { b.remembers(keyed[op.route](b).one) })
		})
	}
}

func (b *bundle) remembers(r request) {
	b.t.Helper()
	r.key = "the-key"
	first := b.ask(r)
	same := func(when string) {
		b.t.Helper()
		again := b.ask(r)
		if again.status != first.status || again.header.Get("Idempotent-Replayed") != "true" {
			b.t.Errorf("%s %s: %d %v %s, first %d %s", r.do, when, again.status, again.header, again.raw, first.status, first.raw)
		}
		for name, was := range first.body {
			if now := again.body[name]; !current[name] && !reflect.DeepEqual(now, was) {
				b.t.Errorf("%s %s: %s is %v, was %v", r.do, when, name, now, was)
			}
		}
	}
	b.wait(1000 * 24 * time.Hour)
	same("years later")
	if r.do[strings.LastIndex(r.do, "/"):] == "/link" {
		return // It says to whom the link went, whom nobody knows any more.
	}
	members, _ := b.ask(request{do: "GET /members"}).want(200).at("items").([]any)
	for i := range members {
		id, _ := members[i].(map[string]any)["id"].(string)
		b.ask(request{do: "DELETE /members/" + id})
	}
	same("when nobody is left")
}

// current are what answers say as it is now: of a card, and of a person.
var current = map[string]bool{
	"card": true, "cards": true, "member": true, "phone": true, "first_name": true, "frozen": true, "revision": true,
	"updated_at": true, "state": true, "number": true, "machine_code": true,
}
