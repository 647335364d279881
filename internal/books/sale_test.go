package books_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"strconv"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// sell is a sale of so many lines, some of them discounted, of which spent points pay a part. A point is worth a kopeck
// here, and one is earned for ten.
func sell(key string, owner verno.OwnerID, lines int, spend money.Amount) *books.Work {
	w := work(key, owner, nil)
	w.Claim.Kind = "commit"
	w.Decide = func(p *books.Page) (books.Result, error) {
		r := &verno.Receipt{
			ID: verno.ReceiptID(p.ID()), Tenant: us, Kind: verno.ReceiptSale, Owner: owner, Member: verno.MemberID(owner),
			Programme: verno.ProgrammeID(programme), Version: 1, Store: id[verno.StoreID](1), Issuer: id[verno.IssuerID](1),
			BusinessDate: 20261122, OccurredAt: p.At(), ReceivedAt: p.At(), Currency: "RUB",
		}
		r.Facts.Basket.Currency = r.Currency
		t := &r.Totals
		for n := range lines {
			l := verno.Line{
				ID: strconv.Itoa(n + 1), SKU: fmt.Sprint("460000000", n), Name: "Кофе в зёрнах, 1 кг", Category: "grocery/coffee",
				Quantity: money.Quantity(1000 * (1 + n%3)), Price: money.Amount(100 + 7*n),
			}
			l.Sum = l.Price * money.Amount(1+n%3)
			o := verno.LineOutcome{Net: l.Sum}
			if n%3 == 0 {
				o.Discounts = []verno.Adjustment{{Promotion: id[verno.PromotionID](5), Amount: 9}, {Promotion: id[verno.PromotionID](6), Amount: 1}}
				o.Net -= 10
			}
			o.Redeemed = min(o.Net, spend-t.Redeemed)
			t.Redeemed += o.Redeemed
			t.Gross += l.Sum
			t.Discount += l.Sum - o.Net
			r.Facts.Basket.Lines, r.Outcome.Lines = append(r.Facts.Basket.Lines, l), append(r.Outcome.Lines, o)
		}
		t.Points, t.Payable = money.Points(t.Redeemed), t.Gross-t.Discount-t.Redeemed
		t.Earn = money.Points(int64(t.Payable) / 10)
		r.Outcome.Totals = *t
		r.Tenders = []verno.Tender{{Kind: verno.TenderPoints, Amount: t.Redeemed, Points: t.Points}, {Kind: verno.TenderCash, Amount: t.Payable}}
		h := p.Holding(owner, points)
		if err := short(h.Spend(p.Draft(), redemption, int64(t.Points), p.Now())); err != nil {
			return books.Result{}, err
		}
		if t.Earn > 0 {
			lot := ledger.Lot{ID: p.NewLot(), AvailableAt: p.Now(), ExpiresAt: p.Now() + 1_000_000_000}
			h.Earn(p.Draft(), issuance, lot, int64(t.Earn), ledger.WhyEarn)
			r.AwardLots = []verno.LotID{lot.ID}
			r.Outcome.Awards = []verno.Award{{Promotion: id[verno.PromotionID](7), Unit: verno.UnitPoints, Points: t.Earn}}
		}
		return books.Result{Owner: owner, Value: r}, saved(p, r, verno.EventReceiptCommitted)
	}
	return w
}

// saved writes a receipt and tells of it.
func saved(p *books.Page, r *verno.Receipt, kind verno.EventKind) error {
	entry, hash, err := p.SaveReceipt(r)
	p.Emit(verno.Event{Kind: kind, Owner: r.Owner, Subject: r.ID.String(), Actor: "verno", Entry: entry, Hash: hash[:]})
	return err
}

// giveBack returns the whole of some lines of a sale.
func giveBack(key string, owner verno.OwnerID, sale verno.ReceiptID, lines ...string) *books.Work {
	return &books.Work{
		Tenant: us, Claim: books.Claim{Key: key, BodyHash: sha256.Sum256([]byte(key)), Kind: "return"},
		Owners:   []books.Want{{Owner: owner, Units: []verno.UnitID{points}, Spends: true}},
		Receipts: []verno.ReceiptID{sale},
		Decide: func(p *books.Page) (books.Result, error) {
			s := p.Receipt(sale)
			r := &verno.Receipt{
				ID: verno.ReceiptID(p.ID()), Tenant: us, Kind: verno.ReceiptReturn, Parent: sale, Owner: owner, Store: s.Store,
				Issuer: s.Issuer, Programme: s.Programme, OccurredAt: p.At(), ReceivedAt: p.At(), Currency: s.Currency,
				Return: &verno.ReturnOutcome{},
			}
			after := *s
			if after.Returned = maps.Clone(s.Returned); after.Returned == nil {
				after.Returned = map[string]money.Quantity{}
			}
			for i, l := range s.Facts.Basket.Lines {
				for _, line := range lines {
					if o := s.Outcome.Lines[i]; l.ID == line {
						r.Return.Lines = append(r.Return.Lines, verno.ReturnedLine{Line: line, Quantity: l.Quantity, Net: o.Net, Redeemed: o.Redeemed})
						r.Totals.Gross += o.Net
						r.Totals.Redeemed += o.Redeemed
						after.Returned[line] += l.Quantity
					}
				}
			}
			r.Totals.Payable = r.Totals.Gross - r.Totals.Redeemed
			r.Return.Refund = r.Totals.Payable
			p.MarkReturned(&after)
			h := p.Holding(owner, points)
			if len(s.AwardLots) > 0 {
				if _, err := h.TakeBack(p.Draft(), issuance, s.AwardLots[0], 1, p.Now(), p.NewLot()); err != nil {
					return books.Result{}, err
				}
			}
			return books.Result{Owner: owner, Value: r}, saved(p, r, verno.EventReceiptReturned)
		},
	}
}

// sale is a sale that has happened.
func (s *shop) sale(key string, owner verno.OwnerID, lines int, spend money.Amount) verno.ReceiptID {
	s.t.Helper()
	return verno.ReceiptID(s.must(sell(key, owner, lines, spend)).ID)
}

// sales sells n receipts of eight lines to 100 members, as fast as that goes.
func (s *shop) sales(n int) {
	s.t.Helper()
	var pending []*books.Pending
	for i := range n {
		spend := money.Amount(0)
		if i >= 100 && i%3 == 0 {
			spend = 10
		}
		pending = append(pending, s.Submit(sell(fmt.Sprint("sale ", i), member(i%100), 8, spend)))
		if len(pending) < 2000 && i < n-1 {
			continue
		}
		for _, p := range pending {
			if _, err := p.Wait(s.ctx); err != nil {
				s.t.Fatal(err)
			}
		}
		pending = pending[:0]
	}
}
