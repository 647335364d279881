package main_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// before is how many sales are acknowledged when the backup begins.
const before = 75

// TestNewestBackupRestores is promise P9: a backup is taken while tills sell; it restores with one command into another
// database, which is sound and has every receipt that was acknowledged before the backup began.
func TestNewestBackupRestores(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		made := s.found()
		v := s.serve("--no-rate-limits")
		chain := v.chain(made, 20)
		ctx, stop := context.WithCancel(s.t.Context())
		begun := make(chan struct{})
		var selling sync.WaitGroup
		selling.Go(func() {
			_, err := chain.Trade(ctx, 100_000, func(_ string, sold, _ int) {
				if sold == before {
					close(begun)
				}
			})
			if ctx.Err() == nil {
				s.t.Error(err)
			}
		})
		<-begun
		acknowledged := s.receipts(s.db)
		copied := filepath.Join(s.dir, "shop.backup")
		if got := s.does("backup", "--json", copied); !strings.Contains(got.out, `"noted":true`) {
			s.t.Errorf("the database was not told of its backup: %s", got.out)
		}
		stop()
		selling.Wait()
		other := filepath.Join(s.dir, "other", "shop.db")
		if e, err := store.EngineOf(s.db); err == nil && e == store.PostgreSQL {
			other = storetest.Empty(s.t, e)
		} else if err := os.Mkdir(filepath.Dir(other), 0o700); err != nil {
			s.t.Fatal(err)
		}
		if got := s.does("restore", "--db", other, "--kek-file", s.kek, copied); !strings.Contains(got.out, "sound\n") {
			s.t.Errorf("restore says %s", got.out)
		}
		if n := s.receipts(other); n < acknowledged || n < before {
			s.t.Errorf("%d receipts of %d are there", n, acknowledged)
		}
		if code := v.stop(); code != 0 {
			s.t.Errorf("exit code %d: %s", code, v.log)
		}
		s.refuses(1, "database_not_empty", "restore", "--db", other, "--kek-file", s.kek, copied)
		again := s.serve("--db", other, "--kek-file", s.kek)
		client := *chain.Owner
		client.Base = again.base
		for i := range before {
			var op struct {
				State string `json:"state"`
			}
			text, err := client.Send(s.t.Context(), http.MethodGet, fmt.Sprintf("/api/v1/operations/demo-sale-%d", i), "", nil)
			if err != nil || json.Unmarshal(text, &op) != nil || op.State != "applied" {
				s.t.Errorf("sale %d: %.100s, %v", i, text, err)
			}
		}
		s.damaged(copied)
	})
}

// receipts counts them as verify does.
func (s *shop) receipts(db string) int64 {
	s.t.Helper()
	var report struct {
		Receipts int64 `json:"receipts"`
	}
	if err := json.Unmarshal([]byte(s.does("verify", "--json", "--db", db, "--kek-file", s.kek).out), &report); err != nil {
		s.t.Fatal(err)
	}
	return report.Receipts
}

// damaged cuts a backup short, which restore notices before it has made anything.
func (s *shop) damaged(copied string) {
	s.t.Helper()
	text, err := os.ReadFile(copied)
	if err != nil || os.WriteFile(copied, text[:len(text)*2/3], 0o600) != nil {
		s.t.Fatal(err)
	}
	e, err := store.EngineOf(s.db)
	if err != nil {
		s.t.Fatal(err)
	}
	empty := storetest.Empty(s.t, e)
	s.refuses(1, "backup_damaged: nothing was restored", "restore", "--db", empty, "--kek-file", s.kek, copied)
	if _, err := os.Stat(empty); e == store.SQLite && err == nil {
		s.t.Error("half a database is there")
	}
}

// TestVerifyFindsAndChangesNothing: 1 says that there are problems; the file is the same to the byte afterwards.
func TestVerifyFindsAndChangesNothing(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		made := s.found()
		v := s.serve("--no-rate-limits")
		if _, err := v.chain(made, 5).Trade(s.t.Context(), 10, func(string, int, int) {}); err != nil {
			s.t.Fatal(err)
		}
		s.does("verify") // beside the server
		if code := v.stop(); code != 0 {
			s.t.Fatalf("exit code %d", code)
		}
		before, _ := os.ReadFile(s.db)
		s.does("verify")
		if after, _ := os.ReadFile(s.db); string(after) != string(before) {
			s.t.Error("verify changed the file")
		}
		st, err := store.Open(s.t.Context(), s.db, store.Options{})
		if err != nil {
			s.t.Fatal(err)
		}
		err = st.Write(s.t.Context(), func(tx *store.Tx) error {
			_, err := tx.Exec(s.t.Context(), `UPDATE account SET balance = balance + 1`)
			return err
		})
		if err != nil || st.Close() != nil {
			s.t.Fatal(err)
		}
		if got := s.verno("verify"); got.code != 1 || !strings.Contains(got.out, "PROBLEM ") {
			s.t.Errorf("exit code %d: %s%s", got.code, got.out, got.err)
		}
	})
}

// TestOlderSchemaIsNotTouched: what only reads names the version instead of bringing the schema to its own.
func TestOlderSchemaIsNotTouched(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		s.found()
		state := s.schema(`DELETE FROM schema_migration WHERE number = (SELECT MAX(number) FROM schema_migration)`)
		if state.Has == state.Wants {
			s.t.Fatalf("%+v", state)
		}
		if state.Has == "" {
			s.refuses(2, "database_empty", "verify")
		} else {
			s.refuses(2, "schema_older: the schema is at "+state.Has+", this program's is "+state.Wants, "verify")
			s.refuses(1, "schema_older", "backup", filepath.Join(s.dir, "b"))
		}
		if after := s.schema(`UPDATE schema_migration SET number = number`); after != state {
			s.t.Errorf("the schema is at %+v", after)
		}
		s.schema(`DELETE FROM schema_migration`)
		s.schema(`INSERT INTO schema_migration (number, name, checksum, applied_at) VALUES (1, 'other', 'x', 1)`)
		s.refuses(2, "schema_foreign: the schema is not this program's", "verify")
		s.refuses(1, "0001_other where", "serve", "--listen", "127.0.0.1:0")
	})
}

// schema changes the table of migrations, and tells what it says then.
func (s *shop) schema(change string) store.SchemaState {
	s.t.Helper()
	st, err := store.Open(s.t.Context(), s.db, store.Options{})
	if err != nil {
		s.t.Fatal(err)
	}
	defer st.Close()
	err = st.Write(s.t.Context(), func(tx *store.Tx) error {
		_, err := tx.Exec(s.t.Context(), change)
		return err
	})
	if err != nil {
		s.t.Fatal(err)
	}
	state, err := st.Schema(s.t.Context())
	if err != nil && !strings.Contains(change, "'other'") {
		s.t.Fatal(err)
	}
	return state
}

// personal is what no log may hold: phones, e-mails, tokens, codes of cards.
var personal = regexp.MustCompile(`\+7\d{10}|\b7\d{10}\b|[\w.]+@[\w.]+|sk_(live|test)_\w+|tt_\w+|Bearer|98\d{14}|\b\d{16,19}\b`)

// TestLogOfABusyDay reads all that a server logs, requests included and every level, while members join with phones and
// e-mails, tills sell, and requests go wrong in each way that carries something personal.
func TestLogOfABusyDay(t *testing.T) {
	t.Parallel()
	eachShop(t, func(s *shop) {
		made := s.found()
		v := s.serve("--log-level", "debug", "--log-format", "json", "--access-log", "--no-rate-limits", "--db", s.db)
		chain := v.chain(made, 15)
		if _, err := chain.Trade(s.t.Context(), 40, func(string, int, int) {}); err != nil {
			s.t.Fatal(err)
		}
		for _, bad := range []struct{ method, path, token, body string }{
			{"POST", "/api/v1/members", made.Live.Key, `{"phone":"+79161234567","email":"anna@example.com","first_name":"Anna"}`},
			{"POST", "/api/v1/members", made.Live.Key, `{"phone":"+79161234567","email":"anna@example.com","first_name":"Anna"}`},
			{"POST", "/api/v1/members", made.Live.Key, `{"phone":"+79161234567","email":"anna@example`},
			{"GET", "/api/v1/members?phone=%2B79161234567", made.Live.Key, ""},
			{"GET", "/api/v1/members/79161234567", made.Live.Key, ""},
			{"GET", "/79161234567/anna@example.com", "", ""},
			{"POST", "/api/v1/identifications", made.Live.Token, `{"method":"phone","value":"+79161234567"}`},
			{"POST", "/api/v1/identifications", made.Live.Token, `{"method":"card_number","value":"9800000000000001"}`},
			{"POST", "/api/v1/sessions", "", `{"login":"anna@example.com","password":"correct horse"}`},
			{"GET", "/api/v1/members", made.Live.Key + "x", ""},
		} {
			client := chain.Owner.As(bad.token)
			_, _ = client.Send(s.t.Context(), bad.method, bad.path, "key-79161234567", []byte(bad.body))
		}
		if code := v.stop(); code != 0 {
			s.t.Errorf("exit code %d", code)
		}
		log := v.log.String()
		lines := 0
		for line := range strings.Lines(log) {
			var entry map[string]any
			if strings.HasPrefix(line, "verno answers on ") {
				continue
			}
			if err := json.Unmarshal([]byte(line), &entry); err != nil {
				s.t.Errorf("no JSON: %s", line)
			}
			lines++
		}
		if lines < 60 {
			s.t.Errorf("%d lines only: %s", lines, log)
		}
		for _, found := range personal.FindAllString(log, 5) {
			s.t.Errorf("the log tells %q", found)
		}
		for _, word := range []string{"anna", "Anna", "correct horse", made.Password, made.Live.Key, made.Live.Token} {
			if strings.Contains(log, word) {
				s.t.Errorf("the log tells %q", word)
			}
		}
	})
}
