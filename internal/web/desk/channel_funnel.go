package desk

import (
	"slices"
	"strconv"
	"time"

	"github.com/verno-loyalty/verno/internal/store"
)

// dimensions are the ways in which an address says where somebody came from.
var dimensions = []string{"utm_source", "utm_medium", "utm_campaign"}

func isDimension(name string) bool { return slices.Contains(dimensions, name) }

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

// sourceRow is how far those went who came from one source.
type sourceRow struct {
	name string // empty for those who came by the bare address
	store.Funnel
}

// funnelsBy adds up by one dimension, the largest first.
func funnelsBy(counted []store.Funnel, by string) []sourceRow {
	var rows []sourceRow
	for i := range counted {
		name := counted[i].Source[by]
		if name == "" && by == dimensions[0] {
			name = counted[i].Source["src"]
		}
		at := slices.IndexFunc(rows, func(r sourceRow) bool { return r.name == name })
		if at < 0 {
			at = len(rows)
			rows = append(rows, sourceRow{name: name})
		}
		add(&rows[at].Funnel, &counted[i])
	}
	slices.SortStableFunc(rows, func(a, b sourceRow) int { return int(b.Visits - a.Visits) })
	return rows
}

func add(to, f *store.Funnel) {
	to.Visits += f.Visits
	to.Joined += f.Joined
	to.Kept += f.Kept
	to.Removed += f.Removed
	to.Bought += f.Bought
	to.Again += f.Again
}

// total is all rows together.
func total(rows []sourceRow) store.Funnel {
	var all store.Funnel
	for i := range rows {
		add(&all, &rows[i].Funnel)
	}
	return all
}

// percent is a share in whole percents; nothing of nothing.
func percent(n, of int64) int64 {
	if of == 0 {
		return 0
	}
	return n * 100 / of
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
