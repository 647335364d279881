package checkout_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// TestOperations: by its key everybody finds out what became of a request: applied, with what it gave; rejected, with the
// reason; or never seen.
func TestOperations(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 100)
		a := b.at(0)
		find := func(key, state, kind string) *checkout.Operation {
			t.Helper()
			o, err := b.till.Operation(b.ctx, a, key)
			b.must(err)
			if o.Key != key || o.State != state || o.Kind != kind || (o.Err != nil) != (state == "rejected") {
				t.Errorf("operation %+v, want %s %s", o, state, kind)
			}
			return o
		}
		find("nobody's", "never_seen", "")
		s := b.saleOf(b.show(a, g), tea(100_00), 10)
		c := b.commitOf(a, s, b.quote(a, s))
		wrong := c
		wrong.Key, wrong.Totals.Payable = "wrong", 1
		_, _, err := b.till.Commit(b.ctx, a, wrong)
		b.refused(err, "totals_changed")
		find("wrong", "never_seen", "")
		r := b.commit(a, c)
		if o := find(c.Key, "applied", "commit"); !cmp.Equal(o.Receipt, r, same...) || !o.At.Equal(r.ReceivedAt) {
			t.Errorf("commit %+v", o.Receipt)
		}
		q := b.returnOf(r, quantity("tea", 500))
		back, _, err := b.till.Return(b.ctx, a, q)
		b.must(err)
		if o := find(q.Key, "applied", "return"); !cmp.Equal(o.Receipt, back, same...) {
			t.Errorf("return %+v", o.Receipt)
		}
		q = b.returnOf(r, quantity("tea", money.One))
		_, _, err = b.till.Return(b.ctx, a, q)
		b.refused(err, "return_too_much")
		if o := find(q.Key, "rejected", "return"); o.Err.Code != "return_too_much" || o.Err.Params["left"] != "0.5" || o.Receipt != nil {
			t.Errorf("rejected %+v", o.Err)
		}
		off := b.offline(g.static(), 5_00)
		b.replay(off)
		if o := find(off.Key, "applied", "replay"); o.Receipt.Totals.Gross != 5_00 {
			t.Errorf("replay %+v", o.Receipt)
		}
		h := b.holdOf(g, verno.UnitPoints, 5)
		placed, _, err := b.till.Hold(b.ctx, b.boss, h)
		b.must(err)
		if o := find(h.Key, "applied", "hold"); o.Answer == "" || o.Receipt != nil {
			t.Errorf("hold %+v", o)
		}
		e := b.endOf(placed, 6)
		_, _, err = b.till.End(b.ctx, a, e)
		b.refused(err, "hold_too_much")
		find(e.Key, "rejected", "hold_end")
		_, err = b.till.Cancel(b.ctx, a, "x", "cancel x")
		b.must(err)
		find("cancel x", "applied", "cancel")
		shy := a
		shy.May = verno.MaySell
		_, err = b.till.Operation(b.ctx, shy, c.Key)
		b.refused(err, "permission_missing")
		stranger := a
		stranger.Tenant = verno.TenantID{5}
		o, err := b.till.Operation(b.ctx, stranger, c.Key)
		b.must(err)
		if o.State != "never_seen" {
			t.Errorf("another tenant sees %+v", o)
		}
	})
}

// TestFindReceipt: a receipt is found by the number that its till gave it, and the sale apart from the return.
func TestFindReceipt(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		a := b.at(0)
		s := b.saleOf("", tea(10_00), 0)
		c := b.commitOf(a, s, b.quote(a, s))
		c.Number, c.BusinessDate = "17", 20261122
		r := b.commit(a, c)
		q := b.returnOf(r)
		q.Number, q.BusinessDate = "17", 20261122
		back, _, err := b.till.Return(b.ctx, a, q)
		b.must(err)
		for kind, want := range map[verno.ReceiptKind]verno.ReceiptID{verno.ReceiptSale: r.ID, verno.ReceiptReturn: back.ID} {
			found, err := b.till.FindReceipt(b.ctx, a, b.tills[0].String(), 20261122, "17", kind)
			b.must(err)
			if found.ID != want {
				t.Errorf("%s: %+v", kind, found)
			}
		}
		_, err = b.till.FindReceipt(b.ctx, a, b.tills[1].String(), 20261122, "17", verno.ReceiptSale)
		b.refused(err, "not_found")
		_, err = b.till.FindReceipt(b.ctx, a, b.tills[0].String(), 20261123, "17", verno.ReceiptSale)
		b.refused(err, "not_found")
		_, err = b.till.Receipt(b.ctx, a, verno.ReceiptID{1})
		b.refused(err, "not_found")
		_, _, err = b.till.Recompute(b.ctx, a, back.ID)
		b.refused(err, "return_not_a_sale")
	})
}

// TestBusinessDate: where the till names no date, it is the date of its shop.
func TestBusinessDate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.later(4 * time.Hour) // 19:00 in Moscow, 02:00 of the next day in Vladivostok
		for till, want := range map[int]int32{0: 20261122, 2: 20261123} {
			if r := b.sell(b.at(till), b.saleOf("", tea(1_00), 0)); r.BusinessDate != want {
				t.Errorf("till %d: %d", till, r.BusinessDate)
			}
		}
		off := b.replay(b.offline("", 1_00, func(q *checkout.Replay) { q.Member = checkout.Identify{} }))
		if r := off[0].Receipt; r.BusinessDate != 20261122 {
			t.Errorf("offline: %d", r.BusinessDate)
		}
	})
}

// TestRecompute: a past receipt is decided again to the last unit by the rules and facts of then, whatever was changed
// since: rules, the shop's time zone, the member's account.
func TestRecompute(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		hours := b.promote("percent_discount", `{"percent":"15"}`, func(p *verno.Promotion) {
			p.Schedule.Hours = []verno.Hours{{From: "15:00", Until: "15:01"}}
		})
		b.promote("fixed_discount", `{"amount":500,"on":"basket"}`, limits(verno.Limits{Total: 2, Budget: 5_00}))
		b.promote("fixed_discount", `{"amount":100,"on":"basket"}`, func(p *verno.Promotion) { p.Condition = "basket.stored_money >= 1000" })
		g := b.enrol(anna)
		b.give(g, 40)
		b.topUp(g, 50_00)
		s := b.saleOf(b.known(g), tea(99_99), 40)
		s.Store = b.made.Store
		c := b.commitOf(b.boss, s, b.quote(b.boss, s), stored(10_00))
		_, _, err := b.till.Commit(b.ctx, b.boss, c)
		b.refused(err, "totals_changed") // Stored money opens a promotion, and a quote does not know of it.
		c.Totals = verno.AsError(err).Data.(*checkout.Quote).Outcome.Totals
		c.Tenders = []verno.Tender{stored(10_00), cash(c.Totals.Payable - 10_00)}
		r := b.commit(b.boss, c)
		if r.Totals.Discount < 20_00 || r.Totals.Discount > 21_00 {
			t.Errorf("totals %+v", r.Totals)
		}
		b.repromote(hours, func(p *verno.Promotion) { p.Active = false })
		shop, err := b.office.Place(b.ctx, b.boss, b.made.Store)
		b.must(err)
		_, err = b.office.ChangeStore(b.ctx, b.boss, b.clock(), shop.ID, shop.Revision, campaign.Place{
			Programme: shop.Programme, Name: shop.Name, TimeZone: "Asia/Tokyo",
		})
		b.must(err)
		b.till.Forget(b.boss.Tenant)
		out, same, err := b.till.Recompute(b.ctx, b.at(0), r.ID)
		b.must(err)
		if !same || out.Totals != r.Totals || len(out.Explained) == 0 {
			t.Errorf("%v: %+v, was %+v", same, out.Totals, r.Totals)
		}
	})
}
