package store

// LinesOf reads the lines of a receipt of these texts.
func LinesOf(facts, outcome string) ([]SweptLine, bool, error) {
	p := Posted{facts: facts, outcome: outcome}
	return p.Lines(nil)
}
