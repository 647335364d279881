package checkout_test

import (
	"slices"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// tenOff is a coupon's template and the promotion that it opens: ten roubles off a basket of fifty or more.
func (b *bundle) tenOff(settings string, change ...func(p *verno.Promotion)) verno.TemplateID {
	b.t.Helper()
	word := b.name("TEN")
	b.promote("fixed_discount", `{"amount":1000,"on":"basket"}`, append(change, func(p *verno.Promotion) {
		p.Condition, p.MinBasket, p.Audience.Anonymous = `coupon("`+word+`")`, 50_00, true
	})...)
	return b.template("coupon", `{"offer":{"en":"10 off"},"coupon":"`+word+`"`+settings+`}`)
}

// machine is what a scanner reads of a card.
func (b *bundle) machine(id verno.CardID) string {
	b.t.Helper()
	_, secret, err := b.roll.Secret(b.ctx, b.boss.Tenant, id)
	b.must(err)
	return secret.Machine
}

// withCoupons is a sale with coupons.
func (b *bundle) withCoupons(presence string, price money.Amount, coupons ...string) checkout.Sale {
	s := b.saleOf(presence, tea(price), 0)
	s.Basket.Coupons, s.Store = coupons, b.made.Store
	return s
}

// told sees what a quote says of its only coupon.
func (b *bundle) told(q *checkout.Quote, want string) {
	b.t.Helper()
	if len(q.Coupons) != 1 || q.Coupons[0].Code != want || q.Coupons[0].Applied != (want == "") {
		b.t.Errorf("coupons %+v, want %q", q.Coupons, want)
	}
}

// TestCoupon follows a coupon: its promotion applies when it is shown, by code or by number, to this basket alone; then it
// is used up, and the card says so.
func TestCoupon(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c := b.issue(b.tenOff(``), verno.MemberID{}, card.Document{})
		a := b.at(0)
		if x := b.facts(c.ID); x.Left != 1 || x.Of != 1 {
			t.Errorf("new: %+v", x)
		}
		small := b.quote(a, b.withCoupons("", 40_00, b.machine(c.ID)))
		if b.told(small, "coupon_not_for_basket"); small.Coupons[0].Explained == nil || small.Coupons[0].Explained.Code != "min_basket" {
			t.Errorf("explained %+v", small.Coupons[0].Explained)
		}
		b.sell(a, b.withCoupons("", 40_00, b.machine(c.ID))) // It stays good.
		s := b.withCoupons("", 100_00, b.machine(c.ID))
		if q := b.quote(a, s); q.Outcome.Totals.Discount != 10_00 || q.Coupons[0].Left != 1 || q.Coupons[0].Offer.In("en") != "10 off" {
			t.Errorf("quote %+v %+v", q.Outcome.Totals, q.Coupons)
		}
		r := b.sell(a, s)
		if r.Totals.Discount != 10_00 || len(r.Facts.Redeemed) != 1 || r.Facts.Redeemed[0] != c.ID {
			t.Errorf("receipt %+v %+v", r.Totals, r.Facts)
		}
		for _, word := range r.Facts.Basket.Coupons {
			if word == b.machine(c.ID) {
				t.Error("the receipt keeps the coupon's code")
			}
		}
		b.told(b.quote(a, b.withCoupons("", 100_00, string(c.Number))), "coupon_used")
		if x := b.facts(c.ID); x.Left != 0 || x.State != card.StateUsed {
			t.Errorf("used: %+v", x)
		}
		told := b.events(verno.EventCardValue)
		if i := slices.IndexFunc(told, func(e verno.Event) bool { return e.Detail["receipt"] == r.ID.String() }); len(told) != 2 || told[i].Subject != c.ID.String() {
			t.Errorf("events %+v", told)
		}
		b.back(r) // The template does not give it back.
		b.told(b.quote(a, b.withCoupons("", 100_00, b.machine(c.ID))), "coupon_used")
	})
}

// TestUselessCoupons: whatever is not to be taken says why, moves nothing, and sells the goods at their price.
func TestUselessCoupons(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, other := b.enrol(), b.enrol()
		template := b.tenOff(``)
		mine := b.issue(template, g.ID, card.Document{})
		late := b.issue(template, verno.MemberID{}, card.Document{Ends: b.clock().Add(time.Hour)})
		early := b.issue(template, verno.MemberID{}, card.Document{Starts: b.clock().Add(48 * time.Hour)})
		blocked := b.issue(template, verno.MemberID{}, card.Document{})
		stolen := b.machine(blocked.ID)
		_, err := b.roll.BlockCard(b.ctx, b.boss, b.clock(), blocked.ID, "stolen")
		b.must(err)
		idle := b.issue(b.template("coupon", `{"offer":{"en":"x"},"coupon":"NOBODY"}`), verno.MemberID{}, card.Document{})
		b.later(2 * time.Hour)
		unknown := []byte(b.machine(mine.ID))
		for name, one := range map[string]struct {
			presence, coupon, code string
		}{
			"nobody shows a card":   {"", b.machine(mine.ID), "coupon_needs_member"},
			"another member":        {b.known(other), b.machine(mine.ID), "coupon_foreign"},
			"over":                  {"", b.machine(late.ID), "coupon_expired"},
			"not yet":               {"", b.machine(early.ID), "coupon_early"},
			"blocked":               {"", stolen, "coupon_blocked"},
			"no promotion":          {"", b.machine(idle.ID), "coupon_no_offer"},
			"the word without card": {"", "NOBODY", "coupon_card_needed"},
			"a member's own card":   {"", g.static(), "coupon_unknown"},
			"a word of no rule":     {"", "SESAME", "coupon_unknown"},
			"no code":               {"", "7" + string(unknown[1:]), "coupon_unknown"},
		} {
			q := b.quote(b.boss, b.withCoupons(one.presence, 100_00, one.coupon))
			if b.told(q, one.code); q.Outcome.Totals.Discount != 0 {
				t.Errorf("%s: %+v", name, q.Outcome.Totals)
			}
			r := b.sell(b.boss, b.withCoupons(one.presence, 100_00, one.coupon))
			if r.Totals.Discount != 0 || len(r.Facts.Redeemed) != 0 {
				t.Errorf("%s: %+v", name, r.Totals)
			}
		}
		if q := b.quote(b.boss, b.withCoupons(b.known(g), 100_00, b.machine(mine.ID))); q.Outcome.Totals.Discount != 10_00 {
			t.Errorf("its holder: %+v", q.Coupons)
		}
		twice := b.issue(template, g.ID, card.Document{})
		q := b.quote(b.boss, b.withCoupons(b.known(g), 100_00, b.machine(mine.ID), b.machine(twice.ID), string(mine.Number), "HELLO"))
		if len(q.Coupons) != 3 || !q.Coupons[0].Applied || q.Coupons[1].Code != "coupon_second" || q.Coupons[2].At != 3 || q.Coupons[2].Code != "coupon_unknown" || q.Outcome.Totals.Discount != 10_00 {
			t.Errorf("two of a kind: %+v", q.Coupons)
		}
	})
}

// TestOneCouponManyTills: of thirty that use one coupon at once one does. The others hear that it is used, with the new
// quote, and their keys are free.
func TestOneCouponManyTills(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c := b.issue(b.tenOff(``), verno.MemberID{}, card.Document{})
		guests := []*guest{b.enrol(), b.enrol(), b.enrol()}
		const n = 30
		var all sync.WaitGroup
		won := make([]*verno.Receipt, n)
		begin := make(chan struct{})
		for i := range n {
			presence := ""
			if i%4 > 0 {
				presence = b.known(guests[i%4-1])
			}
			s := b.withCoupons(presence, 100_00, b.machine(c.ID))
			q := b.quote(b.boss, s)
			if b.told(q, ""); q.Outcome.Totals.Discount != 10_00 {
				t.Fatalf("quote %+v", q.Outcome.Totals)
			}
			commit := b.commitOf(b.boss, s, q)
			all.Go(func() {
				<-begin
				r, _, err := b.till.Commit(b.ctx, b.boss, commit)
				if won[i] = r; err == nil {
					return
				}
				e := verno.AsError(err)
				q, ok := e.Data.(*checkout.Quote)
				if e.Code != "coupon_used" || e.Kind != verno.KindConflict || !ok || q.Outcome.Totals.Discount != 0 || !b.unseen(commit.Key) {
					t.Errorf("%v, %+v", err, q)
				}
			})
		}
		close(begin)
		all.Wait()
		used := 0
		for _, r := range won {
			if r != nil {
				used++
			}
		}
		if used != 1 {
			t.Errorf("used %d times", used)
		}
	})
}

// TestCouponComesBack: where its template says so, a receipt that came back as a whole gives the coupon back; a part does
// not, and the second time there is nothing to give.
func TestCouponComesBack(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		c := b.issue(b.tenOff(`,"returns_give":true,"uses":2`), g.ID, card.Document{})
		left := func(want int64) {
			t.Helper()
			if x := b.facts(c.ID); x.Left != want || x.Of != 2 {
				t.Errorf("left %d of %d, want %d", x.Left, x.Of, want)
			}
		}
		sale := func() *verno.Receipt {
			s := b.withCoupons(b.known(g), 0, b.machine(c.ID))
			s.Basket.Lines = []verno.Line{line("tea", 2*money.One, 50_00)}
			return b.sell(b.boss, s)
		}
		first := sale()
		left(1)
		b.back(first, quantity("tea", money.One))
		left(1)
		b.back(first, quantity("tea", money.One))
		left(2)
		sale()
		sale()
		left(0)
		b.told(b.quote(b.boss, b.withCoupons(b.known(g), 100_00, b.machine(c.ID))), "coupon_used")
	})
}

// TestReplacedCoupon: a coupon that is replaced hands on what is left of it and no more, and what a return gives back goes to
// the new one.
func TestReplacedCoupon(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		old := b.issue(b.tenOff(`,"returns_give":true,"uses":2`), g.ID, card.Document{})
		sold := b.sell(b.boss, b.withCoupons(b.known(g), 100_00, b.machine(old.ID)))
		scan := b.machine(old.ID)
		fresh, err := b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Card: old.ID, Reason: "lost"})
		b.must(err)
		if x := b.facts(fresh.ID); x.Left != 1 || x.Of != 2 {
			t.Errorf("inherited %+v", x)
		}
		b.told(b.quote(b.boss, b.withCoupons(b.known(g), 100_00, scan)), "coupon_blocked")
		b.back(sold)
		if x := b.facts(fresh.ID); x.Left != 2 {
			t.Errorf("came back %+v", x)
		}
		b.later(2 * time.Hour)
		out := b.replay(b.offline(g.static(), 100_00, func(q *checkout.Replay) {
			q.Sale.Basket.Coupons, q.Charged, q.Tenders = []string{scan}, new(money.Amount(90_00)), []verno.Tender{cash(90_00)}
		}))
		b.became(out[0], "applied", "")
		if x := b.facts(fresh.ID); x.Left != 1 {
			t.Errorf("used offline %+v", x)
		}
		unused := b.issue(b.tenOff(``), g.ID, card.Document{})
		second, err := b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Card: unused.ID, Reason: "lost"})
		b.must(err)
		b.told(b.quote(b.boss, b.withCoupons(b.known(g), 100_00, b.machine(second.ID))), "")
	})
}

// TestCouponOffline: a receipt from offline has used its coupon. Where it was used before, it owes a use, and a person is
// told.
func TestCouponOffline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.tenOff(``)
		c := b.issue(template, verno.MemberID{}, card.Document{})
		g := b.enrol()
		b.later(2 * time.Hour)
		with := func(q *checkout.Replay) {
			q.Sale.Basket.Coupons, q.Charged = []string{b.machine(c.ID)}, new(money.Amount(90_00))
			q.Tenders = []verno.Tender{cash(90_00)}
		}
		out := b.replay(b.offline(g.static(), 100_00, with), b.offline(g.static(), 100_00, with))
		for _, o := range out {
			if b.became(o, "applied", ""); o.Receipt.Totals.Discount != 10_00 || len(o.Receipt.Facts.Redeemed) != 1 {
				t.Errorf("%+v", o.Receipt.Totals)
			}
		}
		if tasks := b.tasks("coupon_reused"); len(tasks) != 1 || tasks[0].Ref != out[1].Receipt.ID.String() {
			t.Errorf("tasks %+v", tasks)
		}
		if n := len(b.tasks("charged_differs")); n != 0 {
			t.Errorf("%d receipts were charged otherwise", n)
		}
		b.told(b.quote(b.boss, b.withCoupons("", 100_00, b.machine(c.ID))), "coupon_used")
	})
}

// TestCouponsAnyOrder uses, returns and blocks coupons in any order: a coupon never gives more than its uses and what came
// back, and what its card shows is what is left.
func TestCouponsAnyOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.tenOff(`,"returns_give":true,"uses":3`)
		rapid.Check(t, func(t *rapid.T) {
			b := b.in(t)
			c := b.issue(template, verno.MemberID{}, card.Document{})
			left, blocked := int64(3), false
			var sold []*verno.Receipt
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				switch step := rapid.IntRange(0, 5).Draw(t, "step"); {
				case step == 0:
					_, err := b.roll.UnblockCard(b.ctx, b.boss, b.clock(), c.ID)
					b.must(err)
					blocked = false
				case step == 1:
					_, err := b.roll.BlockCard(b.ctx, b.boss, b.clock(), c.ID, "x")
					b.must(err)
					blocked = true
				case step == 2 && len(sold) > 0:
					b.back(sold[0])
					sold = sold[1:]
					left++
				default:
					scan := string(c.Number)
					r := b.sell(b.boss, b.withCoupons("", 60_00, scan))
					if used := r.Totals.Discount > 0; used != (left > 0 && !blocked) {
						t.Fatalf("left %d, blocked %v: %+v", left, blocked, r.Totals)
					} else if used {
						left--
						sold = append(sold, r)
					}
				}
				if x := b.facts(c.ID); x.Left != left {
					t.Fatalf("the card shows %d, want %d", x.Left, left)
				}
			}
		})
	})
}

// TestDiscountCard: what stands on the card that was shown is taken off, by a promotion that does so, and promotions may ask
// for a kind of card or for the cards of a template. A phone number brings no card.
func TestDiscountCard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("card_discount", `{}`)
		club := b.template("privilege", `{"club":{"en":"Friends"}}`)
		b.promote("fixed_discount", `{"amount":300,"on":"basket"}`, func(p *verno.Promotion) { p.Condition = `card.template == "` + club.String() + `"` })
		b.promote("fixed_discount", `{"amount":100,"on":"basket"}`, func(p *verno.Promotion) { p.Condition = `card.kind == "points"` })
		seven := b.template("discount", `{"percent":"7"}`)
		g := b.enrol(func(e *member.Enrol) { e.Person.Phone = "+79161234567" })
		a := b.at(0)
		for name, one := range map[string]struct {
			scan string
			off  money.Amount
		}{
			"discount":  {b.machine(b.issue(seven, g.ID, card.Document{}).ID), 14_00},
			"privilege": {b.machine(b.issue(club, g.ID, card.Document{}).ID), 3_00},
			"points":    {g.static(), 1_00},
			"phone":     {"+79161234567", 0},
		} {
			r := b.sell(a, b.saleOf(b.scan(a, one.scan), tea(200_00), 0))
			if r.Totals.Discount != one.off {
				t.Errorf("%s: %+v, facts %+v", name, r.Totals, r.Facts.Member)
			}
		}
		b.later(time.Hour)
		c := b.issue(seven, g.ID, card.Document{})
		b.later(2 * time.Hour)
		out := b.replay(b.offline(b.machine(c.ID), 100_00, func(q *checkout.Replay) { q.Charged, q.Tenders = new(money.Amount(93_00)), []verno.Tender{cash(93_00)} }))
		if out[0].Receipt == nil || out[0].Receipt.Totals.Discount != 7_00 {
			t.Errorf("offline %+v", out[0])
		}
	})
}
