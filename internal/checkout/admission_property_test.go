package checkout_test

import (
	"sync"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/member"
)

// passModel is what a pass must have: lots by when they lapse.
type passModel struct {
	lots []passLot
	in   []*checkout.Admission // that can be undone
}

type passLot struct {
	until time.Time
	left  int64
}

func (m *passModel) left(now time.Time) (sum int64) {
	for _, l := range m.lots {
		if now.Before(l.until) {
			sum += l.left
		}
	}
	return sum
}

// take uses up what lapses first.
func (m *passModel) take(now time.Time) {
	for i := range m.lots {
		if l := &m.lots[i]; now.Before(l.until) && l.left > 0 {
			l.left--
			return
		}
	}
}

// TestPassProperty: whatever is marked, undone, sold and waited for, once or in many copies at a time, a pass has what was
// sold less what was used and what has lapsed; and the books are right, as every test here sees in the end.
func TestPassProperty(t *testing.T) {
	t.Parallel()
	each(t, func(_ *testing.T, b *bundle) {
		pass := b.template("club_pass", `{"uses":3,"valid_days":30}`)
		rapid.Check(t, func(rt *rapid.T) {
			b := b.in(rt)
			c := b.issue(pass, verno.MemberID{}, card.Document{})
			m := &passModel{lots: []passLot{{b.facts(c.ID).Ends.Truncate(time.Microsecond), 3}}}
			for range rapid.IntRange(3, 25).Draw(rt, "steps") {
				m.step(rt, b, c)
				if x := b.facts(c.ID); x.Left != m.left(b.clock()) || x.Left > x.Of {
					rt.Fatalf("%d of %d are left, want %d", x.Left, x.Of, m.left(b.clock()))
				}
			}
		})
	})
}

func (m *passModel) step(rt *rapid.T, b *bundle, c member.Card) {
	switch rapid.SampledFrom([]string{"enter", "enter", "enter", "undo", "fill", "wait"}).Draw(rt, "what") {
	case "enter":
		m.enter(rt, b, c)
	case "undo":
		m.undo(rt, b)
	case "fill":
		n := rapid.Int64Range(1, 4).Draw(rt, "count")
		done, _, err := b.till.Fill(b.ctx, b.boss, checkout.Fill{Key: b.name("fill"), Card: c.ID, Count: n})
		b.must(err)
		m.lots = append(m.lots, passLot{done.Until.Truncate(time.Microsecond), n})
	case "wait":
		b.later(rapid.SampledFrom([]time.Duration{time.Second, 40 * time.Second, time.Hour, 9 * 24 * time.Hour, 31 * 24 * time.Hour}).Draw(rt, "time"))
	}
}

// enter shows the pass at several doors under one key.
func (m *passModel) enter(rt *rapid.T, b *bundle, c member.Card) {
	copies := rapid.IntRange(1, 3).Draw(rt, "copies")
	q := checkout.Admit{Key: b.name("in"), Scan: string(c.Number), Again: true}
	got := make([]*checkout.Admission, copies)
	codes := make([]string, copies)
	var wg sync.WaitGroup
	for i := range copies {
		wg.Go(func() {
			a, _, err := b.till.Admit(b.ctx, b.at(0), q)
			got[i], codes[i] = a, codeOf(err)
		})
	}
	wg.Wait()
	now := b.clock()
	last := m.lots[len(m.lots)-1].until
	for i := range copies {
		switch {
		case m.left(now) > 0 && (codes[i] != "" || got[i].ID != got[0].ID):
			rt.Fatalf("%v although %d are left", codes, m.left(now))
		case m.left(now) == 0 && codes[i] != "entry_none_left" && (codes[i] != "entry_expired" || now.Before(last)):
			rt.Fatalf("%v although none is left", codes)
		}
	}
	if m.left(now) > 0 {
		m.take(now)
		m.in = append(m.in, got[0])
	}
}

// undo takes an entry back, twice.
func (m *passModel) undo(rt *rapid.T, b *bundle) {
	if len(m.in) == 0 {
		return
	}
	i := rapid.IntRange(0, len(m.in)-1).Draw(rt, "which")
	a := m.in[i]
	for range 2 {
		_, _, err := b.till.UndoAdmission(b.ctx, b.at(0), b.name("undo"), [32]byte{}, a.ID)
		if late := b.clock().After(a.UndoUntil); late {
			b.refused(err, "entry_undo_late")
			return
		}
		b.must(err)
	}
	m.in = append(m.in[:i:i], m.in[i+1:]...)
	m.giveBack(b, a)
}

// giveBack finds the lot from which an entry came: the first that had something then.
func (m *passModel) giveBack(b *bundle, a *checkout.Admission) {
	b.t.Helper()
	row, err := b.reader.Entry(b.ctx, b.boss.Tenant, a.Entry)
	b.must(err)
	until := spentUntil(b, row.Postings)
	for i := range m.lots {
		if m.lots[i].until.Equal(until) {
			m.lots[i].left++
			return
		}
	}
	b.t.Fatalf("a use came from a lot until %s, of %v", until, m.lots)
}

// spentUntil is when the lot lapses from which an entry took.
func spentUntil(b *bundle, postings string) time.Time {
	b.t.Helper()
	list, err := ledger.ParsePostings(postings)
	b.must(err)
	for _, p := range list {
		if p.Why == ledger.WhySpend {
			return verno.FromMicros(p.ExpiresAt)
		}
	}
	b.t.Fatal("nothing was spent")
	return time.Time{}
}
