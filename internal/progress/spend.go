package progress

import (
	"cmp"
	"slices"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// MaxMonths is the most months that are remembered one by one; older ones are added up in the oldest. The longest window
// of levels is 36 months and the current one, so that what was added up lies outside of any window.
const MaxMonths = 38

// AddSpend adds a purchase, or with a negative delta a return, to the month in which the purchase was made. Like append
// it may use the memory of months again: the result takes its place. Months are sorted, and one that comes to nothing is
// forgotten, so that a purchase with all its returns leaves the same months as before.
//
// A month may fall below zero, as a return can come in before its purchase does; Level counts it so, and a member's
// spend as a whole never below zero.
func AddSpend(months []verno.MonthSpend, month int32, delta money.Amount) []verno.MonthSpend {
	if delta == 0 {
		return months
	}
	at, found := slices.BinarySearchFunc(months, month, func(m verno.MonthSpend, month int32) int {
		return cmp.Compare(m.Month, month)
	})
	if at == 0 && !found && len(months) == MaxMonths {
		at, found = 0, true
	}
	if !found {
		months = slices.Insert(months, at, verno.MonthSpend{Month: month})
	}
	months[at].Spent += delta
	if len(months) > MaxMonths {
		months[1].Spent += months[0].Spent
		months = slices.Delete(months, 0, 1)
	}
	return slices.DeleteFunc(months, func(m verno.MonthSpend) bool { return m.Spent == 0 })
}
