package ledger

import (
	"time"

	"github.com/verno-loyalty/verno"
)

// Expiry is when points that are given at a moment lapse, in microseconds: at the end of the last day of their life in
// the moment's time zone. Never for terms that name no end.
func Expiry(t verno.ExpiryTerms, at time.Time) int64 {
	y, m, d := at.Date()
	var last time.Time // the first moment after their life
	switch t.Kind {
	case "after_days":
		last = time.Date(y, m, d+t.Number+1, 0, 0, 0, 0, at.Location())
	case "after_months":
		// A month that has no such day ends the life with its last one: a month after 31 January is 28 or 29 February.
		end := time.Date(y, m+time.Month(t.Number)+1, 0, 0, 0, 0, 0, time.UTC)
		last = time.Date(end.Year(), end.Month(), min(d, end.Day())+1, 0, 0, 0, 0, at.Location())
	case "end_of_year":
		last = time.Date(y+t.Number+1, 1, 1, 0, 0, 0, 0, at.Location())
	case "on_date":
		day, err := time.ParseInLocation(time.DateOnly, t.Date, at.Location())
		if err != nil {
			return Never
		}
		last = day.AddDate(0, 0, 1)
	default:
		return Never
	}
	return verno.Micros(last.AddDate(0, 0, t.Grace))
}

// ExpiryIn is Expiry for points that live a number of days of their own.
func ExpiryIn(days int64, at time.Time) int64 {
	return Expiry(verno.ExpiryTerms{Kind: "after_days", Number: int(days)}, at)
}
