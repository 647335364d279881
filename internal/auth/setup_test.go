package auth_test

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
	"github.com/verno-loyalty/verno/internal/vault"
)

var now = time.Date(2026, time.November, 22, 12, 0, 0, 0, time.UTC)

const (
	password = "сорок тысяч обезьян"
	address  = "192.0.2.7"
)

// bundle is a gate over a fresh database with one tenant, its owner and one store.
type bundle struct {
	t     *testing.T
	ctx   context.Context
	store *store.Store
	vault *vault.Vault
	gate  *auth.Gate
	live  verno.TenantID
	test  verno.TenantID
	owner auth.Staff
	boss  verno.Actor // the owner, logged in
	place verno.StoreID

	mu     sync.Mutex
	events []verno.Event
}

// each runs fn on every engine.
func each(t *testing.T, fn func(b *bundle)) {
	t.Helper()
	storetest.Each(t, func(t *testing.T, s *store.Store) {
		t.Helper()
		fn(setup(t, s))
	})
}

// setup hashes cheaply, as tests hash often.
func setup(t *testing.T, s *store.Store) *bundle {
	t.Helper()
	b := &bundle{t: t, ctx: t.Context(), store: s}
	key := make([]byte, 32)
	rand.Read(key)
	keks, err := vault.ParseKEKs(base64.StdEncoding.EncodeToString(key))
	b.must(err)
	b.vault, err = vault.Open(b.ctx, s, keks, now, vault.Options{})
	b.must(err)
	b.gate = b.newGate()
	b.live, b.test, err = b.gate.CreateTenant(b.ctx, "Кофейни «Верно»", "ru", now)
	b.must(err)
	b.owner, err = b.gate.CreateOwner(b.ctx, b.live, auth.NewStaff{Name: "Ольга", Login: "Olga@example.com", Password: password}, now)
	b.must(err)
	b.boss = b.person(b.login("olga@example.com", now))
	b.place = b.newPlace()
	return b
}

// newGate is another process with the same database and keys.
func (b *bundle) newGate() *auth.Gate {
	return auth.New(auth.Config{
		Store: b.store, Vault: b.vault, Entropy: rand.Reader, Hashing: auth.Hashing{Memory: 64, Passes: 1, Parallel: 2},
		Record: func(_ context.Context, _ *store.Tx, e verno.Event) error {
			b.mu.Lock()
			defer b.mu.Unlock()
			b.events = append(b.events, e)
			return nil
		},
	})
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
	e := verno.AsError(err)
	if e == nil {
		b.t.Fatalf("nothing is refused, want %s", code)
	}
	for _, f := range e.Fields {
		if f.Pointer+" "+f.Code == code {
			return
		}
	}
	if e.Code != code {
		b.t.Fatalf("refused: %v, want %s", err, code)
	}
	if _, known := verno.Codes()[e.Code]; !known {
		b.t.Errorf("%s is in no catalogue", e.Code)
	}
}

func (b *bundle) newPlace() verno.StoreID {
	b.t.Helper()
	return b.placeOf(b.live)
}

func (b *bundle) placeOf(tenant verno.TenantID) verno.StoreID {
	b.t.Helper()
	place := verno.Store{
		Tenant: tenant, ID: verno.NewID[verno.StoreID](now, rand.Reader), Programme: verno.NewID[verno.ProgrammeID](now, rand.Reader),
		Issuer: verno.NewID[verno.IssuerID](now, rand.Reader), Name: "Покровка", TimeZone: "Europe/Moscow", CreatedAt: now, UpdatedAt: now,
	}
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		_, err := tx.InsertPlace(b.ctx, place)
		return err
	}))
	return place.ID
}

func (b *bundle) login(login string, at time.Time) auth.Opened {
	b.t.Helper()
	opened, err := b.gate.Login(b.ctx, auth.Login{Login: login, Password: password, Address: address}, at)
	b.must(err)
	return opened
}

// person is who a session is.
func (b *bundle) person(o auth.Opened) verno.Actor {
	b.t.Helper()
	a, err := b.gate.Authenticate(b.ctx, auth.Credential{Session: o.Token}, now)
	b.must(err)
	return a
}

// hire adds somebody with a role and the usual password.
func (b *bundle) hire(role verno.Role, login string) (auth.Staff, verno.Actor) {
	b.t.Helper()
	s, err := b.gate.CreateStaff(b.ctx, b.boss, auth.NewStaff{Name: login, Role: role, Login: login, Password: password}, now)
	b.must(err)
	return s, b.person(b.login(login, now))
}

// till adds a till and pairs it.
func (b *bundle) till() (auth.Terminal, string) {
	b.t.Helper()
	t, err := b.gate.CreateTerminal(b.ctx, b.boss, auth.NewTerminal{Store: b.place, Name: "Касса 1"}, now)
	b.must(err)
	return t, b.pair(t.ID)
}

func (b *bundle) pair(id verno.TerminalID) string {
	b.t.Helper()
	p, err := b.gate.NewPairing(b.ctx, b.boss, id, now)
	b.must(err)
	paired, err := b.gate.Pair(b.ctx, p.Code, address, now)
	b.must(err)
	return paired.Token
}

func (b *bundle) cashier(name, pin string) auth.Staff {
	b.t.Helper()
	s, err := b.gate.CreateStaff(b.ctx, b.boss, auth.NewStaff{Name: name, Role: verno.RoleCashier, Store: b.place, PIN: pin}, now)
	b.must(err)
	return s
}

func (b *bundle) bearer(token string) verno.Actor {
	b.t.Helper()
	a, err := b.gate.Authenticate(b.ctx, auth.Credential{Bearer: token}, now)
	b.must(err)
	return a
}

// valid says whether a token opens anything at a gate.
func (b *bundle) valid(g *auth.Gate, token string, at time.Time) bool {
	b.t.Helper()
	_, err := g.Authenticate(b.ctx, auth.Credential{Bearer: token}, at)
	if err != nil && !errors.Is(err, verno.Unauthorised("credential_invalid")) {
		b.t.Fatal(err)
	}
	return err == nil
}

// told says whether the last event with this content was recorded.
func (b *bundle) told(what, subject string) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, e := range b.events {
		if e.Detail["what"] == what && e.Subject == subject && e.Kind == verno.EventAccess && !e.Tenant.IsZero() && !e.At.IsZero() {
			return true
		}
	}
	return false
}

func (b *bundle) confirm(a verno.Actor, code string, at time.Time) error {
	_, err := b.gate.ConfirmSecondFactor(b.ctx, a, code, at)
	return err
}

func codeOf(t *testing.T, secret string, at time.Time) string {
	t.Helper()
	code, err := totp.GenerateCode(secret, at)
	if err != nil {
		t.Fatal(err)
	}
	return code
}
