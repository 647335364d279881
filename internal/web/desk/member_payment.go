package desk

import "github.com/verno-loyalty/verno"

// removePaymentCard ends that a member is known by a bank card.
func (d *Desk) removePaymentCard(c *call) error {
	v, err := d.subject(c)
	if err != nil {
		return err
	}
	card, err := path[verno.PaymentCardID](c, "card")
	if err != nil {
		return err
	}
	if err := d.Members.RemovePaymentCard(c.r.Context(), c.actor, v.ID, card); err != nil {
		return err
	}
	c.did(memberPath(v.ID), "payment_card_removed")
	return nil
}
