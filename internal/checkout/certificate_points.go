package checkout

import (
	"context"

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

// payer finds who pays, and how many points at the programme's rate, in the member's disfavour where it does not come out
// even. A template says whether its certificates can be had for points, since with a certificate may be paid for what points
// may not. Errors: certificate_not_for_points, presence_invalid.
func (t *Till) payer(ctx context.Context, a verno.Actor, q *SellCertificate, of *template, r *rules, worth money.Amount) (*payer, error) {
	if !of.ForPoints {
		return nil, verno.Conflict("certificate_not_for_points")
	}
	pl, err := t.at(ctx, a, q.Terminal, q.Store)
	if err != nil {
		return nil, err
	}
	presence, err := t.open(ctx, a, q.Presence, pl.terminal, t.clock())
	if err != nil {
		return nil, err
	}
	terms := &r.Programme().Points
	x := &payer{presence: presence, place: pl, rules: r, points: money.Points(terms.Value.Inverse().Of(int64(worth), money.Up))}
	if pl.store.Programme != r.Programme().ID {
		return nil, verno.NotFound("not_found").With("thing", "template")
	}
	if x.points < terms.MinSpend {
		least := terms.Value.Of(int64(terms.MinSpend), money.Up)
		return nil, verno.InvalidField("/amount/amount", "number_range", "min", money.Points(least).Format(0), "max", maxAmount)
	}
	return x, nil
}

func (x *payer) unit() verno.UnitID { return verno.PointsUnit(x.rules.Programme().ID) }

// pay takes the points, as paying for goods with them does: as many as what was shown proves. It says whose history the
// purchase belongs to: the member's, or where nobody pays with points the card's own.
func (x *payer) pay(p *books.Page, certificate verno.OwnerID) (verno.OwnerID, error) {
	if x == nil {
		return certificate, nil
	}
	o := p.Owner(x.presence.Owner)
	if err := stale(o, x.presence); err != nil {
		return certificate, err
	}
	s := &sale{place: x.place, presence: x.presence, spend: x.points, rules: x.rules}
	if err := s.maySpend(o, p.Now()); err != nil {
		return certificate, err
	}
	programme := x.rules.Programme()
	h := p.Holding(o.ID, x.unit())
	account := func(role verno.AccountRole) ledger.Account {
		return ledger.Account{Owner: verno.ProgrammeOwner(programme.ID), Role: role, Unit: x.unit()}
	}
	if err := h.Lapse(p.Draft(), account(verno.AccountBreakage), p.Now()); err != nil {
		return certificate, err
	}
	n, err := h.Spendable(p.Now())
	if err != nil {
		return certificate, err
	}
	moment := verno.Moment{At: now(p).In(x.place.zone)}
	switch most := spendCap(programme, o, x.presence, moment, money.Points(n)); {
	case x.points <= most:
	case !x.presence.Method.Strong():
		return certificate, verno.Forbidden("strength_needed")
	default:
		return certificate, verno.Refused("insufficient_points").With("available", most.Format(programme.Points.Scale))
	}
	if err := h.Spend(p.Draft(), account(verno.AccountRedemption), int64(x.points), p.Now()); err != nil {
		return certificate, err
	}
	markSpent(&p.Change(o.ID).State, x.presence, moment.Day(), x.points)
	return o.ID, nil
}
