package server

import (
	"context"
	"crypto/rand"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/notify"
	"github.com/verno-loyalty/verno/internal/web/words"
)

// openCourier makes ready what takes messages to members, as far as the operator has said by which gateways.
func (s *Server) openCourier() {
	c, courier := &s.Config, &s.Roll.Courier
	courier.Aloud, courier.Base, courier.Words = c.CodesAloud, c.PublicURL, linkWords
	courier.Deliver = map[string]func(context.Context, member.Letter) (bool, error){}
	if c.TextURL != "" {
		s.texts = notify.NewTextHook(c.TextURL, c.TextToken, rand.Reader, c.Log)
		courier.Send = func(m member.Message) { s.texts.Send(m.Phone, m.Text) }
		courier.Deliver[member.BySMS] = post(s.texts)
	}
	if c.MailURL != "" {
		courier.Deliver[member.ByMail] = post(notify.NewTextHook(c.MailURL, c.MailToken, rand.Reader, c.Log))
	}
}

func post(h *notify.TextHook) func(context.Context, member.Letter) (bool, error) {
	return func(ctx context.Context, l member.Letter) (bool, error) { return h.Post(ctx, notify.Letter(l)) }
}

// linkWords are what is written with the address that brings a card into a phone.
func linkWords(language, channel string, gift bool, business, address string) (subject, text string) {
	say := words.In(language)
	switch {
	case gift && channel == member.BySMS:
		return "", say.Say("letter.gift_sms", "Name", business, "Address", address)
	case gift:
		return say.Say("letter.gift_subject", "Name", business), say.Say("letter.gift_mail", "Name", business, "Address", address)
	}
	if channel == member.BySMS {
		return "", say.Say("letter.card_sms", "Name", business, "Address", address)
	}
	return say.Say("letter.card_subject", "Name", business), say.Say("letter.card_mail", "Name", business, "Address", address)
}

// deliver hands over the messages that are due.
func (s *Server) deliver(ctx context.Context) error { return s.Roll.Deliver(ctx, s.Config.Clock) }
