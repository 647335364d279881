package campaign_test

import (
	"testing"

	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/money"
)

// TestMechanics: each way to begin works out its example by the rules, and puts just that into force, in place of what
// was promised before.
func TestMechanics(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		for _, c := range []struct {
			m          campaign.Mechanic
			discount   money.Amount
			earn       money.Points
			promotions int
		}{
			{campaign.Mechanic{Kind: "points", Percent: 500, Share: 5_000, Welcome: 100}, 0, 25, 2},
			{campaign.Mechanic{Kind: "stamps", Needed: 6, Reward: 200}, 0, 0, 1},
			{campaign.Mechanic{Kind: "levels", Off: [3]money.Percent{300, 500, 1_000}, From: [2]money.Amount{10_000_00, 30_000_00}}, 15_00, 0, 3},
		} {
			e, err := c.m.Try(p.Draft, 500_00, now)
			b.must(err)
			if e.Discount != c.discount || e.Earn != c.earn {
				b.t.Errorf("%s: %+v", c.m.Kind, e)
			}
			for range 2 {
				b.must(b.office.Begin(b.ctx, b.actor, now, b.made.Programme, "ru", c.m))
			}
			v, err := b.store.Reader().PublishedVersion(b.ctx, b.actor.Tenant, b.made.Programme)
			b.must(err)
			if len(v.Promotions) != c.promotions {
				b.t.Errorf("%s has %d promotions in force", c.m.Kind, len(v.Promotions))
			}
		}
		err = b.office.Begin(b.ctx, b.actor, now, b.made.Programme, "ru", campaign.Mechanic{Kind: "levels", Off: [3]money.Percent{300, 0, 1_000}})
		b.wrong(err, "/off2", "number_range")
		b.wrong(err, "/from2", "required")
	})
}

// TestSetupAddress: an address becomes a session once and for a day; there is none where somebody is an owner.
func TestSetupAddress(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		token, err := b.office.NewSetup(b.ctx, now)
		b.must(err)
		b.refused(b.office.SetupWaits(b.ctx, token, now.Add(campaign.SetupLife)), "setup_over")
		session, err := b.office.BeginSetup(b.ctx, token, now)
		b.must(err)
		_, err = b.office.BeginSetup(b.ctx, token, now)
		b.refused(err, "setup_over")
		tenant, err := b.office.Setup(b.ctx, session, now)
		b.must(err)
		if tenant != b.actor.Tenant {
			b.t.Errorf("what was begun is not gone on with: %s", tenant)
		}
		b.must(b.office.SetStep(b.ctx, b.actor, now, "rules", false))
		b.must(b.office.SetStep(b.ctx, b.actor, now, "business", true))
		p, err := b.office.Progress(b.ctx, b.actor)
		b.must(err)
		if p.Next() != "texts" || len(p.Open()) != 4 {
			b.t.Errorf("%+v", p)
		}
		b.must(b.office.EndSetup(b.ctx, b.actor, now, session))
		_, err = b.office.Setup(b.ctx, session, now)
		b.refused(err, "setup_over")
		_, err = b.office.Setup(b.ctx, "", now)
		b.refused(err, "setup_over")
	})
}
