package books

import (
	"context"
	"encoding/binary"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// posted reads receipts and other entries. While one chunk is checked the next one is read.
func (v *verifier) posted(ctx context.Context) error {
	if err := v.sweep(ctx, v.r.SweepReceipts, v.receipt); err != nil {
		return err
	}
	return v.sweep(ctx, v.r.SweepEntries, v.entry)
}

type sweep func(ctx context.Context, tenant verno.TenantID, after [16]byte, limit int) ([]store.Posted, error)

func (v *verifier) sweep(ctx context.Context, read sweep, check func(p *store.Posted)) error {
	chunks := make(chan []store.Posted, 2)
	checked := make(chan struct{})
	go func() {
		defer close(checked)
		for chunk := range chunks {
			for i := range chunk {
				check(&chunk[i])
			}
		}
	}()
	finish := func(err error) error {
		close(chunks)
		<-checked
		return err
	}
	for after := ([16]byte{}); ; {
		chunk, err := read(ctx, v.tenant, after, sweepRows)
		if err != nil || len(chunk) == 0 {
			return finish(err)
		}
		chunks <- chunk
		v.tick(len(chunk))
		after = chunk[len(chunk)-1].ID
	}
}

func (v *verifier) receipt(p *store.Posted) {
	v.count(&v.report.Receipts, 1)
	v.told.add(append([]byte{'r'}, p.ID[:]...), 1)
	if p.Postings != "" || !p.Entry.IsZero() {
		v.entry(p)
	}
	v.done.add(p.ID[:], 1)
	if !v.again {
		v.addsUp(p)
	}
}

// entry checks that an entry balances and tallies what it moved.
func (v *verifier) entry(p *store.Posted) {
	v.count(&v.report.Entries, 1)
	postings, err := ledger.ParsePostings(p.Postings)
	if err != nil {
		v.say("postings_unreadable", p.Entry, "%v", err)
	} else if _, err := ledger.NewEntry(p.Entry, v.tenant, p.Kind, verno.FromMicros(p.At), postings); err != nil {
		v.say("entry_unbalanced", p.Entry, "%v", err)
	}
	hash := ledger.HashEntry(p.Entry, v.tenant, p.Kind, verno.FromMicros(p.At), []byte(p.Postings))
	var key [80]byte
	v.told.add(append(append(append(key[:0], 'e'), p.Entry[:]...), hash[:]...), 1)
	v.count(&v.report.Postings, len(postings))
	for i := range postings {
		t := &postings[i]
		if outOfBounds(t.Amount) {
			v.say("entry_out_of_bounds", p.Entry, "%d", t.Amount)
		}
		if t.Account.Role != verno.AccountMain {
			v.total(t.Account).posted += t.Amount
			continue
		}
		v.balances.add(balanceKey(key[:0], t.Account.Owner, t.Account.Unit), t.Amount)
		v.lots.add(lotKey(key[:0], t.Account.Owner, t.Account.Unit, t.ExpiresAt, t.Lot, t.AvailableAt), t.Amount)
	}
}

// outOfBounds reports whether an amount is larger than any that could come from outside, and than a tally could tell.
func outOfBounds(n int64) bool { return n >= 1<<60 || n <= -1<<60 }

func balanceKey(b []byte, owner verno.OwnerID, unit verno.UnitID) []byte {
	return append(append(b, owner[:]...), unit[:]...)
}

func lotKey(b []byte, owner verno.OwnerID, unit verno.UnitID, expires int64, lot verno.LotID, available int64) []byte {
	b = binary.BigEndian.AppendUint64(balanceKey(b, owner, unit), uint64(expires))
	return binary.BigEndian.AppendUint64(append(b, lot[:]...), uint64(available))
}

// held reads accounts and lots.
func (v *verifier) held(ctx context.Context) error {
	var key [80]byte
	for after := (ledger.Account{}); ; {
		chunk, err := v.r.SweepAccounts(ctx, v.tenant, after, sweepRows)
		if err != nil {
			return err
		}
		if len(chunk) == 0 {
			break
		}
		for _, a := range chunk {
			if outOfBounds(a.Amount) {
				v.say("balance_out_of_bounds", a.Account.Owner, "in %s: %d", a.Account.Unit, a.Amount)
			}
			if a.Account.Role == verno.AccountMain {
				v.balances.add(balanceKey(key[:0], a.Account.Owner, a.Account.Unit), -a.Amount)
			} else {
				v.total(a.Account).stored = a.Amount
			}
		}
		v.count(&v.report.Accounts, len(chunk))
		v.tick(len(chunk))
		after = chunk[len(chunk)-1].Account
	}
	for after := (store.OwnedLot{}); ; {
		chunk, err := v.r.SweepLots(ctx, v.tenant, after, sweepRows)
		if err != nil || len(chunk) == 0 {
			return err
		}
		for i := range chunk {
			l := &chunk[i]
			v.lots.add(lotKey(key[:0], l.Owner, l.Unit, l.ExpiresAt, l.ID, l.AvailableAt), -l.Remaining)
			if l.Remaining == 0 || outOfBounds(l.Remaining) || (l.Remaining < 0) != (l.ExpiresAt == ledger.Debt) {
				v.say("lot_out_of_bounds", l.Owner, "%s in %s: %d, until %d", l.ID, l.Unit, l.Remaining, l.ExpiresAt)
			}
		}
		v.count(&v.report.Lots, len(chunk))
		v.tick(len(chunk))
		after = chunk[len(chunk)-1]
	}
}

// addsUp checks that a receipt adds up, and that no more of it came back than was sold.
func (v *verifier) addsUp(p *store.Posted) {
	t, id := &p.Totals, verno.ReceiptID(p.ID)
	if t.Gross-t.Discount-t.Redeemed != t.Payable {
		v.say("receipt_totals", id, "%d − %d − %d is not %d", t.Gross, t.Discount, t.Redeemed, t.Payable)
	}
	v.lines = v.lines[:0]
	lines, awards, err := p.Lines(v.lines)
	if v.lines = lines; err != nil {
		v.say("receipt_unreadable", id, "%v", err)
		return
	}
	gross, net, redeemed := money.Amount(0), money.Amount(0), money.Amount(0)
	for i := range lines {
		l := &lines[i]
		if p.Kind == string(verno.ReceiptReturn) {
			l.Sum = l.Net // What was charged for it is what a return begins with.
		}
		if l.Sum-l.Discount != l.Net || l.Redeemed < 0 || l.Redeemed > l.Net {
			v.say("receipt_line", id, "line %s: %d − %d is not %d, or points do not pay %d of it", l.ID, l.Sum, l.Discount, l.Net, l.Redeemed)
		}
		gross += l.Sum
		net += l.Net
		redeemed += l.Redeemed
	}
	if gross != t.Gross || net != t.Gross-t.Discount || redeemed != t.Redeemed {
		v.say("receipt_lines", id, "add up to %d, %d, %d; the totals are %d, %d, %d", gross, net, redeemed, t.Gross, t.Gross-t.Discount, t.Redeemed)
	}
	if !awards {
		v.say("receipt_award", id, "is not the sum of its lines' shares")
	}
	v.returned(p, lines)
}

func (v *verifier) returned(p *store.Posted, lines []store.SweptLine) {
	back, err := p.Returned()
	if err != nil {
		v.say("receipt_unreadable", verno.ReceiptID(p.ID), "%v", err)
	}
	for line, n := range back {
		sold := money.Quantity(0)
		for i := range lines {
			if lines[i].ID == line {
				sold = lines[i].Quantity
			}
		}
		if n > sold {
			v.say("more_returned_than_sold", verno.ReceiptID(p.ID), "line %s: %s of %s", line, n, sold)
		}
	}
}
