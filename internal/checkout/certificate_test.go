package checkout_test

import (
	"crypto/rand"
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/money"
)

// gift is the template of certificates that are worth a thousand roubles and last a year.
func (b *bundle) gift() verno.TemplateID {
	return b.template("gift_certificate", `{"worth":100000,"valid_days":365}`)
}

// sellGift makes a certificate at the first till.
func (b *bundle) sellGift(template verno.TemplateID, worth money.Amount, change ...func(q *checkout.SellCertificate)) *checkout.Certificate {
	b.t.Helper()
	key := b.name("gift")
	q := checkout.SellCertificate{Key: key, BodyHash: hash(key), Template: template, Amount: worth, Tender: verno.TenderCash}
	for _, f := range change {
		f(&q)
	}
	c, _, err := b.till.SellCertificate(b.ctx, b.at(0), q)
	b.must(err)
	return c
}

// paying is a tender of a certificate.
func paying(scan string, n money.Amount) verno.Tender {
	return verno.Tender{Kind: verno.TenderCertificate, Amount: n, Scan: scan}
}

// left sees what is left on a certificate, by its reading and on its face.
func (b *bundle) left(c *checkout.Certificate, want money.Amount) {
	b.t.Helper()
	found, err := b.till.Certificate(b.ctx, b.boss, c.Card)
	b.must(err)
	if x := b.facts(c.Card); found.Balance != want || x.Worth != want {
		b.t.Errorf("left %d, the card shows %d, want %d", found.Balance, x.Worth, want)
	}
}

// TestCertificate follows a certificate: made once for its key, it pays in parts and with another, down to nothing; a
// return puts its share back on it and pays none of it out.
func TestCertificate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.gift()
		ask := checkout.SellCertificate{Key: "one", BodyHash: hash("one"), Template: template, Document: card.Document{Values: map[string]string{"to": "Ольга"}}}
		c, replayed, err := b.till.SellCertificate(b.ctx, b.at(0), ask)
		b.must(err)
		again, second, err := b.till.SellCertificate(b.ctx, b.at(0), ask)
		b.must(err)
		if replayed || !second || again.Card != c.Card || again.Machine != c.Machine || c.Balance != 1000_00 || c.Issuer != b.made.Issuer {
			t.Errorf("made %+v, again %+v", c, again)
		}
		b.left(c, 1000_00)
		if x := b.facts(c.Card); x.Values["to"] != "Ольга" || x.Ends.Sub(b.clock()) < 364*24*time.Hour {
			t.Errorf("facts %+v", x)
		}
		s := b.saleOf("", tea(700_00), 0)
		s.Certificates = []string{c.Machine}
		q := b.quote(b.at(0), s)
		if v := q.Certificates; len(v) != 1 || v[0].Balance != 1000_00 || v[0].Usable != 700_00 || v[0].Code != "" {
			t.Errorf("quote %+v", v)
		}
		r := b.commit(b.at(0), b.commitOf(b.at(0), s, q, paying(c.Machine, 350_00)))
		if n := r.Tenders[0]; n.Card != c.Card || n.Scan != "" || n.Amount != 350_00 {
			t.Errorf("tenders %+v", r.Tenders)
		}
		b.left(c, 650_00)
		other := b.sellGift(template, 100_00)
		both := b.sell(b.at(1), b.saleOf("", tea(750_00), 0), paying(c.Number, 650_00), paying(other.Machine, 100_00))
		b.left(c, 0)
		b.left(other, 0)
		if x := b.facts(c.Card); x.Worth != 0 {
			t.Errorf("used up: %+v", x)
		}
		back := b.back(both)
		if back.Return.Refund != 0 || len(back.Tenders) != 2 || back.Tenders[0].Amount != 650_00 || back.Tenders[1].Card != other.Card {
			t.Errorf("return %+v", back.Return)
		}
		b.left(c, 650_00)
		b.left(other, 100_00)
		if half := b.back(r, quantity("tea", money.One/2)); half.Return.Refund != 175_00 || half.Tenders[0].Amount != 175_00 {
			t.Errorf("half %+v", half.Return)
		}
		b.left(c, 825_00)
	})
}

// TestUselessCertificates: what cannot pay says why and moves nothing.
func TestUselessCertificates(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.gift()
		c := b.sellGift(template, 100_00)
		g := b.enrol()
		commit := func(tenders ...verno.Tender) error {
			s := b.saleOf("", tea(200_00), 0)
			q := b.quote(b.at(0), s)
			_, _, err := b.till.Commit(b.ctx, b.at(0), b.commitOf(b.at(0), s, q, tenders...))
			return err
		}
		b.refused(commit(paying(c.Machine, 100_01)), "certificate_short")
		b.refused(commit(paying(g.static(), 1_00)), "card_not_usable")
		b.refused(commit(paying("0000000000000000", 1_00)), "card_not_usable")
		b.wrong(commit(paying(c.Machine, 1_00), paying(c.Number, 1_00)), "/tenders/1/scan", "duplicate")
		b.wrong(commit(paying("", 1_00)), "/tenders/0/scan", "required")
		far := checkout.SellCertificate{Key: "far", BodyHash: hash("far"), Template: template, Amount: 1_00, Document: card.Document{Starts: time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC)}}
		_, _, err := b.till.SellCertificate(b.ctx, b.boss, far)
		b.wrong(err, "/starts_at", "number_range")
		_, err = b.roll.BlockCard(b.ctx, b.boss, b.clock(), c.Card, "stolen")
		b.must(err)
		b.refused(commit(paying(c.Machine, 1_00)), "card_not_usable")
		s := b.saleOf("", tea(200_00), 0)
		s.Certificates = []string{c.Machine}
		if q := b.quote(b.at(0), s); q.Certificates[0].Code != "card_not_usable" || q.Certificates[0].Usable != 0 {
			t.Errorf("quote %+v", q.Certificates)
		}
		_, err = b.roll.UnblockCard(b.ctx, b.boss, b.clock(), c.Card)
		b.must(err)
		b.left(c, 100_00)
		foreign, err := b.office.CreateIssuer(b.ctx, b.boss, b.clock(), "ООО «Другое»", "")
		b.must(err)
		key := b.name("gift")
		theirs, _, err := b.till.SellCertificate(b.ctx, b.boss, checkout.SellCertificate{Key: key, BodyHash: hash(key), Template: template, Issuer: foreign.ID})
		b.must(err)
		b.refused(commit(paying(theirs.Machine, 1_00)), "certificate_foreign")
		b.later(366 * 24 * time.Hour)
		b.refused(commit(paying(c.Machine, 1_00)), "certificate_short")
		if n, err := b.till.LapsePoints(b.ctx, 100); err != nil || n != 2 {
			t.Errorf("lapsed %d, %v", n, err)
		}
		b.left(c, 0)
	})
}

// TestNotForSale: whoever sells a certificate of a template that gives none is told why.
func TestNotForSale(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		k, _ := card.Find("gift_certificate")
		draft, err := b.office.CreateTemplate(b.ctx, b.boss, b.clock(), b.made.Programme, k.Template("Draft"))
		b.must(err)
		away, err := b.office.CreateTemplate(b.ctx, b.boss, b.clock(), b.made.Programme, k.Template("Away"))
		b.must(err)
		_, err = b.office.ArchiveTemplate(b.ctx, b.boss, b.clock(), away.ID, away.Revision)
		b.must(err)
		for code, of := range map[string]verno.TemplateID{
			"not_found": verno.NewID[verno.TemplateID](b.clock(), rand.Reader), "template_unpublished": draft.ID, "template_archived": away.ID,
			"template_other_kind": b.template("club_pass", `{"uses":8,"valid_days":30}`),
		} {
			_, _, err := b.till.SellCertificate(b.ctx, b.boss, checkout.SellCertificate{Key: code, BodyHash: hash(code), Template: of, Amount: 1_00})
			b.refused(err, code)
		}
	})
}

// TestManyTillsOneCertificate: thirty that pay with one certificate at once take no more than is on it.
func TestManyTillsOneCertificate(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c := b.sellGift(b.gift(), 500_00)
		g := b.enrol()
		const n = 30
		var all sync.WaitGroup
		paid := make([]bool, n)
		begin := make(chan struct{})
		for i := range n {
			presence := ""
			if i%3 == 0 {
				presence = b.known(g)
			}
			s := b.saleOf(presence, tea(100_00), 0)
			s.Store = b.made.Store
			commit := b.commitOf(b.boss, s, b.quote(b.boss, s), paying(c.Machine, 100_00))
			all.Go(func() {
				<-begin
				_, _, err := b.till.Commit(b.ctx, b.boss, commit)
				if paid[i] = err == nil; err != nil && codeOf(err) != "certificate_short" {
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		sum := 0
		for _, ok := range paid {
			if ok {
				sum++
			}
		}
		if sum != 5 {
			t.Errorf("paid %d times", sum)
		}
		b.left(c, 0)
	})
}

// TestCertificateOffline: what an offline till took from a certificate is taken; what was not there becomes its debt, and
// a task, and money that comes back repays it first.
func TestCertificateOffline(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c := b.sellGift(b.gift(), 100_00)
		b.later(2 * time.Hour)
		out := b.replay(b.offline(b.enrol().static(), 150_00, func(q *checkout.Replay) { q.Tenders = []verno.Tender{paying(c.Machine, 150_00)} }))
		b.became(out[0], "applied", "")
		if tasks := b.tasks("certificate_debt"); len(tasks) != 1 || tasks[0].Detail != "5000" {
			t.Errorf("tasks %+v", tasks)
		}
		b.left(c, 0)
		b.back(out[0].Receipt)
		b.left(c, 100_00)
	})
}

// TestCertificatesAnyOrder pays with certificates, stored money and cash in any mix and returns by parts, in any order:
// each certificate has what was put on it, less what it paid, and what came back; never less than nothing, nor more than
// it began with.
func TestCertificatesAnyOrder(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		template := b.gift()
		rapid.Check(t, func(t *rapid.T) {
			b := b.in(t)
			g := b.enrol()
			b.topUp(g, 300_00)
			gifts := []*checkout.Certificate{b.sellGift(template, 211_11), b.sellGift(template, 97_01)}
			has := map[verno.CardID]money.Amount{gifts[0].Card: 211_11, gifts[1].Card: 97_01}
			var sold []*verno.Receipt
			for range rapid.IntRange(1, 6).Draw(t, "sales") {
				s := b.saleOf(b.known(g), basket(line("tea", 3*money.One, money.Amount(rapid.Int64Range(1, 90_00).Draw(t, "price")))), 0)
				s.Store = b.made.Store
				q := b.quote(b.boss, s)
				var tenders []verno.Tender
				left := q.Outcome.Totals.Payable
				for _, c := range gifts {
					n := money.Amount(rapid.Int64Range(0, int64(min(left, has[c.Card]))).Draw(t, "certificate"))
					if n > 0 {
						tenders = append(tenders, paying(c.Machine, n))
						left -= n
						has[c.Card] -= n
					}
				}
				sold = append(sold, b.commit(b.boss, b.commitOf(b.boss, s, q, tenders...)))
			}
			for _, r := range sold {
				for range rapid.IntRange(0, 3).Draw(t, "parts") {
					back := b.back(r, quantity("tea", money.One))
					for _, n := range back.Tenders {
						has[n.Card] += n.Amount
					}
				}
			}
			for _, c := range gifts {
				b.left(c, has[c.Card])
			}
		})
	})
}
