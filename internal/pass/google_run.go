package pass

import (
	"context"
	"time"

	"github.com/verno-loyalty/verno"
	"github.com/verno-loyalty/verno/internal/store"
)

// mostRounds bounds how many calls one card takes: a patch that finds nothing, an insert, its quota, a look, a message
// without a sound, room for the next, and the end of what it was before.
const mostRounds = 10

// runGoogle tells Google of cards: the classes that they need first, then all that is left, round by round.
func (p *Passes) runGoogle(ctx context.Context, g *googleIssuer, works []*googleWork, now time.Time) error {
	classes := map[string]*googleWork{}
	var first []*googleWork
	for _, w := range works {
		if w.class == nil {
			continue
		}
		if classes[w.class.id] == nil {
			classes[w.class.id] = w.class
			first = append(first, w.class)
		}
		w.class = classes[w.class.id]
	}
	g.rounds(ctx, first, now)
	if err := p.reportClasses(ctx, first, now); err != nil {
		return err
	}
	for _, w := range works {
		if w.class != nil && w.class.outcome != googleDone {
			w.outcome, w.wait, w.held, w.access = w.class.outcome, w.class.wait, w.class.held, w.class.access
			w.fault, w.why = w.class.fault, w.class.why
		}
	}
	if err := p.claimVoices(ctx, works, now); err != nil {
		return err
	}
	if err := p.ask(ctx, works); err != nil {
		return err
	}
	g.rounds(ctx, works, now)
	held, taken, after := false, false, time.Duration(0)
	for _, w := range works {
		held, taken = held || w.held, taken || w.outcome == googleDone
		if w.held {
			after = max(after, w.wait)
		}
	}
	g.heed(held && !taken, after) // One card that is held up does not hold up the others.
	return nil
}

// rounds makes the calls of works, those of a round in batches, until each has its outcome.
func (g *googleIssuer) rounds(ctx context.Context, works []*googleWork, now time.Time) {
	for range mostRounds {
		var open []*googleWork
		for _, w := range works {
			if w.outcome == googleUnderWay && len(open) < googleSlice {
				open = append(open, w)
			}
		}
		if len(open) == 0 {
			return
		}
		calls := make([]googleCall, len(open))
		for i, w := range open {
			calls[i] = w.call()
		}
		for i, a := range g.do(ctx, calls) {
			open[i].answer(&a, now)
		}
	}
	for _, w := range works {
		if w.outcome == googleUnderWay {
			w.outcome, w.wait = googleLater, googlePause(w.had.Tries)
		}
	}
}

// claimVoices settles which of some cards speak up of what they tell, before any of them does: not those whose members have
// heard it from another of their cards, or as much as they bear this week. A card that Google has not yet is silent.
func (p *Passes) claimVoices(ctx context.Context, works []*googleWork, now time.Time) error {
	type claim struct {
		work   *googleWork
		what   *bool // that it speaks of
		said   []byte
		owed   bool
		may    bool
		counts *store.Ring
	}
	var claims []claim
	for _, w := range works {
		w.rings = w.rings && w.news != nil && w.step != googleInsert
		if w.outcome == googleUnderWay && w.speaks {
			claims = append(claims, claim{work: w, what: &w.speaks, said: changeSaid(&w.pass)})
		}
		if w.outcome == googleUnderWay && w.rings {
			claims = append(claims, claim{work: w, what: &w.rings, said: w.said(), owed: w.owed})
		}
	}
	if len(claims) == 0 {
		return nil
	}
	err := p.Store.WriteLow(ctx, func(tx *store.Tx) (err error) {
		for i := range claims {
			c := &claims[i]
			if c.may, c.counts, err = ring(ctx, tx, &c.work.pass, c.said, c.owed, now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return err
	}
	for _, c := range claims {
		if *c.what = c.may; c.counts != nil {
			c.work.rung = append(c.work.rung, *c.counts)
		}
	}
	return nil
}

// ask notes which news are about to be told, so that whoever comes after a fall looks before telling them again.
func (p *Passes) ask(ctx context.Context, works []*googleWork) error {
	var asking []*googleWork
	for _, w := range works {
		if w.outcome == googleUnderWay && w.news != nil && w.had.Sent != nil && string(w.had.Asked) != string(w.told) {
			asking = append(asking, w)
		}
	}
	if len(asking) == 0 {
		return nil
	}
	return p.Store.WriteLow(ctx, func(tx *store.Tx) error {
		for _, w := range asking {
			asked := w.had
			asked.Asked = w.told
			if err := tx.PutGoogleObject(ctx, asked); err != nil {
				return err
			}
		}
		return nil
	})
}

func (p *Passes) reportClasses(ctx context.Context, classes []*googleWork, now time.Time) error {
	if len(classes) == 0 {
		return nil
	}
	ctx = context.WithoutCancel(ctx) // What Google has taken is noted even when Verno stops.
	return p.Store.WriteLow(ctx, func(tx *store.Tx) error {
		for _, w := range classes {
			if w.outcome != googleDone {
				continue
			}
			if err := tx.PutGoogleClass(ctx, w.pass.Tenant, w.pass.Template, w.id, w.digest, now); err != nil {
				return err
			}
		}
		return nil
	})
}

// reportGoogle writes what became of a slice, and leaves a task where somebody has to do something.
func (p *Passes) reportGoogle(ctx context.Context, g *googleIssuer, works []*googleWork, claim time.Time) error {
	ctx = context.WithoutCancel(ctx)
	if len(works) == 0 {
		return nil
	}
	now, counts := p.Clock(), talliedGoogle(works).counts()
	p.counted(counts)
	return p.Store.WriteLow(ctx, func(tx *store.Tx) error {
		for _, w := range works {
			if err := p.reportOne(ctx, tx, g, w, claim, now); err != nil {
				return err
			}
		}
		return tx.CountPushes(ctx, works[0].pass.Tenant, now, counts)
	})
}

// talliedGoogle counts what came of telling Google.
func talliedGoogle(works []*googleWork) tally {
	t := tally{}
	for _, w := range works {
		switch w.outcome {
		case googleDone:
			t.add(GoogleWallet, store.PushTold, "")
		case googleRefused:
			t.add(GoogleWallet, store.PushRefused, w.why)
		case googleLater:
			t.add(GoogleWallet, store.PushLater, w.why)
		}
	}
	return t
}

func (p *Passes) reportOne(ctx context.Context, tx *store.Tx, g *googleIssuer, w *googleWork, claim, now time.Time) error {
	if w.outcome == googleLater {
		at := now.Add(w.wait)
		if silence := g.paused(); silence.After(at) {
			at = silence
		}
		if err := tx.GoogleLater(ctx, w.pass, claim, at); err != nil || w.view == nil {
			return err
		}
	}
	had, pass := w.had, w.pass
	if w.outcome != googleDone && w.before.ID != "" {
		had, pass.GoogleID = w.before, w.before.ID // It is still that at Google.
	}
	tries := had.Tries
	had.Tries, had.Fault = 0, ""
	switch w.outcome {
	case googleLater:
		had.Tries = tries + 1
	case googleRefused:
		had.Fault = w.fault
		if had.Sent == nil {
			pass.GoogleID = ""
		}
	}
	if err := tx.PutGoogleObject(ctx, had); err != nil {
		return err
	}
	if w.outcome != googleLater {
		for _, r := range w.rung {
			if err := tx.Unring(ctx, r); err != nil {
				return err
			}
		}
		if err := tx.GoogleDone(ctx, pass, w.outcome == googleDone, claim, now); err != nil {
			return err
		}
	}
	return p.leaveTask(ctx, tx, g, w, now)
}

// leaveTask tells the merchant of what only a person can mend: one task for all the cards of a template.
func (p *Passes) leaveTask(ctx context.Context, tx *store.Tx, g *googleIssuer, w *googleWork, now time.Time) error {
	t := verno.Task{ID: verno.NewID[verno.TaskID](now, p.Entropy), Detail: w.fault, CreatedAt: now}
	switch {
	case w.access:
		t.Kind, t.Ref = TaskGoogleAccess, g.id
	case w.outcome == googleRefused:
		t.Kind, t.Ref = TaskGoogleRefused, w.view.ClassID
	default:
		return nil
	}
	return tx.AddTaskOnce(ctx, w.pass.Tenant, t)
}
