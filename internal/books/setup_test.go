package books_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

// id is a readable identifier: its number is its order, and an owner's lane.
func id[T ~[16]byte](n int) T {
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], uint64(n))
	return T(b)
}

var (
	us         = id[verno.TenantID](1)
	points     = id[verno.UnitID](2)
	programme  = id[verno.OwnerID](3)
	issuance   = ledger.Account{Owner: programme, Role: verno.AccountIssuance, Unit: points}
	redemption = ledger.Account{Owner: programme, Role: verno.AccountRedemption, Unit: points}
	now        = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
)

// shop is the smallest use case there is: members earn and spend points.
type shop struct {
	*books.Books
	t      testing.TB
	ctx    context.Context
	store  *store.Store
	reader *store.Reader
	ticks  *atomic.Int64
	key    ed25519.PrivateKey
}

// clock is a microsecond later whenever it is asked.
func (s *shop) clock() time.Time { return now.Add(time.Duration(s.ticks.Add(1)) * time.Microsecond) }

// each runs fn on every engine in a shop of its own.
func each(t *testing.T, opt books.Options, fn func(t *testing.T, s *shop)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, st *store.Store) { fn(t, open(t, st, opt)) })
}

// open opens a shop with the members 0 to 99, who have nothing.
func open(tb testing.TB, st *store.Store, opt books.Options) *shop {
	tb.Helper()
	s := &shop{t: tb, ctx: context.WithoutCancel(tb.Context()), store: st, reader: st.Reader(), ticks: &atomic.Int64{}}
	s.key = ed25519.NewKeyFromSeed(make([]byte, ed25519.SeedSize))
	err := st.Write(s.ctx, func(tx *store.Tx) error {
		if err := tx.InsertTenant(s.ctx, store.Tenant{ID: us, Name: "us", Live: true, CreatedAt: now}); err != nil {
			return err
		}
		_, err := tx.InsertTenantKey(s.ctx, store.TenantKey{
			Tenant: us, Purpose: "sign", Version: 1, Wrapped: []byte("sealed"), Public: s.key.Public().(ed25519.PublicKey), CreatedAt: now,
		})
		var owners []*store.Owner
		for n := range 100 {
			owners = append(owners, &store.Owner{Tenant: us, ID: member(n), Kind: "member"})
		}
		tx.Bulk().PutOwners(owners)
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	s.Books = books.Open(st, s.clock, rand.Reader, func(err error) { tb.Errorf("fatal: %v", err) }, opt)
	tb.Cleanup(s.Close)
	return s
}

func member(n int) verno.OwnerID { return id[verno.OwnerID](1000 + n) }

// work is an operation of one member, whose body is its key unless a test says otherwise.
func work(key string, owner verno.OwnerID, decide func(p *books.Page, h *ledger.Holding) error) *books.Work {
	return &books.Work{
		Tenant: us, Claim: books.Claim{Key: key, BodyHash: sha256.Sum256([]byte(key)), Kind: "test"},
		Owners: []books.Want{{Owner: owner, Units: []verno.UnitID{points}, Spends: true}},
		Decide: func(p *books.Page) (books.Result, error) {
			h := p.Holding(owner, points)
			if err := decide(p, h); err != nil {
				return books.Result{}, err
			}
			result, err := post(p, owner)
			result.Value = h.Balance
			return result, err
		},
	}
}

// post posts the draft, or tells that there was nothing to post.
func post(p *books.Page, owner verno.OwnerID) (books.Result, error) {
	entry, err := p.Post(owner, "test", "because", "verno", nil)
	if err != nil {
		return books.Result{}, err
	}
	p.Emit(verno.Event{Kind: verno.EventPointsAdjusted, Owner: owner, Actor: "verno", Entry: entry.ID()})
	result := books.Result{ID: entry.ID(), Owner: owner}
	if entry.IsZero() {
		result.Answer = "{}"
	}
	return result, nil
}

func earn(key string, owner verno.OwnerID, n int64) *books.Work {
	return work(key, owner, func(p *books.Page, h *ledger.Holding) error {
		h.Earn(p.Draft(), issuance, ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: ledger.Never}, n, ledger.WhyEarn)
		return nil
	})
}

func spend(key string, owner verno.OwnerID, n int64) *books.Work {
	return work(key, owner, func(p *books.Page, h *ledger.Holding) error {
		return short(h.Spend(p.Draft(), redemption, n, p.Now()))
	})
}

// short refuses what a member does not have.
func short(err error) error {
	if e, ok := errors.AsType[ledger.ShortError](err); ok {
		return verno.Refused("insufficient_points").With("available", strconv.FormatInt(e.Spendable, 10))
	}
	return err
}

// must runs works, one after the other, that have to succeed.
func (s *shop) must(works ...*books.Work) (out books.Outcome) {
	s.t.Helper()
	for _, w := range works {
		var err error
		if out, err = s.Do(s.ctx, w); err != nil {
			s.t.Fatalf("%s: %v", w.Claim.Key, err)
		}
	}
	return out
}

// together runs works in one group, if they are of one lane: it holds up all lanes until every work is in its queue.
func (s *shop) together(works ...*books.Work) (outs []books.Outcome, errs []error) {
	s.t.Helper()
	release := s.holdUp()
	var pending []*books.Pending
	for _, w := range works {
		pending = append(pending, s.Submit(w))
	}
	release()
	for _, p := range pending {
		out, err := p.Wait(s.ctx)
		outs, errs = append(outs, out), append(errs, err)
	}
	return outs, errs
}

// holdUp makes all lanes wait until the function that it returns is called.
func (s *shop) holdUp() (release func()) {
	s.t.Helper()
	gate := make(chan struct{})
	var pending []*books.Pending
	for lane := range s.store.Lanes() {
		in := make(chan struct{})
		w := &books.Work{
			Tenant: us, Owners: []books.Want{{Owner: member(lane)}},
			Decide: func(*books.Page) (books.Result, error) {
				close(in)
				<-gate
				return books.Result{}, nil
			},
		}
		pending = append(pending, s.Submit(w))
		if s.store.Engine() == store.SQLite && lane > 0 {
			break
		}
		<-in
	}
	return func() {
		close(gate)
		for _, p := range pending {
			if _, err := p.Wait(s.ctx); err != nil {
				s.t.Errorf("holding up: %v", err)
			}
		}
	}
}

// balance is what a member has, by the books.
func (s *shop) balance(owner verno.OwnerID) int64 {
	s.t.Helper()
	list, err := s.reader.Holdings(s.ctx, us, owner)
	if err != nil {
		s.t.Fatal(err)
	}
	if len(list) == 0 {
		return 0
	}
	sum := int64(0)
	for _, l := range list[0].Lots {
		sum += l.Remaining
	}
	if sum != list[0].Balance {
		s.t.Errorf("%s has a balance of %d and lots of %d", owner, list[0].Balance, sum)
	}
	return sum
}

// seen reports whether a key was used for anything.
func (s *shop) seen(key string) bool {
	s.t.Helper()
	_, err := s.reader.Operation(s.ctx, us, key)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		s.t.Fatal(err)
	}
	return err == nil
}

// code is the code of an error that people see, empty for none.
func code(err error) string {
	if err == nil {
		return ""
	}
	return verno.AsError(err).Code
}
