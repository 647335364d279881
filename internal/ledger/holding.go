package ledger

import (
	"bytes"
	"errors"
	"maps"
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
// where More is set, only the first ones. All that is owed is one lot, the first. The methods change a holding and
// append postings, each with its far side; one that returns an error has changed nothing.
type Holding struct {
	Account Account
	Balance int64 // of all lots, where it was read: the books go by lots and do not read it
	Held    int64 // live holds
	Lots    []Lot
	More    bool
	Stored  bool // lots of it are stored, so its account is too
	moved   int64
	edge    Lot            // once changed: the last lot that had been read
	changed map[lotKey]Lot // as to be stored; Remaining 0 deletes
	made    []lotKey       // what of it Earn has made
}

type lotKey struct {
	expires int64
	id      verno.LotID
}

// Clone copies a holding, so that a decision that ends in a refusal leaves no trace.
func (h *Holding) Clone() *Holding {
	c := *h
	c.Lots, c.changed, c.made = slices.Clone(h.Lots), maps.Clone(h.changed), slices.Clone(h.made)
	return &c
}

// Complete adds the lots that had not been read: all is what is stored, and what was changed since stays changed.
func (h *Holding) Complete(all []Lot) {
	lots := make([]Lot, 0, len(all)+len(h.changed))
	for _, l := range all {
		if _, changed := h.changed[lotKey{l.ExpiresAt, l.ID}]; !changed {
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

// Made reports whether a lot of the changes was made by Earn, so that nothing is stored under its key.
func (h *Holding) Made(lot Lot) bool { return slices.Contains(h.made, lotKey{lot.ExpiresAt, lot.ID}) }

func (h *Holding) mark(lot Lot) {
	if h.changed == nil {
		h.changed = make(map[lotKey]Lot, 4)
	}
	h.changed[lotKey{lot.ExpiresAt, lot.ID}] = lot
}

// last is the last lot that was read. Where More is set, lots that are not at hand may follow it.
func (h *Holding) last() Lot {
	if h.changed != nil || len(h.Lots) == 0 {
		return h.edge
	}
	return h.Lots[len(h.Lots)-1]
}

// known reports whether all lots up to this one are at hand.
func (h *Holding) known(l Lot) bool { return !h.More || compareLots(l, h.last()) <= 0 }

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
	if h.changed == nil {
		h.edge = h.last()
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
	h.moved += amount
	h.mark(lot)
	d.add(Posting{Account: h.Account, Amount: amount, Why: why, Lot: lot.ID, AvailableAt: lot.AvailableAt, ExpiresAt: lot.ExpiresAt})
}

func (l Lot) spendable(now int64) bool {
	return l.Remaining > 0 && l.AvailableAt <= now && now < l.ExpiresAt
}

func (l Lot) lapsed(now int64) bool { return l.Remaining > 0 && l.ExpiresAt <= now }

// Moved is what was booked since the holding was read.
func (h *Holding) Moved() int64 { return h.moved }

// Spendable is what can be spent at a time: available lots less debts and holds, never below zero. It returns ErrMore
// where not all lots were read.
func (h *Holding) Spendable(now int64) (int64, error) {
	if h.More {
		return 0, ErrMore
	}
	return max(0, h.usable(now)), nil
}

// Covers is what can be spent for sure by the lots at hand, if that is as much as wanted; else it is Spendable.
func (h *Holding) Covers(wanted, now int64) (int64, error) {
	if n := h.usable(now); h.More && wanted > 0 && n >= wanted {
		return n, nil
	}
	return h.Spendable(now)
}

// usable adds up what is available in the lots at hand, less debts and holds. A lot that was made behind others that are
// not at hand does not count, because those would be spent before it.
func (h *Holding) usable(now int64) int64 {
	sum, debt := -h.Held, int64(0)
	for _, l := range h.Lots {
		switch {
		case l.Remaining < 0 || l.lapsed(now):
			debt += l.Remaining // Lapse repays with what has lapsed.
		case l.spendable(now) && h.known(l):
			sum += l.Remaining
		}
	}
	return sum + min(0, debt)
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

// Lapse posts what has expired to breakage. What is owed is repaid out of it first: a debt counts against the lots beside
// it, so nobody can have spent that part, and it must not be lost a second time. It returns ErrMore where the last lot
// at hand has lapsed and more follow.
func (h *Holding) Lapse(d *Draft, breakage Account, now int64) error {
	if h.More && h.last().ExpiresAt <= now {
		return ErrMore
	}
	for i := 0; i < len(h.Lots); {
		l := h.Lots[i]
		if l.ExpiresAt > now {
			return nil
		}
		if !l.lapsed(now) {
			i++
			continue
		}
		repaid := min(l.Remaining, h.Owed())
		h.change(d, l, -repaid, WhyRepay)
		h.change(d, l, repaid-l.Remaining, WhyExpire)
		d.far(breakage, l.Remaining-repaid)
		h.repay(d, repaid)
		i = 0 // where the debt is repaid its lot is gone
	}
	return nil
}

// Spend takes an amount out of the lots by earliest expiry. It returns ShortError where less can be spent, and ErrMore
// where the lots at hand do not cover it and more follow.
func (h *Holding) Spend(d *Draft, far Account, amount, now int64) error {
	if usable := max(0, h.usable(now)); usable < amount {
		if h.More {
			return ErrMore
		}
		return ShortError{Spendable: usable}
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

// owe adds to what is owed, which becomes the given lot where nothing is.
func (h *Holding) owe(d *Draft, amount int64, debt verno.LotID) {
	lot := Lot{ID: debt, ExpiresAt: Debt}
	if len(h.Lots) > 0 && h.Lots[0].Remaining < 0 {
		lot = h.Lots[0]
	}
	h.change(d, lot, -amount, WhyDebt)
}

// Earn gives an amount: it repays what is owed first, the rest goes into the given lot, which is new or the first one of
// those that hold anything. Where a debt alone was read, the draft lacks what is left after it.
func (h *Holding) Earn(d *Draft, far Account, lot Lot, amount int64, why Why) {
	if h.More && h.last().ExpiresAt == Debt && amount > h.Owed() {
		d.lacking = ErrMore
		return
	}
	left := h.repay(d, amount)
	if _, found := slices.BinarySearchFunc(h.Lots, lot, compareLots); !found && left != 0 {
		h.made = append(h.made, lotKey{lot.ExpiresAt, lot.ID})
	}
	h.change(d, lot, left, why)
	d.far(far, -amount)
}

// repay pays back what is owed and returns what is left.
func (h *Holding) repay(d *Draft, amount int64) (rest int64) {
	for len(h.Lots) > 0 && h.Lots[0].Remaining < 0 && amount > 0 {
		n := min(amount, -h.Lots[0].Remaining)
		h.change(d, h.Lots[0], n, WhyRepay)
		amount -= n
	}
	return amount
}

// PutBack returns spent value into the lot that it came from, with the lot's own dates. What came from a debt repays
// what is owed by now; the rest, if that was repaid meanwhile, becomes a lot that never lapses. It returns ErrMore where
// the lot may be among those that were not read.
func (h *Holding) PutBack(d *Draft, far Account, lot Lot, amount int64) error {
	owed := int64(0)
	if lot.ExpiresAt == Debt {
		owed = min(amount, h.Owed())
		lot.AvailableAt, lot.ExpiresAt = 0, Never
	}
	if _, changed := h.changed[lotKey{lot.ExpiresAt, lot.ID}]; owed < amount && !changed && !h.known(lot) {
		d.lacking = ErrMore
		return ErrMore
	}
	h.repay(d, owed)
	h.change(d, lot, amount-owed, WhyBack)
	d.far(far, -amount)
	return nil
}

// TakeBack takes earned value back: out of the lot that it went into, then out of whatever is available, and what is
// still lacking becomes a debt, in the given lot where nothing is owed yet. It returns what became a debt, and ErrMore
// where lots that were not read are needed.
func (h *Holding) TakeBack(d *Draft, far Account, from verno.LotID, amount, now int64, debt verno.LotID) (int64, error) {
	rest := amount
	i := slices.IndexFunc(h.Lots, func(l Lot) bool { return l.ID == from && l.Remaining > 0 })
	if i >= 0 {
		rest -= min(rest, h.Lots[i].Remaining)
	}
	if rest > 0 && h.More {
		return 0, ErrMore
	}
	if i >= 0 {
		h.change(d, h.Lots[i], rest-amount, WhyTake)
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
		h.mark(l)
		d.add(Posting{Account: h.Account, Amount: l.Remaining, Why: WhyMove, Lot: l.ID, AvailableAt: l.AvailableAt, ExpiresAt: l.ExpiresAt})
	}
	return nil
}
