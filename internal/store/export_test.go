package store

import "context"

// LowPatience is how long a job waits for its turn at SQLite's writer.
const LowPatience = lowPatience

// Turns are the turns at SQLite's writer, by themselves: without a database, and so with any clock.
type Turns struct{ turns turns }

// Take waits for the turn of a "hot" group of sales, of a "man" who waits for an answer, or of a "job".
func (t *Turns) Take(ctx context.Context, who string) error {
	return t.turns.take(ctx, map[string]urgency{"hot": hotTurn, "man": coldTurn, "job": lowTurn}[who])
}

// Give ends a turn.
func (t *Turns) Give() { t.turns.give() }

// LinesOf reads the lines of a receipt of these texts.
func LinesOf(facts, outcome string) ([]SweptLine, bool, error) {
	p := Posted{facts: facts, outcome: outcome}
	return p.Lines(nil)
}
