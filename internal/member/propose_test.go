package member_test

import (
	"crypto/rand"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// colleague is somebody else on the staff, who was there before or has just come.
func (b *bundle) colleague(role verno.Role) verno.Actor {
	b.t.Helper()
	a := b.actor
	a.Staff, a.Role, a.May = verno.NewID[verno.StaffID](b.clock(), rand.Reader), role, role.Permissions()
	b.must(b.store.Write(b.ctx, func(tx *store.Tx) error {
		return tx.InsertStaff(b.ctx, store.Staff{
			Tenant: a.Tenant, ID: a.Staff, Role: role, LoginToken: a.Staff[:], Personal: []byte{1}, Revision: 1,
			CreatedAt: b.clock(), UpdatedAt: b.clock(),
		})
	}))
	return a
}

// propose asks for more than the actor may give alone.
func (b *bundle) propose(a verno.Actor, id verno.MemberID, n money.Points, key string) member.Adjusted {
	b.t.Helper()
	done, err := b.roll.Adjust(b.ctx, a, b.clock(), member.Adjust{Key: key, Member: id, Points: n, Reason: "goodwill"})
	b.must(err)
	if done.Task.IsZero() || !done.Entry.IsZero() {
		b.t.Fatalf("nothing waits: %+v", done)
	}
	return done
}

// TestSecondPerson: what is above a person's limit moves nothing until somebody else approves it, once.
func TestSecondPerson(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		support, admin, other := b.colleague(verno.RoleSupport), b.colleague(verno.RoleAdmin), b.colleague(verno.RoleSupport)
		asked := b.propose(support, m.ID, 501, "p1")
		if again := b.propose(support, m.ID, 501, "p1"); !again.Replayed || again.Task != asked.Task || !again.Until.Equal(asked.Until) {
			t.Errorf("asked again: %+v, first %+v", again, asked)
		}
		if p := b.points(m.ID); p.Balance != 0 {
			t.Errorf("it moved before anybody approved: %+v", p)
		}
		_, err := b.roll.Approve(b.ctx, other, b.clock(), asked.Task)
		b.refused(err, "permission_missing")
		key := admin
		key.Staff, key.APIKey = verno.StaffID{}, verno.APIKeyID{1}
		_, err = b.roll.Approve(b.ctx, key, b.clock(), asked.Task)
		b.refused(err, "person_needed")
		b.later(time.Minute)
		_, err = b.roll.Approve(b.ctx, b.colleague(verno.RoleAdmin), b.clock(), asked.Task)
		b.refused(err, "second_person")
		_, err = b.roll.EndTask(b.ctx, admin, b.clock(), asked.Task)
		b.refused(err, "task_undecided")

		done, err := b.roll.Approve(b.ctx, admin, b.clock(), asked.Task)
		b.must(err)
		if done.Points.Available != 501 {
			t.Errorf("approved: %+v", done)
		}
		_, err = b.roll.Approve(b.ctx, admin, b.clock(), asked.Task)
		b.refused(err, "task_done")
		told := false
		for _, e := range b.events() {
			told = told || e.Kind == verno.EventPointsAdjusted && e.Actor == admin.Name() && e.Detail["proposed_by"] == support.Name()
		}
		if !told || b.count(verno.EventAdjustmentProposed) != 1 {
			t.Error("the audit does not name both persons")
		}
		b.balanced(m.Owner)
	})
}

// TestNobodyApprovesOneself: not even whoever may adjust any.
func TestNobodyApprovesOneself(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.roll.Adjusting.AnyOnce = 1000
		m := b.enrol(anna())
		boss, admin := b.colleague(verno.RoleOwner), b.colleague(verno.RoleAdmin)
		asked := b.propose(boss, m.ID, 1001, "p1")
		_, err := b.roll.Approve(b.ctx, boss, b.clock(), asked.Task)
		b.refused(err, "second_person")
		_, err = b.roll.Refuse(b.ctx, boss, b.clock(), asked.Task)
		b.refused(err, "second_person")
		_, err = b.roll.Refuse(b.ctx, admin, b.clock(), asked.Task)
		b.must(err)
		_, err = b.roll.Approve(b.ctx, admin, b.clock(), asked.Task)
		b.refused(err, "task_done")
		late := b.propose(boss, m.ID, 1001, "p2")
		b.later(72 * time.Hour)
		_, err = b.roll.Approve(b.ctx, admin, b.clock(), late.Task)
		b.refused(err, "task_lapsed")
		_, err = b.roll.EndTask(b.ctx, boss, b.clock(), late.Task)
		b.must(err)
		// Taking is bounded as giving is, and what is not there cannot be taken by two either.
		short := b.propose(boss, m.ID, -1001, "p3")
		_, err = b.roll.Approve(b.ctx, admin, b.clock(), short.Task)
		b.refused(err, "insufficient_points")
		if p := b.points(m.ID); p.Balance != 0 || b.count(verno.EventAdjustmentRefused) != 1 {
			t.Errorf("%+v", p)
		}
	})
}

// TestApproveRace: of many who decide at once one is heard.
func TestApproveRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		support, admin := b.colleague(verno.RoleSupport), b.colleague(verno.RoleAdmin)
		asked := b.propose(support, m.ID, 600, "")
		var approved, refused atomic.Int64
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				var err error
				if i%2 == 0 {
					if _, err = b.roll.Approve(b.ctx, admin, b.clock(), asked.Task); err == nil {
						approved.Add(1)
					}
				} else if _, err = b.roll.Refuse(b.ctx, admin, b.clock(), asked.Task); err == nil {
					refused.Add(1)
				}
				if err != nil && !errors.Is(err, verno.Conflict("task_done")) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if approved.Load()+refused.Load() != 1 || int64(b.points(m.ID).Balance) != 600*approved.Load() {
			t.Errorf("approved %d times, refused %d times, %d points", approved.Load(), refused.Load(), b.points(m.ID).Balance)
		}
	})
}

// TestAdjustDaily: small steps do not go around the limit of a day, in whatever order and on whomever, and the refusal
// is kept under its key.
func TestAdjustDaily(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.roll.Adjusting.Daily, b.roll.Adjusting.AnyDaily = 1000, 5000
		support := b.colleague(verno.RoleSupport)
		members := []verno.MemberID{b.enrol(anna()).ID, b.enrol(boris()).ID}
		var given atomic.Int64
		var all sync.WaitGroup
		for i := range 64 {
			all.Go(func() {
				n := money.Points(60)
				_, err := b.roll.Adjust(b.ctx, support, b.clock(), member.Adjust{Member: members[i%2], Points: n, Reason: "complaint"})
				if err == nil {
					given.Add(int64(n))
				} else if !errors.Is(err, verno.Refused("adjust_daily")) {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if sum := b.points(members[0]).Balance + b.points(members[1]).Balance; given.Load() != 960 || sum != 960 {
			t.Errorf("gave %d, they have %d", given.Load(), sum)
		}
		b.give(members[0], 100)
		q := member.Adjust{Key: "d1", Member: members[0], Points: -50, Reason: "correction"}
		_, err := b.roll.Adjust(b.ctx, support, b.clock(), q)
		b.refused(err, "adjust_daily")
		if e := verno.AsError(err); !strings.Contains(e.Params["left"], "40") {
			t.Errorf("left: %+v", e.Params)
		}
		q.Points = -40
		q.Key = "d2"
		_, err = b.roll.Adjust(b.ctx, support, b.clock(), q)
		b.must(err)
		b.later(24 * time.Hour)
		q.Key, q.Points = "d1", -50
		_, err = b.roll.Adjust(b.ctx, support, b.clock(), q)
		b.refused(err, "adjust_daily") // as it was answered then
		q.Key = "d3"
		_, err = b.roll.Adjust(b.ctx, support, b.clock(), q)
		b.must(err)
		_, err = b.roll.Adjust(b.ctx, b.colleague(verno.RoleOwner), b.clock(), member.Adjust{Member: members[0], Points: 5001, Reason: "goodwill"})
		b.refused(err, "adjust_daily")
		b.balanced(b.owner(verno.OwnerID(members[0])).ID)
	})
}

// TestKeysPropose nothing: a program that asks for too much is refused, and the refusal is kept.
func TestKeysProposeNothing(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		m := b.enrol(anna())
		key := b.actor
		key.Staff, key.APIKey, key.Role, key.May = verno.StaffID{}, verno.APIKeyID{1}, "", verno.MayAdjust
		q := member.Adjust{Key: "k1", Member: m.ID, Points: 501, Reason: "migration"}
		_, err := b.roll.Adjust(b.ctx, key, b.clock(), q)
		b.refused(err, "adjust_limit")
		b.roll.Adjusting.Once = 1000
		_, err = b.roll.Adjust(b.ctx, key, b.clock(), q)
		b.refused(err, "adjust_limit")
	})
}
