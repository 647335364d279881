package checkout_test

import (
	"crypto/rand"
	"slices"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/member"
)

// TestCertificateHistory: a certificate is found by its number and by its code, and what has happened to it is told from
// its sale on, also after another card took its place; the list of what was sold says what is left.
func TestCertificateHistory(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		c := b.sellGift(b.gift(), 700_00)
		b.later(time.Minute) // What happens in one instant has no order.
		r := b.sell(b.at(1), b.saleOf("", tea(200_00), 0), paying(c.Machine, 200_00))
		b.later(time.Minute)
		b.back(r)
		for _, text := range []string{c.Number, c.Machine} {
			found, err := b.roll.FindCard(b.ctx, b.boss, text)
			b.must(err)
			if found.ID != c.Card {
				t.Errorf("%s leads to %v", text, found.ID)
			}
		}
		_, err := b.roll.FindCard(b.ctx, b.boss, "12345")
		b.refused(err, "invalid_request")
		_, err = b.roll.FindCard(b.ctx, b.boss, string(code.NewNumber(rand.Reader)))
		b.refused(err, "not_found")
		b.later(time.Minute)
		next, err := b.roll.ReplaceCard(b.ctx, b.boss, b.clock(), member.CardRequest{Key: "next", Card: c.Card, Reason: "worn"})
		b.must(err)
		b.later(time.Minute)
		b.sell(b.at(1), b.saleOf("", tea(100_00), 0), paying(string(next.Number), 100_00))
		steps, err := b.roll.CardSteps(b.ctx, b.boss, next.ID, 10)
		b.must(err)
		type step struct {
			kind   string
			amount int64
			placed bool
		}
		var got []step
		for _, s := range steps {
			one := step{kind: s.Kind, placed: !s.Store.IsZero()}
			for _, m := range s.Moves {
				one.amount += m.Amount
			}
			got = append(got, one)
		}
		want := []step{{"sale", -100_00, true}, {"card_replace", 0, false}, {"return", 200_00, true}, {"sale", -200_00, true}, {"certificate", 700_00, true}}
		if !slices.Equal(got, want) {
			t.Errorf("the history %+v, want %+v", got, want)
		}
		sold, err := b.roll.CertificatesSold(b.ctx, b.boss, b.clock(), verno.EntryID{}, 10)
		b.must(err)
		if len(sold) != 1 || sold[0].ID != next.ID || sold[0].Worth != 700_00 || sold[0].Left != 600_00 || sold[0].Sold.Store.IsZero() {
			t.Errorf("sold %+v", sold)
		}
		if older, err := b.roll.CertificatesSold(b.ctx, b.boss, b.clock(), sold[0].Entry, 10); err != nil || len(older) != 0 {
			t.Errorf("older: %+v, %v", older, err)
		}
		back, err := b.till.Returnable(b.ctx, b.boss, b.sellGift(b.gift(), 300_00).Card)
		b.must(err)
		if back.Refund != 300_00 || back.Tender != verno.TenderCash {
			t.Errorf("given back: %+v", back)
		}
		_, err = b.till.Returnable(b.ctx, b.boss, next.ID)
		b.refused(err, "certificate_touched")
	})
}
