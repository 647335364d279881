package ledger

import (
	"slices"

	"github.com/verno-loyalty/verno"
)

// Withhold makes what is left of lots wait for the first purchase again, which undoes Release where that purchase is
// undone. It returns ErrMore where not all lots were read.
func (h *Holding) Withhold(d *Draft, lots []verno.LotID) error {
	if h.More {
		return ErrMore
	}
	for i, l := range h.Lots {
		if l.Remaining <= 0 || l.AvailableAt == UntilPurchase || !slices.Contains(lots, l.ID) {
			continue
		}
		d.add(Posting{Account: h.Account, Amount: -l.Remaining, Why: WhyMove, Lot: l.ID, AvailableAt: l.AvailableAt, ExpiresAt: l.ExpiresAt})
		l.AvailableAt = UntilPurchase
		h.Lots[i] = l
		h.mark(l)
		d.add(Posting{Account: h.Account, Amount: l.Remaining, Why: WhyMove, Lot: l.ID, AvailableAt: l.AvailableAt, ExpiresAt: l.ExpiresAt})
	}
	return nil
}
