package member

import "github.com/verno-loyalty/verno"

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
