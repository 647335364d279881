package auth_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

const shop = verno.MayIdentify | verno.MaySell

func TestKeysAreMadeAndRevoked(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		key, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Сайт", Scopes: shop, ExpiresAt: now.Add(time.Hour)}, now)
		b.must(err)
		want := verno.Actor{Tenant: b.live, APIKey: key.ID, May: shop, Live: true}
		if a := b.bearer(secret); a != want {
			b.t.Errorf("it is %+v, want %+v", a, want)
		}
		if !strings.HasPrefix(secret, "sk_live_") || len(secret) != 8+32 || !strings.HasSuffix(secret, key.Hint) || len(key.Hint) != 4 {
			b.t.Errorf("secret %q, hint %q", secret, key.Hint)
		}
		if b.valid(b.gate, secret, now.Add(time.Hour)) {
			b.t.Error("it does not expire")
		}
		for _, forged := range []string{secret + "0", secret[:len(secret)-1], "sk_test_" + secret[8:], strings.ToUpper(secret), "sk_live_", "x"} {
			if b.valid(b.gate, forged, now) {
				b.t.Errorf("%q is good", forged)
			}
		}
		b.must(b.gate.RevokeKey(b.ctx, b.boss, key.ID, now))
		b.must(b.gate.RevokeKey(b.ctx, b.boss, key.ID, now))
		if b.valid(b.gate, secret, now) {
			b.t.Error("a revoked key is good")
		}
		got, err := b.gate.Key(b.ctx, b.boss, key.ID)
		if err != nil || !got.RevokedAt.Equal(now) || got.CreatedBy != b.owner.ID.String() {
			b.t.Errorf("%+v, %v", got, err)
		}
		if !b.told("key.created", key.ID.String()) || !b.told("key.revoked", key.ID.String()) {
			b.t.Error("not recorded")
		}
		b.refused(b.gate.RevokeKey(b.ctx, b.boss, verno.APIKeyID{1}, now), "not_found")
	})
}

func TestKeyNeverMayMoreThanItsMaker(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		scopes := shop | verno.MayManageStaff
		_, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Мастер", Scopes: scopes, Store: b.place}, now)
		b.must(err)
		maker := b.bearer(secret)
		try := func(n auth.NewKey) error {
			n.Name = "Ключ"
			_, _, err := b.gate.CreateKey(b.ctx, maker, n, now)
			return err
		}
		b.must(try(auth.NewKey{Scopes: verno.MaySell, Store: b.place}))
		b.refused(try(auth.NewKey{Scopes: verno.MaySell | verno.MayErase, Store: b.place}), "scopes_above")
		b.refused(try(auth.NewKey{Scopes: verno.MaySell}), "store_foreign")
		b.refused(try(auth.NewKey{Scopes: verno.MaySell, Store: b.newPlace()}), "store_foreign")
		b.refused(try(auth.NewKey{Store: b.place}), "/scopes required")
		b.refused(try(auth.NewKey{Scopes: verno.MaySell, Store: b.place, ExpiresAt: now}), "/expires_at time_past")
		_, helper := b.hire(verno.RoleSupport, "support")
		_, _, err = b.gate.CreateKey(b.ctx, helper, auth.NewKey{Name: "Ключ", Scopes: verno.MayFindMembers}, now)
		b.refused(err, "permission_missing")
		_, _, err = b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Ключ", Scopes: shop, Store: verno.StoreID{1}}, now)
		b.refused(err, "/store_id not_known")
	})
}

func TestKeyOfATill(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		till, _ := b.till()
		_, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "1C", Scopes: shop, Terminal: till.ID}, now)
		b.must(err)
		if a := b.bearer(secret); a.Terminal != till.ID || a.Store != b.place {
			b.t.Errorf("it is %+v", a)
		}
		_, _, err = b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "1C", Scopes: shop, Terminal: verno.TerminalID{1}}, now)
		b.refused(err, "/terminal_id not_known")
		b.must(b.gate.RevokeTerminal(b.ctx, b.boss, till.ID, now))
		if b.valid(b.gate, secret, now) {
			b.t.Error("the key of a revoked till is good")
		}
	})
}

// A test key is of the twin: another tenant, with everything of its own.
func TestTestKeys(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		key, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Проба", Scopes: shop | verno.MayManageStaff, Test: true}, now)
		b.must(err)
		a := b.bearer(secret)
		if !strings.HasPrefix(secret, "sk_test_") || a.Tenant != b.test || a.Live || key.Live {
			b.t.Errorf("%s is %+v", secret[:8], a)
		}
		own, _, err := b.gate.CreateKey(b.ctx, a, auth.NewKey{Name: "Ещё", Scopes: shop}, now)
		if err != nil || own.Live {
			b.t.Errorf("a test key made %+v, %v", own, err)
		}
		live, err := b.gate.KeysAfter(b.ctx, b.boss, false, verno.APIKeyID{}, 10)
		if err != nil || len(live) != 0 {
			b.t.Errorf("live keys: %+v, %v", live, err)
		}
		test, err := b.gate.KeysAfter(b.ctx, b.boss, true, verno.APIKeyID{}, 10)
		if err != nil || len(test) != 2 {
			b.t.Errorf("test keys: %+v, %v", test, err)
		}
		b.must(b.gate.RevokeKey(b.ctx, b.boss, key.ID, now))
		if b.valid(b.gate, secret, now) {
			b.t.Error("a revoked test key is good")
		}
		liveKey, _, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Сайт", Scopes: shop}, now)
		b.must(err)
		b.refused(b.gate.RevokeKey(b.ctx, a, liveKey.ID, now), "not_found") // the twin does not see it
	})
}

func TestCredentialsThatAreNone(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		opened := b.login("olga@example.com", now)
		_, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Сайт", Scopes: shop}, now)
		b.must(err)
		_, till := b.till()
		for want, all := range map[string][]auth.Credential{
			"credential_missing": {{}},
			"credential_invalid": {
				{Bearer: "nonsense"},
				{Session: "nonsense"},
				{Session: secret},
				{Bearer: secret, Session: opened.Token},
				{Bearer: till, Session: opened.Token},
				{Bearer: till, Session: "vs_"},
				{Bearer: strings.Repeat("sk_live_", 1<<16)},
				{Session: till},
				{Bearer: opened.Token, Session: opened.Token},
			},
		} {
			for _, c := range all {
				a, err := b.gate.Authenticate(b.ctx, c, now)
				if b.refused(err, want); a != (verno.Actor{}) {
					b.t.Errorf("%.60v is %+v", c, a)
				}
			}
		}
	})
}

// A thousand requests in a row read the database once; a revocation is seen by the next one all the same.
func TestCredentialsAreRemembered(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		key, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Сайт", Scopes: shop}, now)
		b.must(err)
		b.bearer(secret)
		elsewhere := b.newGate()
		for i := range 100 {
			if !b.valid(elsewhere, secret, now.Add(time.Duration(i)*time.Millisecond)) {
				b.t.Fatal("not good")
			}
		}
		b.must(b.gate.RevokeKey(b.ctx, b.boss, key.ID, now))
		if b.valid(b.gate, secret, now) {
			b.t.Error("here it must be seen at once")
		}
		if !b.valid(elsewhere, secret, now.Add(500*time.Millisecond)) {
			b.t.Error("elsewhere it was remembered")
		}
		if b.valid(elsewhere, secret, now.Add(2*time.Second)) {
			b.t.Error("elsewhere it must be seen after two seconds")
		}
	})
}

// Requests that arrive while a key is revoked do not bring it back.
func TestRevocationWinsAgainstReaders(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for range 20 {
			key, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "Сайт", Scopes: shop}, now)
			b.must(err)
			var all sync.WaitGroup
			var stop atomic.Bool
			for range 4 {
				all.Go(func() {
					for !stop.Load() {
						_, _ = b.gate.Authenticate(b.ctx, auth.Credential{Bearer: secret}, now)
					}
				})
			}
			b.must(b.gate.RevokeKey(b.ctx, b.boss, key.ID, now))
			if b.valid(b.gate, secret, now) {
				b.t.Error("it is good right after it was revoked")
			}
			stop.Store(true)
			all.Wait()
			if b.valid(b.gate, secret, now) {
				b.t.Error("it came back")
			}
		}
	})
}
