package checkout_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// showing are the kinds of proof by which a till knows a member, each as a presence of the first till or, of what only an
// integration has, of the one that may do all.
var showing = map[verno.Method]func(b *bundle, g *guest) (verno.Actor, string){
	verno.MethodStaticCode: func(b *bundle, g *guest) (verno.Actor, string) { return b.at(0), b.scan(b.at(0), g.static()) },
	verno.MethodCardNumber: func(b *bundle, g *guest) (verno.Actor, string) { return b.at(0), b.scan(b.at(0), g.secret.Number) },
	verno.MethodPhone:      func(b *bundle, _ *guest) (verno.Actor, string) { return b.at(0), b.scan(b.at(0), "+7 916 123-45-67") },
	verno.MethodLiveCode:   func(b *bundle, g *guest) (verno.Actor, string) { return b.at(0), b.show(b.at(0), g) },
	verno.MethodMemberID:   func(b *bundle, g *guest) (verno.Actor, string) { return b.boss, b.known(g) },
	verno.MethodNFC: func(b *bundle, g *guest) (verno.Actor, string) {
		b.later(2 * time.Minute) // Keys of readers are kept open for one.
		if b.till.NFCKeys == nil {
			ring(b)
		}
		keys, err := b.till.NFCKeys(b.ctx, b.boss.Tenant)
		b.must(err)
		found, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{NFC: vasOf(keys[1], passType, g.says(), b.clock())})
		b.must(err)
		return b.at(0), found.Presence
	},
	verno.MethodPIN: func(b *bundle, g *guest) (verno.Actor, string) {
		b.pinned(b.phone(g))
		return b.at(0), b.prove(b.at(0), b.scan(b.at(0), g.static()), rightPIN, "")
	},
}

// TestPolicyOfProofs: what each kind of proof may do. A code that anybody could copy identifies, earns, pays in, and spends
// a small number of points a day, never money; a certificate is good for whoever holds it; what proves that the member is there spends all; a return and a receipt
// from an offline till ask for no proof, as the one undoes what was proved and the other has happened.
func TestPolicyOfProofs(t *testing.T) {
	t.Parallel()
	for method, show := range showing {
		t.Run(string(method), func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bundle) {
				g := b.enrol(anna)
				b.give(g, 500)
				b.topUp(g, 500_00)
				above, paid := "", ""
				if !method.Strong() {
					above, paid = "totals_changed", "strength_needed"
				}
				for _, c := range []struct {
					what  string
					spend money.Points
					other verno.Tender
					want  string
				}{
					{"earn", 0, verno.Tender{}, ""},
					{"under the limit", 60, verno.Tender{}, ""},
					{"above it", 150, verno.Tender{}, above},
					{"stored money", 0, stored(1_00), paid},
					{"a certificate", 0, paying(b.sellGift(b.gift(), 1000_00).Machine, 100_00), ""},
				} {
					b.later(24 * time.Hour)
					a, p := show(b, g)
					s := b.saleOf(p, tea(400_00), c.spend)
					promised := b.quote(a, s)
					short := method != verno.MethodMemberID && len(promised.Needs) > 0
					if short == method.Strong() {
						t.Errorf("%s: needs %v", c.what, promised.Needs)
					}
					commit := b.commitOf(a, s, promised)
					if left := c.spend - promised.Outcome.Totals.Points; left != 0 { // As a till would that believes itself.
						commit.Totals.Points += left
						commit.Totals.Redeemed += money.Amount(left) * 100
						commit.Totals.Payable -= money.Amount(left) * 100
						commit.Tenders = []verno.Tender{cash(commit.Totals.Payable)}
					}
					if c.other.Amount > 0 {
						commit.Tenders = []verno.Tender{c.other, cash(commit.Totals.Payable - c.other.Amount)}
					}
					r, _, err := b.till.Commit(b.ctx, a, commit)
					if codeOf(err) != c.want {
						t.Errorf("%s: %v, want %q", c.what, err, c.want)
					}
					if err == nil && (r.Method != method || r.Totals.Points != c.spend || r.Totals.Earn == 0 && c.spend == 0) {
						t.Errorf("%s: receipt %+v by %s", c.what, r.Totals, r.Method)
					}
					if err == nil {
						b.back(r)
					}
				}
				a, p := show(b, g)
				key := b.name("top-up")
				_, _, err := b.till.TopUp(b.ctx, a, checkout.TopUp{
					Key: key, BodyHash: hash(key), Presence: p, Amount: 10_00, Tender: verno.TenderCash, Store: b.made.Store,
				})
				b.must(err)
				if pts := b.points(g); pts.Available != 500 || pts.Stored[0].Amount != 510_00 {
					t.Errorf("left %+v", pts)
				}
			})
		})
	}
}

// TestPolicyOffline: what an offline till took by a static code has happened and is booked, beyond the limit too, and counts
// for no limit; what was short is a debt that somebody is told of.
func TestPolicyOffline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 300)
		b.topUp(g, 50_00)
		b.later(2 * time.Hour)
		out := b.replay(b.offline(g.static(), 400_00, func(q *checkout.Replay) {
			q.Sale.Spend, q.Tenders = 350, []verno.Tender{stored(50_00)}
			q.Charged = new(money.Amount(50_00))
		}))
		b.became(out[0], "applied", "")
		if out[0].Debt != 50 || len(b.tasks("points_debt")) != 1 {
			t.Errorf("owes %d", out[0].Debt)
		}
		b.give(g, 500)
		a := b.at(0)
		r := b.sell(a, b.saleOf(b.scan(a, g.static()), tea(900_00), -1))
		if r.Totals.Points != 100 {
			t.Errorf("after it a static code spends %d", r.Totals.Points)
		}
	})
}
