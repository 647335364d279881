package web

// Cut makes a page of up to limit rows out of those of a reader that was asked for one more, which is how it knows
// whether there is another page.
func Cut[Row any](rows []Row, limit int) (page []Row, more bool) {
	if len(rows) <= limit {
		return rows, false
	}
	return rows[:limit], true
}
