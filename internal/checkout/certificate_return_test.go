package checkout_test

import (
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// takingBack asks for the return of a certificate.
func (b *bundle) takingBack(c verno.CardID) checkout.ReturnCertificate {
	key := b.name("gift-back")
	return checkout.ReturnCertificate{Key: key, BodyHash: hash(key), Card: c}
}

// takeBack tries to return a certificate at the first till.
func (b *bundle) takeBack(c verno.CardID) (*checkout.ReturnedCertificate, error) {
	back, _, err := b.till.ReturnCertificate(b.ctx, b.at(0), b.takingBack(c))
	return back, err
}

// TestReturnedCertificate: while nothing of it is spent a certificate goes back, once; what was paid for it is told, and it
// pays nothing any more, at no till.
func TestReturnedCertificate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		since := b.clock()
		c := b.sellGift(b.gift(), 700_00, func(q *checkout.SellCertificate) { q.Tender = verno.TenderCard })
		r := b.sell(b.at(1), b.saleOf("", tea(200_00), 0), paying(c.Machine, 200_00))
		_, err := b.takeBack(c.Card)
		b.refused(err, "certificate_touched")
		if left := verno.AsError(err).Params["left"]; left != "500.00" {
			t.Errorf("left %q", left)
		}
		b.back(r)
		ask := b.takingBack(c.Card)
		back, _, err := b.till.ReturnCertificate(b.ctx, b.at(0), ask)
		b.must(err)
		again, second, err := b.till.ReturnCertificate(b.ctx, b.at(0), ask)
		b.must(err)
		if !second || *again != *back || back.Refund != 700_00 || back.Tender != verno.TenderCard || back.Balance != 0 || back.State != verno.CardReturned {
			t.Errorf("returned %+v, again %+v", back, again)
		}
		other := ask
		other.BodyHash = hash("other")
		_, _, err = b.till.ReturnCertificate(b.ctx, b.at(0), other)
		b.refused(err, "idempotency_key_reused")
		_, err = b.takeBack(c.Card)
		b.refused(err, "certificate_returned")
		b.left(c, 0)
		s := b.saleOf("", tea(1_00), 0)
		_, _, err = b.till.Commit(b.ctx, b.at(0), b.commitOf(b.at(0), s, b.quote(b.at(0), s), paying(c.Machine, 1_00)))
		b.refused(err, "card_not_usable")
		_, err = b.roll.BlockCard(b.ctx, b.boss, b.clock(), c.Card, "lost")
		b.refused(err, "card_state")
		_, err = b.roll.UnblockCard(b.ctx, b.boss, b.clock(), c.Card)
		b.refused(err, "card_state")
		paid, err := b.till.PaidIn(b.ctx, b.at(0), b.tills[0], since, 10)
		b.must(err)
		if len(paid) != 2 || paid[0].Amount+paid[1].Amount != 0 || paid[1].Tender != verno.TenderCard {
			t.Errorf("in the drawer: %+v", paid)
		}
		if told := b.events(verno.EventCertificateReturned); len(told) != 1 || told[0].Subject != c.Card.String() {
			t.Errorf("told %+v", told)
		}
	})
}

// TestWhatIsNoCertificateToReturn: nobody gets money for what nobody has bought, what is blocked, what has lapsed, what
// another legal entity owes, or what is another chain's.
func TestWhatIsNoCertificateToReturn(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.gift()
		try := func(id verno.CardID, want string) {
			t.Helper()
			_, err := b.takeBack(id)
			b.refused(err, want)
		}
		made, err := b.roll.StockTemplate(b.ctx, b.boss, b.clock(), template, 1)
		b.must(err)
		try(made[0].Card, "certificate_unfilled")
		try(b.enrol().card, "not_found")
		try(verno.NewID[verno.CardID](b.clock(), rand.Reader), "not_found")
		c := b.sellGift(template, 100_00)
		nobody := b.at(0)
		nobody.May &^= verno.MayReturn
		_, _, err = b.till.ReturnCertificate(b.ctx, nobody, b.takingBack(c.Card))
		b.refused(err, "permission_missing")
		stranger := b.boss
		stranger.Tenant = verno.NewID[verno.TenantID](b.clock(), rand.Reader)
		_, _, err = b.till.ReturnCertificate(b.ctx, stranger, b.takingBack(c.Card))
		b.refused(err, "not_found")
		_, err = b.roll.BlockCard(b.ctx, b.boss, b.clock(), c.Card, "stolen")
		b.must(err)
		try(c.Card, "card_state")
		_, err = b.roll.UnblockCard(b.ctx, b.boss, b.clock(), c.Card)
		b.must(err)
		foreign, err := b.office.CreateIssuer(b.ctx, b.boss, b.clock(), "ООО «Другое»", "")
		b.must(err)
		key := b.name("gift")
		theirs, _, err := b.till.SellCertificate(b.ctx, b.boss, checkout.SellCertificate{Key: key, BodyHash: hash(key), Template: template, Issuer: foreign.ID})
		b.must(err)
		try(theirs.Card, "certificate_foreign")
		back, _, err := b.till.ReturnCertificate(b.ctx, b.boss, b.takingBack(theirs.Card))
		b.must(err)
		if back.Tender != "" || back.Refund != 0 { // What its receipt says comes back with its receipt.
			t.Errorf("returned %+v", back)
		}
		b.later(366 * 24 * time.Hour)
		try(c.Card, "certificate_touched")
	})
}

// TestCertificateForPointsReturned: points that had paid go back, into the lots that they came from; of somebody who was
// merged since to whom has them now.
func TestCertificateForPointsReturned(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.template("gift_certificate", `{"worth":100000,"valid_days":365,"for_points":true}`)
		scans := b.hanging(template, 3)
		buy := func(g *guest, scan string) *checkout.Certificate {
			c, _, err := b.till.SellCertificate(b.ctx, b.at(0), b.selling(scan, forPoints(b.show(b.at(0), g), 400_00)))
			b.must(err)
			return c
		}
		g, into := b.enrol(), b.enrol()
		b.give(g, 1000)
		first := buy(g, scans[0])
		b.has(g, 600)
		b.later(time.Minute)
		back, err := b.takeBack(first.Card)
		b.must(err)
		b.has(g, 1000)
		if back.Points != 400 || back.Refund != 0 || back.Tender != verno.TenderPoints {
			t.Errorf("returned %+v", back)
		}
		steps, err := b.roll.Timeline(b.ctx, b.boss, g.ID, nil, 1)
		b.must(err)
		if len(steps) != 1 || steps[0].Kind != "certificate_return" || len(steps[0].Moves) != 1 || steps[0].Moves[0].Amount != 400 {
			t.Errorf("the member sees %+v", steps)
		}
		b.later(time.Minute)
		second := buy(g, scans[1])
		_, err = b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: g.ID, Into: into.ID})
		b.must(err)
		_, err = b.takeBack(second.Card)
		b.must(err)
		b.has(into, 1000)
		b.later(time.Minute)
		third := buy(into, scans[2])
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), into.ID, member.StoredForfeited))
		_, err = b.takeBack(third.Card)
		b.must(err)
	})
}

// TestManyReturnOneCertificate: of thirty that return a certificate at once, while others pay with it, either one gets the
// money or those who paid had it; never both.
func TestManyReturnOneCertificate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c := b.sellGift(b.gift(), 300_00)
		const n = 30
		var all sync.WaitGroup
		var mu sync.Mutex
		begin, returned, paid := make(chan struct{}), 0, 0
		for i := range n {
			ask := b.takingBack(c.Card)
			s := b.saleOf("", tea(100_00), 0)
			s.Store = b.made.Store
			commit := b.commitOf(b.boss, s, b.quote(b.boss, s), paying(c.Machine, 100_00))
			all.Go(func() {
				<-begin
				var err error
				if i%3 == 0 {
					_, _, err = b.till.Commit(b.ctx, b.boss, commit)
				} else {
					_, _, err = b.till.ReturnCertificate(b.ctx, b.at(0), ask)
				}
				mu.Lock()
				defer mu.Unlock()
				switch code := codeOf(err); {
				case err == nil && i%3 == 0:
					paid++
				case err == nil:
					returned++
				case code != "certificate_returned" && code != "certificate_touched" && code != "certificate_short" && code != "card_not_usable":
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		if returned+paid/3 != 1 || returned == 1 && paid > 0 {
			t.Errorf("returned %d times, paid %d times", returned, paid)
		}
		b.left(c, 0)
	})
}

// TestCertificatesAreConserved sells certificates, pays with them, returns goods and certificates, and replaces lost ones, in
// any order: what was paid for them is what they have paid, what was given back for them, and what is on them.
func TestCertificatesAreConserved(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.gift()
		rapid.Check(t, func(t *rapid.T) {
			w := &gifts{bundle: b.in(t), template: template}
			w.sellOne(t)
			acts := []func(*rapid.T){w.pay, w.giveBack, w.returnOne, w.replaceOne, w.pay, w.sellOne}
			for range rapid.IntRange(1, 12).Draw(t, "steps") {
				acts[rapid.IntRange(0, len(acts)-1).Draw(t, "act")](t)
			}
			w.look()
		})
	})
}

// gifts are certificates as they should be.
type gifts struct {
	*bundle

	template verno.TemplateID
	all      []*gift
	receipts []*verno.Receipt
}

// gift is what a certificate was sold for and has now.
type gift struct {
	card   *checkout.Certificate
	worth  money.Amount
	has    money.Amount
	ended  bool
	former []verno.CardID
}

func (w *gifts) look() {
	for _, g := range w.all {
		w.left(g.card, g.has)
		for _, old := range g.former {
			w.left(&checkout.Certificate{Card: old}, 0)
		}
	}
}

func (w *gifts) sellOne(t *rapid.T) {
	worth := money.Amount(rapid.Int64Range(1, 99_99).Draw(t, "worth"))
	w.all = append(w.all, &gift{card: w.sellGift(w.template, worth), worth: worth, has: worth})
}

func (w *gifts) any(t *rapid.T) *gift {
	return w.all[rapid.IntRange(0, len(w.all)-1).Draw(t, "certificate")]
}

func (w *gifts) pay(t *rapid.T) {
	g := w.any(t)
	n := money.Amount(rapid.Int64Range(1, 99_99).Draw(t, "sum"))
	s := w.saleOf("", tea(n), 0)
	s.Store = w.made.Store
	r, _, err := w.till.Commit(w.ctx, w.boss, w.commitOf(w.boss, s, w.quote(w.boss, s), paying(g.card.Machine, n)))
	switch {
	case g.ended:
		w.refused(err, "card_not_usable")
	case n > g.has:
		w.refused(err, "certificate_short")
	default:
		w.must(err)
		g.has -= n
		w.receipts = append(w.receipts, r)
	}
}

func (w *gifts) giveBack(t *rapid.T) {
	if len(w.receipts) == 0 {
		return
	}
	i := rapid.IntRange(0, len(w.receipts)-1).Draw(t, "receipt")
	r := w.receipts[i]
	w.receipts = append(w.receipts[:i:i], w.receipts[i+1:]...)
	w.back(r)
	for _, g := range w.all {
		for _, id := range append([]verno.CardID{g.card.Card}, g.former...) {
			if id == r.Tenders[0].Card {
				g.has += r.Tenders[0].Amount
			}
		}
	}
}

func (w *gifts) returnOne(t *rapid.T) {
	g := w.any(t)
	back, err := w.takeBack(g.card.Card)
	switch {
	case g.ended:
		w.refused(err, "certificate_returned")
	case g.has != g.worth:
		w.refused(err, "certificate_touched")
	default:
		w.must(err)
		if back.Refund != g.worth {
			t.Errorf("%d for what cost %d", back.Refund, g.worth)
		}
		g.has, g.ended = 0, true
	}
}

func (w *gifts) replaceOne(t *rapid.T) {
	g := w.any(t)
	made, err := w.roll.ReplaceCard(w.ctx, w.boss, w.clock(), member.CardRequest{Card: g.card.Card, Reason: "lost"})
	if g.ended {
		w.refused(err, "card_state")
		return
	}
	w.must(err)
	_, secret, err := w.roll.Secret(w.ctx, w.boss.Tenant, made.ID)
	w.must(err)
	g.former = append(g.former, g.card.Card)
	g.card = &checkout.Certificate{Card: made.ID, Number: secret.Number, Machine: secret.Machine}
}
