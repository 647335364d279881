package checkout

import (
	"context"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// payment is what stands for the bank card by which somebody is named, where it is one: by itself, or as a scan. Errors:
// payment_card_number, payment_token_invalid.
func (q *Identify) payment() (token string, is bool, err error) {
	if q.PaymentCard == "" {
		return code.ParsePayment(q.Scan)
	}
	token, err = code.PaymentToken(q.PaymentCard)
	return token, true, err
}

// findPayment leads from what stands for a bank card to the member who has registered it. That the card is there proves as
// little as a static code does: it may be another's, or lost. Error: card_not_usable.
func (t *Till) findPayment(ctx context.Context, tenant verno.TenantID, value string) (*found, error) {
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
	f, err := t.foundMember(ctx, tenant, m, verno.MethodPaymentCard, err)
	if err == nil {
		f.payment = c.ID
	}
	return f, err
}

// unguessable reports whether somebody is named by what nobody can guess, so that naming nobody is no guess.
func (q *Identify) unguessable() bool {
	token, is, err := q.payment()
	return is && err == nil && !code.Guessable(token)
}

// noted is a work's Also that notes when a bank card made its member known; nil where none did. It runs behind the lock of
// the owner, as removing the card does, so that none is let in that was removed meanwhile.
func (f *found) noted(ctx context.Context, tenant verno.TenantID, now time.Time) func(*store.Tx, *books.Page) error {
	if f.payment.IsZero() {
		return f.seeOnce(ctx, tenant)
	}
	return func(tx *store.Tx, _ *books.Page) error {
		there, err := tx.UsePaymentCard(ctx, tenant, f.payment, now)
		if err == nil && !there {
			err = verno.NotFound("card_not_usable")
		}
		return err
	}
}

// Present sees that a member is here: proved by a live code, a tap or a PIN, and not by what anybody could copy or say. It is
// for what is done to an account beside a sale. Errors: presence_invalid, presence_stale, payment_proof_needed,
// account_frozen, account_cooling.
func (t *Till) Present(ctx context.Context, a verno.Actor, m verno.MemberID, presence string, terminal verno.TerminalID) error {
	if !a.Terminal.IsZero() {
		terminal = a.Terminal
	}
	now := t.clock()
	p, err := t.open(ctx, a, presence, terminal, now)
	if err != nil {
		return err
	}
	if p == nil {
		return verno.Invalid("presence_invalid")
	}
	if !p.Method.Strong() || !p.Confirmed.IsZero() {
		return verno.Forbidden("payment_proof_needed")
	}
	o, err := t.reader.Owner(ctx, p.Tenant, p.Owner)
	if err == nil {
		err = stale(&o, p)
	}
	switch {
	case errors.Is(err, store.ErrNotFound):
		err = verno.Conflict("presence_stale")
	case err == nil && o.FrozenAt != 0:
		err = verno.Forbidden("account_frozen")
	case err == nil && verno.Micros(now) < o.State.Cooling:
		err = verno.Forbidden("account_cooling").With("until", verno.FromMicros(o.State.Cooling).Format(time.RFC3339))
	case err == nil && p.Member != m:
		err = verno.Conflict("presence_stale")
	}
	return err
}
