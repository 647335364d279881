package ledger

import (
	"time"

	"github.com/verno-loyalty/verno"
)

// LotOf is the lot that an award goes into: when it may be spent and when it lapses. purchased says whether the member
// has paid for anything yet.
func LotOf(id verno.LotID, t *verno.PointsTerms, a *verno.Award, at time.Time, purchased bool) Lot {
	lot := Lot{ID: id, AvailableAt: verno.Micros(at) + a.AvailableIn*time.Second.Microseconds(), ExpiresAt: Never}
	if a.UntilFirst && !purchased {
		lot.AvailableAt = UntilPurchase
	}
	switch {
	case a.ExpiresIn > 0:
		lot.ExpiresAt = ExpiryIn(a.ExpiresIn, at)
	case a.Unit == verno.UnitPoints:
		lot.ExpiresAt = Expiry(t.Expiry, at)
	}
	return lot
}
