package auth_test

import (
	"bytes"
	"strings"
	"sync"
	"testing"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

func TestStaffIsHiredChangedAndDismissed(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		s, a := b.hire(verno.RoleMarketer, "marina")
		if a.May != verno.RoleMarketer.Permissions() || a.Role != verno.RoleMarketer {
			b.t.Errorf("she is %+v", a)
		}
		name, role := "Марина Б.", verno.RoleAuditor
		changed, err := b.gate.ChangeStaff(b.ctx, b.boss, s.ID, s.Revision, auth.StaffChange{Name: &name, Role: &role}, now)
		b.must(err)
		got, err := b.gate.StaffMember(b.ctx, b.boss, s.ID)
		if err != nil || got != changed || got.Name != name || got.Role != role || got.Revision != 2 || !got.HasPassword {
			b.t.Errorf("read %+v, %v, want %+v", got, err, changed)
		}
		_, err = b.gate.ChangeStaff(b.ctx, b.boss, s.ID, s.Revision, auth.StaffChange{Name: &name}, now)
		b.refused(err, "etag_mismatch")
		opened := b.login("marina", now)
		yes, no := true, false
		changed, err = b.gate.ChangeStaff(b.ctx, b.boss, s.ID, changed.Revision, auth.StaffChange{Disabled: &yes}, now)
		b.must(err)
		if b.valid(b.gate, opened.Token, now) || changed.DisabledAt.IsZero() {
			b.t.Error("her session goes on")
		}
		_, err = b.gate.ChangeStaff(b.ctx, b.boss, s.ID, changed.Revision, auth.StaffChange{Disabled: &no}, now)
		b.must(err)
		b.login("marina", now)
		list, err := b.gate.StaffAfter(b.ctx, b.boss, verno.StaffID{}, 10)
		if err != nil || len(list) != 2 {
			b.t.Errorf("%d members of staff, %v", len(list), err)
		}
		_, err = b.gate.StaffMember(b.ctx, b.boss, verno.StaffID{1})
		b.refused(err, "not_found")
	})
}

func TestNobodyRaisesAboveThemselves(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		_, admin := b.hire(verno.RoleAdmin, "admin-1")
		support, help := b.hire(verno.RoleSupport, "support")
		hire := func(a verno.Actor, role verno.Role) error {
			_, err := b.gate.CreateStaff(b.ctx, a, auth.NewStaff{Name: "Новый", Role: role, Login: "fresh-" + string(role), Password: password}, now)
			return err
		}
		b.refused(hire(admin, verno.RoleOwner), "role_above")
		b.must(hire(admin, verno.RoleAuditor))
		b.refused(hire(help, verno.RoleCashier), "permission_missing")
		owner, pw := verno.RoleOwner, "другой длинный пароль"
		_, err := b.gate.ChangeStaff(b.ctx, admin, b.owner.ID, b.owner.Revision, auth.StaffChange{Password: &pw}, now)
		b.refused(err, "role_above")
		_, err = b.gate.ChangeStaff(b.ctx, admin, support.ID, support.Revision, auth.StaffChange{Role: &owner}, now)
		b.refused(err, "role_above")
		b.refused(b.gate.EndSessions(b.ctx, admin, b.owner.ID, now), "role_above")
		// Who may manage staff with a key, but no more, hires nobody who may more.
		_, secret, err := b.gate.CreateKey(b.ctx, b.boss, auth.NewKey{Name: "HR", Scopes: verno.MayManageStaff}, now)
		b.must(err)
		b.refused(hire(b.bearer(secret), verno.RoleCashier), "role_above")
	})
}

// Two owners who dismiss each other at the same moment leave one.
func TestSomebodyStaysOwner(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		yes, role := true, verno.RoleAdmin
		_, err := b.gate.ChangeStaff(b.ctx, b.boss, b.owner.ID, b.owner.Revision, auth.StaffChange{Disabled: &yes}, now)
		b.refused(err, "last_owner")
		_, err = b.gate.ChangeStaff(b.ctx, b.boss, b.owner.ID, b.owner.Revision, auth.StaffChange{Role: &role}, now)
		b.refused(err, "last_owner")
		second, other := b.hire(verno.RoleOwner, "second")
		errs := make([]error, 2)
		var all sync.WaitGroup
		all.Go(func() {
			_, errs[0] = b.gate.ChangeStaff(b.ctx, b.boss, second.ID, second.Revision, auth.StaffChange{Disabled: &yes}, now)
		})
		all.Go(func() {
			_, errs[1] = b.gate.ChangeStaff(b.ctx, other, b.owner.ID, b.owner.Revision, auth.StaffChange{Disabled: &yes}, now)
		})
		all.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			b.t.Errorf("%v, %v", errs[0], errs[1])
		}
	})
}

func TestStaffThatIsRefused(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		good := auth.NewStaff{Name: "Иван", Role: verno.RoleSupport, Login: "ivan", Password: password}
		for want, change := range map[string]func(n *auth.NewStaff){
			"/name required":               func(n *auth.NewStaff) { n.Name = "  " },
			"/role unknown_value":          func(n *auth.NewStaff) { n.Role = "king" },
			"/login text_too_short":        func(n *auth.NewStaff) { n.Login = "io" },
			"/login text_invalid":          func(n *auth.NewStaff) { n.Login = "ivan ivanov" },
			"/login required":              func(n *auth.NewStaff) { n.Login = "" },
			"/password text_too_short":     func(n *auth.NewStaff) { n.Password = "Ab3$efgh!" },
			"/password text_too_long":      func(n *auth.NewStaff) { n.Password = strings.Repeat("Ab3$efgh!", 30) },
			"/password password_common":    func(n *auth.NewStaff) { n.Password = "Password2026!" },
			"/password password_has_login": func(n *auth.NewStaff) { n.Password = "мой-IVAN-пароль" },
			"/pin pin_invalid":             func(n *auth.NewStaff) { n.PIN = "12a4" },
			"/pin pin_trivial":             func(n *auth.NewStaff) { n.PIN = "4321" },
			"/store_id not_known":          func(n *auth.NewStaff) { n.Store = verno.StoreID{1} },
		} {
			n := good
			change(&n)
			_, err := b.gate.CreateStaff(b.ctx, b.boss, n, now)
			b.refused(err, want)
		}
		good.Login = "OLGA@example.com"
		_, err := b.gate.CreateStaff(b.ctx, b.boss, good, now)
		b.refused(err, "login_taken")
		_, err = b.gate.CreateStaff(b.ctx, auth.Operator(b.test), good, now)
		b.refused(err, "login_taken") // of another tenant
	})
}

func TestPasswordsAndPINsThatAreGuessedFirst(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		for _, pw := range []string{"1234567890", "йцукен12345", "QWERTYUIOP", "aaaaaaaaaaaa", "abababababab", "Пароль-2026", "welcome2026!"} {
			_, err := b.gate.CreateStaff(b.ctx, b.boss, auth.NewStaff{Name: "Иван", Role: verno.RoleSupport, Login: "ivan", Password: pw}, now)
			b.refused(err, "/password password_common")
		}
		for _, pin := range []string{"0000", "1234", "9876", "7890", "1212", "1221", "1987", "2026", "123123", "11111111", "01234567", "454545"} {
			_, err := b.gate.CreateStaff(b.ctx, b.boss, auth.NewStaff{Name: "Иван", Role: verno.RoleCashier, PIN: pin}, now)
			b.refused(err, "/pin pin_trivial")
		}
		for _, pin := range []string{"2580", "4071", "830416", "20260317"} {
			b.cashier("Кассир "+pin, pin)
		}
	})
}

// Neither names nor log-in names nor secrets stand in the tables of staff, or in what is recorded for ever.
func TestNothingPersonalOfStaffInClear(t *testing.T) {
	t.Parallel()
	each(t, func(b *bundle) {
		b.cashier("Серафима", "830416")
		_, err := b.gate.Login(b.ctx, auth.Login{Login: "olga@example.com", Password: "мимо мимо мимо", Address: "203.0.113.77"}, now)
		b.refused(err, "login_failed")
		rows, err := b.store.Reader().StaffAfter(b.ctx, b.live, verno.StoreID{}, verno.StaffID{}, 10)
		b.must(err)
		var all bytes.Buffer
		for _, r := range rows {
			all.WriteString(r.PasswordHash + r.PINHash)
			all.Write(r.Personal)
			all.Write(r.LoginToken)
		}
		for _, e := range b.events {
			for k, v := range e.Detail {
				all.WriteString(k + v + e.Subject + e.Actor)
			}
		}
		answers, err := b.store.Reader().Query(b.ctx, "SELECT subject FROM attempt")
		b.must(err)
		for answers.Next() {
			var subject string
			b.must(answers.Scan(&subject))
			all.WriteString(subject)
		}
		b.must(answers.Err())
		for _, secret := range []string{"Серафима", "830416", "olga", "Ольга", password, "203.0.113.77"} {
			if bytes.Contains(bytes.ToLower(all.Bytes()), bytes.ToLower([]byte(secret))) {
				b.t.Errorf("%q stands in clear", secret)
			}
		}
	})
}
