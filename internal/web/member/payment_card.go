package member

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/web/view"
)

func paymentName(s *seat, c *member.PaymentCard) string {
	return view.PaymentName(s.Page, c.Scheme, c.LastFour)
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
