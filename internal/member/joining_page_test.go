package member_test

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/campaign"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// poster opens a channel whose texts are published.
func (b *bundle) poster(proof string) store.Channel {
	b.t.Helper()
	for _, d := range campaign.LegalDrafts(campaign.LegalFacts{Business: "Чайка"}) {
		_, err := b.office.PublishLegal(b.ctx, b.actor, b.clock(), d)
		b.must(err)
	}
	b.roll.Courier.Aloud = true
	c, err := b.roll.OpenChannel(b.ctx, b.actor, b.clock(), member.ChannelForm{
		Name: "Плакат у кассы", Proof: proof,
		Fields: map[string]string{member.FieldName: member.FieldRequired, member.FieldEmail: member.FieldAsked, member.FieldBirthday: member.FieldAsked},
	})
	b.must(err)
	return c
}

// come opens a channel's page, from a source.
func (b *bundle) come(c store.Channel, source string) member.Ticket {
	b.t.Helper()
	visit, err := b.roll.Visit(b.ctx, c, map[string]string{"utm_source": source, "evil": "x"}, b.clock())
	b.must(err)
	texts, err := b.roll.Texts(b.ctx, c, "ru")
	b.must(err)
	return b.roll.NewTicket(c, visit, texts, b.clock())
}

func told() member.Told {
	return member.Told{Phone: "8 (916) 123-45-67", Name: "Анна", Email: "anna@example.com", Agreed: []string{"terms", "personal_data"}}
}

func (b *bundle) tell(c store.Channel, t *member.Ticket, q member.Told) {
	b.t.Helper()
	b.must(b.roll.Tell(c, t, q, b.clock()))
}

func (b *bundle) send(c store.Channel, t *member.Ticket) member.Sent {
	b.t.Helper()
	s, err := b.roll.SendCode(b.ctx, b.clock(), b.request(c, t))
	b.must(err)
	return s
}

func (b *bundle) request(c store.Channel, t *member.Ticket) member.CodeRequest {
	return member.CodeRequest{
		Tenant: c.Tenant, ID: t.ID, Phone: t.Person.Phone, Address: "192.0.2.1", Text: func(code string) string { return "code " + code },
	}
}

func (b *bundle) check(c store.Channel, t *member.Ticket, code string) error {
	return b.roll.CheckCode(b.ctx, b.clock(), c.Tenant, t.ID, t.Person.Phone, code)
}

// TestJoinOnce: however often a ticket is handed in, and from however many tabs a phone joins, it is one member, who is
// welcomed once and whose consents name the very texts that were shown.
func TestJoinOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.welcome(`{"points":100}`, verno.Limits{})
		c := b.poster(member.ProofCode)
		first, second := b.come(c, "vk"), b.come(c, "vk")
		b.tell(c, &first, told())
		b.tell(c, &second, told())
		var wg sync.WaitGroup
		got := make([]member.Joined, 6)
		for i := range got {
			ticket := first
			if i%2 == 1 {
				ticket = second
			}
			wg.Go(func() {
				var err error
				if got[i], err = b.roll.Join(b.ctx, c, b.clock(), ticket, true); err != nil {
					b.t.Error(err)
				}
			})
		}
		wg.Wait()
		for _, j := range got[1:] {
			if j.Member != got[0].Member || j.Card != got[0].Card || j.Card.IsZero() {
				b.t.Fatalf("joined as %+v and %+v", got[0], j)
			}
		}
		p, err := b.roll.Points(b.ctx, b.actor, b.clock(), got[0].Member)
		b.must(err)
		if p.Balance != 100 {
			b.t.Errorf("has %d points", p.Balance)
		}
		consents, err := b.roll.Consents(b.ctx, b.actor, got[0].Member)
		b.must(err)
		texts, err := b.roll.Texts(b.ctx, c, "ru")
		b.must(err)
		if len(consents) != 2 {
			b.t.Errorf("agreed to %+v", consents)
		}
		for _, said := range consents {
			at := slices.IndexFunc(texts, func(t store.LegalText) bool { return t.Purpose == said.Purpose })
			if said.TextVersion != "ru-1" || !bytes.Equal(said.TextHash, texts[at].Hash) || said.Channel != c.Code {
				b.t.Errorf("agreed to %+v", said)
			}
		}
		f, err := b.roll.Funnels(b.ctx, b.actor, verno.ChannelID{}, time.Time{}, time.Time{})
		b.must(err)
		if len(f) != 1 || f[0].Visits != 2 || f[0].Joined == 0 || f[0].Source["utm_source"] != "vk" || len(f[0].Source) != 1 {
			b.t.Errorf("counted %+v", f)
		}
		b.sweepVisits()
	})
}

// sweepVisits looks at what is left of two visits after a year and after three.
func (b *bundle) sweepVisits() {
	b.t.Helper()
	for _, c := range []struct{ years, left int64 }{{1, 2}, {3, 0}} {
		if more, err := b.roll.TidyVisits(b.ctx, b.clock().AddDate(int(c.years), 0, 0)); err != nil || more {
			b.t.Error(more, err)
		}
		f, err := b.roll.Funnels(b.ctx, b.actor, verno.ChannelID{}, time.Time{}, time.Time{})
		b.must(err)
		var left int64
		for i := range f {
			left += f[i].Visits
		}
		if left != c.left {
			b.t.Errorf("%d visits after %d years, not %d", left, c.years, c.left)
		}
	}
}

// TestJoinWithoutProof: a phone that nobody proved gives a card to who is new, and never the card of somebody else. Who
// hands the same form in again still gets her own.
func TestJoinWithoutProof(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofNone)
		first := b.come(c, "")
		b.tell(c, &first, told())
		for range 2 {
			j, err := b.roll.Join(b.ctx, c, b.clock(), first, false)
			b.must(err)
			if j.Card.IsZero() {
				b.t.Fatal("no card for who is new")
			}
		}
		other := b.come(c, "")
		b.tell(c, &other, told())
		if j, err := b.roll.Join(b.ctx, c, b.clock(), other, false); err != nil || !j.Card.IsZero() || !j.Known {
			b.t.Errorf("got %+v, %v", j, err)
		}
	})
}

// TestJoinLeavesATakenEmailOut: an address that nobody has proved keeps nobody from a card.
func TestJoinLeavesATakenEmailOut(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofCode)
		first, second := b.come(c, ""), b.come(c, "")
		b.tell(c, &first, told())
		q := told()
		q.Phone = "+79169999999"
		b.tell(c, &second, q)
		_, err := b.roll.Join(b.ctx, c, b.clock(), first, true)
		b.must(err)
		j, err := b.roll.Join(b.ctx, c, b.clock(), second, true)
		b.must(err)
		again, err := b.roll.Join(b.ctx, c, b.clock(), second, true)
		b.must(err)
		if !j.Unmailed || j.Member != again.Member {
			b.t.Errorf("joined as %+v, then %+v", j, again)
		}
	})
}

// TestTell says at each field what is wrong with it.
func TestTell(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofCode)
		for _, x := range []struct {
			change        func(q *member.Told)
			pointer, code string
		}{
			{func(q *member.Told) { q.Phone = " " }, "/phone", "required"},
			{func(q *member.Told) { q.Phone = "abc" }, "/phone", "phone_invalid"},
			{func(q *member.Told) { q.Name = "" }, "/first_name", "required"},
			{func(q *member.Told) { q.Name = "<script>alert(1)</script>" }, "/first_name", "text_invalid"},
			{func(q *member.Told) { q.Name = "😀" }, "/first_name", "text_invalid"},
			{func(q *member.Told) { q.Name = "Анна\u202eаннА" }, "/first_name", "text_invalid"},
			{func(q *member.Told) { q.Name = "\xff" }, "/first_name", "text_invalid"},
			{func(q *member.Told) { q.Name = strings.Repeat("а", 300) }, "/first_name", "text_too_long"},
			{func(q *member.Told) { q.Birthday = "2999-01-01" }, "/birthday", "date_future"},
			{func(q *member.Told) { q.Birthday = "yesterday" }, "/birthday", "date_invalid"},
			{func(q *member.Told) { q.Email = "anna" }, "/email", "email_invalid"},
			{func(q *member.Told) { q.Agreed = []string{"terms", "advertising"} }, "/personal_data", "consent_needed"},
		} {
			ticket, q := b.come(c, ""), told()
			x.change(&q)
			b.wrong(b.roll.Tell(c, &ticket, q, b.clock()), x.pointer, x.code)
		}
		ticket, q := b.come(c, ""), told()
		q.Name = "Жанна-Луиза д’Арк"
		b.must(b.roll.Tell(c, &ticket, q, b.clock()))
	})
}

// TestTickets open at their own channel only, for a day.
func TestTickets(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofCode)
		other, err := b.roll.OpenChannel(b.ctx, b.actor, b.clock(), member.ChannelForm{Name: "Сайт", Proof: member.ProofCode})
		b.must(err)
		ticket := b.come(c, "")
		b.tell(c, &ticket, told())
		sealed, err := b.roll.SealTicket(b.ctx, c, ticket)
		b.must(err)
		if strings.Contains(sealed, "4567") {
			b.t.Error("the ticket tells the phone")
		}
		if got, ok := b.roll.OpenTicket(b.ctx, c, sealed, b.clock()); !ok || got.Person.Phone != "+79161234567" || got.Masked() != "+7 ••• ••• •• 67" {
			b.t.Errorf("opened %+v, %v", got, ok)
		}
		if _, ok := b.roll.OpenTicket(b.ctx, other, sealed, b.clock()); ok {
			b.t.Error("it opens at another channel")
		}
		if _, ok := b.roll.OpenTicket(b.ctx, c, sealed[:len(sealed)-4]+"AAAA", b.clock()); ok {
			b.t.Error("it opens though it was changed")
		}
		b.later(25 * time.Hour)
		if _, ok := b.roll.OpenTicket(b.ctx, c, sealed, b.clock()); ok {
			b.t.Error("it opens a day later")
		}
	})
}

// TestOneTimeCodes are right for their own request and phone, for ten minutes and five tries.
func TestOneTimeCodes(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofCode)
		mine, theirs := b.come(c, ""), b.come(c, "")
		b.tell(c, &mine, told())
		b.tell(c, &theirs, told())
		s := b.send(c, &mine)
		b.refused(b.check(c, &theirs, s.Aloud), "one_time_code_over")
		if again := b.send(c, &mine); again.Aloud != s.Aloud || !again.Again.Equal(s.Again) {
			b.t.Error("a second code within a minute")
		}
		b.must(b.check(c, &mine, s.Aloud[:3]+" "+s.Aloud[3:]))
		b.must(b.check(c, &mine, s.Aloud))
		other := mine
		other.Person.Phone = "+79169999999"
		b.refused(b.check(c, &other, s.Aloud), "one_time_code_over")

		b.later(time.Minute)
		fresh := b.send(c, &mine)
		if fresh.Aloud == s.Aloud {
			b.t.Error("the same code again")
		}
		for left := 4; left > 0; left-- {
			err := b.check(c, &mine, wrongCode(fresh.Aloud))
			b.refused(err, "one_time_code_wrong")
			if got := verno.AsError(err).Params["left"]; got != strconv.Itoa(left) {
				b.t.Errorf("%s tries left, not %d", got, left)
			}
		}
		b.refused(b.check(c, &mine, wrongCode(fresh.Aloud)), "one_time_code_over")
		b.refused(b.check(c, &mine, fresh.Aloud), "one_time_code_over")

		late := b.send(c, &theirs)
		b.later(11 * time.Minute)
		b.refused(b.check(c, &theirs, late.Aloud), "one_time_code_over")
		b.later(48 * time.Hour)
		if more, err := b.roll.TidyCodes(b.ctx, b.clock()); err != nil || more {
			b.t.Error(more, err)
		}
	})
}

// wrongCode is one that the right one is not.
func wrongCode(right string) string {
	if right == "000000" {
		return "000001"
	}
	return "000000"
}

// TestCodesAreLimited by phone and by address, whether somebody has the phone or nobody has.
func TestCodesAreLimited(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofCode)
		for i := range 5 {
			ticket := b.come(c, "")
			b.tell(c, &ticket, told())
			if _, err := b.roll.SendCode(b.ctx, b.clock(), b.request(c, &ticket)); err != nil {
				b.t.Fatal(i, err)
			}
		}
		ticket := b.come(c, "")
		b.tell(c, &ticket, told())
		_, err := b.roll.SendCode(b.ctx, b.clock(), b.request(c, &ticket))
		b.refused(err, "codes_too_many")
		for i := range 60 {
			q := told()
			q.Phone = fmt.Sprintf("+7916765%04d", i)
			ticket := b.come(c, "")
			b.tell(c, &ticket, q)
			if _, err = b.roll.SendCode(b.ctx, b.clock(), b.request(c, &ticket)); err != nil {
				break
			}
		}
		b.refused(err, "codes_too_many")
	})
}

// TestChannels are opened, changed, closed and opened again, each time by whoever may publish.
func TestChannels(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.poster(member.ProofCode)
		_, err := b.roll.OpenChannel(b.ctx, b.till(), b.clock(), member.ChannelForm{Name: "x", Proof: member.ProofCode})
		b.refused(err, "permission_missing")
		_, err = b.roll.OpenChannel(b.ctx, b.actor, b.clock(), member.ChannelForm{Proof: "hope"})
		b.wrong(err, "/name", "required")
		b.wrong(err, "/proof", "unknown_value")
		got, err := b.roll.Open(b.ctx, strings.ToUpper(c.Code))
		b.must(err)
		changed, err := b.roll.ChangeChannel(b.ctx, b.actor, b.clock(), c.ID, got.Revision, member.ChannelForm{Name: "Плакат", Proof: member.ProofNone, Store: b.made.Store})
		b.must(err)
		_, err = b.roll.ChangeChannel(b.ctx, b.actor, b.clock(), c.ID, got.Revision, member.ChannelForm{Name: "Плакат", Proof: member.ProofNone})
		b.refused(err, "etag_mismatch")
		closed, err := b.roll.CloseChannel(b.ctx, b.actor, b.clock(), c.ID, false)
		b.must(err)
		again, err := b.roll.CloseChannel(b.ctx, b.actor, b.clock(), c.ID, false)
		b.must(err)
		if closed.Revision != changed.Revision+1 || again.Revision != closed.Revision || !again.ClosedAt.Equal(closed.ClosedAt) {
			b.t.Errorf("closed as %+v, and again as %+v", closed, again)
		}
		_, err = b.roll.Open(b.ctx, c.Code)
		b.refused(err, "channel_closed")
		_, err = b.roll.CloseChannel(b.ctx, b.actor, b.clock(), c.ID, true)
		b.must(err)
		got, err = b.roll.Open(b.ctx, c.Code)
		b.must(err)
		if got.Name != "Плакат" || got.Store != b.made.Store || len(got.Fields) != 0 {
			b.t.Errorf("is %+v", got)
		}
		_, err = b.roll.Open(b.ctx, "nothing")
		b.refused(err, "route_not_found")
	})
}
