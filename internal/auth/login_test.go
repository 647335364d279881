package auth_test

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

func TestOwnerLogsInAndOut(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		opened := b.login(" OLGA@Example.com ", now)
		a := b.person(opened)
		want := verno.Actor{
			Tenant: b.live, Staff: b.owner.ID, Session: opened.Session, Role: verno.RoleOwner, May: verno.RoleOwner.Permissions(), Live: true,
		}
		if a != want {
			b.t.Errorf("she is %+v, want %+v", a, want)
		}
		if !strings.HasPrefix(opened.Token, "vs_") || len(opened.Token) < 3+26 {
			b.t.Errorf("token %q", opened.Token)
		}
		b.must(b.gate.Logout(b.ctx, opened.Token, now))
		b.must(b.gate.Logout(b.ctx, opened.Token, now))
		if b.valid(b.gate, opened.Token, now) {
			b.t.Error("the session goes on after logging out")
		}
		for what, subject := range map[string]string{
			"tenant.created": b.live.String(), "staff.created": b.owner.ID.String(), "session.opened": opened.Session.String(),
			"session.ended": opened.Session.String(),
		} {
			if !b.told(what, subject) {
				b.t.Errorf("%s is not recorded", what)
			}
		}
	})
}

// Whatever is wrong, the answer is the same, to the letter.
func TestEveryFailureLooksTheSame(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		gone, _ := b.hire(verno.RoleSupport, "gone")
		yes := true
		_, err := b.gate.ChangeStaff(b.ctx, b.boss, gone.ID, gone.Revision, auth.StaffChange{Disabled: &yes}, now)
		b.must(err)
		b.cashier("Без входа", "2580")
		for name, l := range map[string]auth.Login{
			"wrong password": {Login: "olga@example.com", Password: "не тот пароль"},
			"no password":    {Login: "olga@example.com"},
			"unknown":        {Login: "nobody@example.com", Password: password},
			"disabled":       {Login: "gone", Password: password},
			"nothing":        {},
			"huge":           {Login: strings.Repeat("x", 1<<20), Password: strings.Repeat("y", 1<<20)},
		} {
			l.Address = "198.51.100." + name
			opened, err := b.gate.Login(b.ctx, l, now)
			if opened != (auth.Opened{}) || fmt.Sprint(err) != "login_failed" || verno.AsError(err).Kind != verno.KindUnauthorised {
				b.t.Errorf("%s: %+v, %v", name, opened, err)
			}
		}
	})
}

func TestGuessingLocksTheGuesserOut(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		try := func(pw, from string, at time.Time) error {
			_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: pw, Address: from}, at)
			return err
		}
		for range 5 {
			b.refused(try("наугад наугад", "203.0.113.9", now), "login_failed")
		}
		b.refused(try(password, "203.0.113.9", now), "login_failed") // right, and too late
		b.must(try(password, address, now))                          // she herself, elsewhere
		b.must(try(password, "203.0.113.9", now.Add(5*time.Minute)))

		// From many addresses the name itself is locked, for longer and longer, but not where it is known.
		at := now.Add(time.Hour)
		for i := range 19 {
			b.refused(try("наугад наугад", fmt.Sprintf("203.0.113.%d", 100+i), at), "login_failed")
		}
		b.must(try(password, "198.51.100.1", at)) // not yet locked, and all forgotten by it
		for i := range 30 {
			b.refused(try("наугад наугад", fmt.Sprintf("203.0.114.%d", i), at), "login_failed")
		}
		b.refused(try(password, "198.51.100.200", at), "login_failed")
		b.must(try(password, address, at))
		b.must(try(password, "198.51.100.200", at))
	})
}

// The lock grows and ends by itself.
func TestLockEnds(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		at, n := now, 0
		guess := func() {
			n++
			_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: "наугад наугад", Address: fmt.Sprintf("203.0.113.%d", n)}, at)
			b.refused(err, "login_failed")
		}
		for range 20 {
			guess()
		}
		for wait := time.Second; wait < 15*time.Minute; wait *= 2 {
			at = at.Add(wait)
			guess()
		}
		_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: password, Address: "198.51.100.1"}, at.Add(14*time.Minute))
		b.refused(err, "login_failed")
		_, err = b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: password, Address: "198.51.100.2"}, at.Add(15*time.Minute))
		b.must(err)
	})
}

// Thirty guesses at once are no more than five.
func TestParallelGuesses(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		var all sync.WaitGroup
		var right atomic.Int64
		for i := range 30 {
			all.Go(func() {
				l := auth.Login{Login: "olga@example.com", Password: fmt.Sprintf("наугад наугад %d", i), Address: "203.0.113.9"}
				if i%3 == 2 { // ten of them right: none gets in once five were wrong
					l.Password = password
				}
				_, err := b.gate.Login(b.ctx, l, now)
				switch {
				case err == nil:
					right.Add(1)
				case !errors.Is(err, verno.Unauthorised("login_failed")) && !errors.Is(err, verno.Unavailable("overloaded", 0)):
					b.t.Error(err)
				}
			})
		}
		all.Wait()
		failed := 0
		for _, e := range b.events {
			if e.Detail["what"] == "login.failed" {
				failed++
			}
		}
		if limit := 5 * int(right.Load()+1); failed > limit {
			b.t.Errorf("%d guesses were looked at, %d were right", failed, right.Load())
		}
	})
}

func TestOneAddressTriesManyNames(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for i := range 100 {
			_, err := b.gate.Login(b.ctx, auth.Login{Login: fmt.Sprintf("name%d", i), Password: password, Address: "203.0.113.9"}, now)
			b.refused(err, "login_failed")
		}
		_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: password, Address: "203.0.113.9"}, now)
		b.refused(err, "rate_limited")
		if e := verno.AsError(err); e.Retry != 3600 {
			b.t.Errorf("retry after %d s", e.Retry)
		}
	})
}

func TestSecondFactor(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		support, a := b.hire(verno.RoleSupport, "support")
		login := func(code string, at time.Time) error {
			_, err := b.gate.Login(b.ctx, auth.Login{Login: "support", Password: password, Code: code, Address: address}, at)
			return err
		}
		b.refused(b.confirm(a, "123456", now), "second_factor_missing")
		_, err := b.gate.BeginSecondFactor(b.ctx, a, "", now) // an open session is not enough
		b.refused(err, "/password password_wrong")
		b.refused(b.confirm(a, "123456", now), "second_factor_missing")
		factor, err := b.gate.BeginSecondFactor(b.ctx, a, password, now)
		b.must(err)
		if !strings.HasPrefix(factor.URI, "otpauth://totp/Verno:support?") || !strings.Contains(factor.URI, factor.Secret) {
			b.t.Errorf("URI %s", factor.URI)
		}
		b.must(login("", now)) // it is not on yet
		b.refused(b.confirm(a, "000000", now), "/code code_wrong")
		b.must(b.confirm(a, codeOf(b.t, factor.Secret, now), now))
		_, err = b.gate.BeginSecondFactor(b.ctx, a, password, now)
		b.refused(err, "second_factor_active")

		at := now.Add(2 * time.Minute)
		for range 8 { // asking for the code costs no tries
			b.refused(login("", at), "second_factor_needed")
		}
		b.refused(login("", now.Add(-time.Hour)), "second_factor_needed")
		b.refused(login(codeOf(b.t, factor.Secret, now), at), "login_failed") // too old
		b.must(login(codeOf(b.t, factor.Secret, at), at))
		b.refused(login(codeOf(b.t, factor.Secret, at), at), "login_failed") // used
		b.refused(login(codeOf(b.t, factor.Secret, at.Add(-30*time.Second)), at), "login_failed")
		b.must(login(codeOf(b.t, factor.Secret, at.Add(30*time.Second)), at)) // a clock that is ahead
		b.refused(login(codeOf(b.t, factor.Secret, at), at), "login_failed")  // and back again

		if s, err := b.gate.StaffMember(b.ctx, b.boss, support.ID); err != nil || !s.SecondFactor {
			b.t.Errorf("%+v, %v", s, err)
		}
		b.refused(b.gate.DropSecondFactor(b.ctx, a, codeOf(b.t, factor.Secret, at), at), "/code code_wrong")
		b.must(b.gate.DropSecondFactor(b.ctx, a, codeOf(b.t, factor.Secret, at.Add(time.Minute)), at.Add(time.Minute)))
		b.must(login("", at.Add(time.Minute)))
	})
}

// TestPasswordIsNotGuessedFromWithin: whoever has found a session open cannot try passwords at the second factor for long,
// nor there and at the change of password in turn; and who knows it has their tries back.
func TestPasswordIsNotGuessedFromWithin(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, a := b.hire(verno.RoleSupport, "support")
		begin := func(password string) error {
			_, err := b.gate.BeginSecondFactor(b.ctx, a, password, now)
			return err
		}
		for range 4 {
			b.refused(begin("другая тысяча обезьян"), "/password password_wrong")
		}
		b.must(begin(password))
		for range 4 {
			b.refused(begin("другая тысяча обезьян"), "/password password_wrong")
		}
		b.refused(b.gate.ChangePassword(b.ctx, a, "другая тысяча обезьян", "три слова и ещё одно", now), "/old_password password_wrong")
		b.refused(begin(password), "rate_limited")
	})
}

// One code that is sent many times at once lets in once.
func TestCodeIsSpentOnce(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		factor, err := b.gate.BeginSecondFactor(b.ctx, b.boss, password, now)
		b.must(err)
		b.must(b.confirm(b.boss, codeOf(b.t, factor.Secret, now), now))
		at := now.Add(time.Minute)
		var all sync.WaitGroup
		var in atomic.Int64
		for i := range 12 {
			all.Go(func() {
				_, err := b.gate.Login(b.ctx, auth.Login{
					Login: "olga@example.com", Password: password, Code: codeOf(b.t, factor.Secret, at), Address: strconv.Itoa(i),
				}, at)
				if err == nil {
					in.Add(1)
				} else if !errors.Is(err, verno.Unauthorised("login_failed")) {
					b.t.Error(err)
				}
			})
		}
		all.Wait()
		if in.Load() != 1 {
			b.t.Errorf("one code let in %d times", in.Load())
		}
	})
}

func TestLostSecondFactorIsReset(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		support, a := b.hire(verno.RoleSupport, "support")
		opened := b.login("support", now)
		factor, err := b.gate.BeginSecondFactor(b.ctx, a, password, now)
		b.must(err)
		b.must(b.confirm(a, codeOf(b.t, factor.Secret, now), now))
		b.refused(b.gate.ResetSecondFactor(b.ctx, a, b.owner.ID, now), "permission_missing")
		b.must(b.gate.ResetSecondFactor(b.ctx, b.boss, support.ID, now))
		if b.valid(b.gate, opened.Token, now) {
			b.t.Error("old sessions go on")
		}
		b.login("support", now)
	})
}

func TestSessionsEndByThemselves(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		opened := b.login("olga@example.com", now)
		at := now
		for range 24 { // used every 29 minutes, for 11 h 36 min
			at = at.Add(29 * time.Minute)
			if !b.valid(b.gate, opened.Token, at) {
				b.t.Fatalf("ended after %v", at.Sub(now))
			}
		}
		if b.valid(b.gate, opened.Token, now.Add(12*time.Hour)) {
			b.t.Error("a session lasts 12 hours at most")
		}
		idle := b.login("olga@example.com", now)
		if b.valid(b.gate, idle.Token, now.Add(30*time.Minute)) {
			b.t.Error("a session ends after 30 minutes without use")
		}
		list, err := b.gate.Sessions(b.ctx, b.boss, now)
		if err != nil || len(list) != 3 {
			b.t.Errorf("%d sessions, %v", len(list), err)
		}
		b.must(b.gate.EndSessions(b.ctx, b.boss, b.owner.ID, now))
		if b.valid(b.gate, idle.Token, now) {
			b.t.Error("an ended session goes on")
		}
	})
}

func TestPasswordIsChanged(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		opened := b.login("olga@example.com", now)
		const fresh = "синий кит под дождём"
		b.refused(b.gate.ChangePassword(b.ctx, b.boss, "не помню не помню", fresh, now), "/old_password password_wrong")
		b.refused(b.gate.ChangePassword(b.ctx, b.boss, password, "password123", now), "/password password_common")
		b.must(b.gate.ChangePassword(b.ctx, b.boss, password, fresh, now))
		if b.valid(b.gate, opened.Token, now) {
			b.t.Error("old sessions go on")
		}
		_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: password, Address: address}, now)
		b.refused(err, "login_failed")
		_, err = b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: fresh, Address: address}, now)
		b.must(err)
	})
}

func TestOldTriesAndSessionsAreTidied(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.login("olga@example.com", now)
		for more, err := b.gate.Tidy(b.ctx, now.AddDate(0, 4, 0)); more; more, err = b.gate.Tidy(b.ctx, now.AddDate(0, 4, 0)) {
			b.must(err)
		}
		for table, want := range map[string]int64{"attempt": 0, "session": 0} {
			var n int64
			b.must(b.store.Reader().QueryRow(b.ctx, "SELECT COUNT(*) FROM "+table).Scan(&n))
			if n != want {
				b.t.Errorf("%d rows are left of %s", n, table)
			}
		}
	})
}
