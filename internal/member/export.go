package member

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/internal/vault"
	"github.com/verno-loyalty/verno/money"
)

// dossier is all that is known of one person, in the form in which it is handed out.
type dossier struct {
	ExportedAt time.Time         `json:"exported_at"`
	Member     verno.MemberID    `json:"member_id"`
	Programme  verno.ProgrammeID `json:"programme_id"`
	ExternalID string            `json:"external_id"`
	Channel    string            `json:"channel"`
	Store      verno.StoreID     `json:"store_id"`
	EnrolledAt time.Time         `json:"enrolled_at"`
	Tags       []string          `json:"tags"`
	Metadata   map[string]string `json:"metadata"`
	Persons    []dossierPerson   `json:"persons"` // of the member, and of whoever was merged into it
	Cards      []dossierCard     `json:"cards"`
	Payment    []dossierPayment  `json:"payment_cards"` // bank cards by which the member is known
	Consents   []dossierConsent  `json:"consents"`
	Aim        verno.AimFor      `json:"points_for,omitempty"`
	Gift       *verno.TemplateID `json:"gift_template_id,omitempty"` // that is saved for
	Balances   []dossierMove     `json:"balances"`
	Expiring   []dossierDeadline `json:"expiring"`
	Admissions []dossierEntry    `json:"admissions"` // entries by passes and tickets, newest first
	History    []dossierStep     `json:"history"`    // newest first
}

type dossierPerson struct {
	Member    verno.MemberID    `json:"member_id"`
	Phone     string            `json:"phone"`
	Email     string            `json:"email"`
	FirstName string            `json:"first_name"`
	LastName  string            `json:"last_name"`
	Birthday  string            `json:"birthday"`
	Gender    string            `json:"gender"`
	Custom    map[string]string `json:"custom"`
}

type dossierCard struct {
	ID       verno.CardID `json:"card_id"`
	Kind     string       `json:"kind"`
	Number   string       `json:"number"`
	State    string       `json:"state"`
	IssuedAt time.Time    `json:"issued_at"`
}

type dossierPayment struct {
	ID           verno.PaymentCardID `json:"payment_card_id"`
	Scheme       string              `json:"scheme"`
	LastFour     string              `json:"last_four"`
	Name         string              `json:"name"`
	RegisteredAt time.Time           `json:"registered_at"`
	UsedAt       time.Time           `json:"used_at,omitzero"` // when it last made the member known at a till
}

type dossierEntry struct {
	Card     verno.CardID  `json:"card_id"`
	Store    verno.StoreID `json:"store_id"`
	At       time.Time     `json:"at"`
	Left     *int64        `json:"uses_left,omitempty"` // where they are counted
	UndoneAt *time.Time    `json:"undone_at,omitempty"`
}

type dossierConsent struct {
	Member      verno.MemberID `json:"member_id"`
	Purpose     string         `json:"purpose"`
	Granted     bool           `json:"granted"`
	TextVersion string         `json:"text_version"`
	TextSHA256  string         `json:"text_sha256"`
	Channel     string         `json:"channel"`
	GivenAt     time.Time      `json:"given_at"`
}

type dossierDeadline struct {
	At     time.Time `json:"at"`
	Points string    `json:"points"`
}

type dossierStep struct {
	At       time.Time     `json:"at"`
	Kind     string        `json:"kind"`
	Reason   string        `json:"reason,omitempty"`
	Store    verno.StoreID `json:"store_id"`
	Number   string        `json:"receipt_number,omitempty"`
	Currency string        `json:"currency,omitempty"`
	Gross    string        `json:"gross,omitempty"`
	Payable  string        `json:"payable,omitempty"`
	Moves    []dossierMove `json:"moves"`
}

type dossierMove struct {
	What   string `json:"what"` // points, stamps, or money of a currency
	Why    string `json:"why,omitempty"`
	Amount string `json:"amount"`
}

// Export writes down all that is known of one person, as JSON, and records that it was handed out.
func (r *Roll) Export(ctx context.Context, a verno.Actor, now time.Time, id verno.MemberID) ([]byte, error) {
	if err := a.Require(verno.MayErase); err != nil {
		return nil, err
	}
	m, err := living(ctx, r.Store.Reader(), a.Tenant, id)
	if err != nil {
		return nil, err
	}
	d := dossier{
		ExportedAt: now.UTC(), Member: m.ID, Programme: m.Programme, ExternalID: m.ExternalID, Channel: m.Channel,
		Store: m.Store, EnrolledAt: m.EnrolledAt, Tags: m.Tags, Metadata: m.Metadata,
		Cards: []dossierCard{}, Payment: []dossierPayment{}, Consents: []dossierConsent{}, Balances: []dossierMove{}, Expiring: []dossierDeadline{}, Admissions: []dossierEntry{}, History: []dossierStep{},
	}
	for _, fill := range []func(context.Context, *dossier, verno.Member, time.Time) error{r.whoIs, r.shows, r.owns, r.entered, r.did} {
		if err := fill(ctx, &d, m, now); err != nil {
			return nil, err
		}
	}
	err = r.Store.Write(ctx, func(tx *store.Tx) error {
		return books.Record(ctx, tx, now, r.Entropy, event(verno.EventMemberExported, a, m, m.ID.String()))
	})
	if err != nil {
		return nil, err
	}
	return json.MarshalIndent(d, "", "  ")
}

// whoIs fills in persons and consents, of whoever was merged into the member too.
func (r *Roll) whoIs(ctx context.Context, d *dossier, m verno.Member, _ time.Time) error {
	reader := r.Store.Reader()
	list, err := reader.MembersOf(ctx, m.Tenant, m.Owner)
	if err != nil {
		return err
	}
	for _, one := range list {
		if one.ID != m.ID && one.MergedInto != m.ID {
			continue
		}
		p, err := r.Vault.Person(ctx, reader, m.Tenant, one.ID)
		if err != nil && !errors.Is(err, store.ErrNotFound) && !errors.Is(err, vault.ErrErased) {
			return err
		}
		d.Persons = append(d.Persons, dossierPerson{
			Member: one.ID, Phone: p.Phone, Email: p.Email, FirstName: p.FirstName, LastName: p.LastName,
			Birthday: p.Birthday, Gender: p.Gender, Custom: p.Custom,
		})
		consents, err := reader.Consents(ctx, m.Tenant, one.ID)
		if err != nil {
			return err
		}
		for _, c := range consents {
			d.Consents = append(d.Consents, dossierConsent{
				Member: one.ID, Purpose: c.Purpose, Granted: c.Granted, TextVersion: c.TextVersion,
				TextSHA256: hex.EncodeToString(c.TextHash), Channel: c.Channel, GivenAt: c.GivenAt,
			})
		}
	}
	return nil
}

// shows fills in the cards, and the bank cards by which the member is known.
func (r *Roll) shows(ctx context.Context, d *dossier, m verno.Member, _ time.Time) error {
	cards, err := r.cards(ctx, m.Tenant, m.ID)
	for _, c := range cards {
		d.Cards = append(d.Cards, dossierCard{
			ID: c.ID, Kind: c.Kind, Number: string(c.Number), State: string(c.State), IssuedAt: c.IssuedAt,
		})
	}
	if err != nil {
		return err
	}
	payment, err := r.paymentCards(ctx, m)
	for _, c := range payment {
		d.Payment = append(d.Payment, dossierPayment{c.ID, c.Scheme, c.LastFour, c.Name, c.At, c.UsedAt})
	}
	return err
}

// entered fills in the entries by each card of the member, page by page.
func (r *Roll) entered(ctx context.Context, d *dossier, m verno.Member, _ time.Time) error {
	for _, c := range d.Cards {
		for before := (verno.AdmissionID{}); ; {
			list, err := r.Store.Reader().Admissions(ctx, m.Tenant, store.AdmissionFilter{Card: c.ID}, before, pages)
			if err != nil {
				return err
			}
			for i := range list {
				e := dossierEntry{Card: c.ID, Store: list[i].Store, At: list[i].At}
				if list[i].Of > 0 {
					e.Left = &list[i].Left
				}
				if !list[i].UndoneAt.IsZero() {
					e.UndoneAt = &list[i].UndoneAt
				}
				d.Admissions = append(d.Admissions, e)
			}
			if len(list) < pages {
				break
			}
			before = list[len(list)-1].ID
		}
	}
	return nil
}

// owns fills in the balances and what lapses when.
func (r *Roll) owns(ctx context.Context, d *dossier, m verno.Member, now time.Time) error {
	p, err := pointsOf(ctx, r.Store.Reader(), m, now)
	if err != nil {
		return err
	}
	o, err := r.Store.Reader().Owner(ctx, m.Tenant, m.Owner)
	if err != nil {
		return err
	}
	aim := o.State.Aims[m.Programme]
	if d.Aim = aim.For; !aim.Gift.IsZero() {
		d.Gift = &aim.Gift
	}
	d.Balances = append(d.Balances, dossierMove{What: "points", Amount: p.Balance.Format(p.Scale)})
	for _, s := range p.Stored {
		d.Balances = append(d.Balances, dossierMove{What: string(s.Currency), Amount: s.Currency.Format(s.Amount)})
	}
	if c := p.Cashback; c.Balance != 0 {
		d.Balances = append(d.Balances, dossierMove{What: "cashback " + string(c.Currency), Amount: c.Currency.Format(c.Balance)})
	}
	for _, s := range p.Stamps {
		d.Balances = append(d.Balances, dossierMove{What: "stamps", Amount: strconv.FormatInt(s.Count, 10)})
	}
	for _, e := range p.Expiring {
		d.Expiring = append(d.Expiring, dossierDeadline{At: e.At, Points: e.Points.Format(p.Scale)})
	}
	return nil
}

// did fills in the history, page by page.
func (r *Roll) did(ctx context.Context, d *dossier, m verno.Member, _ time.Time) error {
	for before := []byte(nil); ; {
		steps, err := r.timeline(ctx, m, before, pages)
		if err != nil {
			return err
		}
		for i := range steps {
			d.History = append(d.History, told(&steps[i]))
		}
		if len(steps) < pages {
			return nil
		}
		before = steps[len(steps)-1].ID[:]
	}
}

func told(s *Step) dossierStep {
	out := dossierStep{At: s.At, Kind: s.Kind, Reason: s.Reason, Store: s.Store, Number: s.Number, Moves: []dossierMove{}}
	if s.Receipt {
		out.Currency, out.Gross, out.Payable = string(s.Currency), s.Currency.Format(s.Gross), s.Currency.Format(s.Payable)
	}
	for _, move := range s.Moves {
		out.Moves = append(out.Moves, moveOf(move))
	}
	return out
}

// moveOf writes an amount in what its unit counts.
func moveOf(m Move) dossierMove {
	out := dossierMove{What: string(m.Unit.Kind), Why: string(m.Why)}
	switch m.Unit.Kind {
	case verno.UnitMoney:
		out.What, out.Amount = string(m.Unit.Currency), m.Unit.Currency.Format(money.Amount(m.Amount))
	case verno.UnitCashback:
		out.What, out.Amount = "cashback "+string(m.Unit.Currency), m.Unit.Currency.Format(money.Amount(m.Amount))
	case verno.UnitPoints:
		out.Amount = money.Points(m.Amount).Format(m.Unit.Scale)
	default:
		out.Amount = strconv.FormatInt(m.Amount, 10)
	}
	return out
}
