package member

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
)

// PurposePaymentCard is what a member agrees to who wants to be known by a bank card. Whoever withdraws it has no bank card
// registered from then on.
const PurposePaymentCard = "payment_card"

// PaymentSchemes are the payment systems that are told apart.
var PaymentSchemes = []string{"mir", "visa", "mastercard", "maestro", "unionpay", "jcb", "american_express", "other"}

// maxPaymentCards is how many bank cards a member has registered at most, and maxPaymentName how long the member's own name
// for one is.
const (
	maxPaymentCards = 10
	maxPaymentName  = 40
)

// PaymentCard is a bank card by which a member is known where it pays, as those see it who may read members.
type PaymentCard struct {
	ID       verno.PaymentCardID
	Member   verno.MemberID
	Scheme   string
	LastFour string
	Name     string // the member's own
	At       time.Time
	UsedAt   time.Time // when it last made its member known at a till; zero for one that has not
}

// PaymentCardRequest registers a bank card.
type PaymentCardRequest struct {
	Member   verno.MemberID
	Token    string // what stands for the card at the terminal or the acquirer; never its number
	Scheme   string // empty for other
	LastFour string // empty where it is not known
	Name     string
	Consent  *Agreement // nil where the member has given it before

	// Present says that the face has seen the member prove to be there, so that a till, which reads no members, may ask.
	Present bool
}

// paymentLook is what is shown of a bank card, sealed in the database.
type paymentLook struct {
	Scheme   string `json:"scheme"`
	LastFour string `json:"last_four,omitempty"`
	Name     string `json:"name,omitempty"`
}

// RegisterPaymentCard makes a member be known by a bank card, with the member's consent. Registering the same card again for
// the same member changes nothing. Whose a card is that another member has is not told. Errors: payment_card_number,
// payment_token_invalid, payment_card_taken, payment_card_limit, payment_consent_missing, invalid fields, person_erased.
func (r *Roll) RegisterPaymentCard(ctx context.Context, a verno.Actor, now time.Time, q PaymentCardRequest) (c PaymentCard, added bool, err error) {
	if err := a.Require(q.needs()); err != nil {
		return c, false, err
	}
	look, consent, err := q.check(channelOf(a, ""))
	if err != nil {
		return c, false, err
	}
	token, err := r.paymentToken(ctx, a.Tenant, q.Token)
	if err != nil {
		return c, false, err
	}
	row := store.PaymentCard{Tenant: a.Tenant, ID: verno.NewID[verno.PaymentCardID](now, r.Entropy), Token: token, CreatedAt: now.UTC()}
	if row.Sealed, err = r.sealLook(ctx, row, look); err != nil {
		return c, false, err
	}
	_, err = r.change(ctx, a, now, q.Member, func(tx *store.Tx, m *verno.Member) ([]verno.Event, error) {
		row.Member = m.ID
		had, events, err := r.registerPayment(ctx, tx, a, now, *m, row, consent)
		if err != nil || had == nil {
			added = err == nil
			return events, err
		}
		row = *had
		return nil, nil
	})
	if err != nil {
		return c, false, err
	}
	c, err = r.paymentCard(ctx, row)
	return c, added, err
}

func (q *PaymentCardRequest) needs() verno.Permission {
	if q.Present {
		return verno.MayWriteMembers
	}
	return writes
}

// registerPayment writes a bank card under the lock of its member's row. It returns the one that the member has of it already.
func (r *Roll) registerPayment(ctx context.Context, tx *store.Tx, a verno.Actor, now time.Time, m verno.Member, row store.PaymentCard, consent *verno.Consent,
) (*store.PaymentCard, []verno.Event, error) {
	list, err := tx.PaymentCards(ctx, m.Tenant, m.ID)
	if err != nil {
		return nil, nil, err
	}
	for i := range list {
		if string(list[i].Token) == string(row.Token) {
			return &list[i], nil, nil
		}
	}
	if len(list) >= maxPaymentCards {
		return nil, nil, verno.Conflict("payment_card_limit").With("max", strconv.Itoa(maxPaymentCards))
	}
	var events []verno.Event
	if consent == nil {
		if given, err := agreed(ctx, tx.Reader, m, PurposePaymentCard); err != nil || !given {
			if err == nil {
				err = verno.Conflict("payment_consent_missing")
			}
			return nil, nil, err
		}
	} else {
		e, err := r.consent(ctx, tx, a, now, m, consent)
		if err != nil {
			return nil, nil, err
		}
		events = append(events, e)
	}
	free, err := tx.InsertPaymentCard(ctx, row)
	if err == nil && !free {
		err = verno.Conflict("payment_card_taken")
	}
	return nil, append(events, event(verno.EventPaymentCardAdded, a, m, row.ID.String(), "member", m.ID.String())), err
}

// agreed says whether a member's last word on a purpose was yes.
func agreed(ctx context.Context, reader *store.Reader, m verno.Member, purpose string) (given bool, err error) {
	list, err := reader.Consents(ctx, m.Tenant, m.ID)
	for i := range list {
		if list[i].Purpose == purpose {
			given = list[i].Granted
		}
	}
	return given, err
}

// check sees that nothing in the request is, or tells, the number of a bank card.
func (q *PaymentCardRequest) check(channel string) (look paymentLook, consent *verno.Consent, err error) {
	if _, err := code.PaymentToken(q.Token); err != nil {
		return look, nil, err
	}
	if code.LooksLikeBank(q.Name) {
		return look, nil, verno.Invalid("payment_card_number")
	}
	look = paymentLook{q.Scheme, q.LastFour, q.Name}
	if look.Scheme == "" {
		look.Scheme = "other"
	}
	var f verno.Faults
	f.OneOf("/scheme", look.Scheme, PaymentSchemes...)
	f.Text("/name", q.Name, 0, maxPaymentName)
	if n := q.LastFour; n != "" && !fourDigits(n) {
		f.Say("/last_four", "text_invalid")
	}
	if q.Consent != nil {
		g := *q.Consent
		g.Purpose = PurposePaymentCard
		if !g.Granted {
			f.Say("/consent/granted", "required")
		}
		c := g.check(&f, "/consent", channel)
		consent = &c
	}
	return look, consent, f.Err()
}

func fourDigits(text string) bool {
	for i := range len(text) {
		if text[i] < '0' || text[i] > '9' {
			return false
		}
	}
	return len(text) == 4
}

// paymentToken is the blind index of what stands for a bank card.
func (r *Roll) paymentToken(ctx context.Context, tenant verno.TenantID, text string) ([]byte, error) {
	token, err := code.PaymentToken(text)
	if err != nil {
		return nil, err
	}
	return r.Vault.Token(ctx, tenant, vault.PaymentCard, token)
}

func (r *Roll) sealLook(ctx context.Context, row store.PaymentCard, look paymentLook) ([]byte, error) {
	plain, err := json.Marshal(look)
	if err != nil {
		return nil, err
	}
	return r.Vault.Seal(ctx, row.Tenant, vault.At("payment_card", row.ID.String(), "sealed"), plain)
}

func (r *Roll) paymentCard(ctx context.Context, row store.PaymentCard) (c PaymentCard, err error) {
	plain, err := r.Vault.Open(ctx, row.Tenant, vault.At("payment_card", row.ID.String(), "sealed"), row.Sealed)
	if err != nil {
		return c, err
	}
	var look paymentLook
	err = json.Unmarshal(plain, &look)
	return PaymentCard{row.ID, row.Member, look.Scheme, look.LastFour, look.Name, row.CreatedAt, row.UsedAt}, err
}

// PaymentCards lists the bank cards by which a member is known, the oldest first.
func (r *Roll) PaymentCards(ctx context.Context, a verno.Actor, id verno.MemberID) ([]PaymentCard, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	m, err := resolve(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return nil, err
	}
	return r.paymentCards(ctx, m)
}

func (r *Roll) paymentCards(ctx context.Context, m verno.Member) ([]PaymentCard, error) {
	rows, err := r.Store.Reader().PaymentCards(ctx, m.Tenant, m.ID)
	if err != nil {
		return nil, err
	}
	list := make([]PaymentCard, len(rows))
	for i := range rows {
		if list[i], err = r.paymentCard(ctx, rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// RemovePaymentCard ends that a member is known by a bank card: at once, so that whoever was identified before has to
// identify again. Error: not_found.
func (r *Roll) RemovePaymentCard(ctx context.Context, a verno.Actor, id verno.MemberID, card verno.PaymentCardID) error {
	if err := a.Require(writes); err != nil {
		return err
	}
	_, _, err := r.owned(ctx, a, books.Claim{}, id, func(m verno.Member, w *books.Work) {
		w.Also = func(tx *store.Tx, _ *books.Page) error {
			gone, err := tx.DeletePaymentCard(ctx, m.Tenant, m.ID, card)
			if err == nil && !gone {
				err = verno.NotFound("not_found").With("thing", "payment card")
			}
			return err
		}
		w.Decide = func(p *books.Page) (books.Result, error) {
			p.Change(m.Owner).Epoch++
			p.Emit(event(verno.EventPaymentCardRemoved, a, m, card.String(), "member", m.ID.String()))
			return books.Result{Owner: m.Owner}, nil
		}
	})
	return err
}
