package member_test

import (
	"errors"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestPIN: a member sets, changes and drops a PIN, nobody else sets one, none is easy to guess, and the database does not
// have it.
func TestPIN(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		s, err := b.roll.Session(b.ctx, b.open(m, ""), b.clock())
		b.must(err)
		a := s.Actor()
		for _, pin := range []string{"", "12", "7390412", "1234", "0000", "4567"} {
			if err := b.roll.SetPIN(b.ctx, a, b.clock(), m.ID, pin); err == nil || verno.AsError(err).Kind != verno.KindInvalid {
				b.t.Errorf("%q is set: %v", pin, err)
			}
		}
		b.refused(b.roll.SetPIN(b.ctx, b.actor, b.clock(), m.ID, "7390"), "permission_missing")
		other := b.enrol(vault.Person{FirstName: "Борис"})
		b.refused(b.roll.SetPIN(b.ctx, a, b.clock(), other.ID, "7390"), "permission_missing")
		known := func(want member.PIN) {
			b.t.Helper()
			p, err := b.roll.PIN(b.ctx, a, m.ID)
			b.must(err)
			if p.SetAt = want.SetAt; p != want {
				b.t.Errorf("known of the PIN is %+v", p)
			}
		}
		known(member.PIN{})
		b.must(b.roll.SetPIN(b.ctx, a, b.clock(), m.ID, "7390"))
		known(member.PIN{Set: true})
		kept, err := b.store.Reader().MemberPIN(b.ctx, a.Tenant, m.ID)
		b.must(err)
		for pin, want := range map[string]bool{"7390": true, "7391": false} {
			if same, err := b.roll.Vault.CheckPIN(b.ctx, a.Tenant, m.ID, kept.Hash, pin); err != nil || same != want {
				b.t.Errorf("%s: %v, %v", pin, same, err)
			}
		}
		if same, err := b.roll.Vault.CheckPIN(b.ctx, a.Tenant, other.ID, kept.Hash, "7390"); err != nil || same {
			b.t.Errorf("the hash of one member is good for another: %v, %v", same, err)
		}
		b.must(b.roll.DropPIN(b.ctx, a, b.clock(), m.ID))
		b.must(b.roll.DropPIN(b.ctx, a, b.clock(), m.ID))
		known(member.PIN{})
	})
}

// TestPINGoesWithItsMember: nothing is left of the PIN of a member who is forgotten, or who has become another.
func TestPINGoesWithItsMember(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for _, end := range []func(m, into verno.MemberID) error{
			func(m, _ verno.MemberID) error { return b.roll.Erase(b.ctx, b.actor, b.clock(), m, "") },
			func(m, into verno.MemberID) error {
				_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: m, Into: into})
				return err
			},
		} {
			m, into := b.enrol(vault.Person{}), b.enrol(vault.Person{})
			s, err := b.roll.Session(b.ctx, b.open(m, ""), b.clock())
			b.must(err)
			b.must(b.roll.SetPIN(b.ctx, s.Actor(), b.clock(), m.ID, "7390"))
			b.must(end(m.ID, into.ID))
			for _, id := range []verno.MemberID{m.ID, into.ID} {
				if _, err := b.store.Reader().MemberPIN(b.ctx, b.actor.Tenant, id); !errors.Is(err, store.ErrNotFound) {
					b.t.Errorf("a PIN is left: %v", err)
				}
			}
		}
	})
}
