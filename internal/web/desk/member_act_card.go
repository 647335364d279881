package desk

import (
	"crypto/sha256"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/view"
)

type option = view.Option

// cardForm offers a card in the phone, or a plastic one that is at hand.
func (d *Desk) cardForm(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	others, err := d.makeable(c, v.Programme)
	if err != nil {
		return err
	}
	c.form = filled("kind", "phone")
	return c.show(c.Say("desk.card.new"), cardPage(c, &v, d.onceKey(c), others))
}

func (d *Desk) newCard(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	q := member.CardRequest{Key: "desk " + d.onceKey(c), Member: v.ID, Number: c.form.Value("card_number")}
	q.BodyHash = sha256.Sum256([]byte(v.ID.String() + " " + c.form.Value("kind") + " " + q.Number))
	if c.form.Value("kind") == "plastic" {
		_, err = d.Members.LinkCard(c.r.Context(), c.actor, c.now, q)
	} else {
		_, err = d.Members.IssueCard(c.r.Context(), c.actor, c.now, q)
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.card.new"), cardPage(c, &v, d.onceKey(c), nil))
	}
	c.did(memberPath(v.ID), "card_given")
	return nil
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
	act, err := acting(c)
	if err != nil {
		return err
	}
	v, card, err := d.cardOf(c)
	if err != nil {
		return err
	}
	return c.show(c.Say("desk.card."+act), cardActPage(c, &v, &card, act, d.onceKey(c)))
}

func (d *Desk) cardAct(c *call) error {
	act, err := acting(c)
	if err != nil {
		return err
	}
	v, card, err := d.cardOf(c)
	if err != nil {
		return err
	}
	ctx, reason := c.r.Context(), c.form.Value("reason")
	switch act {
	case "block":
		_, err = d.Members.BlockCard(ctx, c.actor, c.now, card.ID, reason)
	case "unblock":
		_, err = d.Members.UnblockCard(ctx, c.actor, c.now, card.ID)
	default:
		_, err = d.Members.ReplaceCard(ctx, c.actor, c.now, member.CardRequest{
			Key: "desk " + d.onceKey(c), BodyHash: sha256.Sum256([]byte(card.ID.String() + " " + reason)), Card: card.ID, Reason: reason,
		})
	}
	if err != nil {
		if err := c.mend(err, nil); err != nil {
			return err
		}
		return c.again(c.Say("desk.card."+act), cardActPage(c, &v, &card, act, d.onceKey(c)))
	}
	c.did(memberPath(v.ID), "card_"+act)
	return nil
}
