package books

import (
	"crypto/sha256"
	"encoding/binary"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/internal/store"
	"github.com/verno-loyalty/verno/money"
)

// sums are what postings come to, by account.
type sums map[ledger.Account]int64

// multiset stands for things that were seen, whatever their order: two of them are equal if the things are, and by chance
// never else.
type multiset struct {
	count int64
	parts [4]uint64
}

func (m *multiset) add(id verno.EntryID, hash []byte) {
	sum := sha256.Sum256(append(id.Bytes(), hash...))
	m.count++
	for i := range m.parts {
		m.parts[i] += binary.BigEndian.Uint64(sum[8*i:])
	}
}

// receipts checks every receipt and its entry.
func (x *examination) receipts() error {
	after := verno.ReceiptID{}
	for {
		list, err := x.r.ReceiptsAfter(x.ctx, x.tenant, after, chunk)
		if err != nil {
			return err
		}
		for _, row := range list {
			after = row.ID
			x.report.Receipts++
			x.receipt(row)
			if row.Postings == "" {
				continue
			}
			hash := row.EntryHash()
			x.entry(row.Entry, row.ID.String(), row.Postings, hash)
		}
		x.progress(min(x.report.Receipts, x.total), x.total)
		if len(list) < chunk {
			return nil
		}
	}
}

// entries checks every entry that is no receipt's.
func (x *examination) entries() error {
	after := verno.EntryID{}
	for {
		list, err := x.r.EntriesAfter(x.ctx, x.tenant, after, chunk)
		if err != nil {
			return err
		}
		for _, e := range list {
			after = e.ID
			x.entry(e.ID, e.ID.String(), e.Postings, ledger.HashEntry(e.ID, e.Tenant, e.Kind, verno.FromMicros(e.At), []byte(e.Postings)))
		}
		x.progress(x.report.Entries, x.total)
		if len(list) < chunk {
			return nil
		}
	}
}

// entry checks that postings balance and adds them up.
func (x *examination) entry(id verno.EntryID, about, postings string, hash [32]byte) {
	x.report.Entries++
	x.booked.add(id, hash[:])
	list, err := ledger.ParsePostings(postings)
	if err != nil {
		x.say("postings cannot be read", "%s: %v", about, err)
		return
	}
	if _, err := ledger.NewEntry(id, x.tenant, "", verno.FromMicros(0), list); err != nil {
		x.say("entry does not balance", "%s: %v", about, err)
	}
	for i := range list {
		x.sums[list[i].Account] += list[i].Amount
	}
}

// receipt checks that a receipt adds up.
func (x *examination) receipt(row *store.ReceiptRow) {
	t, about := &row.Totals, row.ID.String()
	if t.Gross-t.Discount-t.Redeemed != t.Payable {
		x.say("receipt does not add up", "%s: %d − %d − %d is not %d", about, t.Gross, t.Discount, t.Redeemed, t.Payable)
	}
	if row.Kind != verno.ReceiptSale {
		return
	}
	lines := row.Facts.Basket.Lines
	if len(lines) != len(row.Outcome.Lines) {
		x.say("receipt lacks lines", "%s: %d of %d", about, len(row.Outcome.Lines), len(lines))
		return
	}
	var gross, net, redeemed money.Amount
	for i := range lines {
		l := &row.Outcome.Lines[i]
		gross, net, redeemed = gross+lines[i].Sum, net+l.Net, redeemed+l.Redeemed
		if l.Net < 0 || l.Redeemed < 0 || l.Redeemed > l.Net {
			x.say("line out of bounds", "%s, line %s", about, lines[i].ID)
		}
		if row.Returned[lines[i].ID] > lines[i].Quantity {
			x.say("more returned than sold", "%s, line %s", about, lines[i].ID)
		}
	}
	if gross != t.Gross || net != t.Gross-t.Discount || redeemed != t.Redeemed {
		x.say("lines do not add up to the totals", "%s", about)
	}
	for i := range row.Outcome.Awards {
		a, sum := &row.Outcome.Awards[i], money.Points(0)
		for _, n := range a.ByLine {
			sum += n
		}
		if a.ByLine != nil && sum != a.Points {
			x.say("award does not add up", "%s: %d of %d", about, sum, a.Points)
		}
	}
}

// balances compares accounts with what was posted, and members' accounts with their lots. The accounts on the programme's
// side are written by the sealer, so what is not sealed is added to them.
func (x *examination) balances() error {
	lots := map[store.HoldingKey]int64{}
	err := x.r.EachLot(x.ctx, x.tenant, func(k store.HoldingKey, l ledger.Lot) error {
		x.report.Lots++
		lots[k] += l.Remaining
		if l.Remaining == 0 || l.Remaining < 0 != (l.ExpiresAt == ledger.Debt) {
			x.say("lot out of bounds", "%s of %s: %d", l.ID, k.Owner, l.Remaining)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = x.r.EachAccount(x.ctx, x.tenant, func(a store.AccountTotal) error {
		x.report.Accounts++
		if posted := x.sums[a.Account]; posted != a.Amount {
			x.say("balance is not the sum of its postings", "%s of %s: %d, postings %d", a.Account.Role, a.Account.Owner, a.Amount, posted)
		}
		delete(x.sums, a.Account)
		if a.Account.Role != verno.AccountMain {
			return nil
		}
		k := store.HoldingKey{Owner: a.Account.Owner, Unit: a.Account.Unit}
		if lots[k] != a.Amount {
			x.say("balance is not the sum of its lots", "%s: %d, lots %d", k.Owner, a.Amount, lots[k])
		}
		delete(lots, k)
		return nil
	})
	if err != nil {
		return err
	}
	for account, n := range x.sums {
		if n != 0 {
			x.say("postings without an account", "%s of %s: %d", account.Role, account.Owner, n)
		}
	}
	for k, n := range lots {
		x.say("lots without an account", "%s: %d", k.Owner, n)
	}
	return nil
}
