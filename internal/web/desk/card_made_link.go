package desk

import (
	"crypto/sha256"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// bearerLinkPages bring a card that is nobody's, such as a gift certificate, into the phone of whoever is to have it.
var bearerLinkPages = []page{
	{"GET /made_cards/{card}/link", changing, (*Desk).bearerLinkForm},
	{"POST /made_cards/{card}/link", changing, (*Desk).bearerLink},
}

// handing is what the page shows that brings such a card into a phone.
type handing struct {
	*ownForm

	sent  []member.Link
	shown string // the address itself: on this screen, or in a demo that sends nothing
	aloud bool   // it was to be sent
	key   string
}

func (d *Desk) handing(c *call) (*handing, error) {
	f, _, err := d.ownOf(c)
	switch {
	case err != nil:
		return nil, err
	case !f.member.IsZero():
		return nil, verno.NotFound("not_found").With("thing", f.card.ID.String())
	case f.card.State != verno.CardActive:
		return nil, verno.Conflict("card_state").With("state", string(f.card.State))
	}
	h := &handing{ownForm: f, key: d.onceKey(c)}
	h.sent, err = d.Members.Links(c.r.Context(), c.actor, f.card.ID)
	return h, err
}

func (d *Desk) bearerLinkForm(c *call) error {
	h, err := d.handing(c)
	if err != nil {
		return err
	}
	c.form = filled("channel", member.OnScreen)
	return c.show(c.Say("desk.link.title"), bearerLinkPage(c, h, d.bearerWays(c)))
}

// bearerWays are those by which a card that is nobody's can be handed over here.
func (d *Desk) bearerWays(c *call) []radio {
	list := []radio{{member.OnScreen, c.Say("desk.link.way.screen"), c.Say("desk.link.screen_hint")}}
	for _, way := range member.LinkWays {
		if d.Members.CanSend(way) {
			list = append(list, radio{way, c.Say("desk.link.way." + way), ""})
		}
	}
	return list
}

// bearerLink makes the link. One for the screen is shown as a code, in the answer to whoever asked and nowhere else.
func (d *Desk) bearerLink(c *call) error {
	h, err := d.handing(c)
	if err != nil {
		return err
	}
	q := member.LinkRequest{Key: "desk " + h.key, Card: h.card.ID, Channel: c.form.Value("channel")}
	if q.Channel != member.OnScreen {
		q.To = c.form.Value("to")
	}
	q.BodyHash = sha256.Sum256([]byte(q.Card.String() + " " + q.Channel + " " + q.To))
	link, err := d.Members.SendLink(c.r.Context(), c.actor, c.now, q)
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.link.title"), bearerLinkPage(c, h, d.bearerWays(c)))
	}
	if link.Path != "" {
		h.shown, h.aloud = d.Frame.Outside(c.r)+link.Path, q.Channel != member.OnScreen
		return c.show(c.Say("desk.link.title"), bearerLinkPage(c, h, nil))
	}
	c.did(madePath(h.card.ID), "bearer_link")
	return nil
}
