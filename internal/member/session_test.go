package member_test

import (
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// open gives a phone a member's first card.
func (b *bundle) open(m *member.Enrolled, device string) string {
	b.t.Helper()
	token, err := b.roll.OpenSession(b.ctx, b.actor.Tenant, m.ID, m.Cards[0].ID, device, b.clock())
	b.must(err)
	return token
}

// over says whether a phone has its card no more.
func (b *bundle) over(token string) bool {
	b.t.Helper()
	_, err := b.roll.Session(b.ctx, token, b.clock())
	if err != nil {
		b.refused(err, "credential_invalid")
	}
	return err != nil
}

// TestSession: a phone that is used keeps its card for ever, one that lies in a drawer for a year does not, and what is no
// token opens nothing.
func TestSession(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		used, drawer := b.open(m, "iPhone\r\n\x00 of \xffAnna"), b.open(m, strings.Repeat("я", 1000))
		for range 30 {
			b.later(20 * 24 * time.Hour)
			s, err := b.roll.Session(b.ctx, used, b.clock())
			b.must(err)
			if s.Member != m.ID || s.Card != m.Cards[0].ID || s.Device != "iPhone of Anna" || !s.Live {
				t.Fatalf("%+v", s)
			}
		}
		if !b.over(drawer) {
			t.Error("a phone of the drawer has the card")
		}
		for _, token := range []string{"", "vc_", used + "0", used[3:], strings.Repeat("a", 1<<20), "vs_" + used[3:]} {
			if !b.over(token) {
				t.Errorf("%.20q opens a card", token)
			}
		}
	})
}

// TestSessionEnds: a card that is blocked, replaced or forgotten leaves every phone, and unblocking brings it back to
// none; a freeze takes it from nobody.
func TestSessionEnds(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		card := m.Cards[0].ID
		token := b.open(m, "")
		_, err := b.roll.Freeze(b.ctx, b.actor, m.ID)
		b.must(err)
		if b.over(token) {
			t.Error("a freeze ends a session")
		}
		_, err = b.roll.BlockCard(b.ctx, b.actor, b.clock(), card, "lost")
		b.must(err)
		_, err = b.roll.OpenSession(b.ctx, b.actor.Tenant, m.ID, card, "", b.clock())
		b.refused(err, "card_state")
		_, err = b.roll.UnblockCard(b.ctx, b.actor, b.clock(), card)
		b.must(err)
		if !b.over(token) {
			t.Error("a blocked card comes back to the phone that was lost")
		}
		token = b.open(m, "")
		_, err = b.roll.ReplaceCard(b.ctx, b.actor, b.clock(), member.CardRequest{Card: card, Reason: "lost"})
		b.must(err)
		if !b.over(token) {
			t.Error("a replaced card is shown")
		}
		other := b.enrol(vault.Person{Phone: "+79160000001"})
		token = b.open(other, "")
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), other.ID, ""))
		if !b.over(token) {
			t.Error("the card of somebody forgotten is shown")
		}
		_, err = b.roll.OpenSession(b.ctx, b.actor.Tenant, m.ID, other.Cards[0].ID, "", b.clock())
		b.refused(err, "not_found")
	})
}

// TestSessionsOfMany: a member has ten phones at most and takes the card from each of them; from another's from none.
func TestSessionsOfMany(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m, other := b.enrol(anna()), b.enrol(vault.Person{Phone: "+79160000001"})
		first := b.open(m, "first")
		var last string
		for range 10 {
			b.later(time.Minute)
			last = b.open(m, "one of many")
		}
		if !b.over(first) || b.over(last) {
			t.Error("the phone that was used least is not the one that lost the card")
		}
		s, err := b.roll.Session(b.ctx, last, b.clock())
		b.must(err)
		list, err := b.roll.Sessions(b.ctx, s, b.clock())
		b.must(err)
		if len(list) != 10 {
			t.Errorf("%d phones", len(list))
		}
		stranger, err := b.roll.Session(b.ctx, b.open(other, ""), b.clock())
		b.must(err)
		b.must(b.roll.EndSession(b.ctx, stranger, s.ID, b.clock()))
		if b.over(last) {
			t.Error("a stranger takes the card away")
		}
		b.must(b.roll.EndSession(b.ctx, s, s.ID, b.clock()))
		if !b.over(last) {
			t.Error("the session goes on")
		}
	})
}

// TestCardKey: a phone gets the secret of its card until it says that it keeps it, each time as an event, and never again.
func TestCardKey(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		token := b.open(m, "")
		session := func() *member.Session {
			s, err := b.roll.Session(b.ctx, token, b.clock())
			b.must(err)
			return s
		}
		for range 2 { // The answer was lost on the way.
			key, err := b.roll.CardKey(b.ctx, session(), b.clock())
			b.must(err)
			if len(key.Live) != 20 || key.Number != string(m.Cards[0].Number) {
				t.Fatalf("%+v", key)
			}
		}
		b.must(b.roll.KeepKey(b.ctx, session(), b.clock()))
		b.must(b.roll.KeepKey(b.ctx, session(), b.clock()))
		key, err := b.roll.CardKey(b.ctx, session(), b.clock())
		b.must(err)
		if key.Live != nil || key.Machine == "" {
			t.Errorf("given again: %+v", key)
		}
		shown := 0
		for _, e := range b.events() {
			if e.Kind == verno.EventCardShown && e.Actor == m.ID.String() {
				shown++
			}
		}
		if shown != 2 {
			t.Errorf("%d events of a key", shown)
		}
	})
}

// TestSessionsAreForgotten: a month after its end nothing of a session is left.
func TestSessionsAreForgotten(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		s, err := b.roll.Session(b.ctx, b.open(m, ""), b.clock())
		b.must(err)
		b.must(b.roll.EndSession(b.ctx, s, s.ID, b.clock()))
		for _, wait := range []time.Duration{24 * time.Hour, 40 * 24 * time.Hour} {
			b.later(wait)
			more, err := b.roll.TidySessions(b.ctx, b.clock())
			b.must(err)
			if more {
				t.Error("there is more to forget")
			}
		}
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			n, err := tx.DeleteMemberSessions(b.ctx, b.clock(), 10)
			if n != 0 {
				t.Errorf("%d sessions are left", n)
			}
			return err
		}))
	})
}
