package rig

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"sync/atomic"
	"time"
)

// Turn is what a client did with a member's account, and what it was told. A history is linearizable where its turns can
// be put in one order, each at a moment between From and Until, in which everybody was told the truth.
type Turn struct {
	Member        string
	Client        int
	Kind          string // of the order, or "read"
	From, Until   int64  // nanoseconds; Until is Never where no answer came
	Needs, Change Value  // what the member must have for it to be done, and what it does then
	Told          Answer
	Has           Value // what the member has by a read, or after a top-up by its answer
}

// Never is when a turn ended that was not answered: it may have been done at any later time, or not at all.
const Never = math.MaxInt64

// Answer is what a client was told.
type Answer int

// A client that was not answered knows nothing. Refused says that the member has not enough.
const (
	Unanswered Answer = iota
	Done
	Refused
)

// watched is the fault of a torture that is there to be watched.
const watched = "watch"

// shortages are the codes of not enough: totals_changed comes with the points that can be spent.
var shortages = []string{"totals_changed", "insufficient_points", usedUp}

// Clients come to so few members that they meet, and between two kills so many of them are answered.
const (
	watchedMembers = 3
	watchedAnswers = 250
)

// Watch lets clients earn, spend, return and read what a few members have, all at once, and kills Verno Rounds times
// meanwhile. It returns all their turns. Who was not answered finds out by the key, or never does.
func (t Torture) Watch(ctx context.Context) ([]Turn, Verdict, error) {
	t.Fault = watched
	w := &watch{}
	v, err := t.run(ctx, func(r *rack, ctx context.Context) error {
		w.rack = r
		return w.act(ctx)
	})
	turns := make([]Turn, 0, len(w.turns))
	for _, turn := range w.turns {
		turns = append(turns, *turn)
	}
	return turns, v, err
}

// watch is a history while it is made.
type watch struct {
	*rack
	over atomic.Bool
	done atomic.Int64

	mu    sync.Mutex
	turns []*Turn
	open  []*move // not answered
	err   error
}

// move is a turn that is not just a read.
type move struct {
	turn  *Turn
	order *order
	reply *reply
}

// act makes the history.
func (w *watch) act(ctx context.Context) error {
	r := w.rack
	for range watchedMembers {
		if _, err := r.join(ctx); err != nil {
			return err
		}
	}
	var given []*move // up: nobody asks any more
	for ; w.err == nil && ctx.Err() == nil; r.Cycles++ {
		asked := len(w.open) - len(w.open)/4
		given = append(given, w.open[asked:]...)
		if err := w.round(ctx, w.open[:asked], r.Cycles < r.Rounds); err != nil {
			return err
		}
		r.Say("kills", r.Cycles, r.Rounds)
		if r.Cycles == r.Rounds {
			break
		}
	}
	for _, member := range r.stage.members {
		w.read(ctx, &Turn{Member: member, Client: r.Clients})
	}
	given = append(given, w.open...)
	return errors.Join(w.err, ctx.Err(), r.each(len(given), func(i int) error { // The audit wants to know all the same.
		_, err := r.resolve(ctx, given[i].order, given[i].reply, r.Clock().Add(resolvePatience))
		return err
	}))
}

// round lets all clients come, and some who were not answered before ask, and kills Verno or lets them finish.
func (w *watch) round(ctx context.Context, asking []*move, kill bool) error {
	w.open = nil
	w.over.Store(false)
	var clients, late sync.WaitGroup
	for i := range w.Clients {
		draw := newDraw(w.draw.Uint64())
		clients.Go(func() { w.client(ctx, i, draw) })
	}
	for _, m := range asking {
		late.Go(func() {
			a, err := w.resolve(ctx, m.order, m.reply, w.Clock().Add(resolvePatience))
			if err == nil && a != nil {
				m.reply = a
				err = w.answered(m)
			}
			w.fail(err)
		})
	}
	late.Wait() // It asks with the caller that a new start replaces.
	deadline := w.Clock().Add(startPatience)
	for enough := w.done.Load() + watchedAnswers; w.done.Load() < enough && ctx.Err() == nil && w.Clock().Before(deadline); {
		wait(ctx, time.Millisecond)
	}
	if kill {
		w.verno.kill()
	}
	w.over.Store(true)
	clients.Wait()
	if kill {
		return w.start(ctx)
	}
	return nil
}

func (w *watch) fail(err error) {
	w.mu.Lock()
	w.err = errors.Join(w.err, err)
	w.mu.Unlock()
}

// purchase is a sale that can be returned, and what it did.
type purchase struct {
	sold   *sold
	change Value
}

// client takes one turn after the other with one member's account, until it is not answered.
func (w *watch) client(ctx context.Context, number int, draw *rand.Rand) {
	member := w.stage.members[number%watchedMembers]
	token, err := w.presence(ctx, member)
	if err != nil { // Verno was killed before.
		return
	}
	var bought []purchase
	for !w.over.Load() && ctx.Err() == nil {
		turn := &Turn{Member: member, Client: number}
		o := w.choose(turn, token, &bought, draw)
		if o == nil {
			if !w.read(ctx, turn) {
				return
			}
			continue
		}
		m := &move{turn: turn, order: o}
		turn.From = w.since()
		m.reply, err = w.place(ctx, o)
		if err == nil {
			err = w.answered(m)
		}
		w.note(m)
		if err != nil {
			w.fail(err)
			return
		}
		switch {
		case turn.Told == Unanswered:
			return
		case turn.Told == Done && o.Kind == "sale":
			if t, err := o.tell(m.reply.body); err == nil {
				bought = append(bought, purchase{&sold{key: o.Key, id: t.ID, member: member}, turn.Change})
			}
		}
	}
}

// since is the time by which turns are ordered.
func (w *watch) since() int64 { return int64(w.Clock().Sub(w.began)) }

func (w *watch) note(m *move) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.turns = append(w.turns, m.turn)
	if m.turn.Told == Unanswered && m.order != nil {
		w.open = append(w.open, m)
	}
}

// choose draws what a client does, of an amount of which there may be enough or not; nothing is a read.
func (w *watch) choose(turn *Turn, token string, bought *[]purchase, draw *rand.Rand) *order {
	var pay payment
	var gross int64
	switch what := draw.IntN(10); {
	case what < 3:
		return nil
	case what < 4:
		turn.Change.Money = 1 + draw.Int64N(40_000)
		return w.stage.topUp(turn.Member, turn.Change.Money)
	case what < 6:
		gross = earnEvery * (1 + draw.Int64N(20))
	case what < 8:
		pay.points = 1 + draw.Int64N(40)
		gross = 2 * pay.points * pointWorth
	case what < 9 || len(*bought) == 0:
		pay.stored = 1 + draw.Int64N(60_000)
		gross = pay.stored
	default:
		last := len(*bought) - 1
		of := (*bought)[last]
		*bought = (*bought)[:last]
		turn.Change = Value{-of.change.Points, -of.change.Money}
		return w.stage.back(of.sold, "", 0)
	}
	line := goodsLine{ID: "1", SKU: "4600000001", Name: "Goods", Category: "food", Quantity: "1", Price: rubles(gross)}
	o := w.stage.sale(turn.Member, token, []goodsLine{line}, gross, pay)
	turn.Needs = Value{pay.points, pay.stored}
	turn.Change = Value{o.Earn - pay.points, -pay.stored}
	return o
}

// answered notes what a client was told. The error is a refusal for a reason that a client here gives nobody.
func (w *watch) answered(m *move) error {
	turn, a := m.turn, m.reply
	turn.Kind, turn.Until = m.order.Kind, w.since()
	switch {
	case a.done():
		t, err := m.order.tell(a.body)
		if err != nil {
			return err
		}
		turn.Told, turn.Change = Done, m.order.effect(t)
		if turn.Kind == "top_up" {
			var after struct {
				Balance amount `json:"balance"`
			}
			err = json.Unmarshal(a.body, &after)
			turn.Has.Money = after.Balance.Amount
		}
		w.done.Add(1)
		return err
	case a.refused() && (a.code == "" || slices.Contains(shortages, a.code)): // What was looked up by its key has no code.
		turn.Told = Refused
		w.done.Add(1)
	case a.refused():
		return fmt.Errorf("a %s was refused: %s", turn.Kind, a)
	default:
		turn.Until = Never
	}
	return nil
}

// read looks at what a member has. One that is not answered tells nothing and is left out.
func (w *watch) read(ctx context.Context, turn *Turn) bool {
	turn.Kind, turn.From = "read", w.since()
	b, err := w.balance(ctx, turn.Member)
	if err != nil {
		return false
	}
	turn.Until, turn.Told, turn.Has = w.since(), Done, Value{b.Points, b.money()}
	w.note(&move{turn: turn})
	return true
}
