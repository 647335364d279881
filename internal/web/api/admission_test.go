package api_test

import (
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
)

// issue makes a card of a fresh template, for nobody.
func (b *bundle) issue(kind, settings string, d card.Document) member.Card {
	b.t.Helper()
	var template verno.TemplateID
	b.must(template.UnmarshalText([]byte(b.templateOf(kind, settings))))
	c, err := b.roll.IssueOf(b.ctx, b.boss, b.clock(), template, verno.MemberID{}, d)
	b.must(err)
	return c
}

const (
	anyTime = `{"uses":8,"valid_days":30}`
	evening = `{"name":{"en":"Tasting","ru":"Дегустация"},"starts":"2026-11-22T19:00"}`
)

// entering shows a card at a door.
func (b *bundle) entering(c member.Card, more ...any) request {
	return request{do: "POST /admissions", token: b.token, key: b.unique("in"), body: with(m{"scan": string(c.Number)}, more...)}
}

func (b *bundle) fillAdmissions(n int) {
	c := b.issue("club_pass", anyTime, card.Document{})
	for range n {
		b.ask(b.entering(c, "again", true)).want(201)
	}
}

// admissionCauses are about entries by passes and tickets.
var admissionCauses = map[string]cause{
	"entry_wrong_card": {422, func(b *bundle) request { return b.entering(b.issue("business_card", `{}`, named("Ольга"))) }},
	"entry_none_left": {409, func(b *bundle) request {
		c := b.issue("club_pass", `{"uses":1,"valid_days":30}`, card.Document{})
		b.ask(b.entering(c)).want(201)
		return b.entering(c, "again", true)
	}},
	"entry_already": {409, func(b *bundle) request {
		c := b.issue("event_ticket", evening, card.Document{})
		b.ask(b.entering(c)).want(201)
		return b.entering(c)
	}},
	"entry_just_now": {409, func(b *bundle) request {
		c := b.issue("club_pass", anyTime, card.Document{})
		b.ask(b.entering(c)).want(201)
		return b.entering(c)
	}},
	"entry_too_early": {409, func(b *bundle) request {
		return b.entering(b.issue("club_pass", anyTime, card.Document{Starts: b.clock().Add(24 * time.Hour)}))
	}},
	"entry_closed": {409, func(b *bundle) request {
		return b.entering(b.issue("club_pass", `{"uses":8,"valid_days":30,"hours":"mon 08:00-09:00"}`, card.Document{}))
	}},
	"entry_over": {409, func(b *bundle) request {
		return b.entering(b.issue("event_ticket", `{"name":{"en":"Tasting"},"starts":"2026-10-22T19:00"}`, card.Document{}))
	}},
	"entry_expired": {409, func(b *bundle) request {
		return b.entering(b.issue("club_pass", anyTime, card.Document{Ends: b.clock().Add(-time.Hour)}))
	}},
	"entry_undo_late": {409, func(b *bundle) request {
		in := b.ask(b.entering(b.issue("club_pass", anyTime, card.Document{}))).want(201)
		b.wait(time.Minute)
		return request{do: "POST /admissions/" + in.str("id") + "/undo", token: b.token, key: b.unique("undo")}
	}},
}

func named(name string) card.Document { return card.Document{Values: map[string]string{"name": name}} }

// TestAdmissions lets somebody in, undoes it, sells more, and reads it all again.
func TestAdmissions(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		c := b.issue("club_pass", anyTime, card.Document{})
		seen := b.ask(b.scanning(string(c.Number))).want(201)
		if seen.str("card", "scan") != "enter" || seen.at("card", "uses_left") != float64(8) || seen.str("presence") != "" || seen.at("member") != nil {
			b.t.Fatal(seen.raw)
		}
		in := b.ask(b.entering(c)).want(201)
		if in.at("uses_left") != float64(7) || in.at("card", "uses_left") != float64(7) || in.str("undo_until") == "" {
			b.t.Fatal(in.raw)
		}
		back := b.ask(request{do: "POST /admissions/" + in.str("id") + "/undo", token: b.token, key: "undo"}).want(200)
		if back.str("undone_at") == "" || back.at("card", "uses_left") != float64(8) {
			b.t.Fatal(back.raw)
		}
		sold := b.ask(request{do: "POST /cards/" + c.ID.String() + "/uses", key: "sold", body: m{"count": 4}}).want(201)
		if sold.at("uses_left") != float64(12) || sold.str("expires_at") == "" {
			b.t.Fatal(sold.raw)
		}
		ticket := b.issue("event_ticket", evening, card.Document{Values: map[string]string{"row": "3", "seat": "14"}})
		q := b.entering(ticket)
		q.lang = "ru"
		if r := b.ask(q).want(201); r.str("card", "event", "name") != "Дегустация" || r.str("card", "event", "seat") != "14" || r.at("card", "used") != true {
			b.t.Fatal(r.raw)
		}
		list := b.ask(request{do: "GET /admissions?card_id=" + c.ID.String()}).want(200)
		if n := len(list.at("items").([]any)); n != 1 || list.str("items", 0, "undone_at") == "" {
			b.t.Fatal(list.raw)
		}
		other := b.ask(request{do: "GET /admissions?store_id=" + verno.StoreID{1}.String(), token: b.token}).want(200)
		if n := len(other.at("items").([]any)); n != 0 {
			b.t.Fatal(other.raw)
		}
		who := b.ask(b.scanning(string(b.issue("business_card", `{"company":"Чайка"}`, named("Ольга Синицына")).Number))).want(201)
		if who.str("card", "contact", "name") != "Ольга Синицына" || who.str("card", "scan") != "show" {
			b.t.Fatal(who.raw)
		}
		_, number := b.enrol("+79165554433")
		known := b.ask(b.scanning(number)).want(201)
		if known.str("card", "scan") != "identify" || known.str("card", "kind") != "points" || known.str("member", "id") == "" {
			b.t.Fatal(known.raw)
		}
	})
}
