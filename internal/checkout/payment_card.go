package checkout

import (
	"context"
	"errors"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// findPayment leads from what stands for a bank card to the member who has registered it. That the card is there proves as
// little as a static code does: it may be another's, or lost. Errors: card_not_usable, payment_card_number,
// payment_token_invalid.
func (t *Till) findPayment(ctx context.Context, tenant verno.TenantID, text string) (*found, error) {
	value, err := code.PaymentToken(text)
	if err != nil {
		return nil, err
	}
	token, err := t.vault.Token(ctx, tenant, vault.PaymentCard, value)
	if err != nil {
		return nil, err
	}
	c, err := t.reader.PaymentCard(ctx, tenant, token)
	if errors.Is(err, store.ErrNotFound) {
		return nil, verno.NotFound("card_not_usable")
	}
	if err != nil {
		return nil, err
	}
	m, err := t.reader.Member(ctx, tenant, c.Member)
	return t.foundMember(ctx, tenant, m, verno.MethodPaymentCard, err)
}

// unguessable reports whether somebody is named by what nobody can guess, so that naming nobody is no guess.
func (q *Identify) unguessable() bool {
	value, err := code.PaymentToken(q.PaymentCard)
	return err == nil && !code.Guessable(value)
}
