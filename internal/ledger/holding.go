package ledger

import (
	"bytes"
	"errors"
	"math"
	"slices"

	"github.com/verno-loyalty/verno"
)

// Never is the expiry of a lot that does not lapse; UntilPurchase the availability of one that waits for the member's
// first paid purchase. Debt is the expiry of a lot below zero, so that it stands before all others.
const (
	Never         int64 = math.MaxInt64
	UntilPurchase int64 = math.MaxInt64
	Debt          int64 = 0
)

// Lot is a dated part of a balance. Times are microseconds.
type Lot struct {
	ID          verno.LotID
	AvailableAt int64
	ExpiresAt   int64
	Remaining   int64
}

// ErrMore says that the lots at hand do not tell; the caller reads them all and asks again.
var ErrMore = errors.New("ledger: more lots must be read")

// ShortError says that less can be spent than was asked for.
type ShortError struct{ Spendable int64 }

func (e ShortError) Error() string { return "ledger: not enough to spend" }

// Holding is what an owner has in one unit, as read under the owner's lock: lots by expiry then id, all of them or,
// where More is set, only the first ones. Its methods change it and append postings, each with its far side.
type Holding struct {
	Account Account
	Balance int64
	Held    int64 // live holds
	Lots    []Lot
	More    bool
	changed map[verno.LotID]Lot // as to be stored; Remaining 0 deletes
}

// Draft gathers the postings of one entry.
type Draft struct{ Postings []Posting }

func (d *Draft) add(p Posting) {
	if p.Amount != 0 {
		d.Postings = append(d.Postings, p)
	}
}

// far books the other side on an account that keeps no lots, adding to a posting that is there.
func (d *Draft) far(account Account, amount int64) {
	if amount == 0 {
		return
	}
	for i := range d.Postings {
		p := &d.Postings[i]
		if p.Account == account && p.Lot.IsZero() && p.Amount+amount != 0 {
			p.Amount += amount
			return
		}
	}
	d.Postings = append(d.Postings, Posting{Account: account, Amount: amount})
}

// Entry makes the entry of what was gathered; the zero Entry where nothing was.
func (d *Draft) Entry(id verno.EntryID, tenant verno.TenantID, kind string, at int64) (Entry, error) {
	if len(d.Postings) == 0 {
		return Entry{}, nil
	}
	return NewEntry(id, tenant, kind, verno.FromMicros(at), d.Postings)
}

// Clone copies a holding, so that a decision that ends in a refusal leaves no trace.
func (h *Holding) Clone() *Holding {
	c := *h
	c.Lots = slices.Clone(h.Lots)
	c.changed = nil
	for id, lot := range h.changed {
		c.mark(id, lot)
	}
	return &c
}

// Complete adds the lots that had not been read: all is what is stored, and what was changed since stays changed.
func (h *Holding) Complete(all []Lot) {
	lots := make([]Lot, 0, len(all)+len(h.changed))
	for _, l := range all {
		if _, changed := h.changed[l.ID]; !changed {
			lots = append(lots, l)
		}
	}
	for _, l := range h.changed {
		if l.Remaining != 0 {
			lots = append(lots, l)
		}
	}
	slices.SortFunc(lots, compareLots)
	h.Lots, h.More = lots, false
}

// Changes are the lots to be stored as they now are, in the order of their keys; Remaining 0 means that the lot is to be
// deleted.
func (h *Holding) Changes() []Lot {
	out := make([]Lot, 0, len(h.changed))
	for _, lot := range h.changed {
		out = append(out, lot)
	}
	slices.SortFunc(out, compareLots)
	return out
}

func (h *Holding) mark(id verno.LotID, lot Lot) {
	if h.changed == nil {
		h.changed = make(map[verno.LotID]Lot, 4)
	}
	h.changed[id] = lot
}

func compareLots(a, b Lot) int {
	switch {
	case a.ExpiresAt < b.ExpiresAt:
		return -1
	case a.ExpiresAt > b.ExpiresAt:
		return 1
	default:
		return bytes.Compare(a.ID[:], b.ID[:])
	}
}

// change books an amount on a lot, making the lot where it is not there and dropping it where nothing is left.
func (h *Holding) change(d *Draft, lot Lot, amount int64, why Why) {
	if amount == 0 {
		return
	}
	at, found := slices.BinarySearchFunc(h.Lots, lot, compareLots)
	if found {
		lot = h.Lots[at]
		lot.Remaining += amount
		h.Lots[at] = lot
	} else {
		lot.Remaining = amount
		h.Lots = slices.Insert(h.Lots, at, lot)
	}
	if lot.Remaining == 0 {
		h.Lots = slices.Delete(h.Lots, at, at+1)
	}
	h.Balance += amount
	h.mark(lot.ID, lot)
	d.add(Posting{Account: h.Account, Amount: amount, Why: why, Lot: lot.ID, AvailableAt: lot.AvailableAt, ExpiresAt: lot.ExpiresAt})
}

func (l Lot) spendable(now int64) bool {
	return l.Remaining > 0 && l.AvailableAt <= now && now < l.ExpiresAt
}

func (l Lot) lapsed(now int64) bool { return l.Remaining > 0 && l.ExpiresAt <= now }

// Spendable is what can be spent at a time: available lots less debts and holds, never below zero. It returns ErrMore
// where not all lots were read.
func (h *Holding) Spendable(now int64) (int64, error) {
	if h.More {
		return 0, ErrMore
	}
	return max(0, h.usable(now)), nil
}

// usable adds up what is available in the lots at hand, less debts and holds.
func (h *Holding) usable(now int64) int64 {
	sum := -h.Held
	for _, l := range h.Lots {
		if l.spendable(now) || l.Remaining < 0 {
			sum += l.Remaining
		}
	}
	return sum
}

// Owed is the debt, zero or more.
func (h *Holding) Owed() int64 {
	sum := int64(0)
	for _, l := range h.Lots {
		if l.Remaining < 0 {
			sum -= l.Remaining
		}
	}
	return sum
}

// Lapse posts what has expired to breakage. It returns ErrMore where the last lot at hand has lapsed and more follow.
func (h *Holding) Lapse(d *Draft, breakage Account, now int64) error {
	for i := 0; i < len(h.Lots); {
		l := h.Lots[i]
		if l.ExpiresAt > now {
			return nil
		}
		if !l.lapsed(now) {
			i++
			continue
		}
		h.change(d, l, -l.Remaining, WhyExpire)
		d.far(breakage, l.Remaining)
	}
	if h.More {
		return ErrMore
	}
	return nil
}

// Spend takes an amount out of the lots by earliest expiry. It returns ShortError where less can be spent, and ErrMore
// where the lots at hand do not cover it and more follow.
func (h *Holding) Spend(d *Draft, far Account, amount, now int64) error {
	if usable := h.usable(now); usable < amount {
		if h.More {
			return ErrMore
		}
		return ShortError{Spendable: max(0, usable)}
	}
	h.take(d, amount, now, WhySpend)
	d.far(far, amount)
	return nil
}

// take empties available lots by earliest expiry and returns what it could not get.
func (h *Holding) take(d *Draft, amount, now int64, why Why) (rest int64) {
	for i := 0; i < len(h.Lots) && amount > 0; {
		l := h.Lots[i]
		if !l.spendable(now) {
			i++
			continue
		}
		n := min(amount, l.Remaining)
		h.change(d, l, -n, why)
		amount -= n
		if n < l.Remaining {
			i++
		}
	}
	return amount
}

// SpendForced spends although there may be too little, for a receipt that has already happened: what the lots lack
// becomes a debt in the given lot. It returns the debt made.
func (h *Holding) SpendForced(d *Draft, far Account, amount, now int64, debt verno.LotID) (int64, error) {
	if h.More {
		return 0, ErrMore
	}
	rest := h.take(d, amount, now, WhySpend)
	h.owe(d, rest, debt)
	d.far(far, amount)
	return rest, nil
}

func (h *Holding) owe(d *Draft, amount int64, debt verno.LotID) {
	h.change(d, Lot{ID: debt, ExpiresAt: Debt}, -amount, WhyDebt)
}

// Earn gives an amount: it repays debts first, the rest becomes the given lot.
func (h *Holding) Earn(d *Draft, far Account, lot Lot, amount int64, why Why) {
	rest := amount
	for len(h.Lots) > 0 && h.Lots[0].Remaining < 0 && rest > 0 {
		n := min(rest, -h.Lots[0].Remaining)
		h.change(d, h.Lots[0], n, WhyRepay)
		rest -= n
	}
	h.change(d, lot, rest, why)
	d.far(far, -amount)
}

// PutBack returns spent value into the lot that it came from, with the lot's own dates.
func (h *Holding) PutBack(d *Draft, far Account, lot Lot, amount int64) {
	h.change(d, lot, amount, WhyBack)
	d.far(far, -amount)
}

// TakeBack takes earned value back: out of the lot that it went into, then out of whatever is available, and what is
// still lacking becomes a debt in the given lot. It returns the debt made, and ErrMore where not all lots were read and
// they are needed.
func (h *Holding) TakeBack(d *Draft, far Account, from verno.LotID, amount, now int64, debt verno.LotID) (int64, error) {
	rest := amount
	for _, l := range h.Lots {
		if l.ID == from && l.Remaining > 0 {
			n := min(rest, l.Remaining)
			h.change(d, l, -n, WhyTake)
			rest -= n
			break
		}
	}
	if rest > 0 && h.More {
		return 0, ErrMore
	}
	rest = h.takeUnheld(d, rest, now)
	h.owe(d, rest, debt)
	d.far(far, amount)
	return rest, nil
}

// takeUnheld takes what is available but not held.
func (h *Holding) takeUnheld(d *Draft, amount, now int64) (rest int64) {
	n := min(amount, max(0, h.usable(now)))
	return amount - n + h.take(d, n, now, WhyTake)
}

// Release makes the lots that wait for the first purchase available from now on.
func (h *Holding) Release(d *Draft, now int64) error {
	if h.More {
		return ErrMore
	}
	for i, l := range h.Lots {
		if l.AvailableAt != UntilPurchase || l.Remaining <= 0 {
			continue
		}
		d.add(Posting{Account: h.Account, Amount: -l.Remaining, Why: WhyMove, Lot: l.ID, AvailableAt: l.AvailableAt, ExpiresAt: l.ExpiresAt})
		l.AvailableAt = now
		h.Lots[i] = l
		h.mark(l.ID, l)
		d.add(Posting{Account: h.Account, Amount: l.Remaining, Why: WhyMove, Lot: l.ID, AvailableAt: l.AvailableAt, ExpiresAt: l.ExpiresAt})
	}
	return nil
}
