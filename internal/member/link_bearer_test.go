package member_test

import (
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
)

// gift makes a certificate that is nobody's.
func (b *bundle) gift() verno.CardID {
	b.t.Helper()
	c, err := b.roll.IssueOf(b.ctx, b.actor, b.clock(), b.template("gift_certificate", nil), verno.MemberID{}, card.Document{})
	b.must(err)
	return c.ID
}

func (b *bundle) hand(c verno.CardID, channel, to, key string) (member.Link, error) {
	return b.roll.SendLink(b.ctx, b.actor, b.clock(), member.LinkRequest{Key: key, BodyHash: hash(channel + to), Card: c, Channel: channel, To: to})
}

// TestGiftLink: a card that is nobody's goes to a phone that is forgotten as soon as it is told, and is in one browser at a
// time: the one that opened it last.
func TestGiftLink(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post, gift := b.courier(), b.gift()
		sent, err := b.hand(gift, member.BySMS, "8 (916) 123-45-67", "k")
		b.must(err)
		again, err := b.hand(gift, member.BySMS, "8 (916) 123-45-67", "k")
		b.must(err)
		if sent.State != "waiting" || sent.To != "" || sent.Path != "" || !again.Replayed || again.ID != sent.ID {
			t.Errorf("%+v, again %+v", sent, again)
		}
		row, err := b.store.Reader().CardLinkByID(b.ctx, b.actor.Tenant, sent.ID)
		b.must(err)
		if len(row.Target) == 0 || len(row.Token) != 0 {
			t.Errorf("kept %+v", row)
		}
		b.silent("what is kept", string(row.Target), anna())
		b.must(b.roll.Deliver(b.ctx, b.clock))
		if row, err = b.store.Reader().CardLinkByID(b.ctx, b.actor.Tenant, sent.ID); err != nil || row.Target != nil || row.SentAt.IsZero() {
			t.Errorf("afterwards %+v, %v", row, err)
		}
		if len(post.got) != 1 || post.got[0].To != "+79161234567" || !strings.HasSuffix(post.got[0].Subject, ", a gift") {
			t.Fatalf("letters %+v", post.got)
		}
		for _, e := range b.events() {
			for _, v := range e.Detail {
				b.silent("an event", v, anna())
			}
		}
		first, err := b.roll.UseLink(b.ctx, b.text(post.got[0]), "a phone", b.clock())
		b.must(err)
		if _, err := b.roll.UseLink(b.ctx, b.text(post.got[0]), "another", b.clock()); err == nil {
			t.Error("it was opened twice")
		}
		s, err := b.roll.BearerSession(b.ctx, first, b.clock())
		b.must(err)
		if s.Card != gift || !s.Member.IsZero() {
			t.Errorf("a session of %+v", s)
		}
		_, err = b.roll.Session(b.ctx, first, b.clock())
		b.refused(err, "credential_invalid")

		shown, err := b.hand(gift, member.OnScreen, "", "")
		b.must(err)
		later, err := b.roll.UseLink(b.ctx, shown.Path[len(member.LinkPath):], "whoever is given it", b.clock())
		b.must(err)
		_, err = b.roll.BearerSession(b.ctx, first, b.clock())
		b.refused(err, "credential_invalid")
		_, err = b.roll.BearerSession(b.ctx, later, b.clock())
		b.must(err)
		_, err = b.roll.ReplaceCard(b.ctx, b.actor, b.clock(), member.CardRequest{Card: gift, Reason: "lost"})
		b.must(err)
		_, err = b.roll.BearerSession(b.ctx, later, b.clock())
		b.refused(err, "credential_invalid")
		_, err = b.hand(gift, member.OnScreen, "", "")
		b.refused(err, "card_state")
	})
}

// TestGiftLinkRefusals: where it goes must be said, of one's own card must not, and there are limits.
func TestGiftLinkRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		gift := b.gift()
		_, err := b.hand(gift, member.BySMS, "+79161234567", "")
		b.refused(err, "link_off")
		b.courier()
		for _, c := range []struct{ channel, to, pointer, code string }{
			{"pigeon", "", "/channel", "unknown_value"},
			{member.BySMS, "", "/to", "required"},
			{member.BySMS, "none", "/to", "phone_invalid"},
			{member.ByMail, "none", "/to", "email_invalid"},
			{member.OnScreen, "+79161234567", "/to", "unknown_field"},
		} {
			_, err := b.hand(gift, c.channel, c.to, "")
			b.wrong(err, c.pointer, c.code)
		}
		m := b.enrol(anna())
		_, err = b.hand(m.Cards[0].ID, member.BySMS, "+79161234568", "")
		b.wrong(err, "/to", "link_to_member")
		_, err = b.hand(m.Cards[0].ID, member.OnScreen, "", "")
		b.wrong(err, "/channel", "unknown_value")
		for range 3 {
			_, err := b.hand(b.gift(), member.BySMS, "+79161234567", "")
			b.must(err)
		}
		_, err = b.hand(gift, member.BySMS, "+79161234567", "")
		b.refused(err, "link_too_many")
		for range 10 {
			_, err = b.hand(gift, member.OnScreen, "", "")
			b.must(err)
		}
		_, err = b.hand(gift, member.OnScreen, "", "")
		b.refused(err, "link_too_many")
		b.later(73 * time.Hour)
		shown, err := b.hand(gift, member.OnScreen, "", "")
		b.must(err)
		b.later(73 * time.Hour)
		_, err = b.roll.OpenLink(b.ctx, shown.Path[len(member.LinkPath):], b.clock())
		b.refused(err, "card_link_over")
	})
}

// TestLinkOfAnEmployee: the business card of an employee who is no member goes to the phone that is named, in the words of a
// card and not of a gift, and opens there.
func TestLinkOfAnEmployee(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		post := b.courier()
		c, err := b.roll.IssueOf(b.ctx, b.actor, b.clock(), b.template("business_card", nil), verno.MemberID{}, card.Document{Values: map[string]string{"name": "Пётр"}})
		b.must(err)
		_, err = b.hand(c.ID, member.BySMS, "+79161234567", "")
		b.must(err)
		b.must(b.roll.Deliver(b.ctx, b.clock))
		if len(post.got) != 1 || strings.HasSuffix(post.got[0].Subject, ", a gift") {
			t.Fatalf("letters %+v", post.got)
		}
		token, err := b.roll.UseLink(b.ctx, b.text(post.got[0]), "a phone", b.clock())
		b.must(err)
		s, err := b.roll.BearerSession(b.ctx, token, b.clock())
		b.must(err)
		if s.Card != c.ID {
			t.Errorf("it opens %+v", s)
		}
	})
}
