package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"strings"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// ReturnCertificate gives a certificate back of which nothing is spent.
type ReturnCertificate struct {
	Key       string
	BodyHash  [32]byte
	Card      verno.CardID
	Terminal  verno.TerminalID
	Store     verno.StoreID
	Reference string
}

// ReturnedCertificate is a certificate that was given back, and what its buyer gets for it.
type ReturnedCertificate struct {
	Certificate

	// Tender is how it was paid, and so how it is paid back; empty where a receipt says so, which is returned too.
	Tender verno.TenderKind `json:"tender"`
	Refund money.Amount     `json:"refund,omitempty"` // in money
	Points money.Points     `json:"points,omitempty"` // that went back to whoever had paid with them
}

// ReturnCertificate takes back what a certificate is worth and gives back what was paid for it, once for a key and once at
// all. All of it must be there: what is spent in part was used, and nobody gets money for it. What points had paid goes back
// into the lots that they came from. Errors: not_found, certificate_unfilled, certificate_touched, certificate_returned,
// certificate_foreign, card_state, store_unknown.
func (t *Till) ReturnCertificate(ctx context.Context, a verno.Actor, q ReturnCertificate) (*ReturnedCertificate, bool, error) {
	if err := a.Require(verno.MayReturn); err != nil {
		return nil, false, err
	}
	if err := checkKey(q.Key); err != nil {
		return nil, false, err
	}
	var f verno.Faults
	if checkText(&f, "/reference", q.Reference); f.Err() != nil {
		return nil, false, f.Err()
	}
	var out books.Outcome
	x, err := t.takingBack(ctx, a, &q)
	if err != nil {
		out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
	} else {
		out, err = t.books.Do(ctx, x.work(ctx))
	}
	if err != nil {
		return nil, false, err
	}
	back := &ReturnedCertificate{}
	return back, out.Replayed, json.Unmarshal([]byte(out.Answer), back)
}

// Returnable says what its buyer would get for a certificate now, and changes nothing. Errors: those of ReturnCertificate.
func (t *Till) Returnable(ctx context.Context, a verno.Actor, id verno.CardID) (*ReturnedCertificate, error) {
	if err := a.Require(verno.MayReturn); err != nil {
		return nil, err
	}
	x, err := t.takingBack(ctx, a, &ReturnCertificate{Card: id})
	if err != nil {
		return nil, err
	}
	h, err := t.worth(ctx, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	return &x.back, x.whole(h, verno.Micros(t.clock()))
}

// takingBack is a certificate on its way back through the books.
type takingBack struct {
	actor      verno.Actor
	ask        *ReturnCertificate
	card       verno.CardID
	owner      verno.OwnerID
	issuer     verno.IssuerID
	unit       verno.UnitID
	back       ReturnedCertificate // as it will be; its worth is what it was sold for
	paidPoints                     // nobody's where it was paid otherwise
	reason     string
	at         []byte // the till; nil for none
}

func (t *Till) takingBack(ctx context.Context, a verno.Actor, q *ReturnCertificate) (*takingBack, error) {
	c, err := t.certificateCard(ctx, a.Tenant, q.Card)
	if err == nil {
		err = unreturned(c.State, verno.Conflict("certificate_returned"))
	}
	if err != nil {
		return nil, err
	}
	sold, err := t.reader.CertificateSold(ctx, a.Tenant, q.Card)
	if errors.Is(err, store.ErrNotFound) {
		err = verno.Conflict("certificate_unfilled")
	}
	if err != nil {
		return nil, err
	}
	x := &takingBack{actor: a, ask: q, card: q.Card, owner: verno.CardOwner(q.Card)}
	if err := x.read(&sold); err != nil {
		return nil, err
	}
	x.reason = string(x.back.Tender) + " " + q.Reference
	u, err := t.reader.Unit(ctx, a.Tenant, x.unit)
	if err != nil {
		return nil, err
	}
	x.issuer = u.Issuer
	d, err := card.ReadDocument(c.Document)
	if err != nil {
		return nil, err
	}
	x.back.Certificate = Certificate{
		Card: c.ID, Template: c.Template, Issuer: u.Issuer, Currency: u.Currency, Balance: x.back.Balance, State: verno.CardReturned, Ends: d.Ends, At: c.IssuedAt,
	}
	if !x.payer.IsZero() {
		if x.payer, err = t.ownerNow(ctx, a.Tenant, x.payer); err != nil {
			return nil, err
		}
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	switch {
	case errors.Is(err, verno.Invalid("store_missing")):
		return x, nil // The office takes it back.
	case err == nil && pl.store.Issuer != x.issuer:
		err = verno.Conflict("certificate_foreign")
	case err == nil:
		x.at = pl.terminal.Bytes()
	}
	return x, err
}

// read takes from the entry of the sale what was put on the certificate and what paid for it.
func (x *takingBack) read(sold *store.Entry) error {
	postings, err := ledger.ParsePostings(sold.Postings)
	if err != nil {
		return err
	}
	for _, p := range postings {
		x.take(p)
		if p.Account.Role == verno.AccountMain && p.Why == ledger.WhyTopUp {
			x.unit = p.Account.Unit
			x.back.Balance += money.Amount(p.Amount)
		}
	}
	x.back.Points = x.points()
	by, _, _ := strings.Cut(sold.Reason, " ")
	if x.back.Tender = verno.TenderKind(by); by != "" && x.payer.IsZero() {
		x.back.Refund = x.back.Balance
	}
	return nil
}

func (x *takingBack) work(ctx context.Context) *books.Work {
	w := &books.Work{
		Tenant: x.actor.Tenant, Claim: books.Claim{Key: x.ask.Key, BodyHash: x.ask.BodyHash, Kind: "certificate_return"}, Decide: x.decide,
		Owners: []books.Want{{Owner: x.owner, Units: []verno.UnitID{x.unit}, Spends: true}},
		Also: func(tx *store.Tx, p *books.Page) error {
			return takeBack(ctx, tx, p, x.actor.Tenant, x.card, verno.Conflict("certificate_returned"))
		},
	}
	if !x.payer.IsZero() {
		w.Owners = append(w.Owners, books.Want{Owner: x.payer, Units: []verno.UnitID{x.paidPoints.unit()}, Spends: true})
	}
	return w
}

func (x *takingBack) decide(p *books.Page) (books.Result, error) {
	h := p.Holding(x.owner, x.unit)
	if h.More {
		return books.Result{}, ledger.ErrMore
	}
	worth := x.back.Balance
	if err := x.whole(h, p.Now()); err != nil {
		return books.Result{}, err
	}
	far := ledger.Account{Owner: verno.IssuerOwner(x.issuer), Role: verno.AccountClearing, Unit: x.unit}
	for _, l := range h.Clone().Lots {
		if l.Remaining <= 0 || l.ExpiresAt <= p.Now() {
			continue
		}
		if _, err := h.TakeBack(p.Draft(), far, l.ID, l.Remaining, p.Now(), l.ID); err != nil {
			return books.Result{}, err
		}
	}
	whose, err := x.pointsBack(p)
	if err != nil {
		return books.Result{}, err
	}
	p.Change(x.owner).FrozenAt = p.Now()
	entry, err := p.Post(whose, "certificate_return", x.reason, x.actor.Name(), x.at)
	if err != nil {
		return books.Result{}, err
	}
	p.Emit(verno.Event{
		Kind: verno.EventCertificateReturned, Owner: x.owner, Subject: x.card.String(), Actor: x.actor.Name(), Entry: entry.ID(),
		Detail: map[string]string{"amount": x.back.Currency.Format(worth), "tender": string(x.back.Tender)},
	})
	if whose != x.owner {
		p.Emit(verno.Event{Kind: verno.EventPointsReturned, Owner: whose, Subject: x.card.String(), Actor: x.actor.Name()})
	}
	done := x.back
	done.Balance = 0
	text, err := json.Marshal(&done)
	return books.Result{ID: x.card, Owner: whose, Answer: string(text)}, err
}

// whole sees that all is there for which it was sold.
func (x *takingBack) whole(h *ledger.Holding, now int64) error {
	there := int64(0)
	for _, l := range h.Lots {
		if l.ExpiresAt == ledger.Debt || l.ExpiresAt > now {
			there += l.Remaining
		}
	}
	if there == int64(x.back.Balance) {
		return nil
	}
	return verno.Conflict("certificate_touched").With("left", x.back.Currency.Format(money.Amount(max(0, there))))
}

// pointsBack puts points that had paid into their lots. It says whose history the return belongs to, as of the sale.
func (x *takingBack) pointsBack(p *books.Page) (verno.OwnerID, error) {
	if x.payer.IsZero() {
		return x.owner, nil
	}
	return x.payer, x.putBack(p)
}
