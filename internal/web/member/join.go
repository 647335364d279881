package member

import (
	"errors"
	"net/url"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web"
	"github.com/verno-loyalty/verno/money"
)

// joinPages are the pages by which people join.
var joinPages = []page{
	{"GET /j/{code}", (*Face).showJoin},
	{"POST /j/{code}", (*Face).join},
	{"GET /j/{code}/enter", (*Face).showEnter},
	{"GET /j/{code}/wallet", (*Face).signUp},
	{"POST /j/{code}/code", (*Face).enterCode},
	{"GET /j/{code}/text/{purpose}", (*Face).showText},
	{"GET /j/{code}/preview/{file}", (*Face).preview},
	{"GET /j/{code}/badge/{file}", (*Face).badge},
	{"GET /c/welcome", (*Face).welcome},
}

// joining is what a page of joining shows.
type joining struct {
	store.Channel
	texts  []store.LegalText
	ticket string // sealed, for the form
	enters bool   // has a card already
	proves bool   // phones can be proved
	wallet bool   // the wallet of this phone asks by itself
	gift   money.Points
	scale  int
}

// address is where the page is posted to, or a page below it.
func (j *joining) address(below string) string { return JoinBase + j.Code + below }

// open finds the channel of the address, and what its pages show.
func (f *Face) open(c *call) (*joining, error) {
	channel, err := f.Members.Open(c.r.Context(), c.r.PathValue("code"))
	if err != nil {
		return nil, err
	}
	j := &joining{Channel: channel, proves: f.Members.CanProve()}
	if err := f.dress(c, channel); err != nil {
		return nil, err
	}
	j.texts, err = f.Members.Texts(c.r.Context(), channel, c.Code)
	return j, err
}

// unready says of an error that people cannot join yet, so that the page tells them to ask at the till.
func unready(err error) bool {
	return errors.Is(err, verno.Conflict("texts_missing")) || errors.Is(err, verno.Conflict("programme_unpublished"))
}

// showJoin begins: the form of a channel, empty.
func (f *Face) showJoin(c *call) error {
	j, err := f.open(c)
	if err == nil {
		j.gift, j.scale, err = f.Members.Greeting(c.r.Context(), j.Channel, c.now)
	}
	if unready(err) || err == nil && j.Proof == member.ProofCode && !j.proves {
		return c.show(c.Say("join.title"), notYet(c))
	}
	if err != nil {
		return err
	}
	if j.wallet, err = f.signsUp(c, j); err != nil {
		return err
	}
	f.share(c, j)
	visit := verno.VisitID{}
	if counts(c.r) {
		if visit, err = f.Members.Visit(c.r.Context(), j.Channel, sources(c.Query), c.now); err != nil {
			return err
		}
	}
	if err := f.ticket(c, j, visit); err != nil {
		return err
	}
	return c.show(j.says(c).Title, joinForm(c, j))
}

// showEnter asks who has a card already for her phone.
func (f *Face) showEnter(c *call) error {
	j, err := f.open(c)
	switch {
	case unready(err) || err == nil && !j.proves:
		return c.show(c.Say("join.enter"), notYet(c))
	case err != nil:
		return err
	}
	j.enters = true
	if err := f.ticket(c, j, verno.VisitID{}); err != nil {
		return err
	}
	return c.show(c.Say("join.enter"), joinForm(c, j))
}

// ticket gives a form a new ticket.
func (f *Face) ticket(c *call, j *joining, visit verno.VisitID) (err error) {
	t := f.Members.NewTicket(j.Channel, visit, j.texts, c.now)
	t.Enters = j.enters
	j.ticket, err = f.Members.SealTicket(c.r.Context(), j.Channel, t)
	return err
}

func sources(q url.Values) map[string]string {
	found := map[string]string{}
	for _, name := range member.Sources {
		if v := q.Get(name); v != "" {
			found[name] = v
		}
	}
	return found
}

// fields are named on the page as people name them.
var fields = map[string]string{"first_name": "name"}

// join takes what was typed: a faulty form comes back as it was, a good one leads to the code, or to the card.
func (f *Face) join(c *call) error {
	j, err := f.open(c)
	if err != nil {
		return err
	}
	t, ok := f.Members.OpenTicket(c.r.Context(), j.Channel, c.form.Value("ticket"), c.now)
	if !ok {
		t = f.Members.NewTicket(j.Channel, verno.VisitID{}, j.texts, c.now)
		t.Enters = c.form.On("enters")
	}
	j.enters = t.Enters
	if j.ticket, err = f.Members.SealTicket(c.r.Context(), j.Channel, t); err != nil {
		return err
	}
	told := member.Told{
		Phone: c.form.Value("phone"), Name: c.form.Value("name"), Birthday: c.form.Value("birthday"), Email: c.form.Value("email"),
	}
	for _, purpose := range member.Purposes {
		if c.form.On(purpose) {
			told.Agreed = append(told.Agreed, purpose)
		}
	}
	if err := f.Members.Tell(j.Channel, &t, told, c.now); err != nil {
		return f.once(c, j, err)
	}
	if j.Proof == member.ProofNone && !j.enters {
		return f.finish(c, j, t, false)
	}
	return f.sendCode(c, j, t)
}

// once shows the form once more with what is wrong with it. What is not of the form's making is a page of its own.
func (f *Face) once(c *call, j *joining, err error) error {
	e := web.Explain(c.r, err)
	if e.Kind == verno.Internal || e.Kind == verno.KindUnavailable {
		return err
	}
	c.form.Fail(c.r, c.Page, e, fields)
	return c.showAs(web.Status(e), j.says(c).Title, joinForm(c, j))
}

// finish gives a card to the browser, and leads to it.
func (f *Face) finish(c *call, j *joining, t member.Ticket, proved bool) error {
	out, err := f.Members.Join(c.r.Context(), j.Channel, c.now, t, proved)
	switch {
	case errors.Is(err, verno.NotFound("not_found")) && t.Enters:
		return c.show(c.Say("join.no_card"), noCard(c, j, masked(&t)))
	case err != nil:
		return f.once(c, j, err)
	case out.Card.IsZero():
		return c.show(c.Say("join.has_card"), hasCard(c, j))
	}
	token, err := f.Members.OpenSession(c.r.Context(), j.Tenant, out.Member, out.Card, c.r.UserAgent(), c.now)
	if err != nil {
		return err
	}
	f.setCard(c, token)
	switch {
	case out.Known:
		c.to(CardBase)
	case out.Unmailed:
		c.to(CardBase + "welcome?unmailed=1")
	default:
		c.to(CardBase + "welcome")
	}
	return nil
}

// welcome is the first thing that a new member sees: that the card is there, and what is on it.
func (f *Face) welcome(c *call) error {
	held, err := c.r.Cookie(cookie)
	if err != nil {
		return verno.Unauthorised("credential_missing")
	}
	s, err := f.Members.Session(c.r.Context(), held.Value, c.now)
	if err != nil {
		return err
	}
	if err := f.brand(c, s.Tenant); err != nil {
		return err
	}
	v, err := f.Members.Read(c.r.Context(), s.Actor(), s.Member)
	if err != nil {
		return err
	}
	points, err := f.Members.Points(c.r.Context(), s.Actor(), c.now, s.Member)
	if err != nil {
		return err
	}
	w, err := f.buttons(&seat{call: c, session: s})
	if err != nil {
		return err
	}
	return c.show(c.Say("join.ready"), welcomePage(c, &v, &points, w))
}

// field is one that a channel asks for.
func (j *joining) field(name string) (asked, required bool) {
	how := j.Fields[name]
	return how != "" && !j.enters, how == member.FieldRequired
}

// needed says in a form that a field must be filled in.
func needed(required bool, more map[string]any) map[string]any {
	if required {
		more["required"] = true
	}
	return more
}
