package checkout

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/card"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// CertificateView is what a till may see of a certificate that was shown with a basket.
type CertificateView struct {
	At       int // place among the certificates of the request
	Card     verno.CardID
	Template verno.TemplateID
	Balance  money.Amount
	Usable   money.Amount // of what is to be paid, after the certificates before it
	Ends     time.Time    // zero where open
	Code     string       // why it does not pay, where it does not
}

// certificate is a certificate that pays for a part of a sale.
type certificate struct {
	card   verno.CardID
	amount money.Amount
}

// findCertificate finds a certificate by what was scanned. Error: card_not_usable, for whatever is none.
func (t *Till) findCertificate(ctx context.Context, tenant verno.TenantID, scan string, now time.Time) (*store.Card, error) {
	c, err := t.carried(ctx, tenant, scan, now)
	if err != nil {
		return nil, err
	}
	if c == nil {
		return nil, verno.NotFound("card_not_usable")
	}
	k, known := card.Find(c.Kind)
	if !known || k.Scan != card.ScanTender || c.State != verno.CardActive && !now.IsZero() {
		return nil, verno.NotFound("card_not_usable")
	}
	return c, nil
}

// takeCertificates finds the certificates among the tenders of a sale. From here on they are named by their cards. A receipt
// that is past was paid with them, whatever became of them since.
func (t *Till) takeCertificates(ctx context.Context, s *sale, past bool) error {
	if !slices.ContainsFunc(s.tenders, func(n verno.Tender) bool { return n.Kind == verno.TenderCertificate }) {
		return nil
	}
	now := t.clock()
	if past {
		now = time.Time{}
	}
	s.tenders = slices.Clone(s.tenders)
	for i := range s.tenders {
		n := &s.tenders[i]
		if n.Kind != verno.TenderCertificate {
			continue
		}
		c, err := t.findCertificate(ctx, s.actor.Tenant, n.Scan, now)
		if err != nil {
			return t.missed(ctx, s.actor, s.place, t.clock(), err)
		}
		if slices.ContainsFunc(s.certificates, func(o certificate) bool { return o.card == c.ID }) {
			return verno.InvalidField("/tenders/"+strconv.Itoa(i)+"/scan", "duplicate")
		}
		n.Scan, n.Card = "", c.ID
		if past && c.State == verno.CardReplaced {
			now, err := t.ownerNow(ctx, s.actor.Tenant, verno.CardOwner(c.ID))
			if err != nil {
				return err
			}
			n.Card = verno.CardID(now)
		}
		s.certificates = append(s.certificates, certificate{card: n.Card, amount: n.Amount})
	}
	s.money = s.place.config.moneyUnit(s.place.store.Issuer, s.rules.Programme().Currency)
	for _, c := range s.certificates {
		if err := t.payable(ctx, s, c.card); err != nil {
			return err
		}
	}
	return nil
}

// payable sees that what a certificate is worth is owed by the store's legal entity, in its currency. That never changes.
func (t *Till) payable(ctx context.Context, s *sale, id verno.CardID) error {
	worth, err := t.worth(ctx, s.actor.Tenant, id)
	if err != nil {
		return err
	}
	if worth.Account.Unit == s.money {
		return nil
	}
	version, err := t.reader.ConfigVersion(ctx, s.actor.Tenant)
	if err == nil && version != s.place.config.version {
		return errRulesStale // The first money of the entity was paid in since.
	}
	if err == nil {
		err = verno.Conflict("certificate_foreign")
	}
	return err
}

// worth reads, unlocked, what a certificate has. Error: certificate_unfilled, for one that nobody has bought yet.
func (t *Till) worth(ctx context.Context, tenant verno.TenantID, id verno.CardID) (*ledger.Holding, error) {
	list, err := t.reader.Holdings(ctx, tenant, verno.CardOwner(id))
	if err == nil && len(list) == 0 {
		err = verno.Conflict("certificate_unfilled")
	}
	if err != nil {
		return nil, err
	}
	return list[0], nil
}

// paidBy adds up what certificates pay.
func paidBy(list []certificate) (sum money.Amount) {
	for _, c := range list {
		sum += c.amount
	}
	return sum
}

// certificateWants are the certificates to be locked.
func (s *sale) certificateWants() (wants []books.Want) {
	for _, c := range s.certificates {
		wants = append(wants, books.Want{Owner: verno.CardOwner(c.card), Units: []verno.UnitID{s.money}, Spends: true})
	}
	return wants
}

// payCertificates takes from each certificate what it pays. In a replay what is short becomes a debt of the certificate,
// and a task.
func (s *sale) payCertificates(p *books.Page, r *verno.Receipt) error {
	for _, c := range s.certificates {
		o := p.Owner(verno.CardOwner(c.card))
		if o == nil || s.promised != nil && o.FrozenAt != 0 {
			return verno.NotFound("card_not_usable")
		}
		h := p.Holding(o.ID, s.money)
		far := ledger.Account{Owner: verno.IssuerOwner(r.Issuer), Role: verno.AccountClearing, Unit: s.money}
		if err := s.payWith(p, r, h, far, int64(c.amount)); err != nil {
			return err
		}
		p.Emit(cardValue(c.card, s.actor, "sale", r.ID.String()))
	}
	return nil
}

func (s *sale) payWith(p *books.Page, r *verno.Receipt, h *ledger.Holding, far ledger.Account, amount int64) error {
	if s.promised == nil {
		debt, err := h.SpendForced(p.Draft(), far, amount, p.Now(), p.NewLot())
		if debt > 0 {
			s.task(p, r, "certificate_debt", debt)
		}
		return err
	}
	err := h.Spend(p.Draft(), far, amount, p.Now())
	if short, ok := errors.AsType[ledger.ShortError](err); ok {
		return verno.Refused("certificate_short").With("left", r.Currency.Format(money.Amount(short.Spendable)))
	}
	return err
}

// quoteCertificates says what the certificates of a quote can pay of it, one after the other.
func (t *Till) quoteCertificates(ctx context.Context, a verno.Actor, pl *place, scans []string, c money.Currency, left money.Amount) ([]CertificateView, error) {
	views := make([]CertificateView, 0, len(scans))
	unit := pl.config.moneyUnit(pl.store.Issuer, c)
	for i, scan := range scans {
		v, err := t.quoteCertificate(ctx, a, pl, scan, unit)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(views, func(o CertificateView) bool { return o.Card == v.Card && !v.Card.IsZero() }) {
			continue
		}
		v.At = i
		if v.Code == "" {
			v.Usable = min(v.Balance, left)
			left -= v.Usable
		}
		views = append(views, v)
	}
	return views, nil
}

func (t *Till) quoteCertificate(ctx context.Context, a verno.Actor, pl *place, scan string, unit verno.UnitID) (CertificateView, error) {
	now := t.clock()
	found, err := t.findCertificate(ctx, a.Tenant, scan, now)
	if err != nil {
		if err = t.missed(ctx, a, pl, now, err); errors.Is(err, verno.NotFound("card_not_usable")) {
			return CertificateView{Code: verno.AsError(err).Code}, nil
		}
		return CertificateView{}, err
	}
	v := CertificateView{Card: found.ID, Template: found.Template}
	h, err := t.worth(ctx, a.Tenant, found.ID)
	switch {
	case errors.Is(err, verno.Conflict("certificate_unfilled")):
		v.Code = verno.AsError(err).Code
		return v, nil
	case err != nil:
		return v, err
	case h.Account.Unit != unit:
		v.Code = verno.Conflict("certificate_foreign").Code
		return v, nil
	}
	n, err := h.Spendable(verno.Micros(now))
	v.Balance = money.Amount(n)
	for _, l := range h.Lots {
		if l.ExpiresAt != ledger.Never && l.ExpiresAt != ledger.Debt {
			v.Ends = verno.FromMicros(l.ExpiresAt)
		}
	}
	if err == nil && n == 0 {
		v.Code = verno.Conflict("certificate_empty").Code
	}
	return v, err
}
