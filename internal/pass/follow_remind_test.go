package pass_test

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/pass"
	"github.com/verno-loyalty/verno/internal/store"
)

// inMoscow has a worker draw cards in the zone of the shop's programme.
func (b *phones) inMoscow(p *pass.Passes) {
	zone, err := time.LoadLocation("Europe/Moscow")
	if err != nil {
		b.t.Fatal(err)
	}
	p.Facts = func(ctx context.Context, tenant verno.TenantID, id verno.CardID, now time.Time) (card.Template, card.Facts, error) {
		t, x, err := b.look(ctx, tenant, id, now)
		x.At = x.At.In(zone)
		return t, x, err
	}
}

// evening makes the shop's cards tickets to an event, or moves it; they remind 24 hours and 3 hours before. It is published as
// version number.
func (b *phones) evening(number int64, starts string) {
	b.t.Helper()
	kind, _ := card.Find("event_ticket")
	template := kind.Template("Evening")
	settings, err := json.Marshal(map[string]any{
		"name": card.Both("Jazz", "Джаз"), "starts": starts, "remind": 24, "remind_again": 3,
	})
	if err != nil {
		b.t.Fatal(err)
	}
	template.Settings = settings
	document, err := json.Marshal(template)
	if err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	b.shop.template = template
	b.mu.Unlock()
	b.write(func(tx *store.Tx) error {
		if _, err := tx.Exec(b.t.Context(), `UPDATE card_template SET kind = 'event_ticket' WHERE tenant = $1`, b.tenant); err != nil {
			return err
		}
		return tx.PublishCardTemplate(b.t.Context(), b.tenant, b.template, store.CardTemplateVersion{
			VersionHead: store.VersionHead{Number: number, PublishedAt: b.clock()}, Document: string(document),
		})
	})
	b.happens(verno.Event{Kind: verno.EventConfigPublished, Subject: b.template.String(), At: b.clock()})
}

// reminded is what a ticket in a phone says that it reminds of, and how the phone tells of it.
func (b *phones) reminded(p store.Pass) (value, change string) {
	b.t.Helper()
	raw, err := b.passes.FetchedPass(b.t.Context(), b.read(p.Card), b.clock())
	if err != nil {
		b.t.Fatal(err)
	}
	r, err := pass.Inspect(raw, b.clock())
	if err != nil {
		b.t.Fatal(err)
	}
	style, _ := r.Pass["eventTicket"].(map[string]any)
	list, _ := style["backFields"].([]any)
	for _, one := range list {
		if f, _ := one.(map[string]any); f["key"] == card.ReminderField {
			value, _ = f["value"].(string)
			change, _ = f["changeMessage"].(string)
		}
	}
	return value, change
}

// tickets are a shop that sells tickets to an event in the evening of the second day, at nineteen o'clock of Moscow, with two
// of one member in phones and one of another; it is noon of the first day there and then.
func tickets(b *phones) (one, other, stranger store.Pass) {
	b.t.Helper()
	b.inMoscow(b.passes)
	b.evening(1, "2026-11-24T19:00")
	if _, err := b.passes.ImportCertificate(b.t.Context(), boss(b.tenant), signer(b.t, "rsa").Signer, false); err != nil {
		b.t.Fatal(err)
	}
	one = b.join(1)
	other, stranger = b.second(one), b.join(1)
	b.settle()
	for _, p := range []store.Pass{one, other, stranger} {
		b.reminded(p)
	}
	return one, other, stranger
}

// until has the clock of the shop at a moment of Moscow, and lets the work of that time be done.
func (b *phones) until(moment string) {
	b.t.Helper()
	at, err := time.Parse("2006-01-02T15:04-07:00", moment+"+03:00")
	if err != nil {
		b.t.Fatal(err)
	}
	b.mu.Lock()
	b.now = at.UTC()
	b.mu.Unlock()
	b.follow()
	b.push()
}

// TestTicketsRemind: a day before and some hours before, each guest hears of it once, from one of their tickets, though they
// have heard as much as they bear; between the two and afterwards phones are told of nothing that they would speak of.
func TestTicketsRemind(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, other, stranger := tickets(b)
		if err := b.passes.SetRings(t.Context(), boss(b.tenant), 1); err != nil {
			t.Fatal(err)
		}
		b.until("2026-11-23T18:50")
		before := b.heard(one)
		if value, change := b.reminded(one); value != card.Nothing || change != "" {
			t.Errorf("before its time: %q told as %q", value, change)
		}
		for _, c := range []struct{ at, value, change string }{
			{"2026-11-23T19:00", "Monday", "Tomorrow: %@"}, {"2026-11-24T16:00", "at 19:00 on 24 November", "Today: %@"},
		} {
			b.until(c.at)
			if b.heard(one) == before {
				t.Errorf("%s: its phone is not told", c.at)
			}
			for i, p := range []store.Pass{one, other, stranger, one} {
				value, change := b.reminded(p)
				want := c.change
				if i == 1 {
					want = "" // The other ticket of the same guest shows it in silence.
				}
				if !strings.Contains(value, strings.Replace(c.value, "Monday", "Tuesday 24 November", 1)) || change != want {
					t.Errorf("%s, ticket %d: %q told as %q", c.at, i, value, change)
				}
			}
			before = b.heard(one)
			b.until(strings.Replace(c.at, ":00", ":20", 1))
			if b.heard(one) != before {
				t.Errorf("%s: its phone is told twice", c.at)
			}
		}
		if n := b.rings(stranger); n != 2 {
			t.Errorf("%d rings count of a week", n)
		}
		b.until("2026-11-24T19:30")
		if value, _ := b.reminded(one); value != card.Nothing {
			t.Errorf("after the beginning: %q", value)
		}
	})
}

// TestReminderComesLate: a process that was down reminds when it is back, while the event has not begun; not after that.
func TestReminderComesLate(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, _, stranger := tickets(b)
		b.until("2026-11-24T17:00")
		if value, change := b.reminded(one); !strings.Contains(value, "at 19:00") || change == "" {
			t.Errorf("two hours before: %q told as %q", value, change)
		}
		b.evening(2, "2026-11-26T12:00")
		b.settle()
		if value, change := b.reminded(one); value != card.Nothing || change != "" {
			t.Errorf("of an event that was put off: %q told as %q", value, change)
		}
		b.until("2026-11-25T12:10")
		if value, change := b.reminded(one); !strings.Contains(value, "Thursday 26 November, 12:00") || change != "Tomorrow: %@" {
			t.Errorf("of its new time: %q told as %q", value, change)
		}
		told := b.heard(stranger)
		b.until("2026-11-26T12:10")
		if b.heard(stranger) > told+1 { // That it is over changes what it shows; the day's look may find that.
			t.Errorf("told %d times of what has begun", b.heard(stranger)-told)
		}
		if value, _ := b.reminded(stranger); value != card.Nothing {
			t.Errorf("of what has begun: %q", value)
		}
	})
}

// TestNobodyElseIsReminded: not by a ticket that was used or blocked, and not where cards never speak.
func TestNobodyElseIsReminded(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, _, stranger := tickets(b)
		if err := b.passes.SetRings(t.Context(), boss(b.tenant), 0); err != nil {
			t.Fatal(err)
		}
		b.gets(func(f *card.Facts) { f.Left, f.Of = 0, 1 }, one)
		b.until("2026-11-24T17:00")
		if value, _ := b.reminded(one); value != card.Nothing {
			t.Errorf("a used ticket: %q", value)
		}
		if value, change := b.reminded(stranger); value == card.Nothing || change != "" {
			t.Errorf("where cards never speak: %q told as %q", value, change)
		}
	})
}

// TestTwoProcessesRemindOnce: both look at their own time, and a phone is told once.
func TestTwoProcessesRemindOnce(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		one, _, _ := tickets(b)
		second := b.process("two", b.store)
		b.inMoscow(second)
		told := b.heard(one)
		b.pass(time.Hour)
		b.until("2026-11-23T19:05")
		b.pass(time.Minute)
		for _, p := range []*pass.Passes{second, b.passes, second} {
			if err := p.Follow(t.Context()); err != nil {
				t.Fatal(err)
			}
			if err := p.Push(t.Context()); err != nil {
				t.Fatal(err)
			}
			b.pass(time.Minute)
		}
		if n := b.heard(one) - told; n != 1 {
			t.Errorf("its phone is told %d times", n)
		}
	})
}

// TestGoogleReminds: by a message that is spoken of, once, beside the news, which wait their turn in silence; and not again
// when the event is over or was moved.
func TestGoogleReminds(t *testing.T) {
	t.Parallel()
	eachPhones(t, func(t *testing.T, b *phones) {
		b.inMoscow(b.passes)
		b.evening(1, "2026-11-24T19:00")
		p := b.save()
		bodies := func() string {
			var all []string
			list, _ := b.object(p)["messages"].([]any)
			for _, one := range list {
				m, _ := one.(map[string]any)
				all = append(all, fmt.Sprint(m["messageType"], " ", m["body"]))
			}
			return strings.Join(all, "; ")
		}
		b.until("2026-11-23T19:05")
		b.change(p.Card, func(f *card.Facts) { f.News = card.Both("Pies", "Пироги") })
		b.tell()
		want := "TEXT_AND_NOTIFY Jazz — Tuesday 24 November, 19:00, row 7, seat 12; TEXT Pies"
		if got := bodies(); got != want {
			t.Errorf("Google tells %q", got)
		}
		b.due(p.Card)
		b.tell()
		b.until("2026-11-24T19:05")
		b.due(p.Card)
		b.tell()
		if got := bodies(); got != want {
			t.Errorf("in the end Google tells %q", got)
		}
	})
}
