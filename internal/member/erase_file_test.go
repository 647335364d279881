package member_test

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestErasedKeyLeavesTheFile: what opened a person's data is not left behind in pages of the file that nothing reads any
// more: with the key-encryption key it would open a copy of the data in an old backup of the disk.
func TestErasedKeyLeavesTheFile(t *testing.T) {
	t.Parallel()
	dsn := storetest.DSN(t, store.SQLite)
	s := storetest.Open(t, dsn)
	b := setup(t, s)
	var keys [][]byte
	for range 20 {
		m, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{Person: vault.Person{FirstName: "Анна"}})
		b.must(err)
		var key []byte
		b.must(s.Reader().QueryRow(b.ctx, `SELECT wrapped_key FROM person WHERE tenant = $1 AND member_id = $2`, b.actor.Tenant, m.ID[:]).Scan(&key))
		keys = append(keys, key)
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, ""))
	}
	b.books.Close()
	b.must(s.Checkpoint(b.ctx))
	raw, err := os.ReadFile(strings.TrimPrefix(dsn, "sqlite:"))
	b.must(err)
	for i, key := range keys {
		if len(key) < 32 || bytes.Contains(raw, key) {
			t.Errorf("key %d of %d bytes is still in the file", i, len(key))
		}
	}
}
