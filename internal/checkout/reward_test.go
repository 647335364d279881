package checkout_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// TestPointsOnlyOnMoney: points are earned on what is paid, in any money, and not on what points pay.
func TestPointsOnlyOnMoney(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		b.topUp(g, 100_00)
		a := b.at(0)
		if r := b.sell(a, b.saleOf(b.show(a, g), tea(200_00), 100), stored(100_00)); r.Totals.Earn != 5 {
			t.Errorf("earned %d", r.Totals.Earn)
		}
		b.give(g, 100)
		all := b.sell(a, b.saleOf(b.show(a, g), tea(105_00), -1))
		if all.Totals.Earn != 0 || all.Totals.Payable != 0 || len(all.Tenders) != 1 {
			t.Errorf("a sale for points alone: %+v", all)
		}
		b.has(g, 0)
	})
}

// TestWelcomeWaitsForTheFirstPurchase: welcome points are seen at once and can be spent after the first paid purchase. If
// all that was bought goes back, what is left of them waits again.
func TestWelcomeWaitsForTheFirstPurchase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("welcome_bonus", `{"points":200,"until_first":true}`)
		g := b.enrol()
		a := b.at(0)
		if p := b.points(g); p.UntilPurchase != 200 || p.Available != 0 {
			t.Errorf("before the first purchase %+v", p)
		}
		before := b.shapeOf(g)
		free := b.saleOf(b.show(a, g), tea(0), -1)
		b.back(b.sell(a, free)) // Nothing was paid.
		if p := b.points(g); p.UntilPurchase != 200 {
			t.Errorf("after a free purchase %+v", p)
		}
		first := b.sell(a, b.saleOf(b.show(a, g), tea(100_00), -1))
		b.has(g, 205)
		b.back(first)
		b.unchanged(before, g)
		second := b.sell(a, b.saleOf(b.show(a, g), tea(20_00), 0))
		third := b.sell(a, b.saleOf(b.show(a, g), tea(150_00), -1))
		if third.Totals.Points != 150 {
			t.Errorf("spent %d", third.Totals.Points)
		}
		b.back(second)
		if p := b.points(g); p.UntilPurchase != 50 || p.Available != 0 {
			t.Errorf("points alone have paid for what is left: %+v", p)
		}
		b.back(third) // Goods that went back have freed nothing, in whatever order they went.
		b.unchanged(before, g)
	})
}

// TestPointsAlonePayNothing: what points alone have paid for is no paid purchase. When the only one that was paid for goes
// back, the bonus waits again, although something else was bought meanwhile; and it is freed by the next that is paid for.
func TestPointsAlonePayNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("welcome_bonus", `{"points":200,"until_first":true,"expires_days":30}`)
		g := b.enrol()
		b.give(g, 50)
		a := b.at(0)
		paid := b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
		b.has(g, 50+200+5)
		free := b.sell(a, b.saleOf(b.show(a, g), tea(50_00), 50))
		if free.Totals.Payable != 0 {
			t.Fatalf("to pay %+v", free.Totals)
		}
		b.back(paid)
		if p := b.points(g); p.Available != 50 || p.UntilPurchase != 150 || p.Debt != 0 {
			t.Errorf("after the paid purchase went back %+v", p)
		}
		b.back(free)
		if p := b.points(g); p.Available != 50 || p.UntilPurchase != 200 {
			t.Errorf("after the free one went back %+v", p)
		}
		b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
		b.has(g, 50+200+5)
	})
}

// TestWelcomeWithTheFirstPurchase: a bonus for the first purchase is given once; whose purchase goes back gets it with the
// next one, and who was a member before and was erased does not.
func TestWelcomeWithTheFirstPurchase(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		b.promote("welcome_bonus", `{"points":50,"when":"first_purchase"}`)
		g := b.enrol(anna)
		a := b.at(0)
		b.back(b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0)))
		b.has(g, 0)
		b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
		b.has(g, 55)
		b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
		b.has(g, 60)
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), g.ID, ""))
		g = b.enrol(anna)
		b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
		b.has(g, 5)
	})
}

// TestBirthday: the present is given once in the days around the birthday, in the shop's zone, and again if the purchase
// goes back.
func TestBirthday(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("birthday_bonus", `{"points":500,"days_before":1,"days_after":1}`)
		b.promote("birthday_bonus", `{"times":2}`)
		g := b.enrol(func(e *member.Enrol) { e.Person = vault.Person{Birthday: "1990-11-23"} })
		b.give(g, 1)
		a := b.at(0)
		earn := func(want money.Points) *verno.Receipt {
			t.Helper()
			r := b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
			if r.Totals.Earn != want {
				t.Errorf("at %v earned %d, want %d", b.clock(), r.Totals.Earn, want)
			}
			return r
		}
		b.back(earn(505))
		earn(505)
		earn(5)
		b.later(9*time.Hour + time.Minute) // It is the 23rd in Moscow.
		earn(10)
		b.later(24 * time.Hour)
		earn(5)
		b.later(363 * 24 * time.Hour)
		earn(505)
	})
}

// TestBirthdayOnceAYear: more points for every purchase around the birthday end with the days around it, whatever other
// day of birth the member tells meanwhile, and begin again with the next birthday. A purchase that goes back does not
// count.
func TestBirthdayOnceAYear(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("birthday_bonus", `{"times":2,"days_before":1,"days_after":1}`)
		g := b.enrol(func(e *member.Enrol) { e.Person = vault.Person{Birthday: "1990-11-22"} })
		a := b.at(0)
		earn := func(want money.Points) *verno.Receipt {
			t.Helper()
			r := b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
			if r.Totals.Earn != want {
				t.Errorf("at %v earned %d, want %d", b.clock(), r.Totals.Earn, want)
			}
			return r
		}
		born := func(day string) {
			t.Helper()
			v, err := b.roll.Read(b.ctx, b.boss, g.ID)
			b.must(err)
			_, err = b.roll.Update(b.ctx, b.boss, b.clock(), g.ID, v.Revision, member.Change{Birthday: &day})
			b.must(err)
		}
		day := 24 * time.Hour
		b.back(earn(10))
		b.later(day)
		earn(10)
		earn(10)
		for i := range 4 { // The birthday is always today.
			b.later(day)
			born(fmt.Sprintf("1990-11-%d", 24+i))
			earn([]money.Points{10, 10, 5, 5}[i])
		}
		b.later(365 * day)
		earn(10)
	})
}

// TestLevels: the spend of the window reaches levels, whose members have benefits, and a return takes it back from the month
// of the sale, which is a month of the shop that sold.
func TestLevels(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.terms(func(p *verno.Programme) {
			p.Levels = verno.LevelTerms{WindowMonths: 2, Levels: []verno.Level{{ID: "base", Name: "Base"}, {ID: "gold", Name: "Gold", From: 1000_00}}}
		})
		b.promote("percent_discount", `{"percent":"10"}`, func(p *verno.Promotion) { p.Audience.Levels = []string{"gold"} })
		g := b.enrol()
		level := func(a verno.Actor, want string, missing money.Amount) {
			t.Helper()
			if q := b.quote(a, b.saleOf(b.show(a, g), tea(100_00), 0)); q.Member.Level != want || q.Member.Missing != missing ||
				(q.Outcome.Totals.Discount > 0) != (want == "gold") {
				t.Errorf("level %s, %d missing, totals %+v", q.Member.Level, q.Member.Missing, q.Outcome.Totals)
			}
		}
		b.later(8*24*time.Hour + 3*time.Hour) // 18:00 on the last of November; in Vladivostok it is December already.
		level(b.at(0), "base", 1000_00)
		before := b.shapeOf(g)
		first := b.sell(b.at(2), b.saleOf(b.show(b.at(2), g), basket(line("tea", money.One, 400_00), line("cup", money.One, 599_99)), 0))
		level(b.at(2), "base", 1)
		level(b.at(0), "base", 1000_00) // December does not count in November.
		b.later(24 * time.Hour)
		b.give(g, 2)
		b.sell(b.at(0), b.saleOf(b.show(b.at(0), g), tea(2_01), 2))
		level(b.at(0), "gold", 0)
		b.back(first, quantity("cup", money.One))
		level(b.at(0), "base", 599_99)
		b.back(first)
		if got := b.shapeOf(g).State.Spend; len(before.State.Spend) != 0 || len(got) != 1 || got[0] != (verno.MonthSpend{Month: 202612, Spent: 1}) {
			t.Errorf("spend %v", got)
		}
		b.sell(b.at(0), b.saleOf(b.show(b.at(0), g), tea(1200_00), 0))
		level(b.at(0), "gold", 0)
		b.later(62 * 24 * time.Hour)
		level(b.at(0), "gold", 0)
		b.later(31 * 24 * time.Hour)
		level(b.at(0), "base", 1000_00)
	})
}

// TestStamps: each piece is stamped, the sixth is free, and a return takes the stamps back, and gives those back that the
// free one had cost.
func TestStamps(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		id := b.promote("stamps", `{"needed":6,"reward":"piece"}`, goods("coffee"))
		g := b.enrol()
		a := b.at(0)
		coffee := func(n money.Quantity, discount money.Amount) *verno.Receipt {
			t.Helper()
			r := b.sell(a, b.saleOf(b.show(a, g), basket(line("coffee", n, 200_00)), 0))
			if r.Totals.Discount != discount {
				t.Errorf("discount %d, want %d", r.Totals.Discount, discount)
			}
			return r
		}
		stamps := func(want int64) {
			t.Helper()
			got := int64(0)
			for _, s := range b.points(g).Stamps {
				if s.Promotion == id {
					got = s.Count
				}
			}
			if got != want {
				t.Errorf("%d stamps, want %d", got, want)
			}
		}
		coffee(4*money.One, 0)
		stamps(4)
		before := b.shapeOf(g)
		full := coffee(3*money.One, 200_00)
		stamps(1)
		b.back(full, quantity("coffee", money.One))
		b.back(full, quantity("coffee", money.One))
		stamps(-1) // The free one is still theirs.
		r := b.back(full)
		if r.Return.StampsBack != 6 || r.Return.StampsTaken != 1 || !r.Return.Whole {
			t.Errorf("return %+v", r.Return)
		}
		stamps(4)
		b.back(coffee(3*money.One, 200_00))
		stamps(4)
		if got := b.shapeOf(g).State; got.Purchases != before.State.Purchases {
			t.Errorf("purchases %d", got.Purchases)
		}
	})
}

// TestStampsThatAreOwed: stamps that went back after they had filled a card are owed; new ones repay them before they fill
// the next card.
func TestStampsThatAreOwed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("stamps", `{"needed":6,"reward":"points","points":100}`, goods("coffee"))
		g := b.enrol()
		coffee := func(n money.Quantity, used int) *verno.Receipt {
			t.Helper()
			r := b.sell(b.boss, b.saleOf(b.known(g), basket(line("coffee", n, 2_00)), 0))
			if len(r.Outcome.StampsUsed) != used {
				t.Errorf("used %v", r.Outcome.StampsUsed)
			}
			return r
		}
		first := coffee(5*money.One, 0)
		coffee(money.One, 1)
		b.back(first) // Five stamps are owed now.
		coffee(6*money.One, 0)
		coffee(5*money.One, 1)
	})
}

// TestTags: a promotion for members with a tag is for them, at a till as online, and other tags do not reach a receipt.
func TestTags(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("percent_discount", `{"percent":"50"}`, func(p *verno.Promotion) { p.Audience.Tags = []string{"staff"} })
		g := b.enrol(func(e *member.Enrol) { e.Tags = []string{"allergic", "staff"} })
		other := b.enrol()
		a := b.at(0)
		for _, c := range []struct {
			presence string
			payable  money.Amount
		}{{b.show(a, g), 50_00}, {b.scan(a, g.static()), 50_00}, {b.show(a, other), 100_00}} {
			r := b.sell(a, b.saleOf(c.presence, tea(100_00), 0))
			if r.Totals.Payable != c.payable || len(r.Facts.Member.Tags) > 1 {
				t.Errorf("totals %+v, facts %+v", r.Totals, r.Facts.Member)
			}
		}
		b.promote("fixed_discount", `{"amount":100,"on":"basket"}`, func(p *verno.Promotion) { p.Condition = `"allergic" in member.tags` })
		r := b.sell(a, b.saleOf(b.show(a, g), tea(100_00), 0))
		if r.Totals.Discount != 51_00 && r.Totals.Discount != 50_50 || len(r.Facts.Member.Tags) != 2 {
			t.Errorf("totals %+v, facts %+v", r.Totals, r.Facts.Member)
		}
	})
}

// TestLimits: whatever is limited, by member, by member and day, in all, or by a budget, is given so often and not once more,
// also when thirty sales want it at the same moment.
func TestLimits(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		limits verno.Limits
		one    bool // all sales are one member's
		given  int64
	}{
		"member": {verno.Limits{PerMember: 4}, true, 4},
		"day":    {verno.Limits{PerMemberDay: 3}, true, 3},
		"total":  {verno.Limits{Total: 7}, false, 7},
		"budget": {verno.Limits{Budget: 95_00}, false, 9},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			each(t, func(t *testing.T, b *bundle) {
				bounds := c.limits
				bounds.ReturnsGive = true
				b.promote("fixed_discount", `{"amount":1000,"on":"basket"}`, limits(bounds))
				guests := []*guest{b.enrol()}
				for !c.one && len(guests) < 6 {
					guests = append(guests, b.enrol())
				}
				for round := range 2 {
					var used []*verno.Receipt
					for _, r := range b.race(30, guests) {
						if r.Totals.Discount > 0 {
							used = append(used, r)
						}
					}
					if int64(len(used)) != c.given {
						t.Fatalf("round %d: given %d times, want %d", round, len(used), c.given)
					}
					for _, r := range used {
						b.back(r) // gives the use back
					}
				}
			})
		})
	}
}

// race sells so many baskets of 100.00 at once to guests by turns. Whose totals changed meanwhile pays the new ones.
func (b *bundle) race(n int, guests []*guest) []*verno.Receipt {
	b.t.Helper()
	var all sync.WaitGroup
	receipts := make([]*verno.Receipt, n)
	begin := make(chan struct{})
	for i := range n {
		s := b.saleOf(b.known(guests[i%len(guests)]), tea(100_00), 0)
		s.Store = b.made.Store
		c := b.commitOf(b.boss, s, b.quote(b.boss, s))
		all.Go(func() {
			<-begin
			for {
				r, _, err := b.till.Commit(b.ctx, b.boss, c)
				if codeOf(err) == "totals_changed" {
					c.Totals = verno.AsError(err).Data.(*checkout.Quote).Outcome.Totals
					c.Tenders = []verno.Tender{cash(c.Totals.Payable)}
					continue
				}
				if err != nil {
					b.t.Error(err)
				}
				receipts[i] = r
				return
			}
		})
	}
	close(begin)
	all.Wait()
	return receipts
}

// TestReturnsMayKeepTheUse: where a limit does not say that returns give back, a use is a use.
func TestReturnsMayKeepTheUse(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("fixed_discount", `{"amount":1000,"on":"basket"}`, limits(verno.Limits{PerMember: 1, Total: 5}))
		g := b.enrol()
		for i, want := range []money.Amount{10_00, 0} {
			r := b.sell(b.boss, b.saleOf(b.known(g), tea(100_00), 0))
			if r.Totals.Discount != want {
				t.Errorf("sale %d: discount %d", i, r.Totals.Discount)
			}
			b.back(r)
		}
	})
}

// TestPending: points that must wait are seen and cannot be spent before, and what was spent of other lots is not theirs.
func TestPending(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.terms(func(p *verno.Programme) { p.Points.PendingSecond = 3600 })
		g := b.enrol()
		b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), 0))
		if p := b.points(g); p.Pending != 50 || p.Available != 0 {
			t.Errorf("points %+v", p)
		}
		b.later(time.Hour)
		r := b.sell(b.boss, b.saleOf(b.known(g), tea(1000_00), -1))
		if r.Totals.Points != 50 {
			t.Errorf("spent %d", r.Totals.Points)
		}
		if q := b.quote(b.boss, b.saleOf(b.known(g), tea(1_00), 0)); *q.Member.Balance != 0 || fmt.Sprint(q.Member.Expiring) == "[]" {
			t.Errorf("view %+v", q.Member)
		}
	})
}
