package checkout

import (
	"context"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

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
