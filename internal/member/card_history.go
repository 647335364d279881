package member

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/code"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// FindCard finds a card by what is written on it: its number, or what a scanner reads. Errors: card_number_invalid for what
// is neither, not_found for what no card has.
func (r *Roll) FindCard(ctx context.Context, a verno.Actor, text string) (Card, error) {
	if err := a.Require(reads | verno.MayFindMembers); err != nil {
		return Card{}, err
	}
	scan, err := code.Parse(text)
	if err != nil || scan.Card() == "" {
		return Card{}, verno.InvalidField("/card_number", "card_number_invalid")
	}
	l, err := r.Vault.Find(ctx, r.Store.Reader(), a.Tenant, store.LookupCard, scan.Card())
	if err != nil {
		return Card{}, missing(err, "card")
	}
	return r.card(ctx, a.Tenant, l.Card)
}

// SoldCertificate is a certificate that was sold, and what is left of it.
type SoldCertificate struct {
	Card

	Entry    verno.EntryID // by which it was sold
	Sold     Step
	Currency money.Currency
	Worth    money.Amount // when it was sold
	Left     money.Amount
}

// CertificatesSold lists certificates in the order in which they were sold, the latest first, sold before an entry.
func (r *Roll) CertificatesSold(ctx context.Context, a verno.Actor, now time.Time, before verno.EntryID, limit int) ([]SoldCertificate, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	reader := r.Store.Reader()
	rows, err := reader.CertificatesSold(ctx, a.Tenant, before, page(limit))
	if err != nil {
		return nil, err
	}
	h := &history{Roll: r, reader: reader, tenant: a.Tenant, now: now}
	if h.units, err = unitsOf(ctx, reader, a.Tenant); err != nil {
		return nil, err
	}
	list := make([]SoldCertificate, len(rows))
	for i := range rows {
		if list[i], err = h.sold(ctx, &rows[i]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// history reads what has happened to what cards are good for.
type history struct {
	*Roll

	reader *store.Reader
	tenant verno.TenantID
	now    time.Time // of what is left
	units  map[verno.UnitID]verno.Unit
}

func (h *history) sold(ctx context.Context, row *store.SoldCertificate) (SoldCertificate, error) {
	s := SoldCertificate{Entry: row.Entry.ID}
	var err error
	if s.Card, err = h.card(ctx, h.tenant, row.Card); err != nil {
		return s, err
	}
	// The entry has moved it to the card that was sold, which another may have replaced since.
	postings, err := ledger.ParsePostings(row.Entry.Postings)
	if err != nil {
		return s, err
	}
	for i := range postings {
		if p := &postings[i]; p.Why == ledger.WhyTopUp && p.Account.Role == verno.AccountMain {
			s.Worth += money.Amount(p.Amount)
			s.Currency = h.units[p.Account.Unit].Currency
		}
	}
	if s.Sold, err = h.entry(ctx, verno.CardOwner(row.Card), &row.Entry); err != nil {
		return s, err
	}
	holdings, err := h.reader.Holdings(ctx, h.tenant, verno.CardOwner(row.Card))
	for _, held := range holdings {
		var n int64
		if n, err = held.Spendable(verno.Micros(h.now)); err != nil {
			return s, err
		}
		s.Left += money.Amount(n)
	}
	return s, err
}

// cardsBack is how many cards back a history is followed, one having replaced the other.
const cardsBack = 20

// CardSteps lists what has happened to what a card itself is good for, the newest first: by whom it was sold, what it paid,
// what came back to it. What happened to the card that it has replaced is told too.
func (r *Roll) CardSteps(ctx context.Context, a verno.Actor, id verno.CardID, limit int) ([]Step, error) {
	if err := a.Require(reads); err != nil {
		return nil, err
	}
	h := &history{Roll: r, reader: r.Store.Reader(), tenant: a.Tenant}
	var err error
	if h.units, err = unitsOf(ctx, h.reader, a.Tenant); err != nil {
		return nil, err
	}
	var steps []Step
	for n := 0; !id.IsZero() && n < cardsBack && len(steps) < limit; n++ {
		var some []Step
		if some, id, err = h.steps(ctx, id, limit-len(steps)); err != nil {
			return nil, err
		}
		steps = append(steps, some...)
	}
	return steps[:min(len(steps), limit)], nil
}

// valued is an event of what a card is good for, as the log has it.
type valued struct {
	Entry  verno.EntryID `json:"entry"`
	Detail struct {
		Receipt verno.ReceiptID `json:"receipt"`
		Card    verno.CardID    `json:"card"` // that it has replaced
	} `json:"detail"`
}

// steps are those of one card, and the card that it has replaced, if any.
func (h *history) steps(ctx context.Context, id verno.CardID, limit int) (steps []Step, old verno.CardID, err error) {
	owner := verno.CardOwner(id)
	events, err := h.reader.ValueEvents(ctx, h.tenant, id, limit)
	if err != nil {
		return nil, old, err
	}
	entries, err := h.reader.EntriesOf(ctx, h.tenant, owner, verno.EntryID{}, limit)
	if err != nil {
		return nil, old, err
	}
	for i := range events {
		var v valued
		if err := json.Unmarshal([]byte(events[i].Body), &v); err != nil {
			return nil, old, err
		}
		if old.IsZero() {
			old = v.Detail.Card
		}
		switch {
		case !v.Detail.Receipt.IsZero():
			s, err := h.receipt(ctx, owner, v.Detail.Receipt)
			if err != nil {
				return nil, old, err
			}
			steps = append(steps, s)
		case v.Entry.IsZero() || slices.ContainsFunc(entries, func(e store.Entry) bool { return e.ID == v.Entry }):
		default:
			e, err := h.reader.Entry(ctx, h.tenant, v.Entry) // It belongs to the history of whoever paid with points.
			if err != nil {
				return nil, old, missing(err, "entry")
			}
			entries = append(entries, e)
		}
	}
	for i := range entries {
		s, err := h.entry(ctx, owner, &entries[i])
		if err != nil {
			return nil, old, err
		}
		steps = append(steps, s)
	}
	slices.SortStableFunc(steps, func(x, y Step) int { return bytes.Compare(y.ID[:], x.ID[:]) })
	return steps, old, nil
}

func (h *history) receipt(ctx context.Context, owner verno.OwnerID, id verno.ReceiptID) (Step, error) {
	r, err := h.reader.Receipt(ctx, h.tenant, id)
	if err != nil {
		return Step{}, missing(err, "receipt")
	}
	return stepOf(&store.Moved{
		ID: id, Receipt: true, Kind: string(r.Kind), Store: r.Store, Number: r.Number, Currency: r.Currency,
		Gross: r.Totals.Gross, Payable: r.Totals.Payable, At: verno.Micros(r.OccurredAt), Postings: r.Postings,
	}, owner, h.units)
}

// entry is a step of what no receipt says. A card that takes the place of another has what that had: nothing was moved.
func (h *history) entry(ctx context.Context, owner verno.OwnerID, e *store.Entry) (Step, error) {
	s, err := stepOf(&store.Moved{ID: e.ID, Kind: e.Kind, Reason: e.Reason, Actor: e.Actor, At: e.At, Postings: e.Postings}, owner, h.units)
	if err != nil {
		return s, err
	}
	switch e.Kind {
	case "card_replace":
		s.Moves = nil
	case "certificate", "certificate_return":
		if len(e.Ref) != len(verno.TerminalID{}) {
			break
		}
		till, err := h.reader.Terminal(ctx, h.tenant, verno.TerminalID(e.Ref))
		if err != nil && !errors.Is(err, store.ErrNotFound) {
			return s, err
		}
		s.Store = till.Store
	}
	return s, nil
}
