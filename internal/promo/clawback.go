package promo

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Part is what a return takes of one line: of the Of units sold, Done have been returned before and Now are returned.
type Part struct {
	Line          int // place in the basket
	Done, Now, Of money.Quantity
}

// Clawback is what a return takes back of an award: of each returned line its share, so that the steps in which a line
// is returned add up to the share exactly. An award that no line earned is taken back with the last of the receipt.
func Clawback(a *verno.Award, parts []Part, last bool) money.Points {
	if a.ByLine == nil {
		if last {
			return a.Points
		}
		return 0
	}
	back := int64(0)
	for _, p := range parts {
		share := int64(a.ByLine[p.Line])
		back += money.Share(share, int64(p.Done+p.Now), int64(p.Of)) - money.Share(share, int64(p.Done), int64(p.Of))
	}
	return money.Points(back)
}
