package ledger_test

import (
	"cmp"
	"encoding/binary"
	"maps"
	"slices"
	"time"

	"pgregory.net/rapid"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/ledger"
)

// id is a readable identifier: its number is its order.
func id[T ~[16]byte](n int) T {
	var b [16]byte
	binary.BigEndian.PutUint64(b[8:], uint64(n))
	return T(b)
}

const start = 1_795_000_000_000_000

var (
	tenant   = id[verno.TenantID](1)
	points   = id[verno.UnitID](2)
	main     = ledger.Account{Owner: id[verno.OwnerID](3), Unit: points}
	issuance = ledger.Account{Owner: id[verno.OwnerID](4), Role: verno.AccountIssuance, Unit: points}
	redeemed = ledger.Account{Owner: id[verno.OwnerID](4), Role: verno.AccountRedemption, Unit: points}
	breakage = ledger.Account{Owner: id[verno.OwnerID](4), Role: verno.AccountBreakage, Unit: points}
)

// model is a member's points as one would keep them with pebbles: every operation moves one after the other.
type model struct {
	lots map[verno.LotID]ledger.Lot
	held int64
}

// list is the lots in the order in which they are spent.
func (m *model) list() []ledger.Lot {
	return slices.SortedFunc(maps.Values(m.lots), func(a, b ledger.Lot) int {
		return cmp.Or(cmp.Compare(a.ExpiresAt, b.ExpiresAt), slices.Compare(a.ID[:], b.ID[:]))
	})
}

func (m *model) balance() (sum int64) {
	for _, l := range m.lots {
		sum += l.Remaining
	}
	return sum
}

func (m *model) owed() (sum int64) {
	for _, l := range m.lots {
		sum -= min(0, l.Remaining)
	}
	return sum
}

func (m *model) spendable(now int64) int64 {
	sum, lapsed := -m.held, int64(0)
	for _, l := range m.lots {
		switch {
		case l.Remaining > 0 && l.ExpiresAt <= now:
			lapsed += l.Remaining
		case l.Remaining > 0 && l.AvailableAt <= now:
			sum += l.Remaining
		}
	}
	return max(0, sum-max(0, m.owed()-lapsed))
}

// add puts pebbles into a lot, or takes them out.
func (m *model) add(lot ledger.Lot, n int64) {
	if old, ok := m.lots[lot.ID]; ok {
		lot = old
	} else {
		lot.Remaining = 0
	}
	lot.Remaining += n
	m.lots[lot.ID] = lot
	if lot.Remaining == 0 {
		delete(m.lots, lot.ID)
	}
}

// takeOne takes a pebble from the first lot that has one to spend.
func (m *model) takeOne(now int64) bool {
	for _, l := range m.list() {
		if l.Remaining > 0 && l.AvailableAt <= now && now < l.ExpiresAt {
			m.add(l, -1)
			return true
		}
	}
	return false
}

// oweOne adds a pebble to the one debt that there may be.
func (m *model) oweOne(debt verno.LotID) {
	lot := ledger.Lot{ID: debt}
	for _, l := range m.lots {
		if l.Remaining < 0 {
			lot = l
		}
	}
	m.add(lot, -1)
}

func (m *model) repayOne() bool {
	for _, l := range m.lots {
		if l.Remaining < 0 {
			m.add(l, 1)
			return true
		}
	}
	return false
}

func (m *model) earn(lot ledger.Lot, n int64) {
	for range n {
		if !m.repayOne() {
			m.add(lot, 1)
		}
	}
}

func (m *model) spendForced(n, now int64, debt verno.LotID) (owed int64) {
	for range n {
		if !m.takeOne(now) {
			m.oweOne(debt)
			owed++
		}
	}
	return owed
}

func (m *model) putBack(lot ledger.Lot, n int64) {
	for range n {
		switch {
		case lot.ExpiresAt != ledger.Debt:
			m.add(lot, 1)
		case !m.repayOne():
			m.add(ledger.Lot{ID: lot.ID, ExpiresAt: ledger.Never}, 1)
		}
	}
}

func (m *model) takeBack(from verno.LotID, n, now int64, debt verno.LotID) (owed int64) {
	for n > 0 && m.lots[from].Remaining > 0 {
		m.add(m.lots[from], -1)
		n--
	}
	for range n {
		if m.spendable(now) == 0 || !m.takeOne(now) {
			m.oweOne(debt)
			owed++
		}
	}
	return owed
}

func (m *model) lapse(now int64) {
	for _, l := range m.list() {
		for l.Remaining > 0 && l.ExpiresAt <= now {
			m.repayOne()
			m.add(l, -1)
			l.Remaining--
		}
	}
}

func (m *model) release(now int64) {
	for id, l := range m.lots {
		if l.Remaining > 0 && l.AvailableAt == ledger.UntilPurchase {
			l.AvailableAt = now
			m.lots[id] = l
		}
	}
}

// holding is the model as it would be read: all lots, or the first few where more is not below zero.
func (m *model) holding(limit int) *ledger.Holding {
	h := &ledger.Holding{Account: main, Balance: m.balance(), Held: m.held, Lots: m.list()}
	if limit > 0 && limit < len(h.Lots) {
		h.Lots, h.More = h.Lots[:limit], true
	}
	return h
}

// lotAt draws the dates of a lot around a moment.
func lotAt(t *rapid.T, n int, now int64) ledger.Lot {
	return ledger.Lot{
		ID:          id[verno.LotID](n),
		AvailableAt: rapid.SampledFrom([]int64{0, now, now + 3, ledger.UntilPurchase}).Draw(t, "available"),
		ExpiresAt:   rapid.SampledFrom([]int64{now + 1, now + 2, now + 5, now + 5, ledger.Never}).Draw(t, "expires"),
	}
}

func at(us int64) time.Time { return verno.FromMicros(us) }
