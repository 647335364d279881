package member_test

import (
	"errors"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// TestAdjust: points are given and taken as entries of their own, with reason and actor, once for a key.
func TestAdjust(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		q := member.Adjust{Key: "a1", Member: m.ID, Points: 300, Reason: "missing_points"}
		for i := range 3 {
			done, err := b.roll.Adjust(b.ctx, b.actor, b.clock(), q)
			b.must(err)
			if done.Replayed != (i > 0) || done.Points.Available != 300 {
				t.Errorf("adjusted %+v", done)
			}
			entry, err := b.store.Reader().Entry(b.ctx, b.actor.Tenant, done.Entry)
			b.must(err)
			if entry.Kind != "adjustment" || entry.Reason != "missing_points" || entry.Actor != b.actor.Name() {
				t.Errorf("entry %+v", entry)
			}
		}
		_, err := b.roll.Adjust(b.ctx, b.actor, b.clock(), member.Adjust{Key: "a2", Member: m.ID, Points: -120, Reason: "correction"})
		b.must(err)
		_, err = b.roll.Adjust(b.ctx, b.actor, b.clock(), member.Adjust{Key: "a3", Member: m.ID, Points: -181, Reason: "correction"})
		b.refused(err, "insufficient_points")
		if p := b.points(m.ID); p.Available != 180 || p.Debt != 0 {
			t.Errorf("points %+v", p)
		}
		if n := b.count(verno.EventPointsAdjusted); n != 2 {
			t.Errorf("%d adjustments in the audit", n)
		}
		b.balanced(m.Owner)
	})
}

// TestAdjustLimit: who may adjust up to a limit does no more.
func TestAdjustLimit(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		support := b.actor
		support.Staff, support.APIKey, support.May = verno.StaffID{}, verno.APIKeyID{1}, verno.MayAdjust
		for points, code := range map[money.Points]string{500: "", -500: "", 501: "adjust_limit", -501: "adjust_limit"} {
			b.give(m.ID, 1000)
			_, err := b.roll.Adjust(b.ctx, support, b.clock(), member.Adjust{Member: m.ID, Points: points, Reason: "complaint"})
			if code == "" {
				b.must(err)
			} else {
				b.refused(err, code)
			}
		}
		for _, c := range []struct {
			pointer string
			q       member.Adjust
		}{
			{"/points", member.Adjust{Member: m.ID, Reason: "goodwill"}},
			{"/points", member.Adjust{Member: m.ID, Reason: "goodwill", Points: math.MaxInt64}},
			{"/points", member.Adjust{Member: m.ID, Reason: "goodwill", Points: math.MinInt64}},
			{"/reason", member.Adjust{Member: m.ID, Points: 1}},
			{"/reason", member.Adjust{Member: m.ID, Points: 1, Reason: "потому что"}},
		} {
			_, err := b.roll.Adjust(b.ctx, b.actor, b.clock(), c.q)
			e := verno.AsError(err)
			if e == nil || e.Kind != verno.KindInvalid || e.Fields[0].Pointer != c.pointer {
				t.Errorf("%+v: %v", c.q, err)
			}
		}
	})
}

// TestAdjustRace: thirty who take points at once never take more than there are, and get no error of ours.
func TestAdjustRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		b.give(m.ID, 1000)
		var taken atomic.Int64
		var all sync.WaitGroup
		for range 30 {
			all.Go(func() {
				_, err := b.roll.Adjust(b.ctx, b.actor, b.clock(), member.Adjust{Member: m.ID, Points: -90, Reason: "fraud"})
				switch {
				case err == nil:
					taken.Add(90)
				case !errors.Is(err, verno.Refused("insufficient_points")):
					t.Error(err)
				}
			})
		}
		all.Wait()
		if p := b.points(m.ID); taken.Load() != 990 || p.Available != 10 {
			t.Errorf("took %d, left %d", taken.Load(), p.Available)
		}
		b.balanced(m.Owner)
	})
}

// TestPoints: available, pending, held and owed are told apart, and every coming deadline is named.
func TestPoints(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		p, err := b.office.Programme(b.ctx, b.actor, b.made.Programme)
		b.must(err)
		p.Draft.Points.Expiry = verno.ExpiryTerms{Kind: "after_days", Number: 10}
		_, err = b.office.ChangeProgramme(b.ctx, b.actor, b.clock(), p.Revision, p.Draft)
		b.must(err)
		b.welcome(`{"points":50,"until_first":true}`, verno.Limits{})
		m := b.enrol(anna())
		b.give(m.ID, 100)
		b.later(24 * time.Hour)
		b.give(m.ID, 30)
		b.give(m.ID, 3)
		b.hold(m.Owner, 20, b.clock().Add(time.Hour))
		got := b.points(m.ID)
		if got.Balance != 183 || got.Available != 113 || got.Pending != 50 || got.UntilPurchase != 50 || got.Held != 20 || got.Debt != 0 {
			t.Errorf("points %+v", got)
		}
		if len(got.Expiring) != 2 || got.Expiring[0].Points != 150 || got.Expiring[1].Points != 33 ||
			got.Expiring[1].At.Sub(got.Expiring[0].At) != 24*time.Hour {
			t.Errorf("expiring %+v", got.Expiring)
		}
		// The first lots have lapsed, though nobody has posted it yet.
		b.later(10 * 24 * time.Hour)
		got = b.points(m.ID)
		if got.Balance != 33 || got.Available != 33 || got.Pending != 0 || len(got.Expiring) != 1 {
			t.Errorf("after the deadline %+v", got)
		}
		b.owe(m.Owner, 40)
		got = b.points(m.ID)
		if got.Debt != 7 || got.Available != 0 || got.Balance != -7 {
			t.Errorf("owing %+v", got)
		}
		b.give(m.ID, 10)
		if got = b.points(m.ID); got.Debt != 0 || got.Available != 3 {
			t.Errorf("after repaying %+v", got)
		}
		b.balanced(m.Owner)
	})
}

// TestTimeline: what moved, and why, newest first and page by page without a gap.
func TestTimeline(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		for i := range 7 {
			b.later(time.Minute)
			b.give(m.ID, money.Points(i+1))
		}
		var got []int64
		for before := []byte(nil); ; {
			page, err := b.roll.Timeline(b.ctx, b.actor, m.ID, before, 3)
			b.must(err)
			for _, s := range page {
				if s.Kind != "adjustment" || s.Reason != "goodwill" || s.Moves[0].Why != "adjust" || s.Moves[0].Unit.Kind != verno.UnitPoints {
					t.Errorf("step %+v", s)
				}
				got = append(got, s.Moves[0].Amount)
			}
			if len(page) < 3 {
				break
			}
			before = page[len(page)-1].ID[:]
		}
		if fmt.Sprint(got) != "[7 6 5 4 3 2 1]" {
			t.Errorf("timeline %v", got)
		}
	})
}
