package checkout_test

import (
	"strconv"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
)

const reference = "V0010013020030040050060070080"

// pays registers a bank card.
func (b *bundle) pays(g *guest, token string) verno.PaymentCardID {
	b.t.Helper()
	c, _, err := b.roll.RegisterPaymentCard(b.ctx, b.boss, b.clock(), member.PaymentCardRequest{
		Member: g.ID, Token: token, LastFour: "0042", Consent: &member.Agreement{Granted: true, Text: "Узнавайте меня по карте."},
	})
	b.must(err)
	return c.ID
}

// byBankCard finds who is known by a bank card, or is refused.
func (b *bundle) byBankCard(a verno.Actor, token, want string) *checkout.Identified {
	b.t.Helper()
	found, err := b.till.Identify(b.ctx, a, checkout.Identify{PaymentCard: token})
	b.refused(err, want)
	return found
}

// TestCashbackByBankCard: who has registered a bank card earns with nothing but that card, and a partner's offer is hers
// without her doing anything for it: at the partner's shop, and nowhere else.
func TestCashbackByBankCard(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		b.promote("points_multiplier", `{"times":3}`, func(p *verno.Promotion) { p.Schedule.Stores = []verno.StoreID{b.east} })
		g := b.enrol(anna)
		b.pays(g, reference)
		earned := [3]int64{}
		for _, at := range []int{0, 2} { // The house's own shop, and the partner's in the east.
			found := b.byBankCard(b.at(at), reference, "")
			if found.Method != verno.MethodPaymentCard || found.Strong || found.View.Member != g.ID || found.View.FirstName == "" {
				t.Fatalf("identified %+v", found)
			}
			r := b.sell(b.at(at), b.saleOf(found.Presence, tea(1_000_00), 0))
			for i := range r.Outcome.Awards {
				earned[at] += int64(r.Outcome.Awards[i].Points)
			}
			if r.Member != g.ID || r.Method != verno.MethodPaymentCard || !r.Card.IsZero() {
				t.Errorf("the receipt of %+v", r)
			}
		}
		if earned[0] != 50 || earned[2] != 150 {
			t.Errorf("earned %d at home and %d at the partner's", earned[0], earned[2])
		}
		b.has(g, 200)
	})
}

// TestBankCardProvesLittle: a bank card spends no more than any code that can be copied, and no money; when it is removed,
// or its member is no more, it is nobody's.
func TestBankCardProvesLittle(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.give(g, 900)
		b.topUp(g, 500_00)
		card := b.pays(g, reference)
		a := b.at(0)
		presence := b.byBankCard(a, reference, "").Presence
		if r := b.sell(a, b.saleOf(presence, tea(400_00), -1)); r.Totals.Points != 100 {
			t.Errorf("a bank card has spent %d points", r.Totals.Points)
		}
		s := b.saleOf(presence, tea(400_00), 0)
		_, _, err := b.till.Commit(b.ctx, a, b.commitOf(a, s, b.quote(a, s), stored(50_00)))
		b.refused(err, "strength_needed")
		_, err = b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		if q := b.quote(a, b.saleOf(b.byBankCard(a, reference, "").Presence, tea(100_00), -1)); q.Outcome.Totals.Points != 0 {
			t.Errorf("of a frozen account %d points are spent", q.Outcome.Totals.Points)
		}
		_, err = b.roll.Unfreeze(b.ctx, b.boss, g.ID)
		b.must(err)
		presence = b.byBankCard(a, reference, "").Presence
		b.must(b.roll.RemovePaymentCard(b.ctx, b.boss, g.ID, card))
		b.byBankCard(a, reference, "card_not_usable")
		s = b.saleOf(presence, tea(100_00), 0)
		_, err = b.till.Quote(b.ctx, a, s, checkout.QuoteOptions{})
		b.refused(err, "presence_stale")
		b.pays(g, reference)
		into := b.enrol()
		_, err = b.roll.Merge(b.ctx, b.boss, b.clock(), member.Merge{From: g.ID, Into: into.ID})
		b.must(err)
		if found := b.byBankCard(a, reference, ""); found.View.Member != into.ID {
			t.Errorf("after the merge it is %v", found.View.Member)
		}
		b.must(b.roll.Erase(b.ctx, b.boss, b.clock(), into.ID, member.StoredForfeited))
		b.byBankCard(a, reference, "card_not_usable")
	})
}

// TestBankCardsAreNoGuesses: most bank cards that pay are nobody's here, and asking for them leaves a till its other
// look-ups. What is as short as a number is counted, and a card's number is refused.
func TestBankCardsAreNoGuesses(t *testing.T) {
	t.Parallel()
	eachWith(t, checkout.Limits{MissesPerHour: 3, LookupsPerHour: 1000}, func(_ *testing.T, b *bundle) {
		g := b.enrol(anna)
		a := b.at(0)
		for n := range 20 {
			b.byBankCard(a, reference[:25]+strconv.Itoa(1000+n), "card_not_usable")
		}
		b.scan(a, g.static())
		b.byBankCard(a, "4111 1111 1111 1111", "payment_card_number")
		b.byBankCard(a, "tok en", "payment_token_invalid")
		for range 3 {
			b.byBankCard(a, "M5N7TQ4TG5PFWR50", "card_not_usable")
		}
		b.byBankCard(a, "M5N7TQ4TG5PFWR50", "rate_limited")
		b.byBankCard(a, reference, "card_not_usable")
	})
}

// TestBankCardWithoutNetwork: a sale that was made while the till was offline is the member's whose bank card paid.
func TestBankCardWithoutNetwork(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.pays(g, reference)
		receipt := b.offline("", 200_00)
		receipt.Member = checkout.Identify{PaymentCard: reference}
		out := b.replay(receipt)
		b.became(out[0], "applied", "")
		b.has(g, 10)
	})
}
