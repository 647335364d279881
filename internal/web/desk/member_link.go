package desk

import (
	"crypto/sha256"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// linkPages send a card to its member's phone.
var linkPages = []page{
	{"GET /members/{id}/cards/{card}/link", changing, (*Desk).linkForm},
	{"POST /members/{id}/cards/{card}/link", changing, (*Desk).sendLink},
}

// sending is what the page shows that sends a card.
type sending struct {
	member.View
	card  member.Card
	sent  []member.Link
	aloud string // the address itself, in a demo that sends nothing
	key   string
	lacks string // what stands in the way where there is no way to send it
}

// linkWays are those by which this member can be sent something here.
func (d *Desk) linkWays(v *member.View) (ways []radioWay) {
	for _, one := range []radioWay{{member.BySMS, v.Person.Phone}, {member.ByMail, v.Person.Email}} {
		if one.to != "" && d.Members.CanSend(one.channel) {
			ways = append(ways, one)
		}
	}
	return ways
}

// sendingLacks names what a card that cannot be sent to a member waits for.
func (d *Desk) sendingLacks() string {
	switch sms, mail := d.Members.CanSend(member.BySMS), d.Members.CanSend(member.ByMail); {
	case sms && mail:
		return "no_contact"
	case sms:
		return "no_phone"
	case mail:
		return "no_email"
	}
	return "no_gateway"
}

// radioWay is a way with where it leads.
type radioWay struct{ channel, to string }

func (d *Desk) sending(c *call) (s sending, err error) {
	if s.View, s.card, err = d.cardOf(c); err != nil {
		return s, err
	}
	if s.card.State != verno.CardActive {
		return s, verno.Conflict("card_state").With("state", string(s.card.State))
	}
	s.key, s.lacks = d.onceKey(c), d.sendingLacks()
	s.sent, err = d.Members.Links(c.r.Context(), c.actor, s.card.ID)
	return s, err
}

func (d *Desk) linkForm(c *call) error {
	s, err := d.sending(c)
	if err != nil {
		return err
	}
	ways := d.linkWays(&s.View)
	if c.form = filled(); len(ways) > 0 {
		c.form = filled("channel", ways[0].channel)
	}
	return c.show(c.Say("desk.link.title"), linkPage(c, &s, ways))
}

func (d *Desk) sendLink(c *call) error {
	s, err := d.sending(c)
	if err != nil {
		return err
	}
	channel := c.form.Value("channel")
	link, err := d.Members.SendLink(c.r.Context(), c.actor, c.now, member.LinkRequest{
		Key: "desk " + s.key, BodyHash: sha256.Sum256([]byte(s.card.ID.String() + " " + channel)), Card: s.card.ID, Channel: channel,
	})
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.link.title"), linkPage(c, &s, d.linkWays(&s.View)))
	}
	if link.Aloud != "" {
		s.aloud = link.Aloud
		return c.show(c.Say("desk.link.title"), linkPage(c, &s, nil))
	}
	c.did(memberPath(s.ID), "card_link")
	return nil
}

// linkRadios are the ways as the form offers them.
func linkRadios(c *call, ways []radioWay) []radio {
	list := make([]radio, len(ways))
	for i, one := range ways {
		list[i] = radio{one.channel, c.Say("desk.link.way." + one.channel), one.to}
	}
	return list
}
