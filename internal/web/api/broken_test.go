package api_test

import (
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

const sampleTerminal = "trm_01k9xq7c6jev0tsn8wd3f2g4hm"

// withoutDatabase are routes that are answered from memory.
var withoutDatabase = map[string]bool{"GET /promotion_types": true, "GET /card_kinds": true, "GET /me": true, "DELETE /sessions/current": true, "DELETE /cashier_sessions/current": true}

// TestBrokenDatabase asks everything after the database has gone: each answer is a problem with 503 and says when to
// come back, and none tells what went wrong inside.
func TestBrokenDatabase(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(t.Context(), storetest.DSN(t, engine), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			b := setup(t, s, unlimited)
			session := b.ask(request{do: "POST /sessions", token: "none", body: m{"login": "olga@example.com", "password": password}}).want(201).str("token")
			for _, token := range []string{b.key, b.token, session} {
				b.ask(request{do: "GET /me", token: token}).want(200) // Remembered for a second of the test's clock.
			}
			b.must(s.Close())
			for _, op := range operations(t) {
				q := b.attempt(op)
				q.token = b.callerOf(op.route, session)
				if q.token == b.token {
					q.do = strings.Replace(q.do, sampleTerminal, b.till.String(), 1)
				}
				r := b.ask(q)
				if withoutDatabase[op.route] && r.status < 300 {
					continue
				}
				if op.route == "POST /receipts:batch" { // Each receipt has an answer of its own.
					if r.str("items", 0, "state") != "retry" || r.str("items", 0, "error", "code") != "storage_unavailable" {
						t.Errorf("%s: %s", op.route, r.raw)
					}
					continue
				}
				if r.status != 503 || r.str("code") != "storage_unavailable" || r.header.Get("Retry-After") == "" {
					t.Errorf("%s: %d %s", op.route, r.status, r.raw)
				}
			}
			b.ask(request{do: "GET //readyz"}).want(503, "storage_unavailable")
			b.ask(request{do: "GET //healthz"}).want(200)
		})
	}
}

// callerOf is a credential by which a route reaches its database: a person's for a person's own things, the till's for a
// till's.
func (b *bundle) callerOf(route, session string) string {
	switch _, path, _ := strings.Cut(route, " "); {
	case strings.HasPrefix(path, "/me/"), path == "/sessions", path == "/tasks/{id}/approve", path == "/tasks/{id}/refuse":
		return session
	case path == "/cashiers", path == "/cashier_sessions", path == "/terminals/{id}/heartbeat":
		return b.token
	default:
		return b.key
	}
}
