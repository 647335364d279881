package store_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// op is a commit; empty names claim nothing.
func op(key, checkout, receipt string) *store.Operation {
	o := &store.Operation{
		Tenant: us, Key: key, BodyHash: []byte(key + "'s body"), Kind: "commit", State: store.Applied, CheckoutID: checkout,
		ResultID: []byte("result of " + key), Owner: id[verno.OwnerID](7), At: 5,
	}
	if receipt != "" {
		o.ReceiptRef = []byte(receipt)
	}
	return o
}

// claim claims in one statement and says who got it.
func claim(t failer, s *store.Store, ops ...*store.Operation) string {
	t.Helper()
	var got []string
	inHot(t, s, func(h *store.HotTx) { h.Claim(ops, true, func(key string) { got = append(got, key) }) })
	slices.Sort(got)
	return strings.Join(got, " ")
}

// TestClaimIsUniqueInEachOfItsNames: the key, the checkout and the receipt's number are each taken once, by an operation
// of before as by one of the same statement, and another tenant's do not matter.
func TestClaimIsUniqueInEachOfItsNames(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		if got := claim(t, s, op("a", "checkout 1", "receipt 1")); got != "a" {
			t.Fatalf("claimed %q", got)
		}
		other := op("a", "checkout 1", "receipt 1")
		other.Tenant = verno.TenantID{2}
		for _, c := range []struct {
			what string
			ops  []*store.Operation
			want string
		}{
			{"the same key", []*store.Operation{op("a", "", "")}, ""},
			{"the same checkout", []*store.Operation{op("b", "checkout 1", "")}, ""},
			{"the same number", []*store.Operation{op("c", "", "receipt 1")}, ""},
			{"one of them", []*store.Operation{op("d", "checkout 1", "receipt 2")}, ""},
			{"another tenant", []*store.Operation{other}, "a"},
			{"nothing but a key", []*store.Operation{op("e", "", ""), op("f", "", "")}, "e f"},
			{"one key twice at once", []*store.Operation{op("g", "", ""), op("g", "", "")}, "g"},
			{"one checkout twice at once", []*store.Operation{op("h", "checkout 2", ""), op("i", "checkout 2", "")}, "h"},
			{"one number twice at once", []*store.Operation{op("j", "", "receipt 3"), op("k", "", "receipt 3")}, "j"},
			{"two that a third bars", []*store.Operation{op("l", "checkout 3", "receipt 4"), op("m", "checkout 3", ""), op("n", "", "receipt 4")}, "l"},
		} {
			if got := claim(t, s, c.ops...); got != c.want {
				t.Errorf("%s: claimed %q, want %q", c.what, got, c.want)
			}
		}
	})
}

// TestHoldersAreFoundByEachName: who lost a claim learns who has what it wanted.
func TestHoldersAreFoundByEachName(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		claim(t, s, op("a", "checkout 1", "receipt 1"), op("b", "checkout 2", "receipt 2"))
		for _, c := range []struct {
			ask  *store.Operation
			want string
		}{
			{op("a", "", ""), "a"},
			{op("x", "checkout 1", ""), "a"},
			{op("x", "", "receipt 2"), "b"},
			{op("x", "checkout 1", "receipt 2"), "a b"},
			{op("x", "", ""), ""},
		} {
			var got []string
			inHot(t, s, func(h *store.HotTx) {
				h.Holders([]*store.Operation{c.ask}, func(o store.Operation) {
					want := op(o.Key, strings.Replace(o.Key, "a", "checkout 1", 1), "receipt 1")
					if o.Key == "b" {
						want = op("b", "checkout 2", "receipt 2")
					}
					if diff := cmp.Diff(*want, o); diff != "" {
						t.Errorf("holder (-want +got):\n%s", diff)
					}
					got = append(got, o.Key)
				})
			})
			if strings.Join(got, " ") != c.want {
				t.Errorf("%+v: found %v, want %q", c.ask, got, c.want)
			}
		}
		r := s.Reader()
		if o, err := r.OperationOfCheckout(t.Context(), us, "checkout 2"); err != nil || o.Key != "b" {
			t.Errorf("of the checkout: %v, %v", o.Key, err)
		}
		if o, err := r.OperationOfReceipt(t.Context(), us, []byte("receipt 1")); err != nil || o.Key != "a" {
			t.Errorf("of the number: %v, %v", o.Key, err)
		}
		if _, err := r.Operation(t.Context(), us, "never"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("never seen: %v", err)
		}
		if _, err := r.OperationOfCheckout(t.Context(), us, ""); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("no checkout: %v", err)
		}
	})
}

// TestOperationsEnd: an answer is kept, a refusal is kept and gives back what else it had claimed, and what is freed was
// never there.
func TestOperationsEnd(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		ops := []*store.Operation{op("answered", "c1", "r1"), op("refused", "c2", "r2"), op("freed", "c3", "r3"), op("plain", "c4", "r4")}
		for _, o := range ops {
			o.Result = `{"text":"☕"}`
		}
		ops[0].ResultID = []byte("elsewhere")
		inHot(t, s, func(h *store.HotTx) {
			h.Claim(ops, true, func(string) {})
			h.Answer(ops[:1])
			h.Reject(ops[1:2])
			h.Free(ops[2:3])
		})
		ops[1].State, ops[1].CheckoutID, ops[1].ReceiptRef, ops[1].ResultID = store.Rejected, "", nil, nil
		ops[3].Result = ""
		for _, want := range []*store.Operation{ops[0], ops[1], ops[3]} {
			got, err := s.Reader().Operation(t.Context(), us, want.Key)
			if diff := cmp.Diff(*want, got); err != nil || diff != "" {
				t.Errorf("%v (-want +got):\n%s", err, diff)
			}
		}
		if _, err := s.Reader().Operation(t.Context(), us, "freed"); !errors.Is(err, store.ErrNotFound) {
			t.Errorf("freed: %v", err)
		}
		if got := claim(t, s, op("x", "c1", ""), op("y", "c2", "r2"), op("freed", "c3", "r3"), op("z", "", "r4")); got != "freed y" {
			t.Errorf("afterwards claimed %q, want what was refused and freed", got)
		}
	})
}

// TestOneClaimWinsOfMany: lanes that claim the same keys in different orders never both get one, nor neither.
func TestOneClaimWinsOfMany(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		var mu sync.Mutex
		won := map[string]int{}
		var wait sync.WaitGroup
		for lane := range 2 * s.Lanes() {
			wait.Go(func() {
				for round := range 10 {
					var ops []*store.Operation
					for n := range 20 {
						// The key tells the lane, the checkout is fought over.
						ops = append(ops, op(fmt.Sprintf("%02d %d %d", n, lane, round), fmt.Sprintf("%d %d", round, (n*(lane+1))%20), ""))
					}
					for claimed := false; !claimed; {
						var got []string
						err := s.Hot(t.Context(), lane%s.Lanes(), func(h *store.HotTx) error {
							got = nil
							h.Claim(ops, true, func(key string) { got = append(got, key) })
							return nil
						})
						if errors.Is(err, store.ErrRetry) {
							continue // A deadlock, which the books try again.
						}
						if err != nil {
							t.Error(err)
							return
						}
						mu.Lock()
						for _, key := range got {
							for _, o := range ops {
								if o.Key == key {
									won[o.CheckoutID]++
								}
							}
						}
						mu.Unlock()
						claimed = true
					}
				}
			})
		}
		wait.Wait()
		for round := range 10 {
			for n := range 20 {
				if name := fmt.Sprintf("%d %d", round, n); won[name] != 1 {
					t.Errorf("checkout %s was claimed %d times", name, won[name])
				}
			}
		}
	})
}
