package progress

import (
	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/money"
)

// Next is the level after the one reached, and the spend that is missing to it.
type Next struct {
	Level   string
	Missing money.Amount
}

// Level is the level that the spend in the window up to and with a month reaches, empty for none, and the spend that
// counts. Later months do not count, so that a receipt of last week is judged by last week. Next is nil at the top and
// where the programme has no levels.
func Level(terms verno.LevelTerms, months []verno.MonthSpend, month int32) (level string, spent money.Amount, next *Next) {
	first := int32(0)
	if terms.WindowMonths > 0 {
		first = Before(month, terms.WindowMonths)
	}
	for _, m := range months {
		if m.Month >= first && m.Month <= month {
			spent += m.Spent
		}
	}
	spent = max(spent, 0)
	for _, l := range terms.Levels {
		if spent < l.From {
			return level, spent, &Next{Level: l.ID, Missing: l.From - spent}
		}
		level = l.ID
	}
	return level, spent, nil
}

// Before is the month n calendar months before another, both as YYYYMM.
func Before(month int32, n int) int32 {
	count := int(month/100)*12 + int(month%100) - 1 - n
	return int32(count/12*100 + count%12 + 1)
}
