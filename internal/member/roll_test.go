package member_test

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestSearch: a member is found by what is exactly its own, however it is typed, and by the beginnings of its names.
func TestSearch(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		a, err := b.roll.Enrol(b.ctx, b.actor, b.clock(), member.Enrol{Person: anna(), ExternalID: "crm-7", IssueCard: true})
		b.must(err)
		b.enrol(boris())
		number := string(a.Cards[0].Number)
		for _, q := range []member.Search{
			{Phone: "+7 (916) 123 45 67"},
			{Phone: "89161234567"},
			{Email: " anna@EXAMPLE.com"},
			{ExternalID: "crm-7"},
			{CardNumber: number},
			{CardNumber: number[:4] + " " + number[4:8] + "-" + number[8:]},
			{Name: "анна"},
			{Name: "КОРОЛЕВА ан анн"},
			{Name: "Корол Анна"},
		} {
			found, err := b.roll.Search(b.ctx, b.actor, q)
			b.must(err)
			if len(found) != 1 || found[0].ID != a.ID || found[0].Person.FirstName != "Анна" {
				t.Errorf("%+v found %d", q, len(found))
			}
		}
		for _, q := range []member.Search{
			{Phone: "+79990000000"},
			{Email: "nobody@example.com"},
			{ExternalID: "CRM-7"},
			{CardNumber: "9000000000000009"},
			{Name: "нна"},
			{Name: "Ан"},
			{Name: "Анна Петрова"},
			{Name: "%' OR 1=1 --"},
		} {
			found, err := b.roll.Search(b.ctx, b.actor, q)
			if err == nil && len(found) > 0 {
				t.Errorf("%+v found %d", q, len(found))
			}
			if e := verno.AsError(err); e != nil && e.Kind != verno.KindInvalid {
				t.Errorf("%+v: %v", q, err)
			}
		}
		for _, q := range []member.Search{{}, {Phone: "+79161234567", Name: "Анна"}} {
			_, err := b.roll.Search(b.ctx, b.actor, q)
			b.refused(err, "search_empty")
		}
		_, err = b.roll.Search(b.ctx, b.actor, member.Search{Name: strings.Repeat("я", 100_000)})
		b.wrong(err, "/name", "text_too_long")
	})
}

// TestPages: lists and searches by name go on after the last one and come to an end.
func TestPages(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for i := range 7 {
			b.later(time.Millisecond)
			b.enrol(vault.Person{FirstName: "Анна", LastName: fmt.Sprint("Номер", i)})
		}
		walk := func(next func(after verno.MemberID) ([]member.View, error)) (n int) {
			for after := (verno.MemberID{}); ; {
				page, err := next(after)
				b.must(err)
				if n += len(page); len(page) == 0 {
					return n
				}
				after = page[len(page)-1].ID
			}
		}
		if n := walk(func(after verno.MemberID) ([]member.View, error) {
			return b.roll.List(b.ctx, b.actor, after, 3)
		}); n != 7 {
			t.Errorf("listed %d", n)
		}
		if n := walk(func(after verno.MemberID) ([]member.View, error) {
			return b.roll.Search(b.ctx, b.actor, member.Search{Name: "Анна", After: after, Limit: 2})
		}); n != 7 {
			t.Errorf("found %d", n)
		}
	})
}

// TestUpdate: what is named changes and the rest stays; the old phone is free, and the event names fields, not values.
func TestUpdate(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		phone, name, tags := "+7 916 765 43 21", "Анна-Мария", []string{"vip", "beta", "vip"}
		v, err := b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, m.Revision, member.Change{Phone: &phone, FirstName: &name, Tags: &tags})
		b.must(err)
		if v.Person.Phone != "+79167654321" || v.Person.LastName != "Королёва" || v.Revision != m.Revision+1 || fmt.Sprint(v.Tags) != "[beta vip]" {
			t.Errorf("updated to %+v", v)
		}
		_, err = b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, m.Revision, member.Change{FirstName: &phone})
		b.refused(err, "etag_mismatch")
		other := b.enrol(vault.Person{Phone: "+79161234567"})
		_, err = b.roll.Update(b.ctx, b.actor, b.clock(), other.ID, other.Revision, member.Change{Phone: &phone})
		b.refused(err, "phone_taken")
		same, err := b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, v.Revision, member.Change{Phone: &phone, Tags: &tags})
		b.must(err)
		if same.Revision != v.Revision || b.count(verno.EventMemberUpdated) != 1 {
			t.Errorf("changing nothing made revision %d", same.Revision)
		}
		empty := ""
		_, err = b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, v.Revision, member.Change{Email: &empty})
		b.must(err)
		found, err := b.roll.Search(b.ctx, b.actor, member.Search{Email: "anna@example.com"})
		b.must(err)
		if len(found) != 0 {
			t.Error("found by an address that was taken away")
		}
		for _, e := range b.events() {
			b.silent("an event", fmt.Sprintf("%+v", e), vault.Person{FirstName: "Анна"})
			if e.Kind == verno.EventMemberUpdated && e.Detail["fields"] != "phone first_name tags" && e.Detail["fields"] != "email" {
				t.Errorf("fields %q", e.Detail["fields"])
			}
		}
	})
}

// TestUpdateRace: of many changes of one revision one succeeds.
func TestUpdateRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		var won atomic.Int64
		var all sync.WaitGroup
		for i := range 10 {
			all.Go(func() {
				name := fmt.Sprint("Анна", i)
				switch _, err := b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, m.Revision, member.Change{FirstName: &name}); {
				case err == nil:
					won.Add(1)
				case verno.AsError(err).Code != "etag_mismatch":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if won.Load() != 1 {
			t.Errorf("%d changes of one revision", won.Load())
		}
	})
}

// TestForeignTenant: another tenant's members and cards are not there.
func TestForeignTenant(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		foreign, _ := b.chain("Баклан")
		for name, fn := range map[string]func() error{
			"read":     func() error { _, err := b.roll.Read(b.ctx, foreign, m.ID); return err },
			"points":   func() error { _, err := b.roll.Points(b.ctx, foreign, b.clock(), m.ID); return err },
			"timeline": func() error { _, err := b.roll.Timeline(b.ctx, foreign, m.ID, nil, 1); return err },
			"cards":    func() error { _, err := b.roll.Cards(b.ctx, foreign, m.ID); return err },
			"card":     func() error { _, err := b.roll.Card(b.ctx, foreign, m.Cards[0].ID); return err },
			"secret":   func() error { _, _, err := b.roll.Secret(b.ctx, foreign.Tenant, m.Cards[0].ID); return err },
			"block":    func() error { _, err := b.roll.BlockCard(b.ctx, foreign, b.clock(), m.Cards[0].ID, "x"); return err },
			"update": func() error {
				_, err := b.roll.Update(b.ctx, foreign, b.clock(), m.ID, 1, member.Change{})
				return err
			},
			"adjust": func() error {
				_, err := b.roll.Adjust(b.ctx, foreign, b.clock(), member.Adjust{Member: m.ID, Points: 1, Reason: "goodwill"})
				return err
			},
			"consent": func() error {
				_, err := b.roll.Consent(b.ctx, foreign, b.clock(), m.ID, member.Agreement{Purpose: "terms"})
				return err
			},
			"erase":  func() error { return b.roll.Erase(b.ctx, foreign, b.clock(), m.ID, "") },
			"export": func() error { _, err := b.roll.Export(b.ctx, foreign, b.clock(), m.ID); return err },
			"freeze": func() error { _, err := b.roll.Freeze(b.ctx, foreign, m.ID); return err },
			"merge": func() error {
				own, err := b.roll.Enrol(b.ctx, foreign, b.clock(), member.Enrol{})
				b.must(err)
				_, err = b.roll.Merge(b.ctx, foreign, b.clock(), member.Merge{From: m.ID, Into: own.ID})
				return err
			},
		} {
			if err := fn(); verno.AsError(err) == nil || verno.AsError(err).Code != "not_found" {
				t.Errorf("%s: %v", name, err)
			}
		}
		found, err := b.roll.Search(b.ctx, foreign, member.Search{Phone: "+79161234567"})
		b.must(err)
		if len(found) != 0 {
			t.Error("found by another tenant")
		}
		// The same phone may be a member of both.
		if _, err := b.roll.Enrol(b.ctx, foreign, b.clock(), member.Enrol{Person: anna()}); err != nil {
			t.Error(err)
		}
	})
}

// TestConsent: the last word on a purpose holds, and all that was said stays.
func TestConsent(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		for i, granted := range []bool{true, false, true} {
			b.later(time.Second)
			_, err := b.roll.Consent(b.ctx, b.actor, b.clock(), m.ID, member.Agreement{
				Purpose: "advertising", Granted: granted, TextVersion: strconv.Itoa(i), Text: "Согласен на рассылку",
			})
			b.must(err)
		}
		list, err := b.roll.Consents(b.ctx, b.actor, m.ID)
		b.must(err)
		if len(list) != 3 || list[1].Granted || !list[2].Granted || list[2].TextVersion != "2" || list[2].Actor != b.actor.Name() {
			t.Errorf("consents %+v", list)
		}
		if b.count(verno.EventConsentWithdrawn) != 1 || b.count(verno.EventConsentGranted) != 2 {
			t.Error("the audit was not told")
		}
	})
}

// TestFreeze: a freeze counts at once and ends presences that were given out; freezing twice is freezing once.
func TestFreeze(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		before := b.owner(m.Owner).Epoch
		for range 2 {
			v, err := b.roll.Freeze(b.ctx, b.actor, m.ID)
			b.must(err)
			if !v.Frozen {
				t.Error("not frozen")
			}
		}
		if o := b.owner(m.Owner); o.FrozenAt != verno.Micros(b.now) || o.Epoch != before+1 {
			t.Errorf("owner %+v", o)
		}
		v, err := b.roll.Unfreeze(b.ctx, b.actor, m.ID)
		b.must(err)
		if v.Frozen || b.owner(m.Owner).Epoch != before+2 || b.count(verno.EventMemberFrozen) != 2 {
			t.Errorf("frozen %v, %d events", v.Frozen, b.count(verno.EventMemberFrozen))
		}
	})
}

// TestTasks: a task is done once, by somebody.
func TestTasks(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		task := verno.Task{ID: verno.TaskID{1}, Kind: "points_debt", Owner: m.Owner, Ref: "rcp_1", Detail: "7", CreatedAt: b.now}
		b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
			tx.Bulk().AddTasks(b.actor.Tenant, []verno.Task{task})
			return nil
		}))
		open, err := b.roll.Tasks(b.ctx, b.actor, false, verno.TaskID{}, 0)
		b.must(err)
		if len(open) != 1 || open[0].Ref != "rcp_1" || open[0].Owner != m.Owner {
			t.Fatalf("tasks %+v", open)
		}
		done, err := b.roll.EndTask(b.ctx, b.actor, b.clock(), task.ID)
		b.must(err)
		if done.DoneBy != b.actor.Name() || !done.DoneAt.Equal(b.now) {
			t.Errorf("done %+v", done)
		}
		_, err = b.roll.EndTask(b.ctx, b.actor, b.clock(), task.ID)
		b.refused(err, "task_done")
		_, err = b.roll.EndTask(b.ctx, b.actor, b.clock(), verno.TaskID{2})
		b.refused(err, "not_found")
		if open, err = b.roll.Tasks(b.ctx, b.actor, false, verno.TaskID{}, 0); err != nil || len(open) != 0 {
			t.Errorf("%d tasks open: %v", len(open), err)
		}
	})
}
