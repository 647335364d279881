package member_test

import (
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestCardSecrets: a card's codes lead to it, its live code is its own, and nothing of them is stored in clear.
func TestCardSecrets(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		card, secret, err := b.roll.Secret(b.ctx, b.actor.Tenant, m.Cards[0].ID)
		b.must(err)
		machine, err := code.ParseMachine(secret.Machine)
		b.must(err)
		payload := code.Live(secret.Live, machine, b.now)
		if _, ok := code.Check(secret.Live, payload, b.now); !ok {
			t.Error("the live code is not its own")
		}
		for _, value := range []string{secret.Number, secret.Machine} {
			found, err := b.roll.Vault.Find(b.ctx, b.store.Reader(), b.actor.Tenant, store.LookupCard, value)
			b.must(err)
			if found.Card != card.ID || found.Member != m.ID {
				t.Errorf("leads to %+v", found)
			}
		}
		row, err := b.store.Reader().Card(b.ctx, b.actor.Tenant, card.ID)
		b.must(err)
		if strings.Contains(string(row.Sealed), secret.Number) || strings.Contains(string(row.Sealed), secret.Machine) {
			t.Error("a code is stored in clear")
		}
	})
}

// TestPlastic: a blank card is handed out once, and whoever tries an unknown, a taken or a blocked one gets one answer.
func TestPlastic(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		blanks, err := b.roll.StockCards(b.ctx, b.actor, b.clock(), 30)
		b.must(err)
		seen := map[string]bool{}
		for _, c := range blanks {
			seen[c.Number], seen[c.Machine] = true, true
		}
		if len(seen) != 60 {
			t.Fatalf("%d codes of %d cards", len(seen), len(blanks))
		}
		m, err := b.roll.Enrol(b.ctx, b.till(), b.clock(), member.Enrol{Person: anna(), CardNumber: blanks[0].Number})
		b.must(err)
		if len(m.Cards) != 1 || m.Cards[0].Kind != member.KindPlastic || string(m.Cards[0].Number) != blanks[0].Number {
			t.Errorf("cards %+v", m.Cards)
		}
		for _, value := range []string{blanks[0].Number, blanks[0].Machine} {
			found, err := b.roll.Vault.Find(b.ctx, b.store.Reader(), b.actor.Tenant, store.LookupCard, value)
			b.must(err)
			if found.Member != m.ID {
				t.Errorf("leads to %+v", found)
			}
		}
		unknown := string(code.NewNumber(strings.NewReader(strings.Repeat("\x01", 100))))
		blocked, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{CardNumber: blanks[1].Number})
		b.must(err)
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), blocked.Cards[0].ID, "украдена")
		b.must(err)
		texts := map[string]bool{}
		for _, number := range []string{unknown, blanks[0].Number, blanks[1].Number} {
			_, err := b.roll.Enrol(b.ctx, b.till(), b.clock(), member.Enrol{CardNumber: number})
			b.refused(err, "card_not_usable")
			texts[err.Error()] = true
		}
		if len(texts) != 1 {
			t.Errorf("three answers tell the cards apart: %v", texts)
		}
		for _, n := range []int{0, -1, member.MaxStock + 1} {
			_, err := b.roll.StockCards(b.ctx, b.actor, b.clock(), n)
			b.wrong(err, "/count", "number_range")
		}
	})
}

// TestRaceForAPlasticCard: of many who are given one blank card at once, one gets it.
func TestRaceForAPlasticCard(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		blanks, err := b.roll.StockCards(b.ctx, b.actor, b.clock(), 1)
		b.must(err)
		var won atomic.Int64
		var all sync.WaitGroup
		for range 8 {
			all.Go(func() {
				switch _, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{CardNumber: blanks[0].Number}); {
				case err == nil:
					won.Add(1)
				case verno.AsError(err).Code != "card_not_usable":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d have the card", won.Load())
		}
	})
}

// TestBlock: a block counts at once: the card is refused and whoever was identified by it before has an old epoch.
func TestBlock(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		id, before := m.Cards[0].ID, b.owner(m.Owner).Epoch
		for range 2 {
			c, err := b.roll.BlockCard(b.ctx, b.actor, b.clock(), id, "потеряна")
			b.must(err)
			if c.State != verno.CardBlocked || c.Reason != "потеряна" {
				t.Errorf("card %+v", c)
			}
		}
		if o := b.owner(m.Owner); o.Epoch != before+1 {
			t.Errorf("epoch went from %d to %d", before, o.Epoch)
		}
		_, _, err := b.roll.Secret(b.ctx, b.actor.Tenant, id)
		b.refused(err, "card_state")
		c, err := b.roll.UnblockCard(b.ctx, b.actor, b.clock(), id)
		b.must(err)
		if c.State != verno.CardActive || b.owner(m.Owner).Epoch != before+2 {
			t.Errorf("card %+v", c)
		}
		if b.count(verno.EventCardBlocked) != 1 || b.count(verno.EventCardUnblocked) != 1 {
			t.Error("the audit was not told, or twice")
		}
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), id, "")
		b.wrong(err, "/reason", "required")
	})
}

// TestReplace: the old code is dead at once, the new one is another, and a repeated request makes no second card.
func TestReplace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		old, before := m.Cards[0], b.owner(m.Owner).Epoch
		q := member.CardRequest{Key: "r1", Card: old.ID, Reason: "потеряна"}
		fresh, err := b.roll.ReplaceCard(b.ctx, b.actor, b.clock(), q)
		b.must(err)
		again, err := b.roll.ReplaceCard(b.ctx, b.actor, b.clock(), q)
		b.must(err)
		if again.ID != fresh.ID || fresh.Number == old.Number || fresh.Member != m.ID {
			t.Errorf("replaced by %+v and %+v", fresh, again)
		}
		dead, err := b.roll.Card(b.ctx, b.actor, old.ID)
		b.must(err)
		if dead.State != verno.CardReplaced || dead.ReplacedBy != fresh.ID || b.owner(m.Owner).Epoch != before+1 {
			t.Errorf("the old card is %+v", dead)
		}
		for _, fn := range []func() error{
			func() error { _, err := b.roll.UnblockCard(b.ctx, b.actor, b.clock(), old.ID); return err },
			func() error { _, err := b.roll.BlockCard(b.ctx, b.actor, b.clock(), old.ID, "x"); return err },
			func() error {
				_, err := b.roll.ReplaceCard(b.ctx, b.actor, b.clock(), member.CardRequest{Key: "r2", Card: old.ID})
				return err
			},
		} {
			b.refused(fn(), "card_state")
		}
	})
}

// TestCardLimit: a member has ten active cards at most, however many ask at once.
func TestCardLimit(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(vault.Person{})
		var all sync.WaitGroup
		for range 14 {
			all.Go(func() {
				_, err := b.roll.IssueCard(b.ctx, b.actor, b.clock(), member.CardRequest{Member: m.ID})
				if err != nil && !errors.Is(err, verno.Conflict("card_limit")) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		cards, err := b.roll.Cards(b.ctx, b.actor, m.ID)
		b.must(err)
		if len(cards) != 10 {
			t.Errorf("%d cards", len(cards))
		}
	})
}
