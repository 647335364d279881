package checkout_test

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// TestMain lets rapid try fewer cases than it would, as each is a world in a database, unless it is told a number.
func TestMain(m *testing.M) {
	flag.Parse()
	told := false
	flag.Visit(func(f *flag.Flag) { told = told || f.Name == "rapid.checks" })
	if !told {
		_ = flag.Set("rapid.checks", "25")
	}
	os.Exit(m.Run())
}

// noon is a Sunday's noon, UTC, and is no whole microsecond, as a real clock's time is not either.
var noon = time.Date(2026, time.November, 22, 12, 0, 0, 123_456_789, time.UTC)

// bundle is a chain that has just been opened: two shops, the second far in the east, with two tills and one. Five percent
// come back in points, each worth a rouble, which live for a year and may pay for everything.
type bundle struct {
	t      tb
	ctx    context.Context
	store  *store.Store
	reader *store.Reader
	books  *books.Books
	vault  *vault.Vault
	office *campaign.Office
	roll   *member.Roll
	till   *checkout.Till
	boss   verno.Actor // may do all and is bound to nothing
	made   campaign.Opened
	east   verno.StoreID
	tills  [3]verno.TerminalID
	*watch
}

// tb is a test, also one of many that rapid runs.
type tb interface {
	Helper()
	Error(args ...any)
	Errorf(format string, args ...any)
	Fatal(args ...any)
	Fatalf(format string, args ...any)
	Failed() bool
}

// in is the same chain for another test.
func (b *bundle) in(t tb) *bundle {
	c := *b
	c.t = t
	return &c
}

// watch is the time, and a counter for names.
type watch struct {
	mu    sync.Mutex
	now   time.Time
	names int
}

// each runs a test on both engines, each in a chain of its own, whose books must be right when it ends.
func each(t *testing.T, fn func(t *testing.T, b *bundle)) {
	t.Helper()
	eachWith(t, checkout.Limits{}, fn)
}

func eachWith(t *testing.T, limits checkout.Limits, fn func(t *testing.T, b *bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		fn(t, setup(t, s, limits))
	})
}

func setup(t testing.TB, s *store.Store, limits checkout.Limits) *bundle { //nolint:thelper // Most callers are tests.
	t.Helper()
	b := &bundle{t: t, ctx: context.WithoutCancel(t.Context()), store: s, reader: s.Reader(), watch: &watch{now: noon}}
	key := make([]byte, 32)
	_, _ = rand.Read(key)
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(key))
	b.must(err)
	b.vault, err = vault.Open(b.ctx, s, keks, b.now, vault.Options{Hashing: vault.Hashing{Memory: 64, Passes: 1, Parallel: 2}})
	b.must(err)
	b.books = books.Open(s, b.clock, rand.Reader, func(err error) { t.Error(err) }, books.Options{})
	t.Cleanup(b.books.Close)
	b.office = &campaign.Office{Store: s, Entropy: rand.Reader}
	b.roll = &member.Roll{Store: s, Books: b.books, Vault: b.vault, Entropy: rand.Reader}
	b.till = checkout.New(s, b.books, b.vault, b.clock, rand.Reader, limits)
	b.till.CardFacts = b.roll.CardFacts
	b.till.Issue = func(ctx context.Context, tx *store.Tx, now time.Time, c checkout.NewCard) (card.Document, error) {
		return b.roll.IssueIn(ctx, tx, now, member.CardIn(c))
	}
	b.open()
	t.Cleanup(b.check)
	return b
}

// open makes the tenant, its shops and tills, and the terms.
func (b *bundle) open() {
	b.t.Helper()
	b.boss = verno.Actor{
		Tenant: verno.NewID[verno.TenantID](b.now, rand.Reader), APIKey: verno.NewID[verno.APIKeyID](b.now, rand.Reader),
		May: verno.RoleOwner.Permissions(), Live: true,
	}
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		err := tx.InsertTenant(b.ctx, store.Tenant{ID: b.boss.Tenant, Name: "Чайка", Live: true, Language: "ru", CreatedAt: b.now})
		if err != nil {
			return err
		}
		if err := b.vault.NewTenant(b.ctx, tx, b.boss.Tenant, b.now); err != nil {
			return err
		}
		b.made, err = b.office.Bootstrap(b.ctx, tx, b.boss, b.now, campaign.Opening{
			Issuer: "ООО «Чайка»", Programme: "Чайка", Currency: "RUB", TimeZone: "Europe/Moscow", Store: "Чайка на Садовой",
		})
		return err
	}))
	east, err := b.office.CreateStore(b.ctx, b.boss, b.now, campaign.Place{
		Programme: b.made.Programme, Name: "Чайка во Владивостоке", TimeZone: "Asia/Vladivostok",
	})
	b.must(err)
	b.east = east.ID
	gate := auth.New(auth.Config{Store: b.store, Vault: b.vault, Entropy: rand.Reader, Record: record})
	for i, shop := range []verno.StoreID{b.made.Store, b.made.Store, b.east} {
		t, err := gate.CreateTerminal(b.ctx, b.boss, auth.NewTerminal{Store: shop, Name: fmt.Sprint("Касса ", i+1)}, b.now)
		b.must(err)
		b.tills[i] = t.ID
	}
	b.terms(func(p *verno.Programme) {
		p.Points.MaxShare, p.Points.StaticDaily = money.Full, 100
		p.Points.Expiry = verno.ExpiryTerms{Kind: "after_months", Number: 12}
	})
}

func record(ctx context.Context, tx *store.Tx, e verno.Event) error {
	return books.Record(ctx, tx, e.At, rand.Reader, e)
}

func (w *watch) clock() time.Time {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.now
}

// later lets time pass.
func (w *watch) later(d time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.now = w.now.Add(d)
}

// name is a name that nothing else has.
func (w *watch) name(what string) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.names++
	return fmt.Sprintf("%s-%d", what, w.names)
}

func (b *bundle) must(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

// codeOf is the code of an error that people see, empty for none.
func codeOf(err error) string {
	if err == nil {
		return ""
	}
	return verno.AsError(err).Code
}

// refused sees that an error has a code.
func (b *bundle) refused(err error, want string) {
	b.t.Helper()
	if got := codeOf(err); got != want {
		b.t.Fatalf("got %q (%v), want %q", got, err, want)
	}
}

// wrong sees that a request is invalid at a field.
func (b *bundle) wrong(err error, pointer, want string) {
	b.t.Helper()
	var e *verno.Error
	if errors.As(err, &e) && e.Kind == verno.KindInvalid {
		for _, f := range e.Fields {
			if f.Pointer == pointer && f.Code == want {
				return
			}
		}
	}
	b.t.Fatalf("got %v, want %s at %s", err, want, pointer)
}

// at is the credential of the nth paired till.
func (b *bundle) at(n int) verno.Actor {
	shop := b.made.Store
	if n == 2 {
		shop = b.east
	}
	return verno.Actor{Tenant: b.boss.Tenant, Terminal: b.tills[n], Store: shop, May: verno.TerminalPermissions, Live: true}
}

// terms changes and publishes the terms of the programme.
func (b *bundle) terms(change func(p *verno.Programme)) {
	b.t.Helper()
	p, err := b.office.Programme(b.ctx, b.boss, b.made.Programme)
	b.must(err)
	change(&p.Draft)
	_, err = b.office.ChangeProgramme(b.ctx, b.boss, b.clock(), p.Revision, p.Draft)
	b.must(err)
	b.publish()
}

func (b *bundle) publish() *verno.Version {
	b.t.Helper()
	v, err := b.office.Publish(b.ctx, b.boss, b.clock(), b.made.Programme, 0, "")
	b.must(err)
	return v
}

// promote publishes one more promotion.
func (b *bundle) promote(kind, settings string, change ...func(p *verno.Promotion)) verno.PromotionID {
	b.t.Helper()
	p := verno.Promotion{Name: b.name(kind), Type: kind, Active: true, Settings: json.RawMessage(settings)}
	for _, c := range change {
		c(&p)
	}
	made, err := b.office.CreatePromotion(b.ctx, b.boss, b.clock(), b.made.Programme, p)
	b.must(err)
	b.publish()
	return made.Draft.ID
}

// repromote changes and publishes a promotion that is there.
func (b *bundle) repromote(id verno.PromotionID, change func(p *verno.Promotion)) {
	b.t.Helper()
	p, err := b.office.Promotion(b.ctx, b.boss, id)
	b.must(err)
	change(&p.Draft)
	_, err = b.office.ChangePromotion(b.ctx, b.boss, b.clock(), p.Revision, p.Draft)
	b.must(err)
	b.publish()
}

// goods narrows a promotion to SKUs.
func goods(skus ...string) func(p *verno.Promotion) {
	return func(p *verno.Promotion) { p.Goods.SKUs = skus }
}

// limits limits a promotion.
func limits(l verno.Limits) func(p *verno.Promotion) {
	return func(p *verno.Promotion) { p.Limits = l }
}

// guest is a member with a card in the phone.
type guest struct {
	verno.Member
	card   verno.CardID
	secret verno.CardSecret
}

// enrol takes in somebody of whom nothing is known but what is said here.
func (b *bundle) enrol(change ...func(e *member.Enrol)) *guest {
	b.t.Helper()
	e := member.Enrol{IssueCard: true}
	for _, c := range change {
		c(&e)
	}
	m, err := b.roll.Enrol(b.ctx, b.boss, b.clock(), e)
	b.must(err)
	g := &guest{Member: m.Member, card: m.Cards[0].ID}
	_, g.secret, err = b.roll.Secret(b.ctx, b.boss.Tenant, g.card)
	b.must(err)
	return g
}

// give gives a member points by an adjustment, which live as long as earned ones.
func (b *bundle) give(g *guest, n money.Points) {
	b.t.Helper()
	_, err := b.roll.Adjust(b.ctx, b.boss, b.clock(), member.Adjust{Member: g.ID, Points: n, Reason: "goodwill"})
	b.must(err)
}

// points is what a member has.
func (b *bundle) points(g *guest) member.Points {
	b.t.Helper()
	p, err := b.roll.Points(b.ctx, b.boss, b.clock(), g.ID)
	b.must(err)
	return p
}

// has sees how many points a member can spend.
func (b *bundle) has(g *guest, want money.Points) {
	b.t.Helper()
	if p := b.points(g); p.Available != want || p.Debt != 0 {
		b.t.Errorf("has %d points, owes %d; want %d", p.Available, p.Debt, want)
	}
}

// hash names a request's body.
func hash(text string) [32]byte { return sha256.Sum256([]byte(text)) }
