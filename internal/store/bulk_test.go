package store_test

import (
	"bytes"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

// TestHotValues: what goes in comes out, NULL is not empty, and memory that is used again holds nothing of the past.
func TestHotValues(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		want := []thing{
			{key(0), 0, "", nil},
			{key(1), 1<<63 - 1, "ключ 'x'; --", []byte{}},
			{key(2), 255, "a\tb\n", []byte{0, 1, 2, 0}},
			{key(3), 1, "12", []byte("12")},
			{key(4), 2, "12.50", []byte("0x12")},
		}
		for i := range want {
			err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
				v := h.Values(claimThing)
				for _, one := range want[:i+1] {
					v.Bytes(one.id).Int(one.count).Text(one.name).Bytes(one.note)
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		got := allThings(t, s)
		var hot []thing
		err := s.Reader().Pipe(t.Context(), func(p *store.Pipe) error {
			v := p.Values(lockThingPlain).Each(func(row store.Scanner) error {
				one, err := readThing(row)
				hot = append(hot, one)
				return err
			})
			for _, one := range want {
				v.Bytes(one.id)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		for _, found := range [][]thing{got, hot} {
			for i := range want {
				if len(found) != len(want) || !same(found[i], want[i]) {
					t.Fatalf("got %v\nwant %v", found, want)
				}
			}
		}
	})
}

var lockThingPlain = store.Keyed("id bytea", `SELECT id, count, name, note FROM thing WHERE id = k.id`)

func same(a, b thing) bool {
	return bytes.Equal(a.id, b.id) && a.count == b.count && a.name == b.name && bytes.Equal(a.note, b.note) &&
		(a.note == nil) == (b.note == nil)
}

// TestBulkDeclarations: a mistake in a declaration, or in filling it, shows at once.
func TestBulkDeclarations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		for name, fn := range map[string]func(){
			"an unknown type":         func() { store.Insert("thing", "id uuid", "") },
			"an unknown key":          func() { store.Keyed("id bytea", `SELECT 1 FROM thing WHERE id = k.key`) },
			"an UPDATE without FROM":  func() { store.Keyed("id bytea", `UPDATE thing SET count = 0 WHERE thing.id = k.id`) },
			"a SELECT with FROM":      func() { store.Keyed("id bytea", `SELECT 1 FROM k`) },
			"an answer not given in":  func() { store.Insert("thing", "id bytea", "ON CONFLICT DO NOTHING RETURNING count") },
			"a statement of no shape": func() { store.Keyed("id bytea", `TRUNCATE thing`) },
			"a value of a wrong type": func() {
				_ = s.Hot(t.Context(), 0, func(h *store.HotTx) error { h.Values(addCount).Int(1); return nil })
			},
			"half a row": func() {
				_ = s.Hot(t.Context(), 0, func(h *store.HotTx) error { h.Values(addCount).Bytes(key(0)); return nil })
			},
		} {
			func() {
				defer func() {
					if recover() == nil {
						t.Errorf("%s did not panic", name)
					}
				}()
				fn()
			}()
		}
		addThings(t, s, 1)
	})
}

// TestHotPlans: PostgreSQL reaches the rows of a group by their keys, never by reading a table, although it has no
// statistics of new tables and does not know how many keys an array holds.
func TestHotPlans(t *testing.T) {
	t.Parallel()
	setting := store.Keyed("name text", `SELECT k.name AS name, current_setting(k.name) AS value`)
	flushed := store.Keyed("n bigint", `SELECT k.n AS n FROM pg_stat_force_next_flush()`)
	each(t, func(t *testing.T, s *store.Store) {
		if s.Engine() != store.PostgreSQL {
			t.Skip("SQLite's planner is not asked about arrays")
		}
		addThings(t, s, 5000)
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			none := func(store.Scanner) error { return nil }
			h.Values(setting).Text("enable_seqscan").Text("enable_hashjoin").Text("enable_mergejoin").Text("jit").
				Each(func(row store.Scanner) error {
					var name, value string
					err := row.Scan(&name, &value)
					if value != "off" {
						t.Errorf("%s is %s", name, value)
					}
					return err
				})
			lock, ask := h.Values(lockThing).Each(none), h.Values(firstParts).Each(none)
			add, remove := h.Values(addCount), h.Values(deletePart)
			for i := range 3000 {
				lock.Bytes(key(i))
				ask.Int(0).Bytes(key(i))
				add.Bytes(key(i)).Int(1)
				remove.Int(0).Bytes(key(i))
			}
			if err := h.Flush(t.Context()); err != nil {
				return err
			}
			h.Values(flushed).Int(0).Each(none)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		var whole, byKey int
		err = s.Reader().QueryRow(t.Context(), `SELECT CAST(SUM(seq_scan) AS BIGINT), CAST(SUM(idx_scan) AS BIGINT)
			FROM pg_stat_user_tables WHERE relname IN ('thing', 'part')`).Scan(&whole, &byKey)
		if err != nil || whole != 0 || byKey == 0 {
			t.Errorf("%d tables were read whole, %d by key, %v", whole, byKey, err)
		}
	})
}
