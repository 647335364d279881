package member

import (
	"strconv"
	"strings"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/internal/web/view"
)

// entry is what the page shows that asks for a code.
type entry struct {
	*joining
	phone string // masked
	aloud string // the code, in a demo
	wait  int    // seconds after which another can be asked for
}

// sendCode sends a code and asks for it. The page is the same whether somebody has the phone already or nobody has.
func (f *Face) sendCode(c *call, j *joining, t member.Ticket) error {
	e, err := f.sent(c, j, t)
	if err != nil {
		return f.once(c, j, err)
	}
	c.form = nil
	return c.show(c.Say("join.code_title"), codePage(c, e))
}

// sent sends a code, or finds the one that is on its way already.
func (f *Face) sent(c *call, j *joining, t member.Ticket) (*entry, error) {
	sealed, err := f.Members.SealTicket(c.r.Context(), j.Channel, t)
	if err != nil {
		return nil, err
	}
	s, err := f.Members.SendCode(c.r.Context(), c.now, member.CodeRequest{
		Tenant: j.Tenant, ID: t.ID, Phone: t.Person.Phone, Address: f.Frame.Address(c.r),
		Text: func(code string) string { return c.Say("join.message", "Code", code, "Name", c.Brand.Name) },
	})
	if err != nil {
		return nil, err
	}
	j.ticket, j.enters = sealed, t.Enters
	c.Scripts = []string{"join.js"}
	return &entry{joining: j, phone: masked(&t), aloud: s.Aloud, wait: secondsTo(s.Again.Sub(c.now))}, nil
}

// secondsTo is how many whole seconds are left, none below zero.
func secondsTo(left time.Duration) int { return max(0, int((left+time.Second-1)/time.Second)) }

// masked is the phone of a ticket on one line.
func masked(t *member.Ticket) string { return strings.ReplaceAll(t.Masked(), " ", "\u00a0") }

// enterCode takes the code, sends another one, or goes back to what was typed before.
func (f *Face) enterCode(c *call) error {
	j, err := f.open(c)
	if err != nil {
		return err
	}
	t, ok := f.Members.OpenTicket(c.r.Context(), j.Channel, c.form.Value("ticket"), c.now)
	switch {
	case !ok || t.Person.Phone == "" || !j.proves:
		c.to(j.address(""))
		return nil
	case c.form.On("change"):
		return f.change(c, j, t)
	case c.form.On("again"):
		return f.sendCode(c, j, t)
	}
	err = f.Members.CheckCode(c.r.Context(), c.now, j.Tenant, t.ID, t.Person.Phone, c.form.Value("code"))
	if err == nil {
		return f.finish(c, j, t, true)
	}
	wrong := web.Explain(c.r, err)
	if wrong.Kind != verno.KindRefused {
		return err
	}
	e, err := f.sent(c, j, t)
	if err != nil {
		return f.once(c, j, err)
	}
	c.form.Values.Del("code") // a wrong code is typed anew, not mended
	c.form.Faults = map[string]string{"code": c.Error(wrong)}
	return c.again(c.Say("join.code_title"), codePage(c, e))
}

// change shows the form again as it was typed, so that a wrong digit costs a digit.
func (f *Face) change(c *call, j *joining, t member.Ticket) (err error) {
	p := t.Person
	values := map[string][]string{"phone": {p.Phone}, "name": {p.FirstName}, "birthday": {p.Birthday}, "email": {p.Email}}
	for _, purpose := range t.Agreed {
		values[purpose] = []string{"on"}
	}
	c.form = &view.Form{Values: values}
	j.enters = t.Enters
	if j.ticket, err = f.Members.SealTicket(c.r.Context(), j.Channel, t); err != nil {
		return err
	}
	return c.show(c.Say("join.title"), joinForm(c, j))
}

// seconds is a number for the script that counts them down.
func (e *entry) seconds() string { return strconv.Itoa(e.wait) }
