package store_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno/internal/store"
)

var (
	claimThing  = store.Insert("thing", "id bytea, count bigint, name text, note bytea", "ON CONFLICT (id) DO NOTHING RETURNING id")
	insertPart  = store.Insert("part", "id bytea, thing_id bytea, rank bigint", "")
	lockThing   = store.Keyed("id bytea", `SELECT id, count, name, note FROM thing WHERE id = k.id FOR NO KEY UPDATE`)
	firstParts  = store.Keyed("n bigint, thing bytea", `SELECT k.n AS n, rank FROM part WHERE thing_id = k.thing ORDER BY rank LIMIT 2`)
	addCount    = store.Keyed("id bytea, delta bigint", `UPDATE thing SET count = count + k.delta FROM k WHERE thing.id = k.id AND count + k.delta >= 0`)
	deletePart  = store.Keyed("rank bigint, thing bytea", `DELETE FROM part USING k WHERE part.thing_id = k.thing AND part.rank = k.rank`)
	brokenThing = store.Insert("thing", "id bytea, count bigint, name text", "")
)

type thing struct {
	id    []byte
	count int64
	name  string
	note  []byte
}

func readThing(row store.Scanner) (t thing, err error) {
	err = row.Scan(&t.id, &t.count, &t.name, &t.note)
	return t, err
}

func allThings(t *testing.T, s *store.Store) []thing {
	t.Helper()
	rows, err := s.Reader().Query(t.Context(), `SELECT id, count, name, note FROM thing ORDER BY id`)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	var all []thing
	for rows.Next() {
		one, err := readThing(rows)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, one)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return all
}

// addThings puts n things with a count of 10 and three parts each, of the ranks 0, 1 and 2.
func addThings(t *testing.T, s *store.Store, n int) {
	t.Helper()
	err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
		things, parts := h.Values(claimThing), h.Values(insertPart)
		for i := range n {
			things.Bytes(key(i)).Int(10).Text(fmt.Sprint("thing ", i)).Null()
			for rank := range 3 {
				parts.Bytes(key(i*3 + rank)).Bytes(key(i)).Int(int64(rank))
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// TestHotGroup is a group of sales in miniature: claim and lock in one flush, write and commit in the next. It must
// cost two round trips and one commit, whatever the number of rows.
func TestHotGroup(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 3)
		before := s.Stats()
		var claimed [][]byte
		var locked []thing
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			claim := h.Values(claimThing).Each(func(row store.Scanner) error {
				var id []byte
				err := row.Scan(&id)
				claimed = append(claimed, id)
				return err
			})
			lock := h.Values(lockThing).Each(func(row store.Scanner) error {
				one, err := readThing(row)
				locked = append(locked, one)
				return err
			})
			for i := range 5 {
				claim.Bytes(key(i)).Int(1).Text(fmt.Sprint("new ", i)).Bytes([]byte("n"))
				lock.Bytes(key(i))
			}
			if err := h.Flush(t.Context()); err != nil {
				return err
			}
			add := h.Values(addCount)
			for _, one := range locked {
				add.Bytes(one.id).Int(-1)
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) != 2 || !bytes.Equal(claimed[0], key(3)) || !bytes.Equal(claimed[1], key(4)) {
			t.Errorf("claimed %x, want only the two that were free", claimed)
		}
		if len(locked) != 5 || locked[0].count != 10 || locked[0].note != nil || string(locked[4].note) != "n" {
			t.Errorf("locked %v", locked)
		}
		var counts []int64
		for _, one := range allThings(t, s) {
			counts = append(counts, one.count)
		}
		if want := []int64{9, 9, 9, 0, 0}; !slices.Equal(counts, want) {
			t.Errorf("counts %v, want %v", counts, want)
		}
		after := s.Stats()
		if commits, trips := after.Commits-before.Commits, after.RoundTrips-before.RoundTrips; commits != 1 || trips != 2 {
			t.Errorf("%d commits in %d round trips, want 1 in 2", commits, trips)
		}
	})
}

// TestHotKeyed asks and changes by keys: a SELECT with an order and a limit for each key, an UPDATE that a guard may
// stop, a DELETE. A row of an answer knows its key where it selected it.
func TestHotKeyed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 3)
		var got []string
		var added, deleted *store.Values
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			ask := h.Values(firstParts).Each(func(row store.Scanner) error {
				var n, rank int
				err := row.Scan(&n, &rank)
				got = append(got, fmt.Sprint(n, ":", rank))
				return err
			})
			ask.Int(7).Bytes(key(1)).Int(8).Bytes(key(99)).Int(9).Bytes(key(0))
			added = h.Values(addCount).Bytes(key(0)).Int(-10).Bytes(key(1)).Int(-11).Bytes(key(2)).Int(5)
			deleted = h.Values(deletePart).Int(0).Bytes(key(1)).Int(2).Bytes(key(2)).Int(3).Bytes(key(2))
			return h.Flush(t.Context())
		})
		if err != nil {
			t.Fatal(err)
		}
		if want := []string{"7:0", "7:1", "9:0", "9:1"}; !slices.Equal(got, want) {
			t.Errorf("got %v, want %v", got, want)
		}
		if added.Affected() != 2 || deleted.Affected() != 2 {
			t.Errorf("%d added and %d deleted, want 2 and 2", added.Affected(), deleted.Affected())
		}
	})
}

// TestHotWithoutWork: what has no rows sends nothing, and what sends nothing commits nothing.
func TestHotWithoutWork(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		before := s.Stats()
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			h.Values(claimThing)
			h.Values(lockThing).Each(func(store.Scanner) error { return errors.New("there is no row") })
			if err := h.Flush(t.Context()); err != nil {
				return err
			}
			h.Values(addCount)
			return nil
		})
		if err != nil || s.Stats() != before {
			t.Errorf("%v, %+v after %+v", err, s.Stats(), before)
		}
	})
}

// TestHotRollback: whatever ends a group early, nothing of it stays and the lane is ready for the next one.
func TestHotRollback(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 1)
		stop := errors.New("stop")
		first := func(h *store.HotTx) *store.Values {
			h.Values(addCount).Bytes(key(0)).Int(5)
			return h.Values(claimThing).Bytes(key(5)).Int(1).Text("five").Null()
		}
		for name, c := range map[string]struct {
			group func(h *store.HotTx) error
			want  error
		}{
			"the caller's error": {func(h *store.HotTx) error {
				first(h)
				return errors.Join(h.Flush(t.Context()), stop)
			}, stop},
			"the caller's error before anything was sent": {func(h *store.HotTx) error {
				first(h)
				return stop
			}, stop},
			"a statement": {func(h *store.HotTx) error {
				first(h)
				h.Values(brokenThing).Bytes(key(6)).Int(1).Text("thing 0")
				return nil
			}, store.ErrUnique},
			"a statement in the first flush": {func(h *store.HotTx) error {
				first(h)
				h.Values(brokenThing).Bytes(key(0)).Int(1).Text("x")
				return h.Flush(t.Context())
			}, store.ErrUnique},
			"a row": {func(h *store.HotTx) error {
				first(h).Each(func(store.Scanner) error { return stop })
				return h.Flush(t.Context())
			}, stop},
			"a row of the last flush": {func(h *store.HotTx) error {
				first(h).Each(func(store.Scanner) error { return stop })
				return nil
			}, stop},
		} {
			if err := s.Hot(t.Context(), 0, c.group); !errors.Is(err, c.want) {
				t.Errorf("%s: got %v, want %v", name, err, c.want)
			}
			if all := allThings(t, s); len(all) != 1 || all[0].count != 10 {
				t.Errorf("%s: something stayed: %v", name, all)
			}
		}
		func() {
			defer func() { _ = recover() }()
			_ = s.Hot(t.Context(), 0, func(h *store.HotTx) error {
				first(h)
				if err := h.Flush(t.Context()); err != nil {
					t.Error(err)
				}
				panic("a rule panics")
			})
		}()
		if all := allThings(t, s); len(all) != 1 || all[0].count != 10 {
			t.Errorf("after a panic something stayed: %v", all)
		}
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			h.Values(addCount).Bytes(key(0)).Int(1)
			return nil
		})
		if all := allThings(t, s); err != nil || all[0].count != 11 {
			t.Errorf("the lane does not work any more: %v, %v", err, all)
		}
	})
}

// TestHotLanes lets all lanes work on the same rows: none is lost, none deadlocks, as all lock in one order.
func TestHotLanes(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		addThings(t, s, 8)
		const groups = 25
		var wait sync.WaitGroup
		for lane := range s.Lanes() * 2 {
			wait.Go(func() {
				for range groups {
					err := s.Hot(t.Context(), lane%s.Lanes(), func(h *store.HotTx) error {
						lock, add := h.Values(lockThing), h.Values(addCount)
						for i := range 8 {
							lock.Bytes(key(i))
							add.Bytes(key(i)).Int(1)
						}
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		for _, one := range allThings(t, s) {
			if want := int64(10 + s.Lanes()*2*groups); one.count != want {
				t.Errorf("%s counts %d, want %d", one.name, one.count, want)
			}
		}
	})
}

// TestHotWaitEnds: a caller whose time is over while others have the lane gets its own error and does nothing.
func TestHotWaitEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *store.Store) {
		ctx, cancel := context.WithCancel(t.Context())
		err := s.Hot(t.Context(), 0, func(*store.HotTx) error {
			cancel()
			return s.Hot(ctx, 0, func(*store.HotTx) error {
				t.Error("two in one lane")
				return nil
			})
		})
		if !errors.Is(err, context.Canceled) {
			t.Errorf("got %v", err)
		}
		addThings(t, s, 1)
	})
}
