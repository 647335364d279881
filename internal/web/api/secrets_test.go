package api_test

import (
	"bytes"
	"context"
	"encoding/base32"
	"encoding/hex"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// TestDatabaseKeepsNoSecret: whoever has the database of a chain at work, every byte of it, has neither persons nor
// anything to get in with: no phone, no e-mail, no name, no password, no PIN, no key, no token, no code.
func TestDatabaseKeepsNoSecret(t *testing.T) {
	t.Parallel()
	for _, engine := range storetest.Engines(t) {
		t.Run(engine.String(), func(t *testing.T) {
			t.Parallel()
			dsn := storetest.DSN(t, engine)
			s := storetest.Open(t, dsn)
			b := setup(t, s, unlimited)
			secrets := b.work()
			raw := everything(b.ctx, t, s, dsn)
			if !bytes.Contains(raw, []byte("Чайка")) {
				t.Error("the dump does not even show the chain")
			}
			for what, secret := range secrets {
				if secret == "" {
					t.Errorf("there is no %s", what)
				}
				for _, form := range []string{secret, strings.ToLower(secret), hex.EncodeToString([]byte(secret))} {
					if bytes.Contains(raw, []byte(form)) {
						t.Errorf("%s stands in the database: %s", what, form)
					}
				}
				if what != "name of staff" && strings.Contains(b.logged(), secret) {
					t.Errorf("%s stands in the log", what)
				}
			}
		})
	}
}

// work does a day's work and returns whatever must not be kept of it.
func (b *bundle) work() map[string]string {
	id := b.ask(request{do: "POST /members", key: "e1", body: m{
		"phone": "+79165550142", "email": "ksenia.tikhaya@example.com", "first_name": "Ксения", "last_name": "Тихая",
		"birthday": "1991-07-23", "issue_card": true, "programme_id": b.made.Programme.String(),
	}}).want(201).str("member", "id")
	card := b.ask(request{do: "GET /members/" + id + "/cards"}).want(200)
	b.ask(request{do: "POST /identifications", token: b.token, body: m{"scan": "+79165550142"}}).want(201)
	b.ask(request{do: "POST /members/search", body: m{"name": "Ксен"}}).want(200)
	b.ask(request{do: "POST /members/" + id + "/points/adjustments", key: "a1", body: m{"points": 700, "reason": "goodwill"}}).want(201)
	cashier := b.ask(request{do: "POST /staff", body: m{"name": "Кассир Зоя", "role": "cashier", "pin": "58203917"}}).want(201).str("id")
	shift := b.ask(request{do: "POST /cashier_sessions", token: b.token, body: m{"staff_id": cashier, "pin": "58203917"}}).want(201).str("token")
	session := b.login()
	factor := b.ask(request{do: "POST /me/second_factor", token: session, body: m{"password": password}}).want(201).str("secret")
	code, err := totp.GenerateCode(factor, b.clock())
	b.must(err)
	recovery := b.ask(request{do: "POST /me/second_factor/confirm", token: session, body: m{"code": code}}).want(200).str("recovery_codes", 0)
	b.mu.Lock()
	b.now = b.now.Add(time.Minute)
	b.mu.Unlock()
	b.ask(request{do: "POST /sessions", token: "none", body: m{"login": "olga@example.com", "password": password, "code": recovery}}).want(201)
	pairing := b.ask(request{do: "POST /terminals/" + b.till.String() + "/pairing_code"}).want(201).str("code")
	plain, err := base32.StdEncoding.DecodeString(factor)
	b.must(err)
	return map[string]string{
		"phone": "9165550142", "e-mail": "ksenia.tikhaya", "first name": "Ксения", "last name": "Тихая", "birthday": "1991-07-23",
		"name of staff": "Кассир Зоя", "log-in name": "olga@example.com", "password": password, "PIN": "58203917",
		"API key": b.key, "till's token": b.token, "session": session, "shift": shift, "secret of the app": factor,
		"secret in bytes": string(plain), "recovery code": recovery, "its letters": strings.ReplaceAll(recovery, "-", ""),
		"pairing code": pairing, "card number": card.str("items", 0, "number"),
	}
}

// everything is the file of SQLite with its log, or all rows of PostgreSQL, in which bytes are hexadecimal.
func everything(ctx context.Context, t *testing.T, s *store.Store, dsn string) []byte {
	t.Helper()
	var all bytes.Buffer
	if s.Engine() != store.PostgreSQL {
		for _, path := range []string{dsn, dsn + "-wal"} {
			b, err := os.ReadFile(strings.TrimPrefix(path, "sqlite:"))
			if err != nil {
				t.Fatal(err)
			}
			all.Write(b)
		}
		return all.Bytes()
	}
	rows := func(statement string) (list []string) {
		t.Helper()
		found, err := s.Reader().Query(ctx, statement)
		if err != nil {
			t.Fatal(err)
		}
		defer found.Close()
		for found.Next() {
			var text string
			if err := found.Scan(&text); err != nil {
				t.Fatal(err)
			}
			list = append(list, text)
		}
		if found.Err() != nil {
			t.Fatal(found.Err())
		}
		return list
	}
	for _, table := range rows(`SELECT CAST(table_name AS TEXT) FROM information_schema.tables WHERE table_schema = 'public'`) {
		for _, row := range rows(`SELECT CAST(row_to_json(x) AS TEXT) FROM "` + table + `" x`) {
			all.WriteString(row)
		}
	}
	return all.Bytes()
}
