package member_test

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// TestMerge: two who are the same person become one: what both had is there once, the old cards, the old phone and the
// old id lead to the survivor, and nobody who was identified before can spend.
func TestMerge(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		from, into := b.enrol(anna()), b.enrol(boris())
		b.give(from.ID, 300)
		b.give(into.ID, 50)
		b.later(time.Second)
		epoch := b.owner(into.Owner).Epoch
		q := member.Merge{Key: "m1", From: from.ID, Into: into.ID}
		for range 2 {
			v, err := b.roll.Merge(b.ctx, b.actor, b.clock(), q)
			b.must(err)
			if v.ID != into.ID || v.Person.FirstName != "Борис" {
				t.Errorf("merged into %+v", v)
			}
		}
		if p := b.points(into.ID); p.Available != 350 {
			t.Errorf("points %+v", p)
		}
		if v, err := b.roll.Read(b.ctx, b.actor, from.ID); err != nil || v.ID != into.ID {
			t.Errorf("the alias leads to %v: %v", v.ID, err)
		}
		found, err := b.roll.Search(b.ctx, b.actor, member.Search{Phone: "+79161234567"})
		b.must(err)
		if len(found) != 1 || found[0].ID != into.ID {
			t.Errorf("the old phone finds %+v", found)
		}
		found, err = b.roll.Search(b.ctx, b.actor, member.Search{CardNumber: string(from.Cards[0].Number)})
		b.must(err)
		cards, err := b.roll.Cards(b.ctx, b.actor, into.ID)
		b.must(err)
		if len(found) != 1 || found[0].ID != into.ID || len(cards) != 2 || cards[0].State != verno.CardActive {
			t.Errorf("the old card finds %+v; cards %+v", found, cards)
		}
		old := b.owner(verno.MemberOwner(from.ID))
		if old.MovedTo != into.Owner || old.Epoch <= epoch || b.owner(into.Owner).Epoch <= epoch {
			t.Errorf("the old account is %+v", old)
		}
		steps, err := b.roll.Timeline(b.ctx, b.actor, from.ID, nil, 10)
		b.must(err)
		if len(steps) != 3 || steps[0].Kind != "merge" || steps[0].Moves[0].Amount != 300 {
			t.Errorf("timeline %+v", steps)
		}
		b.balanced(into.Owner)
		b.balanced(verno.MemberOwner(from.ID))
		_, err = b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: from.ID, Into: into.ID})
		b.refused(err, "member_merged")
		_, err = b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: into.ID, Into: from.ID})
		b.refused(err, "merge_self")
	})
}

// TestMergeChain: who was merged into one that is merged itself belongs to the last, by one step.
func TestMergeChain(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		var m [4]*member.Enrolled
		for i := range m {
			b.later(time.Millisecond)
			m[i] = b.enrol(vault.Person{Phone: fmt.Sprintf("+7916000000%d", i)})
			b.give(m[i].ID, 10)
		}
		for i := range 3 {
			_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: m[i].ID, Into: m[i+1].ID})
			b.must(err)
		}
		for i := range 3 {
			row, err := b.store.Reader().Member(b.ctx, b.actor.Tenant, m[i].ID)
			b.must(err)
			if row.MergedInto != m[3].ID || row.Owner != m[3].Owner {
				t.Errorf("member %d is an alias of %s", i, row.MergedInto)
			}
			if o := b.owner(verno.MemberOwner(m[i].ID)); o.MovedTo != m[3].Owner {
				t.Errorf("account %d moved to %s", i, o.MovedTo)
			}
		}
		steps, err := b.roll.Timeline(b.ctx, b.actor, m[0].ID, nil, 100)
		b.must(err)
		if p := b.points(m[0].ID); p.Available != 40 || len(steps) != 7 {
			t.Errorf("%d points, %d steps", p.Available, len(steps))
		}
	})
}

// TestMergeDebt: what one owes and the other has is settled in the merge.
func TestMergeDebt(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		from, into := b.enrol(anna()), b.enrol(boris())
		b.owe(from.Owner, 70)
		b.give(into.ID, 100)
		_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: from.ID, Into: into.ID})
		b.must(err)
		if p := b.points(into.ID); p.Available != 30 || p.Debt != 0 || p.Balance != 30 {
			t.Errorf("points %+v", p)
		}
		b.balanced(into.Owner)
	})
}

// TestMergeJoinsWhatIsRemembered: purchases, limits and a freeze of both count afterwards.
func TestMergeJoinsWhatIsRemembered(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		promotion := b.welcome(`{"points":10}`, verno.Limits{})
		from, into := b.enrol(anna()), b.enrol(boris())
		_, err := b.roll.Freeze(b.ctx, b.actor, from.ID)
		b.must(err)
		v, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: from.ID, Into: into.ID})
		b.must(err)
		o := b.owner(into.Owner)
		if !v.Frozen || o.State.Usage[promotion].Total != 2 {
			t.Errorf("state %+v", o)
		}
	})
}

// TestMergeRefusals: nobody is merged with itself, with nobody, with the erased, or while an open purchase holds value.
func TestMergeRefusals(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		a, c, gone := b.enrol(anna()), b.enrol(boris()), b.enrol(vault.Person{})
		b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), gone.ID, ""))
		b.give(a.ID, 10)
		b.hold(a.Owner, 5, b.clock().Add(time.Minute))
		for code, q := range map[string]member.Merge{
			"merge_self":    {From: a.ID, Into: a.ID},
			"not_found":     {From: verno.MemberID{1}, Into: a.ID},
			"person_erased": {From: gone.ID, Into: a.ID},
			"holds_open":    {From: a.ID, Into: c.ID},
		} {
			_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), q)
			b.refused(err, code)
		}
		b.later(2 * time.Minute)
		_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: a.ID, Into: c.ID})
		b.must(err)
	})
}

// TestMergeRace: two merges of the same pair in both directions, and many who give points meanwhile: one merge wins, no
// point is lost, and nobody gets an error of ours.
func TestMergeRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		one, two := b.enrol(anna()), b.enrol(boris())
		var given, merged atomic.Int64
		var all sync.WaitGroup
		for _, q := range []member.Merge{{From: one.ID, Into: two.ID}, {From: two.ID, Into: one.ID}} {
			all.Go(func() {
				switch _, err := b.roll.Merge(b.ctx, b.actor, b.clock(), q); {
				case err == nil:
					merged.Add(1)
				case verno.AsError(err).Kind == verno.Internal:
					t.Error(err)
				}
			})
		}
		for i := range 20 {
			all.Go(func() {
				id := one.ID
				if i%2 == 0 {
					id = two.ID
				}
				_, err := b.roll.Adjust(b.ctx, b.actor, b.clock(), member.Adjust{Member: id, Points: 7, Reason: "goodwill"})
				switch {
				case err == nil:
					given.Add(7)
				case verno.AsError(err).Code != "owner_moved":
					t.Error(err)
				}
			})
		}
		all.Wait()
		if merged.Load() != 1 {
			t.Errorf("%d merges", merged.Load())
		}
		if p := b.points(one.ID); int64(p.Balance) != given.Load() {
			t.Errorf("%d points of %d given", p.Balance, given.Load())
		}
	})
}

// TestErase: the person is gone from everywhere, in every form; the books, the consents and an alias's trace stand.
func TestErase(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		alias := b.enrol(vault.Person{Phone: "+79031112233", FirstName: "Аня"})
		_, err := b.roll.Merge(b.ctx, b.actor, b.clock(), member.Merge{From: alias.ID, Into: m.ID})
		b.must(err)
		b.give(m.ID, 100)
		_, err = b.roll.Consent(b.ctx, b.actor, b.clock(), m.ID, member.Agreement{Purpose: "terms", Granted: true, Text: "текст"})
		b.must(err)
		epoch := b.owner(m.Owner).Epoch
		for range 2 {
			b.must(b.roll.Erase(b.ctx, b.actor, b.clock(), m.ID, ""))
		}
		if n := b.count(verno.EventMemberErased); n != 1 {
			t.Errorf("erased %d times", n)
		}
		for _, q := range []member.Search{
			{Phone: "+79161234567"},
			{Phone: "+79031112233"},
			{Email: "anna@example.com"},
			{Name: "Анна"},
			{Name: "Аня"},
			{CardNumber: string(m.Cards[0].Number)},
			{CardNumber: string(alias.Cards[0].Number)},
		} {
			found, err := b.roll.Search(b.ctx, b.actor, q)
			b.must(err)
			if len(found) != 0 {
				t.Errorf("%+v finds %+v", q, found)
			}
		}
		v, err := b.roll.Read(b.ctx, b.actor, m.ID)
		b.must(err)
		if v.ErasedAt.IsZero() || v.Person.Phone != "" || v.ExternalID != "" || !v.Frozen || b.owner(m.Owner).Epoch != epoch+1 {
			t.Errorf("left %+v", v)
		}
		cards, err := b.roll.Cards(b.ctx, b.actor, m.ID)
		b.must(err)
		for _, c := range cards {
			if c.State != verno.CardBlocked || c.Number != "" {
				t.Errorf("card %+v", c)
			}
		}
		consents, err := b.roll.Consents(b.ctx, b.actor, m.ID)
		b.must(err)
		if p := b.points(m.ID); p.Balance != 0 || len(consents) != 1 {
			t.Errorf("%d points live on, there are %d consents", p.Balance, len(consents))
		}
		for name, fn := range map[string]func() error{
			"update": func() error {
				_, err := b.roll.Update(b.ctx, b.actor, b.clock(), m.ID, v.Revision, member.Change{})
				return err
			},
			"card": func() error {
				_, err := b.roll.IssueCard(b.ctx, b.actor, b.clock(), member.CardRequest{Member: m.ID})
				return err
			},
			"unblock": func() error {
				_, err := b.roll.UnblockCard(b.ctx, b.actor, b.clock(), m.Cards[0].ID)
				return err
			},
			"unfreeze": func() error { _, err := b.roll.Unfreeze(b.ctx, b.actor, m.ID); return err },
			"export":   func() error { _, err := b.roll.Export(b.ctx, b.actor, b.clock(), m.ID); return err },
		} {
			if e := verno.AsError(fn()); e == nil || e.Code != "person_erased" {
				t.Errorf("%s: %v", name, e)
			}
		}
		var row store.Person
		for _, id := range []verno.MemberID{m.ID, alias.ID} {
			row, err = b.store.Reader().Person(b.ctx, b.actor.Tenant, id)
			b.must(err)
			if row.WrappedKey != nil || row.Sealed != nil {
				t.Error("the key is still there")
			}
		}
	})
}
