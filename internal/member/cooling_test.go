package member_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestPhoneChangeCools: after staff changed a phone nothing is spent for two days, nobody ends that early, and the audit
// tells of it; a first phone and other fields cool nothing.
func TestPhoneChangeCools(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(vault.Person{FirstName: "Анна"})
		change := func(c member.Change) member.View {
			t.Helper()
			v, err := b.roll.Read(b.ctx, b.actor, m.ID)
			b.must(err)
			v, err = b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, v.Revision, c)
			b.must(err)
			return v
		}
		first, name, second, none := "+79161234567", "Мария", "+79169999999", ""
		change(member.Change{Phone: &first})
		if v := change(member.Change{FirstName: &name, Phone: &first}); !v.Cooling.IsZero() {
			t.Errorf("cools until %v", v.Cooling)
		}
		if v := change(member.Change{Phone: &second}); !v.Cooling.Equal(b.clock().Add(48*time.Hour)) || v.Frozen {
			t.Errorf("cools until %v", v.Cooling)
		}
		_, err := b.roll.Unfreeze(b.ctx, b.actor, m.ID)
		b.must(err)
		if !b.points(m.ID).Frozen || b.count(verno.EventPhoneChanged) != 1 {
			t.Error("the account does not cool, or nobody was told")
		}
		for _, e := range b.events() {
			for _, v := range e.Detail {
				b.silent("the audit", v, vault.Person{FirstName: name})
			}
		}
		b.later(48 * time.Hour)
		if b.points(m.ID).Frozen {
			t.Error("it cools for ever")
		}
		if v := change(member.Change{Phone: &none}); !v.Cooling.Equal(b.clock().Add(48 * time.Hour)) {
			t.Error("a phone that is taken away cools nothing")
		}
		b.later(48 * time.Hour)
		change(member.Change{Phone: &first})
		b.roll.Cooling = -1
		if change(member.Change{Phone: &second}); b.points(m.ID).Frozen {
			t.Error("it cools although that was turned off")
		}
	})
}

// TestNoWayAroundCooling: another system's list changes a phone, and a merge brings value under another one.
func TestNoWayAroundCooling(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		rows := []member.Row{{Enrol: member.Enrol{ExternalID: "x1", Person: anna()}}}
		out, err := b.roll.BulkUpsert(b.ctx, b.actor, b.clock(), rows)
		b.must(err)
		rows[0].Person.Phone = "+79169999999"
		_, err = b.roll.BulkUpsert(b.ctx, b.actor, b.clock(), rows)
		b.must(err)
		if !b.points(out[0].Member).Frozen {
			t.Error("a list of members goes around it")
		}
		victim, thief := b.enrol(vault.Person{Phone: "+79037770000"}), b.enrol(boris())
		b.give(victim.ID, 500)
		_, err = b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: victim.ID, Into: thief.ID})
		b.must(err)
		if p := b.points(thief.ID); p.Balance != 500 || !p.Frozen {
			t.Errorf("merging goes around it: %+v", p)
		}
		plastic, phone := b.enrol(vault.Person{}), b.enrol(vault.Person{Phone: "+79031112233"})
		b.give(plastic.ID, 5)
		_, err = b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: plastic.ID, Into: phone.ID})
		b.must(err)
		if b.points(phone.ID).Frozen {
			t.Error("a card without a phone that joins one cools")
		}
	})
}
