package checkout

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/books"
	"github.com/verno-loyalty/verno/internal/ledger"
	"github.com/verno-loyalty/verno/money"
)

// payer is a member who takes a certificate or a gift for points.
type payer struct {
	presence *verno.Presence
	place    *place
	rules    *rules
	points   money.Points
}

func (x *payer) unit() verno.UnitID { return verno.PointsUnit(x.rules.Programme().ID) }

// pay takes the points, as paying for goods with them does: as many as what was shown proves. It says whose history the
// purchase belongs to: the member's, or where nobody pays with points the card's own.
func (x *payer) pay(p *books.Page, card verno.OwnerID) (verno.OwnerID, error) {
	if x == nil {
		return card, nil
	}
	o := p.Owner(x.presence.Owner)
	if err := stale(o, x.presence); err != nil {
		return card, err
	}
	s := &sale{place: x.place, presence: x.presence, spend: x.points, rules: x.rules}
	if err := s.maySpend(o, p.Now()); err != nil {
		return card, err
	}
	programme := x.rules.Programme()
	h := p.Holding(o.ID, x.unit())
	account := func(role verno.AccountRole) ledger.Account {
		return ledger.Account{Owner: verno.ProgrammeOwner(programme.ID), Role: role, Unit: x.unit()}
	}
	if err := h.Lapse(p.Draft(), account(verno.AccountBreakage), p.Now()); err != nil {
		return card, err
	}
	n, err := h.Spendable(p.Now())
	if err != nil {
		return card, err
	}
	moment := verno.Moment{At: now(p).In(x.place.zone)}
	switch most := spendCap(programme, o, x.presence, moment, money.Points(n)); {
	case x.points <= most:
	case !x.presence.Method.Strong():
		return card, verno.Forbidden("strength_needed")
	default:
		return card, verno.Refused("insufficient_points").With("available", most.Format(programme.Points.Scale))
	}
	if err := h.Spend(p.Draft(), account(verno.AccountRedemption), int64(x.points), p.Now()); err != nil {
		return card, err
	}
	markSpent(&p.Change(o.ID).State, x.presence, moment.Day(), x.points)
	return o.ID, nil
}

// paidPoints are points that paid for a card.
type paidPoints struct {
	spent []ledger.Posting
	payer verno.OwnerID // who has them now
	far   verno.OwnerID // the programme that had taken them
}

// take notes a posting of the entry that took the points.
func (x *paidPoints) take(p ledger.Posting) {
	switch {
	case p.Account.Role == verno.AccountRedemption:
		x.far = p.Account.Owner
	case p.Account.Role == verno.AccountMain && p.Why == ledger.WhySpend:
		x.payer, x.spent = p.Account.Owner, append(x.spent, p)
	}
}

// points is how many they were.
func (x *paidPoints) points() (n money.Points) {
	for i := range x.spent {
		n -= money.Points(x.spent[i].Amount)
	}
	return n
}

func (x *paidPoints) unit() verno.UnitID { return x.spent[0].Account.Unit }

// putBack puts the points into the lots that they came from, with their dates.
func (x *paidPoints) putBack(p *books.Page) error {
	for i := len(x.spent) - 1; i >= 0; i-- {
		t := &x.spent[i]
		far := ledger.Account{Owner: x.far, Role: verno.AccountRedemption, Unit: x.unit()}
		lot := ledger.Lot{ID: t.Lot, AvailableAt: t.AvailableAt, ExpiresAt: t.ExpiresAt}
		if err := p.Holding(x.payer, x.unit()).PutBack(p.Draft(), far, lot, -t.Amount); err != nil {
			return err
		}
	}
	return nil
}
