package checkout_test

import (
	"fmt"
	"slices"
	"strings"
)

// The reference model: what members have, in plain numbers, by the rules that the tests publish: a point is a rouble and pays
// for anything, twenty roubles paid earn one, points live ten days; three percent of what neither points nor cashback paid
// come back in money, which lives six days. It shares no code with what it is held against, and
// answers each operation with the text that the till's answer must come to.

const (
	hour         = int64(3_600_000_000) // microseconds
	day          = 24 * hour
	moscow       = 3 * hour
	pointsLife   = 10 // days, and the rest of the first one
	pointWorth   = 100
	earnedByPaid = 2000
	backLife     = 6
	backPercent  = 3
)

type modelLot struct {
	number    int // in the order of making
	available int64
	expires   int64
	left      int64
}

// modelPurse is what a member has of points, or of cashback. A debt is a number beside the lots.
type modelPurse struct {
	lots []*modelLot
	debt int64
	made int
}

// modelMember is what a member has. Money that was paid in is one number, which may be below zero.
type modelMember struct {
	modelPurse

	cashback  modelPurse
	money     int64
	holds     []*modelHold
	frozen    bool
	purchases int64
	spent     int64
}

type modelHold struct {
	money    bool
	amount   int64
	deadline int64
	state    string
}

type modelSale struct {
	quantity, back                  int64
	points, stored, payable, earned int64
	from                            []modelPart
	into                            *modelLot

	used, gave int64 // of cashback
	usedOf     []modelPart
	gaveTo     *modelLot
}

// modelPart is points that were spent: of a lot, or of nothing, which made a debt.
type modelPart struct {
	lot    *modelLot
	amount int64
}

// lapse forgets lots whose time is over, after they have repaid what is owed.
func (m *modelPurse) lapse(now int64) {
	for _, l := range m.lots {
		if l.expires <= now {
			m.debt -= min(m.debt, l.left)
			l.left = 0
		}
	}
}

// owed is the debt, once what has lapsed has repaid it.
func (m *modelPurse) owed(now int64) int64 {
	lapsed := int64(0)
	for _, l := range m.lots {
		if l.expires <= now {
			lapsed += l.left
		}
	}
	return max(0, m.debt-lapsed)
}

func (m *modelPurse) available(now int64) (n int64) {
	for _, l := range m.lots {
		if l.available <= now && now < l.expires {
			n += l.left
		}
	}
	return n
}

func (m *modelMember) held(money bool, now int64) (n int64) {
	for _, h := range m.holds {
		if h.money == money && h.state == "held" && h.deadline > now {
			n += h.amount
		}
	}
	return n
}

func (m *modelMember) spendable(now int64) int64 {
	return max(0, m.available(now)-m.owed(now)-m.held(false, now))
}

// free is the cashback that can be spent: nobody holds any.
func (m *modelPurse) free(now int64) int64 { return max(0, m.available(now)-m.owed(now)) }

func (m *modelMember) spendableMoney(now int64) int64 { return max(0, m.money-m.held(true, now)) }

// take empties lots, the first to lapse first.
func (m *modelPurse) take(n, now int64) (parts []modelPart, rest int64) {
	for _, l := range m.lots {
		if part := min(n, l.left); part > 0 && l.available <= now && now < l.expires {
			l.left -= part
			n -= part
			parts = append(parts, modelPart{l, part})
		}
	}
	return parts, n
}

// earn repays what is owed; the rest becomes a lot that lives so many days.
func (m *modelPurse) earn(n, at, life int64) *modelLot {
	repaid := min(n, m.debt)
	m.debt -= repaid
	m.made++
	l := &modelLot{number: m.made, available: at, expires: (at+moscow)/day*day + (life+1)*day - moscow, left: n - repaid}
	m.lots = append(m.lots, l)
	slices.SortFunc(m.lots, func(a, b *modelLot) int {
		if a.expires != b.expires {
			return int((a.expires - b.expires) / hour)
		}
		return a.number - b.number
	})
	return l
}

// sell is a sale of so many pieces for so much; spend −1 is for as many points as may be.
func (m *modelMember) sell(quantity, net, spend, stored, now int64) (*modelSale, string) {
	if m.frozen && (spend != 0 || stored != 0) {
		return nil, "account_frozen"
	}
	m.lapse(now)
	most := min(m.spendable(now), net/pointWorth)
	s := &modelSale{quantity: quantity, points: min(spend, most), stored: stored}
	if spend < 0 {
		s.points = most
	}
	s.payable = net - s.points*pointWorth
	m.cashback.lapse(now)
	s.used = min(stored, m.cashback.free(now))
	if stored-s.used > m.spendableMoney(now) {
		return nil, "insufficient_money"
	}
	s.from, _ = m.take(s.points, now)
	m.bought(s, now, now)
	return s, s.text(0)
}

// replay is a sale that has happened: what is short is owed.
func (m *modelMember) replay(quantity, net, spend, stored, at, now int64) (*modelSale, string) {
	m.lapse(now)
	s := &modelSale{quantity: quantity, points: min(spend, net/pointWorth), stored: stored}
	s.payable = net - s.points*pointWorth
	parts, rest := m.take(s.points, now)
	if s.from = parts; rest > 0 {
		s.from = append(s.from, modelPart{nil, rest})
		m.debt += rest
	}
	m.cashback.lapse(now)
	s.used = min(stored, m.cashback.free(now))
	m.bought(s, at, now)
	return s, s.text(rest)
}

func (m *modelMember) bought(s *modelSale, at, now int64) {
	s.usedOf, _ = m.cashback.take(s.used, now)
	m.money -= s.stored - s.used
	s.earned, s.gave = s.payable/earnedByPaid, (s.payable-s.used)*backPercent/100
	s.into, s.gaveTo = m.earn(s.earned, at, pointsLife), m.cashback.earn(s.gave, at, backLife)
	m.purchases++
	m.spent += s.payable
}

func (s *modelSale) text(debt int64) string {
	return fmt.Sprintf("spent %d, to pay %d, cashback %d for %d, earned %d, owes %d", s.points, s.payable, s.used, s.gave, s.earned, debt)
}

// share is what part of a whole belongs to the pieces that came back with this return.
func (s *modelSale) share(whole, n int64) int64 {
	return whole*(s.back+n)/s.quantity - whole*s.back/s.quantity
}

// giveBack returns some of the pieces.
func (m *modelMember) giveBack(s *modelSale, n, now int64) string {
	if n > s.quantity-s.back {
		return "return_too_much"
	}
	m.lapse(now)
	m.cashback.lapse(now)
	points, taken, paid := s.share(s.points, n), s.share(s.earned, n), s.share(s.payable, n)
	from, until := int64(0), int64(0)
	if s.payable > 0 {
		before := s.payable * s.back / s.quantity
		from, until = s.stored*before/s.payable, s.stored*(before+paid)/s.payable
	}
	m.putBack(s.from, s.points*s.back/s.quantity, points, now)
	paidIn := s.stored - s.used // It comes back before cashback does, as it was taken after it.
	m.money += min(until, paidIn) - min(from, paidIn)
	was, is := max(0, from-paidIn), max(0, until-paidIn)
	m.cashback.putBack(s.usedOf, was, is-was, now)
	owed := m.takeBack(s.into, taken, m.held(false, now), now)
	gave := s.share(s.gave, n)
	owes := m.cashback.takeBack(s.gaveTo, gave, 0, now)
	m.spent -= paid
	if s.back += n; s.back == s.quantity {
		m.purchases--
	}
	return fmt.Sprintf("back %d, taken %d, money %d, of it cashback %d, refund %d, cashback taken %d, owes %d and %d",
		points, taken, until-from, is-was, paid-(until-from), gave, owes, owed)
}

// putBack gives what was spent back to where it came from, the last first; a part of it has come back before.
func (m *modelPurse) putBack(from []modelPart, skip, n, now int64) {
	for _, p := range slices.Backward(from) {
		skipped := min(skip, p.amount)
		skip -= skipped
		part := min(n, p.amount-skipped)
		n -= part
		switch {
		case part == 0:
		case p.lot == nil:
			m.earn(part, now, pointsLife)
		default:
			p.lot.left += part
		}
	}
}

// takeBack takes what was earned from where it went, then from what is free, and returns what is owed for the rest.
func (m *modelPurse) takeBack(from *modelLot, n, held, now int64) int64 {
	part := min(n, from.left)
	from.left -= part
	free := min(n-part, max(0, m.free(now)-held))
	_, rest := m.take(free, now)
	owed := n - part - free + rest
	m.debt += owed
	return owed
}

func (m *modelMember) hold(money bool, n, deadline, now int64) (*modelHold, string) {
	switch {
	case m.frozen:
		return nil, "account_frozen"
	case money && n > m.spendableMoney(now):
		return nil, "insufficient_money"
	case !money && n > m.spendable(now):
		return nil, "insufficient_points"
	}
	h := &modelHold{money: money, amount: n, deadline: deadline, state: "held"}
	m.holds = append(m.holds, h)
	return h, "held 0"
}

// end captures a part of a hold, or with nothing releases it.
func (m *modelMember) end(h *modelHold, n, now int64) string {
	switch {
	case h.state != "held" || h.deadline <= now:
		return "hold_ended"
	case n > h.amount:
		return "hold_too_much"
	case n > 0 && m.frozen:
		return "account_frozen"
	}
	h.state = "released"
	if n > 0 {
		switch {
		case h.money && n > m.spendableMoney(now):
			h.state = "held"
			return "hold_short"
		case !h.money && n > m.spendable(now):
			h.state = "held"
			return "hold_short"
		case h.money:
			m.money -= n
		default:
			m.take(n, now)
		}
		h.state = "captured"
	}
	return fmt.Sprintf("%s %d", h.state, n)
}

func (m *modelMember) topUp(n int64) string {
	m.money += n
	return fmt.Sprintf("balance %d", m.money)
}

// text is all that a member has, as points are told to people.
func (m *modelMember) text(now int64) string {
	var deadlines strings.Builder
	for _, purse := range []*modelPurse{&m.modelPurse, &m.cashback} {
		for _, l := range purse.lots {
			if l.left > 0 && l.expires > now {
				fmt.Fprintf(&deadlines, " %d@%d", l.left, l.expires)
			}
		}
	}
	return fmt.Sprintf("%d free, %d owed, %d held, %d money, %d money held, cashback %d free, %d owed, frozen %v, %d purchases, %d spent, lots%s",
		m.spendable(now), m.owed(now), m.held(false, now), m.money, m.held(true, now), m.cashback.free(now), m.cashback.owed(now),
		m.frozen, m.purchases, m.spent, deadlines.String())
}
