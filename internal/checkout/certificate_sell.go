package checkout

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// SellCertificate makes a gift certificate that is worth something. It belongs to whoever holds it.
type SellCertificate struct {
	Key       string
	BodyHash  [32]byte
	Template  verno.TemplateID
	Amount    money.Amount // 0 for what the template says
	Currency  money.Currency
	Issuer    verno.IssuerID // zero for the store's, or else the programme's
	Terminal  verno.TerminalID
	Store     verno.StoreID
	Document  card.Document    // from when and until when it is good, and whom it is from and for
	Tender    verno.TenderKind // how it was paid at the till: money, or points; empty where a receipt says so
	Reference string
	// Scan is a certificate that was made without worth, such as one of plastic, which is sold instead of a new one.
	Scan string
	// Presence is of the member who pays with points.
	Presence string
}

// Certificate is a gift certificate as those see it who sell or take it.
type Certificate struct {
	Card     verno.CardID     `json:"id"`
	Template verno.TemplateID `json:"template_id"`
	Issuer   verno.IssuerID   `json:"issuer_id"`
	Currency money.Currency   `json:"currency"`
	Balance  money.Amount     `json:"balance"`
	State    verno.CardState  `json:"state"`
	Ends     time.Time        `json:"ends,omitzero"`
	At       time.Time        `json:"at"`
	Number   string           `json:"-"` // of one that was just made; they open what it is worth
	Machine  string           `json:"-"`
}

// NewCard is a card that is to be made in the transaction of somebody else.
type NewCard struct {
	Tenant   verno.TenantID
	ID       verno.CardID
	Member   verno.MemberID // whose it is to be, whose owner is locked; zero for whoever holds it
	Template verno.TemplateID
	Document card.Document
}

// SellCertificate makes a certificate, or takes one that was made without worth, and puts what it is worth on it, once for
// a key. Errors: not_found, invalid fields, template_archived, template_unpublished, template_other_kind, store_unknown,
// programme_unpublished, certificate_too_large; of one that was made before card_not_usable and certificate_sold; for points also
// certificate_not_for_points and those of spending them.
func (t *Till) SellCertificate(ctx context.Context, a verno.Actor, q SellCertificate) (*Certificate, bool, error) {
	if err := a.Require(verno.MayTopUp); err != nil {
		return nil, false, err
	}
	if err := q.check(); err != nil {
		return nil, false, err
	}
	var out books.Outcome
	x, err := t.selling(ctx, a, &q)
	if err != nil {
		out, err = t.books.Earlier(ctx, a.Tenant, q.Key, q.BodyHash, err)
	} else {
		out, err = t.books.Do(ctx, x.work(ctx, t))
	}
	if err != nil {
		return nil, false, err
	}
	sold := &Certificate{}
	if err := json.Unmarshal([]byte(out.Answer), sold); err != nil {
		return nil, out.Replayed, err
	}
	return sold, out.Replayed, t.reveal(ctx, a.Tenant, sold)
}

// reveal adds what opens a certificate.
func (t *Till) reveal(ctx context.Context, tenant verno.TenantID, sold *Certificate) error {
	c, err := t.reader.Card(ctx, tenant, sold.Card)
	if err != nil {
		return err
	}
	secret, err := t.secretOf(ctx, tenant, c)
	sold.Number, sold.Machine = secret.Number, secret.Machine
	return err
}

func (q *SellCertificate) check() error {
	if err := checkKey(q.Key); err != nil {
		return err
	}
	var f verno.Faults
	by := q.Tender
	if by == "" {
		by = verno.TenderOther // A receipt says how.
	}
	checkPaidIn(&f, q.Amount, 0, by, q.Reference, verno.TenderPoints)
	if (q.Tender == verno.TenderPoints) != (q.Presence != "") {
		f.Say("/presence", "required")
	}
	if (q.Scan == "") == q.Template.IsZero() {
		f.Say("/template_id", "required")
	}
	if q.Scan != "" && len(q.Document.Values) > 0 { // What is printed on it is printed.
		f.Say("/values", "too_many", "max", "0")
	}
	f.Text("/scan", q.Scan, 0, maxScan)
	return f.Err()
}

// selling is one certificate on its way through the books.
type selling struct {
	actor    verno.Actor
	ask      *SellCertificate
	template verno.TemplateID
	blank    *store.Card // the one that was made without worth; nil where it is made now
	payer    *payer      // nil where it is paid with money
	amount   money.Amount
	issuer   verno.IssuerID
	currency money.Currency
	unit     verno.UnitID
	at       []byte // the till; nil for none
	made     card.Document
	card     verno.CardID  // as decided
	entry    verno.EntryID // that put its worth on it
}

// work runs it once for its key.
func (x *selling) work(ctx context.Context, t *Till) *books.Work {
	w := &books.Work{
		Tenant: x.actor.Tenant, Claim: books.Claim{Key: x.ask.Key, BodyHash: x.ask.BodyHash, Kind: "certificate"}, Decide: x.decide,
		Also: func(tx *store.Tx, p *books.Page) error { return x.make(ctx, t, tx, p) },
		Then: func(tx *store.Tx) error { return tx.InsertCertificate(ctx, x.actor.Tenant, x.card, x.entry) },
	}
	if x.blank != nil {
		w.Owners = append(w.Owners, books.Want{Owner: verno.CardOwner(x.blank.ID), Units: []verno.UnitID{x.unit}})
		w.Also = func(tx *store.Tx, p *books.Page) error { return x.fill(ctx, tx, p) }
	}
	if x.payer != nil {
		w.Owners = append(w.Owners, books.Want{Owner: x.payer.presence.Owner, Units: []verno.UnitID{x.payer.unit()}, Spends: true})
	}
	return w
}

func (t *Till) selling(ctx context.Context, a verno.Actor, q *SellCertificate) (*selling, error) {
	c, err := t.configNow(ctx, a.Tenant) // A template may have been published this moment.
	if err != nil {
		return nil, err
	}
	x := &selling{actor: a, ask: q, template: q.Template, amount: q.Amount}
	if q.Scan != "" {
		if x.blank, err = t.blank(ctx, a, q); err != nil {
			return nil, err
		}
		x.template = x.blank.Template
	}
	of := c.byID[x.template]
	if of == nil || of.Kind.Scan != card.ScanTender {
		return nil, t.notForSale(ctx, a.Tenant, x.template)
	}
	r, err := c.rulesOf(of.programme)
	if err != nil {
		return nil, err
	}
	x.currency = r.Programme().Currency
	if x.amount == 0 {
		x.amount = of.Worth
	}
	if q.Currency != "" && q.Currency != x.currency {
		return nil, verno.InvalidField("/amount/currency", "currency_invalid", "want", string(x.currency))
	}
	if x.amount <= 0 {
		return nil, verno.InvalidField("/amount/amount", "number_range", "min", "1", "max", maxAmount)
	}
	if most := r.Programme().PaidIn.Most(x.currency).Certificate; x.amount > most {
		return nil, tooMuch("certificate_too_large", x.currency, most)
	}
	if !q.Document.Ends.IsZero() && !q.Document.Ends.After(t.clock()) {
		return nil, verno.InvalidField("/ends_at", "not_after_start")
	}
	if x.issuer, err = t.sellerOf(ctx, a, q, x, r.Programme().Issuer); err != nil {
		return nil, err
	}
	if q.Tender == verno.TenderPoints {
		if x.payer, err = t.payer(ctx, a, q, of, r, x.amount); err != nil {
			return nil, err
		}
	}
	if x.unit = c.moneyUnit(x.issuer, x.currency); x.unit.IsZero() {
		x.unit, err = t.makeMoneyUnit(ctx, a.Tenant, x.issuer, x.currency)
		if errors.Is(err, store.ErrNotFound) {
			err = verno.InvalidField("/issuer_id", "not_known")
		}
	}
	return x, err
}

// notForSale says why no certificate of a template can be sold that is not in force, or whose cards are no tender.
func (t *Till) notForSale(ctx context.Context, tenant verno.TenantID, id verno.TemplateID) error {
	row, err := t.reader.CardTemplate(ctx, tenant, id)
	k, known := card.Find(row.Kind)
	switch {
	case errors.Is(err, store.ErrNotFound):
		return verno.NotFound("not_found").With("thing", "template")
	case err != nil:
		return err
	case !known || k.Scan != card.ScanTender:
		return verno.Conflict("template_other_kind")
	case !row.ArchivedAt.IsZero():
		return verno.Conflict("template_archived")
	}
	return verno.Conflict("template_unpublished")
}

// sellerOf is the legal entity that is to owe what a certificate is worth: that of the store where it is sold, or where it
// is sold nowhere the one that is named, else the programme's.
func (t *Till) sellerOf(ctx context.Context, a verno.Actor, q *SellCertificate, x *selling, usual verno.IssuerID) (verno.IssuerID, error) {
	pl, err := t.sellsAt(ctx, a, q.Terminal, q.Store)
	switch {
	case errors.Is(err, verno.Invalid("store_missing")) && !q.Issuer.IsZero():
		return q.Issuer, nil
	case errors.Is(err, verno.Invalid("store_missing")):
		return usual, nil
	case err != nil:
		return usual, err
	case !q.Issuer.IsZero() && q.Issuer != pl.store.Issuer:
		return usual, verno.InvalidField("/issuer_id", "not_known")
	}
	x.at = pl.terminal.Bytes()
	return pl.store.Issuer, nil
}

// make makes the card and its account.
func (x *selling) make(ctx context.Context, t *Till, tx *store.Tx, p *books.Page) (err error) {
	id := verno.CardID(p.ID())
	x.made, err = t.Issue(ctx, tx, p.At(), NewCard{Tenant: x.actor.Tenant, ID: id, Template: x.ask.Template, Document: x.ask.Document})
	if err != nil {
		return err
	}
	p.PutOwner(&store.Owner{Tenant: x.actor.Tenant, ID: verno.CardOwner(id), Kind: "gift_card"})
	return nil
}

func (x *selling) decide(p *books.Page) (books.Result, error) {
	id := x.sold(p)
	owner := verno.CardOwner(id)
	far := ledger.Account{Owner: verno.IssuerOwner(x.issuer), Role: verno.AccountClearing, Unit: x.unit}
	lot := ledger.Lot{ID: p.NewLot(), ExpiresAt: ledger.Never}
	if !x.made.Ends.IsZero() {
		lot.ExpiresAt = verno.Micros(x.made.Ends)
	}
	if !x.made.Starts.IsZero() {
		lot.AvailableAt = verno.Micros(x.made.Starts)
	}
	p.Holding(owner, x.unit).Earn(p.Draft(), far, lot, int64(x.amount), ledger.WhyTopUp)
	whose, err := x.payer.pay(p, owner)
	if err != nil {
		return books.Result{}, err
	}
	entry, err := p.Post(whose, "certificate", string(x.ask.Tender)+" "+x.ask.Reference, x.actor.Name(), x.at)
	if err != nil {
		return books.Result{}, err
	}
	x.card, x.entry = id, entry.ID()
	if x.blank == nil {
		p.Emit(verno.Event{
			Kind: verno.EventCardIssued, Subject: id.String(), Actor: x.actor.Name(),
			Detail: map[string]string{"kind": "gift_certificate", "template": x.template.String()},
		})
	}
	if x.payer != nil {
		p.Emit(verno.Event{Kind: verno.EventPointsSpent, Owner: whose, Subject: x.payer.presence.Member.String(), Actor: x.actor.Name(), Detail: map[string]string{"card": id.String()}})
	}
	e := cardValue(id, x.actor, "sold", "")
	e.Entry = entry.ID()
	p.Emit(e)
	text, err := json.Marshal(&Certificate{
		Card: id, Template: x.template, Issuer: x.issuer, Currency: x.currency, Balance: x.amount, State: verno.CardActive,
		Ends: x.made.Ends, At: now(p),
	})
	return books.Result{ID: id, Owner: owner, Answer: string(text)}, err
}

func noCertificate() error { return verno.NotFound("not_found").With("thing", "certificate") }

// certificateCard reads the card of a certificate, whatever its state. Error: not_found.
func (t *Till) certificateCard(ctx context.Context, tenant verno.TenantID, id verno.CardID) (store.Card, error) {
	c, err := t.reader.Card(ctx, tenant, id)
	if k, known := card.Find(c.Kind); errors.Is(err, store.ErrNotFound) || err == nil && (!known || k.Scan != card.ScanTender) {
		err = noCertificate()
	}
	return c, err
}

// Certificate reads a certificate as it is now, without what opens it. Error: not_found.
func (t *Till) Certificate(ctx context.Context, a verno.Actor, id verno.CardID) (*Certificate, error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, err
	}
	c, err := t.certificateCard(ctx, a.Tenant, id)
	if err != nil {
		return nil, err
	}
	h, err := t.worth(ctx, a.Tenant, id)
	if errors.Is(err, verno.Conflict("certificate_unfilled")) {
		return nil, noCertificate()
	}
	if err != nil {
		return nil, err
	}
	u, err := t.reader.Unit(ctx, a.Tenant, h.Account.Unit)
	if err != nil {
		return nil, err
	}
	d, err := card.ReadDocument(c.Document)
	if err != nil {
		return nil, err
	}
	n, err := h.Spendable(verno.Micros(t.clock()))
	return &Certificate{
		Card: id, Template: c.Template, Issuer: u.Issuer, Currency: u.Currency, Balance: money.Amount(n), State: c.State,
		Ends: d.Ends, At: c.IssuedAt,
	}, err
}
