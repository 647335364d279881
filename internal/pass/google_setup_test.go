package pass_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/pass/googletest"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// shop is a merchant with cards in Google Wallet: a database, a Google of its own, and a clock that stands still.
type shop struct {
	t      *testing.T
	store  *store.Store
	vault  *vault.Vault
	tenant verno.TenantID
	google *googletest.Google
	passes *pass.Passes

	mu       sync.Mutex
	now      time.Time
	template card.Template
	facts    map[verno.CardID]card.Facts
}

// shopSecret and shopMachine are what the code that rotates is made of, on every card of the shop.
var (
	shopSecret  = code.NewSecret(rand.Reader)
	shopMachine = code.NewMachine(rand.Reader)
)

// record writes what is done into the books.
func record(ctx context.Context, tx *store.Tx, e verno.Event) error {
	return books.Record(ctx, tx, e.At, rand.Reader, e)
}

// boss may do everything at a tenant.
func boss(tenant verno.TenantID) verno.Actor {
	return verno.Actor{Tenant: tenant, May: verno.RoleOwner.Permissions(), Live: true}
}

func newShop(t *testing.T, s *store.Store) *shop {
	t.Helper()
	b := &shop{t: t, store: s, now: time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC), facts: map[verno.CardID]card.Facts{}}
	points, _ := card.Find("points")
	b.template = points.Template("Card")
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	if b.vault, err = vault.Open(t.Context(), s, keks, b.now, vault.Options{}); err != nil {
		t.Fatal(err)
	}
	b.tenant = verno.NewID[verno.TenantID](b.now, rand.Reader)
	b.write(func(tx *store.Tx) error { return b.vault.NewTenant(t.Context(), tx, b.tenant, b.now) })
	b.google = googletest.New(t, b.clock)
	b.passes = b.worker("one")
	if _, err := b.passes.ImportGoogle(t.Context(), boss(b.tenant), b.google.Issuer, b.google.ServiceAccount(), nil); err != nil {
		t.Fatal(err)
	}
	return b
}

// worker is a process of its own on the shop's database.
func (b *shop) worker(holder string) *pass.Passes {
	return &pass.Passes{
		Store: b.store, Vault: b.vault, Clock: b.clock, Entropy: rand.Reader, Base: "https://cards.example", Holder: holder,
		Facts: b.look, Record: record, Log: slog.New(slog.DiscardHandler),
		Google: pass.GoogleConfig{
			API: b.google.URL, Token: b.google.URL + "/token", Keys: b.google.URL + "/keys", PerSecond: 10_000,
			Secret: func(context.Context, verno.TenantID, verno.CardID) ([]byte, code.Machine, error) {
				return shopSecret, shopMachine, nil
			},
		},
	}
}

func (b *shop) clock() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.now
}

func (b *shop) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.now = b.now.Add(d)
}

func (b *shop) look(_ context.Context, _ verno.TenantID, id verno.CardID, now time.Time) (card.Template, card.Facts, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	facts, ok := b.facts[id]
	if !ok {
		return b.template, facts, store.ErrNotFound
	}
	facts.At = now
	return b.template, facts, nil
}

func (b *shop) write(fn func(tx *store.Tx) error) {
	b.t.Helper()
	if err := b.store.Write(b.t.Context(), fn); err != nil {
		b.t.Fatal(err)
	}
}

// issue makes a card with its pass, which Google knows nothing of.
func (b *shop) issue() store.Pass {
	b.t.Helper()
	b.mu.Lock()
	id := verno.NewID[verno.CardID](b.now, rand.Reader)
	b.facts[id] = card.Facts{
		Merchant: "Кофейня «Верно»", Currency: "RUB", Number: "4111222233334444", Machine: string(shopMachine), Reader: string(shopMachine), State: "active",
		Holder: "Анна", Points: card.Points{Available: 120}, Level: "Gold", Stored: 150_000, Worth: 50_000, Left: 3, Of: 10,
		Values: map[string]string{"seat": "12", "row": "7", "name": "Анна Петрова", "post": "Бариста"},
		Places: []card.Place{{LatitudeE6: 55_751_244, LongitudeE6: -37_618_423, Name: "Арбат"}},
	}
	b.mu.Unlock()
	p := store.Pass{
		Tenant: b.tenant, Card: id, Template: verno.TemplateID{1}, Serial: strings.ToLower(strings.TrimPrefix(id.String(), "card_")), CreatedAt: b.clock(),
	}
	b.write(func(tx *store.Tx) error {
		_, err := tx.InsertPass(b.t.Context(), p)
		return err
	})
	return b.read(p.Card)
}

func (b *shop) read(id verno.CardID) store.Pass {
	b.t.Helper()
	p, err := b.store.Reader().Pass(b.t.Context(), b.tenant, id)
	if err != nil {
		b.t.Fatal(err)
	}
	return p
}

// save issues a card and puts it at Google.
func (b *shop) save() store.Pass {
	b.t.Helper()
	p := b.issue()
	if _, err := b.passes.SaveLink(b.t.Context(), p, "https://cards.example"); err != nil {
		b.t.Fatal(err)
	}
	return b.read(p.Card)
}

// change changes what a card shows and makes its pass due.
func (b *shop) change(id verno.CardID, fn func(f *card.Facts)) {
	b.t.Helper()
	b.mu.Lock()
	f := b.facts[id]
	fn(&f)
	b.facts[id] = f
	b.mu.Unlock()
	b.due(id)
}

func (b *shop) due(id verno.CardID) {
	b.t.Helper()
	b.write(func(tx *store.Tx) error {
		_, err := tx.Exec(b.t.Context(), `UPDATE pass SET tag = tag + 1, cause = tag + 1, google_due = $1 WHERE tenant = $2 AND card_id = $3`,
			verno.Micros(b.clock()), b.tenant, id)
		return err
	})
}

func (b *shop) setPoints(id verno.CardID, n money.Points) {
	b.t.Helper()
	b.change(id, func(f *card.Facts) { f.Points.Available = n })
}

func (b *shop) tell() {
	b.t.Helper()
	if err := b.passes.TellGoogle(b.t.Context()); err != nil {
		b.t.Fatal(err)
	}
}

// object is what Google holds of a card.
func (b *shop) object(p store.Pass) map[string]any {
	b.t.Helper()
	kind, _ := card.Find(b.template.Kind)
	object := b.google.Find(string(kind.Class)+"Object", p.Serial)
	if object == nil {
		b.t.Fatal("Google has no such object")
	}
	return object
}

// balance is the number of points that Google shows.
func (b *shop) balance(p store.Pass) string {
	b.t.Helper()
	points, _ := b.object(p)["loyaltyPoints"].(map[string]any)
	balance, _ := points["balance"].(map[string]any)
	for _, v := range balance {
		if text, ok := v.(interface{ String() string }); ok {
			return text.String()
		}
		return v.(string)
	}
	return ""
}
