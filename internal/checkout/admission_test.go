package checkout_test

import (
	"encoding/json"
	"errors"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// template makes a template of a kind and puts it into force.
func (b *bundle) template(kind, settings string) verno.TemplateID {
	b.t.Helper()
	k, _ := card.Find(kind)
	draft := k.Template(b.name(kind))
	draft.Settings = json.RawMessage(settings)
	made, err := b.office.CreateTemplate(b.ctx, b.boss, b.clock(), b.made.Programme, draft)
	b.must(err)
	_, err = b.office.PublishTemplate(b.ctx, b.boss, b.clock(), made.ID, 0, "")
	b.must(err)
	return made.ID
}

// issue makes a card of a template, for a member or for nobody.
func (b *bundle) issue(template verno.TemplateID, to verno.MemberID, d card.Document) member.Card {
	b.t.Helper()
	c, err := b.roll.IssueOf(b.ctx, b.boss, b.clock(), template, to, d)
	b.must(err)
	return c
}

// admit shows a card at the door of the nth till.
func (b *bundle) admit(n int, c member.Card, change ...func(q *checkout.Admit)) (*checkout.Admission, error) {
	b.t.Helper()
	q := checkout.Admit{Key: b.name("in"), Scan: string(c.Number)}
	for _, f := range change {
		f(&q)
	}
	a, _, err := b.till.Admit(b.ctx, b.at(n), q)
	return a, err
}

func again(q *checkout.Admit) { q.Again = true }

// facts are what a card shows.
func (b *bundle) facts(id verno.CardID) card.Facts {
	b.t.Helper()
	_, x, err := b.roll.CardFacts(b.ctx, b.boss.Tenant, id, b.clock())
	b.must(err)
	return x
}

const (
	eight   = `{"uses":8,"valid_days":30,"activity":{"en":"Yoga","ru":"Йога"}}`
	tasting = `{"name":{"en":"Tasting","ru":"Дегустация"},"doors":"2026-11-22T14:30","starts":"2026-11-22T16:00","ends":"2026-11-22T18:00"}`
)

// TestPass follows a pass from its first entry to its last: what the card shows follows, a second scan in a row is asked
// about, an entry can be undone for a minute, and what was sold lets in again.
func TestPass(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		g := b.enrol(func(e *member.Enrol) { e.Person.FirstName = "Анна" })
		c := b.issue(b.template("club_pass", `{"uses":2,"valid_days":30,"activity":{"en":"Yoga"}}`), g.ID, card.Document{})
		if x := b.facts(c.ID); x.Left != 2 || x.Of != 2 {
			b.t.Fatalf("%+v", x)
		}
		in, err := b.admit(0, c)
		b.must(err)
		if in.Left != 1 || in.Of != 2 || in.Shown.Holder != "Анна" || in.Shown.Left != 1 || !in.UndoUntil.Equal(in.At.Add(time.Minute)) || in.Member != g.ID {
			b.t.Fatalf("%+v %+v", in, in.Shown)
		}
		_, err = b.admit(1, c)
		b.refused(err, "entry_just_now")
		undone, _, err := b.till.UndoAdmission(b.ctx, b.at(0), b.name("undo"), [32]byte{}, in.ID)
		b.must(err)
		if undone.UndoneAt.IsZero() || b.facts(c.ID).Left != 2 {
			b.t.Fatalf("%+v", undone)
		}
		_, err = b.admit(0, c)
		b.must(err)
		last, err := b.admit(1, c, again)
		b.must(err)
		if x := b.facts(c.ID); x.Left != 0 || x.State != card.StateUsed {
			b.t.Fatalf("%+v", x)
		}
		_, err = b.admit(0, c, again)
		b.refused(err, "entry_none_left")
		b.later(time.Minute + time.Second)
		_, _, err = b.till.UndoAdmission(b.ctx, b.at(0), b.name("undo"), [32]byte{}, last.ID)
		b.refused(err, "entry_undo_late")
		done, _, err := b.till.Fill(b.ctx, b.boss, checkout.Fill{Key: "sold", Card: c.ID, Count: 5})
		b.must(err)
		if x := b.facts(c.ID); done.Left != 5 || x.Left != 5 || x.Of != 5 || !x.Ends.Equal(done.Until) {
			b.t.Fatalf("%+v %+v", done, x)
		}
		_, err = b.admit(0, c, again)
		b.must(err)
	})
}

// TestAdmissionHappensOnce: one key marks one entry, for ever; another body under it is refused; what was refused leaves
// the key free.
func TestAdmissionHappensOnce(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		c := b.issue(b.template("club_pass", eight), verno.MemberID{}, card.Document{})
		q := checkout.Admit{Key: "a", BodyHash: hash("a"), Scan: string(c.Number)}
		first, replayed, err := b.till.Admit(b.ctx, b.at(0), q)
		b.must(err)
		b.later(time.Hour)
		second, twice, err := b.till.Admit(b.ctx, b.at(0), q)
		b.must(err)
		if replayed || !twice || first.ID != second.ID || second.Left != 7 || b.facts(c.ID).Left != 7 {
			b.t.Fatalf("%v %v: %+v and %+v", replayed, twice, first, second)
		}
		q.BodyHash = hash("b")
		_, _, err = b.till.Admit(b.ctx, b.at(0), q)
		b.refused(err, "idempotency_key_reused")

		ticket := b.issue(b.template("event_ticket", tasting), verno.MemberID{}, card.Document{})
		b.later(-2 * time.Hour)
		early := checkout.Admit{Key: "early", Scan: string(ticket.Number)}
		_, _, err = b.till.Admit(b.ctx, b.at(0), early)
		b.refused(err, "entry_too_early")
		b.later(2 * time.Hour)
		_, _, err = b.till.Admit(b.ctx, b.at(0), early)
		b.must(err)
		fill := checkout.Fill{Key: "fill", BodyHash: hash("f"), Card: c.ID, Count: 3}
		one, _, err := b.till.Fill(b.ctx, b.boss, fill)
		b.must(err)
		two, again, err := b.till.Fill(b.ctx, b.boss, fill)
		b.must(err)
		if !again || one.Left != two.Left || one.Entry != two.Entry || b.facts(c.ID).Left != 10 {
			b.t.Fatalf("%+v and %+v", one, two)
		}
	})
}

// TestTicket: a ticket shows its seat and lets in once, after its doors open and before its event is over; undone it lets
// in again.
func TestTicket(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		c := b.issue(b.template("event_ticket", tasting), verno.MemberID{}, card.Document{Values: map[string]string{"row": "3", "seat": "14"}})
		_, err := b.admit(0, c) // It is noon in London, three in Moscow.
		b.must(err)
		_, err = b.admit(1, c, again)
		b.refused(err, "entry_already")
		if at, bad := time.Parse(time.RFC3339, verno.AsError(err).Params["at"]); bad != nil || !at.Equal(b.clock().Truncate(time.Second)) {
			b.t.Fatalf("used at %s: %v", at, bad)
		}
		seen, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: string(c.Number)})
		b.must(err)
		s := seen.Shown
		if seen.Presence != "" || s.Scan != card.ScanEnter || !s.Used || s.Event.Row != "3" || s.Event.Seat != "14" || s.Event.Name.In("ru") != "Дегустация" {
			b.t.Fatalf("%+v %+v", seen, s)
		}
		late := b.issue(s.Template, verno.MemberID{}, card.Document{})
		b.later(3 * time.Hour)
		_, err = b.admit(0, late)
		b.refused(err, "entry_over")
	})
}

// TestTicketOfOneTime: of thirty doors at which one ticket is shown at once, one opens.
func TestTicketOfOneTime(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		c := b.issue(b.template("event_ticket", tasting), verno.MemberID{}, card.Document{})
		var wg sync.WaitGroup
		said := make([]string, 30)
		for i := range said {
			wg.Go(func() {
				_, _, err := b.till.Admit(b.ctx, b.at(i%2), checkout.Admit{Key: "door" + strconv.Itoa(i), Scan: string(c.Number)})
				said[i] = codeOf(err)
			})
		}
		wg.Wait()
		in := 0
		for _, code := range said {
			switch code {
			case "":
				in++
			case "entry_already":
			default:
				b.t.Errorf("a door says %s", code)
			}
		}
		if in != 1 {
			b.t.Errorf("%d came in", in)
		}
	})
}

// TestNoEntry: what lets nobody in says why in words of its own.
func TestNoEntry(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		g := b.enrol()
		pass := b.template("club_pass", `{"uses":8,"valid_days":10,"hours":"sun 16:00-18:00"}`)
		c := b.issue(pass, g.ID, card.Document{})
		_, err := b.admit(0, c)
		b.refused(err, "entry_closed") // It is three in the afternoon.
		_, err = b.admit(2, c)
		b.refused(err, "entry_closed") // It is ten in the evening where that till stands.
		b.later(2 * time.Hour)
		_, err = b.admit(0, c)
		b.must(err)
		b.later(14 * 24 * time.Hour)
		_, err = b.admit(0, c)
		b.refused(err, "entry_expired")
		for _, scan := range []string{g.secret.Number, "+79160000000", "0000", g.secret.Machine} {
			if _, _, err = b.till.Admit(b.ctx, b.at(0), checkout.Admit{Key: b.name("in"), Scan: scan}); err == nil {
				b.t.Errorf("%s lets in", scan)
			}
		}
		fresh := b.issue(pass, g.ID, card.Document{})
		_, err = b.roll.BlockCard(b.ctx, b.boss, b.clock(), fresh.ID, "lost")
		b.must(err)
		_, err = b.admit(0, fresh)
		b.refused(err, "card_not_usable")
		a := b.at(0)
		a.May = verno.MayIdentify
		_, _, err = b.till.Admit(b.ctx, a, checkout.Admit{Key: "x", Scan: string(c.Number)})
		b.refused(err, "permission_missing")
	})
}

// TestUncounted: a pass without a count lets in and moves nothing, and its entries can be undone as well.
func TestUncounted(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		c := b.issue(b.template("club_pass", `{"uses":0,"valid_days":0}`), verno.MemberID{}, card.Document{})
		in, err := b.admit(0, c)
		b.must(err)
		if in.Of != 0 || !in.Entry.IsZero() {
			b.t.Fatalf("%+v", in)
		}
		_, _, err = b.till.UndoAdmission(b.ctx, b.at(0), "undo", [32]byte{}, in.ID)
		b.must(err)
		_, _, err = b.till.Fill(b.ctx, b.boss, checkout.Fill{Key: "fill", Card: c.ID, Count: 1})
		b.refused(err, "entry_wrong_card")
		if _, err := b.reader.LastAdmission(b.ctx, b.boss.Tenant, c.ID); !errors.Is(err, store.ErrNotFound) {
			b.t.Fatal(err)
		}
	})
}

// TestBusinessCard: showing it says whom it introduces, and moves nothing.
func TestBusinessCard(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		c := b.issue(b.template("business_card", `{"company":"Чайка"}`), verno.MemberID{}, card.Document{
			Values: map[string]string{"name": "Ольга Синицына", "post": "Бариста", "phone": "+7 916 111-22-33"},
		})
		seen, err := b.till.Identify(b.ctx, b.at(0), checkout.Identify{Scan: string(c.Number)})
		b.must(err)
		p := seen.Shown.Contact
		if seen.Presence != "" || seen.Shown.Scan != card.ScanShow || p == nil || p.Name != "Ольга Синицына" || p.Company != "Чайка" {
			b.t.Fatalf("%+v %+v", seen, p)
		}
		_, err = b.admit(0, c)
		b.refused(err, "entry_wrong_card")
	})
}
