package checkout_test

import (
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// hanging are gift cards that hang in the shop: nobody has bought them yet.
func (b *bundle) hanging(template verno.TemplateID, n int) []string {
	b.t.Helper()
	made, err := b.roll.StockTemplate(b.ctx, b.boss, b.clock(), template, n)
	b.must(err)
	codes := make([]string, n)
	for i := range made {
		codes[i] = made[i].Machine
	}
	return codes
}

// selling is the sale of a card that hangs in the shop, for cash where nothing else is said.
func (b *bundle) selling(scan string, change ...func(q *checkout.SellCertificate)) checkout.SellCertificate {
	key := b.name("gift")
	q := checkout.SellCertificate{Key: key, BodyHash: hash(key), Scan: scan, Tender: verno.TenderCash}
	for _, f := range change {
		f(&q)
	}
	return q
}

// forPoints pays with points of whoever has the presence.
func forPoints(presence string, worth money.Amount) func(q *checkout.SellCertificate) {
	return func(q *checkout.SellCertificate) {
		q.Tender, q.Presence, q.Amount = verno.TenderPoints, presence, worth
	}
}

// TestGiftCardOfPlastic: a card that hung in the shop pays nothing before it is sold, is sold once, at whichever till, and
// lasts from that day on.
func TestGiftCardOfPlastic(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		scans := b.hanging(b.gift(), 2)
		s := b.saleOf("", tea(200_00), 0)
		s.Certificates = scans[:1]
		q := b.quote(b.at(0), s)
		if v := q.Certificates[0]; v.Code != "certificate_unfilled" || v.Usable != 0 {
			t.Errorf("quote %+v", v)
		}
		_, _, err := b.till.Commit(b.ctx, b.at(0), b.commitOf(b.at(0), s, q, paying(scans[0], 1_00)))
		b.refused(err, "certificate_unfilled")
		b.later(200 * 24 * time.Hour)
		ask := b.selling(scans[0])
		c, _, err := b.till.SellCertificate(b.ctx, b.at(0), ask)
		b.must(err)
		again, second, err := b.till.SellCertificate(b.ctx, b.at(0), ask)
		b.must(err)
		if !second || again.Card != c.Card || c.Balance != 1000_00 || c.Machine != scans[0] || c.Ends.Sub(b.clock()) < 364*24*time.Hour {
			t.Errorf("sold %+v, again %+v", c, again)
		}
		b.left(c, 1000_00)
		_, _, err = b.till.SellCertificate(b.ctx, b.at(1), b.selling(scans[0]))
		b.refused(err, "certificate_sold")
		b.sell(b.at(1), b.saleOf("", tea(200_00), 0), paying(scans[0], 200_00))
		b.left(c, 800_00)
		b.oneOfMany(scans[1])
	})
}

// oneOfMany sells a card at ten tills at once.
func (b *bundle) oneOfMany(scan string) {
	b.t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	begin, sold := make(chan struct{}), 0
	for range 10 {
		q := b.selling(scan)
		all.Go(func() {
			<-begin
			_, _, err := b.till.SellCertificate(b.ctx, b.at(0), q)
			mu.Lock()
			defer mu.Unlock()
			if err == nil {
				sold++
			} else if codeOf(err) != "certificate_sold" {
				b.t.Error(err)
			}
		})
	}
	close(begin)
	all.Wait()
	if sold != 1 {
		b.t.Errorf("sold %d times", sold)
	}
}

// TestCertificateForPoints: points buy a certificate at the programme's rate where its template says so, as many as what
// was shown proves, and are spent once; the till has taken no money for it.
func TestCertificateForPoints(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol()
		b.give(g, 1500)
		buy := func(scan string, change ...func(q *checkout.SellCertificate)) (*checkout.Certificate, error) {
			c, _, err := b.till.SellCertificate(b.ctx, b.at(0), b.selling(scan, change...))
			return c, err
		}
		_, err := buy(b.hanging(b.gift(), 1)[0], forPoints(b.show(b.at(0), g), 100_00))
		b.refused(err, "certificate_not_for_points")
		scans := b.hanging(b.template("gift_certificate", `{"worth":100000,"valid_days":365,"for_points":true}`), 3)
		_, err = buy(scans[0], forPoints(b.scan(b.at(0), g.static()), 1000_00))
		b.refused(err, "strength_needed")
		_, err = buy(scans[0], forPoints(b.show(b.at(0), g), 1500_01))
		b.refused(err, "insufficient_points")
		b.has(g, 1500)
		since, live := b.clock(), b.show(b.at(0), g)
		c, err := buy(scans[0], forPoints(live, 999_01))
		b.must(err)
		b.left(c, 999_01)
		b.has(g, 500)
		_, err = buy(scans[1], forPoints(live, 1_00))
		b.refused(err, "code_used")
		steps, err := b.roll.Timeline(b.ctx, b.boss, g.ID, nil, 1)
		b.must(err)
		if len(steps) != 1 || steps[0].Kind != "certificate" || len(steps[0].Moves) != 1 || steps[0].Moves[0].Amount != -1000 {
			t.Errorf("the member sees %+v", steps)
		}
		if paid, err := b.till.PaidIn(b.ctx, b.at(0), b.tills[0], since, 10); err != nil || len(paid) != 0 {
			t.Errorf("paid in: %+v, %v", paid, err)
		}
		b.sell(b.at(1), b.saleOf("", tea(999_01), 0), paying(scans[0], 999_01))
		b.left(c, 0)
	})
}

// TestPaidInIsBounded: a slip of the finger at a till is no fortune, and the programme says how much is one.
func TestPaidInIsBounded(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		g, template := b.enrol(), b.gift()
		top := func(n money.Amount) error {
			key := b.name("top-up")
			_, _, err := b.till.TopUp(b.ctx, b.at(0), checkout.TopUp{Key: key, BodyHash: hash(key), Member: g.ID, Amount: n, Tender: verno.TenderCash})
			return err
		}
		gift := func(n money.Amount) error {
			key := b.name("gift")
			_, _, err := b.till.SellCertificate(b.ctx, b.at(0), checkout.SellCertificate{Key: key, BodyHash: hash(key), Template: template, Amount: n})
			return err
		}
		b.must(top(100_000_00))
		b.refused(top(100_000_01), "top_up_too_large")
		b.must(gift(15_000_00))
		b.refused(gift(15_000_01), "certificate_too_large")
		b.terms(func(p *verno.Programme) { p.PaidIn = verno.PaidInTerms{TopUp: 500_00, Certificate: 20_000_00} })
		b.refused(top(500_01), "top_up_too_large")
		b.must(top(500_00))
		b.must(gift(20_000_00))
	})
}
