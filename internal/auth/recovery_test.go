package auth_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// guarded is somebody with a second factor, its secret and recovery codes.
func (b *bundle) guarded(login string) (a verno.Actor, secret string, codes []string) {
	b.t.Helper()
	_, a = b.hire(verno.RoleSupport, login)
	factor, err := b.gate.BeginSecondFactor(b.ctx, a, password, now)
	b.must(err)
	codes, err = b.gate.ConfirmSecondFactor(b.ctx, a, codeOf(b.t, factor.Secret, now), now)
	b.must(err)
	return a, factor.Secret, codes
}

// TestRecoveryCodes: each lets somebody in once, however it is typed; nobody else's does; new ones end the old.
func TestRecoveryCodes(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		a, secret, codes := b.guarded("svetlana")
		_, _, foreign := b.guarded("fyodor")
		at := now
		login := func(code string) error {
			at = at.Add(time.Hour)
			_, err := b.gate.Login(b.ctx, auth.Login{Login: "svetlana", Password: password, Code: code, Address: "203.0.113.7"}, at)
			return err
		}
		left := func(want int64) {
			b.t.Helper()
			if n, err := b.gate.RecoveryCodesLeft(b.ctx, a); err != nil || n != want {
				b.t.Errorf("%d left (%v), want %d", n, err, want)
			}
		}
		left(10)
		b.must(login(codes[0]))
		b.refused(login(codes[0]), "login_failed")
		b.must(login(strings.ToUpper(strings.ReplaceAll(codes[1], "-", " "))))
		b.refused(login(foreign[0]), "login_failed")
		b.refused(login("aaaaa-aaaaa"), "login_failed")
		left(8)
		if !b.told("recovery_code.used", a.Staff.String()) {
			b.t.Error("nobody is told")
		}
		_, err := b.gate.RenewRecoveryCodes(b.ctx, a, "000000", at)
		b.refused(err, "/code code_wrong")
		fresh, err := b.gate.RenewRecoveryCodes(b.ctx, a, codeOf(b.t, secret, at), at)
		b.must(err)
		b.refused(login(codes[2]), "login_failed")
		b.must(login(fresh[0]))
		left(9)
		b.must(b.gate.DropSecondFactor(b.ctx, a, codeOf(b.t, secret, at), at))
		left(0)
	})
}

// TestRecoveryCodeRace: of sixty-four who use one code at once one gets in, and of those who use a code of the app too.
func TestRecoveryCodeRace(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, secret, codes := b.guarded("svetlana")
		// Hours apart, so that the failures of one round lock nobody out of the next.
		at, later := now.Add(time.Hour), now.Add(3*time.Hour)
		for _, round := range []struct {
			at   time.Time
			code string
		}{{at, codes[0]}, {later, codeOf(b.t, secret, later)}} {
			var in atomic.Int64
			var all sync.WaitGroup
			for i := range 64 {
				all.Go(func() {
					l := auth.Login{Login: "svetlana", Password: password, Code: round.code, Address: "203.0.113." + string(rune('0'+i%8))}
					if _, err := b.gate.Login(b.ctx, l, round.at); err == nil {
						in.Add(1)
					}
				})
			}
			all.Wait()
			if in.Load() != 1 {
				b.t.Errorf("%s let %d in", round.code, in.Load())
			}
		}
	})
}

// TestFactorIsNotGuessed: whoever stole a session cannot try all codes to take the second factor away.
func TestFactorIsNotGuessed(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		a, secret, _ := b.guarded("svetlana")
		var wrong atomic.Int64
		var all sync.WaitGroup
		for range 64 {
			all.Go(func() {
				err := b.gate.DropSecondFactor(b.ctx, a, "000000", now)
				switch e := verno.AsError(err); {
				case e == nil:
					b.t.Error("taken away")
				case e.Code != "rate_limited":
					wrong.Add(1)
				}
			})
		}
		all.Wait()
		if wrong.Load() > 5 {
			b.t.Errorf("%d codes were tried", wrong.Load())
		}
		b.refused(b.gate.DropSecondFactor(b.ctx, a, codeOf(b.t, secret, now.Add(time.Minute)), now), "rate_limited")
		b.must(b.gate.DropSecondFactor(b.ctx, a, codeOf(b.t, secret, now.Add(time.Hour)), now.Add(time.Hour)))
	})
}

// TestSecondFactorEndsOtherSessions: what was opened without it does not go on beside it.
func TestSecondFactorEndsOtherSessions(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		first, second := b.login("olga@example.com", now), b.login("olga@example.com", now)
		a := b.person(second)
		if !b.valid(b.gate, first.Token, now) {
			b.t.Fatal("one session only")
		}
		factor, err := b.gate.BeginSecondFactor(b.ctx, a, password, now)
		b.must(err)
		b.must(b.confirm(a, codeOf(b.t, factor.Secret, now), now))
		if b.valid(b.gate, first.Token, now) || !b.valid(b.gate, second.Token, now) {
			b.t.Error("the wrong session goes on")
		}
	})
}

// TestPasswordIsRehashed: after hashing was made harder the next log-in keeps a harder hash, and the password stays.
func TestPasswordIsRehashed(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.login("olga@example.com", now)
		c := b.gate.Config
		c.Hashing.Memory *= 2
		harder := auth.New(c)
		hash := func() string {
			row, err := b.store.Reader().Staff(b.ctx, b.live, b.owner.ID)
			b.must(err)
			return row.PasswordHash
		}
		before := hash()
		for range 2 {
			_, err := harder.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: password, Address: "203.0.113.7"}, now)
			b.must(err)
		}
		if hash() == before {
			b.t.Error("the hash is as it was")
		}
		after := hash()
		b.login("olga@example.com", now)
		if hash() != after {
			b.t.Error("a weaker gate made the hash weaker")
		}
	})
}
