package member_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// mailbox takes what the roll sends.
type mailbox struct {
	mu    sync.Mutex
	got   []member.Letter
	again bool
	err   error
}

func (m *mailbox) take(_ context.Context, l member.Letter) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.got = append(m.got, l)
	return m.again, m.err
}

// courier sets up gateways for both ways.
func (b *bundle) courier() *mailbox {
	m := &mailbox{}
	b.roll.Courier.Base = "https://card.example"
	b.roll.Courier.Deliver = map[string]func(context.Context, member.Letter) (bool, error){member.BySMS: m.take, member.ByMail: m.take}
	b.roll.Courier.Words = func(language, channel string, gift bool, business, address string) (subject, text string) {
		if gift {
			business += ", a gift"
		}
		return language + " " + channel + " " + business, address
	}
	return m
}

func (b *bundle) link(card verno.CardID, channel, key string) (member.Link, error) {
	return b.roll.SendLink(b.ctx, b.actor, b.clock(), member.LinkRequest{Key: key, BodyHash: hash(channel), Card: card, Channel: channel})
}

// text is what stands in the address of a letter.
func (b *bundle) text(l member.Letter) string {
	b.t.Helper()
	text, ok := strings.CutPrefix(l.Text, "https://card.example"+member.LinkPath)
	if !ok || len(text) != 26 {
		b.t.Fatalf("the letter says %q", l.Text)
	}
	return text
}

// TestLink: a link goes to the member's own phone or mail, by a job, and puts the card into one browser.
func TestLink(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post := b.courier()
		m := b.enrol(anna())
		card := m.Cards[0].ID
		sent, err := b.link(card, member.BySMS, "k1")
		b.must(err)
		if sent.State != "waiting" || sent.To != "+7 ••• ••• •• 67" || len(post.got) != 0 {
			t.Errorf("%+v, %d letters", sent, len(post.got))
		}
		again, err := b.link(card, member.BySMS, "k1")
		b.must(err)
		if again.ID != sent.ID || !again.Replayed {
			t.Errorf("%+v is not a repeat of %+v", again, sent)
		}
		b.later(time.Second) // The latest is told first.
		_, err = b.link(card, member.ByMail, "")
		b.must(err)
		b.must(b.roll.Deliver(b.ctx, b.clock))
		b.must(b.roll.Deliver(b.ctx, b.clock))
		if len(post.got) != 2 {
			t.Fatalf("%d letters", len(post.got))
		}
		byTo := map[string]member.Letter{}
		for _, l := range post.got {
			byTo[l.To] = l
		}
		sms, mail := byTo["+79161234567"], byTo["anna@example.com"]
		if sms.ID != sent.ID.String() || sms.Subject != "ru sms Чайка" || mail.Subject != "ru email Чайка" {
			t.Errorf("letters %+v", post.got)
		}
		list, err := b.roll.Links(b.ctx, b.actor, card)
		b.must(err)
		if len(list) != 2 || list[1].State != "sent" || list[0].To != "a•••@example.com" {
			t.Errorf("links %+v", list)
		}
		for _, e := range b.events() {
			for _, v := range e.Detail {
				b.silent("an event", v, anna())
			}
		}
		o, err := b.roll.OpenLink(b.ctx, b.text(sms), b.clock())
		b.must(err)
		if o.Card != card || o.Member != m.ID || !o.Once {
			t.Errorf("opened %+v", o)
		}
		b.openOnce(b.text(sms), m.ID, card)
		if b.count(verno.EventCardLinkSent) != 2 || b.count(verno.EventCardLinkOpened) != 1 {
			t.Errorf("%d sent, %d opened", b.count(verno.EventCardLinkSent), b.count(verno.EventCardLinkOpened))
		}
	})
}

// openOnce opens a link by many at once: one has the card.
func (b *bundle) openOnce(text string, of verno.MemberID, card verno.CardID) {
	b.t.Helper()
	var all sync.WaitGroup
	tokens := make([]string, 8)
	for i := range tokens {
		all.Go(func() {
			token, err := b.roll.UseLink(b.ctx, text, "a phone", b.clock())
			if err != nil && !errors.Is(err, verno.NotFound("card_link_over")) {
				b.t.Error(err)
			}
			tokens[i] = token
		})
	}
	all.Wait()
	won := 0
	for _, token := range tokens {
		if token == "" {
			continue
		}
		won++
		s, err := b.roll.Session(b.ctx, token, b.clock())
		b.must(err)
		if s.Member != of || s.Card != card {
			b.t.Errorf("session %+v", s)
		}
	}
	if won != 1 {
		b.t.Errorf("%d browsers have the card", won)
	}
}

// TestLinkByMailProvesNoPhone: mail is not the phone: who has one enters by it, and wallets alone take the card by mail.
func TestLinkByMailProvesNoPhone(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post := b.courier()
		b.roll.Courier.Send = func(member.Message) {}
		m := b.enrol(anna())
		_, err := b.link(m.Cards[0].ID, member.ByMail, "")
		b.must(err)
		b.must(b.roll.Deliver(b.ctx, b.clock))
		text := b.text(post.got[0])
		o, err := b.roll.OpenLink(b.ctx, text, b.clock())
		b.must(err)
		if o.Once {
			t.Error("mail opens the card in a browser")
		}
		_, err = b.roll.UseLink(b.ctx, text, "", b.clock())
		b.refused(err, "card_link_over")
	})
}

// TestLinkEnds: with its time, with its card, and where the phone is another one.
func TestLinkEnds(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post := b.courier()
		m := b.enrol(anna())
		card := m.Cards[0].ID
		for range 3 {
			_, err := b.link(card, member.BySMS, "")
			b.must(err)
		}
		_, err := b.link(card, member.BySMS, "")
		b.refused(err, "link_too_many")
		b.must(b.roll.Deliver(b.ctx, b.clock))
		text := b.text(post.got[0])
		_, err = b.roll.OpenLink(b.ctx, text, b.clock().Add(72*time.Hour))
		b.refused(err, "card_link_over")
		guess := "0" + text[1:]
		if guess == text {
			guess = "1" + text[1:]
		}
		_, err = b.roll.OpenLink(b.ctx, guess, b.clock())
		b.refused(err, "card_link_over")
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), card, "lost")
		b.must(err)
		_, err = b.roll.OpenLink(b.ctx, text, b.clock())
		b.refused(err, "card_link_over")
		_, err = b.link(card, member.BySMS, "")
		b.refused(err, "card_state")
		_, err = b.roll.UnblockCard(b.ctx, b.actor, b.clock(), card)
		b.must(err)
		_, err = b.roll.OpenLink(b.ctx, text, b.clock())
		b.must(err)
		other := "+79031112233"
		_, err = b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, b.revision(m.ID), member.Change{Phone: &other})
		b.must(err)
		_, err = b.roll.OpenLink(b.ctx, text, b.clock())
		b.refused(err, "card_link_over")
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, ""))
		_, err = b.roll.OpenLink(b.ctx, text, b.clock())
		b.refused(err, "card_link_over")
		list, err := b.roll.Links(b.ctx, b.actor, card)
		b.must(err)
		if len(list) != 3 || list[0].To != "" {
			t.Errorf("links of the erased %+v", list)
		}
	})
}

func (b *bundle) revision(id verno.MemberID) int64 {
	b.t.Helper()
	v, err := b.roll.Read(b.ctx, b.actor, id)
	b.must(err)
	return v.Revision
}

// TestLinkRefusals: nothing is sent where nobody can be reached, where the member does not want it, or without a gateway.
func TestLinkRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(boris())
		card := m.Cards[0].ID
		_, err := b.link(card, member.BySMS, "")
		b.refused(err, "link_off")
		b.courier()
		_, err = b.link(card, "pigeon", "")
		b.wrong(err, "/channel", "unknown_value")
		_, err = b.link(card, member.ByMail, "")
		b.refused(err, "link_nowhere")
		_, err = b.link(verno.CardID{1}, member.BySMS, "")
		b.refused(err, "not_found")
		_, err = b.roll.SendLink(b.ctx, b.till(), b.clock(), member.LinkRequest{Card: card, Channel: member.BySMS})
		b.refused(err, "permission_missing")
		stranger, _ := b.chain("Буревестник")
		_, err = b.roll.SendLink(b.ctx, stranger, b.clock(), member.LinkRequest{Card: card, Channel: member.BySMS})
		b.refused(err, "not_found")
		_, err = b.roll.Consent(b.ctx, b.actor, b.clock(), m.ID, member.Agreement{Purpose: member.PurposePersonalData})
		b.must(err)
		_, err = b.link(card, member.BySMS, "")
		b.refused(err, "link_consent")
	})
}

// TestLinkIsTriedAgain while the gateway stumbles, with the same number, and is given up where that makes no sense.
func TestLinkIsTriedAgain(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post := b.courier()
		m := b.enrol(anna())
		card := m.Cards[0].ID
		post.again, post.err = true, errors.New("503")
		sent, err := b.link(card, member.BySMS, "")
		b.must(err)
		for range 20 {
			b.must(b.roll.Deliver(b.ctx, b.clock))
			b.later(5 * time.Hour)
		}
		for _, l := range post.got {
			if l.ID != sent.ID.String() {
				t.Errorf("letter %+v", l)
			}
		}
		list, err := b.roll.Links(b.ctx, b.actor, card)
		b.must(err)
		if len(post.got) != 8 || list[0].State != "failed" {
			t.Errorf("%d tries, then %s", len(post.got), list[0].State)
		}
		post.got, post.again = nil, false
		_, err = b.link(card, member.BySMS, "")
		b.must(err)
		b.must(b.roll.Deliver(b.ctx, b.clock))
		b.later(5 * time.Hour)
		b.must(b.roll.Deliver(b.ctx, b.clock))
		if len(post.got) != 1 {
			t.Errorf("%d tries of what the gateway refuses", len(post.got))
		}
	})
}
