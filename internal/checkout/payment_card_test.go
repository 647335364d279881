package checkout_test

import (
	"strconv"
	"testing"
	"time"

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

// TestBankCardIsScanned: what a terminal hands over as a scan finds the member, as the token alone does, and when that was is
// known afterwards; also to a till that sold without a network.
func TestBankCardIsScanned(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.pays(g, reference)
		used := func() time.Time {
			list, err := b.roll.PaymentCards(b.ctx, b.boss, g.ID)
			b.must(err)
			return list[0].UsedAt
		}
		if !used().IsZero() {
			t.Errorf("used at %v before anybody has seen it", used())
		}
		const scan = "pay:" + reference + ";mir;0042"
		for _, q := range []checkout.Identify{{Scan: scan}, {PaymentCard: reference}} {
			b.later(time.Hour)
			found, err := b.till.Identify(b.ctx, b.at(0), q)
			b.must(err)
			if found.Method != verno.MethodPaymentCard || found.Strong || found.View.Member != g.ID || !used().Equal(b.clock().Truncate(time.Microsecond)) {
				t.Errorf("identified %+v, used at %v", found, used())
			}
		}
		receipt := b.offline("", 200_00)
		receipt.Member = checkout.Identify{Scan: scan}
		b.became(b.replay(receipt)[0], "applied", "")
		b.has(g, 10)
		_, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: "pay:4111111111111111"})
		b.refused(err, "payment_card_number")
	})
}

// TestPresentNeedsProof: who is here is taken from a live code, a tap or a PIN, and from nothing that could be copied, said, or
// was said yes to for one purchase; and not of an account that is frozen, or that has changed since.
func TestPresentNeedsProof(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.pays(g, reference)
		a := b.at(0)
		is := func(a verno.Actor, presence, want string) {
			t.Helper()
			b.refused(b.till.Present(b.ctx, a, g.ID, presence, verno.TerminalID{}), want)
		}
		for _, copied := range []string{g.static(), g.secret.Number, "pay:" + reference} {
			is(a, b.scan(a, copied), "payment_proof_needed")
		}
		live := b.scan(a, b.live(g))
		is(a, live, "")
		b.refused(b.till.Present(b.ctx, a, b.enrol().ID, live, verno.TerminalID{}), "presence_stale")
		is(b.at(1), live, "presence_invalid")
		is(a, "", "presence_invalid")
		_, err := b.roll.Freeze(b.ctx, b.boss, g.ID)
		b.must(err)
		is(a, live, "presence_stale")
		b.later(time.Minute)
		is(a, b.scan(a, b.live(g)), "account_frozen")
		_, err = b.roll.Unfreeze(b.ctx, b.boss, g.ID)
		b.must(err)
		b.later(time.Minute)
		is(a, b.scan(a, b.live(g)), "")
	})
}
