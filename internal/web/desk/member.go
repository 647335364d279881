package desk

import (
	"errors"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/money"
)

// pageSize is how many rows a list shows at once.
const pageSize = 50

// members lists who has joined, or whom a search finds.
func (d *Desk) members(c *call) error {
	after, err := after[verno.MemberID](c)
	if err != nil {
		return err
	}
	var rows []member.View
	q := strings.TrimSpace(c.Query.Get("q"))
	if q == "" {
		rows, err = d.Members.List(c.r.Context(), c.actor, after, pageSize+1)
	} else {
		rows, err = d.Members.Search(c.r.Context(), c.actor, searchFor(q, after))
	}
	var wrong *verno.Error
	if errors.As(err, &wrong) && wrong.Kind == verno.KindInvalid {
		return c.show(c.Say("desk.members"), memberList(c, q, nil, "", c.Error(wrong)))
	}
	if err != nil {
		return err
	}
	rows, next := cutPage(rows, func(v *member.View) verno.MemberID { return v.ID })
	return c.show(c.Say("desk.members"), memberList(c, q, rows, next, ""))
}

// searchFor tells from what was typed by what to look: an address of e-mail, a phone, a card's number, or a name.
func searchFor(q string, after verno.MemberID) member.Search {
	s := member.Search{After: after, Limit: pageSize + 1}
	digits := 0
	for _, r := range q {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	switch {
	case strings.Contains(q, "@"):
		s.Email = q
	case digits >= 13 && !strings.HasPrefix(q, "+"):
		s.CardNumber = q
	case digits >= 6:
		s.Phone = q
	default:
		s.Name = q
	}
	return s
}

// profile is all that the page of a member shows.
type profile struct {
	member.View
	points   member.Points
	stands   member.Standing
	cards    []member.Card
	payment  []member.PaymentCard
	consents []verno.Consent // the last word on each purpose
	steps    []chapter
	next     string // cursor of the timeline
	key      string
	done     string // what was just done, as a sentence
	home     string // the store where it joined
	stamps   []reason
	naming   *naming
	aim      aims
}

func (d *Desk) member(c *call) error {
	c.Styles = append(c.Styles, "desk_people.css")
	id, err := path[verno.MemberID](c, "id")
	if err != nil {
		return err
	}
	p, err := d.profile(c, id)
	if err != nil {
		return err
	}
	if p.ID != id {
		c.to(Base + memberPath(p.ID)) // whom it was merged into
		return nil
	}
	return c.show(fullName(c, &p.View), memberPage(c, p))
}

// profile reads a member with all that its page shows.
func (d *Desk) profile(c *call, id verno.MemberID) (p *profile, err error) {
	p = &profile{key: d.onceKey(c), done: c.doneText(), naming: d.naming(c)}
	if p.View, err = d.Members.Read(c.r.Context(), c.actor, id); err != nil {
		return nil, err
	}
	for _, fill := range []func(*call, *profile) error{d.owns, d.saves, d.shows, d.says, d.lived} {
		if err := fill(c, p); err != nil {
			return nil, err
		}
	}
	return p, nil
}

// owns fills in what a member has and how far it has come.
func (d *Desk) owns(c *call, p *profile) (err error) {
	if p.points, err = d.Members.Points(c.r.Context(), c.actor, c.now, p.ID); err != nil {
		return err
	}
	if p.stands, err = d.Members.Standing(c.r.Context(), c.actor, c.now, p.ID); err != nil {
		return err
	}
	if p.home, err = p.naming.store(p.Store); err != nil || len(p.points.Stamps) == 0 {
		return err
	}
	version, err := d.Reader.PublishedNumber(c.r.Context(), c.actor.Tenant, p.Programme)
	if err != nil {
		return err
	}
	for _, s := range p.points.Stamps {
		name, err := p.naming.promotion(ruleset{p.Programme, version}, s.Promotion)
		if err != nil {
			return err
		}
		p.stamps = append(p.stamps, reason{name, c.Count("desk.stamps", s.Count)})
	}
	return nil
}

func (d *Desk) shows(c *call, p *profile) (err error) {
	if p.cards, err = d.Members.Cards(c.r.Context(), c.actor, p.ID); err != nil {
		return err
	}
	p.payment, err = d.Members.PaymentCards(c.r.Context(), c.actor, p.ID)
	return err
}

func (d *Desk) says(c *call, p *profile) error {
	list, err := d.Members.Consents(c.r.Context(), c.actor, p.ID)
	p.consents = lastWords(list)
	return err
}

// lived fills in the history, and why each amount is what it is.
func (d *Desk) lived(c *call, p *profile) error {
	before, err := after[[16]byte](c)
	if err != nil {
		return err
	}
	var below []byte
	if before != [16]byte{} {
		below = before[:]
	}
	steps, err := d.Members.Timeline(c.r.Context(), c.actor, p.ID, below, historySize+1)
	if err != nil {
		return err
	}
	steps, p.next = cutSized(steps, historySize, func(s *member.Step) [16]byte { return s.ID })
	p.steps = make([]chapter, len(steps))
	for i := range steps {
		if p.steps[i], err = d.chapter(c, p, &steps[i]); err != nil {
			return err
		}
	}
	return nil
}

// historySize is how many steps of a member's history a page shows: each is explained, which costs more than a row.
const historySize = 20

// fullName is what a member is called, or what to call one who has not told.
func fullName(c *call, v *member.View) string {
	if !v.ErasedAt.IsZero() {
		return c.Say("desk.member.erased")
	}
	if name := strings.TrimSpace(v.Person.FirstName + " " + v.Person.LastName); name != "" {
		return name
	}
	return c.Say("desk.member.nameless")
}

// moved is one change of value as a sentence says it: +120 points, −50 ₽.
func moved(c *call, m *member.Move, scale int) string {
	n, plus := m.Amount, "+"
	if n < 0 {
		n, plus = -n, "−"
	}
	switch m.Unit.Kind {
	case verno.UnitMoney:
		return plus + c.Money(money.Amount(n), m.Unit.Currency)
	case verno.UnitCashback:
		return plus + c.Say("desk.cashback.some", "Sum", c.Money(money.Amount(n), m.Unit.Currency))
	case verno.UnitStamps:
		return plus + c.Count("desk.stamps", n)
	case verno.UnitUses:
		return plus + c.Count("desk.uses", n)
	default:
		return plus + c.PointsNamed(money.Points(n), scale)
	}
}
