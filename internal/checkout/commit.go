package checkout

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
)

// errRulesStale says that the rules were changed after they were read; the sale is decided again by the new ones.
var errRulesStale = verno.Conflict("rules_stale")

// maxStale bounds how often a commit follows rules that change under it.
const maxStale = 5

// Commit closes a sale exactly once: the same key and body give the same receipt for ever, and replayed says that they
// did. Besides what books.Do returns, the errors are those of Quote, totals_changed with the new quote as its data,
// tenders_mismatch, insufficient_money, strength_needed, account_frozen, code_used, confirmation_over and
// confirmation_differs; of these only insufficient_money uses the key up.
func (t *Till) Commit(ctx context.Context, a verno.Actor, c Commit) (receipt *verno.Receipt, replayed bool, err error) {
	if err := a.Require(verno.MaySell); err != nil {
		return nil, false, err
	}
	if err := checkKey(c.Key); err != nil {
		return nil, false, err
	}
	for try := 0; ; try++ {
		w, err := t.saleWork(ctx, a, &c)
		if errors.Is(err, errRulesStale) && try < maxStale {
			t.Forget(a.Tenant)
			continue
		}
		if err != nil {
			out, err := t.books.Earlier(ctx, a.Tenant, c.Key, c.BodyHash, err)
			if err != nil {
				return nil, false, err
			}
			return t.receiptOf(ctx, a.Tenant, out)
		}
		out, err := t.books.Do(ctx, w)
		if errors.Is(err, errRulesStale) && try < maxStale {
			t.Forget(a.Tenant)
			continue
		}
		if err != nil {
			return nil, false, err
		}
		return t.receiptOf(ctx, a.Tenant, out)
	}
}

// receiptOf is the receipt of an outcome: fresh, or read again.
func (t *Till) receiptOf(ctx context.Context, tenant verno.TenantID, out books.Outcome) (*verno.Receipt, bool, error) {
	if r, ok := out.Value.(*verno.Receipt); ok {
		return r, out.Replayed, nil
	}
	row, err := t.reader.Receipt(ctx, tenant, verno.ReceiptID(out.ID))
	if err != nil {
		return nil, out.Replayed, err
	}
	return &row.Receipt, out.Replayed, nil
}

func checkCommit(c *Commit, now time.Time) error {
	var f verno.Faults
	names{c.Number, c.Shift, c.CheckoutID, c.Sale.Channel, c.BusinessDate}.check(&f, now)
	checkTenders(&f, c.Tenders)
	return f.Err()
}

// dayOf is the noon of a date, in UTC, if there is such a date.
func dayOf(d int32) (noon time.Time, ok bool) {
	noon = time.Date(int(d)/10000, time.Month(d/100%100), int(d)%100, 12, 0, 0, 0, time.UTC)
	return noon, d > 19700101 && dateOf(noon) == d
}

func dateOf(at time.Time) int32 { return verno.Moment{At: at}.Day() }

// saleWork makes the books' work of a commit.
func (t *Till) saleWork(ctx context.Context, a verno.Actor, c *Commit) (*books.Work, error) {
	if err := checkCommit(c, t.clock()); err != nil {
		return nil, err
	}
	pl, err := t.at(ctx, a, c.Sale.Terminal, c.Sale.Store)
	if err == nil && pl.sells() != nil { // It may be open again. That it has been closed is seen by the version of the rules.
		pl, err = t.sellsAt(ctx, a, c.Sale.Terminal, c.Sale.Store)
	}
	if err != nil {
		return nil, err
	}
	now := t.clock()
	presence, err := t.open(ctx, a, c.Sale.Presence, pl.terminal, now)
	if err != nil {
		return nil, err
	}
	r, err := pl.config.rulesOf(pl.store.Programme)
	if err != nil {
		return nil, err
	}
	if err := checkSale(&c.Sale, r.Programme()); err != nil {
		return nil, err
	}
	s := &sale{
		actor: a, place: pl, rules: r, presence: presence, basket: &c.Sale.Basket, spend: c.Sale.Spend,
		channel: pl.channel(c.Sale.Channel), tenders: c.Tenders, promised: &c.Totals, checkout: c.CheckoutID,
		number: c.Number, date: c.BusinessDate, shift: c.Shift, cashier: a.Staff, stored: storedOf(c.Tenders),
	}
	if presence == nil && (s.spend != 0 || s.stored > 0) {
		return nil, verno.Invalid("spend_needs_member")
	}
	if s.date == 0 {
		s.date = dateOf(now.In(pl.zone))
	}
	if err := t.takeCards(ctx, s, now, false); err != nil {
		return nil, err
	}
	w := s.work(c.Key, c.BodyHash, "commit")
	if presence != nil && presence.Method == verno.MethodConfirmed {
		s.agree(ctx, w)
	}
	return w, nil
}

// work claims what the sale may take only once and asks for what it decides on.
func (s *sale) work(key string, hash [32]byte, kind string) *books.Work {
	w := &books.Work{
		Tenant: s.actor.Tenant,
		Claim:  books.Claim{Key: key, BodyHash: hash, Kind: kind, CheckoutID: s.checkout},
		Decide: s.decide, Counters: s.rules.shared,
	}
	if s.number != "" {
		w.Claim.ReceiptRef = receiptRef(s.place, s.date, s.number, verno.ReceiptSale)
	}
	if s.presence != nil {
		want := books.Want{Owner: s.presence.Owner, Units: s.rules.units, Spends: s.spend != 0 || s.stored > 0 || s.rules.asksPoints}
		s.money = s.place.config.moneyUnit(s.place.store.Issuer, s.rules.Programme().Currency)
		if s.stored > 0 {
			s.cashback = s.place.config.cashbackUnit(s.rules.Programme().ID)
			want.Units = with(with(want.Units, s.money), s.cashback)
		}
		w.Owners = []books.Want{want}
	}
	w.Owners = append(append(w.Owners, s.couponWants()...), s.certificateWants()...)
	return w
}

// receiptRef is what makes a receipt's number unique: once a terminal, or store where there is none, and business date
// and operation, for ever.
func receiptRef(pl *place, date int32, number string, kind verno.ReceiptKind) []byte {
	where := pl.terminal.String()
	if where == "" {
		where = pl.store.ID.String()
	}
	return refOf(where, date, number, kind)
}

// refOf is the stored form of a receipt's number at a terminal or store, named by the text of its ID. A till counts its
// receipts up, so the number stands at the end as it is: those of a day at one till lie side by side in the index, and a
// group of sales changes a few of its pages and not one a sale.
func refOf(where string, date int32, number string, kind verno.ReceiptKind) []byte {
	place := sha256.Sum256([]byte(where))
	ref := make([]byte, 0, 4+len(place)/2+len(kind)+1+len(number))
	ref = binary.BigEndian.AppendUint32(ref, uint32(date))
	ref = append(ref, place[:len(place)/2]...)
	ref = append(append(ref, kind...), '\n')
	return append(ref, number...)
}
