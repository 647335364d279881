package member_test

import (
	"crypto/rand"
	"fmt"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// shop is a till beside the roll.
type shop struct {
	*bundle
	till  *checkout.Till
	actor verno.Actor
	sales int
}

func (b *bundle) shop() *shop {
	s := &shop{bundle: b, actor: b.actor}
	s.till = checkout.New(b.store, b.books, b.roll.Vault, b.clock, rand.Reader, checkout.Limits{})
	s.actor.Store = b.made.Store
	return s
}

// live shows a card's live code to the till.
func (s *shop) live(id verno.CardID) *checkout.Identified {
	s.t.Helper()
	s.later(time.Minute)
	_, secret, err := s.roll.Secret(s.ctx, s.actor.Tenant, id)
	s.must(err)
	payload := code.Live(secret.Live, code.Machine(secret.Machine), s.clock())
	seen, err := s.till.Identify(s.ctx, s.actor, checkout.Identify{Scan: payload})
	s.must(err)
	return seen
}

// sell quotes a basket of 1000 roubles and returns how to commit it.
func (s *shop) sell(presence string, spend money.Points) func() (*verno.Receipt, error) {
	s.t.Helper()
	s.sales++
	sale := checkout.Sale{Presence: presence, Spend: spend, Basket: verno.Basket{Currency: "RUB", Lines: []verno.Line{
		{ID: "1", SKU: "tea", Name: "Чай", Quantity: money.One, Price: 100_000, Sum: 100_000},
	}}}
	quote, err := s.till.Quote(s.ctx, s.actor, sale, checkout.QuoteOptions{})
	s.must(err)
	c := checkout.Commit{
		Key: fmt.Sprint("sale ", s.sales), CheckoutID: fmt.Sprint("checkout ", s.sales), Sale: sale, Totals: quote.Outcome.Totals,
		Tenders: []verno.Tender{{Kind: verno.TenderCash, Amount: quote.Outcome.Totals.Payable}},
	}
	return func() (*verno.Receipt, error) {
		r, _, err := s.till.Commit(s.ctx, s.actor, c)
		return r, err
	}
}

// TestAtTheTill: who has joined buys with the card that was issued: the welcome can be spent after the first purchase,
// the timeline tells of both, and a merge leaves the old card working for whom it now belongs to.
func TestAtTheTill(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.welcome(`{"points":200,"until_first":true}`, verno.Limits{})
		s := b.shop()
		m := b.enrol(anna())
		_, err := s.sell(s.live(m.Cards[0].ID).Presence, 0)()
		b.must(err)
		if p := b.points(m.ID); p.Available != 250 || p.Pending != 0 {
			t.Errorf("points %+v", p)
		}
		steps, err := b.roll.Timeline(b.ctx, b.actor, m.ID, nil, 10)
		b.must(err)
		if len(steps) != 2 || !steps[0].Receipt || steps[0].Kind != "sale" || steps[0].Gross != 100_000 ||
			len(steps[0].Moves) != 1 || steps[0].Moves[0].Why != "earn" || steps[0].Moves[0].Amount != 50 {
			t.Errorf("timeline %+v", steps)
		}
		into := b.enrol(boris())
		_, err = b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: m.ID, Into: into.ID})
		b.must(err)
		seen := s.live(m.Cards[0].ID)
		if seen.View.Member != into.ID {
			t.Errorf("the old card is %s's", seen.View.Member)
		}
		_, err = s.sell(seen.Presence, 100)()
		b.refused(err, "account_cooling")
		b.later(48 * time.Hour)
		r, err := s.sell(s.live(m.Cards[0].ID).Presence, 100)()
		b.must(err)
		if p := b.points(into.ID); r.Owner != into.Owner || r.Totals.Points != 100 || p.Available != 250+200-100+45 {
			t.Errorf("spent %d, left %+v", r.Totals.Points, p)
		}
		back, err := s.till.Identify(b.ctx, s.actor, checkout.Identify{Scan: "+7 916 123-45-67"})
		b.must(err)
		if back.View.Member != into.ID {
			t.Errorf("the old phone is %s's", back.View.Member)
		}
		b.balanced(into.Owner)
	})
}

// TestNothingIsSpentAfterwards: a block, a replacement, a freeze, a merge or an erasure between scan and payment wins.
func TestNothingIsSpentAfterwards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		s := b.shop()
		for name, change := range map[string]func(m *member.Enrolled) error{
			"block": func(m *member.Enrolled) error {
				_, err := b.roll.BlockCard(b.ctx, b.actor, b.clock(), m.Cards[0].ID, "потеряна")
				return err
			},
			"replace": func(m *member.Enrolled) error {
				_, err := b.roll.ReplaceCard(b.ctx, b.actor, b.clock(), member.CardRequest{Card: m.Cards[0].ID})
				return err
			},
			"freeze": func(m *member.Enrolled) error {
				_, err := b.roll.Freeze(b.ctx, b.actor, m.ID)
				return err
			},
			"thaw": func(m *member.Enrolled) error {
				if _, err := b.roll.Freeze(b.ctx, b.actor, m.ID); err != nil {
					return err
				}
				_, err := b.roll.Unfreeze(b.ctx, b.actor, m.ID)
				return err
			},
			"merge": func(m *member.Enrolled) error {
				into, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{})
				b.must(err)
				_, err = b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: m.ID, Into: into.ID})
				return err
			},
			"erase": func(m *member.Enrolled) error { return b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, "") },
		} {
			m, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{IssueCard: true})
			b.must(err)
			b.give(m.ID, 500)
			commit := s.sell(s.live(m.Cards[0].ID).Presence, 100)
			if err := change(m); err != nil {
				t.Fatalf("%s: %v", name, err)
			}
			if _, err := commit(); err == nil || verno.AsError(err).Kind == verno.Internal {
				t.Errorf("%s: spent all the same: %v", name, err)
			}
			if p := b.points(m.ID); name != "erase" && p.Balance != 500 {
				t.Errorf("%s: left %d", name, p.Balance)
			}
			if name != "block" && name != "replace" && name != "erase" {
				continue
			}
			_, err = s.till.Identify(b.ctx, s.actor, checkout.Identify{Scan: string(m.Cards[0].Number)})
			b.refused(err, "card_not_usable")
		}
	})
}
