package desk

import (
	"net/url"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/auth"
)

// One's own account: password, second factor, and where one is logged in.
var mePages = []page{
	{"GET /me", 0, (*Desk).me},
	{"POST /me/password", 0, (*Desk).changePassword},
	{"POST /me/factor", 0, (*Desk).beginFactor},
	{"POST /me/factor/confirm", 0, (*Desk).confirmFactor},
	{"POST /me/factor/codes", 0, (*Desk).renewCodes},
	{"POST /me/factor/drop", 0, (*Desk).dropFactor},
	{"POST /me/sessions", 0, (*Desk).endMySessions},
}

// account is what one's own page shows.
type account struct {
	auth.Staff
	place    string
	sessions []auth.Session
	left     int64 // recovery codes
	done     string
	form     string // which form is wrong: password, factor, codes, drop
}

func (d *Desk) me(c *call) error { return d.myself(c, "") }

// myself shows the account, with what is wrong with one of its forms.
func (d *Desk) myself(c *call, form string) error {
	c.Styles = append(c.Styles, "desk_people.css")
	if c.actor.Staff.IsZero() {
		return verno.Forbidden("person_needed")
	}
	ctx := c.r.Context()
	s, err := d.Gate.StaffMember(ctx, c.actor, c.actor.Staff)
	if err != nil {
		return err
	}
	a := &account{Staff: s, form: form, done: c.doneText()}
	if a.place, err = d.naming(c).store(s.Store); err != nil {
		return err
	}
	if a.sessions, err = d.Gate.Sessions(ctx, c.actor, c.now); err != nil {
		return err
	}
	if a.left, err = d.Gate.RecoveryCodesLeft(ctx, c.actor); err != nil {
		return err
	}
	if form != "" {
		return c.again(c.Say("desk.me.title"), mePage(c, a))
	}
	return c.show(c.Say("desk.me.title"), mePage(c, a))
}

// changePassword ends all sessions, so that it goes on at the door.
func (d *Desk) changePassword(c *call) error {
	err := d.Gate.ChangePassword(c.r.Context(), c.actor, c.form.Value("old_password"), c.form.Value("password"), c.now)
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return d.myself(c, "password")
	}
	d.setSession(c.w, c.r, "", -1)
	c.to(Base + "/login")
	return nil
}

// beginFactor asks for the password, draws a secret and shows it, as a code to scan and as text. It asks for no code
// until a first one of it was seen.
func (d *Desk) beginFactor(c *call) error {
	f, err := d.Gate.BeginSecondFactor(c.r.Context(), c.actor, c.form.Value("own_password"), c.now)
	if err != nil {
		if err := c.mend(err, map[string]string{"password": "own_password"}); err != nil {
			return err
		}
		return d.myself(c, "factor")
	}
	c.Styles = append(c.Styles, "desk_people.css")
	return c.show(c.Say("desk.factor.begin"), factorPage(c, f))
}

// confirmFactor turns the second factor on, and shows the recovery codes this once. After a wrong code the same secret
// is shown again: the form has brought it back.
func (d *Desk) confirmFactor(c *call) error {
	c.Styles = append(c.Styles, "desk_people.css")
	code := strings.ReplaceAll(c.form.Value("code"), " ", "")
	codes, err := d.Gate.ConfirmSecondFactor(c.r.Context(), c.actor, code, c.now)
	if err == nil {
		return c.showCodes(codes, true)
	}
	secret := c.form.Value("secret")
	uri, broken := url.Parse(c.form.Value("uri"))
	if broken != nil || uri.Scheme != "otpauth" || len(uri.String()) > 500 || len(secret) > 100 {
		return err
	}
	if err := c.mend(err, nil); err != nil {
		return err
	}
	return c.again(c.Say("desk.factor.begin"), factorPage(c, auth.SecondFactor{Secret: secret, URI: uri.String()}))
}

func (d *Desk) renewCodes(c *call) error {
	codes, err := d.Gate.RenewRecoveryCodes(c.r.Context(), c.actor, strings.ReplaceAll(c.form.Value("code"), " ", ""), c.now)
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return d.myself(c, "codes")
	}
	c.Styles = append(c.Styles, "desk_people.css")
	return c.showCodes(codes, false)
}

// showCodes shows codes of recovery, once.
func (c *call) showCodes(codes []string, fresh bool) error {
	c.Scripts = append(c.Scripts, "desk_copy.js")
	return c.show(c.Say("desk.factor.codes"), codesPage(c, codes, fresh))
}

func (d *Desk) dropFactor(c *call) error {
	err := d.Gate.DropSecondFactor(c.r.Context(), c.actor, strings.ReplaceAll(c.form.Value("code"), " ", ""), c.now)
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return d.myself(c, "drop")
	}
	c.did("/me", "factor_off")
	return nil
}

// endMySessions ends all of them, this one too.
func (d *Desk) endMySessions(c *call) error {
	if err := d.Gate.EndSessions(c.r.Context(), c.actor, c.actor.Staff, c.now); err != nil {
		return err
	}
	d.setSession(c.w, c.r, "", -1)
	c.to(Base + "/login")
	return nil
}
