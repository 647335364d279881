package store_test

import (
	"errors"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

var (
	member   = id[verno.OwnerID](1)
	points   = id[verno.UnitID](2)
	account  = ledger.Account{Owner: member, Unit: points}
	issuance = ledger.Account{Owner: id[verno.OwnerID](3), Role: verno.AccountIssuance, Unit: points}
	holdings = cmp.Options{cmpopts.IgnoreUnexported(ledger.Holding{}), cmpopts.IgnoreFields(ledger.Holding{}, "Stored")}
)

// readHolding reads one holding in a transaction.
func readHolding(t failer, s *store.Store, how store.Lots) *ledger.Holding {
	t.Helper()
	key := store.HoldingKey{Owner: member, Unit: points}
	h := &ledger.Holding{Account: account}
	inHot(t, s, func(tx *store.HotTx) {
		tx.ReadHoldings(us, map[store.HoldingKey]*ledger.Holding{key: h}, []store.HoldingKey{key}, how)
	})
	return h
}

// TestLotsAreReadAsFarAsNeeded: few, many or all, by expiry, and with the mark that there are more exactly where there
// are.
func TestLotsAreReadAsFarAsNeeded(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		var d ledger.Draft
		for n := range 30 {
			// Earned in an order that is not that of expiry.
			lot := ledger.Lot{ID: id[verno.LotID](100 - n), AvailableAt: int64(n), ExpiresAt: int64(1000 - n%7)}
			h := readHolding(t, s, store.LotsAll)
			h.More = false
			h.Earn(&d, issuance, lot, int64(n+1), ledger.WhyEarn)
			inHot(t, s, func(tx *store.HotTx) { tx.PutHoldings(us, []*ledger.Holding{h}) })
			for how, limit := range map[store.Lots]int{store.LotsFew: store.FewLots, store.LotsMany: store.ManyLots, store.LotsAll: 1 << 20} {
				want := &ledger.Holding{Account: account, Lots: h.Lots}
				if len(want.Lots) >= limit {
					want.Lots, want.More = want.Lots[:limit], true
				}
				if diff := cmp.Diff(want, readHolding(t, s, how), holdings, cmpopts.EquateEmpty()); diff != "" {
					t.Fatalf("%d lots, read %d (-want +got):\n%s", n+1, limit, diff)
				}
			}
		}
	})
}

// TestHoldingsAreStoredAsChanged earns, spends and lapses at random, and reads what a holding that was kept in memory is.
func TestHoldingsAreStoredAsChanged(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		kept, now := &ledger.Holding{Account: account}, int64(1000)
		rapid.Check(t, func(t *rapid.T) {
			h := kept.Clone()
			var d ledger.Draft
			for range rapid.IntRange(1, 5).Draw(t, "operations") {
				now++
				amount, lot := rapid.Int64Range(1, 50).Draw(t, "amount"), id[verno.LotID](int(now))
				var err error
				switch rapid.IntRange(0, 3).Draw(t, "which") {
				case 0:
					expires := rapid.SampledFrom([]int64{now + 3, now + 9, ledger.Never}).Draw(t, "expires")
					h.Earn(&d, issuance, ledger.Lot{ID: lot, AvailableAt: now, ExpiresAt: expires}, amount, ledger.WhyEarn)
				case 1:
					_, err = h.SpendForced(&d, issuance, amount, now, lot)
				case 2:
					err = h.Lapse(&d, issuance, now)
				case 3:
					_, err = h.TakeBack(&d, issuance, lot, amount, now, lot)
				}
				if err != nil {
					t.Fatal(err)
				}
			}
			inHot(t, s, func(tx *store.HotTx) { tx.PutHoldings(us, []*ledger.Holding{h}) })
			kept = &ledger.Holding{Account: account, Lots: h.Lots}
			if diff := cmp.Diff(kept, readHolding(t, s, store.LotsAll), holdings, cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("holding (-kept +read):\n%s", diff)
			}
		})
		for _, l := range kept.Lots {
			kept.Balance += l.Remaining
		}
		got, err := s.Reader().Holdings(t.Context(), us, member)
		if diff := cmp.Diff([]*ledger.Holding{kept}, got, holdings, cmpopts.EquateEmpty()); err != nil || diff != "" {
			t.Errorf("%v: all that the member has (-want +got):\n%s", err, diff)
		}
	})
}

// TestHoldingsOfManyStayApart: several owners and units are read in one go, each its own, and what nobody has is empty.
func TestHoldingsOfManyStayApart(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		want := map[store.HoldingKey]*ledger.Holding{}
		var keys []store.HoldingKey
		var put []*ledger.Holding
		for owner := range 3 {
			for unit := range 3 {
				key := store.HoldingKey{Owner: id[verno.OwnerID](10 + owner), Unit: id[verno.UnitID](20 + unit)}
				h := &ledger.Holding{Account: ledger.Account{Owner: key.Owner, Unit: key.Unit}}
				for n := range owner {
					h.Earn(&ledger.Draft{}, issuance, ledger.Lot{ID: id[verno.LotID](n + 1), ExpiresAt: 5}, int64(100*owner+10*unit+1), ledger.WhyEarn)
				}
				keys, put = append(keys, key), append(put, h)
				want[key] = &ledger.Holding{Account: h.Account, Lots: h.Lots}
			}
		}
		inHot(t, s, func(tx *store.HotTx) { tx.PutHoldings(us, put) })
		got := map[store.HoldingKey]*ledger.Holding{}
		for _, key := range keys {
			got[key] = &ledger.Holding{Account: want[key].Account}
		}
		inHot(t, s, func(tx *store.HotTx) { tx.ReadHoldings(us, got, keys, store.LotsAll) })
		if diff := cmp.Diff(want, got, holdings, cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("holdings (-want +got):\n%s", diff)
		}
	})
}

// TestTotalsAddUp: accounts on the programme's side are added to, by many at once, and never set.
func TestTotalsAddUp(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		breakage := issuance
		breakage.Role = verno.AccountBreakage
		var wait sync.WaitGroup
		for lane := range 2 {
			wait.Go(func() {
				for range 20 {
					inHot(t, s, func(tx *store.HotTx) {
						tx.AddTotals(us, []store.AccountTotal{{Account: issuance, Amount: -3}, {Account: breakage, Amount: int64(lane)}})
					})
				}
			})
		}
		wait.Wait()
		for a, want := range map[ledger.Account]int64{issuance: -120, breakage: 20} {
			var got int64
			row := s.Reader().QueryRow(t.Context(), `SELECT balance FROM account WHERE tenant = $1 AND owner_id = $2 AND role = $3 AND unit_id = $4`,
				us, a.Owner, int64(a.Role), a.Unit)
			if err := row.Scan(&got); err != nil || got != want {
				t.Errorf("%v: %d, %v, want %d", a.Role, got, err, want)
			}
		}
	})
}

// TestOwnersAreReadAsWritten: the whole state of an owner, with all its limits, holds and months.
func TestOwnersAreReadAsWritten(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			want := store.Owner{}
			drawInto(t, &want)
			want.Tenant, want.ID, want.Kind = us, id[verno.OwnerID](n), "member"
			inHot(t, s, func(h *store.HotTx) { h.PutOwners([]*store.Owner{{Tenant: us, ID: want.ID, Kind: "member"}}) })
			inHot(t, s, func(h *store.HotTx) { h.PutOwners([]*store.Owner{&want}) })
			var locked []store.Owner
			inHot(t, s, func(h *store.HotTx) {
				h.LockOwners(us, []verno.OwnerID{want.ID, id[verno.OwnerID](9999)}, func(o store.Owner) { locked = append(locked, o) })
			})
			seen, err := s.Reader().Owner(t.Context(), us, want.ID)
			if diff := cmp.Diff([]store.Owner{want, want}, append(locked, seen), cmpopts.EquateEmpty(), cmpopts.IgnoreFields(store.Owner{}, "Stored")); err != nil || diff != "" {
				t.Fatalf("%v: locked and seen (-want +got):\n%s", err, diff)
			}
		})
	})
}

// TestLockedOwnersAreTheLatest: whoever waited for a lock reads what the one before wrote.
func TestLockedOwnersAreTheLatest(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		inHot(t, s, func(h *store.HotTx) { h.PutOwners([]*store.Owner{{Tenant: us, ID: member, Kind: "member"}}) })
		var wait sync.WaitGroup
		for lane := range 2 {
			wait.Go(func() {
				for range 25 {
					err := s.Hot(t.Context(), lane, func(h *store.HotTx) error {
						var o store.Owner
						h.LockOwners(us, []verno.OwnerID{member}, func(found store.Owner) { o = found })
						if err := h.Flush(t.Context()); err != nil {
							return err
						}
						o.State.Purchases++
						o.Epoch++
						h.PutOwners([]*store.Owner{&o})
						return nil
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wait.Wait()
		if o, err := s.Reader().Owner(t.Context(), us, member); err != nil || o.State.Purchases != 50 || o.Epoch != 50 {
			t.Errorf("counted %d and %d, %v, want 50", o.State.Purchases, o.Epoch, err)
		}
	})
}

// TestHoldsAreReadAsWritten, new and changed.
func TestHoldsAreReadAsWritten(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		n := 0
		rapid.Check(t, func(t *rapid.T) {
			n++
			var want verno.Hold
			drawInto(t, &want)
			want.ID = id[verno.HoldID](n)
			for _, state := range []string{"held", "captured"} {
				want.State = state
				want.Amount++
				inHot(t, s, func(h *store.HotTx) { h.PutHolds(us, []verno.Hold{want}) })
				got, err := s.Reader().Hold(t.Context(), us, want.ID)
				if diff := cmp.Diff(want, got); err != nil || diff != "" {
					t.Fatalf("%v: hold (-want +got):\n%s", err, diff)
				}
			}
		})
	})
}

// TestLapsedHoldsAreFound by their deadline, oldest first, unless they have ended.
func TestLapsedHoldsAreFound(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		var holds []verno.Hold
		for n := range 5 {
			h := verno.Hold{ID: id[verno.HoldID](n + 1), Owner: member, Unit: points, Amount: 1, Deadline: verno.FromMicros(int64(50 - n)), CreatedAt: now}
			if n == 3 {
				h.EndedAt = now
			}
			holds = append(holds, h)
		}
		inHot(t, s, func(h *store.HotTx) { h.PutHolds(us, holds) })
		got, err := s.Reader().LapsedHolds(t.Context(), us, 49, 2)
		if diff := cmp.Diff([]verno.Hold{holds[4], holds[2]}, got); err != nil || diff != "" {
			t.Errorf("%v: lapsed (-want +got):\n%s", err, diff)
		}
	})
}

// TestCountersStayWithinTheirCaps: of many lanes that add to one counter, exactly as many succeed as its cap allows, in
// uses or in cost, and giving back never fails.
func TestCountersStayWithinTheirCaps(t *testing.T) {
	t.Parallel()
	rows(t, func(t *testing.T, s *store.Store) {
		for n, c := range []struct{ change, want store.Counter }{
			{store.Counter{Uses: 2, Cost: 1}, store.Counter{Uses: 100, Cost: 50}},
			{store.Counter{Uses: 1, Cost: 7}, store.Counter{Uses: 42, Cost: 294}},
		} {
			promotion := id[verno.PromotionID](n + 1)
			c.change.Promotion, c.want.Promotion = promotion, promotion
			add := func(lane int, change store.Counter) (done bool) {
				err := s.Hot(t.Context(), lane, func(h *store.HotTx) error {
					h.ReadCounters(us, []verno.PromotionID{promotion}, false, func(store.Counter) {})
					v := h.AddCounters(us, []store.CounterChange{{Counter: change, MaxUses: 100, MaxCost: 300}})
					err := h.Flush(t.Context())
					done = v.Affected() == 1
					return err
				})
				if err != nil {
					t.Error(err)
				}
				return done
			}
			var wait sync.WaitGroup
			for lane := range 2 {
				wait.Go(func() {
					for range 60 {
						add(lane, c.change)
					}
				})
			}
			wait.Wait()
			var got []store.Counter
			inHot(t, s, func(h *store.HotTx) {
				h.ReadCounters(us, []verno.PromotionID{promotion}, true, func(c store.Counter) { got = append(got, c) })
			})
			if diff := cmp.Diff([]store.Counter{c.want}, got); diff != "" {
				t.Errorf("counter %d (-want +got):\n%s", n, diff)
			}
		}
		err := s.Hot(t.Context(), 0, func(h *store.HotTx) error {
			back := store.Counter{Promotion: id[verno.PromotionID](1), Uses: -1, Cost: -1}
			v := h.AddCounters(us, []store.CounterChange{{Counter: back, MaxUses: 5, MaxCost: 5}})
			if err := h.Flush(t.Context()); err != nil {
				return err
			}
			if v.Affected() != 1 {
				return errors.New("a use could not be given back under a cap that was lowered")
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	})
}
