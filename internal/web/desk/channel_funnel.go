package desk

import (
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno/internal/member"
	"github.com/verno-loyalty/verno/internal/store"
)

// periods are how many days back figures may go; the first where the reader has not chosen.
var periods = []int{30, 90, 365}

// period is how many days back the reader wants to look.
func period(c *call) int {
	if n, err := strconv.Atoi(c.Query.Get("days")); err == nil && slices.Contains(periods, n) {
		return n
	}
	return periods[0]
}

func since(c *call) time.Time { return c.now.AddDate(0, 0, -period(c)) }

// total is all rows together.
func total(rows []member.SourceFunnel) store.Funnel {
	var all store.Funnel
	for i := range rows {
		member.AddFunnel(&all, &rows[i].Funnel)
	}
	return all
}

// percent is a share in whole percents, the nearest ones; nothing of nothing.
func percent(n, of int64) int64 {
	if of == 0 {
		return 0
	}
	return (200*n + of) / (2 * of)
}

// share says a share in percents, and nothing of nothing.
func share(c *call, n, of int64) string {
	switch {
	case of == 0:
		return ""
	case c.Code == "ru":
		return c.Number(percent(n, of)) + "\u00a0%"
	}
	return c.Number(percent(n, of)) + "%"
}
