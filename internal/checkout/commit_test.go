package checkout_test

import (
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// TestSale: what was quoted is committed with any split of tenders, points are earned on what was paid for in money, and a
// quote writes nothing.
func TestSale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 300)
		b.topUp(g, 150_00)
		a := b.at(0)
		s := b.saleOf(b.show(a, g), basket(line("tea", 2*money.One, 100_00), line("cake", 1500, 333_33)), -1)
		before := b.shapeOf(g)
		q := b.quote(a, s)
		for range 3 {
			if again := b.quote(a, s); !cmp.Equal(again.Outcome, q.Outcome) || again.StoredMax != 150_00 {
				t.Errorf("quoted again: %+v", again)
			}
		}
		b.unchanged(before, g)
		want := verno.Totals{Gross: 700_00, Points: 300, Redeemed: 300_00, Payable: 400_00, Earn: 20}
		if q.Outcome.Totals != want || q.Outcome.MaxPoints != 300 || q.Version != 2 || q.Programme != b.made.Programme {
			t.Errorf("quote %+v", q)
		}
		points := verno.Tender{Kind: verno.TenderPoints, Amount: 300_00, Points: 300}
		r := b.commit(a, b.commitOf(a, s, q, stored(150_00), points, bank(200_00)))
		tenders := []verno.Tender{points, stored(150_00), bank(200_00), cash(50_00)}
		if r.Totals != want || !cmp.Equal(r.Tenders, tenders) || r.Store != b.made.Store || r.Terminal != b.tills[0] || r.Method != verno.MethodLiveCode {
			t.Errorf("receipt %+v", r)
		}
		b.has(g, 20)
		if p := b.points(g); len(p.Stored) != 0 {
			t.Errorf("stored money is left: %+v", p.Stored)
		}
	})
}

// TestTenders: the parts must be what is to be paid, no more and no less, of kinds that there are, and stored money must be
// there, of the member, by a proof of presence.
func TestTenders(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 50)
		b.topUp(g, 80_00)
		a := b.at(0)
		live, static := b.show(a, g), b.scan(a, g.static())
		try := func(presence string, spend money.Points, want string, tenders ...verno.Tender) checkout.Commit {
			t.Helper()
			s := b.saleOf(presence, tea(100_00), spend)
			c := b.commitOf(a, s, b.quote(a, s))
			c.Tenders = tenders
			_, _, err := b.till.Commit(b.ctx, a, c)
			b.refused(err, want)
			if want != "" && want != "insufficient_money" && !b.unseen(c.Key) {
				t.Errorf("%s used the key up", want)
			}
			return c
		}
		try(live, 0, "tenders_mismatch")
		try(live, 0, "tenders_mismatch", cash(99_99))
		try(live, 0, "tenders_mismatch", cash(100_01))
		try(live, 0, "tenders_mismatch", cash(50_00), bank(49_00))
		try(live, 50, "tenders_mismatch", cash(100_00))
		try(live, 50, "invalid_request", cash(50_00), verno.Tender{Kind: verno.TenderPoints, Points: 49, Amount: 49_00})
		all := verno.Tender{Kind: verno.TenderPoints, Points: 50, Amount: 50_00}
		try(live, 50, "invalid_request", cash(50_00), all, all)
		try(live, 0, "invalid_request", cash(150_00), cash(-50_00))
		try(live, 0, "invalid_request", cash(money.MaxAmount+1))
		try(live, 0, "invalid_request", verno.Tender{Kind: "gold", Amount: 100_00})
		try(live, 0, "invalid_request", verno.Tender{Kind: verno.TenderCash, Amount: 100_00, Points: 5})
		try(live, 0, "invalid_request", verno.Tender{Kind: verno.TenderCash, Amount: 100_00, Reference: strings.Repeat("4", 201)})
		try(live, 0, "invalid_request", make([]verno.Tender, 21)...)
		try(static, 0, "strength_needed", stored(1), cash(99_99))
		try("", 0, "spend_needs_member", stored(100_00))
		refused := try(live, 0, "insufficient_money", stored(80_01), cash(19_99))
		b.topUp(g, 100_00)
		_, _, err := b.till.Commit(b.ctx, a, refused)
		b.refused(err, "insufficient_money") // The refusal stands under its key for ever.
		try(live, 50, "", stored(50_00))
		if p := b.points(g); p.Available != 2 || len(p.Stored) != 1 || p.Stored[0].Amount != 130_00 {
			t.Errorf("left %+v", p)
		}
	})
}

// TestTotalsChanged: where version, time, limits or balance give other totals than were quoted, the commit is told the new
// ones and goes through with them under the same key, which stayed free.
func TestTotalsChanged(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(b *bundle, g *guest, other *guest){
		"version": func(b *bundle, _, _ *guest) { b.promote("percent_discount", `{"percent":"10"}`) },
		"time":    func(b *bundle, _, _ *guest) { b.later(2 * time.Minute) },
		"limits": func(b *bundle, _, other *guest) {
			b.sell(b.boss, b.saleOf(b.known(other), basket(line("bread", money.One, 10_00)), 0))
		},
		"balance": func(b *bundle, g, _ *guest) {
			_, err := b.roll.Adjust(b.ctx, b.boss, b.clock(), member.Adjust{Member: g.ID, Points: -30, Reason: "correction"})
			b.must(err)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bundle) {
				// In Moscow it is 15:00; happy hours end in a minute.
				b.promote("percent_discount", `{"percent":"20"}`, goods("tea"), func(p *verno.Promotion) {
					p.Schedule.Hours = []verno.Hours{{From: "14:00", Until: "15:01"}}
				})
				b.promote("fixed_discount", `{"amount":300,"on":"line"}`, goods("bread"), limits(verno.Limits{Total: 1}))
				g, other := b.enrol(), b.enrol()
				b.give(g, 50)
				a := b.at(0)
				s := b.saleOf(b.show(a, g), basket(line("tea", money.One, 100_00), line("bread", money.One, 30_00)), -1)
				q := b.quote(a, s)
				if q.Outcome.Totals.Discount != 23_00 || q.Outcome.Totals.Points != 50 {
					t.Fatalf("quote %+v", q.Outcome.Totals)
				}
				c := b.commitOf(a, s, q)
				change(b, g, other)
				_, _, err := b.till.Commit(b.ctx, a, c)
				b.refused(err, "totals_changed")
				e := verno.AsError(err)
				fresh, ok := e.Data.(*checkout.Quote)
				if !ok || e.Kind != verno.KindConflict || fresh.Outcome.Totals == q.Outcome.Totals || !b.unseen(c.Key) {
					t.Fatalf("told %+v", e)
				}
				if again := b.quote(a, s); again.Outcome.Totals != fresh.Outcome.Totals || again.Version != fresh.Version {
					t.Errorf("told %+v, quoted %+v", fresh.Outcome.Totals, again.Outcome.Totals)
				}
				c.Totals, c.Tenders = fresh.Outcome.Totals, []verno.Tender{cash(fresh.Outcome.Totals.Payable)}
				if r := b.commit(a, c); r.Totals != fresh.Outcome.Totals || r.Version != fresh.Version {
					t.Errorf("receipt %+v", r.Totals)
				}
			})
		})
	}
}

// TestRulesPublishedBetween: a version that was published after the quote decides, even where the totals stay the same.
func TestRulesPublishedBetween(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		a := b.at(0)
		s := b.saleOf(b.show(a, g), tea(100_00), 0)
		c := b.commitOf(a, s, b.quote(a, s))
		b.promote("points_multiplier", `{"times":3}`)
		if r := b.commit(a, c); r.Version != 3 || r.Totals.Earn != 15 {
			t.Errorf("version %d, earned %d", r.Version, r.Totals.Earn)
		}
		b.has(g, 15)
	})
}

// TestExactlyOnce: a commit that is repeated, at once or when the presence is long gone, gets the very receipt of the first,
// to the last field; another body under the key is refused, and so is the same checkout or number under another key.
func TestExactlyOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("percent_discount", `{"percent":"7"}`, goods("tea"))
		b.promote("stamps", `{"needed":5,"reward":"piece"}`, goods("tea"), limits(verno.Limits{Total: 100, PerMember: 100}))
		g := b.enrol(anna)
		b.give(g, 90)
		a := b.at(0)
		s := b.saleOf(b.show(a, g), basket(line("tea", 3*money.One, 99_99), line("чай «Ёлка»", 1333, 7_77)), 30)
		s.Basket.Lines[1].VAT, s.Basket.Lines[1].Name, s.Basket.Coupons = 1000, "Чай \"Ёлка\"", []string{"ТЕА"}
		c := b.commitOf(a, s, b.quote(a, s), bank(100_00))
		c.Shift = "смена 1"
		fresh, receipts := atomic.Int64{}, make([]*verno.Receipt, 20)
		var all sync.WaitGroup
		for i := range receipts {
			all.Go(func() {
				r, replayed, err := b.till.Commit(b.ctx, a, c)
				if err != nil {
					t.Error(err)
				}
				if !replayed {
					fresh.Add(1)
				}
				receipts[i] = r
			})
		}
		all.Wait()
		b.later(time.Hour)
		late, replayed, err := b.till.Commit(b.ctx, a, c)
		b.must(err)
		read, err := b.till.Receipt(b.ctx, a, late.ID)
		b.must(err)
		if fresh.Load() != 1 || !replayed {
			t.Errorf("%d were fresh", fresh.Load())
		}
		for _, r := range append(slices.Clip(receipts), read) {
			if diff := cmp.Diff(late, r, same...); diff != "" {
				t.Fatalf("another receipt:\n%s", diff)
			}
		}
		b.has(g, 60+late.Totals.Earn)

		other := c
		other.BodyHash = hash("another body")
		_, _, err = b.till.Commit(b.ctx, a, other)
		b.refused(err, "idempotency_key_reused")
		again := b.commitOf(a, b.saleOf("", tea(5_00), 0), b.quote(a, b.saleOf("", tea(5_00), 0)))
		again.CheckoutID = c.CheckoutID
		_, _, err = b.till.Commit(b.ctx, a, again)
		b.refused(err, "checkout_committed")
		again.CheckoutID, again.Number = "", c.Number
		_, _, err = b.till.Commit(b.ctx, a, again)
		b.refused(err, "receipt_exists")
		again.BusinessDate = 20261123
		b.commit(a, again)
		again = b.commitOf(b.at(1), b.saleOf("", tea(5_00), 0), b.quote(b.at(1), b.saleOf("", tea(5_00), 0)))
		again.Number = c.Number
		b.commit(b.at(1), again) // Another till numbers its receipts by itself.
	})
}

// same compares receipts as people see them: a time is a time in any zone, and nothing is nothing.
var same = []cmp.Option{cmpopts.EquateEmpty()}

// TestFrozen: a freeze wins against every spend that has not been committed, at the same moment too; earning goes on.
func TestFrozen(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.at(0)
		for round := range 10 {
			g := b.enrol()
			b.give(g, 100)
			s := b.saleOf(b.show(a, g), tea(100_00), 100)
			c := b.commitOf(a, s, b.quote(a, s))
			var spend error
			var all sync.WaitGroup
			all.Go(func() { _, _, spend = b.till.Commit(b.ctx, a, c) })
			all.Go(func() {
				_, err := b.roll.Freeze(b.ctx, b.boss, g.ID)
				b.must(err)
			})
			all.Wait()
			left := b.points(g).Available
			if code := codeOf(spend); code == "" && left != 0 || code != "" && (left != 100 || code != "presence_stale") {
				t.Errorf("round %d: %v, %d left", round, spend, left)
			}
			fresh := b.saleOf(b.show(a, g), tea(100_00), 1)
			if q := b.quote(a, fresh); q.Outcome.MaxPoints != 0 || q.StoredMax != 0 || !q.Member.Frozen {
				t.Errorf("quote of a frozen account: %+v", q)
			}
			c = b.commitOf(a, fresh, b.quote(a, fresh))
			_, _, err := b.till.Commit(b.ctx, a, c)
			b.refused(err, "account_frozen")
			fresh.Spend = 0
			b.sell(a, fresh)
		}
	})
}

// TestLiveCodeSpendsOnce: the presence of a live code spends once, points or stored money, whatever it goes on to buy.
func TestLiveCodeSpendsOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 500)
		b.topUp(g, 500_00)
		a := b.at(0)
		for _, money := range []bool{false, true} {
			p := b.show(a, g)
			b.sell(a, b.saleOf(p, tea(10_00), 0))
			if money {
				b.sell(a, b.saleOf(p, tea(50_00), 0), stored(50_00))
			} else {
				b.sell(a, b.saleOf(p, tea(50_00), 50))
			}
			if q := b.quote(a, b.saleOf(p, tea(50_00), -1)); q.Outcome.Totals.Points != 0 || q.StoredMax != 0 {
				t.Errorf("a spent code may spend %+v, %d", q.Outcome.Totals, q.StoredMax)
			}
			s := b.saleOf(p, tea(50_00), 50)
			_, _, err := b.till.Commit(b.ctx, a, b.commitOf(a, s, b.quote(a, s)))
			b.refused(err, "code_used")
			s.Spend = 0
			_, _, err = b.till.Commit(b.ctx, a, b.commitOf(a, s, b.quote(a, s), stored(50_00)))
			b.refused(err, "code_used")
			_, _, err = b.till.Hold(b.ctx, a, checkout.PlaceHold{Key: b.name("hold"), Presence: p, Kind: verno.UnitPoints, Amount: 1, Life: time.Hour})
			b.refused(err, "code_used")
			b.sell(a, s)
		}
	})
}

// TestStaticDailyLimit: codes that can be copied spend few points a day, however many tills and sales; the day is the
// shop's, and a shop in the west gives no second limit for a day that has begun in the east.
func TestStaticDailyLimit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.give(g, 1000)
		spend := func(till int, scan string, ask, want money.Points) {
			t.Helper()
			a := b.at(till)
			if r := b.sell(a, b.saleOf(b.scan(a, scan), tea(900_00), ask)); r.Totals.Points != want {
				t.Errorf("spent %d, want %d", r.Totals.Points, want)
			}
		}
		spend(0, g.static(), 60, 60)
		spend(1, "+7 916 123-45-67", -1, 40)
		spend(0, g.secret.Number, -1, 0)
		b.later(3 * time.Hour) // 18:00 in Moscow, tomorrow in Vladivostok.
		spend(2, g.static(), 70, 70)
		spend(0, g.static(), -1, 30)
		spend(2, g.static(), -1, 0)
		spend(1, g.static(), -1, 0)
		b.later(24 * time.Hour)
		spend(0, g.static(), -1, 0) // Moscow's tomorrow was spent in the east.
		spend(2, g.static(), -1, 100)

		b.later(48 * time.Hour)
		a := b.at(0)
		p := b.scan(a, g.static())
		s := b.saleOf(p, tea(900_00), 40)
		var total atomic.Int64
		var all sync.WaitGroup
		q := b.quote(a, s)
		for range 10 {
			c := b.commitOf(a, s, q)
			all.Go(func() {
				switch r, _, err := b.till.Commit(b.ctx, a, c); codeOf(err) {
				case "":
					total.Add(int64(r.Totals.Points))
				case "totals_changed":
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if total.Load() != 80 {
			t.Errorf("spent %d at once", total.Load())
		}
	})
}

// TestAnonymousSale: nobody shows a card: prices are what they are, nothing is earned, and nothing can be spent.
func TestAnonymousSale(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("percent_discount", `{"percent":"10"}`, func(p *verno.Promotion) { p.Audience.Anonymous = true })
		b.promote("percent_discount", `{"percent":"50"}`)
		a := b.at(0)
		r := b.sell(a, b.saleOf("", tea(100_00), 0))
		if r.Totals.Payable != 90_00 || r.Totals.Earn != 0 || !r.Member.IsZero() || !r.Entry.IsZero() || r.Method != verno.MethodNone {
			t.Errorf("receipt %+v", r)
		}
		s := b.saleOf("", tea(100_00), -1)
		_, err := b.till.Quote(b.ctx, a, s, checkout.QuoteOptions{})
		b.refused(err, "spend_needs_member")
		_, _, err = b.till.Commit(b.ctx, a, checkout.Commit{Key: "k", Sale: s})
		b.refused(err, "spend_needs_member")
	})
}

// TestPlace: a credential sells where it is bound to, and nowhere else.
func TestPlace(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		try := func(a verno.Actor, s checkout.Sale, want string) {
			t.Helper()
			s.Basket = tea(1_00)
			_, err := b.till.Quote(b.ctx, a, s, checkout.QuoteOptions{})
			b.refused(err, want)
		}
		bound := b.boss
		bound.Store = b.made.Store
		try(b.boss, checkout.Sale{}, "store_missing")
		try(b.boss, checkout.Sale{Store: b.east}, "")
		try(b.boss, checkout.Sale{Terminal: b.tills[2]}, "")
		try(b.boss, checkout.Sale{Terminal: b.tills[2], Store: b.made.Store}, "invalid_request")
		try(b.boss, checkout.Sale{Terminal: verno.TerminalID{1}}, "store_unknown")
		try(b.boss, checkout.Sale{Store: verno.StoreID{1}}, "store_unknown")
		try(bound, checkout.Sale{}, "")
		try(bound, checkout.Sale{Terminal: b.tills[1]}, "")
		try(bound, checkout.Sale{Terminal: b.tills[2]}, "store_unknown")
		try(bound, checkout.Sale{Store: b.east}, "store_unknown")
		try(b.at(0), checkout.Sale{}, "")
		try(b.at(0), checkout.Sale{Terminal: b.tills[0], Store: b.made.Store}, "")
		try(b.at(0), checkout.Sale{Terminal: b.tills[1]}, "store_unknown")
		try(b.at(0), checkout.Sale{Store: b.east}, "invalid_request")
		nobody := b.at(0)
		nobody.May = verno.MayIdentify
		try(nobody, checkout.Sale{}, "permission_missing")
	})
}
