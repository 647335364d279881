package auth_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/store/storetest"
)

func TestTillIsPairedRevokedAndPairedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		till, token := b.till()
		want := verno.Actor{Tenant: b.live, Terminal: till.ID, Store: b.place, May: verno.TerminalPermissions, Live: true}
		if a := b.bearer(token); a != want || !strings.HasPrefix(token, "tt_") {
			b.t.Errorf("it is %+v, want %+v", a, want)
		}
		elsewhere := b.newGate()
		if !b.valid(elsewhere, token, now) {
			b.t.Fatal("another process does not know it")
		}
		again := b.pair(till.ID)
		if b.valid(b.gate, token, now) || !b.valid(b.gate, again, now) {
			b.t.Error("the new token is to be good, the old one not")
		}
		if b.valid(elsewhere, token, now.Add(2*time.Second)) {
			b.t.Error("another process knows the old one after two seconds")
		}
		b.must(b.gate.RevokeTerminal(b.ctx, b.boss, till.ID, now))
		b.must(b.gate.RevokeTerminal(b.ctx, b.boss, till.ID, now))
		if b.valid(b.gate, again, now) {
			b.t.Error("a revoked till works")
		}
		got, err := b.gate.Terminal(b.ctx, b.boss, till.ID)
		if err != nil || got.Paired || !got.RevokedAt.Equal(now) {
			b.t.Errorf("%+v, %v", got, err)
		}
		if third := b.pair(till.ID); !b.valid(b.gate, third, now) {
			b.t.Error("it cannot be paired again")
		}
	})
}

func TestPairingCodes(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		till, _ := b.till()
		old, err := b.gate.NewPairing(b.ctx, b.boss, till.ID, now)
		b.must(err)
		p, err := b.gate.NewPairing(b.ctx, b.boss, till.ID, now)
		b.must(err)
		if len(p.Code) != 8 || strings.Trim(p.Code, "0123456789") != "" || !p.ExpiresAt.Equal(now.Add(10*time.Minute)) {
			b.t.Errorf("%+v", p)
		}
		wrong := fmt.Sprintf("%08d", (num(p.Code)+1)%100_000_000)
		for i, code := range []string{old.Code, wrong, "", p.Code + "0"} {
			_, err := b.gate.Pair(b.ctx, code, fmt.Sprint("198.51.100.", i), now)
			b.refused(err, "pairing_failed")
		}
		_, err = b.gate.Pair(b.ctx, p.Code, "198.51.100.9", now.Add(10*time.Minute))
		b.refused(err, "pairing_failed")
		for range 5 {
			_, err = b.gate.Pair(b.ctx, wrong, "203.0.113.1", now)
			b.refused(err, "pairing_failed")
		}
		_, err = b.gate.Pair(b.ctx, p.Code, "203.0.113.1", now)
		b.refused(err, "rate_limited")

		var all sync.WaitGroup
		var paired atomic.Int64
		for i := range 10 {
			all.Go(func() {
				if _, err := b.gate.Pair(b.ctx, p.Code, fmt.Sprint("192.0.2.", i), now); err == nil {
					paired.Add(1)
				} else if !errors.Is(err, verno.Unauthorised("pairing_failed")) {
					b.t.Error(err)
				}
			})
		}
		all.Wait()
		if paired.Load() != 1 {
			b.t.Errorf("one code paired %d times", paired.Load())
		}
	})
}

func num(digits string) (n int) {
	for _, d := range digits {
		n = n*10 + int(d-'0')
	}
	return n
}

// However many addresses guess, all together are limited.
func TestPairingIsGuessedFromManyAddresses(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for i := range 200 {
			_, err := b.gate.Pair(b.ctx, "00000000", fmt.Sprint("203.0.113.", i), now)
			b.refused(err, "pairing_failed")
		}
		_, err := b.gate.Pair(b.ctx, "00000000", "198.51.100.1", now)
		b.refused(err, "rate_limited")
	})
}

func TestTerminalsAreChanged(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		till, token := b.till()
		got, err := b.gate.Terminal(b.ctx, b.boss, till.ID)
		b.must(err)
		place, name, external := b.newPlace(), "Касса у окна", "1C-7"
		changed, err := b.gate.ChangeTerminal(b.ctx, b.boss, till.ID, got.Revision, auth.TerminalChange{Store: &place, Name: &name, ExternalID: &external}, now)
		if err != nil || changed.Name != name || changed.Store != place || changed.ExternalID != external {
			b.t.Fatalf("%+v, %v", changed, err)
		}
		if a := b.bearer(token); a.Store != place {
			b.t.Errorf("it is still at %s", a.Store)
		}
		_, err = b.gate.ChangeTerminal(b.ctx, b.boss, till.ID, got.Revision, auth.TerminalChange{Name: &name}, now)
		b.refused(err, "etag_mismatch")
		_, err = b.gate.CreateTerminal(b.ctx, b.boss, auth.NewTerminal{Store: place, Name: "Касса 2", ExternalID: external}, now)
		b.refused(err, "external_id_taken")
		_, err = b.gate.CreateTerminal(b.ctx, b.boss, auth.NewTerminal{Store: verno.StoreID{1}, Name: "Касса 2"}, now)
		b.refused(err, "/store_id not_known")
		_, err = b.gate.CreateTerminal(b.ctx, b.bearer(token), auth.NewTerminal{Store: place, Name: "Касса 2"}, now)
		b.refused(err, "permission_missing")
		b.refused(b.gate.RevokeTerminal(b.ctx, b.boss, verno.TerminalID{1}, now), "not_found")
		b.must(b.gate.Heartbeat(b.ctx, b.bearer(token), 17, now))
		list, err := b.gate.TerminalsAfter(b.ctx, b.boss, verno.TerminalID{}, 10)
		if err != nil || len(list) != 1 || list[0].QueueDepth != 17 || !list[0].SeenAt.Equal(now) {
			b.t.Errorf("%+v, %v", list, err)
		}
		bound := b.boss
		if bound.Store = b.place; bound.Store == place {
			b.t.Fatal("two places are one")
		}
		if list, err = b.gate.TerminalsAfter(b.ctx, bound, verno.TerminalID{}, 10); err != nil || len(list) != 0 {
			b.t.Errorf("bound to another store: %+v, %v", list, err)
		}
	})
}

func TestCashierOpensAShift(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		till, token := b.till()
		vera := b.cashier("Вера", "2580")
		other, err := b.gate.CreateStaff(b.ctx, b.boss, auth.NewStaff{Name: "Глеб", Role: verno.RoleCashier, Store: b.newPlace(), PIN: "4071"}, now)
		b.must(err)
		owner, pin := b.owner, "4071"
		_, err = b.gate.ChangeStaff(b.ctx, b.boss, owner.ID, owner.Revision, auth.StaffChange{PIN: &pin}, now)
		b.must(err)
		b.boss = b.person(b.login("olga@example.com", now))

		list, err := b.gate.Cashiers(b.ctx, b.bearer(token))
		if err != nil || len(list) != 2 || list[0].Name != "Вера" || list[1].Name != "Ольга" {
			b.t.Errorf("cashiers here: %+v, %v", list, err)
		}
		open := func(id verno.StaffID, pin string) (auth.Opened, error) {
			return b.gate.OpenShift(b.ctx, b.bearer(token), auth.PIN{Staff: id, PIN: pin, Shift: "17"}, now)
		}
		shift, err := open(vera.ID, "2580")
		b.must(err)
		a, err := b.gate.Authenticate(b.ctx, auth.Credential{Bearer: token, Session: shift.Token}, now)
		want := verno.Actor{
			Tenant: b.live, Staff: vera.ID, Session: shift.Session, Terminal: till.ID, Store: b.place, Role: verno.RoleCashier,
			May: verno.TerminalPermissions, Live: true,
		}
		if err != nil || a != want {
			b.t.Errorf("she is %+v, %v, want %+v", a, err, want)
		}
		_, err = b.gate.Authenticate(b.ctx, auth.Credential{Session: shift.Token}, now)
		b.refused(err, "till_token_missing")
		_, second := b.till()
		_, err = b.gate.Authenticate(b.ctx, auth.Credential{Bearer: second, Session: shift.Token}, now)
		b.refused(err, "credential_invalid")
		_, err = b.gate.BeginSecondFactor(b.ctx, a, password, now)
		b.refused(err, "person_needed")

		next, err := open(owner.ID, "4071")
		b.must(err)
		_, err = b.gate.Authenticate(b.ctx, auth.Credential{Bearer: token, Session: shift.Token}, now)
		b.refused(err, "credential_invalid") // the shift before has ended
		a, err = b.gate.Authenticate(b.ctx, auth.Credential{Bearer: token, Session: next.Token}, now)
		if err != nil || a.May != verno.TerminalPermissions || a.Role != verno.RoleOwner {
			b.t.Errorf("an owner at a till: %+v, %v", a, err)
		}
		for name, try := range map[string]func() error{
			"wrong":      func() error { _, err := open(vera.ID, "2581"); return err },
			"elsewhere":  func() error { _, err := open(other.ID, "4071"); return err },
			"nobody":     func() error { _, err := open(verno.StaffID{1}, "4071"); return err },
			"empty":      func() error { _, err := open(vera.ID, ""); return err },
			"another's":  func() error { _, err := open(vera.ID, "4071"); return err },
			"very long":  func() error { _, err := open(vera.ID, strings.Repeat("2580", 1000)); return err },
			"with space": func() error { _, err := open(vera.ID, " 2580"); return err },
		} {
			if err := try(); !errors.Is(err, verno.Unauthorised("pin_failed")) && !errors.Is(err, verno.Limited("rate_limited", 0)) {
				b.t.Errorf("%s: %v", name, err)
			}
		}
		_, err = b.gate.OpenShift(b.ctx, b.boss, auth.PIN{Staff: vera.ID, PIN: "2580"}, now)
		b.refused(err, "till_needed")
		b.must(b.gate.RevokeTerminal(b.ctx, b.boss, till.ID, now))
		_, err = b.gate.Authenticate(b.ctx, auth.Credential{Bearer: token, Session: next.Token}, now)
		b.refused(err, "credential_invalid")
	})
}

// Somebody who guesses PINs at one till is stopped there; at the next till the cashier goes on.
func TestPINTriesCountPerTill(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, here := b.till()
		_, there := b.till()
		vera := b.cashier("Вера", "2580")
		open := func(token, pin string) error {
			_, err := b.gate.OpenShift(b.ctx, b.bearer(token), auth.PIN{Staff: vera.ID, PIN: pin}, now)
			return err
		}
		for range 5 {
			b.refused(open(here, "9999"), "pin_failed")
		}
		b.refused(open(here, "2580"), "rate_limited")
		b.must(open(there, "2580"))
		for i := range 45 { // in turn, all cashiers of this till
			_, err := b.gate.OpenShift(b.ctx, b.bearer(here), auth.PIN{Staff: verno.StaffID{byte(i + 1)}, PIN: "2580"}, now)
			if i < 30 {
				b.refused(err, "pin_failed")
			}
			if i == 44 {
				b.refused(err, "rate_limited")
			}
		}
	})
}

// While the database is away, what is remembered is good for a moment; then nobody is told that they are somebody else.
func TestGateOverABrokenDatabase(t *testing.T) {
	t.Parallel()
	for _, e := range storetest.Engines(t) {
		t.Run(e.String(), func(t *testing.T) {
			t.Parallel()
			s, err := store.Open(t.Context(), storetest.DSN(t, e), store.Options{})
			if err != nil {
				t.Fatal(err)
			}
			b := setup(t, s)
			_, token := b.till()
			b.bearer(token)
			b.must(s.Close())
			if !b.valid(b.gate, token, now.Add(900*time.Millisecond)) {
				t.Error("it is not remembered")
			}
			for name, ask := range map[string]func() error{
				"till": func() error {
					_, err := b.gate.Authenticate(b.ctx, auth.Credential{Bearer: token}, now.Add(3*time.Second))
					return err
				},
				"log-in": func() error {
					_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: password}, now)
					return err
				},
				"pairing": func() error { _, err := b.gate.Pair(b.ctx, "12345678", address, now); return err },
			} {
				if err := ask(); err == nil || verno.AsError(err).Kind == verno.KindUnauthorised {
					t.Errorf("%s: %v", name, err)
				}
			}
		})
	}
}
