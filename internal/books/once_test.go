package books_test

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
)

// TestOneKeyIsOneOperation sends each operation one to five times, shuffled and all at once: one of them moves value,
// all others are told the same.
func TestOneKeyIsOneOperation(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		const keys = 60
		var works []*books.Work
		want := map[verno.OwnerID]int64{}
		for n := range keys {
			owner := member(n % 7)
			want[owner] += int64(n)
			for range 1 + rand.IntN(5) {
				works = append(works, earn(fmt.Sprint("key ", n), owner, int64(n)))
			}
		}
		rand.Shuffle(len(works), func(i, j int) { works[i], works[j] = works[j], works[i] })
		var mu sync.Mutex
		var wait sync.WaitGroup
		fresh, results := map[string]int{}, map[string][16]byte{}
		for _, w := range works {
			wait.Go(func() {
				out, err := s.Do(s.ctx, w)
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				key := w.Claim.Key
				if !out.Replayed {
					fresh[key]++
				} else if out.Value != nil {
					t.Errorf("%s: a replay has the value %v", key, out.Value)
				}
				if first, ok := results[key]; ok && first != out.ID || out.Owner != w.Owners[0].Owner {
					t.Errorf("%s: %x of %s, others were told %x", key, out.ID, out.Owner, first)
				}
				results[key] = out.ID
			})
		}
		wait.Wait()
		for n := range keys {
			if key := fmt.Sprint("key ", n); fresh[key] != 1 {
				t.Errorf("%s happened %d times", key, fresh[key])
			}
		}
		for owner, n := range want {
			if got := s.balance(owner); got != n {
				t.Errorf("%s has %d, want %d", owner, got, n)
			}
		}
	})
}

// TestOneKeyInOneGroup is the same where all meet in one group, with another body among them.
func TestOneKeyInOneGroup(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		other := earn("key", member(0), 500)
		other.Claim.BodyHash = sha256.Sum256([]byte("another body"))
		outs, errs := s.together(earn("key", member(0), 5), earn("key", member(0), 5), other, earn("key", member(0), 5))
		for i, replayed := range []bool{false, true, false, true} {
			if i == 2 {
				continue
			}
			if errs[i] != nil || outs[i].Replayed != replayed || outs[i].ID != outs[0].ID {
				t.Errorf("%d: %+v, %v", i, outs[i], errs[i])
			}
		}
		if code(errs[2]) != "idempotency_key_reused" {
			t.Errorf("another body: %v", errs[2])
		}
		for range 2 { // For ever.
			if _, err := s.Do(s.ctx, other); code(err) != "idempotency_key_reused" {
				t.Errorf("another body, later: %v", err)
			}
			if _, err := s.Seen(s.ctx, us, "key", other.Claim.BodyHash); code(err) != "idempotency_key_reused" {
				t.Errorf("another body, asked for: %v", err)
			}
		}
		if out, err := s.Seen(s.ctx, us, "key", sha256.Sum256([]byte("key"))); err != nil || out == nil || out.ID != outs[0].ID {
			t.Errorf("seen as %+v, %v", out, err)
		}
		if out, err := s.Seen(s.ctx, us, "never", [32]byte{}); err != nil || out != nil {
			t.Errorf("never seen: %+v, %v", out, err)
		}
		if got := s.balance(member(0)); got != 5 {
			t.Errorf("balance %d, want 5", got)
		}
	})
}

// TestFollowersOfALeaderThatLeftNoTrace decide for themselves, be it that their body is the one that is stored.
func TestFollowersOfALeaderThatLeftNoTrace(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		wrong := earn("a", member(0), 1)
		wrong.Claim.BodyHash = sha256.Sum256([]byte("a wrong body"))
		wrong.Decide = func(*books.Page) (books.Result, error) { return books.Result{}, verno.Invalid("invalid_request") }
		outs, errs := s.together(wrong, earn("a", member(0), 1), earn("a", member(0), 1))
		if code(errs[0]) != "invalid_request" || errs[1] != nil || errs[2] != nil || outs[1].Replayed || !outs[2].Replayed {
			t.Errorf("after a leader without a trace: %v, %+v", errs, outs)
		}
		other := earn("a", member(0), 1)
		other.Claim.BodyHash = sha256.Sum256([]byte("another body"))
		outs, errs = s.together(other, earn("a", member(0), 1))
		if code(errs[0]) != "idempotency_key_reused" || errs[1] != nil || !outs[1].Replayed {
			t.Errorf("after a leader with another body: %v, %+v", errs, outs)
		}
		if got := s.balance(member(0)); got != 1 {
			t.Errorf("balance %d, want 1", got)
		}
	})
}

// TestRefusalsAreKept: who was refused is refused again, word for word, whatever has changed meanwhile.
func TestRefusalsAreKept(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		refused := spend("key", member(0), 10)
		plain := refused.Decide
		refused.Decide = func(p *books.Page) (books.Result, error) {
			result, err := plain(p)
			if err != nil {
				err = verno.AsError(err).At("/spend", "too_much", "why", `"☕"`)
			}
			return result, err
		}
		first := verno.AsError(func() error { _, err := s.Do(s.ctx, refused); return err }())
		s.must(earn("other", member(0), 100))
		_, errs := s.together(refused, refused)
		errs = append(errs, func() error { _, err := s.Do(s.ctx, refused); return err }())
		for _, err := range errs {
			e := verno.AsError(err)
			if e.Kind != verno.KindRefused || e.Error() != first.Error() || e.Fields[0].Params["why"] != `"☕"` {
				t.Errorf("refused with %v, later with %v", first, err)
			}
		}
		if o, err := s.reader.Operation(s.ctx, us, "key"); err != nil || o.State != store.Rejected {
			t.Errorf("stored as %+v, %v", o, err)
		}
		refused.Claim.BodyHash = [32]byte{}
		if _, err := s.Do(s.ctx, refused); code(err) != "idempotency_key_reused" {
			t.Errorf("another body: %v", err)
		}
		if got := s.balance(member(0)); got != 100 {
			t.Errorf("balance %d, want 100", got)
		}
	})
}

// TestWhatDecidesNothingLeavesNoTrace: after an error that is no refusal the key is free, and nothing was written.
func TestWhatDecidesNothingLeavesNoTrace(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		for n, e := range []error{
			verno.Invalid("invalid_request"), verno.Conflict("totals_changed"), verno.Unavailable("overloaded", 1),
			verno.Limited("too_many", 1), verno.Forbidden("account_frozen"), errors.New("a fault of ours"),
		} {
			key := fmt.Sprint("key ", n)
			failing := work(key, member(n), func(p *books.Page, h *ledger.Holding) error {
				h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}, 1000, ledger.WhyEarn)
				p.Change(member(n)).State.Purchases = 77
				p.PutHold(verno.Hold{ID: verno.HoldID(p.ID()), Owner: member(n), Unit: points, Deadline: now, CreatedAt: now})
				if _, err := post(p, member(n)); err != nil {
					return err
				}
				return e
			})
			if _, err := s.Do(s.ctx, failing); code(err) != code(e) {
				t.Errorf("%v: told %v", e, err)
			}
			if _, err := s.reader.Hold(s.ctx, us, id[verno.HoldID](1)); s.seen(key) || s.balance(member(n)) != 0 || !errors.Is(err, store.ErrNotFound) {
				t.Errorf("%v left a trace", e)
			}
			if out := s.must(earn(key, member(n), 1)); out.Replayed || s.balance(member(n)) != 1 {
				t.Errorf("%v: the key is not free: %+v", e, out)
			}
			if o, err := s.reader.Owner(s.ctx, us, member(n)); err != nil || o.State.Purchases != 0 {
				t.Errorf("%v: the owner was changed: %+v, %v", e, o, err)
			}
		}
	})
}

// TestACheckoutIsCommittedOnce, and a receipt's number is used once, under whatever key: in one group, where the first
// may yet be refused, and later.
func TestACheckoutIsCommittedOnce(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		named := func(w *books.Work, checkout, number string) *books.Work {
			w.Claim.CheckoutID = checkout
			if number != "" {
				w.Claim.ReceiptRef = []byte(number)
			}
			return w
		}
		for n, c := range []struct{ checkout, number, want string }{
			{"checkout", "", "checkout_committed"}, {"", "number", "receipt_exists"}, {"both", "both", "checkout_committed"},
		} {
			key := func(i int) string { return fmt.Sprint(n, " ", i) }
			_, errs := s.together(named(earn(key(1), member(n), 1), c.checkout, c.number), named(earn(key(2), member(n), 1), c.checkout, c.number))
			if errs[0] != nil || code(errs[1]) != c.want || verno.AsError(errs[1]).Params["operation"] != key(1) {
				t.Errorf("%+v in one group: %v", c, errs)
			}
			_, err := s.Do(s.ctx, named(earn(key(3), member(n), 1), c.checkout, c.number))
			if code(err) != c.want || s.seen(key(3)) {
				t.Errorf("%+v later: %v", c, err)
			}

			// The first is refused, in the group or before it, and the second goes through.
			later, number := c.checkout, c.number
			if later != "" {
				later += " 2"
			}
			if number != "" {
				number += " 2"
			}
			_, errs = s.together(named(spend(key(4), member(n), 100), later, number), named(earn(key(5), member(n), 1), later, number))
			if code(errs[0]) != "insufficient_points" || errs[1] != nil {
				t.Errorf("%+v after a refusal in the group: %v", c, errs)
			}
			if got := s.balance(member(n)); got != 2 {
				t.Errorf("%+v: balance %d, want 2", c, got)
			}
		}
		cancel := named(earn("cancel", member(9), 0), "cancelled", "")
		cancel.Claim.Kind = books.KindCancel
		cancel.Decide = func(*books.Page) (books.Result, error) { return books.Result{}, nil }
		s.must(cancel)
		if _, err := s.Do(s.ctx, named(earn("too late", member(9), 1), "cancelled", "")); code(err) != "checkout_cancelled" {
			t.Errorf("after a cancellation: %v", err)
		}
	})
}

// TestAnswersAreGivenBack: what a result's ID does not say is stored with the key, and so is an ID of its own.
func TestAnswersAreGivenBack(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		w := earn("key", member(0), 1)
		plain := w.Decide
		w.Decide = func(p *books.Page) (books.Result, error) {
			result, err := plain(p)
			result.ID, result.Answer = [16]byte{1, 2, 3}, `{"text":"☕"}`
			return result, err
		}
		first := s.must(w)
		again := s.must(w)
		if again.ID != first.ID || again.Answer != first.Answer || again.Owner != first.Owner || !again.Replayed || again.Value != nil {
			t.Errorf("first %+v, then %+v", first, again)
		}
	})
}

// TestWorkWithoutAKeyMayHappenAgain and leaves no operation.
func TestWorkWithoutAKeyMayHappenAgain(t *testing.T) {
	t.Parallel()
	each(t, books.Options{}, func(t *testing.T, s *shop) {
		w := earn("", member(0), 1)
		_, errs := s.together(w, w, w)
		refused := spend("", member(0), 100)
		_, more := s.together(refused, refused)
		if errors.Join(errs...) != nil || code(more[0]) != "insufficient_points" || code(more[1]) != "insufficient_points" {
			t.Errorf("%v, %v", errs, more)
		}
		if s.balance(member(0)) != 3 || s.seen("") {
			t.Errorf("balance %d, want 3", s.balance(member(0)))
		}
	})
}
