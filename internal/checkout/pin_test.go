package checkout_test

import (
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/checkout"
	"github.com/verno-loyalty/verno/internal/code"
)

const rightPIN = "7390"

// pinned gives a member a PIN.
func (b *bundle) pinned(m verno.Actor) {
	b.t.Helper()
	b.must(b.roll.SetPIN(b.ctx, m, b.clock(), m.Member, rightPIN))
}

// prove types a PIN after a code was shown.
func (b *bundle) prove(a verno.Actor, presence, pin, want string) string {
	b.t.Helper()
	found, err := b.till.ProvePIN(b.ctx, a, checkout.ProvePIN{Presence: presence, PIN: pin})
	b.refused(err, want)
	if err != nil {
		return ""
	}
	if !found.Strong || found.Method != verno.MethodPIN {
		b.t.Errorf("a PIN proves %+v", found)
	}
	return found.Presence
}

// TestPIN: with the right PIN a static code, a number and a phone spend without their limit, once.
func TestPIN(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g := b.enrol(anna)
		b.give(g, 900)
		b.topUp(g, 500_00)
		m := b.phone(g)
		a := b.at(0)
		static := b.scan(a, g.static())
		b.prove(a, static, rightPIN, "pin_unset")
		b.pinned(m)
		if q := b.quote(a, b.saleOf(static, tea(400_00), 0)); !slices.Contains(q.Needs, "pin") {
			t.Errorf("needs %v", q.Needs)
		}
		for _, scan := range []string{g.static(), g.secret.Number, "+7 916 123-45-67"} {
			b.later(time.Second) // She types it anew, for the next purchase.
			p := b.prove(a, b.scan(a, scan), rightPIN, "")
			r := b.sell(a, b.saleOf(p, tea(250_00), 200), stored(50_00))
			if r.Totals.Points != 200 || r.Method != verno.MethodPIN {
				t.Errorf("receipt %+v", r.Totals)
			}
			s := b.saleOf(p, tea(250_00), 200)
			_, _, err := b.till.Commit(b.ctx, a, b.commitOf(a, s, b.quote(a, s)))
			b.refused(err, "code_used")
		}
		p := b.scan(a, g.static())
		b.prove(b.at(1), p, rightPIN, "presence_invalid")
		b.prove(a, "", rightPIN, "presence_invalid")
		for _, pin := range []string{"", "739", "7390739", "739O", "７３９０"} {
			b.prove(a, p, pin, "invalid_request")
		}
		_, err := b.roll.Freeze(b.ctx, m, g.ID)
		b.must(err)
		b.prove(a, p, rightPIN, "presence_stale")
	})
}

// TestPINGuessed: five wrong ones in a row lock a PIN, however many tills try at once; then only the member opens it. What
// else proves her goes on.
func TestPINGuessed(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		g, m := b.rich()
		b.pinned(m)
		scans := [2]string{b.scan(b.at(0), g.static()), b.scan(b.at(1), g.static())}
		b.prove(b.at(0), scans[0], "7391", "pin_wrong")
		b.prove(b.at(0), scans[0], rightPIN, "") // gives the tries back
		var tried, locked atomic.Int64
		var all sync.WaitGroup
		for i := range 20 {
			all.Go(func() {
				_, err := b.till.ProvePIN(b.ctx, b.at(i%2), checkout.ProvePIN{Presence: scans[i%2], PIN: strconv.Itoa(2461 + i)})
				switch codeOf(err) {
				case "pin_wrong":
					tried.Add(1)
				case "pin_locked":
					locked.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		all.Wait()
		if tried.Load() != code.PINTries-1 || locked.Load() != 20-code.PINTries+1 {
			t.Errorf("%d wrong ones were looked at, %d found it locked", tried.Load(), locked.Load())
		}
		b.prove(b.at(0), scans[0], rightPIN, "pin_locked")
		if n := len(b.events(verno.EventPINLocked)); n != 1 {
			t.Errorf("%d alarms", n)
		}
		if q := b.quote(b.at(0), b.saleOf(scans[0], tea(400_00), 0)); slices.Contains(q.Needs, "pin") {
			t.Error("a locked PIN is asked for")
		}
		b.sell(b.at(0), b.saleOf(b.show(b.at(0), g), tea(400_00), 300))
		known, err := b.roll.PIN(b.ctx, m, g.ID)
		b.must(err)
		if !known.Set || !known.Locked {
			t.Errorf("the member hears %+v", known)
		}
		b.pinned(m)
		b.prove(b.at(0), scans[0], rightPIN, "")
	})
}

// TestPINGuessedAcrossMembers: a till that tries one PIN on many members is stopped.
func TestPINGuessedAcrossMembers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bundle) {
		var scans []string
		for range 8 {
			g, m := b.rich()
			b.pinned(m)
			scans = append(scans, b.scan(b.at(0), g.static()))
		}
		n := 0
		for i := range 32 {
			_, err := b.till.ProvePIN(b.ctx, b.at(0), checkout.ProvePIN{Presence: scans[i%len(scans)], PIN: "2468"})
			if codeOf(err) == "rate_limited" {
				break
			}
			b.refused(err, "pin_wrong")
			n++
		}
		if n != 30 {
			t.Errorf("%d wrong PINs from one till", n)
		}
		b.later(time.Hour)
	})
}
