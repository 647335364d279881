package checkout_test

import (
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// aims says at the desk what a member's points are for.
func (b *bundle) aims(g *guest, want verno.AimFor, gift verno.TemplateID) {
	b.t.Helper()
	_, err := b.till.SetAim(b.ctx, b.boss, checkout.SetAim{Member: g.ID, Aim: verno.Aim{For: want, Gift: gift}})
	b.must(err)
}

// TestProposal: a quote proposes what the member has chosen: all points that the sale lets pay, or none, or the gift once it
// is reached. How far it is is told with the balance only; and where nothing was said nothing is proposed.
func TestProposal(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.terms(func(p *verno.Programme) { p.Points.MaxShare = money.Full / 2 })
		coffee, g, a := b.cappuccino(), b.enrol(), b.at(0)
		b.give(g, 120)
		quoted := func(presence string) *checkout.Quote { return b.quote(a, b.saleOf(presence, tea(100_00), 0)) }
		strong := func() *checkout.Quote { return quoted(b.show(a, g)) }
		if q := strong(); q.Proposal != nil || q.Member.Aim != nil {
			t.Errorf("before anything was said: %+v, %+v", q.Proposal, q.Member.Aim)
		}
		b.aims(g, verno.AimDiscount, verno.TemplateID{})
		if q := strong(); q.Proposal.Points != 50 || q.Proposal.Gift != nil || q.Outcome.Totals.Points != 0 {
			t.Errorf("discount: %+v of %+v", q.Proposal, q.Outcome.Totals)
		}
		if q := b.quote(a, b.saleOf("", tea(100_00), 0)); q.Proposal != nil {
			t.Errorf("for nobody: %+v", q.Proposal)
		}
		b.aims(g, verno.AimSave, verno.TemplateID{})
		if q := strong(); q.Proposal.Points != 0 || q.Proposal.Gift != nil || q.Member.Aim.For != verno.AimSave {
			t.Errorf("saving: %+v", q.Proposal)
		}
		b.aims(g, verno.AimGift, coffee)
		q := strong()
		if v := q.Member.Aim.Gift; q.Proposal.Gift != nil || q.Proposal.Points != 0 || v.Reached || *v.Missing != 30 || v.Points != 150 {
			t.Errorf("on the way: %+v", q.Member.Aim.Gift)
		}
		b.give(g, 30)
		if q := strong(); q.Proposal.Gift == nil || q.Proposal.Gift.Template != coffee || *q.Proposal.Gift.Missing != 0 {
			t.Errorf("reached: %+v", q.Proposal)
		}
		if q := quoted(b.scan(a, g.static())); q.Proposal.Gift != nil || q.Member.Aim.Gift.Missing != nil || q.Member.Aim.Gift.Reached {
			t.Errorf("by a static code: %+v", q.Member.Aim.Gift)
		}
		_, err := b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		if q := strong(); q.Proposal.Gift != nil {
			t.Errorf("of a frozen account: %+v", q.Proposal)
		}
		_, err = b.roll.Unfreeze(b.ctx, b.boss, g.ID)
		b.must(err)
		row, err := b.office.Template(b.ctx, b.boss, coffee)
		b.must(err)
		_, err = b.office.ArchiveTemplate(b.ctx, b.boss, b.clock(), coffee, row.Revision)
		b.must(err)
		if q := strong(); q.Proposal.Gift != nil || q.Member.Aim.Gift != nil || q.Member.Aim.For != verno.AimGift {
			t.Errorf("a gift that is no more: %+v", q.Member.Aim)
		}
	})
}

// TestSetAim: what the points are for is said by the member herself, at a till with her card, or by whoever may change
// members, and by nobody else; each change is told once. It goes with a merge, stands in the export, and is forgotten with
// the member.
func TestSetAim(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		coffee, g, into, a := b.cappuccino(), b.enrol(anna), b.enrol(), b.at(0)
		set := func(by verno.Actor, of verno.MemberID, presence string, aim verno.Aim) error {
			_, err := b.till.SetAim(b.ctx, by, checkout.SetAim{Member: of, Presence: presence, Aim: aim})
			return err
		}
		save, gift := verno.Aim{For: verno.AimSave}, verno.Aim{For: verno.AimGift, Gift: coffee}
		is := func(of verno.MemberID, want verno.Aim) {
			t.Helper()
			v, err := b.roll.Read(b.ctx, b.boss, of)
			if b.must(err); v.Aim != want {
				t.Errorf("aims at %+v, want %+v", v.Aim, want)
			}
		}
		b.must(set(b.phone(g), g.ID, "", save))
		b.must(set(b.boss, g.ID, "", save))
		is(g.ID, save)
		b.must(set(a, g.ID, b.scan(a, g.static()), gift))
		is(g.ID, gift)
		if told := b.events(verno.EventAimChanged); len(told) != 2 || told[0].Owner != g.Owner {
			t.Errorf("told %+v", told)
		}
		b.refused(set(b.phone(g), into.ID, "", save), "not_found")
		b.refused(set(a, g.ID, "", save), "permission_missing")
		b.refused(set(a, into.ID, b.scan(a, g.static()), save), "presence_invalid")
		b.refused(set(b.boss, verno.MemberID{9}, "", save), "not_found")
		b.wrong(set(b.boss, g.ID, "", verno.Aim{For: "sell"}), "/for", "unknown_value")
		b.wrong(set(b.boss, g.ID, "", verno.Aim{For: verno.AimGift}), "/template_id", "required")
		b.wrong(set(b.boss, g.ID, "", verno.Aim{For: verno.AimSave, Gift: coffee}), "/template_id", "unknown_value")
		b.refused(set(b.boss, g.ID, "", verno.Aim{For: verno.AimGift, Gift: b.tenOff(``)}), "gift_unknown")
		is(g.ID, gift)
		b.sell(a, b.saleOf(b.scan(a, g.static()), tea(100_00), 0)) // A sale leaves it as it is.
		_, err := b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: g.ID, Into: into.ID})
		b.must(err)
		is(into.ID, gift)
		b.later(time.Hour)
		file, err := b.roll.Export(b.ctx, b.boss, b.clock(), into.ID)
		if b.must(err); !strings.Contains(string(file), `"points_for": "gift"`) || !strings.Contains(string(file), coffee.String()) {
			t.Errorf("exported %s", file)
		}
		b.must(set(b.boss, into.ID, "", verno.Aim{}))
		is(into.ID, verno.Aim{})
		b.must(set(b.boss, into.ID, "", save))
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), into.ID, member.StoredForfeited))
		o, err := b.reader.Owner(b.ctx, b.boss.Tenant, into.Owner)
		if b.must(err); len(o.State.Aims) != 0 {
			t.Errorf("of the erased: %+v", o.State.Aims)
		}
		b.refused(set(b.boss, into.ID, "", save), "not_found")
	})
}
