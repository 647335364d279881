package member_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// bundle is a roll over a chain that has just been opened.
type bundle struct {
	t      *testing.T
	ctx    context.Context
	store  *store.Store
	books  *books.Books
	office *campaign.Office
	roll   *member.Roll
	actor  verno.Actor
	made   campaign.Opened

	forged bool // a test has written receipts that no till gave

	mu  sync.Mutex
	now time.Time
}

// each runs a test on both engines, with a fresh chain.
func each(t *testing.T, fn func(b *bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		b := setup(t, s)
		fn(b)
		if !t.Failed() && !b.forged {
			b.verified() // Whatever a test does, the books are sound after it.
		}
	})
}

func setup(t *testing.T, s *store.Store) *bundle {
	t.Helper()
	b := &bundle{t: t, ctx: t.Context(), store: s, now: time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)}
	key := make([]byte, 32)
	rand.Read(key)
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(key))
	b.must(err)
	v, err := vault.Open(b.ctx, s, keks, b.now, vault.Options{Hashing: vault.Hashing{Memory: 64, Passes: 1, Parallel: 2}})
	b.must(err)
	b.books = books.Open(s, b.clock, rand.Reader, func(err error) { t.Error(err) }, books.Options{})
	t.Cleanup(b.books.Close)
	b.office = &campaign.Office{Store: s, Entropy: rand.Reader}
	b.roll = &member.Roll{Store: s, Books: b.books, Vault: v, Entropy: rand.Reader, Adjusting: member.Bounds{Once: 500}}
	b.actor, b.made = b.chain("Чайка")
	return b
}

// chain makes one more tenant with all that it needs to sell, and its owner.
func (b *bundle) chain(name string) (verno.Actor, campaign.Opened) {
	b.t.Helper()
	a := verno.Actor{
		Tenant: verno.NewID[verno.TenantID](b.now, rand.Reader), Staff: verno.NewID[verno.StaffID](b.now, rand.Reader),
		Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true,
	}
	var made campaign.Opened
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		err := tx.InsertTenant(b.ctx, store.Tenant{ID: a.Tenant, Name: name, Live: true, Language: "ru", CreatedAt: b.now})
		if err != nil {
			return err
		}
		if err := b.roll.Vault.NewTenant(b.ctx, tx, a.Tenant, b.now); err != nil {
			return err
		}
		made, err = b.office.Bootstrap(b.ctx, tx, a, b.now, campaign.Opening{
			Issuer: "ООО «" + name + "»", Programme: name, Currency: "RUB", TimeZone: "Europe/Moscow", Store: name,
		})
		return err
	}))
	return a, made
}

func (b *bundle) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

// later lets time pass.
func (b *bundle) later(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

// till is the credential of a paired till: it may enrol, and neither read nor find.
func (b *bundle) till() verno.Actor {
	return verno.Actor{
		Tenant: b.actor.Tenant, Terminal: verno.NewID[verno.TerminalID](b.now, rand.Reader), Store: b.made.Store,
		May: verno.TerminalPermissions, Live: true,
	}
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// refused sees that an error has a code.
func (b *bundle) refused(err error, code string) {
	b.t.Helper()
	if e := verno.AsError(err); e == nil || e.Code != code {
		b.t.Fatalf("got %v, want %s", err, code)
	}
}

// wrong sees that a request is invalid at a field.
func (b *bundle) wrong(err error, pointer, code string) {
	b.t.Helper()
	var e *verno.Error
	if errors.As(err, &e) && e.Kind == verno.KindInvalid {
		for _, f := range e.Fields {
			if f.Pointer == pointer && f.Code == code {
				return
			}
		}
	}
	b.t.Fatalf("got %v, want %s at %s", err, code, pointer)
}

// enrol takes somebody in with a card.
func (b *bundle) enrol(p vault.Person) *member.Enrolled {
	b.t.Helper()
	m, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{Person: p, IssueCard: true})
	b.must(err)
	return m
}

func anna() vault.Person {
	return vault.Person{
		Phone: "8 916 123-45-67", Email: "Anna@Example.com", FirstName: "Анна", LastName: "Королёва", Birthday: "1990-02-28",
	}
}

func boris() vault.Person {
	return vault.Person{Phone: "+7 903 765-43-21", FirstName: "Борис", LastName: "Королёв"}
}

func (b *bundle) points(id verno.MemberID) member.Points {
	b.t.Helper()
	p, err := b.roll.Points(b.ctx, b.actor, b.clock(), id)
	b.must(err)
	return p
}

// give gives a member points by an adjustment.
func (b *bundle) give(id verno.MemberID, n money.Points) {
	b.t.Helper()
	_, err := b.roll.Adjust(b.ctx, b.actor, b.clock(), member.Adjust{Member: id, Points: n, Reason: "goodwill"})
	b.must(err)
}

// promote publishes one more promotion.
func (b *bundle) promote(p verno.Promotion) verno.PromotionID {
	b.t.Helper()
	made, err := b.office.CreatePromotion(b.ctx, b.actor, b.clock(), b.made.Programme, p)
	b.must(err)
	_, err = b.office.Publish(b.ctx, b.actor, b.clock(), b.made.Programme, 0, "")
	b.must(err)
	return made.Draft.ID
}

// welcome publishes a welcome bonus.
func (b *bundle) welcome(settings string, limits verno.Limits) verno.PromotionID {
	b.t.Helper()
	return b.promote(verno.Promotion{
		Name: "Добро пожаловать", Type: "welcome_bonus", Active: true, Limits: limits, Settings: json.RawMessage(settings),
	})
}

// events are what the audit will seal, oldest first.
func (b *bundle) events() []verno.Event {
	b.t.Helper()
	batches, err := b.store.Reader().Unsealed(b.ctx, b.actor.Tenant, 10_000)
	b.must(err)
	var list []verno.Event
	for i := range batches {
		rows, err := b.store.Reader().EventsOf(b.ctx, &batches[i])
		b.must(err)
		for _, row := range rows {
			e, err := books.ReadEvent(row)
			b.must(err)
			list = append(list, e)
		}
	}
	return list
}

// count is how many events there are of a kind.
func (b *bundle) count(kind verno.EventKind) (n int) {
	b.t.Helper()
	for _, e := range b.events() {
		if e.Kind == kind {
			n++
		}
	}
	return n
}

// owner reads an owner's row.
func (b *bundle) owner(id verno.OwnerID) store.Owner {
	b.t.Helper()
	o, err := b.store.Reader().Owner(b.ctx, b.actor.Tenant, id)
	b.must(err)
	return o
}

// balanced sees that an owner's balances are the sums of their lots.
func (b *bundle) balanced(id verno.OwnerID) {
	b.t.Helper()
	list, err := b.store.Reader().Holdings(b.ctx, b.actor.Tenant, id)
	b.must(err)
	for _, h := range list {
		sum := int64(0)
		for _, l := range h.Lots {
			sum += l.Remaining
		}
		if sum != h.Balance {
			b.t.Errorf("%s has %d in lots and a balance of %d", id, sum, h.Balance)
		}
	}
}

// hash names a request's body.
func hash(s string) [32]byte { return sha256.Sum256([]byte(s)) }

// silent sees that a text holds nothing of a person.
func (b *bundle) silent(what, text string, p vault.Person) {
	b.t.Helper()
	for _, secret := range []string{"9161234567", "123-45-67", p.FirstName, p.LastName, "example.com", p.Birthday} {
		if secret != "" && strings.Contains(text, secret) {
			b.t.Errorf("%s tells %q: %s", what, secret, text)
		}
	}
}

// hold reserves points of a member until a deadline.
func (b *bundle) hold(owner verno.OwnerID, n int64, deadline time.Time) {
	b.t.Helper()
	unit := verno.PointsUnit(b.made.Programme)
	_, err := b.books.Do(b.ctx, &books.Work{
		Tenant: b.actor.Tenant, Owners: []books.Want{{Owner: owner, Units: []verno.UnitID{unit}}},
		Decide: func(p *books.Page) (books.Result, error) {
			o := p.Change(owner)
			o.State.Holds = append(o.State.Holds, verno.OpenHold{ID: verno.HoldID(p.ID()), Unit: unit, Amount: n, Deadline: verno.Micros(deadline)})
			return books.Result{Owner: owner}, nil
		},
	})
	b.must(err)
}

// owe leaves a member with a debt, as a return of spent points does.
func (b *bundle) owe(owner verno.OwnerID, n int64) {
	b.t.Helper()
	unit := verno.PointsUnit(b.made.Programme)
	far := ledger.Account{Owner: verno.ProgrammeOwner(b.made.Programme), Role: verno.AccountRedemption, Unit: unit}
	_, err := b.books.Do(b.ctx, &books.Work{
		Tenant: b.actor.Tenant, Owners: []books.Want{{Owner: owner, Units: []verno.UnitID{unit}, Spends: true}},
		Decide: func(p *books.Page) (books.Result, error) {
			breakage := ledger.Account{Owner: far.Owner, Role: verno.AccountBreakage, Unit: unit}
			if err := p.Holding(owner, unit).Lapse(p.Draft(), breakage, p.Now()); err != nil {
				return books.Result{}, err
			}
			if _, err := p.Holding(owner, unit).SpendForced(p.Draft(), far, n, p.Now(), p.NewLot()); err != nil {
				return books.Result{}, err
			}
			entry, err := p.Post(owner, "test", "", "", nil)
			hash := entry.Hash()
			p.Emit(verno.Event{Kind: verno.EventPointsAdjusted, Owner: owner, Entry: entry.ID(), Hash: hash[:]})
			return books.Result{Owner: owner}, err
		},
	})
	b.must(err)
}
