package member_test

import (
	"errors"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/vault"
)

// reference is a Payment Account Reference like no other.
func reference(n int) string { return "V001001302003004005006007" + strconv.Itoa(1000+n) }

func paying(id verno.MemberID, n int) member.PaymentCardRequest {
	return member.PaymentCardRequest{
		Member: id, Token: reference(n), Scheme: "mir", LastFour: "0042", Name: "зарплатная",
		Consent: &member.Agreement{Granted: true, Text: "Узнавайте меня по этой карте."},
	}
}

func (b *bundle) register(q member.PaymentCardRequest) member.PaymentCard {
	b.t.Helper()
	c, _, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), q)
	b.must(err)
	return c
}

func (b *bundle) paymentCards(id verno.MemberID) []member.PaymentCard {
	b.t.Helper()
	list, err := b.roll.PaymentCards(b.ctx, b.actor, id)
	b.must(err)
	return list
}

// TestPaymentCards: a bank card is registered once, with consent, by one member; it goes when she removes it or takes the
// consent back, and then somebody else may have it.
func TestPaymentCards(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m, other := b.enrol(anna()), b.enrol(boris())
		without := paying(m.ID, 1)
		without.Consent = nil
		_, _, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), without)
		b.refused(err, "payment_consent_missing")
		c := b.register(paying(m.ID, 1))
		if c.Member != m.ID || c.Scheme != "mir" || c.LastFour != "0042" || c.Name != "зарплатная" || !c.At.Equal(b.clock().UTC()) {
			t.Errorf("registered %+v", c)
		}
		again, added, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), without)
		b.must(err)
		if added || again.ID != c.ID || b.count(verno.EventPaymentCardAdded) != 1 || b.count(verno.EventConsentGranted) != 1 {
			t.Errorf("registered again: %+v", again)
		}
		_, _, err = b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), paying(other.ID, 1))
		b.refused(err, "payment_card_taken")
		if strings.Contains(err.Error(), m.ID.String()) || len(b.paymentCards(other.ID)) != 0 || b.count(verno.EventConsentGranted) != 1 {
			t.Errorf("a refusal that tells: %v", err)
		}
		second := without
		second.Token = reference(2)
		b.register(second) // The consent holds for every card.
		epoch := b.owner(m.Owner).Epoch
		b.refused(b.roll.RemovePaymentCard(b.ctx, b.actor, other.ID, c.ID), "not_found")
		b.must(b.roll.RemovePaymentCard(b.ctx, b.actor, m.ID, c.ID))
		b.refused(b.roll.RemovePaymentCard(b.ctx, b.actor, m.ID, c.ID), "not_found")
		if b.owner(m.Owner).Epoch != epoch+1 || b.count(verno.EventPaymentCardRemoved) != 1 || len(b.paymentCards(m.ID)) != 1 {
			t.Errorf("removed, and left are %+v", b.paymentCards(m.ID))
		}
		b.register(paying(other.ID, 1))
		b.later(time.Minute)
		_, err = b.roll.Consent(b.ctx, b.actor, b.clock(), m.ID, member.Agreement{Purpose: member.PurposePaymentCard})
		b.must(err)
		if left := b.paymentCards(m.ID); len(left) != 0 {
			t.Errorf("the consent is withdrawn, and left are %+v", left)
		}
		_, _, err = b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), without)
		b.refused(err, "payment_consent_missing")
	})
}

// TestPaymentCardRefusals: no field takes the number of a bank card, and there are not too many cards.
func TestPaymentCardRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		for pointer, change := range map[string]func(q *member.PaymentCardRequest) string{
			"/last_four":       func(q *member.PaymentCardRequest) string { q.LastFour = "12a4"; return "text_invalid" },
			"/scheme":          func(q *member.PaymentCardRequest) string { q.Scheme = "gold"; return "unknown_value" },
			"/consent/text":    func(q *member.PaymentCardRequest) string { q.Consent.Text = ""; return "consent_no_text" },
			"/consent/granted": func(q *member.PaymentCardRequest) string { q.Consent.Granted = false; return "required" },
		} {
			q := paying(m.ID, 1)
			want := change(&q)
			_, _, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), q)
			b.wrong(err, pointer, want)
		}
		short, token, name := paying(m.ID, 1), paying(m.ID, 1), paying(m.ID, 1)
		short.Token, token.Token, name.Name = "short", "4111 1111-1111 1111", "2200000000000004"
		_, _, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), short)
		b.refused(err, "payment_token_invalid")
		for _, q := range []member.PaymentCardRequest{token, name} {
			_, _, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), q)
			b.refused(err, "payment_card_number")
		}
		for n := range 10 {
			b.register(paying(m.ID, n))
		}
		_, _, err = b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), paying(m.ID, 10))
		b.refused(err, "payment_card_limit")
	})
}

// TestPaymentCardRace: of two members who register one card at once, one has it.
func TestPaymentCardRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		members := [...]*member.Enrolled{b.enrol(anna()), b.enrol(boris())}
		var won, lost atomic.Int64
		var wait sync.WaitGroup
		for _, m := range members {
			wait.Go(func() {
				switch _, _, err := b.roll.RegisterPaymentCard(b.ctx, b.actor, b.clock(), paying(m.ID, 1)); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, verno.Conflict("payment_card_taken")):
					lost.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		wait.Wait()
		if won.Load() != 1 || lost.Load() != 1 || len(b.paymentCards(members[0].ID))+len(b.paymentCards(members[1].ID)) != 1 {
			t.Errorf("%d have it, %d are refused", won.Load(), lost.Load())
		}
	})
}

// TestPaymentCardsFollow: bank cards go with a member who is merged, are told to whoever asks for their data, and are
// forgotten with the member.
func TestPaymentCardsFollow(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		alias := b.enrol(vault.Person{Phone: "+79031112233", FirstName: "Аня"})
		b.register(paying(alias.ID, 1))
		_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: alias.ID, Into: m.ID})
		b.must(err)
		if list := b.paymentCards(m.ID); len(list) != 1 || list[0].Member != m.ID || list[0].LastFour != "0042" {
			t.Fatalf("after the merge: %+v", list)
		}
		told, err := b.roll.Export(b.ctx, b.actor, b.clock(), m.ID)
		b.must(err)
		if !strings.Contains(string(told), `"last_four": "0042"`) || !strings.Contains(string(told), "зарплатная") || strings.Contains(string(told), reference(1)) {
			t.Errorf("handed out: %s", told)
		}
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, ""))
		if list := b.paymentCards(m.ID); len(list) != 0 {
			t.Errorf("after the erasure: %+v", list)
		}
		other := b.enrol(boris())
		b.register(paying(other.ID, 1))
	})
}
