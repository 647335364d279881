package rig

import (
	"bytes"
	"context"
	"encoding/json"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
)

// double is one key that is sent several times, here and there with another body.
type double struct {
	bodies []*order // the order, and where it has one the other body under the same key
	mu     sync.Mutex
	copies []copied
}

// copied is one sending of a double.
type copied struct {
	body  int
	reply *reply
}

// keysOfBatch is how many keys are sent at once, each up to five times, so that equal ones meet in one group.
const keysOfBatch = 24

// doubles sends each request one to five times, shuffled, all at once, over connections of which many break.
func (r *rack) doubles(ctx context.Context) error {
	at, stop, err := r.through(ctx, strings.TrimPrefix(r.caller.base, "http://"))
	if err != nil {
		return err
	}
	defer stop()
	broken := newCaller("http://"+at, r.caller.token, r.Clients)
	for r.more(ctx) {
		batch, err := r.batch(ctx)
		if err != nil {
			return err
		}
		r.shower(ctx, batch, broken)
		broken.http.CloseIdleConnections() // The next batch draws new fates.
		if err := r.each(len(batch), func(i int) error { return r.judge(ctx, batch[i]) }); err != nil {
			return err
		}
		r.Cycles++
		r.Say("batches", r.Cycles, r.Rounds)
	}
	return ctx.Err()
}

// through is the way to Verno on which connections break.
func (r *rack) through(ctx context.Context, to string) (at string, stop func(), err error) {
	if r.Through != nil {
		return r.Through(to)
	}
	b, err := newBreaker(ctx, to, newDraw(r.draw.Uint64()))
	if err != nil {
		return "", nil, err
	}
	return b.on.Addr().String(), b.close, nil
}

// batch draws the keys of a batch and writes them down.
func (r *rack) batch(ctx context.Context) ([]*double, error) {
	var batch []*double
	for range keysOfBatch {
		o, err := r.compose(ctx, r.draw)
		if err != nil {
			return nil, err
		}
		d := &double{bodies: []*order{o}}
		if r.draw.IntN(4) == 0 && len(o.Body) > 0 {
			d.bodies = append(d.bodies, o.otherwise())
		}
		for _, o := range d.bodies {
			if err := r.journal.sent(o); err != nil {
				return nil, err
			}
		}
		batch = append(batch, d)
	}
	return batch, nil
}

// otherwise is the same key with another body, which would do as well.
func (o *order) otherwise() *order {
	var body map[string]any
	if err := json.Unmarshal(o.Body, &body); err != nil {
		panic("rig: a body cannot be read: " + err.Error())
	}
	switch o.Kind {
	case "sale", "return":
		body["number"] = o.Key
	case "adjust":
		body["reason"] = "goodwill"
	case "capture":
		body["amount"] = 1 + body["amount"].(float64) //nolint:forcetypeassert // We have just written it.
	default:
		body["reference"] = "other"
	}
	other := *o
	return other.with(body)
}

// shower sends all copies of a batch at once, most of them over connections that break.
func (r *rack) shower(ctx context.Context, batch []*double, broken *caller) {
	type sending struct {
		of   *double
		body int
		by   *caller
	}
	var all []sending
	for _, d := range batch {
		for body := range d.bodies {
			for range 1 + r.draw.IntN(5) {
				by := broken
				if r.draw.IntN(3) == 0 {
					by = r.caller
				}
				all = append(all, sending{d, body, by})
			}
		}
	}
	r.draw.Shuffle(len(all), func(i, j int) { all[i], all[j] = all[j], all[i] })
	var group sync.WaitGroup
	gate := make(chan struct{})
	for _, s := range all {
		group.Go(func() {
			<-gate
			r.count(&r.Sent)
			o := s.of.bodies[s.body]
			a := s.by.send(ctx, http.MethodPost, o.Path, o.Key, o.Body)
			switch {
			case a.done():
			case a.refused():
				r.count(&r.Refused)
			default:
				r.count(&r.Unknown)
				r.unanswered(o, a)
			}
			s.of.mu.Lock()
			s.of.copies = append(s.of.copies, copied{s.body, a})
			s.of.mu.Unlock()
		})
	}
	close(gate)
	group.Wait()
}

// judge sees that a key had one effect: all copies that were answered tell the same, once as new, and the other body
// was turned away. Where none was answered it asks.
func (r *rack) judge(ctx context.Context, d *double) error {
	winner, answer := -1, []byte(nil)
	fresh := 0
	for _, c := range d.copies {
		if !c.reply.done() {
			continue
		}
		if !c.reply.again {
			fresh++
		}
		if winner < 0 {
			winner, answer = c.body, c.reply.body
		}
		if winner != c.body || !bytes.Equal(answer, c.reply.body) {
			r.blamef(&r.Doubled, "key %s was answered\n%s\nand\n%s", d.bodies[0].Key, answer, c.reply.body)
		}
	}
	if fresh > 1 {
		r.blamef(&r.Doubled, "key %s was new %d times: %s", d.bodies[0].Key, fresh, answer)
	}
	if winner < 0 {
		return r.judgeUnanswered(ctx, d)
	}
	if err := r.acknowledged(d.bodies[winner], answer); err != nil {
		return err
	}
	r.turnedAway(ctx, d, winner)
	r.repeat(ctx, d.bodies[winner], answer)
	return nil
}

// judgeUnanswered resolves a key that no copy got an answer for: the body under which it was applied is answered, and
// the other one turned away.
func (r *rack) judgeUnanswered(ctx context.Context, d *double) error {
	said := d.copies[rand.IntN(len(d.copies))].reply
	found, err := r.caller.outcome(ctx, d.bodies[0].Key)
	if err != nil {
		return err
	}
	for i, o := range d.bodies {
		if found.State == "applied" {
			a := r.caller.send(ctx, http.MethodPost, o.Path, o.Key, o.Body)
			if a.code == "idempotency_key_reused" {
				continue
			}
		}
		a, err := r.resolve(ctx, o, said, r.Clock().Add(resolvePatience))
		if err == nil && a != nil && a.done() {
			r.turnedAway(ctx, d, i)
		}
		return err
	}
	r.blamef(&r.Unresolved, "key %s was applied with no body that was sent", d.bodies[0].Key)
	return nil
}

// turnedAway sees that another body under a used key is refused, and for that reason.
func (r *rack) turnedAway(ctx context.Context, d *double, winner int) {
	for i, o := range d.bodies {
		if i == winner {
			continue
		}
		r.count(&r.Sent)
		a := r.caller.send(ctx, http.MethodPost, o.Path, o.Key, o.Body)
		if a.status != http.StatusUnprocessableEntity || a.code != "idempotency_key_reused" {
			r.blamef(&r.Doubled, "another body under the used key %s got %s", o.Key, a)
		}
	}
}
