package store_test

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/mod/sumdb/tlog"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// putBatches writes batches of so many events each.
func putBatches(t *testing.T, s *store.Store, counts ...int) (batches []store.Batch, events [][]store.EventRow) {
	t.Helper()
	for n, count := range counts {
		b := store.Batch{Tenant: us, ID: id[verno.BatchID](n + 1), At: int64(n), Count: int64(count), Totals: fmt.Sprint("totals ", n), FirstSeq: -1}
		var rows []store.EventRow
		for i := range count {
			body := fmt.Sprintf(`{"kind":"member.created","detail":"%d/%d ☕\"\n"}`, n, i)
			leaf := store.Leaf([]byte(body))
			b.Leaves = append(b.Leaves, leaf[:]...)
			e := store.EventRow{Tenant: us, Batch: b.ID, Ordinal: int64(i), Kind: verno.EventMemberCreated, Body: body, Seq: -1}
			if i > 0 {
				e.Owner = id[verno.OwnerID](i)
			}
			rows = append(rows, e)
		}
		inHot(t, s, func(h *store.HotTx) { h.PutBatch(&b, rows) })
		batches, events = append(batches, b), append(events, rows)
	}
	return batches, events
}

// TestLeafIsAMerkleLeaf: the leaf of an event is that of a transparency log.
func TestLeafIsAMerkleLeaf(t *testing.T) {
	t.Parallel()
	if store.Leaf([]byte("x")) != tlog.RecordHash([]byte("x")) || store.Leaf(nil) != sha256.Sum256([]byte{0}) {
		t.Error("another hash")
	}
}

// TestBatchesAreSealedOnce: batches are listed until they have a number, get it once, and are then found by it.
func TestBatchesAreSealedOnce(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		batches, events := putBatches(t, s, 2, 1, 3)
		r := s.Reader()
		got, err := r.Unsealed(t.Context(), us, 10)
		if diff := cmp.Diff(batches, got); err != nil || diff != "" {
			t.Fatalf("%v: unsealed (-want +got):\n%s", err, diff)
		}
		for i, e := range events {
			list, err := r.EventsOf(t.Context(), &batches[i])
			if diff := cmp.Diff(e, list); err != nil || diff != "" {
				t.Errorf("%v: events (-want +got):\n%s", err, diff)
			}
		}
		// The second is sealed before the first: what commits late is numbered late.
		order := []int{1, 0, 2}
		seq := int64(0)
		for _, i := range order {
			batches[i].FirstSeq = seq
			for range 2 {
				var sealed *store.Values
				inHot(t, s, func(h *store.HotTx) { sealed = h.Seal(batches[i : i+1]) })
				if want := int64(1); (sealed.Affected() == want) != (batches[i].Totals != "again") {
					t.Errorf("batch %d: %d sealed", i, sealed.Affected())
				}
				batches[i].Totals = "again"
			}
			seq += batches[i].Count
		}
		if list, err := r.Unsealed(t.Context(), us, 10); err != nil || len(list) > 0 {
			t.Errorf("unsealed: %v, %v", list, err)
		}
		for _, c := range []struct {
			from int64
			want []int64
		}{{0, []int64{0, 1, 3}}, {1, []int64{1, 3}}, {2, []int64{1, 3}}, {3, []int64{3}}, {99, []int64{3}}} {
			list, err := r.BatchesFrom(t.Context(), us, c.from, 10)
			var firsts []int64
			for _, b := range list {
				firsts = append(firsts, b.FirstSeq)
			}
			if err != nil || !slices.Equal(firsts, c.want) {
				t.Errorf("from %d: %v, %v, want %v", c.from, firsts, err, c.want)
			}
		}
	})
}

// TestEventsComeInTheOrderOfTheLog: whatever the cursor and the limit, every sealed event is read once, in order.
func TestEventsComeInTheOrderOfTheLog(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		batches, _ := putBatches(t, s, 1, 4, 2, 1, 5, 1)
		seq := int64(0)
		for i := range batches[:5] {
			batches[i].FirstSeq = seq
			seq += batches[i].Count
		}
		inHot(t, s, func(h *store.HotTx) { h.Seal(batches[:5]) })
		for limit := 1; limit <= 14; limit++ {
			after, next := int64(-1), int64(0)
			for {
				list, err := s.Reader().Events(t.Context(), us, after, limit)
				if err != nil || len(list) > limit {
					t.Fatalf("%d events, %v", len(list), err)
				}
				if len(list) == 0 {
					break
				}
				for _, e := range list {
					if e.Seq != next {
						t.Fatalf("limit %d, after %d: event %d, want %d", limit, after, e.Seq, next)
					}
					next++
				}
				after = list[len(list)-1].Seq
			}
			if next != seq {
				t.Errorf("limit %d: %d events, want %d", limit, next, seq)
			}
		}
	})
}

// TestLogIsKept: tiles are written over as they grow, checkpoints never.
func TestLogIsKept(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		for size := int64(1); size <= 3; size++ {
			tile := store.Tile{Level: 0, Number: 0, Hashes: make([]byte, 32*size)}
			inHot(t, s, func(h *store.HotTx) {
				h.PutLog(us, []store.Tile{tile}, store.Checkpoint{Size: size, Root: []byte{byte(size)}, Note: fmt.Sprint("note ", size), At: size})
			})
			inHot(t, s, func(h *store.HotTx) {
				h.PutLog(us, nil, store.Checkpoint{Size: size, Root: []byte("another"), Note: "another", At: 99})
			})
			got, err := s.Reader().Tile(t.Context(), us, 0, 0)
			if diff := cmp.Diff(tile, got); err != nil || diff != "" {
				t.Errorf("%v: tile (-want +got):\n%s", err, diff)
			}
		}
		latest, err := s.Reader().LatestCheckpoint(t.Context(), us)
		if err != nil || latest.Size != 3 || latest.Note != "note 3" {
			t.Errorf("latest: %+v, %v", latest, err)
		}
		list, err := s.Reader().Checkpoints(t.Context(), us, 1, 1)
		if err != nil || len(list) != 1 || list[0].Note != "note 2" {
			t.Errorf("the one after the first: %+v, %v", list, err)
		}
	})
}

// TestLeaseHasOneHolder: it is kept by its holder, refused to others and taken over once it has run out.
func TestLeaseHasOneHolder(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		for n, c := range []struct {
			holder     string
			now, until int64
			want       bool
		}{
			{"a", 0, 10, true}, {"b", 5, 15, false}, {"a", 8, 18, true}, {"b", 18, 28, false}, {"b", 19, 29, true}, {"a", 20, 30, false},
		} {
			var got bool
			err := s.Write(t.Context(), func(tx *store.Tx) (err error) {
				got, err = tx.Lease(t.Context(), "sealer", c.holder, c.now, c.until)
				return err
			})
			if err != nil || got != c.want {
				t.Errorf("step %d: %v, %v", n, got, err)
			}
		}
	})
}

// TestTasksAndRulesAreRead: what a group writes for people, and the number that it reads of the rules.
func TestTasksAndRulesAreRead(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		want := []verno.Task{
			{ID: id[verno.TaskID](1), Kind: "points_debt", Owner: member, Ref: "rcp_1", Detail: "5 ☕", CreatedAt: now},
			{ID: id[verno.TaskID](2), Kind: "look", CreatedAt: now},
		}
		inHot(t, s, func(h *store.HotTx) { h.AddTasks(us, want) })
		got, err := s.Reader().Tasks(t.Context(), us, false, verno.TaskID{}, 10)
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v: tasks (-want +got):\n%s", err, diff)
		}
		err = s.Write(t.Context(), func(tx *store.Tx) error {
			if err := tx.InsertTenant(t.Context(), store.Tenant{ID: us, Name: "us", ConfigVersion: 41, CreatedAt: now}); err != nil {
				return err
			}
			_, err := tx.RaiseConfigVersion(t.Context(), us)
			return err
		})
		version := int64(-1)
		inHot(t, s, func(h *store.HotTx) {
			h.ConfigVersion(us, func(n int64) { version = n })
			h.ConfigVersion(verno.TenantID{9}, func(int64) { t.Error("a tenant that is not there has rules") })
		})
		if err != nil || version != 42 {
			t.Errorf("rules %d, %v, want 42", version, err)
		}
	})
}

// TestHappened: what happened is found from any event to any other, in the middle of batches too, and what it says by its
// number.
func TestHappened(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		batches, events := putBatches(t, s, 2, 1, 3)
		flat := slices.Concat(events...)
		for i, n := 0, int64(0); i < len(batches); i++ {
			batches[i].FirstSeq = n
			n += batches[i].Count
		}
		inHot(t, s, func(h *store.HotTx) { h.Seal(batches) })
		for after := int64(-1); after < 7; after++ {
			for until := after; until < 8; until++ {
				var got, want []int64
				if err := s.Reader().Happened(t.Context(), us, after, until, func(e store.Happened) {
					got = append(got, e.Seq)
					if one := flat[e.Seq]; e.Kind != one.Kind || e.Owner != one.Owner || e.Body != "" {
						t.Errorf("%+v is not %+v", e, one)
					}
				}); err != nil {
					t.Fatal(err)
				}
				for n := max(after+1, 0); n <= min(until, 5); n++ {
					want = append(want, n)
				}
				if !slices.Equal(got, want) {
					t.Errorf("from %d to %d: %v, want %v", after, until, got, want)
				}
			}
		}
		bodies := map[int64]string{}
		if err := s.Reader().Bodies(t.Context(), us, []int64{0, 2, 5, 6}, func(seq int64, body string) { bodies[seq] = body }); err != nil {
			t.Fatal(err)
		}
		if want := map[int64]string{0: flat[0].Body, 2: flat[2].Body, 5: flat[5].Body}; !cmp.Equal(bodies, want) {
			t.Errorf("%v, want %v", bodies, want)
		}
	})
}
