package member

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
)

// paymentName is how a bank card is told from others: by its payment system and its last digits.
func paymentName(s *seat, c *member.PaymentCard) string {
	name := s.Say("card.payment.some")
	if c.Scheme != "other" {
		name = s.Say("card.payment." + c.Scheme)
	}
	if c.LastFour != "" {
		name += " •\u00a0" + c.LastFour
	}
	return name
}

// removePayment ends that the member is known by a bank card.
func (f *Face) removePayment(s *seat) error {
	var id verno.PaymentCardID
	if err := id.UnmarshalText([]byte(s.form.Value("payment"))); err != nil {
		return verno.InvalidField("/payment", "not_known")
	}
	if err := f.Members.RemovePaymentCard(s.r.Context(), s.actor, s.session.Member, id); err != nil {
		return err
	}
	s.to(settingsPath + "?done=payment")
	return nil
}
