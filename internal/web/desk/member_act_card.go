package desk

import (
	"crypto/sha256"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/web/view"
)

type option = view.Option

// cardForm offers a card in the phone, or a plastic one that is at hand.
func (d *Desk) cardForm(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	naming, others, err := d.makeable(c, v.Programme)
	if err != nil {
		return err
	}
	c.form = filled("kind", "phone")
	return c.show(c.Say("desk.card.new"), cardPage(c, &v, d.onceKey(c), naming, others))
}

func (d *Desk) newCard(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	q := member.CardRequest{Key: "desk " + d.onceKey(c), Member: v.ID, Number: c.form.Value("card_number")}
	q.BodyHash = sha256.Sum256([]byte(v.ID.String() + " " + c.form.Value("kind") + " " + c.form.Value("template") + " " + q.Number))
	if err := d.giveCard(c, q); err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		naming, others, err := d.makeable(c, v.Programme)
		if err != nil {
			return err
		}
		return c.again(c.Say("desk.card.new"), cardPage(c, &v, d.onceKey(c), naming, others))
	}
	c.did(memberPath(v.ID), "card_given")
	return nil
}

// giveCard gives plastic that is at hand, or a card in the phone: the standard one, or one of a template.
func (d *Desk) giveCard(c *call, q member.CardRequest) error {
	var template verno.TemplateID
	switch named := c.form.Value("template"); {
	case c.form.Value("kind") == "plastic":
		_, err := d.Members.LinkCard(c.r.Context(), c.actor, c.now, q)
		return err
	case named == "":
		_, err := d.Members.IssueCard(c.r.Context(), c.actor, c.now, q)
		return err
	case template.UnmarshalText([]byte(named)) != nil:
		return verno.NotFound("not_found").With("thing", named)
	}
	_, _, err := d.Members.IssueOnce(c.r.Context(), c.actor, c.now,
		member.TemplateRequest{Key: q.Key, BodyHash: q.BodyHash, Template: template, Member: q.Member}, card.ScanIdentify)
	return err
}

// designs are what a card in the phone may look like: the standard card, then each template.
func designs(c *call, naming []store.CardTemplate) []option {
	list := []option{{Value: "", Label: c.Say("desk.issue.standard")}}
	for i := range naming {
		k, _ := card.Find(naming[i].Kind)
		label := naming[i].Name
		if kind := k.Title.In(c.Code); kind != label {
			label += " · " + kind
		}
		list = append(list, option{Value: naming[i].ID.String(), Label: label})
	}
	return list
}

// cardAction is what is to be done with a card, and the page from which one came: that of its member, or of the card where
// that is nobody's.
type cardAction struct {
	card   member.Card
	act    string
	key    string
	holder string
	back   string
}

// cardAction reads what is to be done with the card in the address.
func (d *Desk) cardAction(c *call) (*cardAction, error) {
	act, err := acting(c)
	if err != nil {
		return nil, err
	}
	x := &cardAction{act: act, key: d.onceKey(c)}
	if c.r.PathValue("id") != "" {
		v, card, err := d.cardOf(c)
		x.card, x.holder, x.back = card, fullName(c, &v), memberPath(v.ID)
		return x, err
	}
	f, _, err := d.ownOf(c)
	if err == nil && !f.member.IsZero() {
		err = verno.NotFound("not_found").With("thing", f.card.ID.String())
	}
	if err != nil {
		return nil, err
	}
	x.card, x.holder, x.back = f.card, c.Say("desk.made.title"), madePath(f.card.ID)
	return x, nil
}

// cardOf reads a card of the member in the address.
func (d *Desk) cardOf(c *call) (member.View, member.Card, error) {
	v, err := d.subject(c)
	if err != nil {
		return v, member.Card{}, err
	}
	id, err := path[verno.CardID](c, "card")
	if err != nil {
		return v, member.Card{}, err
	}
	card, err := d.Members.Card(c.r.Context(), c.actor, id)
	if err == nil && card.Member != v.ID {
		err = verno.NotFound("not_found").With("thing", id.String())
	}
	return v, card, err
}

// after is the page to go to when it is done: that of the card's successor, where one looked at a card alone.
func (x *cardAction) after(now verno.CardID) string {
	if x.card.Member.IsZero() {
		return madePath(now)
	}
	return x.back
}

// acting says whether the last part of the address is something that is done with a card.
func acting(c *call) (string, error) {
	switch act := c.r.PathValue("act"); act {
	case "block", "unblock", "replace":
		return act, nil
	default:
		return "", verno.NotFound("not_found").With("thing", c.r.URL.Path)
	}
}

func (d *Desk) cardActForm(c *call) error {
	x, err := d.cardAction(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.card."+x.act), cardActPage(c, x))
}

func (d *Desk) cardAct(c *call) error {
	x, err := d.cardAction(c)
	if err != nil {
		return err
	}
	ctx, reason := c.r.Context(), c.form.Value("reason")
	var now member.Card
	switch x.act {
	case "block":
		now, err = d.Members.BlockCard(ctx, c.actor, c.now, x.card.ID, reason)
	case "unblock":
		now, err = d.Members.UnblockCard(ctx, c.actor, c.now, x.card.ID)
	default:
		now, err = d.Members.ReplaceCard(ctx, c.actor, c.now, member.CardRequest{
			Key: "desk " + x.key, BodyHash: sha256.Sum256([]byte(x.card.ID.String() + " " + reason)), Card: x.card.ID, Reason: reason,
		})
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.card."+x.act), cardActPage(c, x))
	}
	c.did(x.after(now.ID), "card_"+x.act)
	return nil
}
