package books_test

import (
	"errors"
	"fmt"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestPagesAreAccountedFor: what a decision writes without having asked for it, or without an event that tells of it,
// does not count.
func TestPagesAreAccountedFor(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		give := func(p *books.Page, h *ledger.Holding) {
			h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 5, ledger.WhyEarn)
		}
		event := verno.Event{Kind: verno.EventPointsAdjusted}
		for name, decide := range map[string]func(p *books.Page) error{
			"a draft is not posted": func(p *books.Page) error {
				give(p, p.Holding(member(0), points))
				return nil
			},
			"no event tells of an entry": func(p *books.Page) error {
				give(p, p.Holding(member(0), points))
				_, err := p.Post(member(0), "test", "", "", nil)
				p.Emit(event)
				return err
			},
			"two events tell of an entry": func(p *books.Page) error {
				give(p, p.Holding(member(0), points))
				entry, err := p.Post(member(0), "test", "", "", nil)
				p.Emit(verno.Event{Kind: event.Kind, Entry: entry.ID()})
				p.Emit(verno.Event{Kind: event.Kind, Entry: entry.ID()})
				return err
			},
			"an event tells of no entry": func(p *books.Page) error {
				p.Emit(verno.Event{Kind: event.Kind, Entry: p.NewEntry()})
				return nil
			},
			"another member": func(p *books.Page) error {
				give(p, p.Holding(member(1), points))
				_, err := post(p, member(1))
				return err
			},
			"another unit": func(p *books.Page) error {
				h := p.Holding(member(0), id[verno.UnitID](99))
				h.Earn(p.Draft(), ledger.Account{Owner: programme, Unit: h.Account.Unit, Role: verno.AccountIssuance}, ledger.Lot{ID: p.NewLot()}, 5, "")
				_, err := post(p, member(0))
				return err
			},
			"another counter": func(p *books.Page) error {
				p.Use(store.CounterChange{Counter: store.Counter{Promotion: id[verno.PromotionID](9), Uses: 1}, MaxUses: 9})
				return nil
			},
			"another receipt": func(p *books.Page) error {
				p.MarkReturned(&store.ReceiptRow{})
				return nil
			},
		} {
			w := earn(name, member(0), 0)
			w.Decide = func(p *books.Page) (books.Result, error) { return books.Result{}, decide(p) }
			if _, err := s.Do(s.ctx, w); code(err) != "internal" || s.seen(name) {
				t.Errorf("%s: %v", name, err)
			}
		}
		if got := s.balance(member(0)) + s.balance(member(1)); got != 0 {
			t.Errorf("%d points came from nowhere", got)
		}
	})
}

// TestOwnersThatHaveMoved: their operations are told so and leave the key free, also where they move in the same group;
// work that is about moved owners gets them.
func TestOwnersThatHaveMoved(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		move := work("move", member(0), func(p *books.Page, _ *ledger.Holding) error {
			p.Change(member(0)).MovedTo = member(2)
			return nil
		})
		_, errs := s.together(earn("before", member(0), 5), move, earn("after", member(0), 5))
		_, err := s.Do(s.ctx, earn("later", member(0), 5))
		if errs[0] != nil || errs[1] != nil || code(errs[2]) != "owner_moved" || code(err) != "owner_moved" {
			t.Errorf("%v, later %v", errs, err)
		}
		if s.seen("after") || s.seen("later") || s.balance(member(0)) != 5 {
			t.Errorf("left a trace: balance %d", s.balance(member(0)))
		}
		allowed := spend("allowed", member(0), 5)
		allowed.Moved = true
		s.must(allowed)
	})
}

// TestAlsoIsPartOfTheOperation: its statements are committed with the decision, and undone with a refusal, which is not
// stored; a replay does not run them.
func TestAlsoIsPartOfTheOperation(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		runs := 0
		also := func(w *books.Work, tenant int) *books.Work {
			w.Also = func(tx *store.Tx, p *books.Page) error {
				runs++
				p.PutOwner(&store.Owner{Tenant: us, ID: member(500 + tenant), Kind: "household"})
				return tx.InsertTenant(s.ctx, store.Tenant{ID: id[verno.TenantID](tenant), Name: "new", CreatedAt: now})
			}
			return w
		}
		there := func(tenant int) bool {
			_, err := s.reader.Tenant(s.ctx, id[verno.TenantID](tenant))
			_, noOwner := s.reader.Owner(s.ctx, us, member(500+tenant))
			if errors.Is(err, store.ErrNotFound) != errors.Is(noOwner, store.ErrNotFound) {
				t.Errorf("half of it is there: %v, %v", err, noOwner)
			}
			return err == nil
		}
		w := also(earn("earn", member(0), 5), 11)
		if out := s.must(w); out.Replayed || !there(11) || s.balance(member(0)) != 5 {
			t.Errorf("%+v, balance %d", out, s.balance(member(0)))
		}
		if out := s.must(w); !out.Replayed || runs != 1 {
			t.Errorf("a replay: %+v, ran %d times", out, runs)
		}
		for n, c := range []struct {
			w    *books.Work
			want string
		}{
			{also(spend("refused", member(0), 50), 12), "insufficient_points"},
			{also(earn("undone", member(0), 50), 12), "too_many"},
		} {
			if c.want == "too_many" {
				c.w.Then = func(*store.Tx) error { return verno.Limited("too_many", 1) }
			}
			if _, err := s.Do(s.ctx, c.w); code(err) != c.want || there(12) || s.seen(c.w.Claim.Key) || s.balance(member(0)) != 5 {
				t.Errorf("%d: %v, balance %d", n, err, s.balance(member(0)))
			}
		}
		failing := earn("failing", member(0), 5)
		failing.Also = func(tx *store.Tx, _ *books.Page) error {
			return tx.InsertTenant(s.ctx, store.Tenant{ID: us, Name: "again", CreatedAt: now})
		}
		if _, err := s.Do(s.ctx, failing); code(err) != "internal" || s.seen("failing") {
			t.Errorf("a statement that fails: %v", err)
		}
	})
}

// TestAlsoAndMoreLots: a decision that needs all lots runs again, on a page on which Also's owner still stands.
func TestAlsoAndMoreLots(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for n := range 40 {
			s.must(earn(fmt.Sprint("earn ", n), member(0), 1))
		}
		w := spend("spend", member(0), 39)
		also, decided := 0, 0
		w.Also = func(_ *store.Tx, p *books.Page) error {
			also++
			p.PutOwner(&store.Owner{Tenant: us, ID: member(500), Kind: "household"})
			return nil
		}
		plain := w.Decide
		w.Decide = func(p *books.Page) (books.Result, error) {
			decided++
			p.Change(member(500)).State.Purchases++
			h := p.Holding(member(500), points)
			h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 3, ledger.WhyEarn)
			return plain(p)
		}
		s.must(w)
		o, err := s.reader.Owner(s.ctx, us, member(500))
		if err != nil || o.State.Purchases != 1 || also != 1 || decided != 2 {
			t.Errorf("%+v, %v: also %d times, decided %d times", o, err, also, decided)
		}
		if s.balance(member(0)) != 1 || s.balance(member(500)) != 3 {
			t.Errorf("balances %d and %d", s.balance(member(0)), s.balance(member(500)))
		}
	})
}

// TestMoreLotsInOneGroup: several operations of one member with more lots than are read meet in one group; those that
// need all lots see them together with what the group has changed before.
func TestMoreLotsInOneGroup(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for owner := range 2 {
			for n := range 40 {
				// The first lots lapse last, so that what is read first is not what was earned first.
				s.must(work(fmt.Sprint("earn ", owner, n), member(owner), func(p *books.Page, h *ledger.Holding) error {
					lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: verno.Micros(now) + 1_000_000_000 - int64(n)}
					h.Earn(p.Draft(), issuance, lot, 10, ledger.WhyEarn)
					return nil
				}))
			}
		}
		few := func(w *books.Work) *books.Work { w.Owners[0].Spends = false; return w }
		for owner, ask := range []func(*books.Work) *books.Work{few, func(w *books.Work) *books.Work { return w }} {
			_, errs := s.together(
				ask(spend(fmt.Sprint(owner, " a"), member(owner), 15)),  // Lots at hand.
				ask(earn(fmt.Sprint(owner, " b"), member(owner), 1000)), // Behind those that are not.
				ask(spend(fmt.Sprint(owner, " c"), member(owner), 370)), // All lots.
				ask(spend(fmt.Sprint(owner, " d"), member(owner), 1016)),
				ask(spend(fmt.Sprint(owner, " e"), member(owner), 5)),
			)
			if errs[0] != nil || errs[1] != nil || errs[2] != nil || code(errs[3]) != "insufficient_points" || errs[4] != nil {
				t.Errorf("%d: %v", owner, errs)
			}
			if got := s.balance(member(owner)); got != 1010 {
				t.Errorf("%d: balance %d, want 1010", owner, got)
			}
			list, err := s.reader.Holdings(s.ctx, us, member(owner))
			if err != nil || len(list[0].Lots) != 2 || list[0].Lots[0].Remaining != 10 || list[0].Lots[1].Remaining != 1000 {
				t.Errorf("%d: left %+v, %v", owner, list[0].Lots, err)
			}
		}
	})
}

// TestHoldsInOneGroup: a hold that is placed and ended in one group is stored as it ended.
func TestHoldsInOneGroup(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		hold := verno.Hold{ID: id[verno.HoldID](1), Owner: member(0), Unit: points, Amount: 5, State: "held", Deadline: now, CreatedAt: now}
		put := func(key, state string) *books.Work {
			return work(key, member(0), func(p *books.Page, _ *ledger.Holding) error {
				h := hold
				h.State = state
				p.PutHold(h)
				return nil
			})
		}
		commits := s.store.Stats().Commits
		_, errs := s.together(put("a", "held"), put("b", "captured"))
		if got := s.store.Stats().Commits - commits; errors.Join(errs...) != nil || got > int64(1+s.store.Lanes()) {
			t.Errorf("%v, in %d commits", errs, got)
		}
		if h, err := s.reader.Hold(s.ctx, us, hold.ID); err != nil || h.State != "captured" {
			t.Errorf("%+v, %v", h, err)
		}
	})
}
